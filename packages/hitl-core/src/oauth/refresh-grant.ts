import * as z from 'zod/mini'
import { ProviderHttpError, type RateLimitedError, ReauthorizationRequiredError } from '../errors'
import type { HttpClient, HttpResponse } from '../http/request'
import type { Token } from './token-source'

export type RefreshGrantOptions = {
  provider: string
  tokenUrl: string
  clientId: string
  clientSecret: string
  refreshToken: string
  /** Life of the token in ms, for providers that count otherwise than RFC 6749 section 5.1 (seconds). */
  lifeMs?(answer: Readonly<Record<string, unknown>>): number
  /** Error codes in the answer that mean the refresh token is dead; RFC 6749 section 5.2 when absent. */
  refusals?: readonly string[]
  /**
   * The error of an answer that asks to wait. Its `retryAfterMs` has to be longer than a step, or the request is repeated
   * within it.
   */
  limited?(answer: Readonly<Record<string, unknown>>, status: number): RateLimitedError | undefined
}

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
  const { provider, tokenUrl, clientId, clientSecret, refreshToken } = options
  const response = await http.request({
    method: 'POST',
    url: tokenUrl,
    form: {
      grant_type: 'refresh_token',
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
    },
    repeatable: false,
    judge: (answer) => judge(answer, options),
  })
  const answer = answerSchema.parse(response.json)
  const lifeMs = options.lifeMs?.(answer) ?? Number(answer.expires_in ?? Number.NaN) * 1000
  if (!answer.access_token) throw incomplete(provider, response)
  return {
    accessToken: answer.access_token,
    refresh: typeof answer.refresh_token === 'string' ? answer.refresh_token : refreshToken,
    ...(Number.isFinite(lifeMs) ? { expiresAt: Date.now() + lifeMs } : {}),
  }
}

function judge(response: HttpResponse, { provider, refusals = REFUSALS, limited }: RefreshGrantOptions) {
  const answer = answerSchema.safeParse(response.json)
  const said = answer.success ? [answer.data.error, answer.data.status] : []
  const wait = limited?.(answer.success ? answer.data : {}, response.status)
  if (wait) return wait
  const reason = said.find((code): code is string => typeof code === 'string' && refusals.includes(code))
  if (reason !== undefined) {
    return new ReauthorizationRequiredError(
      `${provider} refused to renew the connection. Connect the account again and save the new refresh token.`,
      { provider, reason }
    )
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
