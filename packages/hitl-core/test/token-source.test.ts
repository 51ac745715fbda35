import { InternalError, InvalidPayloadError } from '@botpress/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { StateAddress } from '../src/botpress/port'
import type { Token, TokenSourceOptions } from '../src/oauth/token-source'
import type { TokenStore } from '../src/oauth/token-store'
import { createFakeBotpress } from '../src/testing'
import { failureOf, freezeTime, outcomes, withTimePassing } from './support'

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

const HOUR_MS = 3_600_000
const EARLY_MS = 5 * 60_000
const passMs = (ms: number) => void vi.setSystemTime(Date.now() + ms)
const tick = () => new Promise<void>((resolve) => void realImmediate(resolve))
const realImmediate = globalThis.setImmediate

/** A process of its own: modules with their own memory, and the errors that belong to them. */
async function newProcess() {
  vi.resetModules()
  const [{ createTokenSource }, errors] = await Promise.all([
    import('../src/oauth/token-source'),
    import('../src/errors'),
  ])
  return { createTokenSource, ...errors }
}

type Process = Awaited<ReturnType<typeof newProcess>>

type Account = {
  /** The refresh tokens that were used, in order. */
  grants: (string | undefined)[]
  refresh: string
  isRevoked: boolean
  failure: Error | undefined
  stored: Token | undefined
  writes: string[]
  reads: number
  writeFailure: Error | undefined
  store: TokenStore
  options(process: Process): TokenSourceOptions
}

/** An account whose refresh tokens work once each, and a store that all processes share. */
function createAccount(first = 'refresh-0'): Account {
  const account: Account = {
    grants: [],
    refresh: first,
    isRevoked: false,
    failure: undefined,
    stored: undefined,
    writes: [],
    reads: 0,
    writeFailure: undefined,
    store: {
      async read() {
        account.reads += 1
        await tick()
        return account.stored
      },
      async write(token: Token) {
        await tick()
        if (account.writeFailure) throw account.writeFailure
        account.stored = token
        account.writes.push(token.accessToken)
      },
    },
    options: (process) => ({
      async grant(previous) {
        const refresh = previous?.refresh ?? first
        account.grants.push(refresh)
        await tick()
        await tick()
        if (account.failure) throw account.failure
        if (account.isRevoked || refresh !== account.refresh) throw new process.ReauthorizationRequiredError('refused')
        account.refresh = `refresh-${account.grants.length}`
        const accessToken = `access-${account.grants.length}`
        return { accessToken, refresh: account.refresh, expiresAt: Date.now() + HOUR_MS }
      },
    }),
  }
  return account
}

let keys = 0
async function setUp() {
  const account = createAccount()
  const process = await newProcess()
  const key = `key-${(keys += 1)}`
  const open = (by = process) => by.createTokenSource(key, account.store, account.options(by))
  return { account, process, key, open, source: open() }
}

const validFor = (ms: number, accessToken = 'access-stored', refresh = 'refresh-0'): Token => ({
  accessToken,
  refresh,
  expiresAt: Date.now() + ms,
})

describe('a token', () => {
  it('is granted once when ten callers need one at the same time', async () => {
    const { account, open } = await setUp()
    const tokens = await Promise.all(Array.from({ length: 10 }, () => open().get()))
    expect(account.grants).toHaveLength(1)
    expect(new Set(tokens.map(({ accessToken }) => accessToken))).toEqual(new Set(['access-1']))
  })

  it('is renewed once when ten callers were refused at the same time', async () => {
    const { account, open } = await setUp()
    const refused = await open().get()
    const tokens = await Promise.all(Array.from({ length: 10 }, () => open().renew(refused)))
    expect(account.grants).toHaveLength(2)
    expect(new Set(tokens.map(({ accessToken }) => accessToken))).toEqual(new Set(['access-2']))
  })

  it('in memory costs neither grant nor read', async () => {
    const { account, source } = await setUp()
    await source.get()
    const { reads } = account
    await source.get()
    expect([account.grants.length, account.reads]).toEqual([1, reads])
  })

  it('in the store is used by a process that has just started', async () => {
    const { account, source } = await setUp()
    account.stored = validFor(HOUR_MS)
    expect((await source.get()).accessToken).toBe('access-stored')
    expect(account.grants).toEqual([])
  })

  it.each([
    [EARLY_MS + 1_000, 0],
    [EARLY_MS, 1],
    [-1, 1],
  ])('that expires in %i ms takes %i grants', async (ms, grants) => {
    const { account, source } = await setUp()
    account.stored = validFor(ms)
    await source.get()
    expect(account.grants).toHaveLength(grants)
  })

  it('in memory is renewed early too', async () => {
    const { account, source } = await setUp()
    await source.get()
    passMs(HOUR_MS - EARLY_MS)
    expect((await source.get()).accessToken).toBe('access-2')
    expect(account.grants).toEqual(['refresh-0', 'refresh-1'])
  })

  it('without an end is used until it is refused', async () => {
    const { account, source } = await setUp()
    account.stored = { accessToken: 'for-ever' }
    passMs(1_000 * HOUR_MS)
    expect((await source.get()).accessToken).toBe('for-ever')
  })

  it('is stored before anybody uses it', async () => {
    const { account, source } = await setUp()
    const token = await source.get()
    expect(account.writes).toEqual([token.accessToken])
    expect(account.stored).toMatchObject({ refresh: 'refresh-1' })
  })

  it('of one key is never given out for another', async () => {
    const { account, process, source } = await setUp()
    await source.get()
    const other = createAccount()
    const otherToken = await process.createTokenSource(`key-${(keys += 1)}`, other.store, other.options(process)).get()
    expect(otherToken).toBe(other.stored)
    expect(account.grants).toHaveLength(1)
  })
})

describe('several processes', () => {
  it('share one grant as long as the token lives', async () => {
    const { account, open } = await setUp()
    await open().get()
    const token = await open(await newProcess()).get()
    expect(token.accessToken).toBe('access-1')
    expect(account.grants).toHaveLength(1)
  })

  it('take over what another one renewed, without a grant', async () => {
    const { account, open, source } = await setUp()
    const old = await source.get()
    await open(await newProcess()).renew(old)
    expect((await source.renew(old)).accessToken).toBe('access-2')
    expect(account.grants).toHaveLength(2)
  })

  it('use the token another one is storing when their own refresh token was used up by it', async () => {
    const { account, source } = await setUp()
    account.stored = validFor(-1)
    account.refresh = 'refresh-other'
    setTimeout(() => (account.stored = validFor(HOUR_MS, 'access-other', 'refresh-other')), 700)
    expect((await withTimePassing(source.get())).accessToken).toBe('access-other')
    expect(account.grants).toEqual(['refresh-0'])
  })

  it('that renew at the same moment both end with a valid token', async () => {
    const { account, open } = await setUp()
    const processes = await Promise.all([newProcess(), newProcess()])
    account.stored = validFor(-1)
    const tokens = await withTimePassing(Promise.all(processes.map((process) => open(process).get())))
    expect(tokens.map(({ accessToken }) => accessToken)).toEqual([
      account.stored?.accessToken,
      account.stored?.accessToken,
    ])
  })
})

describe('a refused renewal', () => {
  it('is refused for good: one grant, and the callers are told to reconnect', async () => {
    const { account, open } = await setUp()
    account.stored = validFor(-1)
    account.isRevoked = true
    const failures = await withTimePassing(outcomes(Array.from({ length: 5 }, () => open().get())))
    expect(failures).toEqual(failures.map(() => expect.objectContaining({ name: 'ReauthorizationRequiredError' })))
    expect(account.grants).toHaveLength(1)
  })

  it('is not tried again by later calls', async () => {
    const { account, source } = await setUp()
    account.stored = validFor(-1)
    account.isRevoked = true
    await withTimePassing(failureOf(source.get()))
    for (let call = 0; call < 5; call += 1) {
      passMs(5_000)
      expect(await withTimePassing(failureOf(source.get()))).toMatchObject({ name: 'ReauthorizationRequiredError' })
    }
    expect(account.grants).toHaveLength(1)
  })

  it('is over as soon as somebody stored another token', async () => {
    const { account, source } = await setUp()
    account.stored = validFor(-1)
    account.isRevoked = true
    await withTimePassing(failureOf(source.get()))
    account.isRevoked = false
    account.refresh = 'refresh-new'
    await source.save(validFor(-1, 'x', 'refresh-new'))
    expect((await withTimePassing(source.get())).accessToken).toBe('access-2')
  })
})

describe('a renewal that just fails', () => {
  it('is no refusal, and the next call tries again', async () => {
    const { account, process, source } = await setUp()
    account.failure = new process.ProviderUnreachableError('down', { sent: true })
    expect(await failureOf(source.get())).toMatchObject({ name: 'ProviderUnreachableError' })
    account.failure = undefined
    expect((await source.get()).accessToken).toBe('access-2')
  })

  it('fails everybody who waits for it, and is sent once', async () => {
    const { account, process, open } = await setUp()
    account.failure = new process.ProviderUnreachableError('down', { sent: true })
    const failures = await outcomes([open().get(), open().get(), open().get()])
    expect(failures.map(String)).toEqual(failures.map(() => 'ProviderUnreachableError: down'))
    expect(account.grants).toHaveLength(1)
  })

  it('because the store cannot be read makes no grant', async () => {
    const { account, process, key } = await setUp()
    const store = { ...account.store, read: () => Promise.reject(new InternalError('down')) }
    const source = process.createTokenSource(key, store, account.options(process))
    await expect(source.get()).rejects.toThrow('down')
    expect(account.grants).toEqual([])
  })
})

describe('a renewal ahead of time', () => {
  const EXPIRING_MS = EARLY_MS - 60_000

  it.each(['in memory', 'in the store'] as const)(
    'that fails for the moment leaves the token %s in use until it really expires',
    async (place) => {
      const { account, process, source } = await setUp()
      if (place === 'in memory') {
        await source.get()
        passMs(HOUR_MS - EXPIRING_MS)
      } else account.stored = validFor(EXPIRING_MS, 'access-1')
      const { length } = account.grants
      account.failure = new process.ProviderUnreachableError('down', { sent: true })
      expect((await source.get()).accessToken).toBe('access-1')
      passMs(EXPIRING_MS - 1)
      expect((await source.get()).accessToken).toBe('access-1')
      expect(account.grants.length - length).toBe(2)
      passMs(1)
      expect(await failureOf(source.get())).toMatchObject({ name: 'ProviderUnreachableError' })
    }
  )

  it('that fails for the moment is tried again by the next call', async () => {
    const { account, process, source } = await setUp()
    account.stored = validFor(EXPIRING_MS)
    account.failure = new process.ProviderUnreachableError('down', { sent: true })
    await source.get()
    account.failure = undefined
    expect((await source.get()).accessToken).toBe('access-2')
  })

  it('that fails leaves the token in the store in use also when the one in memory has expired', async () => {
    const { account, process, source } = await setUp()
    await source.get()
    passMs(HOUR_MS)
    account.stored = validFor(EXPIRING_MS, 'access-of-another-process')
    account.failure = new process.ProviderUnreachableError('down', { sent: true })
    expect((await source.get()).accessToken).toBe('access-of-another-process')
  })

  it('that is kept from happening by Botpress leaves the token in memory in use', async () => {
    const { account, process, key, source } = await setUp()
    await source.get()
    passMs(HOUR_MS - EXPIRING_MS)
    const store = { ...account.store, read: () => Promise.reject(new InternalError('down')) }
    const cutOff = process.createTokenSource(key, store, account.options(process))
    expect((await cutOff.get()).accessToken).toBe('access-1')
    passMs(EXPIRING_MS)
    await expect(cutOff.get()).rejects.toThrow('down')
  })

  it('that is refused for good is a refusal, although the token has some minutes left', async () => {
    const { account, source } = await setUp()
    account.stored = validFor(EXPIRING_MS)
    account.isRevoked = true
    expect(await withTimePassing(failureOf(source.get()))).toMatchObject({ name: 'ReauthorizationRequiredError' })
  })

  it('that fails gives no expiring token in place of one that a call refused', async () => {
    const { account, process, source } = await setUp()
    account.stored = validFor(EXPIRING_MS)
    account.failure = new process.ProviderUnreachableError('down', { sent: true })
    const refused = await source.get()
    expect(await failureOf(source.renew(refused))).toMatchObject({ name: 'ProviderUnreachableError' })
  })
})

describe('an empty token', () => {
  it('in the store is never given out, and is not what the next one follows', async () => {
    const { account, source } = await setUp()
    account.stored = { accessToken: '', refresh: 'refresh-of-nothing' }
    expect((await source.get()).accessToken).toBe('access-1')
    expect(account.grants).toEqual(['refresh-0'])
  })
})

describe('a token that could not be stored', () => {
  it('is given to nobody', async () => {
    const { account, source } = await setUp()
    account.writeFailure = new InternalError('down')
    await expect(source.get()).rejects.toThrow('down')
  })

  it('is not lost: the next call stores it and asks for no other', async () => {
    const { account, source } = await setUp()
    account.stored = validFor(-1)
    account.writeFailure = new InternalError('down')
    await expect(source.get()).rejects.toThrow('down')
    account.writeFailure = undefined
    expect(await withTimePassing(source.get().catch((error: unknown) => error))).toMatchObject({
      accessToken: 'access-1',
    })
    expect(account.stored).toMatchObject({ accessToken: 'access-1', refresh: 'refresh-1' })
    expect(account.grants).toHaveLength(1)
  })
})

describe('renew', () => {
  it('gives the token in memory when that is another one than was refused', async () => {
    const { account, source } = await setUp()
    await source.get()
    expect((await source.renew({ accessToken: 'older' })).accessToken).toBe('access-1')
    expect(account.grants).toHaveLength(1)
  })

  it('never gives the refused token back, although it would be valid for long', async () => {
    const { account, source } = await setUp()
    account.stored = validFor(HOUR_MS)
    const refused = await source.get()
    expect((await source.renew(refused)).accessToken).toBe('access-1')
    expect((await source.get()).accessToken).toBe('access-1')
    expect(account.grants).toEqual(['refresh-0'])
  })

  it('never gives the refused token back, although a get of it is under way', async () => {
    const { account, source } = await setUp()
    account.stored = validFor(HOUR_MS)
    const [, renewed] = await Promise.all([source.get(), source.renew(validFor(HOUR_MS))])
    expect(renewed.accessToken).toBe('access-1')
    expect(account.grants).toEqual(['refresh-0'])
  })
})

describe('the store in a Botpress state', () => {
  const address: StateAddress = { type: 'integration', id: 'integration-1', name: 'installationToken' }
  const open = async () => {
    const { createStateTokenStore } = await import('../src/oauth/token-store')
    const botpress = createFakeBotpress()
    return { botpress, store: createStateTokenStore(botpress, address) }
  }

  it('gives back what was written, and nothing before', async () => {
    const { store } = await open()
    expect(await store.read()).toBeUndefined()
    await store.write({ accessToken: 'a', refresh: 'r', expiresAt: 5, identity: 'visitor-7' })
    expect(await store.read()).toEqual({ accessToken: 'a', refresh: 'r', expiresAt: 5, identity: 'visitor-7' })
  })

  it('tries three times to write a token', async () => {
    const { botpress, store } = await open()
    botpress.failNext('setState', new InternalError('down'))
    botpress.failNext('setState', new InternalError('down'))
    await store.write({ accessToken: 'a' })
    expect(await store.read()).toEqual({ accessToken: 'a' })
    for (let time = 0; time < 3; time += 1) botpress.failNext('setState', new InternalError('down'))
    await expect(store.write({ accessToken: 'b' })).rejects.toThrow('down')
  })

  it('does not repeat a write that Botpress refuses', async () => {
    const { botpress, store } = await open()
    botpress.failNext('setState', new InvalidPayloadError('too large'))
    await expect(store.write({ accessToken: 'a' })).rejects.toThrow('too large')
    expect(botpress.callsOf('setState')).toHaveLength(1)
  })

  it('fails when Botpress fails, instead of saying that there is no token', async () => {
    const { botpress, store } = await open()
    botpress.failNext('getState', new InternalError('down'))
    await expect(store.read()).rejects.toThrow('down')
  })
})
