import { InternalError } from '@botpress/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hitlStates } from '../src/botpress/definition-parts'
import { createLock, oneAtATime, repeatRegistration } from '../src/botpress/lock'
import { SET_UP_STATE, state } from '../src/botpress/names'
import type { Platform } from '../src/botpress/platform'
import type { StateAddress } from '../src/botpress/port'
import { BusyError } from '../src/errors'
import { Deadline } from '../src/http/deadline'
import { createInvocation } from '../src/invocation'
import { createFakeAdapter, createFakeBotpress, type FakeAdapterOptions } from '../src/testing'
import { CONFIG, createWorld, failureOf, freezeTime, untilQuiet, withTimePassing } from './support'
import { passMs } from './token-world'

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

/** The platform ends an invocation after this long. In ms. */
const LOCK_LASTS_MS = 60_000
/** A call that waits looks again every so often. In ms. */
const LOOK_EVERY_MS = 1_000
const HOUR_MS = 3_600_000

function setUp() {
  const botpress = createFakeBotpress()
  const address: StateAddress = { type: 'integration', id: 'integration-1', name: SET_UP_STATE }
  const platform = (budgetMs = HOUR_MS, integrationId = 'integration-1'): Platform => ({
    client: botpress,
    integrationId,
    deadline: new Deadline(budgetMs),
  })
  return { botpress, platform, lock: () => botpress.peekState(address) }
}

const forever = () => new Promise<never>(() => undefined)
const lasting = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))

/** A call that was killed while it had the lock. */
async function killed(world: ReturnType<typeof setUp>): Promise<number> {
  void oneAtATime(world.platform(), 0, forever)
  await untilQuiet()
  expect(world.lock()).toBeDefined()
  return Date.now()
}

describe('oneAtATime', () => {
  it('runs a task at once when no other call is at work, and gives its result', async () => {
    const { platform } = setUp()
    const startedAt = Date.now()
    expect(await oneAtATime(platform(), 0, async () => 'done')).toBe('done')
    expect(Date.now()).toBe(startedAt)
  })

  it.each([2, 5])('runs %i tasks that are called at the same moment one after the other', async (count) => {
    const { platform } = setUp()
    let running = 0
    let most = 0
    let done = 0
    const task = async () => {
      running += 1
      most = Math.max(most, running)
      await lasting(700)
      running -= 1
      done += 1
    }
    const calls = Array.from({ length: count }, () => oneAtATime(platform(), 30_000, task))
    await withTimePassing(Promise.all(calls))
    expect([done, most]).toEqual([count, 1])
  })

  it('keeps a call waiting until the other has ended, and then lets it begin within a second', async () => {
    const { platform } = setUp()
    const startedAt = Date.now()
    const first = oneAtATime(platform(), 0, () => lasting(3_500))
    await untilQuiet()
    let begunAt = 0
    const second = oneAtATime(platform(), 30_000, async () => void (begunAt = Date.now()))
    await withTimePassing(Promise.all([first, second]))
    expect(begunAt - startedAt).toBeGreaterThanOrEqual(3_500)
    expect(begunAt - startedAt).toBeLessThanOrEqual(3_500 + LOOK_EVERY_MS)
  })

  it.each([0, 1_000, 5_000, 5_500])('gives up after waiting %i ms, to be tried again', async (waitMs) => {
    const world = setUp()
    const startedAt = await killed(world)
    const task = vi.fn(async () => undefined)
    const failure = await withTimePassing(failureOf(oneAtATime(world.platform(), waitMs, task)))
    expect(failure).toBeInstanceOf(BusyError)
    expect(failure).toMatchObject({ retryable: true, message: expect.stringContaining('Try again') })
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(waitMs)
    expect(Date.now() - startedAt).toBeLessThan(waitMs + LOOK_EVERY_MS)
    expect(task).not.toHaveBeenCalled()
  })

  it.each([0, 500, 1_000, 3_000, 3_300])('gives up before its step of %i ms is over', async (budgetMs) => {
    const world = setUp()
    const startedAt = await killed(world)
    const failure = await withTimePassing(failureOf(oneAtATime(world.platform(budgetMs), 30_000, forever)))
    expect(failure).toBeInstanceOf(BusyError)
    expect(Date.now() - startedAt).toBeLessThanOrEqual(budgetMs)
  })

  it('does not hold up other installations', async () => {
    const world = setUp()
    const startedAt = await killed(world)
    expect(await oneAtATime(world.platform(HOUR_MS, 'integration-2'), 0, async () => 'done')).toBe('done')
    expect(Date.now()).toBe(startedAt)
  })

  it('does not hold up a renewal of the token', async () => {
    const world = setUp()
    await killed(world)
    expect(await createLock(world.platform(), state.renewal, 20_000).claim()).toBe(true)
  })

  it('runs no task when the lock cannot be claimed', async () => {
    const { botpress, platform } = setUp()
    botpress.failNext('getOrSetState', new InternalError('down'))
    const task = vi.fn(async () => undefined)
    await expect(oneAtATime(platform(), 5_000, task)).rejects.toThrow('down')
    expect(task).not.toHaveBeenCalled()
  })

  it('works with the platform that an adapter is given, while its step has time', async () => {
    const world = createWorld()
    const install: FakeAdapterOptions['install'] = ({ platform }) =>
      oneAtATime(platform, 30_000, async () => ['installed'])
    const api = createInvocation(createFakeAdapter(world.provider, { install }), {
      client: world.botpress,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      integrationId: 'integration-1',
      webhookId: world.webhookId,
      configuration: CONFIG,
      budgetMs: 5_000,
    }).connect()
    expect(await api.install()).toEqual(['installed'])
    const platform = { client: world.botpress, integrationId: 'integration-1', deadline: new Deadline(HOUR_MS) }
    void oneAtATime(platform, 0, forever)
    await untilQuiet()
    const startedAt = Date.now()
    expect(await withTimePassing(failureOf(api.install()))).toBeInstanceOf(BusyError)
    expect(Date.now() - startedAt).toBeLessThanOrEqual(5_000)
  })
})

describe('the lock', () => {
  it('is held during the task, as a claim that lasts a minute and is described by the definition', async () => {
    const { botpress, platform, lock } = setUp()
    const seen: unknown[] = []
    await oneAtATime(platform(), 0, async () => void seen.push(lock()))
    expect(seen).toEqual([{ claim: expect.any(String) }])
    expect(hitlStates.setUp.schema.strict().safeParse(seen[0]).success).toBe(true)
    expect(botpress.callsOf('getOrSetState')).toEqual([expect.objectContaining({ expiry: LOCK_LASTS_MS })])
  })

  it('is free after the task', async () => {
    const { platform, lock } = setUp()
    await oneAtATime(platform(), 0, async () => undefined)
    expect(lock()).toBeUndefined()
  })

  it.each<[string, () => Promise<never>]>([
    ['fails', () => Promise.reject(new Error('no'))],
    [
      'fails before it begins',
      () => {
        throw new Error('no')
      },
    ],
  ])('is free at once after a task that %s, whose failure is passed on', async (_name, task) => {
    const { platform, lock } = setUp()
    await expect(oneAtATime(platform(), 0, task)).rejects.toThrow('no')
    expect(lock()).toBeUndefined()
    expect(await oneAtATime(platform(), 0, async () => 'next')).toBe('next')
  })

  it('that cannot be released spoils neither a result nor a failure', async () => {
    const { botpress, platform } = setUp()
    botpress.failNext('setState', new InternalError('down'))
    expect(await oneAtATime(platform(), 0, async () => 'done')).toBe('done')
    passMs(LOCK_LASTS_MS)
    botpress.failNext('setState', new InternalError('down'))
    await expect(oneAtATime(platform(), 0, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  })

  it('of a call that was killed stays for a minute', async () => {
    const world = setUp()
    await killed(world)
    passMs(LOCK_LASTS_MS - 1)
    expect(await withTimePassing(failureOf(oneAtATime(world.platform(), 0, forever)))).toBeInstanceOf(BusyError)
  })

  it('of a call that was killed opens by itself after a minute', async () => {
    const world = setUp()
    await killed(world)
    passMs(LOCK_LASTS_MS)
    expect(await oneAtATime(world.platform(), 0, async () => 'done')).toBe('done')
    expect(world.lock()).toBeUndefined()
  })

  it('of a call that was killed opens for one who waits already', async () => {
    const world = setUp()
    const killedAt = await killed(world)
    expect(await withTimePassing(oneAtATime(world.platform(), LOCK_LASTS_MS, async () => 'done'))).toBe('done')
    expect(Date.now() - killedAt).toBeLessThanOrEqual(LOCK_LASTS_MS + LOOK_EVERY_MS)
  })

  it.each(['succeeds', 'fails'])(
    'is not taken from the next one by a task that lasted too long and %s',
    async (how) => {
      const world = setUp()
      const slow = oneAtATime(world.platform(), 0, async () => {
        await lasting(LOCK_LASTS_MS + 5_000)
        if (how === 'fails') throw new Error('no')
      }).catch(() => undefined)
      await untilQuiet()
      await vi.advanceTimersByTimeAsync(LOCK_LASTS_MS)
      const next = oneAtATime(world.platform(), 0, () => lasting(10_000))
      await untilQuiet()
      const held = world.lock()
      expect(held).toBeDefined()
      await vi.advanceTimersByTimeAsync(5_000)
      await slow
      expect(world.lock()).toEqual(held)
      await withTimePassing(next)
      expect(world.lock()).toBeUndefined()
    }
  )

  it('of one who waited for it lasts from when it was got', async () => {
    const world = setUp()
    const killedAt = await killed(world)
    const waiting = oneAtATime(world.platform(), 2 * LOCK_LASTS_MS, () => lasting(LOCK_LASTS_MS - 5_000))
    await withTimePassing(waiting)
    expect(Date.now() - killedAt).toBeGreaterThan(LOCK_LASTS_MS)
    expect(world.lock()).toBeUndefined()
  })
})

describe('repeatRegistration', () => {
  it.each(['hourly', 'daily', 'monthly'] as const)('asks Botpress to register again %s', async (every) => {
    const { botpress, platform } = setUp()
    await repeatRegistration(platform(), every)
    expect(botpress.calls).toEqual([{ operation: 'configureIntegration', input: { scheduleRegisterCall: every } }])
  })

  it('fails with what Botpress says', async () => {
    const { botpress, platform } = setUp()
    botpress.failNext('configureIntegration', new InternalError('down'))
    await expect(repeatRegistration(platform(), 'daily')).rejects.toThrow('down')
  })
})
