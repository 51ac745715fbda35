import { InvalidPayloadError } from '@botpress/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TokenSource } from '../src/oauth/token-source'
import { failureOf, freezeTime, outcomes, withTimePassing } from './support'
import {
  createTokenInstance,
  createTokenInstances,
  createTokenWorld,
  EARLY_MS,
  fitsDefinition,
  HOUR_MS,
  passMs,
  type TokenWorld,
  WRONG_KEY,
} from './token-world'

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

const RATION = { most: 3, perMs: 600_000, restMs: 200_000 }

async function setUp(world: TokenWorld = createTokenWorld(RATION)) {
  const [first, second] = await createTokenInstances(world, 2)
  if (!first || !second) throw new Error('two instances')
  return { world, first, second }
}

const failing = (promise: Promise<unknown>) => withTimePassing(failureOf(promise))
const getting = async (source: TokenSource) => (await withTimePassing(source.get())).accessToken
/** The provider turned the token away that the instance carries, and another one is wanted. */
const renew = async (source: TokenSource) => source.renew(await source.get())
const renewing = async (source: TokenSource) => (await withTimePassing(renew(source))).accessToken

const REFUSED = {
  name: 'ReauthorizationRequiredError',
  message: 'Acme refused. Connect again.',
  reason: 'invalid_code',
  retryable: false,
}

describe('a refusal, with a ration', () => {
  it('is known to every instance: nobody else asks, and the reason is told', async () => {
    const { world, first, second } = await setUp()
    world.answer = 'refused'
    expect(await failing(first.get())).toMatchObject(REFUSED)
    expect(await failing(second.get())).toMatchObject(REFUSED)
    expect(await failing((await createTokenInstance(world)).get())).toMatchObject(REFUSED)
    expect(world.asked).toHaveLength(1)
  })

  it('without a code of the provider is a refusal all the same', async () => {
    const { world, first, second } = await setUp()
    world.answer = 'refused'
    world.reason = undefined
    await failing(first.get())
    expect(await failing(second.get())).toMatchObject({ name: 'ReauthorizationRequiredError' })
    expect(world.asked).toHaveLength(1)
  })

  it('keeps everybody from asking for exactly as long as the ration says', async () => {
    const { world, first, second } = await setUp()
    world.answer = 'refused'
    await failing(first.get())
    const refusedAt = Date.now()
    world.answer = 'token'
    vi.setSystemTime(refusedAt + RATION.restMs - 1)
    expect(await failing(second.get())).toMatchObject(REFUSED)
    vi.setSystemTime(refusedAt + RATION.restMs)
    expect(await getting(second)).toBe('token-2')
    expect(await getting(first)).toBe('token-2')
    expect(world.asked).toHaveLength(2)
  })

  it('never hides a token that is still good, neither in memory nor in the store', async () => {
    const { world, first, second } = await setUp()
    const token = await first.get()
    expect(await getting(second)).toBe('token-1')
    world.answer = 'refused'
    expect(await failing(first.renew(token))).toMatchObject(REFUSED)
    for (const source of [first, second, await createTokenInstance(world)]) {
      expect(await getting(source)).toBe('token-1')
    }
    expect(world.asked).toHaveLength(2)
  })

  it('keeps a token that was refused from being renewed by anybody', async () => {
    const { world, first, second } = await setUp()
    const token = await first.get()
    world.answer = 'refused'
    await failing(first.renew(token))
    world.answer = 'token'
    expect(await failing(second.renew(token))).toMatchObject(REFUSED)
    expect(world.asked).toHaveLength(2)
  })

  it('is over as soon as somebody stores another token', async () => {
    const { world, first, second } = await setUp()
    world.answer = 'refused'
    await failing(first.get())
    await first.save({ accessToken: 'by-hand', expiresAt: Date.now() + HOUR_MS })
    expect(await getting(second)).toBe('by-hand')
    expect(world.stored()).not.toHaveProperty('pausedUntil')
  })

  it('of wrong settings does not hold for corrected ones, which work at once', async () => {
    const { world, first } = await setUp()
    world.answer = 'refused'
    await failing(first.get())
    world.answer = 'token'
    expect(await getting(await createTokenInstance(world, { apiKey: 'corrected' }))).toBe('token-2')
  })

  it('is told as it is when it cannot be noted', async () => {
    const { world, first } = await setUp()
    world.answer = 'refused'
    // The lock is released with a state as well.
    world.botpress.failNext('setState', new InvalidPayloadError('no'))
    expect(await failing(first.get())).toMatchObject(REFUSED)
    expect(world.stored()).toBeUndefined()
  })
})

describe('wrong settings that have no token of their own, with a ration', () => {
  /** The right settings have a token that was rotated, and then somebody saves a wrong secret. */
  async function rotated() {
    const world = createTokenWorld({ ...RATION, most: 10, rotates: true })
    world.rotates = true
    const right = await createTokenInstance(world)
    await right.get()
    expect(await renewing(right)).toBe('token-2')
    return { world, wrong: await createTokenInstance(world, { apiKey: WRONG_KEY }) }
  }

  it.each(['refused', 'limited', 'down', 'unreachable'] as const)(
    'never cost the right ones their rotated token, which work again on a fresh instance (%s)',
    async (answerToWrong) => {
      const { world, wrong } = await rotated()
      const before = world.stored()
      expect(before).toMatchObject({ accessToken: 'token-2', refresh: 'refresh-2' })
      world.answerToWrong = answerToWrong
      for (const source of [wrong, await createTokenInstance(world, { apiKey: WRONG_KEY }), wrong]) {
        await failing(source.get())
      }
      expect(world.stored()).toEqual(before)
      expect(await getting(await createTokenInstance(world))).toBe('token-2')
      passMs(HOUR_MS)
      expect(await getting(await createTokenInstance(world))).toMatch(/^token-\d+$/)
      expect(world.asked.at(-1)).toMatchObject({ refresh: 'refresh-2' })
    }
  )

  it('never cost them an expired one, which is needed to obtain the next', async () => {
    const { world, wrong } = await rotated()
    passMs(2 * HOUR_MS)
    expect(await failing(wrong.get())).toMatchObject(REFUSED)
    expect(world.stored()).toMatchObject({ refresh: 'refresh-2' })
    await getting(await createTokenInstance(world))
    expect(world.asked.at(-1)).toMatchObject({ refresh: 'refresh-2' })
  })

  it('are paused as ever when nobody has a token', async () => {
    const world = createTokenWorld({ ...RATION, rotates: true })
    const wrong = await createTokenInstance(world, { apiKey: WRONG_KEY })
    expect(await failing(wrong.get())).toMatchObject(REFUSED)
    const another = await createTokenInstance(world, { apiKey: WRONG_KEY })
    expect(await failing(another.get())).toMatchObject(REFUSED)
    expect(world.asked).toHaveLength(1)
  })

  it('do not keep a refusal of the right ones from being noted', async () => {
    const { world, wrong } = await rotated()
    await failing(wrong.get())
    passMs(HOUR_MS)
    world.answer = 'refused'
    expect(await failing((await createTokenInstance(world)).get())).toMatchObject(REFUSED)
    expect(world.stored()).toMatchObject({ accessToken: 'token-2', refresh: 'refresh-2', refusal: 'invalid_code' })
    const asked = world.asked.length
    expect(await failing((await createTokenInstance(world)).get())).toMatchObject(REFUSED)
    expect(world.asked).toHaveLength(asked)
  })
})

describe('a provider that asks to wait, with a ration', () => {
  it('is waited for by every instance, which says how long that takes', async () => {
    const { world, first, second } = await setUp()
    world.answer = 'limited'
    expect(await failing(first.get())).toMatchObject({ name: 'RateLimitedError', message: 'Acme asks to wait.' })
    passMs(50_000)
    expect(await failing(second.get())).toMatchObject({
      name: 'RateLimitedError',
      message: 'Acme asks to wait.',
      retryAfterMs: RATION.restMs - 50_000,
      retryable: true,
    })
    expect(world.asked).toHaveLength(1)
  })

  it('is asked again when the time is over', async () => {
    const { world, first, second } = await setUp()
    world.answer = 'limited'
    await failing(first.get())
    world.answer = 'token'
    passMs(RATION.restMs)
    expect(await getting(second)).toBe('token-2')
    expect(world.stored()).not.toHaveProperty('pausedUntil')
  })

  it('does not keep an expiring token from being used until it really expires', async () => {
    const { world, first, second } = await setUp()
    await first.get()
    passMs(HOUR_MS - EARLY_MS)
    world.answer = 'limited'
    expect(await getting(first)).toBe('token-1')
    expect(await getting(second)).toBe('token-1')
    passMs(EARLY_MS - 1)
    expect(await getting(await createTokenInstance(world))).toBe('token-1')
    passMs(1)
    expect(await failing(second.get())).toMatchObject({ name: 'RateLimitedError' })
  })

  it('is what the others hear, although there was a refusal before', async () => {
    const { world, first, second } = await setUp()
    world.answer = 'refused'
    await failing(first.get())
    passMs(RATION.restMs)
    world.answer = 'limited'
    await failing(second.get())
    expect(await failing((await createTokenInstance(world)).get())).toMatchObject({ name: 'RateLimitedError' })
  })

  it('for so long that the lock opened never costs a token that another instance has stored meanwhile', async () => {
    const { world, first: slow, second: quick } = await setUp()
    world.answer = 'limited'
    world.takesMs = 25_000
    const limited = outcomes([slow.get()])
    await vi.waitUntil(() => world.asked.length === 1)
    await vi.advanceTimersByTimeAsync(20_000)
    world.answer = 'token'
    world.takesMs = 0
    expect((await quick.get()).accessToken).toBe('token-2')
    await withTimePassing(limited)
    expect((await slow.stored())?.accessToken).toBe('token-2')
    expect(await getting(await createTokenInstance(world))).toBe('token-2')
  })
})

describe('a passing failure, with a ration', () => {
  it('pauses nobody', async () => {
    const { world, first, second } = await setUp()
    world.answer = 'down'
    expect(await failing(first.get())).toMatchObject({ name: 'ProviderUnreachableError' })
    world.answer = 'token'
    expect(await getting(second)).toBe('token-2')
  })
})

describe('without a ration', () => {
  it.each(['refused', 'limited'] as const)('nothing is paused after "%s": others ask at once', async (answer) => {
    const { world, first, second } = await setUp(createTokenWorld())
    world.answer = answer
    await failing(first.get())
    expect(world.stored()).toBeUndefined()
    world.answer = 'token'
    expect(await getting(second)).toBe('token-2')
  })

  it('tokens are asked for as often as they are needed, and nothing is counted', async () => {
    const { world, first } = await setUp(createTokenWorld())
    await first.get()
    for (let time = 0; time < 20; time += 1) await renewing(first)
    expect(world.asked).toHaveLength(21)
    expect(world.stored()).not.toHaveProperty('grants')
  })
})

describe('an empty access token, as a pause leaves it when there was none before', () => {
  it('is never given out, and is no token for the next one to follow', async () => {
    const { world, first, second } = await setUp(createTokenWorld({ ...RATION, most: 10 }))
    world.answer = 'refused'
    await failing(first.get())
    expect(world.stored()).toMatchObject({ accessToken: '' })
    passMs(RATION.restMs)
    world.answer = 'down'
    for (const source of [first, second]) {
      expect(await failing(source.get())).toMatchObject({ name: 'ProviderUnreachableError' })
    }
    world.answer = 'token'
    expect(await getting(second)).not.toBe('')
    expect(world.asked).toEqual(world.asked.map(() => undefined))
  })

  it('does not look like a renewed token to an instance that is refused a moment later', async () => {
    const { world, first, second } = await setUp()
    world.answer = 'refused'
    world.takesMs = 25_000
    const failures = [failureOf(first.get())]
    await vi.waitUntil(() => world.asked.length === 1)
    // By then the lock is open.
    await vi.advanceTimersByTimeAsync(20_000)
    failures.push(failureOf(second.get()))
    for (const failure of await withTimePassing(Promise.all(failures))) expect(failure).toMatchObject(REFUSED)
    expect(world.asked).toHaveLength(2)
  })
})

describe('a ration of three tokens in ten minutes', () => {
  /** Uses the ration up, one token every minute, each on another instance. */
  async function usedUp() {
    const world = createTokenWorld(RATION)
    const startedAt = Date.now()
    await (await createTokenInstance(world)).get()
    for (const last of ['token-2', 'token-3']) {
      passMs(60_000)
      expect(await renewing(await createTokenInstance(world))).toBe(last)
    }
    const { first, second } = await setUp(world)
    return { world, first, second, startedAt }
  }

  it('is shared by all instances: the fourth is not asked for, and it says how long to wait', async () => {
    const { world, first, second } = await usedUp()
    for (const source of [first, second, await createTokenInstance(world)]) {
      expect(await failing(renew(source))).toMatchObject({
        name: 'RateLimitedError',
        status: 429,
        retryAfterMs: RATION.perMs - 120_000,
        retryable: true,
      })
    }
    expect(world.asked).toHaveLength(3)
  })

  it('gives one more when the oldest is ten minutes old, and not a moment before', async () => {
    const { world, first, second, startedAt } = await usedUp()
    vi.setSystemTime(startedAt + RATION.perMs - 1)
    await failing(renew(first))
    expect(world.asked).toHaveLength(3)
    vi.setSystemTime(startedAt + RATION.perMs)
    expect(await renewing(first)).toBe('token-4')
    await failing(renew(second))
    expect(world.asked).toHaveLength(4)
  })

  it('that is used up leaves the token that is there in use', async () => {
    const { world, first } = await usedUp()
    await failing(renew(first))
    expect(await getting(first)).toBe('token-3')
    expect(await getting(await createTokenInstance(world))).toBe('token-3')
  })

  it('counts a request that failed too: the provider may have counted it', async () => {
    const { world, first, second } = await setUp()
    world.answer = 'down'
    for (const source of [first, second, first]) await failing(source.get())
    expect(await failing(second.get())).toMatchObject({ name: 'RateLimitedError' })
    expect(world.asked).toHaveLength(3)
  })

  it('does not count a request that never left: an outage must not outlast itself', async () => {
    const { world, first, second } = await setUp()
    world.answer = 'unreachable'
    for (let times = 0; times < 6; times += 1) await failing(first.get())
    world.answer = 'token'
    expect(await getting(second)).toBe('token-7')
  })

  it('counts a request that was refused too', async () => {
    const { world, first, second } = await setUp()
    world.answer = 'refused'
    await failing(first.get())
    passMs(RATION.restMs)
    world.answer = 'token'
    expect(await getting(second)).toBe('token-2')
    expect(await renewing(second)).toBe('token-3')
    expect(await failing(renew(second))).toMatchObject({ name: 'RateLimitedError' })
    expect(world.asked).toHaveLength(3)
  })

  it('goes on counting when a token from elsewhere is stored', async () => {
    const { world, first } = await usedUp()
    await first.save({ accessToken: 'by-hand', expiresAt: Date.now() + HOUR_MS })
    expect(await failing(renew(first))).toMatchObject({ name: 'RateLimitedError' })
    expect(world.asked).toHaveLength(3)
  })

  it('is another one for other settings', async () => {
    const { world } = await usedUp()
    expect(await getting(await createTokenInstance(world, { apiKey: 'other-account' }))).toBe('token-4')
  })

  it('is no pause: a refusal after it is told as a refusal', async () => {
    const { world, first, startedAt } = await usedUp()
    await failing(renew(first))
    expect(world.stored()).not.toHaveProperty('pausedUntil')
    vi.setSystemTime(startedAt + RATION.perMs)
    world.answer = 'refused'
    expect(await failing(renew(first))).toMatchObject(REFUSED)
  })
})

describe('what is stored of tokens', () => {
  it.each(['token', 'refused', 'limited'] as const)('fits the definition of the state (%s)', async (answer) => {
    const { world, first } = await setUp()
    await first.get()
    world.answer = answer
    await withTimePassing(first.renew(await first.get()).catch(() => undefined))
    expect(Object.keys(world.stored() ?? {})).toEqual(
      expect.arrayContaining(answer === 'token' ? ['grants', 'settings'] : ['grants', 'settings', 'pausedUntil'])
    )
    expect(fitsDefinition(world.stored())).toBe(true)
    expect(fitsDefinition({ ...world.stored(), surplus: 1 })).toBe(false)
  })
})
