import { InternalError } from '@botpress/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LIVE_TAG } from '../src/botpress/names'
import { ProviderHttpError } from '../src/errors'
import { LAST_WORDS_MS } from '../src/timing'
import {
  createLiveWorld,
  deliver,
  forgetCalls,
  hearsOfEndAt,
  type LiveOptions,
  operationsOf,
  reportsOf,
  startSlowly,
  tagsOf,
  wrote,
} from './live-world'
import {
  announcedAgents,
  assigned,
  closed,
  createInstance,
  createInstances,
  createWorld,
  failureOf,
  freezeTime,
  heardTexts,
  openSession,
  openSettledSession,
  said,
  stops,
  untilQuiet,
  withTimePassing,
  type World,
} from './support'

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

const down = () => new InternalError('down')
const liveTag = (world: World, conversationId: string) => tagsOf(world, conversationId)[LIVE_TAG]

async function live(options?: LiveOptions) {
  const world = createLiveWorld(options)
  const instance = await createInstance(world)
  return { world, instance, ...(await openSettledSession(world, instance)) }
}

/** A text of the contact, which finds the thread closed. */
const sendTo = (world: World, conversationId: string, userId: string) => ({
  type: 'text',
  payload: { text: 'hello?', userId },
  conversation: { id: conversationId, tags: tagsOf(world, conversationId) },
  message: { id: `message-to-${conversationId}` },
})

describe('the mark of a live session', () => {
  it('is on its conversation from the first moment', async () => {
    const world = createLiveWorld()
    const instance = await createInstance(world)
    const userId = await instance.createUser({ name: 'Uma' })
    const conversationId = await instance.start({ userId })
    expect(world.botpress.callsOf('getOrCreateConversation')).toEqual([
      expect.objectContaining({ tags: expect.objectContaining({ live: 'yes', threadKey: 'opening' }) }),
    ])
    expect(liveTag(world, conversationId)).toBe('yes')
  })

  it('is there while the provider opens the thread, and nothing is left when that fails', async () => {
    const world = createLiveWorld()
    const instance = await createInstance(world)
    const userId = await instance.createUser({ name: 'Uma' })
    let during: string | undefined
    world.extend = ((extend) => (adapter, modules) => {
      const extended = extend(adapter, modules)
      const openThread = async ({ sessionId }: { sessionId: string }) => {
        during = liveTag(world, sessionId)
        throw new modules.ProviderHttpError('Acme has no agents online.', { status: 403 })
      }
      return { ...extended, connect: (context) => ({ ...extended.connect(context), openThread }) }
    })(world.extend)
    const failing = await createInstance(world)
    await expect(failing.start({ userId })).rejects.toThrow('no agents')
    expect(during).toBe('yes')
    expect(world.botpress.conversations()).toEqual([])
  })

  it('stays while agents come and talk', async () => {
    const { world, instance, conversationId, threadKey } = await live()
    await deliver(instance, assigned(threadKey, 'a'), said(threadKey, 'm1', 'hello'))
    expect(liveTag(world, conversationId)).toBe('yes')
  })

  it('says when the bot hears of the provider’s end once that was announced, and not before', async () => {
    const { world, instance, conversationId, threadKey } = await live()
    let meanwhile: unknown
    world.botpress.interceptNext('createEvent', () => (meanwhile = liveTag(world, conversationId)))
    expect(await deliver(instance, closed(threadKey))).toBe(200)
    expect(meanwhile).toBe('yes')
    expect(liveTag(world, conversationId)).toBe(String(Date.now() + LAST_WORDS_MS))
    expect(hearsOfEndAt(world, conversationId)).toBe(Date.now() + LAST_WORDS_MS)
    expect(stops(world, conversationId)).toBe(1)
    expect(operationsOf(world).indexOf('updateConversation')).toBeGreaterThan(
      operationsOf(world).indexOf('createEvent')
    )
  })

  it('says later when the bot hears of the end of a young session', async () => {
    const world = createLiveWorld()
    const instance = await createInstance(world)
    const { conversationId, threadKey } = await openSession(world, instance)
    await deliver(instance, closed(threadKey))
    expect(liveTag(world, conversationId)).toBe(String(hearsOfEndAt(world, conversationId)))
    expect(hearsOfEndAt(world, conversationId)).toBeGreaterThan(Date.now() + 2 * LAST_WORDS_MS)
  })

  it('stays when the end could not be announced, and goes with the delivery that announces it', async () => {
    const { world, instance, conversationId, threadKey } = await live()
    world.botpress.failNext('createEvent', down())
    expect(await deliver(instance, closed(threadKey))).toBe(503)
    expect(liveTag(world, conversationId)).toBe('yes')
    vi.setSystemTime(Date.now() + 1_000)
    expect(await deliver(instance, closed(threadKey))).toBe(200)
    expect(liveTag(world, conversationId)).toBe(String(hearsOfEndAt(world, conversationId)))
    expect(stops(world, conversationId)).toBe(1)
  })

  it('is not moved by a repetition of the provider’s end', async () => {
    const { world, instance, conversationId, threadKey } = await live()
    await deliver(instance, closed(threadKey))
    const tag = liveTag(world, conversationId)
    vi.setSystemTime(Date.now() + 1_000)
    for (const other of [instance, await createInstance(world)]) {
      expect(await deliver(other, closed(threadKey))).toBe(200)
    }
    expect(liveTag(world, conversationId)).toBe(tag)
  })

  it('stays empty when the provider tells of the end that the bot has made', async () => {
    const { world, instance, conversationId, threadKey } = await live()
    await instance.stop(conversationId)
    expect(await deliver(instance, closed(threadKey))).toBe(200)
    expect(liveTag(world, conversationId)).toBeUndefined()
    expect(stops(world, conversationId)).toBe(0)
  })

  it('says when the bot hears of the end after a text found the thread closed', async () => {
    const { world, instance, conversationId, userId } = await live()
    for (const thread of world.provider.threads.values()) thread.isOpen = false
    const failure = await failureOf(instance.send(sendTo(world, conversationId, userId)))
    expect(failure).toMatchObject({ name: 'ThreadClosedError' })
    expect(liveTag(world, conversationId)).toBe(String(hearsOfEndAt(world, conversationId)))
  })

  it.each<[string, LiveOptions]>([
    ['closes the thread', {}],
    ['leaves the thread open because the provider does not allow more', { staysOpen: true }],
  ])('is gone after a stop that %s', async (_name, options) => {
    const { world, instance, conversationId } = await live(options)
    await instance.stop(conversationId)
    expect(liveTag(world, conversationId)).toBeUndefined()
  })

  it.each(['before', 'after'] as const)(
    'goes with a stop that could not close the thread, and its repetition closes it (failed %s)',
    async (when) => {
      for (const elsewhere of [false, true]) {
        const { world, instance, conversationId, threadKey } = await live()
        world.provider.failNext('closeThread', new ProviderHttpError('down', { status: 503 }), when)
        await expect(instance.stop(conversationId)).rejects.toThrow('down')
        expect(liveTag(world, conversationId)).toBeUndefined()
        const repeating = elsewhere ? await createInstance(world) : instance
        expect(await repeating.stop(conversationId)).toEqual({})
        expect(world.provider.callsOf('closeThread')).toHaveLength(2)
        expect(world.provider.threads.get(threadKey)?.isOpen).toBe(false)
        expect(liveTag(world, conversationId)).toBeUndefined()
        await repeating.stop(conversationId)
        expect(world.provider.callsOf('closeThread')).toHaveLength(2)
      }
    }
  )

  it('is gone after a stop that failed: what an agent writes before its repetition is refused and reported', async () => {
    const { world, instance, conversationId, threadKey } = await live()
    world.provider.failNext('closeThread', new ProviderHttpError('down', { status: 503 }))
    await failureOf(instance.stop(conversationId))
    expect(await deliver(instance, wrote({ conversationId, threadKey }, 'm1', 'anybody there?'))).toBe(200)
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: expect.stringContaining('session has ended') }])
    expect(world.botpress.messages(conversationId)).toEqual([])
  })

  it('stays until the provider was asked to close the thread', async () => {
    const { world, instance, conversationId } = await live()
    const release = world.provider.holdNext('closeThread')
    const stopping = instance.stop(conversationId)
    await untilQuiet()
    expect(liveTag(world, conversationId)).toBe('yes')
    release()
    await stopping
    expect(liveTag(world, conversationId)).toBeUndefined()
  })

  it('is changed at the second try', async () => {
    const { world, instance, conversationId, threadKey } = await live()
    const other = await openSettledSession(world, instance, 'Otto')
    world.botpress.failNext('updateConversation', down())
    expect(await deliver(instance, closed(threadKey))).toBe(200)
    expect(liveTag(world, conversationId)).toBe(String(hearsOfEndAt(world, conversationId)))
    world.botpress.failNext('updateConversation', down())
    await instance.stop(other.conversationId)
    expect(liveTag(world, other.conversationId)).toBeUndefined()
  })

  it('that cannot be changed, not even at the second try, fails neither the provider’s end nor the bot’s', async () => {
    const { world, instance, conversationId, threadKey } = await live()
    const other = await openSettledSession(world, instance, 'Otto')
    const failTwice = () => {
      forgetCalls(world)
      for (const error of [down(), down()]) world.botpress.failNext('updateConversation', error)
    }
    failTwice()
    expect(await deliver(instance, closed(threadKey))).toBe(200)
    expect(stops(world, conversationId)).toBe(1)
    expect(world.botpress.callsOf('updateConversation')).toHaveLength(2)
    failTwice()
    expect(await instance.stop(other.conversationId)).toEqual({})
    expect(world.provider.threads.get(other.threadKey)?.isOpen).toBe(false)
    expect(world.botpress.callsOf('updateConversation')).toHaveLength(2)
    expect([conversationId, other.conversationId].map((id) => liveTag(world, id))).toEqual(['yes', 'yes'])
  })

  it('of one session says nothing about another', async () => {
    const { world, instance, conversationId } = await live()
    const other = await openSettledSession(world, instance, 'Otto')
    await instance.stop(conversationId)
    expect(liveTag(world, other.conversationId)).toBe('yes')
  })

  it('is never set for an adapter that keeps no book, whose sessions begin and end all the same', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversationId, threadKey } = await openSettledSession(world, instance)
    const other = await openSettledSession(world, instance, 'Otto')
    await deliver(instance, assigned(threadKey, 'a'), said(threadKey, 'm1', 'hello'), closed(threadKey))
    await instance.stop(other.conversationId)
    expect(JSON.stringify(world.botpress.calls)).not.toContain(`"${LIVE_TAG}"`)
    expect(world.botpress.conversations().filter(({ tags }) => LIVE_TAG in tags)).toEqual([])
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
    expect(heardTexts(world, conversationId)).toEqual(['hello'])
    expect(stops(world, conversationId)).toBe(1)
  })
})

describe('an event that says nothing about a session', () => {
  const ignored = { type: 'ignored', why: 'a note of an agent' } as const

  it('leaves no line in the log and costs no call', async () => {
    const { world, instance } = await live()
    forgetCalls(world)
    expect(await deliver(instance, ignored, ignored)).toBe(200)
    expect([world.log, world.botpress.calls, world.provider.calls]).toEqual([[], [], []])
  })

  it('leaves one line for what comes with it', async () => {
    const { world, instance, conversationId, threadKey } = await live()
    forgetCalls(world)
    expect(await deliver(instance, ignored, assigned(threadKey, 'a'), ignored)).toBe(200)
    expect(world.log).toEqual([expect.stringContaining(`conversation ${conversationId}, thread ${threadKey}`)])
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('leaves its line for an adapter that keeps no book', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    expect(await deliver(instance, ignored)).toBe(200)
    expect(world.log).toEqual([expect.stringContaining('a note of an agent')])
  })
})

describe('two instances that hear of the same thing at the same moment', () => {
  it.each(['which both have to find the session', 'one of which has opened the session'])(
    'announce one assignment (%s)',
    async (which) => {
      const world = createLiveWorld()
      const opener = await createInstance(world)
      const { conversationId, threadKey } = await openSettledSession(world, opener)
      const [first, second] = await createInstances(world, 2)
      if (!first || !second) throw new Error('two instances')
      const both = which.startsWith('one') ? [opener, second] : [first, second]
      const statuses = Promise.all(both.map((instance) => deliver(instance, assigned(threadKey, 'a'))))
      expect(await withTimePassing(statuses)).toEqual([200, 200])
      expect(announcedAgents(world, conversationId)).toEqual(['a'])
    }
  )

  it('announce one end', async () => {
    const world = createLiveWorld()
    const opener = await createInstance(world)
    const { conversationId, threadKey } = await openSettledSession(world, opener)
    const others = await createInstances(world, 2)
    const statuses = Promise.all(others.map((instance) => deliver(instance, closed(threadKey))))
    expect(await withTimePassing(statuses)).toEqual([200, 200])
    expect(stops(world, conversationId)).toBe(1)
    // Written after the announcement: never earlier than the bot hears of it.
    const late = Number(liveTag(world, conversationId)) - hearsOfEndAt(world, conversationId)
    expect(late).toBeGreaterThanOrEqual(0)
    expect(late).toBeLessThanOrEqual(1_000)
  })

  it('announce one assignment of a session that is being opened', async () => {
    const world = createLiveWorld()
    const opener = await createInstance(world)
    const { starting, answer, threadKey, conversationId } = await startSlowly(world, opener)
    const others = await createInstances(world, 2)
    setTimeout(answer, 600)
    const statuses = Promise.all(others.map((instance) => deliver(instance, assigned(threadKey, 'a'))))
    expect(await withTimePassing(statuses)).toEqual([200, 200])
    await starting
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })
})
