import { InternalError, InvalidPayloadError } from '@botpress/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { failureOf, freezeTime, outcomes, withTimePassing } from './support'
import { createTokenInstance, createTokenInstances, createTokenWorld, EARLY_MS, HOUR_MS, passMs } from './token-world'

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

/** No renewal lasts longer; then the lock opens by itself. In ms. */
const LOCK_LASTS_MS = 20_000
/** A step has to answer its caller before that, so nobody waits longer for somebody else's renewal. In ms. */
const LONGEST_WAIT_MS = 15_000

async function setUp(...args: Parameters<typeof createTokenWorld>) {
  const world = createTokenWorld(...args)
  const [first, second] = await createTokenInstances(world, 2)
  if (!first || !second) throw new Error('two instances')
  return { world, first, second }
}

/** The first instance is killed while it renews: the lock stays behind. */
async function killedHolder() {
  const { world, first, second } = await setUp()
  world.answer = 'hangs'
  void first.get()
  await vi.waitUntil(() => world.asked.length === 1)
  world.answer = 'token'
  expect(world.lock()).toBeDefined()
  return { world, second, killedAt: Date.now() }
}

describe('an instance that finds the lock taken', () => {
  it('does not wait longer than its step has time', async () => {
    const { world } = await killedHolder()
    const hasty = await createTokenInstance(world, { budgetMs: 4_000 })
    const startedAt = Date.now()
    expect(await withTimePassing(failureOf(hasty.get()))).toMatchObject({ name: 'RateLimitedError', retryable: true })
    expect(Date.now() - startedAt).toBeLessThan(4_000)
  })

  it('does not wait at all while its token is still good', async () => {
    const world = createTokenWorld()
    await (await createTokenInstance(world)).get()
    passMs(HOUR_MS - EARLY_MS + 1_000)
    world.answer = 'hangs'
    void (await createTokenInstance(world)).get()
    await vi.waitUntil(() => world.asked.length === 2)
    const other = await createTokenInstance(world)
    const startedAt = Date.now()
    expect((await other.get()).accessToken).toBe('token-1')
    expect(Date.now()).toBe(startedAt)
  })
})

describe('instances that need a token at the same moment', () => {
  it.each([0, 5_000])('make one grant, and all get its token (the provider takes %i ms)', async (takesMs) => {
    const world = createTokenWorld()
    world.takesMs = takesMs
    const instances = await createTokenInstances(world, 4)
    const calls = instances.flatMap((source) => [source.get(), source.get()])
    const tokens = await withTimePassing(Promise.all(calls))
    expect(new Set(tokens.map(({ accessToken }) => accessToken))).toEqual(new Set(['token-1']))
    expect(world.asked).toHaveLength(1)
  })

  it('make one grant when the same token was refused everywhere', async () => {
    const world = createTokenWorld()
    const instances = await createTokenInstances(world, 4)
    const [refused] = await withTimePassing(Promise.all(instances.map((source) => source.get())))
    if (!refused) throw new Error('a token')
    const tokens = await withTimePassing(Promise.all(instances.map((source) => source.renew(refused))))
    expect(new Set(tokens.map(({ accessToken }) => accessToken))).toEqual(new Set(['token-2']))
    expect(world.asked).toHaveLength(2)
  })

  it('make one request when it is refused, with a ration: the others hear of it', async () => {
    const world = createTokenWorld({ most: 5, perMs: 600_000, restMs: 200_000 })
    world.answer = 'refused'
    world.takesMs = 1_000
    const instances = await createTokenInstances(world, 4)
    const failures = await withTimePassing(outcomes(instances.map((source) => source.get())))
    expect(failures).toEqual(
      failures.map(() => expect.objectContaining({ name: 'ReauthorizationRequiredError', reason: 'invalid_code' }))
    )
    expect(world.asked).toHaveLength(1)
  })

  it('do not hold each other up for tokens of their sessions', async () => {
    const { world } = await setUp()
    const [one, two] = [
      await createTokenInstance(world, { sessionId: 'conv-1' }),
      await createTokenInstance(world, { sessionId: 'conv-2' }),
    ]
    const tokens = await Promise.all([one.get(), two.get()])
    expect(tokens.map(({ accessToken }) => accessToken).toSorted()).toEqual(['token-1', 'token-2'])
    expect(world.botpress.callsOf('getOrSetState')).toEqual([])
  })
})

describe('the lock', () => {
  it('is free again after a grant', async () => {
    const { world, first } = await setUp()
    await first.get()
    expect(world.lock()).toBeUndefined()
  })

  it.each(['down', 'refused', 'limited'] as const)('is free at once after a grant failed (%s)', async (answer) => {
    const { world, first, second } = await setUp()
    world.answer = answer
    await withTimePassing(failureOf(first.get()))
    expect(world.lock()).toBeUndefined()
    world.answer = 'token'
    const startedAt = Date.now()
    expect((await withTimePassing(second.get())).accessToken).toBe('token-2')
    expect(Date.now()).toBe(startedAt)
  })

  it('is free at once after a token could not be stored', async () => {
    const { world, first } = await setUp()
    world.botpress.failNext('setState', new InvalidPayloadError('too large'))
    await expect(first.get()).rejects.toThrow('too large')
    expect(world.lock()).toBeUndefined()
  })

  it('makes no grant when another instance stored a token between the look and the claim', async () => {
    const { world, first, second } = await setUp()
    world.botpress.interceptNext('getOrSetState', () =>
      second.save({ accessToken: 'just-stored', expiresAt: Date.now() + HOUR_MS })
    )
    expect((await first.get()).accessToken).toBe('just-stored')
    expect(world.asked).toEqual([])
    expect(world.lock()).toBeUndefined()
  })

  it('gives the token although it could not be released', async () => {
    const { world, first } = await setUp()
    const refused = await first.get()
    world.botpress.interceptNext('setState', () => world.botpress.failNext('setState', new InternalError('down')))
    expect((await first.renew(refused)).accessToken).toBe('token-2')
    expect(world.lock()).toBeDefined()
  })

  it('that cannot be claimed makes no grant', async () => {
    const { world, first } = await setUp()
    world.botpress.failNext('getOrSetState', new InternalError('down'))
    await expect(first.get()).rejects.toThrow('down')
    expect(world.asked).toEqual([])
  })

  it('makes no request when another instance was refused between the look and the claim', async () => {
    const { world, first, second } = await setUp({ most: 5, perMs: 600_000, restMs: 200_000 })
    world.answer = 'refused'
    world.botpress.interceptNext('getOrSetState', () => failureOf(second.get()))
    expect(await withTimePassing(failureOf(first.get()))).toMatchObject({ name: 'ReauthorizationRequiredError' })
    expect(world.asked).toHaveLength(1)
    expect(world.lock()).toBeUndefined()
  })

  it('is not asked for while nobody may ask for a token', async () => {
    const { world, first, second } = await setUp({ most: 5, perMs: 600_000, restMs: 200_000 })
    world.answer = 'refused'
    await withTimePassing(failureOf(first.get()))
    world.botpress.calls.length = 0
    await withTimePassing(failureOf(second.get()))
    expect(new Set(world.botpress.calls.map(({ operation }) => operation))).toEqual(new Set(['getState']))
  })

  it('is not asked for while the token in the store is good', async () => {
    const { world, first, second } = await setUp()
    await first.get()
    world.botpress.calls.length = 0
    await second.get()
    expect(world.botpress.calls.map(({ operation }) => operation)).toEqual(['getState'])
  })

  it('of one who was slower than it lasts is not released from under the one who has it now', async () => {
    const { world, first, second } = await setUp()
    world.takesMs = LOCK_LASTS_MS + 5_000
    const slow = first.get()
    await vi.waitUntil(() => world.asked.length === 1)
    await vi.advanceTimersByTimeAsync(LOCK_LASTS_MS + 1_000)
    const next = second.get()
    await vi.waitUntil(() => world.asked.length === 2)
    const held = world.lock()
    expect(held).toBeDefined()
    await vi.advanceTimersByTimeAsync(4_000)
    await slow
    expect(world.lock()).toEqual(held)
    await withTimePassing(next)
  })
})

describe('a lock whose holder was killed', () => {
  it('is waited for, but not for long, and the call may be tried again', async () => {
    const { world, second, killedAt } = await killedHolder()
    const failure = await withTimePassing(failureOf(second.get()))
    expect(failure).toMatchObject({ name: 'RateLimitedError', retryable: true })
    expect(Date.now() - killedAt).toBeLessThan(LONGEST_WAIT_MS)
    expect(world.asked).toHaveLength(1)
  })

  it('opens again by itself', async () => {
    const { world, second, killedAt } = await killedHolder()
    vi.setSystemTime(killedAt + LOCK_LASTS_MS)
    expect((await withTimePassing(second.get())).accessToken).toBe('token-2')
    expect(world.lock()).toBeUndefined()
  })

  it('opens for one who waits already', async () => {
    const { second, killedAt } = await killedHolder()
    passMs(LOCK_LASTS_MS - 5_000)
    expect((await withTimePassing(second.get())).accessToken).toBe('token-2')
    expect(Date.now() - killedAt).toBeGreaterThanOrEqual(LOCK_LASTS_MS)
  })

  it('does not keep an expiring token from being used until it really expires', async () => {
    const { world, first, second } = await setUp()
    await first.get()
    passMs(HOUR_MS - EARLY_MS)
    world.answer = 'hangs'
    void first.get()
    await vi.waitUntil(() => world.asked.length === 2)
    expect((await withTimePassing(second.get())).accessToken).toBe('token-1')
  })
})

describe('an instance whose own token was not stored and has expired since', () => {
  async function unstored() {
    const { world, first, second } = await setUp()
    for (let time = 0; time < 3; time += 1) world.botpress.failNext('setState', new InternalError('down'))
    await expect(first.get()).rejects.toThrow('down')
    passMs(HOUR_MS)
    return { world, first, second }
  }

  it('gets what another one stores while it waits for the lock', async () => {
    const { world, first, second } = await unstored()
    world.takesMs = 1_000
    const winner = second.get()
    await vi.waitUntil(() => world.asked.length === 2)
    const tokens = await withTimePassing(Promise.all([first.get(), winner]))
    expect(tokens.map(({ accessToken }) => accessToken)).toEqual(['token-2', 'token-2'])
    expect(world.asked).toHaveLength(2)
  })

  it('takes the good token that another one has stored, and leaves it there', async () => {
    const { world, first, second } = await unstored()
    await second.get()
    expect((await first.get()).accessToken).toBe('token-2')
    expect(world.stored()).toMatchObject({ accessToken: 'token-2' })
    expect(world.asked).toHaveLength(2)
  })
})
