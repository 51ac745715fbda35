import { isApiError } from '@botpress/sdk'
import type { ProviderEvent, WebhookKnowledge, WebhookRequest } from './adapter'
import { applyEvent, type VerifyAgain } from './apply-event'
import { BusyError, ConfigurationError, HitlError, WebhookPayloadError, WebhookVerificationError } from './errors'
import type { Invocation } from './invocation'
import { serial } from './serial'
import { peekSession } from './sessions'

export type PlatformRequest = {
  method: string
  path: string
  query: string
  headers: Record<string, string | undefined>
  body?: string | undefined
}

export type PlatformResponse = { status: number; body?: string; headers?: Record<string, string> }

/** Larger bodies are refused. In bytes. */
export const MAX_BODY_BYTES = 1024 * 1024

/**
 * Raw text is verified, then read, then applied; each kind of failure has its own answer: 401 not authentic, 400
 * unreadable, 200 done or rightly ignored, 503 when the same delivery may succeed later.
 */
export async function handleWebhook<Config, Thread, Options>(
  invocation: Invocation<Config, Thread, Options>,
  platformRequest: PlatformRequest
): Promise<PlatformResponse> {
  const method = platformRequest.method.toUpperCase()
  // Providers check with HEAD or GET that an address exists before they accept it.
  if (method === 'HEAD' || method === 'GET') return { status: 200 }
  if (method !== 'POST') return answer(405, 'Only POST is accepted')
  const rawBody = platformRequest.body ?? ''
  if (Buffer.byteLength(rawBody) > MAX_BODY_BYTES) return answer(413, 'The body is larger than 1 MiB')

  const request = toWebhookRequest(invocation.webhookUrl, { ...platformRequest, method }, rawBody)
  try {
    const { adapter, config } = invocation
    const unknown = new Set<string>()
    const verify = async () => adapter.verifyWebhook(request, config, Date.now(), knowledgeOf(invocation, unknown))
    invocation.unproven = (await verify()) === 'unproven'
    const events = adapter.readWebhook(request, config)
    // Verified without its thread: once that is bound, the same request is looked at with it.
    await applyAll(invocation, events, (threadKey) => (unknown.has(threadKey) ? verify : undefined))
    return { status: 200 }
  } catch (error) {
    return answerError(invocation, error)
  }
}

/** @param unknown takes up the keys of threads that were looked for and not found */
const knowledgeOf = <Config, Thread, Options>(
  invocation: Invocation<Config, Thread, Options>,
  unknown: Set<string>
): WebhookKnowledge<Thread> => ({
  async thread(threadKey) {
    const found = await peekSession<Thread>(invocation, threadKey)
    if (!found) unknown.add(threadKey)
    return found?.session.thread
  },
  installation: () => invocation.note.read(),
})

/** The answer when the settings do not allow to verify anything. */
export function answerWithoutSettings(error: ConfigurationError): PlatformResponse {
  return answer(401, `Webhooks cannot be verified. ${error.message}`)
}

function toWebhookRequest(
  webhookUrl: string,
  { method, path, query, headers }: PlatformRequest,
  rawBody: string
): WebhookRequest {
  const lowerCase: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(headers)) lowerCase[name.toLowerCase()] = value
  const rest = path === '/' ? '' : path
  return { method, url: `${webhookUrl}${rest}${query ? `?${query}` : ''}`, headers: lowerCase, rawBody }
}

/**
 * Applies every event even if one fails: the others must not wait for the provider's next attempt. Those of one thread
 * come one after the other.
 */
async function applyAll<Config, Thread, Options>(
  invocation: Invocation<Config, Thread, Options>,
  events: readonly ProviderEvent[],
  verifyAgain: (threadKey: string) => VerifyAgain | undefined
): Promise<void> {
  const { adapter, deadline, installation, log } = invocation
  const failures: unknown[] = []
  const apply = async (event: ProviderEvent) => {
    const queue = event.type === 'ignored' ? 'ignored' : event.threadKey
    try {
      const line = await serial(`${installation}/${queue}`, async () => {
        // An event that waited too long behind others is put off: the provider has stopped listening for the answer.
        if (deadline.remainingMs() === 0) throw new BusyError('No time left.', { retryable: true })
        const book = adapter.sessions
        return book ? book.apply(invocation, event, events) : applyEvent(invocation, event, verifyAgain(queue))
      })
      if (line) log.info(`${adapter.name} webhook: ${line}.`)
    } catch (error) {
      failures.push(error)
    }
  }
  await Promise.all(events.map(apply))
  if (failures.length > 0) throw failures.find(isTransient) ?? failures[0]
}

function answerError<Config, Thread, Options>(
  { log, adapter }: Invocation<Config, Thread, Options>,
  error: unknown
): PlatformResponse {
  const isForged = error instanceof WebhookVerificationError
  if (isForged || error instanceof WebhookPayloadError) {
    log.warn(`${adapter.name} webhook refused: ${error.message}`)
    return answer(isForged ? 401 : 400, error.message)
  }
  if (isTransient(error)) {
    log.warn(`${adapter.name} webhook postponed: ${nameOf(error)}.`)
    return answer(503, 'Try again later')
  }
  // A refusal that another delivery would meet again: said loudly here, and not asked for again.
  log.error(`${adapter.name} webhook could not be applied: ${nameOf(error)}.`)
  return error instanceof HitlError || isApiError(error) ? answer(200, 'Not applied') : answer(500, 'Internal error')
}

const TRANSIENT_STATUS = new Set([401, 402, 403, 408, 409, 429])

/** Whether the same call may go through later. Botpress refusals of the token or quota pass without our doing. */
export function isTransient(error: unknown): boolean {
  if (error instanceof HitlError) return error.retryable
  return isApiError(error) && (error.code >= 500 || TRANSIENT_STATUS.has(error.code))
}

/** Messages of Botpress errors may quote payloads; only their type goes on. */
function nameOf(error: unknown): string {
  if (error instanceof HitlError) return error.message.replace(/\.$/, '')
  if (isApiError(error)) return `Botpress answered ${error.code} ${error.type}`
  return error instanceof Error ? error.name : 'unknown error'
}

const answer = (status: number, message: string): PlatformResponse => ({
  status,
  body: JSON.stringify({ message }),
  headers: { 'content-type': 'application/json' },
})
