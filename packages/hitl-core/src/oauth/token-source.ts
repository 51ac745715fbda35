import { BoundedCache } from '../bounded-cache'
import { ReauthorizationRequiredError } from '../errors'
import { sleep } from '../http/deadline'
import type { Platform } from '../botpress/platform'
import type { Acceptable, SharedGrant } from './shared-grant'
import type { StoredToken, TokenStore } from './token-store'

export type Token = {
  accessToken: string
  /** Epoch ms; absent when the token does not expire. */
  expiresAt?: number | undefined
  /** What the next token is obtained with: a refresh token, a session cookie. */
  refresh?: string | undefined
  /** Id of the person or account the token speaks as, when the provider tells. */
  identity?: string | undefined
  /** Hash of the settings it was obtained with; set by core. */
  settings?: string | undefined
}

export type TokenSourceOptions = {
  /**
   * Obtains a token from the provider: the first one when `previous` is undefined, else the one that follows it.
   * @throws ReauthorizationRequiredError when refused for good; any other error counts as a passing failure.
   */
  grant(previous: Token | undefined): Promise<Token>
  /** A token is renewed this long before it expires, in ms; five minutes when absent. */
  earlyMs?: number
  /** What the token depends on, for a credential that not all settings bear upon; a token obtained with other values is not used. */
  boundTo?: readonly unknown[]
  /** Made by `sharedGrant`: what all instances agree on. Only for the installation's own credential. */
  shared?: SharedGrant
}

export type TokenSource = {
  /** A token that is valid now. Costs nothing while one is in memory. */
  get(): Promise<Token>
  /** A token other than `refused`, after the provider turned that one away. */
  renew(refused: Token): Promise<Token>
  /** What is stored, valid or not. */
  stored(): Promise<StoredToken | undefined>
  /** Stores a token that was obtained elsewhere. */
  save(token: Token & Pick<StoredToken, 'connectedWith'>): Promise<void>
}

const EARLY_MS = 5 * 60_000
const REFUSAL_MEMORY_MS = 60_000
/** A refusal often means that another instance rotated the token a moment ago and is still saving it. */
const ROTATION_LOOKS_MS = [0, 300, 900]
/** One per live session where each has a credential of its own. */
const memory = new BoundedCache<Token>({ maxEntries: 20_000 })
/** Granted, but Botpress did not take it yet: it is stored before anything else is asked for. */
const unsaved = new BoundedCache<Token>({ maxEntries: 500 })
const inFlight = new Map<string, Promise<Token>>()
const refusals = new BoundedCache<{ refresh: string | undefined; at: number; error: unknown }>({ maxEntries: 500 })

/**
 * Keeps one credential valid. `key` names it across this process. Memory saves calls and nothing else: the store is
 * read before every renewal and after every refusal, since other instances renew as well, and a renewed token is
 * stored before anybody uses it.
 */
export function createTokenSource(
  key: string,
  store: TokenStore,
  options: TokenSourceOptions,
  platform?: Platform
): TokenSource {
  const earlyMs = options.earlyMs ?? EARLY_MS
  const shared = platform && options.shared?.(platform, store)
  const lasts = (token: Token | undefined, ms: number): token is Token =>
    token !== undefined &&
    token.accessToken !== '' &&
    (token.expiresAt === undefined || token.expiresAt - ms > Date.now())
  const usable = (token: Token | undefined): token is Token => lasts(token, earlyMs)

  const save = async (token: StoredToken): Promise<void> => {
    await store.write(token)
    unsaved.delete(key)
    memory.set(key, token)
  }

  const obtain = async (previous: StoredToken | undefined): Promise<Token> => {
    const attempt = shared?.attempt(previous)
    const known = refusals.get(key)
    if (previous && known && known.refresh === previous.refresh && Date.now() - known.at < REFUSAL_MEMORY_MS)
      throw known.error
    try {
      const granted = await options.grant(previous?.accessToken ? previous : undefined)
      const token = attempt?.keep(granted) ?? granted
      unsaved.set(key, token)
      await save(token)
      return token
    } catch (error) {
      const isRefusal = error instanceof ReauthorizationRequiredError
      const rotated = isRefusal ? await lookForRotation(store, previous) : undefined
      if (!rotated) {
        // Without a credential to burn there is nothing to spare: a corrected setting has to work at once.
        if (previous && isRefusal) refusals.set(key, { refresh: previous.refresh, at: Date.now(), error })
        await attempt?.failed(error).catch(() => undefined)
        throw error
      }
      memory.set(key, rotated)
      return usable(rotated) ? rotated : obtain(rotated)
    }
  }

  const renewAlone = async (acceptable: Acceptable): Promise<Token> => {
    const stored = await store.read()
    return acceptable(stored) ? stored : obtain(stored)
  }

  const renew = async (acceptable: Acceptable, stillGood: Acceptable): Promise<Token> => {
    const kept = unsaved.get(key)
    if (kept && !acceptable(await store.read())) await save(kept)
    unsaved.delete(key)
    const token = await (shared?.exclusively(acceptable, stillGood, obtain) ?? renewAlone(acceptable))
    memory.set(key, token)
    return token
  }

  const renewOnce = async (acceptable: Acceptable, stillGood = acceptable): Promise<Token> => {
    for (let running = inFlight.get(key); running; running = inFlight.get(key)) {
      const token = await running
      if (acceptable(token)) return token
    }
    const renewal = renew(acceptable, stillGood).finally(() => inFlight.delete(key))
    inFlight.set(key, renewal)
    return renewal
  }

  return {
    async save(token) {
      unsaved.set(key, token)
      await save((await shared?.keep(token)) ?? token)
    },
    stored: () => store.read(),
    async get() {
      const cached = memory.get(key)
      if (usable(cached)) return cached
      try {
        return await renewOnce(usable, (token): token is Token => lasts(token, 0))
      } catch (error) {
        // Renewed early: until it really expires, a renewal that fails for the moment does no harm.
        if (error instanceof ReauthorizationRequiredError) throw error
        if (lasts(cached, 0)) return cached
        const stored = await store.read().catch(() => undefined)
        if (lasts(stored, 0)) return stored
        throw error
      }
    },
    async renew(refused) {
      const cached = memory.get(key)
      if (cached && cached.accessToken !== refused.accessToken && usable(cached)) return cached
      return renewOnce((token): token is Token => usable(token) && token.accessToken !== refused.accessToken)
    },
  }
}

async function lookForRotation(store: TokenStore, previous: Token | undefined): Promise<Token | undefined> {
  for (const wait of ROTATION_LOOKS_MS) {
    if (wait > 0) await sleep(wait)
    const stored = await store.read()
    if (stored && (stored.refresh !== previous?.refresh || stored.accessToken !== previous?.accessToken)) return stored
  }
  return undefined
}
