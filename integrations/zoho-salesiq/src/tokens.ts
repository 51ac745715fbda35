import {
  codeGrant,
  type GrantOptions,
  hash,
  type HttpClient,
  RateLimitedError,
  ReauthorizationRequiredError,
  refreshGrant,
  sharedGrant,
  type StoredToken,
  type Token,
  type TokenSourceOptions,
} from '@hitl/core'
import type { ZohoSalesIqConfig } from './config'
import { dataCenters } from './data-centers'

const provider = 'Zoho SalesIQ'

/**
 * Zoho gives ten access tokens per refresh token in ten minutes; half of them are ours.
 * Source: zoho.com/crm/developer/docs/api/v8/token-validity.html.
 */
const RATION = { most: 5, perMs: 600_000, restMs: 200_000 }

/** A connection made in the browser outlives another client secret. */
export const boundTo = (config: ZohoSalesIqConfig): readonly unknown[] => {
  const { clientId, clientSecret, refreshToken, dataCenter } = config
  return refreshToken ? [clientId, clientSecret, refreshToken, dataCenter] : ['connected', clientId, dataCenter]
}

export const tokenSourceOptions = (config: ZohoSalesIqConfig, http: HttpClient): TokenSourceOptions => ({
  shared: sharedGrant(RATION),
  boundTo: boundTo(config),
  grant: async (previous) => (previous ? undefined : fromSettings(config)) ?? refresh(config, http, previous?.refresh),
})

/** The access token of the settings may be of any age: it is used until Zoho refuses it, and not for long. */
function fromSettings({ accessToken, refreshToken }: ZohoSalesIqConfig): Token | undefined {
  return accessToken && refreshToken ? { accessToken } : undefined
}

/** Zoho's answers for a refusal come with status 200. */
const REFUSALS = [
  'invalid_code',
  'invalid_client',
  'invalid_client_secret',
  'invalid_redirect_uri',
  'invalid_grant',
  'unauthorized_client',
  'access_denied',
]

export const NOT_CONNECTED = 'not_connected'

/**
 * @param connected what the connection in the browser gave, for settings without a refresh token
 * @throws ReauthorizationRequiredError with Zoho's code as its reason; RateLimitedError when too many were asked for
 */
export async function refresh(
  config: ZohoSalesIqConfig,
  http: HttpClient,
  connected: string | undefined
): Promise<Token> {
  const refreshToken = config.refreshToken || connected
  if (refreshToken) return refreshGrant(http, { ...grantOptions(config), refreshToken })
  throw new ReauthorizationRequiredError(
    'Zoho SalesIQ is not connected. Save the settings of the integration in Botpress: the answer holds the address to open.',
    { provider, reason: NOT_CONNECTED }
  )
}

export const exchange = (
  config: ZohoSalesIqConfig,
  http: HttpClient,
  redirect: { code: string; redirectUri: string }
): Promise<Token> => codeGrant(http, { ...grantOptions(config), ...redirect })

function grantOptions(config: ZohoSalesIqConfig): GrantOptions {
  const { clientId, clientSecret, dataCenter } = config
  return {
    provider,
    tokenUrl: `https://${dataCenters[dataCenter].accounts}/oauth/v2/token`,
    clientId,
    clientSecret,
    lifeMs,
    refusals: REFUSALS,
    limited,
    identity: () => printOf(config),
  }
}

/** Tells which secret a token was obtained with, without giving it away. */
const printOf = ({ clientSecret }: ZohoSalesIqConfig) => hash(`client secret ${clientSecret}`).slice(0, 16)

const LONGEST_LIFE_S = 86_400

/** ORG clients get `expires_in` in milliseconds, and then the seconds in `expires_in_sec`; other clients get seconds. */
function lifeMs({ expires_in_sec: inSeconds, expires_in: either }: Readonly<Record<string, unknown>>): number {
  const seconds = Number(inSeconds ?? Number.NaN)
  if (Number.isFinite(seconds)) return seconds * 1_000
  const given = Number(either ?? Number.NaN)
  return given > LONGEST_LIFE_S ? given : given * 1_000
}

function limited(
  { error, error_description: more }: Readonly<Record<string, unknown>>,
  status: number
): RateLimitedError | undefined {
  if (status !== 429 && !/access denied|too many requests/i.test(`${String(error)} ${String(more)}`)) return undefined
  const message =
    'Zoho gives no new access token for the moment, because too many were asked for. Try again in ten minutes.'
  return new RateLimitedError(message, { status: 200, retryAfterMs: RATION.restMs }, { provider })
}

/** Whether the token came from Zoho, which tells how long it lasts, with the settings as they are. */
export const isProof = (token: StoredToken | undefined, config: ZohoSalesIqConfig): boolean =>
  (token?.expiresAt ?? 0) > Date.now() &&
  (token?.pausedUntil ?? 0) < Date.now() &&
  (token?.identity ?? printOf(config)) === printOf(config)
