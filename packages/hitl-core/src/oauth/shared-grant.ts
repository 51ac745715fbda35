import { createLock } from '../botpress/lock'
import { state } from '../botpress/names'
import type { Platform } from '../botpress/platform'
import { ProviderUnreachableError, RateLimitedError, ReauthorizationRequiredError } from '../errors'
import { sleep } from '../http/deadline'
import type { Token } from './token-source'
import { createStateTokenStore, type StoredToken, type TokenStore } from './token-store'

/** For providers that limit how often a token may be asked for. All times in ms. */
export type Ration = {
  /** No more tokens than this are asked for within `perMs`, by all instances together. */
  most: number
  perMs: number
  /** After a refusal, or when the provider asks to wait, nobody asks again for so long. */
  restMs: number
  /** Each renewal may end the refresh token before it: what other settings have obtained is never overwritten by a refusal. */
  rotates?: boolean
}

export type Acceptable = (token: Token | undefined) => token is Token

/** What all instances of an installation agree on when a token has to be obtained. */
export type SharedRules = {
  /**
   * Lets one instance obtain a token; the others wait for what it stores, as long as their step has time. Nobody waits
   * while the stored one is still good.
   */
  exclusively(
    acceptable: Acceptable,
    stillGood: Acceptable,
    obtain: (stored: StoredToken | undefined) => Promise<Token>
  ): Promise<Token>
  /** @throws RateLimitedError or ReauthorizationRequiredError while nobody may ask */
  attempt(stored: StoredToken | undefined): GrantAttempt
  /** A token that was obtained elsewhere, as it has to be stored. */
  keep(token: StoredToken): Promise<StoredToken>
}

export type GrantAttempt = { keep(token: Token): StoredToken; failed(error: unknown): Promise<void> }

export type SharedGrant = (platform: Platform, store: TokenStore) => SharedRules

/** What a step needs after waiting, to do what it wants the token for, in ms. */
const LEFT_MS = 1_500
/** How long to wait for the instance that renews, in ms between the looks. */
const LOOKS_MS = [0, 300, 500, 800, 1_200, 2_000, 3_000, 4_000]

/** Longer than any renewal takes, in ms. */
const RENEWAL_MS = 20_000

/** Longer than any step lasts, in ms: another try of the same step would only wait once more. */
const AFTER_THE_STEP_MS = 60_000

/**
 * One grant for any number of instances that need a token at the same moment; with a `ration` no more of them than the
 * provider bears, and none that is known to be refused.
 */
export const sharedGrant =
  (ration?: Ration): SharedGrant =>
  (platform, store) => {
    const lock = createLock(platform, state.renewal, RENEWAL_MS)
    return {
      async exclusively(acceptable, stillGood, obtain) {
        for (const wait of LOOKS_MS) {
          if (wait > 0 && platform.deadline.remainingMs() < wait + LEFT_MS) break
          if (wait > 0) await sleep(wait)
          const stored = await store.read()
          if (acceptable(stored)) return stored
          assertNotPaused(stored)
          if (!(await lock.claim())) {
            if (stillGood(stored)) return stored
            continue
          }
          try {
            // Another instance may have finished between the look and the claim.
            const latest = await store.read()
            return acceptable(latest) ? latest : await obtain(latest)
          } finally {
            await lock.release().catch(() => undefined)
          }
        }
        const message = 'Another call is renewing the access token and takes too long. Try again.'
        throw new RateLimitedError(message, { status: 0, retryAfterMs: AFTER_THE_STEP_MS })
      },
      attempt(stored) {
        assertNotPaused(stored)
        const grants = ration && takeRation(ration, stored)
        return {
          keep: (token) => carried(token, { ...stored, grants }),
          async failed(error) {
            // What never left the provider cannot have counted.
            const isUnsent = error instanceof ProviderUnreachableError && !error.sent
            if (ration && !isUnsent) await rest(platform, store, ration, { ...stored, grants }, error)
          },
        }
      },
      keep: async (token) => (ration ? carried(token, await store.read()) : token),
    }
  }

/** What outlives the token it was stored with. */
function carried(token: StoredToken, stored: Partial<StoredToken> | undefined): StoredToken {
  const { grants, connectedWith } = stored ?? {}
  return { ...(grants ? { grants } : {}), ...(connectedWith === undefined ? {} : { connectedWith }), ...token }
}

/** What is stored, whatever settings it was obtained with. */
const storeOf = ({ client, integrationId: id }: Platform) =>
  createStateTokenStore(client, { type: 'integration', id, name: state.installationToken })

/** Lets all instances know of a failure, unless one of them has a new token meanwhile. */
async function rest(
  platform: Platform,
  store: TokenStore,
  { restMs, rotates }: Ration,
  stored: Partial<StoredToken>,
  error: unknown
): Promise<void> {
  const latest = await store.read()
  if ((latest?.accessToken ?? '') !== (stored.accessToken ?? '')) return
  // Wrong settings must not cost the token that the right ones have.
  if (rotates && !latest && (await storeOf(platform).read())?.accessToken) return
  const isRefusal = error instanceof ReauthorizationRequiredError
  const isPaused = isRefusal || error instanceof RateLimitedError
  const wishMs = error instanceof RateLimitedError ? (error.retryAfterMs ?? 0) : 0
  await store.write({
    accessToken: '',
    ...stored,
    pausedUntil: isPaused ? Date.now() + Math.max(restMs, wishMs) : undefined,
    pausedBecause: isPaused ? error.message : undefined,
    refusal: isRefusal ? (error.reason ?? '') : undefined,
  })
}

/** When tokens were asked for, this time included. @throws RateLimitedError when that would be too many */
function takeRation({ most, perMs }: Ration, stored: StoredToken | undefined): number[] {
  const now = Date.now()
  const recent = (stored?.grants ?? []).filter((at) => now - at < perMs)
  const [oldest = now] = recent
  if (recent.length < most) return [...recent, now]
  throw new RateLimitedError('Too many access tokens were needed in a short time. Try again in a few minutes.', {
    status: 429,
    retryAfterMs: oldest + perMs - now,
  })
}

function assertNotPaused(stored: StoredToken | undefined): void {
  const { pausedUntil = 0, pausedBecause = '', refusal } = stored ?? {}
  const retryAfterMs = pausedUntil - Date.now()
  if (retryAfterMs <= 0) return
  if (refusal === undefined) throw new RateLimitedError(pausedBecause, { status: 429, retryAfterMs })
  throw new ReauthorizationRequiredError(pausedBecause, { reason: refusal })
}
