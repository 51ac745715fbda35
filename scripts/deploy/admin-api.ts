import { setTimeout as wait } from 'node:timers/promises'
import { Failure } from '../runner/report.mjs'
import type { Account } from './account'

const ATTEMPTS = 3
const LONGEST_WAIT_MS = 10_000

export type AdminApi = {
  /** The body of the answer, or undefined for 404. */
  get(path: string): Promise<unknown>
}

/** `pauseMs` is for between attempts, when Botpress does not name a time itself. */
type Patience = { callMs?: number; pauseMs?: number }

export function adminApi(account: Account, { callMs = 10_000, pauseMs = 1_000 }: Patience = {}): AdminApi {
  const { apiUrl, token, workspaceId } = account
  const headers = {
    authorization: `Bearer ${token}`,
    'x-workspace-id': workspaceId,
    'x-multiple-integrations': 'true',
  }
  const call = (path: string) =>
    fetch(`${apiUrl}${path}`, { headers, redirect: 'error', signal: AbortSignal.timeout(callMs) })
  return {
    async get(path) {
      for (let attempt = 1; ; attempt += 1) {
        const answer = await call(path).catch(() => undefined)
        const isLast = attempt === ATTEMPTS
        if (!answer && isLast) throw new Failure('Botpress cannot be reached; check the network and BP_API_URL.')
        if (!answer || (isPassing(answer.status) && !isLast)) {
          await wait(waitOf(answer) ?? pauseMs * attempt)
          continue
        }
        if (answer.status === 404 && (await isBotpress(answer))) return undefined
        if (!answer.ok) throw refusal(answer.status)
        return readJson(answer)
      }
    },
  }
}

const isPassing = (status: number) => status === 429 || status >= 500

function waitOf(answer: Response | undefined): number | undefined {
  const names = ['ratelimit-reset', 'x-ratelimit-reset', 'retry-after']
  const seconds = names.map((name) => answer?.headers.get(name)).find((value) => /^\d+$/.test(value ?? ''))
  return seconds ? Math.min(Number(seconds) * 1_000, LONGEST_WAIT_MS) : undefined
}

/** A page of a proxy must not pass for "never published". */
async function isBotpress(answer: Response): Promise<boolean> {
  const body: unknown = await answer.json().catch(() => undefined)
  return textOf(body, 'type') === 'ResourceNotFound'
}

export function textOf(answer: unknown, key: string): string | undefined {
  const value: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, key) : undefined
  return typeof value === 'string' ? value : undefined
}

function refusal(status: number): Failure {
  if (status === 401 || status === 403) {
    return new Failure(`Botpress refuses BP_TOKEN for the workspace in BP_WORKSPACE_ID (${status}).`)
  }
  const advice = status === 404 ? 'check BP_API_URL' : 'try again later'
  return new Failure(`Botpress answers with status ${status}; ${advice}.`)
}

async function readJson(answer: Response): Promise<unknown> {
  try {
    return await answer.json()
  } catch {
    throw new Failure('Botpress answers with something that is no JSON; check BP_API_URL.')
  }
}
