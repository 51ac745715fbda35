import {
  CREDENTIAL_REFUSED,
  HitlError,
  type HttpClient,
  type HttpCredential,
  type HttpFile,
  type HttpMethod,
  type HttpResponse,
  isUnsent,
  ProviderHttpError,
  RateLimitedError,
  readRetryAfterMs,
} from '@hitl/core'
import type * as z from 'zod/mini'
import type { HubSpotConfig } from './config'
import { apiError, asText, itemsIn, nextPage, page } from './schemas'

const provider = 'HubSpot'

export const API = 'https://api.hubapi.com'

export type Call = {
  method: HttpMethod
  path: string
  query?: Readonly<Record<string, string>>
  json?: unknown
  form?: Readonly<Record<string, string>>
  file?: HttpFile
  /** Whether it may run twice without harm. */
  repeatable: boolean
  /** The app itself speaks, with the developer API key; else the account that installed it. */
  asApp?: boolean
  /** The body says who speaks. */
  isAnonymous?: boolean
  timeoutMs?: number
  /** Time that must be left of the step when the call is given up, in ms. */
  reserveMs?: number
}

export type HubSpotClient = {
  ask<T>(call: Call, answer: z.ZodMiniType<T>): Promise<T>
  /** For calls whose answer is of no interest. */
  tell(call: Call): Promise<void>
  /** All items of a paged list; those that cannot be read are left out. */
  list<T>(call: Omit<Call, 'method' | 'repeatable'>, item: z.ZodMiniType<T>): Promise<T[]>
}

const MOST_PAGES = 50

export function createClient(http: HttpClient, credential: HttpCredential, config: HubSpotConfig): HubSpotClient {
  const send = ({ path, query, asApp, isAnonymous, ...call }: Call) =>
    http.request({
      ...call,
      url: `${API}${path}`,
      // Source: developers.hubspot.com/docs/api-reference/conversations-custom-channels-v3/guide
      ...(query || asApp ? { query: { ...query, ...(asApp ? keyOf(config) : {}) } } : {}),
      ...(asApp || isAnonymous ? {} : { credential }),
      judge: (response) => judge(`${call.method} ${nameOf(path)}`, response),
    })
  const ask = async <T>(call: Call, answer: z.ZodMiniType<T>): Promise<T> => {
    const { json, status } = await send(call)
    const parsed = answer.safeParse(json)
    if (parsed.success) return parsed.data
    const message = `HubSpot's answer to ${call.method} ${nameOf(call.path)} is not as documented.`
    throw new ProviderHttpError(message, { status }, { provider, retryable: true })
  }
  return {
    ask,
    tell: async (call) => void (await send(call)),
    list: async (call, item) => itemsIn(item, await readPages((query) => ask({ ...call, ...GET, query }, page), call)),
  }
}

const GET = { method: 'GET', repeatable: true } as const

const keyOf = ({ developerApiKey, appId }: HubSpotConfig) => ({ hapikey: developerApiKey, appId })

async function readPages(
  read: (query: Readonly<Record<string, string>>) => Promise<z.infer<typeof page>>,
  { query }: Pick<Call, 'query'>
): Promise<unknown[]> {
  const all: unknown[] = []
  for (let pages = 0, after: string | undefined; pages < MOST_PAGES; pages += 1) {
    const listed = await read({ ...query, ...(after === undefined ? {} : { after }) })
    all.push(...listed.results)
    after = nextPage(listed.paging)
    if (after === undefined) break
  }
  return all
}

/** Without ids and addresses of people. */
const nameOf = (path: string) =>
  path
    .split('/')
    .map((part) => (/\d{3}|@|%40/.test(part) && !/^20\d\d-\d\d$/.test(part) ? '…' : part))
    .join('/')

/** The account is on its way to another data centre, for up to a day. */
export const MOVING = 477

const LOCKED_MS = 2_000
/** By `policyName`, where no header says more. Longer than any step for the daily one. */
const POLICY_MS: ReadonlyMap<unknown, number> = new Map([
  ['SECONDLY', 1_000],
  ['DAILY', 3_600_000],
])
const TEN_SECONDLY_MS = 10_000

/** Source: developers.hubspot.com/docs/api-reference/error-handling. */
function judge(what: string, { status, json, headers }: HttpResponse): HitlError | undefined {
  if (status < 400 || status === 401 || status === 408 || status >= 500) return undefined
  const parsed = apiError.safeParse(json)
  const { category, subCategory, policyName } = parsed.success ? parsed.data : {}
  const asked = readRetryAfterMs(headers['retry-after'], Date.now())
  if (status === 423) {
    const message = `HubSpot has locked what ${what} is about.`
    return new RateLimitedError(message, { status, retryAfterMs: asked ?? LOCKED_MS }, { provider })
  }
  if (status === 429) {
    const message =
      policyName === 'DAILY'
        ? `HubSpot’s daily limit of calls is used up (${what}). Try again tomorrow, or ask for a higher one.`
        : `HubSpot limits the rate of calls (${what}).`
    const retryAfterMs = asked ?? POLICY_MS.get(policyName) ?? TEN_SECONDLY_MS
    return new RateLimitedError(message, { status, retryAfterMs }, { provider })
  }
  const type = asText(subCategory) ?? asText(category)
  return new ProviderHttpError(`HubSpot refused ${what}: ${explain(status, type)}`, { status, type }, { provider })
}

function explain(status: number, type: string | undefined): string {
  if (status === MOVING) return 'the account is being moved to another data centre, which may take up to a day.'
  if (status === 403) {
    return 'the connection lacks a scope, or the account a subscription. Install the app again with the scopes of the set-up guide.'
  }
  return `status ${status}${type ? ` (${type})` : ''}.`
}

/** An answer to this very call, not to the renewal of the token before it. */
const isAnswer = (error: unknown): error is ProviderHttpError => error instanceof ProviderHttpError && !isUnsent(error)

/** Whether the error is a refusal that repeating would meet again. */
export const isRefusal = (error: unknown): error is ProviderHttpError => isAnswer(error) && !error.retryable

export const isMoving = (error: unknown): error is ProviderHttpError => isAnswer(error) && error.status === MOVING

/** What HubSpot says to a repeated key of ours is not documented; a conflict can be about nothing else. */
export const isRepetition = (error: unknown): boolean => isAnswer(error) && error.status === 409

export const isMissing = (error: unknown): boolean => isAnswer(error) && error.status === 404

/** Refusals that have nothing to do with what was sent. */
export const isAboutAccess = ({ type, status }: ProviderHttpError) =>
  [401, 403, 429, MOVING].includes(status) || type === CREDENTIAL_REFUSED

/** For a log line. */
export const reasonOf = (error: unknown): string => (error instanceof HitlError ? error.message : 'unexpected answer.')
