import { InternalError } from '@botpress/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { closedAddress, isThreadClosed } from '../src/end-session'
import { ProviderUnreachableError } from '../src/errors'
import { ABANDONED_AFTER_MS, LAST_WORDS_MS, SETTLE_MS } from '../src/timing'
import {
  closed,
  createInstance,
  createInstances,
  createWorld,
  failureOf,
  freezeTime,
  killAtAnnouncement,
  openSession,
  openSettledSession,
  outcomes,
  said,
  stops,
  withTimePassing,
} from './support'

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

async function settled(instances = 1) {
  const world = createWorld()
  const [first, ...others] = await createInstances(world, instances)
  if (!first) throw new Error('at least one instance')
  return { world, first, others, all: [first, ...others], ...(await openSettledSession(world, first)) }
}

const passMs = (ms: number) => void vi.setSystemTime(Date.now() + ms)

describe('a thread that the provider closed', () => {
  it('ends the session in the bot, a little later so that last words still count', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    await first.apply(closed(threadKey))
    expect(world.botpress.events(conversationId)).toEqual([
      expect.objectContaining({ type: 'hitlStopped', payload: { conversationId }, dueAt: Date.now() + LAST_WORDS_MS }),
    ])
  })

  it('is noted with who ended it and why', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    await first.apply({ type: 'threadClosed', threadKey, reason: 'missed' })
    expect(world.botpress.peekState(closedAddress(conversationId))).toMatchObject({ by: 'provider', reason: 'missed' })
  })

  it('because no agent answered is noted on the conversation before the bot hears of the end', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    let atTheEnd: unknown
    world.botpress.interceptNext('createEvent', () => {
      atTheEnd = world.botpress.conversations().find(({ id }) => id === conversationId)?.tags.closeReason
    })
    expect(await first.apply({ type: 'threadClosed', threadKey, reason: 'missed' })).toContain('ended, missed')
    expect(atTheEnd).toBe('missed')
    expect(stops(world, conversationId)).toBe(1)
  })

  it.each(['resolved', 'left'] as const)('as "%s" notes nothing on the conversation', async (reason) => {
    const { world, first, conversationId, threadKey } = await settled()
    await first.apply({ type: 'threadClosed', threadKey, reason })
    expect(world.botpress.callsOf('updateConversation')).toEqual([])
    expect(stops(world, conversationId)).toBe(1)
  })

  it('is told although the reason could not be noted', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    world.botpress.failNext('updateConversation', new InternalError('down'))
    await first.apply({ type: 'threadClosed', threadKey, reason: 'missed' })
    expect(stops(world, conversationId)).toBe(1)
  })

  it('is noted as missed by one delivery only, and not when the bot ended the session', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const missed = { type: 'threadClosed', threadKey, reason: 'missed' } as const
    await first.apply(missed)
    await first.apply(missed)
    expect(world.botpress.callsOf('updateConversation')).toHaveLength(1)
    const next = await openSettledSession(world, first, 'Otto')
    await first.stop(next.conversationId)
    await first.apply({ ...missed, threadKey: next.threadKey })
    expect(world.botpress.conversations().find(({ id }) => id === next.conversationId)?.tags).not.toHaveProperty(
      'closeReason'
    )
    expect(stops(world, conversationId)).toBe(1)
  })

  it('ends a young session not before the bot is ready to hear it', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversationId, threadKey } = await openSession(world, instance)
    await instance.apply(closed(threadKey))
    expect(world.botpress.events(conversationId)[0]?.dueAt).toBeGreaterThanOrEqual(Date.now() + SETTLE_MS)
  })

  it.each([0, 500, 1_000, 2_000, 3_000, 3_900, 4_400, 10_000])(
    'still lets last words through that come half a second after the end, %i ms into the session',
    async (age) => {
      const world = createWorld()
      const instance = await createInstance(world)
      const { conversationId, threadKey } = await openSession(world, instance)
      passMs(age)
      await instance.apply(closed(threadKey))
      passMs(500)
      await instance.apply(said(threadKey, 'm1', 'goodbye'))
      const [message] = world.botpress.messages(conversationId)
      const end = world.botpress.events(conversationId).find(({ type }) => type === 'hitlStopped')
      expect(message?.dueAt).toBeLessThan(end?.dueAt ?? 0)
    }
  )

  it('ends the session once, however often the event comes back', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    for (let time = 0; time < 3; time += 1) await first.apply(closed(threadKey))
    expect(stops(world, conversationId)).toBe(1)
  })

  it('ends the session once when three instances hear of it at the same time', async () => {
    const { world, all, conversationId, threadKey } = await settled(3)
    const deliveries = all.flatMap((instance) => [instance.apply(closed(threadKey)), instance.apply(closed(threadKey))])
    await withTimePassing(Promise.all(deliveries))
    expect(stops(world, conversationId)).toBe(1)
  })

  it('ends the session once, also when the event comes back long after to an instance that knows nothing', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    await first.apply(closed(threadKey))
    passMs(ABANDONED_AFTER_MS * 10)
    await (await createInstance(world)).apply(closed(threadKey))
    expect(stops(world, conversationId)).toBe(1)
  })

  it('does not end another session of the same contact', async () => {
    const { world, first, userId, conversationId, threadKey } = await settled()
    const next = await first.start({ userId, title: 'again' })
    passMs(60_000)
    await first.apply(closed(threadKey))
    expect([stops(world, conversationId), stops(world, next)]).toEqual([1, 0])
  })
})

describe('an end that could not be told to the bot', () => {
  it('fails the delivery, and is told exactly once when it is repeated', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    world.botpress.failNext('createEvent', new InternalError('down'))
    await expect(first.apply(closed(threadKey))).rejects.toThrow('down')
    expect(stops(world, conversationId)).toBe(0)
    await first.apply(closed(threadKey))
    await first.apply(closed(threadKey))
    expect(stops(world, conversationId)).toBe(1)
  })

  it('is not told again when only the answer was lost', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    world.botpress.failNext('createEvent', new InternalError('lost'), 'after')
    await first.apply(closed(threadKey)).catch(() => undefined)
    await first.apply(closed(threadKey))
    expect(stops(world, conversationId)).toBe(1)
  })

  it('is told once by a later delivery when the instance was killed after its claim', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    killAtAnnouncement(world)
    await failureOf(first.apply(closed(threadKey)))
    passMs(ABANDONED_AFTER_MS + 1)
    const later = await createInstance(world)
    await later.apply(closed(threadKey))
    await later.apply(closed(threadKey))
    expect(stops(world, conversationId)).toBe(1)
  })

  it('is told once when that later delivery comes to two instances at the same time', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    killAtAnnouncement(world)
    await failureOf(first.apply(closed(threadKey)))
    passMs(ABANDONED_AFTER_MS + 1)
    const instances = await createInstances(world, 2)
    await withTimePassing(outcomes(instances.map((instance) => instance.apply(closed(threadKey)))))
    expect(stops(world, conversationId)).toBe(1)
  })

  it('is left to the instance at work while its claim is fresh, and the delivery asked for again', async () => {
    const { world, first, others, conversationId, threadKey } = await settled(2)
    let meanwhile: unknown[] = []
    world.botpress.interceptNext('createEvent', async () => {
      meanwhile = await outcomes(others.map((other) => other.apply(closed(threadKey))))
    })
    await withTimePassing(first.apply(closed(threadKey)))
    expect(meanwhile).toEqual([expect.objectContaining({ name: 'BusyError', retryable: true })])
    for (const other of others) expect(await other.apply(closed(threadKey))).toContain('already ended')
    expect(stops(world, conversationId)).toBe(1)
  })

  it('is waited for by another delivery when it is only slow', async () => {
    const { world, all, conversationId, threadKey } = await settled(2)
    world.botpress.interceptNext('createEvent', () => new Promise((resolve) => void setTimeout(resolve, 500)))
    const lines = await withTimePassing(Promise.all(all.map((instance) => instance.apply(closed(threadKey)))))
    expect(lines.map((line) => /: (.*) \(/.exec(line)?.[1]).toSorted()).toEqual(['already ended', 'ended'])
    expect(stops(world, conversationId)).toBe(1)
  })

  it('after a kill is put off when it comes again after three seconds, and told once after ten', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    killAtAnnouncement(world)
    await failureOf(first.apply(closed(threadKey)))
    const later = await createInstance(world)
    passMs(3_000)
    expect(await withTimePassing(failureOf(later.apply(closed(threadKey))))).toMatchObject({
      name: 'BusyError',
      retryable: true,
    })
    expect(stops(world, conversationId)).toBe(0)
    passMs(7_000)
    expect(await later.apply(closed(threadKey))).toContain(': ended')
    expect(await later.apply(closed(threadKey))).toContain('already ended')
    expect(stops(world, conversationId)).toBe(1)
  })

  it('and cannot be undone either is told once by a later delivery', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    world.botpress.failNext('createEvent', new InternalError('down'))
    world.botpress.failNext('setState', new InternalError('down too'))
    await expect(first.apply(closed(threadKey))).rejects.toThrow('down')
    expect(await withTimePassing(failureOf(first.apply(closed(threadKey))))).toMatchObject({ retryable: true })
    passMs(ABANDONED_AFTER_MS)
    await first.apply(closed(threadKey))
    await first.apply(closed(threadKey))
    expect(stops(world, conversationId)).toBe(1)
  })

  it('without a clear answer, while nobody can say whether it is there, is not told twice', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    world.botpress.failNext('createEvent', new InternalError('lost'), 'after')
    world.botpress.failNext('listEvents', new InternalError('down'))
    await failureOf(first.apply(closed(threadKey)))
    passMs(ABANDONED_AFTER_MS + 1)
    await first.apply(closed(threadKey))
    expect(stops(world, conversationId)).toBe(1)
  })
})

describe('whether the thread of a session is closed at the provider', () => {
  const down = () => new ProviderUnreachableError('down', { sent: true })

  it.each<[string, boolean, (all: Awaited<ReturnType<typeof settled>>) => Promise<unknown>]>([
    ['no, while the session is open', false, async () => undefined],
    ['yes, when the provider ended it', true, ({ first, threadKey }) => first.apply(closed(threadKey))],
    ['yes, when the bot ended it', true, ({ first, conversationId }) => first.stop(conversationId)],
    [
      'no, when the bot ended it and closing failed',
      false,
      ({ world, first, conversationId }) => {
        world.provider.failNext('closeThread', down())
        return failureOf(first.stop(conversationId))
      },
    ],
    [
      'yes, when closing failed and was made up for',
      true,
      async ({ world, first, conversationId }) => {
        world.provider.failNext('closeThread', down())
        await failureOf(first.stop(conversationId))
        await first.stop(conversationId)
      },
    ],
    [
      'no, while the bot is closing it',
      false,
      async ({ world, first, conversationId }) => {
        world.provider.holdNext('closeThread')
        void first.stop(conversationId)
        await vi.waitUntil(() => world.provider.callsOf('closeThread').length === 1)
      },
    ],
  ])('is known: %s', async (_name, expected, end) => {
    const all = await settled()
    await end(all)
    all.world.botpress.calls.length = 0
    expect(await isThreadClosed(all.world.botpress, all.conversationId)).toBe(expected)
    expect(all.world.botpress.calls).toHaveLength(1)
    await (await createInstance(all.world)).start({ userId: all.userId, title: 'again' })
    const opening = [...all.world.provider.threads.values()].find(({ opening }) => opening.brief.title === 'again')
    expect(await opening?.opening.previous?.isClosed()).toBe(expected)
  })

  it('is not answered when Botpress does not', async () => {
    const { world, conversationId } = await settled()
    world.botpress.failNext('getState', new InternalError('down'))
    await expect(isThreadClosed(world.botpress, conversationId)).rejects.toThrow('down')
  })
})

describe('a session that the bot ended', () => {
  it('is not ended again by the provider’s webhook about it', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    await first.stop(conversationId)
    await first.apply(closed(threadKey))
    passMs(ABANDONED_AFTER_MS * 2)
    await (await createInstance(world)).apply(closed(threadKey))
    expect(stops(world, conversationId)).toBe(0)
    expect(world.provider.openThreads()).toEqual([])
  })

  it('is not ended again by the webhook that comes before the provider has answered', async () => {
    const { world, first, others, conversationId, threadKey } = await settled(2)
    const answer = world.provider.holdNext('closeThread')
    const stopping = first.stop(conversationId)
    await vi.waitUntil(() => world.provider.callsOf('closeThread').length === 1)
    for (const instance of [first, ...others]) await instance.apply(closed(threadKey))
    answer()
    await stopping
    expect(stops(world, conversationId)).toBe(0)
  })

  it('at the same moment as the provider did tells the bot at most once, and nobody fails', async () => {
    const { world, first, others, conversationId, threadKey } = await settled(3)
    const settling = outcomes([
      first.stop(conversationId),
      ...others.map((instance) => instance.apply(closed(threadKey))),
      ...others.map((instance) => instance.stop(conversationId)),
    ])
    const settledAll = await withTimePassing(settling)
    expect(settledAll).toEqual(settledAll.map(() => 'ok'))
    expect(stops(world, conversationId)).toBeLessThanOrEqual(1)
  })
})
