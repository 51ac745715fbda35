import { type Consent, consentTo } from './consent'
import type { HubSpotSeed } from './seed'
import {
  currentRefreshToken,
  expireAccessTokens,
  grantCode,
  liveTokens,
  revokeRefreshToken,
  uninstall,
  type GrantOptions,
} from './tokens'
import type { World } from './world'

export type TokenControls = {
  /** What the consent page gives to the redirect address: a code to exchange once. */
  grantCode(options?: GrantOptions): string
  /** Enters a redirect URL at the app, as the developer account does. */
  allowRedirect(redirectUri: string): void
  /** An administrator opens the page that asks for access. Returns the address at which the browser ends up. */
  consentTo(address: string, consent?: Consent): string
  /** Every access token given out so far stops working. */
  expireAccessTokens(): void
  /** The current refresh token unless told; the access tokens of its consent go with it. */
  revokeRefreshToken(token?: string): void
  /** The portal uninstalls the app: all tokens end. */
  uninstall(): void
  /** Calls of the token endpoint so far, refused ones too. */
  readonly tokenRequests: number
  /** Access tokens that work now, oldest first. */
  readonly liveTokens: readonly string[]
  /** The newest refresh token that works. */
  readonly currentRefreshToken: string | undefined
}

export const tokenControls = (world: World, seeded: () => HubSpotSeed): TokenControls => ({
  grantCode: (options = {}) => grantCode(world, seeded().scopes, options),
  allowRedirect: (redirectUri) => {
    world.state.app.redirectUris.push(redirectUri)
  },
  consentTo: (address, consent = 'agree') => consentTo(world, seeded(), address, consent),
  expireAccessTokens: () => expireAccessTokens(world),
  revokeRefreshToken: (token = currentRefreshToken(world) ?? '') => {
    revokeRefreshToken(world, token)
  },
  uninstall: () => uninstall(world),
  get tokenRequests() {
    return world.state.tokenRequests
  },
  get liveTokens() {
    return liveTokens(world)
  },
  get currentRefreshToken() {
    return currentRefreshToken(world)
  },
})
