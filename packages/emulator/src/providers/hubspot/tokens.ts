import type { AccessToken, Grant, GrantCode } from './entities'
import { newAccessToken, newCode, newRefreshToken } from './ids'
import type { World } from './world'

/** Access tokens live 30 minutes. */
export const lifeSeconds = 1800

export const issueAccessToken = (world: World, grant: Grant): AccessToken => {
  const expiresAt = world.services.clock.now() + lifeSeconds * 1000
  const token = { value: newAccessToken(), grant, expiresAt }
  world.state.accessTokens.set(token.value, token)
  return token
}

export const issueRefreshToken = ({ state }: World, grant: Grant): string => {
  const value = newRefreshToken()
  state.refreshTokens.set(value, grant)
  return value
}

export const isLive = (world: World, token: AccessToken): boolean => token.expiresAt > world.services.clock.now()

export const liveTokens = (world: World): string[] =>
  [...world.state.accessTokens.values()].filter((token) => isLive(world, token)).map(({ value }) => value)

export const expireAccessTokens = (world: World): void => {
  const now = world.services.clock.now()
  for (const token of world.state.accessTokens.values()) token.expiresAt = Math.min(token.expiresAt, now)
}

/** The newest one that still works. */
export const currentRefreshToken = ({ state }: World): string | undefined => [...state.refreshTokens.keys()].at(-1)

/** Takes the access tokens of the same consent with it. False when unknown. */
export const revokeRefreshToken = ({ state }: World, value: string): boolean => {
  const grant = state.refreshTokens.get(value)
  if (!grant) return false
  state.refreshTokens.delete(value)
  for (const token of state.accessTokens.values()) {
    if (token.grant.id === grant.id) state.accessTokens.delete(token.value)
  }
  return true
}

export const uninstall = ({ state }: World): void => {
  state.refreshTokens.clear()
  state.accessTokens.clear()
}

export type GrantOptions = { redirectUri?: string; scopes?: readonly string[]; userId?: number }

/** What the consent page sends back: a code for every scope of the seed and the first user, unless told. */
export const grantCode = (world: World, seedScopes: readonly string[], options: GrantOptions): string => {
  const { app, users, grantCodes } = world.state
  const code: GrantCode = {
    value: newCode(),
    scopes: [...(options.scopes ?? seedScopes)],
    userId: options.userId ?? [...users.keys()][0] ?? 0,
    redirectUri: options.redirectUri ?? app.redirectUris[0] ?? '',
  }
  if (!app.redirectUris.includes(code.redirectUri)) {
    throw new Error(`${code.redirectUri} is not a redirect URI of the app`)
  }
  grantCodes.set(code.value, code)
  return code.value
}
