import {
  type HttpClient,
  RateLimitedError,
  refreshGrant,
  sharedGrant,
  type Token,
  type TokenSourceOptions,
} from '@hitl/core'
import { API, MOVING } from './client'
import type { HubSpotConfig } from './config'

const provider = 'HubSpot'

/**
 * Tokens last half an hour, so a few in ten minutes are plenty. Also what lets all instances know of a refusal.
 * Source: developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/manage-oauth-tokens.
 */
const RATION = { most: 20, perMs: 600_000, restMs: 300_000, rotates: true }

export const tokenSourceOptions = (config: HubSpotConfig, http: HttpClient): TokenSourceOptions => ({
  shared: sharedGrant(RATION),
  // Not to the secret: a token that was rotated has to outlive a wrong secret in the settings.
  boundTo: [config.refreshToken],
  grant: (previous) => refresh(config, http, previous?.refresh),
})

/** @param rotated what the latest renewal gave in place of the refresh token of the settings */
export const refresh = (config: HubSpotConfig, http: HttpClient, rotated: string | undefined): Promise<Token> =>
  refreshGrant(http, {
    provider,
    tokenUrl: `${API}/oauth/2026-03/token`,
    clientId: config.clientId,
    clientSecret: config.clientSecret,
    refreshToken: rotated ?? config.refreshToken,
    refusals: REFUSALS,
    limited,
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
