import {
  codeGrant,
  type GrantOptions,
  type HttpClient,
  RateLimitedError,
  ReauthorizationRequiredError,
  refreshGrant,
  sharedGrant,
  type Token,
  type TokenSourceOptions,
} from '@hitl/core'
import { API, MOVING } from './client'
import type { HubSpotConfig } from './config'
import { asId } from './schemas'

const provider = 'HubSpot'

/**
 * Tokens last half an hour, so a few in ten minutes are plenty. Also what lets all instances know of a refusal.
 * Source: developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/manage-oauth-tokens.
 */
const RATION = { most: 20, perMs: 600_000, restMs: 300_000, rotates: true }

/** Not the secret: a token that was rotated has to outlive a wrong secret in the settings. */
export const boundTo = ({ refreshToken, clientId }: HubSpotConfig): readonly unknown[] =>
  refreshToken ? [refreshToken] : ['connected', clientId]

export const tokenSourceOptions = (config: HubSpotConfig, http: HttpClient): TokenSourceOptions => ({
  shared: sharedGrant(RATION),
  boundTo: boundTo(config),
  grant: (previous) => refresh(config, http, previous?.refresh),
})

/**
 * @param rotated what the latest renewal, or the connection in the browser, gave in place of the refresh token of the
 * settings
 * @throws ReauthorizationRequiredError when refused, or when there is none
 */
export async function refresh(config: HubSpotConfig, http: HttpClient, rotated: string | undefined): Promise<Token> {
  const refreshToken = rotated ?? config.refreshToken
  if (refreshToken) return refreshGrant(http, { ...grantOptions(config), refreshToken })
  throw new ReauthorizationRequiredError(
    'HubSpot is not connected. Save the settings of the integration in Botpress: the answer holds the address to open.',
    { provider, reason: NOT_CONNECTED }
  )
}

export const NOT_CONNECTED = 'not_connected'

export const exchange = (
  config: HubSpotConfig,
  http: HttpClient,
  redirect: { code: string; redirectUri: string }
): Promise<Token> => codeGrant(http, { ...grantOptions(config), ...redirect })

const grantOptions = ({ clientId, clientSecret }: HubSpotConfig): GrantOptions => ({
  provider,
  tokenUrl: `${API}/oauth/2026-03/token`,
  clientId,
  clientSecret,
  refusals: REFUSALS,
  limited,
  identity: ({ hub_id: hubId }) => asId(hubId),
})

/** HubSpot gives its own code in `status`, beside that of OAuth in `error`. */
export const WRONG_CLIENT_ID = 'BAD_CLIENT_ID'
export const WRONG_GRANT = ['invalid_grant', 'BAD_REFRESH_TOKEN', 'BAD_AUTH_CODE']
const REFUSALS = [WRONG_CLIENT_ID, ...WRONG_GRANT, 'BAD_CLIENT_SECRET', 'invalid_client', 'unauthorized_client']

/** Locked (423), too many (429), moving to another data centre (477). */
function limited(_answer: unknown, status: number): RateLimitedError | undefined {
  if (![423, 429, MOVING].includes(status)) return undefined
  const message =
    status === MOVING
      ? 'HubSpot is moving this account to another data centre and gives no access token meanwhile. Try again later.'
      : 'HubSpot gives no access token for the moment, because too many were asked for. Try again in a few minutes.'
  return new RateLimitedError(message, { status, retryAfterMs: RATION.restMs }, { provider })
}
