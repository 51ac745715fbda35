import {
  type HitlError,
  type HttpClient,
  type HttpCredential,
  type HttpResponse,
  ProviderHttpError,
  ReauthorizationRequiredError,
  type Token,
  type TokenSource,
  tokenCredential,
} from '@hitl/core'
import type { LiveChatConfig } from './config'
import { accountsError, customerToken } from './schemas'

const TOKEN_URL = 'https://accounts.livechat.com/v2/customer/token'
const provider = 'LiveChat'

/** Problems of the accounts service that pass; every other one is a refusal. */
const PASSING = new Set(['server_error', 'temporarily_unavailable', 'conflict'])

type RefusalSubject = 'redirect' | 'organization' | 'other'

/** The reason is what the accounts service complains of, for the settings check. */
const refusedIdentity = (reason: RefusalSubject) =>
  new ReauthorizationRequiredError(
    'LiveChat gave no customer identity. Check client ID, organization ID and redirect URI in the settings.',
    { provider, reason }
  )

/**
 * Cookie grant: a customer token without any secret. Repeating it with the two cookies of the answer before keeps the
 * same customer; without them LiveChat makes a new one. Source: platform.text.com/docs/authorization/customer-authorization.
 */
export async function grantIdentity(
  http: HttpClient,
  config: LiveChatConfig,
  redirectUri: string,
  previous: Token | undefined
): Promise<Token> {
  const cookies = previous && `__lc_cid=${previous.identity}; __lc_cst=${previous.refresh}`
  const response = await http.request({
    method: 'POST',
    url: TOKEN_URL,
    ...(cookies ? { headers: { cookie: cookies } } : {}),
    json: {
      grant_type: 'cookie',
      client_id: config.clientId,
      organization_id: config.organizationId.toLowerCase(),
      response_type: 'token',
      redirect_uri: redirectUri,
    },
    repeatable: true,
    judge: judgeGrant,
  })
  const answer = customerToken.safeParse(response.json)
  const secret = readCookie(response, '__lc_cst') ?? previous?.refresh
  if (!answer.success || !answer.data.access_token || !answer.data.entity_id || !secret) throw unreadable(response)
  const { access_token: accessToken, entity_id: identity, expires_in: seconds } = answer.data
  if (previous && previous.identity !== identity) {
    throw forgotten()
  }
  return { accessToken, expiresAt: Date.now() + seconds * 1000, refresh: secret, identity }
}

export const forgotten = () =>
  new ReauthorizationRequiredError('LiveChat no longer knows this customer. Start a new session.', { provider })

/** Calls that speak as the customer. */
export const customerCredential = (source: TokenSource): HttpCredential =>
  tokenCredential(source, (accessToken) => ({ authorization: `Bearer ${accessToken}` }))

function judgeGrant(response: HttpResponse): HitlError | undefined {
  const refusal = accountsError.safeParse(response.json)
  if (!refusal.success) return response.status === 401 ? refusedIdentity('other') : undefined
  const { oauth_exception: exception, exception_description: description = '' } = refusal.data
  const { status } = response
  const isPassing = PASSING.has(exception) || status >= 500 || status === 429
  if (!isPassing) return refusedIdentity(subjectOf(description))
  return new ProviderHttpError(
    "LiveChat's accounts service has a passing problem.",
    { status, type: exception },
    { provider, retryable: true }
  )
}

/** The description itself is not kept: it may quote what we sent. */
const subjectOf = (description: string): RefusalSubject =>
  (['redirect', 'organization'] as const).find((subject) => description.toLowerCase().includes(subject)) ?? 'other'

const unreadable = ({ status }: HttpResponse) =>
  new ProviderHttpError("LiveChat's answer to the token request is not as documented.", { status }, { provider })

function readCookie({ setCookies }: HttpResponse, name: string): string | undefined {
  for (const cookie of setCookies) {
    const [pair = ''] = cookie.split(';')
    const cut = pair.indexOf('=')
    if (pair.slice(0, cut).trim() === name) return pair.slice(cut + 1).trim() || undefined
  }
  return undefined
}
