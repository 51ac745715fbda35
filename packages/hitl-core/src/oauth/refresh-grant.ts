import * as z from 'zod/mini'
import { ProviderHttpError, type RateLimitedError, ReauthorizationRequiredError } from '../errors'
import type { HttpClient, HttpResponse } from '../http/request'
import type { Token } from './token-source'

export type GrantOptions = {
  provider: string
  tokenUrl: string
  clientId: string
  clientSecret: string
  /** Life of the token in ms, for providers that count otherwise than RFC 6749 section 5.1 (seconds). */
  lifeMs?(answer: Readonly<Record<string, unknown>>): number
  /** Error codes in the answer that mean the refresh token is dead; RFC 6749 section 5.2 when absent. */
  refusals?: readonly string[]
  /**
   * The error of an answer that asks to wait. Its `retryAfterMs` has to be longer than a step, or the request is repeated
   * within it.
   */
  limited?(answer: Readonly<Record<string, unknown>>, status: number): RateLimitedError | undefined
  /** Who the token speaks as, when the answer tells. */
  identity?(answer: Readonly<Record<string, unknown>>): string | undefined
}

export type RefreshGrantOptions = GrantOptions & { refreshToken: string }

/** `redirectUri` is the address the code was sent to, exactly. */
export type CodeGrantOptions = GrantOptions & { code: string; redirectUri: string }

const answerSchema = z.looseObject({
  access_token: z.optional(z.string()),
  refresh_token: z.optional(z.unknown()),
  expires_in: z.optional(z.unknown()),
  error: z.optional(z.unknown()),
  status: z.optional(z.unknown()),
})

const REFUSALS = ['invalid_grant', 'invalid_client', 'unauthorized_client']

/**
 * One refresh request (RFC 6749 section 6). Repeating it could burn a rotated token, so it is not repeatable.
 * @throws ReauthorizationRequiredError when refused; ProviderHttpError or ProviderUnreachableError when it just failed.
 */
export async function refreshGrant(http: HttpClient, options: RefreshGrantOptions): Promise<Token> {
  const { provider, refreshToken } = options
  const sentence = `${provider} refused to renew the connection. Connect the account again, as the set-up guide says.`
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
  const token = await requestToken(http, options, form, sentence)
  return { ...token, refresh: token.refresh ?? refreshToken }
}

/**
 * Exchanges the code of an OAuth redirect (RFC 6749 section 4.1.3). A code works once, so it is not repeatable.
 * @throws ReauthorizationRequiredError when refused; ProviderHttpError or ProviderUnreachableError when it just failed.
 */
export async function codeGrant(http: HttpClient, options: CodeGrantOptions): Promise<Token> {
  const { provider, code, redirectUri } = options
  const form = { grant_type: 'authorization_code', redirect_uri: redirectUri, code }
  const token = await requestToken(http, options, form, `${provider} refused the code of this sign-in.`)
  if (token.refresh !== undefined) return token
  const message = `${provider} gave access for a short time only (no refresh token).`
  throw new ProviderHttpError(message, { status: 200 }, { provider })
}

async function requestToken(
  http: HttpClient,
  options: GrantOptions,
  form: Readonly<Record<string, string>>,
  refused: string
): Promise<Token> {
  const { provider, tokenUrl, clientId, clientSecret, identity } = options
  const response = await http.request({
    method: 'POST',
    url: tokenUrl,
    form: { ...form, client_id: clientId, client_secret: clientSecret },
    repeatable: false,
    judge: (answer) => judge(answer, options, refused),
  })
  const answer = answerSchema.parse(response.json)
  const lifeMs = options.lifeMs?.(answer) ?? Number(answer.expires_in ?? Number.NaN) * 1000
  if (!answer.access_token) throw incomplete(provider, response)
  const speaksAs = identity?.(answer)
  return {
    accessToken: answer.access_token,
    ...(typeof answer.refresh_token === 'string' ? { refresh: answer.refresh_token } : {}),
    ...(Number.isFinite(lifeMs) ? { expiresAt: Date.now() + lifeMs } : {}),
    ...(speaksAs === undefined ? {} : { identity: speaksAs }),
  }
}

function judge(response: HttpResponse, { provider, refusals = REFUSALS, limited }: GrantOptions, refused: string) {
  const answer = answerSchema.safeParse(response.json)
  const said = answer.success ? [answer.data.error, answer.data.status] : []
  const wait = limited?.(answer.success ? answer.data : {}, response.status)
  if (wait) return wait
  const reason = said.find((code): code is string => typeof code === 'string' && refusals.includes(code))
  if (reason !== undefined) {
    return new ReauthorizationRequiredError(refused, { provider, reason })
  }
  if (response.status >= 200 && response.status < 300) {
    return answer.success && answer.data.access_token ? undefined : incomplete(provider, response)
  }
  return response.status === 401 ? incomplete(provider, response) : undefined
}

/** An answer without a token that names no refusal: may pass. Some providers say so with status 200. */
const incomplete = (provider: string, { status }: HttpResponse) =>
  new ProviderHttpError(
    `${provider} gave no access token (status ${status}).`,
    { status },
    { provider, retryable: true }
  )
