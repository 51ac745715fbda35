import { InternalError } from '@botpress/client'
import nock from 'nock'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ProviderHttpError } from '../src/errors'
import { QUIET_AFTER_MS } from '../src/timing'
import {
  closed,
  createInstance,
  createInstances,
  createWorld,
  failureOf,
  freezeClock,
  freezeTime,
  outcomes,
  said,
  threadKeyOf,
  heardTexts,
  untilQuiet,
  withTimePassing,
  type World,
} from './support'

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

const down = () => new ProviderHttpError('Acme answered 503.', { status: 503 }, { retryable: true })

async function setUp(instances = 1, world: World = createWorld()) {
  const all = await createInstances(world, instances)
  const [first] = all
  if (!first) throw new Error('at least one instance')
  const userId = await first.createUser({ name: 'Uma', email: 'uma@people.test' })
  world.botpress.calls.length = 0
  return { world, first, all, userId }
}

const passMs = (ms: number) => void vi.setSystemTime(Date.now() + ms)

describe('a session that starts', () => {
  it('opens one thread, binds it to one conversation and returns that conversation', async () => {
    const { world, first, userId } = await setUp()
    const conversationId = await first.start({ userId })
    const [conversation, ...more] = world.botpress.conversations()
    expect(more).toEqual([])
    const [thread, ...others] = world.provider.openThreads()
    expect(others).toEqual([])
    expect(conversation?.id).toBe(conversationId)
    expect(conversation?.tags).toMatchObject({
      threadKey: thread?.id,
      thread: JSON.stringify({ id: thread?.id }),
      contactUserId: userId,
      openedAt: String(Date.now()),
    })
  })

  it('takes at most six calls to Botpress, also for a contact who was here before', async () => {
    const { world, first, userId } = await setUp()
    const before = await first.start({ userId, title: 'before' })
    await first.stop(before)
    world.botpress.calls.length = 0
    await first.start({ userId, title: 'now' })
    expect(world.botpress.calls.length).toBeLessThanOrEqual(6)
    expect(world.botpress.calls.map(({ operation }) => operation).toSorted()).toEqual([
      'getOrCreateConversation',
      'getUser',
      'listConversations',
      'updateConversation',
    ])
  })

  it('tells the provider who it is about, what was said, and what the bot builder chose', async () => {
    const { world, first, userId } = await setUp()
    const conversationId = await first.start({
      userId,
      title: 'Refund',
      description: 'Order 7',
      hitlSession: { department: 'sales' },
      messageHistory: [
        { source: { type: 'bot' }, type: 'text', payload: { text: 'How can I help?' } },
        { source: { type: 'user', userId }, type: 'text', payload: { text: 'My money' } },
        { source: { type: 'user', userId: 'user-other' }, type: 'text', payload: { text: 'And mine' } },
      ],
    })
    expect(world.provider.callsOf('openThread')).toEqual([
      {
        sessionId: conversationId,
        contact: { userId, name: 'Uma', email: 'uma@people.test' },
        brief: {
          title: 'Refund',
          description: 'Order 7',
          transcript: 'Bot: How can I help?\nUma: My money\nUser: And mine',
          history: [
            { speaker: 'bot', name: 'Bot', text: 'How can I help?' },
            { speaker: 'user', name: 'Uma', text: 'My money' },
            { speaker: 'user', name: 'User', text: 'And mine' },
          ],
          options: { department: 'sales' },
        },
      },
    ])
  })

  it('hands the previous session of the contact over, and whether it is over', async () => {
    const { world, first, userId } = await setUp()
    const oldest = await first.start({ userId, title: 'oldest' })
    passMs(1_000)
    const latest = await first.start({ userId, title: 'latest' })
    await first.stop(latest)
    await first.start({ userId, title: 'now' })
    const opening = world.provider.openThreads().find(({ opening }) => opening.brief.title === 'now')?.opening
    expect(opening?.previous?.thread.id).toBe(threadKeyOf(world, latest))
    expect(await opening?.previous?.isOver()).toBe(true)
    const second = [...world.provider.threads.values()].find(({ opening }) => opening.brief.title === 'latest')?.opening
    expect(second?.previous?.thread.id).toBe(threadKeyOf(world, oldest))
    expect(await second?.previous?.isOver()).toBe(false)
  })

  it('gets a conversation of its own after the one before was stopped, also with the very same words', async () => {
    const { world, first, userId } = await setUp()
    const before = await first.start({ userId })
    await first.stop(before)
    const after = await first.start({ userId })
    expect(after).not.toBe(before)
    expect(threadKeyOf(world, after)).not.toBe(threadKeyOf(world, before))
    expect(world.provider.openThreads()).toHaveLength(1)
  })

  it('gets a conversation of its own after the agent closed the one before', async () => {
    const { world, first, userId } = await setUp()
    const before = await first.start({ userId })
    await first.apply(closed(threadKeyOf(world, before)))
    expect(await first.start({ userId })).not.toBe(before)
  })

  it.each([15_000, 60_001])(
    'gets a conversation of its own %i ms later, even when the one before never ended',
    async (laterMs) => {
      const { world, first, userId } = await setUp()
      const before = await first.start({ userId })
      passMs(laterMs)
      const after = await first.start({ userId })
      expect(after).not.toBe(before)
      expect(world.provider.openThreads()).toHaveLength(2)
      // And that one is what a repetition finds from now on.
      expect(await first.start({ userId })).toBe(after)
    }
  )

  it('is not touched by late events of the thread before', async () => {
    const { world, first, userId } = await setUp()
    const before = await first.start({ userId })
    const oldKey = threadKeyOf(world, before)
    await first.stop(before)
    const after = await first.start({ userId })
    await first.apply(said(oldKey, 'm1', 'late'))
    await first.apply(closed(oldKey))
    expect(heardTexts(world, after)).toEqual([])
    expect(world.botpress.events(after)).toEqual([])
  })

  it('does not mix up two contacts who start at the same moment', async () => {
    const { world, all, userId } = await setUp(2)
    const otto = await all[1]?.createUser({ name: 'Otto', email: 'otto@people.test' })
    const [uma = '', other = ''] = await Promise.all([all[0]?.start({ userId }), all[0]?.start({ userId: otto ?? '' })])
    const threads = world.provider.openThreads()
    const openedFor = (conversationId: string) =>
      threads.find(({ id }) => id === threadKeyOf(world, conversationId))?.opening
    expect(openedFor(uma)).toMatchObject({ sessionId: uma, contact: { name: 'Uma' } })
    expect(openedFor(other)).toMatchObject({ sessionId: other, contact: { name: 'Otto' } })
  })
})

describe('a contact who returns', () => {
  /** The new session's view of the one before, which ended as `end` says. */
  async function returning(end: 'provider' | 'bot' | 'not at all', afterMs = 0) {
    const { world, first, userId } = await setUp()
    const before = await first.start({ userId, title: 'before' })
    passMs(60_000)
    if (end === 'provider') await first.apply(closed(threadKeyOf(world, before)))
    if (end === 'bot') await first.stop(before)
    passMs(afterMs)
    await (await createInstance(world)).start({ userId, title: 'now' })
    const { previous } = [...world.provider.threads.values()].find(({ opening }) => opening.brief.title === 'now')
      ?.opening ?? { previous: undefined }
    if (!previous) throw new Error('no previous session was handed over')
    const startedAt = Date.now()
    const isOver = await withTimePassing(previous.isOver())
    return { isOver, waitedMs: Date.now() - startedAt }
  }

  it('right after the provider ended the session waits until nothing of it is under way', async () => {
    expect(await returning('provider')).toEqual({ isOver: true, waitedMs: QUIET_AFTER_MS })
  })

  it('a moment after the provider ended the session waits for the rest of the time', async () => {
    expect(await returning('provider', 1_000)).toEqual({ isOver: true, waitedMs: QUIET_AFTER_MS - 1_000 })
  })

  it('later than that does not wait', async () => {
    expect(await returning('provider', QUIET_AFTER_MS)).toEqual({ isOver: true, waitedMs: 0 })
  })

  it('right after the bot ended the session does not wait', async () => {
    expect(await returning('bot')).toEqual({ isOver: true, waitedMs: 0 })
  })

  it('while the session before is alive is told so at once', async () => {
    expect(await returning('not at all')).toEqual({ isOver: false, waitedMs: 0 })
  })

  it('twice at once gets a session each, and neither takes the other for the one before', async () => {
    const { world, all, first, userId } = await setUp(2)
    const before = await first.start({ userId, title: 'before' })
    await first.stop(before)
    const titles = ['one', 'two']
    const ids = await withTimePassing(
      Promise.all(titles.map((title, index) => (all[index] ?? first).start({ userId, title })))
    )
    expect(new Set([before, ...ids]).size).toBe(3)
    const threads = world.provider.openThreads()
    expect(threads.map(({ id }) => id).toSorted()).toEqual(ids.map((id) => threadKeyOf(world, id)).toSorted())
    const oldKey = threadKeyOf(world, before)
    expect(threads.map(({ opening }) => opening.previous?.thread.id)).toEqual([oldKey, oldKey])
    for (const { opening } of threads) expect(await opening.previous?.isOver()).toBe(true)
  })
})

describe('the same request twice', () => {
  it('at once on two instances opens one thread and gives both the same conversation', async () => {
    const { world, all, userId } = await setUp(3)
    const ids = await withTimePassing(Promise.all(all.map((instance) => instance.start({ userId }))))
    expect(new Set(ids).size).toBe(1)
    expect(world.provider.callsOf('openThread')).toHaveLength(1)
    expect(world.botpress.conversations()).toHaveLength(1)
  })

  it('one after the other, as when an answer is lost, opens one thread', async () => {
    const { world, all, userId } = await setUp(2)
    const first = await all[0]?.start({ userId })
    passMs(14_999)
    expect(await all[1]?.start({ userId })).toBe(first)
    expect(world.provider.callsOf('openThread')).toHaveLength(1)
  })

  it('opens one thread also when both find the closed session of the same request before', async () => {
    const { world, all, first, userId } = await setUp(2)
    const before = await first.start({ userId })
    await first.stop(before)
    const ids = await withTimePassing(Promise.all(all.map((instance) => instance.start({ userId }))))
    expect(new Set(ids).size).toBe(1)
    expect(ids[0]).not.toBe(before)
    expect(world.provider.openThreads()).toHaveLength(1)
  })

  it('waits for the one at work', async () => {
    const { world, all, userId } = await setUp(2)
    const answer = world.provider.holdNext('openThread')
    setTimeout(answer, 3_000)
    const ids = await withTimePassing(Promise.all(all.map((instance) => instance.start({ userId }))))
    expect(new Set(ids).size).toBe(1)
    expect(world.provider.callsOf('openThread')).toHaveLength(1)
  })

  it('gives up before its own time is over when the one at work hangs, and can be tried again', async () => {
    const { world, first, userId } = await setUp()
    world.provider.holdNext('openThread')
    void first.start({ userId })
    await vi.waitUntil(() => world.provider.callsOf('openThread').length === 1)
    const startedAt = Date.now()
    const failure = await withTimePassing(failureOf((await createInstance(world)).start({ userId })))
    expect(failure).toMatchObject({ retryable: true })
    expect(Date.now() - startedAt).toBeLessThanOrEqual(40_000)
  })

  it('succeeds although the one at work fails', async () => {
    const { world, all, userId } = await setUp(2)
    const answer = world.provider.holdNext('openThread')
    world.provider.failNext('openThread', down())
    const failing = failureOf(all[0]?.start({ userId }) ?? Promise.resolve())
    await vi.waitUntil(() => world.provider.callsOf('openThread').length === 1)
    setTimeout(answer, 1_000)
    const conversationId = await withTimePassing(all[1]?.start({ userId }) ?? Promise.resolve(''))
    expect(await failing).toMatchObject({ status: 503 })
    expect(world.botpress.conversations().map(({ id }) => id)).toEqual([conversationId])
    expect(world.provider.openThreads()).toHaveLength(1)
  })
})

describe('a session that cannot be opened', () => {
  it('fails with the provider’s refusal and leaves no conversation', async () => {
    const { world, first, userId } = await setUp()
    world.provider.failNext('openThread', down())
    await expect(first.start({ userId })).rejects.toThrow('Acme answered 503.')
    expect(world.botpress.conversations()).toEqual([])
    expect(world.provider.openThreads()).toEqual([])
  })

  it('can be started again at once', async () => {
    const { world, first, userId } = await setUp()
    world.provider.failNext('openThread', down())
    await expect(first.start({ userId })).rejects.toThrow('Acme answered 503.')
    const conversationId = await first.start({ userId })
    expect(world.botpress.conversations().map(({ id }) => id)).toEqual([conversationId])
  })

  it.each(['before', 'after'] as const)(
    'closes the thread when it cannot be bound (the call fails %s it took effect)',
    async (when) => {
      const { world, first, userId } = await setUp()
      world.botpress.failNext('updateConversation', new InternalError('down'), when)
      await expect(first.start({ userId })).rejects.toThrow('down')
      expect(world.provider.callsOf('closeThread')).toHaveLength(1)
      expect(world.provider.openThreads()).toEqual([])
      expect(world.botpress.conversations()).toEqual([])
    }
  )

  it('closes a thread that does not fit into the tags', async () => {
    const { world, first, userId } = await setUp(1, createWorld({ note: 'x'.repeat(2_000) }))
    await expect(first.start({ userId })).rejects.toThrow('Botpress cannot store')
    expect(world.provider.openThreads()).toEqual([])
    expect(world.botpress.conversations()).toEqual([])
  })

  it('fails with the first reason, also when tidying up fails', async () => {
    const { world, first, userId } = await setUp()
    world.botpress.failNext('updateConversation', new InternalError('the first reason'))
    world.botpress.failNext('deleteConversation', new InternalError('another reason'))
    world.provider.failNext('closeThread', down())
    await expect(first.start({ userId })).rejects.toThrow('the first reason')
    expect(world.log.filter((line) => line.includes('was not'))).toHaveLength(2)
  })

  it('closes the thread also when the time for the start is used up', async () => {
    vi.useRealTimers()
    freezeClock()
    const host = nock('https://api.acme.test').post('/before-close').reply(204)
    const { world, first, userId } = await setUp(
      1,
      createWorld({
        beforeClose: ({ http }) =>
          http.request({ method: 'POST', url: 'https://api.acme.test/before-close', repeatable: true }),
      })
    )
    world.botpress.interceptNext('updateConversation', () => passMs(60_000))
    world.botpress.failNext('updateConversation', new InternalError('down'))
    await expect(first.start({ userId })).rejects.toThrow('down')
    expect(host.isDone()).toBe(true)
    expect(world.provider.openThreads()).toEqual([])
    expect(world.botpress.conversations()).toEqual([])
  })

  it('makes nothing when the contact is unknown', async () => {
    const { world, first } = await setUp()
    expect(await failureOf(first.start({ userId: 'user-none' }))).toMatchObject({ type: 'ResourceNotFound' })
    expect(world.botpress.conversations()).toEqual([])
    expect(world.provider.threads.size).toBe(0)
  })

  it('makes nothing when Botpress makes no conversation', async () => {
    const { world, first, userId } = await setUp()
    world.botpress.failNext('getOrCreateConversation', new InternalError('down'))
    await expect(first.start({ userId })).rejects.toThrow('down')
    expect(world.provider.threads.size).toBe(0)
  })

  it('does not harm a session of another contact that starts at the same moment', async () => {
    const { world, first, userId } = await setUp()
    const otto = await first.createUser({ name: 'Otto', email: 'otto@people.test' })
    world.provider.failNext('openThread', down())
    const results = await outcomes([first.start({ userId }), first.start({ userId: otto })])
    expect(results.filter((result) => result === 'ok')).toHaveLength(1)
    expect(world.botpress.conversations()).toHaveLength(1)
    expect(world.provider.openThreads()).toHaveLength(1)
  })
})

describe('a start whose process was ended half-way', () => {
  const STARTS_LAST_MS = 60_000

  /** The thread is open, and nobody will ever note it. */
  async function setUpKilled(findsAbandoned = true) {
    const world = createWorld({ findsAbandoned })
    const { first, userId } = await setUp(1, world)
    world.botpress.interceptNext('updateConversation', () => new Promise(() => undefined))
    void first.start({ userId, title: 'killed' })
    await untilQuiet()
    const [killed] = world.botpress.conversations()
    if (!killed) throw new Error('the start has made no conversation')
    expect(world.provider.openThreads()).toHaveLength(1)
    const next = await createInstance(world)
    // The class that this instance knows.
    const { ProviderHttpError: Refusal } = await import('../src/errors')
    const answered = (status: number) => new Refusal('Acme has answered.', { status }, { retryable: status >= 500 })
    return { world, userId, killed, next, answered }
  }

  it('leaves no chat open once the same contact starts again', async () => {
    const { world, userId, killed, next } = await setUpKilled()
    passMs(STARTS_LAST_MS)
    const conversationId = await next.start({ userId, title: 'again' })
    expect(world.provider.callsOf('closeAbandoned')).toMatchObject([
      { sessionId: killed.id, startedAt: Date.parse(killed.createdAt), contact: { userId } },
    ])
    expect(world.provider.openThreads().map(({ id }) => id)).toEqual([threadKeyOf(world, conversationId)])
    expect(world.botpress.conversations().map(({ id }) => id)).toEqual([conversationId])
  })

  it('is left alone while it may still be at work', async () => {
    const { world, userId, killed, next } = await setUpKilled()
    passMs(STARTS_LAST_MS - 1)
    await next.start({ userId, title: 'again' })
    expect(world.provider.callsOf('closeAbandoned')).toEqual([])
    expect(world.botpress.conversations().map(({ id }) => id)).toContain(killed.id)
  })

  it('is looked for again by a later start when the provider cannot be reached, and keeps nobody from an agent', async () => {
    const { world, userId, killed, next, answered } = await setUpKilled()
    passMs(STARTS_LAST_MS)
    world.provider.failNext('closeAbandoned', answered(503))
    await next.start({ userId, title: 'again' })
    expect(world.botpress.conversations().map(({ id }) => id)).toContain(killed.id)
    expect(world.log.join()).toContain(`what a broken-off session has left could not be closed (${killed.id})`)
    const latest = await next.start({ userId, title: 'once more' })
    expect(world.botpress.conversations().map(({ id }) => id)).not.toContain(killed.id)
    expect(world.provider.openThreads().map(({ id }) => id)).toContain(threadKeyOf(world, latest))
    expect(world.provider.openThreads().some(({ opening }) => opening.sessionId === killed.id)).toBe(false)
  })

  it('is forgotten when the provider says no for good', async () => {
    const { world, userId, killed, next, answered } = await setUpKilled()
    passMs(STARTS_LAST_MS)
    world.provider.failNext('closeAbandoned', answered(403))
    await next.start({ userId, title: 'again' })
    expect(world.botpress.conversations().map(({ id }) => id)).not.toContain(killed.id)
  })

  it('is forgotten where a provider has no way to find it', async () => {
    const { world, userId, killed, next } = await setUpKilled(false)
    passMs(STARTS_LAST_MS)
    await next.start({ userId, title: 'again' })
    expect(world.botpress.conversations().map(({ id }) => id)).not.toContain(killed.id)
  })
})

describe('a start of which nobody knows whether it has opened a thread', () => {
  /** The provider has acted, and its answer is lost. */
  async function setUpDoubtful(findsAbandoned = true) {
    const world = createWorld({ findsAbandoned })
    const { first, userId } = await setUp(1, world)
    const { ProviderUnreachableError } = await import('../src/errors')
    const lost = new ProviderUnreachableError('Acme could not be reached.', { sent: true })
    world.provider.failNext('openThread', lost, 'after')
    expect(await failureOf(first.start({ userId, title: 'lost' }))).toBe(lost)
    return { world, first, userId }
  }

  it('fails, and what it has left is closed by the next start, however soon that comes', async () => {
    const { world, first, userId } = await setUpDoubtful()
    const [failed] = world.botpress.conversations()
    const conversationId = await first.start({ userId, title: 'again' })
    expect(world.provider.callsOf('closeAbandoned')).toMatchObject([{ sessionId: failed?.id }])
    expect(world.provider.openThreads().map(({ id }) => id)).toEqual([threadKeyOf(world, conversationId)])
    expect(world.botpress.conversations().map(({ id }) => id)).toEqual([conversationId])
  })

  it('can be asked for with the very same words again at once', async () => {
    const { world, first, userId } = await setUpDoubtful()
    const conversationId = await first.start({ userId, title: 'lost' })
    expect(world.provider.openThreads().map(({ id }) => id)).toEqual([threadKeyOf(world, conversationId)])
  })

  it('is no session that anybody waits for', async () => {
    const { world, first } = await setUpDoubtful()
    world.botpress.calls.length = 0
    await first.apply(said('thread-of-somebody', 'm-1', 'Hello'))
    expect(world.botpress.calls.map(({ operation }) => operation)).toEqual(Array(3).fill('listConversations'))
    expect(world.botpress.messages(world.botpress.conversations()[0]?.id ?? '')).toEqual([])
  })

  it('is told by what it was asked for, and by the other sessions of the contact', async () => {
    const world = createWorld({ findsAbandoned: true })
    const { first, userId } = await setUp(1, world)
    await first.stop(await first.start({ userId, title: 'before' }))
    const { ProviderUnreachableError } = await import('../src/errors')
    world.provider.failNext('openThread', new ProviderUnreachableError('lost', { sent: true }), 'after')
    await failureOf(first.start({ userId, title: 'lost', hitlSession: { department: 'sales' } }))
    await withTimePassing(first.start({ userId, title: 'again' }))
    const before = [...world.provider.threads.values()].find(({ opening }) => opening.brief.title === 'before')
    expect(world.provider.callsOf('closeAbandoned')).toMatchObject([
      { asked: { title: 'lost', options: { department: 'sales' } }, earlier: [{ id: before?.id }] },
    ])
  })

  it.each([
    [500, false],
    [503, false],
    [502, true],
    [504, true],
  ])('is in doubt or not by who has answered (status %i: %s)', async (status, isInDoubt) => {
    const world = createWorld({ findsAbandoned: true })
    const { first, userId } = await setUp(1, world)
    const { ProviderHttpError: Refusal } = await import('../src/errors')
    world.provider.failNext('openThread', new Refusal('Acme has answered.', { status }, { retryable: true }))
    await failureOf(first.start({ userId }))
    expect(world.botpress.conversations()).toHaveLength(isInDoubt ? 1 : 0)
  })

  it('leaves no conversation where the provider has no way to find the thread', async () => {
    const { world } = await setUpDoubtful(false)
    expect(world.botpress.conversations()).toEqual([])
  })
})
