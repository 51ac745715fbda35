import type { AccessToken, RefreshToken, TokenKind } from './entities'
import { AccountsError } from './errors'
import { zohoToken } from './ids'
import type { World } from './world'

/** Limits of the accounts server, from https://www.zoho.com/crm/developer/docs/api/v8/token-validity.html. */
const lifeMs = 60 * 60 * 1000
const windowMs = 10 * 60 * 1000
const tokensPerWindow = 10
const liveTokensPerRefreshToken = 15
const refreshTokensPerUser = 20

const tooMany = 'You have made too many requests continuously. Please try again after some time.'

const tokensOf = (world: World, refreshToken: string): AccessToken[] =>
  [...world.state.accessTokens.values()].filter((token) => token.refreshToken === refreshToken)

const isLive = (world: World, token: AccessToken): boolean => token.expiresAt > world.services.clock.now()

export const liveTokens = (world: World): AccessToken[] =>
  [...world.state.accessTokens.values()].filter((token) => isLive(world, token))

export const findLiveToken = (world: World, value: string): AccessToken | undefined => {
  const token = world.state.accessTokens.get(value)
  return token && isLive(world, token) ? token : undefined
}

/** The 16th live token ends the oldest. */
export const issueAccessToken = (world: World, refresh: RefreshToken): AccessToken => {
  const now = world.services.clock.now()
  refresh.issuedAt = refresh.issuedAt.filter((at) => at > now - windowMs)
  if (refresh.issuedAt.length >= tokensPerWindow) {
    throw new AccountsError({ error: 'Access Denied', error_description: tooMany, status: 'failure' })
  }
  refresh.issuedAt.push(now)
  const older = tokensOf(world, refresh.value).filter((token) => isLive(world, token))
  const surplus = older.slice(0, Math.max(0, older.length - liveTokensPerRefreshToken + 1))
  for (const token of surplus) world.state.accessTokens.delete(token.value)
  const { kind, scopes } = refresh
  const token = { value: zohoToken(), refreshToken: refresh.value, kind, scopes: [...scopes], expiresAt: now + lifeMs }
  world.state.accessTokens.set(token.value, token)
  return token
}

/** The 21st refresh token of a user ends the oldest. */
export const issueRefreshToken = (world: World, kind: TokenKind, scopes: readonly string[]): RefreshToken => {
  const older = [...world.state.refreshTokens.values()].filter((token) => token.kind === kind)
  const surplus = older.slice(0, Math.max(0, older.length - refreshTokensPerUser + 1))
  for (const token of surplus) revokeRefreshToken(world, token.value)
  const token: RefreshToken = { value: zohoToken(), kind, scopes: [...scopes], issuedAt: [] }
  world.state.refreshTokens.set(token.value, token)
  return token
}

/** Takes its access tokens with it, as documented for a refresh token that is pushed out. False when unknown. */
export const revokeRefreshToken = (world: World, value: string): boolean => {
  for (const token of tokensOf(world, value)) world.state.accessTokens.delete(token.value)
  return world.state.refreshTokens.delete(value)
}

export const expireAccessTokens = (world: World): void => {
  const now = world.services.clock.now()
  for (const token of world.state.accessTokens.values()) token.expiresAt = Math.min(token.expiresAt, now)
}
