import {
  CREDENTIAL_REFUSED,
  type HitlError,
  type HttpClient,
  type HttpCredential,
  type HttpFile,
  type HttpMethod,
  type HttpResponse,
  ProviderHttpError,
  ProviderUnreachableError,
  RateLimitedError,
  readRetryAfterMs,
} from '@hitl/core'
import * as z from 'zod/mini'
import type { ZohoSalesIqConfig } from './config'
import { dataCenters } from './data-centers'
import { apiError, asNumber, asText, errorDetails } from './schemas'

const provider = 'Zoho SalesIQ'

export type Call = {
  method: HttpMethod
  /** Below the screen name. */
  path: string
  query?: Readonly<Record<string, string>>
  json?: unknown
  file?: HttpFile
  /** Whether it may run twice without harm. */
  repeatable: boolean
  timeoutMs?: number
  reserveMs?: number
}

/** Sources: zoho.com/salesiq/help/developer-section, open-conversation-v1.html and the pages of the REST API v2. */
const AREAS = { visitor: '/api/visitor/v1', visitorV2: '/visitor/v2', rest: '/api/v2' } as const
type Area = keyof typeof AREAS

export type SalesIqClient = {
  /** What the answer carries in `data`. */
  ask<T>(area: Area, call: Call, answer: z.ZodMiniType<T>): Promise<T>
  /** For calls whose answer is empty or of no interest. */
  tell(area: Area, call: Call): Promise<void>
}

export function createClient(http: HttpClient, credential: HttpCredential, config: ZohoSalesIqConfig): SalesIqClient {
  const { dataCenter, screenName } = config
  const host = dataCenters[dataCenter].salesIq
  const send = ({ path, json, ...call }: Call, area: Area) =>
    http.request({
      ...call,
      ...(json === undefined ? {} : { json }),
      url: `https://${host}${AREAS[area]}/${encodeURIComponent(screenName)}/${path}`,
      credential,
      judge: (response) => judge(`${call.method} ${path.replace(/\d{5,}|[0-9a-f]{32,}/g, '…')}`, response),
    })
  return {
    async ask(area, call, answer) {
      const { json, status } = await send(call, area)
      const parsed = z.object({ data: answer }).safeParse(json)
      if (parsed.success) return parsed.data.data
      const message = `Zoho SalesIQ's answer to ${call.method} ${call.path} is not as documented.`
      throw new ProviderHttpError(message, { status }, { provider, retryable: true })
    },
    tell: async (area, call) => void (await send(call, area)),
  }
}

/** Sentence for whoever made a client of another kind. */
export const ORG_CLIENT =
  'Speaking for a visitor needs the token of an ORG client: create one at the Zoho API Console with ' +
  '/add?client_type=ORG in the address, which is authorized at /oauth/v2/org/auth, and connect it as the set-up guide ' +
  'says'

/** Codes of zoho.com/salesiq/help/developer-section/rest-api-new.html. Others exist and are not documented. */
export const CODE = { unknownAuthentication: '1001', method: '1004', screenName: '1005', token: '1008', scope: '1009' }

const EXPLANATIONS = new Map([
  ['1002', 'the access token did not arrive.'],
  [CODE.method, 'it wants another HTTP method.'],
  [CODE.screenName, 'it knows no portal of this screen name. Check the setting "screenName".'],
  ['1006', 'it does not know this address.'],
  ['1007', 'a value has the wrong type.'],
  [CODE.scope, `the access token may not do that. ${ORG_CLIENT}.`],
])

/** Refusals that have nothing to do with what was sent. */
export const isAboutAccess = ({ type, status }: ProviderHttpError) =>
  [401, 403, 429].includes(status) || [CREDENTIAL_REFUSED, '1002', CODE.screenName, CODE.scope].includes(type ?? '')

const LIMIT = /rate limit|too many requests|request limit|throttl/i

/** What SalesIQ means is in `error.code`; refusals come with status 200 as well. Source: rest-api-v2.html. */
function judge(what: string, response: HttpResponse): 'unauthorized' | HitlError | undefined {
  const parsed = apiError.safeParse(response.json)
  const { status } = response
  if (!parsed.success || (parsed.data.error ?? null) === null || status >= 500 || status === 429) return undefined
  const details = errorDetails.safeParse(parsed.data.error)
  const { code, message: said, param, json_key: key } = details.success ? details.data : {}
  const type = String(asNumber(code) ?? '')
  // A code that nobody documents, with this status, can only be about the token.
  if (type === CODE.token || (status === 401 && !EXPLANATIONS.has(type))) return 'unauthorized'
  // A limit of one value is another matter.
  if (LIMIT.test(asText(said) ?? '') && !param && !key) {
    const retryAfterMs = readRetryAfterMs(response.headers['retry-after'], Date.now())
    return new RateLimitedError(
      `Zoho SalesIQ limits the rate of calls (${what}).`,
      { status, retryAfterMs },
      { provider }
    )
  }
  if (type === CODE.unknownAuthentication) {
    // It never came to what was asked: it may be asked again.
    const message = `Zoho SalesIQ could not check the access token for ${what}. Try again.`
    return new ProviderUnreachableError(message, { sent: false }, { provider })
  }
  const why = EXPLANATIONS.get(type) ?? `error ${type || 'without a code'}.`
  const message = `Zoho SalesIQ refused ${what}: ${why}`
  return new ProviderHttpError(message, { status, type }, { provider })
}

/** Whether the error is a refusal that repeating would meet again. */
export const isRefusal = (error: unknown): error is ProviderHttpError =>
  error instanceof ProviderHttpError && !error.retryable
