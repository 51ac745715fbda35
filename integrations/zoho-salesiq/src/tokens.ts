import {
  type HttpClient,
  RateLimitedError,
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

export const tokenSourceOptions = (config: ZohoSalesIqConfig, http: HttpClient): TokenSourceOptions => ({
  shared: sharedGrant(RATION),
  boundTo: [config.clientId, config.clientSecret, config.refreshToken, config.dataCenter],
  grant: async (previous) => (previous ? undefined : fromSettings(config)) ?? refresh(config, http),
})

/** The access token of the settings may be of any age: it is used until Zoho refuses it, and not for long. */
function fromSettings({ accessToken }: ZohoSalesIqConfig): Token | undefined {
  return accessToken ? { accessToken } : undefined
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

/** @throws ReauthorizationRequiredError with Zoho's code as its reason; RateLimitedError when too many were asked for */
export function refresh(config: ZohoSalesIqConfig, http: HttpClient): Promise<Token> {
  const { clientId, clientSecret, refreshToken, dataCenter } = config
  return refreshGrant(http, {
    provider,
    tokenUrl: `https://${dataCenters[dataCenter].accounts}/oauth/v2/token`,
    clientId,
    clientSecret,
    refreshToken,
    lifeMs,
    refusals: REFUSALS,
    limited,
  })
}

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

/** Whether the token came from a renewal of ours, with the settings as they are: only then it is known how long it lasts. */
export const isRenewed = (token: StoredToken | undefined): boolean =>
  (token?.expiresAt ?? 0) > Date.now() && (token?.pausedUntil ?? 0) < Date.now()
