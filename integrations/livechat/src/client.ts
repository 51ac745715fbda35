import {
  type HitlError,
  type HttpClient,
  type HttpCredential,
  type HttpFile,
  type HttpResponse,
  ProviderHttpError,
  RateLimitedError,
  readRetryAfterMs,
  ThreadClosedError,
} from '@hitl/core'
import type * as z from 'zod/mini'
import type { LiveChatConfig } from './config'
import { apiError, regionHint } from './schemas'

const API = 'https://api.livechatinc.com/v3.6'
const provider = 'LiveChat'

export type Call = {
  action: string
  body?: Readonly<Record<string, unknown>>
  file?: HttpFile
  /** Whether it may run twice without harm. */
  repeatable: boolean
  reserveMs?: number
}

/** The three Web APIs; each call is a POST of one action. Source: platform.text.com/docs/messaging. */
export type LiveChatClient = {
  customer<T>(credential: HttpCredential, call: Call, answer: z.ZodMiniType<T>): Promise<T>
  agent<T>(call: Call, answer: z.ZodMiniType<T>): Promise<T>
  configuration<T>(call: Call, answer: z.ZodMiniType<T>): Promise<T>
}

type Area = 'customer' | 'agent' | 'configuration'

/** Organizations outside the default region. Only saves a call: LiveChat names the region whenever it is missing. */
const regions = new Map<string, string>()

class MisdirectedError extends ProviderHttpError {
  readonly region: string

  constructor(region: string, status: number) {
    super('LiveChat keeps this organization in another region.', { status, type: 'misdirected_request' }, { provider })
    this.region = region
  }
}

export function createClient(
  http: HttpClient,
  agentCredential: HttpCredential,
  config: LiveChatConfig
): LiveChatClient {
  const organizationId = config.organizationId.toLowerCase()

  const send = async <T>(area: Area, credential: HttpCredential, call: Call, answer: z.ZodMiniType<T>): Promise<T> => {
    const region = regions.get(organizationId)
    const response = await http.request({
      method: 'POST',
      url: `${API}/${area}/action/${call.action}`,
      ...(area === 'customer' ? { query: { organization_id: organizationId } } : {}),
      ...(region === undefined ? {} : { headers: { 'x-region': region } }),
      credential,
      ...(call.file ? { file: call.file } : { json: call.body ?? {} }),
      repeatable: call.repeatable,
      reserveMs: call.reserveMs ?? 0,
      judge: (given) => judge(area, call.action, given),
    })
    const parsed = answer.safeParse(response.json ?? {})
    if (parsed.success) return parsed.data
    const { status } = response
    const message = `LiveChat's answer to ${call.action} is not as documented.`
    throw new ProviderHttpError(message, { status }, { provider, retryable: true })
  }

  const sendWhereItBelongs: typeof send = async (area, credential, call, answer) => {
    try {
      return await send(area, credential, call, answer)
    } catch (error) {
      if (!(error instanceof MisdirectedError) || regions.get(organizationId) === error.region) throw error
      regions.set(organizationId, error.region)
      return send(area, credential, call, answer)
    }
  }

  return {
    customer: (credential, call, answer) => sendWhereItBelongs('customer', credential, call, answer),
    agent: (call, answer) => sendWhereItBelongs('agent', agentCredential, call, answer),
    configuration: (call, answer) => sendWhereItBelongs('configuration', agentCredential, call, answer),
  }
}

const OVER = new Set(['chat_inactive', 'chat_anonymized'])
const PASSING = new Set(['service_unavailable', 'request_timeout', 'internal', 'pending_requests_limit_reached'])

/** What LiveChat means is in `error.type`; it documents no status per type. Source: its table of errors. */
function judge(area: Area, action: string, response: HttpResponse): 'unauthorized' | HitlError | undefined {
  const parsed = apiError.safeParse(response.json)
  if (!parsed.success) return undefined
  const { status } = response
  const { type, data } = parsed.data.error
  if (type === 'authentication' && area === 'customer') return 'unauthorized'
  if (type === 'too_many_requests') {
    const message = `LiveChat limits the rate of calls (${action}).`
    const retryAfterMs = readRetryAfterMs(response.headers['retry-after'], Date.now())
    return new RateLimitedError(message, { status, retryAfterMs }, { provider })
  }
  const isOver = OVER.has(type) || (type === 'customer_banned' && action === 'send_event')
  if (isOver) return chatClosed()
  const hint = type === 'misdirected_request' ? regionHint.safeParse(data).data : undefined
  if (hint) return new MisdirectedError(hint.region, status)
  return new ProviderHttpError(
    `LiveChat refused ${action}: ${explain(type, area)}`,
    { status, type },
    { provider, retryable: PASSING.has(type) }
  )
}

const NOBODY = 'nobody in the group is available.'

const EXPLANATIONS = new Map(
  Object.entries({
    authentication: 'the agent token is not valid. Create a new one and save it in the settings.',
    authorization: 'the agent token lacks a scope for this. The set-up guide lists the scopes.',
    groups_offline: NOBODY,
    group_offline: NOBODY,
    group_unavailable: NOBODY,
    group_not_found: 'the group does not exist. Check the group ID.',
    customer_banned: 'this person is banned in LiveChat.',
    license_expired: 'the LiveChat subscription has expired.',
    license_not_found: 'the organization has no LiveChat subscription.',
    limit_reached: 'a limit of the LiveChat account is reached.',
    service_unavailable: 'LiveChat is not available at the moment.',
  })
)

/** Calls that speak as the customer do not use the agent token. */
const explain = (type: string, area: Area) =>
  area === 'customer' && type === 'authorization'
    ? 'this customer may not do that.'
    : (EXPLANATIONS.get(type) ?? `error type "${type.slice(0, 60)}".`)

/** Whether we know what a refusal of this type is about. */
export const isExplained = (type = '') => EXPLANATIONS.has(type)

const chatClosed = () =>
  new ThreadClosedError('The LiveChat chat is closed. Start a new session to reach an agent.', { provider })
