import {
  InternalError,
  InvalidPayloadError,
  RateLimitedError,
  ReferenceNotFoundError,
  ResourceNotFoundError,
} from '@botpress/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AgentMessage, Part } from '../src/adapter'
import { ProviderHttpError } from '../src/errors'
import { LAST_WORDS_MS, SETTLE_MS, settleDelayMs } from '../src/timing'
import {
  abandonStart,
  createLiveWorld,
  deliver,
  forgetCalls,
  hearsOfEndAt,
  listen,
  type LiveOptions,
  operationsOf,
  passMs,
  reportsOf,
  startSlowly,
  tagsOf,
  ulid,
  uuid,
  wrote,
} from './live-world'
import {
  closed,
  createInstance,
  createInstances,
  failureOf,
  freezeTime,
  heardTexts,
  type Instance,
  openSession,
  openSettledSession,
  SETTLED_MS,
  stops,
  withTimePassing,
  type World,
} from './support'

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

/** An id of a conversation is old after this long: its start is over by then, and what is told is heard. In ms. */
const OLD_AFTER_MS = 50_000
const HOUR_MS = 3_600_000
const FAST = ['initializeIncomingMessage']
const LOADED = ['getConversation', ...FAST]
const TAKEN_BACK = [...FAST, 'deleteMessage']
const SCHEDULED = ['getOrCreateUser', 'getOrCreateMessage']

/** A session that is as old as told, and an instance that has not seen it. */
async function session(ageMs = SETTLED_MS, options?: LiveOptions) {
  const world = createLiveWorld(options)
  const opener = await createInstance(world)
  const ids = await openSession(world, opener)
  passMs(ageMs)
  const cold = await createInstance(world)
  return { world, opener, cold, ids, conversationId: ids.conversationId }
}

const ENDED = expect.stringMatching(/session has ended.*did not get this message/)
const NOBODY = expect.stringContaining('No session of a bot')
/** Why Botpress may not delete a message, the last one for reasons nobody foresaw. */
const UNDELETABLE = [
  new InternalError('down'),
  new ReferenceNotFoundError('gone'),
  new ResourceNotFoundError('gone'),
  new TypeError('quotes hello'),
]
const unnamed = ({ sessionId: _sessionId, ...message }: AgentMessage): AgentMessage => message
const messageTags = ({ botpress }: World) => botpress.messages().map(({ tags }) => tags.providerMessageId)
const openedAt = (world: World, conversationId: string) => Number(tagsOf(world, conversationId).openedAt)

describe('a message that names its session and its agent', () => {
  it('costs one call on an instance that knows nothing, and one on one that knows all', async () => {
    const { world, opener, cold, ids, conversationId } = await session()
    for (const [index, instance] of [cold, cold, opener].entries()) {
      forgetCalls(world)
      expect(await deliver(instance, wrote(ids, `m${index}`, `text ${index}`))).toBe(200)
      expect(operationsOf(world)).toEqual(FAST)
      expect(world.provider.calls).toEqual([])
    }
    expect(heardTexts(world, conversationId)).toEqual(['text 0', 'text 1', 'text 2'])
  })

  it('reaches the bot at once, written by the agent', async () => {
    const { world, cold, ids, conversationId } = await session()
    await deliver(cold, wrote(ids, 'm1', 'hello'))
    const author = world.botpress.users().find(({ tags }) => tags.agentId === 'agent-1')
    expect(author?.name).toBe('Ann')
    expect(world.botpress.messages(conversationId)).toEqual([
      expect.objectContaining({ payload: { text: 'hello' }, userId: author?.id, dueAt: Date.now() }),
    ])
  })

  it('makes its thread known: what comes of it next costs no look', async () => {
    const { world, cold, ids, conversationId } = await session()
    await deliver(cold, wrote(ids, 'm1', 'hello'))
    forgetCalls(world)
    expect(await deliver(cold, closed(ids.threadKey))).toBe(200)
    expect(operationsOf(world)).not.toContain('listConversations')
    expect(stops(world, conversationId)).toBe(1)
  })

  it('with several parts costs one call for each, and they arrive in order', async () => {
    const { world, cold, ids, conversationId } = await session()
    const parts: Part[] = ['one', 'two', 'three'].map((text) => ({ kind: 'text', text }))
    await deliver(cold, wrote(ids, 'm1', '', { parts }))
    expect(operationsOf(world)).toEqual([...FAST, ...FAST, ...FAST])
    expect(heardTexts(world, conversationId)).toEqual(['one', 'two', 'three'])
  })

  it('keeps its place among others of its thread, whether they name the session or not', async () => {
    const { world, cold, ids, conversationId } = await session()
    const texts = Array.from({ length: 8 }, (_, index) => `message ${index}`)
    const events = texts.map((text, index) => wrote(ids, `m${index}`, text))
    await deliver(cold, ...events.map((event, index) => (index % 3 === 1 ? unnamed(event) : event)))
    expect(heardTexts(world, conversationId)).toEqual(texts)
  })

  it.each<[string, (delivered: Instance[]) => Instance[]]>([
    ['to one instance', ([first]) => (first ? [first, first, first] : [])],
    ['to several', (all) => all],
  ])('delivered three times %s is one message', async (_name, choose) => {
    const { world, ids, conversationId } = await session()
    const instances = choose(await createInstances(world, 3))
    for (const instance of instances) expect(await deliver(instance, wrote(ids, 'm1', 'hello'))).toBe(200)
    const again = instances.map((instance) => deliver(instance, wrote(ids, 'm1', 'hello')))
    expect(await Promise.all(again)).toEqual([200, 200, 200])
    expect(heardTexts(world, conversationId)).toEqual(['hello'])
    expect(messageTags(world)).toEqual([`${ids.threadKey}:m1`])
  })
})

describe('the conversation is loaded before the message is written', () => {
  it.each<[string, number, LiveOptions, Partial<AgentMessage>]>([
    ['it is no older than 50 s', OLD_AFTER_MS, {}, {}],
    ['its id does not tell its age', SETTLED_MS, { ids: uuid }, {}],
    ['its id has a letter that no such id has', SETTLED_MS, { ids: (...args) => ulid(...args).replace(/0$/, 'U') }, {}],
    ['its id is too long', SETTLED_MS, { ids: (...args) => `${ulid(...args)}0` }, {}],
    ['its id is of the future', SETTLED_MS, { ids: (at, nth) => ulid(at + 600_000, nth) }, {}],
    ['the agent has no name', SETTLED_MS, {}, { agent: { id: 'agent-1' } }],
    ['the message is incomplete', SETTLED_MS, { completesMessages: true }, { isIncomplete: true }],
  ])('when %s, and only once', async (_name, ageMs, options, change) => {
    const { world, cold, ids, conversationId } = await session(ageMs, options)
    expect(await deliver(cold, wrote(ids, 'm1', 'one', change))).toBe(200)
    expect(operationsOf(world)).toEqual(LOADED)
    forgetCalls(world)
    expect(await deliver(cold, wrote(ids, 'm2', 'two', change))).toBe(200)
    expect(operationsOf(world)).toEqual(FAST)
    expect(heardTexts(world, conversationId)).toEqual(['one', 'two'])
  })

  it('and not from the moment on when it is older than that', async () => {
    const { world, cold, ids } = await session(OLD_AFTER_MS + 1)
    await deliver(cold, wrote(ids, 'm1', 'hello'))
    expect(operationsOf(world)).toEqual(FAST)
  })

  it('by the time that its id begins with', async () => {
    // A published example: https://github.com/ulid/spec
    const example = '01ARZ3NDEKTSV4RRFFQ69G5FAV'
    const madeAt = 1_469_922_850_259
    for (const [age, operations] of [
      [OLD_AFTER_MS, LOADED],
      [OLD_AFTER_MS + 1, FAST],
    ] as const) {
      vi.setSystemTime(madeAt)
      const { world, cold, ids } = await session(age, { ids: () => `conv_${example}` })
      await deliver(cold, wrote(ids, 'm1', 'hello'))
      expect(operationsOf(world)).toEqual(operations)
    }
  })

  it('and asks once who an agent without a name is', async () => {
    const { world, cold, ids } = await session()
    const agent = { id: 'agent-1' }
    await deliver(cold, wrote(ids, 'm1', 'one', { agent }), wrote(ids, 'm2', 'two', { agent }))
    expect(world.provider.callsOf('getAgent')).toEqual(['agent-1'])
    expect(world.botpress.users().find(({ tags }) => tags.agentId === 'agent-1')?.name).toBe('Ann')
  })

  it('and an incomplete message is completed', async () => {
    const { world, cold, ids, conversationId } = await session(SETTLED_MS, { completesMessages: true })
    world.provider.wholeMessages.set('m1', [{ kind: 'text', text: 'all of it' }])
    await deliver(cold, wrote(ids, 'm1', 'all', { isIncomplete: true }))
    expect(world.provider.callsOf('completeMessage')).toEqual([{ id: ids.threadKey, messageId: 'm1' }])
    expect(heardTexts(world, conversationId)).toEqual(['all of it'])
  })
})

describe('a message to a young session', () => {
  it.each([0, 1_000, 4_000])('is held back until the bot can hear it (after %i ms)', async (ageMs) => {
    const { world, opener, cold, ids, conversationId } = await session(ageMs)
    const dueAt = Date.now() + settleDelayMs(openedAt(world, conversationId), Date.now()) + 1
    await deliver(cold, wrote(ids, 'm1', 'cold'))
    expect(operationsOf(world)).toEqual(['getConversation', ...SCHEDULED])
    await deliver(opener, wrote(ids, 'm2', 'warm'))
    expect(world.botpress.messages(conversationId).map((message) => message.dueAt)).toEqual([dueAt, dueAt])
    expect(dueAt).toBeGreaterThan(openedAt(world, conversationId) + SETTLE_MS)
  })

  it('is one message, also when it is delivered again after the first seconds', async () => {
    const { world, cold, ids, conversationId } = await session(1_000)
    await deliver(cold, wrote(ids, 'm1', 'hello'))
    passMs(SETTLED_MS)
    await deliver(cold, wrote(ids, 'm1', 'hello'))
    await deliver(await createInstance(world), wrote(ids, 'm1', 'hello'))
    expect(heardTexts(world, conversationId)).toEqual(['hello'])
    expect(world.botpress.callsOf('deleteMessage')).toEqual([])
  })

  it('waits while the session is being opened, and is written once', async () => {
    const world = createLiveWorld()
    const opener = await createInstance(world)
    const cold = await createInstance(world)
    const { starting, answer, ...ids } = await startSlowly(world, opener)
    setTimeout(answer, 600)
    expect(await withTimePassing(deliver(cold, wrote(ids, 'm1', 'hello')))).toBe(200)
    await starting
    expect(operationsOf(world)).not.toContain('initializeIncomingMessage')
    expect(heardTexts(world, ids.conversationId)).toEqual(['hello'])
  })

  it('is answered with 503 while the session is being opened for too long, and nothing is written', async () => {
    const world = createLiveWorld()
    const opener = await createInstance(world)
    const cold = await createInstance(world)
    const { starting, answer, ...ids } = await startSlowly(world, opener)
    expect(await withTimePassing(deliver(cold, wrote(ids, 'm1', 'hello')))).toBe(503)
    expect([world.botpress.messages(), reportsOf(world)]).toEqual([[], []])
    answer()
    await starting
    expect(await deliver(cold, wrote(ids, 'm1', 'hello'))).toBe(200)
    expect(heardTexts(world, ids.conversationId)).toEqual(['hello'])
  })
})

describe('the wait for a session that is being opened', () => {
  async function opening() {
    const world = createLiveWorld()
    const opener = await createInstance(world)
    const cold = await createInstance(world)
    const { starting, answer, ...ids } = await startSlowly(world, opener)
    return { world, cold, starting, answer, ids }
  }

  it.each([1, 249, 251, 700, 1_000, 1_900, 2_700])('finds what is bound after %i ms', async (ms) => {
    const { world, cold, starting, answer, ids } = await opening()
    setTimeout(answer, ms)
    expect(await withTimePassing(deliver(cold, wrote(ids, 'm1', 'hello', { wantsReceipt: true })))).toBe(200)
    await starting
    expect(heardTexts(world, ids.conversationId)).toEqual(['hello'])
    expect(reportsOf(world)).toEqual([{ messageId: 'm1' }])
  })

  it('looks five times, and not longer than three seconds', async () => {
    const { world, cold, starting, answer, ids } = await opening()
    const startedAt = Date.now()
    expect(await withTimePassing(deliver(cold, wrote(ids, 'm1', 'hello')))).toBe(503)
    expect(operationsOf(world)).toEqual(Array.from({ length: 5 }, () => 'getConversation'))
    expect(Date.now() - startedAt).toBeLessThan(3_000)
    answer()
    await starting
  })

  it.each([
    [400, 0, 0],
    [600, 1, 0],
    [1_000, 2, 250],
    [2_000, 3, 750],
    [3_000, 4, 1_750],
  ])('with %i ms for the step looks %i times within %i ms', async (budgetMs, times, lastMs) => {
    const { world, starting, answer, ids } = await opening()
    const hasty = await createInstance(world, { budgetMs })
    const startedAt = Date.now()
    expect(await withTimePassing(deliver(hasty, wrote(ids, 'm1', 'hello', { wantsReceipt: true })))).toBe(503)
    expect(operationsOf(world)).toEqual(Array.from({ length: times }, () => 'getConversation'))
    expect(Date.now() - startedAt).toBe(lastMs)
    expect([world.botpress.messages(), reportsOf(world)]).toEqual([[], []])
    answer()
    await starting
    expect(await deliver(await createInstance(world), wrote(ids, 'm1', 'hello'))).toBe(200)
    expect(heardTexts(world, ids.conversationId)).toEqual(['hello'])
  })

  it('is over when the start has failed', async () => {
    const { world, cold, ids } = await opening()
    setTimeout(() => void world.botpress.deleteConversation({ id: ids.conversationId }), 600)
    const startedAt = Date.now()
    expect(await withTimePassing(deliver(cold, wrote(ids, 'm1', 'hello')))).toBe(200)
    expect(Date.now() - startedAt).toBeLessThanOrEqual(750)
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: expect.stringContaining('No session of a bot') }])
  })
})

describe('a message to a session whose start takes long', () => {
  /** A start that has lasted so long already, an instance that has not seen it, and a bot. */
  async function slowStart(ageMs = 9_000) {
    const world = createLiveWorld()
    const bot = listen(world)
    const opener = await createInstance(world)
    const cold = await createInstance(world)
    const { starting, answer, ...ids } = await startSlowly(world, opener)
    passMs(ageMs)
    return { world, bot, opener, cold, starting, answer, ids, conversationId: ids.conversationId }
  }

  it.each([9_000, 30_000, 44_000])('is not written before the session is bound (after %i ms)', async (ageMs) => {
    const { world, bot, cold, starting, answer, ids, conversationId } = await slowStart(ageMs)
    setTimeout(answer, 600)
    expect(await withTimePassing(deliver(cold, wrote(ids, 'm1', 'hello')))).toBe(200)
    await starting
    expect(operationsOf(world)).not.toContain('initializeIncomingMessage')
    expect(operationsOf(world)).not.toContain('deleteMessage')
    const [message, ...others] = world.botpress.messages(conversationId)
    expect(others).toEqual([])
    expect(message?.payload).toEqual({ text: 'hello' })
    expect(message?.dueAt).toBeGreaterThan(openedAt(world, conversationId) + SETTLE_MS)
    expect(messageTags(world)).toEqual([`${ids.threadKey}:m1`])
    expect([bot.texts(), reportsOf(world)]).toEqual([[], []])
    passMs(SETTLED_MS)
    expect(bot.texts()).toEqual(['hello'])
  })

  it.each([0, 1_000, 3_000])('%i ms after the session was bound is held back as well', async (ageMs) => {
    const { world, cold, starting, answer, ids, conversationId } = await slowStart()
    answer()
    await starting
    passMs(ageMs)
    forgetCalls(world)
    expect(await deliver(cold, wrote(ids, 'm1', 'hello'))).toBe(200)
    expect(operationsOf(world)).toEqual(['getConversation', ...SCHEDULED])
    const dueAt = Date.now() + settleDelayMs(openedAt(world, conversationId), Date.now()) + 1
    expect(world.botpress.messages(conversationId)).toEqual([expect.objectContaining({ dueAt })])
  })

  const courses = [1_000, 9_000, 42_000].flatMap((lastsMs) =>
    [0, 2_000, 4_100, 4_300, 5_000, 20_000].map((afterMs) => [lastsMs, afterMs] as const)
  )

  it.each(courses)(
    'is told once, when the bot hears it, however often and wherever it comes (start of %i ms, %i ms after it)',
    async (lastsMs, afterMs) => {
      const { world, bot, opener, cold, starting, answer, ids, conversationId } = await slowStart(lastsMs)
      const everywhere = [cold, opener, ...(await createInstances(world, 2))]
      const toAll = () =>
        Promise.all(everywhere.map((instance) => deliver(instance, wrote(ids, 'm1', 'hello', { wantsReceipt: true }))))
      expect(await withTimePassing(toAll())).toEqual([503, 503, 503, 503])
      answer()
      await starting
      for (const waitMs of [afterMs, 0, 150, 1_000, 2_500, 5_000, SETTLED_MS, HOUR_MS]) {
        passMs(waitMs)
        expect(await withTimePassing(toAll())).toEqual([200, 200, 200, 200])
        for (const instance of everywhere) {
          expect(await deliver(instance, wrote(ids, 'm1', 'hello', { wantsReceipt: true }))).toBe(200)
        }
      }
      expect(bot.texts()).toEqual(['hello'])
      expect(bot.times()[0]).toBeGreaterThan(openedAt(world, conversationId) + SETTLE_MS)
      expect(world.botpress.callsOf('deleteMessage')).toEqual([])
      expect(JSON.stringify(reportsOf(world))).not.toContain('failure')
    }
  )

  it('that takes as long as a step may is heard by the bot from the first moment at which nobody looks', async () => {
    const { world, bot, cold, starting, answer, ids, conversationId } = await slowStart(45_000)
    answer()
    await starting
    passMs(OLD_AFTER_MS - 45_000 + 1)
    forgetCalls(world)
    expect(await deliver(cold, wrote(ids, 'm1', 'hello'))).toBe(200)
    expect(operationsOf(world)).toEqual(FAST)
    expect(bot.texts()).toEqual(['hello'])
    expect(bot.times()[0]).toBeGreaterThan(openedAt(world, conversationId) + SETTLE_MS)
  })

  it('comes to two instances at once while the session is bound, and is told once', async () => {
    const { world, bot, cold, starting, answer, ids } = await slowStart()
    const both = [cold, await createInstance(world)]
    setTimeout(answer, 600)
    const statuses = Promise.all(both.map((instance) => deliver(instance, wrote(ids, 'm1', 'hello'))))
    expect(await withTimePassing(statuses)).toEqual([200, 200])
    await starting
    passMs(SETTLED_MS)
    expect(bot.texts()).toEqual(['hello'])
    expect([world.botpress.callsOf('deleteMessage'), reportsOf(world)]).toEqual([[], []])
  })

  it('keeps all its parts, in order, and those that come after it', async () => {
    const { bot, cold, starting, answer, ids } = await slowStart()
    const parts: Part[] = ['one', 'two'].map((text) => ({ kind: 'text', text }))
    setTimeout(answer, 600)
    const request = [wrote(ids, 'm1', '', { parts }), wrote(ids, 'm2', 'three')]
    expect(await withTimePassing(deliver(cold, ...request))).toBe(200)
    await starting
    passMs(SETTLED_MS)
    await deliver(cold, ...request, wrote(ids, 'm3', 'four'))
    expect(bot.texts()).toEqual(['one', 'two', 'three', 'four'])
  })

  it('is answered with 503 while the start goes on, and neither written nor reported', async () => {
    const { world, bot, cold, ids } = await slowStart()
    expect(await withTimePassing(deliver(cold, wrote(ids, 'm1', 'hello', { wantsReceipt: true })))).toBe(503)
    expect([bot.texts(), world.botpress.messages(), reportsOf(world)]).toEqual([[], [], []])
  })

  it('is reported when the start fails and its conversation is gone, and never written', async () => {
    const { world, bot, cold, ids, conversationId } = await slowStart()
    setTimeout(() => void world.botpress.deleteConversation({ id: conversationId }), 300)
    expect(await withTimePassing(deliver(cold, wrote(ids, 'm1', 'hello')))).toBe(200)
    expect([bot.texts(), world.botpress.messages()]).toEqual([[], []])
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: NOBODY }])
  })

  it('and was held back is not told again once the bot has heard it', async () => {
    const { world, bot, cold, starting, answer, ids, conversationId } = await slowStart()
    answer()
    await starting
    passMs(1_000)
    const others = await createInstances(world, 2)
    await deliver(cold, wrote(ids, 'm1', 'hello'))
    const written = world.botpress.messages(conversationId)
    expect(bot.texts()).toEqual([])
    passMs(3_200)
    expect(bot.texts()).toEqual(['hello'])
    expect(settleDelayMs(openedAt(world, conversationId), Date.now())).toBeGreaterThan(0)
    forgetCalls(world)
    for (const instance of [cold, ...others]) {
      expect(await deliver(instance, wrote(ids, 'm1', 'hello', { wantsReceipt: true }))).toBe(200)
    }
    expect(world.botpress.messages(conversationId)).toEqual(written)
    expect(bot.texts()).toEqual(['hello'])
    expect(reportsOf(world)).toEqual(Array.from({ length: 3 }, () => ({ messageId: 'm1' })))
  })
})

describe('a message to a conversation that never got its thread', () => {
  async function abandoned(ageMs: number) {
    const world = createLiveWorld()
    const cold = await createInstance(world)
    const conversationId = await abandonStart(world)
    passMs(ageMs)
    return { world, cold, message: wrote({ conversationId, threadKey: 'thread-soon' }, 'm1', 'hello') }
  }

  it.each([OLD_AFTER_MS + 1, 60_000, 6 * HOUR_MS])('is reported, and not left behind (%i ms old)', async (ageMs) => {
    const { world, cold, message } = await abandoned(ageMs)
    expect(await deliver(cold, { ...message, wantsReceipt: true })).toBe(200)
    expect(operationsOf(world)).toEqual(TAKEN_BACK)
    expect(world.botpress.messages()).toEqual([])
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: NOBODY }])
  })

  it('is answered with 503 as long as its start may be at work, and not written', async () => {
    const { world, cold, message } = await abandoned(OLD_AFTER_MS - 3_000)
    expect(await withTimePassing(deliver(cold, message))).toBe(503)
    expect([world.botpress.messages(), reportsOf(world)]).toEqual([[], []])
  })

  it.each(UNDELETABLE)('is reported also when it cannot be deleted (%s)', async (error) => {
    const { world, cold, message } = await abandoned(60_000)
    world.botpress.failNext('deleteMessage', error)
    expect(await deliver(cold, message)).toBe(200)
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: NOBODY }])
  })

  it('is not taken for one of a session afterwards: the next is reported as well', async () => {
    const { world, cold, message } = await abandoned(60_000)
    await deliver(cold, message)
    expect(await deliver(cold, { ...message, messageId: 'm2' })).toBe(200)
    expect(reportsOf(world)).toHaveLength(2)
    expect(world.botpress.messages()).toEqual([])
  })
})

describe('a message that cannot reach anybody', () => {
  const REFUSED = expect.stringMatching(/did not take this message.*did not get it/)

  it.each<['provider' | 'bot', 'knows the session' | 'knows nothing']>([
    ['provider', 'knows the session'],
    ['provider', 'knows nothing'],
    ['bot', 'knows the session'],
    ['bot', 'knows nothing'],
  ])('since the %s ended the session: 200, reported, nothing announced (the instance %s)', async (by, knowledge) => {
    const { world, opener, cold, ids, conversationId } = await session()
    if (by === 'bot') await opener.stop(conversationId)
    else await deliver(opener, closed(ids.threadKey))
    passMs(SETTLED_MS)
    const events = world.botpress.events()
    forgetCalls(world)
    const instance = knowledge === 'knows nothing' ? cold : opener
    expect(await deliver(instance, wrote(ids, 'm1', 'hello', { wantsReceipt: true }))).toBe(200)
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: ENDED }])
    expect(world.botpress.events()).toEqual(events)
    expect(operationsOf(world)).toEqual(TAKEN_BACK)
    expect(world.botpress.messages(conversationId)).toEqual([])
  })

  it('since the session ended is reported when its conversation had to be loaded, and not left behind', async () => {
    const { world, opener, cold, ids, conversationId } = await session(SETTLED_MS, { ids: uuid })
    await opener.stop(conversationId)
    forgetCalls(world)
    expect(await deliver(cold, wrote(ids, 'm1', 'hello'))).toBe(200)
    expect(operationsOf(world)).toEqual(['getConversation', ...TAKEN_BACK])
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: ENDED }])
    expect(world.botpress.messages()).toEqual([])
  })

  it('since the bot ended a session that is loaded while young is reported, and not written', async () => {
    const { world, opener, cold, ids, conversationId } = await session(1_000)
    await opener.stop(conversationId)
    forgetCalls(world)
    expect(await deliver(cold, wrote(ids, 'm1', 'hello'))).toBe(200)
    expect(operationsOf(world)).toEqual(['getConversation'])
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: ENDED }])
  })

  it('since the bot ended a session of some seconds is left to what Botpress says of the write', async () => {
    const { world, opener, cold, ids, conversationId } = await session(10_000)
    await opener.stop(conversationId)
    forgetCalls(world)
    expect(await deliver(cold, wrote(ids, 'm1', 'hello'))).toBe(200)
    expect(operationsOf(world)).toEqual(['getConversation', ...TAKEN_BACK])
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: ENDED }])
    expect(world.botpress.messages()).toEqual([])
  })

  it('since the session ended is not left behind when Botpress wraps it once more, as the SDK’s types say', async () => {
    const { world, opener, cold, ids, conversationId } = await session()
    const { initializeIncomingMessage } = world.botpress
    world.botpress.initializeIncomingMessage = async (input) => {
      const { message, ...made } = await initializeIncomingMessage(input)
      return { ...made, ...(message && 'id' in message ? { message: { message } } : {}) }
    }
    await opener.stop(conversationId)
    expect(await deliver(cold, wrote(ids, 'm1', 'hello'))).toBe(200)
    expect(world.botpress.messages()).toEqual([])
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: ENDED }])
  })

  it('since the session ended is reported when Botpress does not say which message it wrote', async () => {
    const { world, opener, cold, ids, conversationId } = await session()
    const { initializeIncomingMessage } = world.botpress
    world.botpress.initializeIncomingMessage = async (input) => {
      const { user, conversation } = await initializeIncomingMessage(input)
      return { user, conversation }
    }
    await opener.stop(conversationId)
    expect(await deliver(cold, wrote(ids, 'm1', 'hello'))).toBe(200)
    expect(world.botpress.callsOf('deleteMessage')).toEqual([])
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: ENDED }])
  })

  it.each(UNDELETABLE)('since the session ended is reported also when it cannot be deleted (%s)', async (error) => {
    const { world, opener, cold, ids, conversationId } = await session()
    await opener.stop(conversationId)
    world.botpress.failNext('deleteMessage', error)
    expect(await deliver(cold, wrote(ids, 'm1', 'hello', { wantsReceipt: true }))).toBe(200)
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: ENDED }])
    expect(world.log.join('\n')).not.toContain('quotes')
  })

  it('since the session ended is written no further than its first part', async () => {
    const { world, opener, cold, ids, conversationId } = await session()
    await opener.stop(conversationId)
    forgetCalls(world)
    const parts: Part[] = ['one', 'two', 'three'].map((text) => ({ kind: 'text', text }))
    await deliver(cold, wrote(ids, 'm1', '', { parts }))
    expect(operationsOf(world)).toEqual(TAKEN_BACK)
    expect(world.botpress.messages()).toEqual([])
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: ENDED }])
  })

  it('since the session ended is reported by an instance that has to look for its thread', async () => {
    const { world, opener, cold, ids, conversationId } = await session()
    await opener.stop(conversationId)
    expect(await deliver(cold, unnamed(wrote(ids, 'm1', 'hello')))).toBe(200)
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: NOBODY }])
  })

  it.each([
    ['an old', SETTLED_MS, REFUSED],
    ['a young', 0, NOBODY],
  ])('since it names %s conversation that does not exist: 200, reported', async (_name, ageMs, failure) => {
    const world = createLiveWorld()
    const instance = await createInstance(world)
    const ids = { conversationId: ulid(Date.now() - ageMs, 99), threadKey: 'thread-none' }
    expect(await deliver(instance, wrote(ids, 'm1', 'hello'))).toBe(200)
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure }])
    expect([world.botpress.messages(), world.botpress.events(), world.botpress.users()]).toEqual([[], [], []])
  })

  it('since Botpress refuses what it says: 200, reported, without a word of what Botpress says', async () => {
    const { world, cold, ids } = await session()
    world.botpress.failNext('initializeIncomingMessage', new InvalidPayloadError('quotes 4111'))
    expect(await deliver(cold, wrote(ids, 'm1', 'hello'))).toBe(200)
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: REFUSED }])
    expect(JSON.stringify(reportsOf(world))).not.toContain('4111')
  })

  it('keeps no other message of the webhook from being delivered', async () => {
    const { world, opener, cold, ids, conversationId } = await session()
    const other = await openSettledSession(world, opener, 'Otto')
    await opener.stop(conversationId)
    const request = [wrote(ids, 'm1', 'too late'), wrote(other, 'm2', 'in time')]
    expect(await deliver(cold, ...request)).toBe(200)
    expect(heardTexts(world, other.conversationId)).toEqual(['in time'])
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: ENDED }])
  })
})

describe('last words', () => {
  /** How the instance comes to know the session, if at all. */
  const WAYS = [
    ['that knows the session', {}],
    ['that knows nothing', {}],
    ['that has to load it', { ids: uuid }],
  ] as const satisfies [string, LiveOptions][]

  async function closing(way: string, options: LiveOptions, ageMs = SETTLED_MS) {
    const all = await session(ageMs, options)
    expect(await deliver(all.opener, closed(all.ids.threadKey))).toBe(200)
    forgetCalls(all.world)
    return { ...all, instance: way === 'that knows the session' ? all.opener : all.cold }
  }

  const moments = [0, 1_000, LAST_WORDS_MS - 1].flatMap((afterMs) => WAYS.map((way) => [afterMs, ...way] as const))

  it.each(moments)('%i ms after the provider’s end are delivered by an instance %s', async (afterMs, way, options) => {
    const { world, instance, ids, conversationId } = await closing(way, options)
    passMs(afterMs)
    expect(await deliver(instance, wrote(ids, 'm1', 'goodbye', { wantsReceipt: true }))).toBe(200)
    expect(world.botpress.messages(conversationId)).toEqual([
      expect.objectContaining({ payload: { text: 'goodbye' }, dueAt: Date.now() }),
    ])
    expect(Date.now()).toBeLessThan(hearsOfEndAt(world, conversationId))
    expect(reportsOf(world)).toEqual([{ messageId: 'm1' }])
  })

  it.each(WAYS)(
    'are refused and reported once the bot has heard of the end, by an instance %s',
    async (way, options) => {
      const { world, instance, ids, conversationId } = await closing(way, options)
      for (const at of [0, 1, 60_000]) {
        vi.setSystemTime(hearsOfEndAt(world, conversationId) + at)
        forgetCalls(world)
        expect(await deliver(instance, wrote(ids, `m${at}`, 'too late', { wantsReceipt: true }))).toBe(200)
        expect(reportsOf(world)).toEqual([{ messageId: `m${at}`, failure: ENDED }])
      }
    }
  )

  it.each(WAYS)('of a young session are heard before its end (an instance %s)', async (way, options) => {
    const { world, instance, ids, conversationId } = await closing(way, options, 100)
    for (const waitMs of [0, 1_000, 3_000, 1_500]) {
      passMs(waitMs)
      expect(await deliver(instance, wrote(ids, `m${Date.now()}`, 'goodbye', { wantsReceipt: true }))).toBe(200)
    }
    expect(reportsOf(world).filter((told) => JSON.stringify(told).includes('failure'))).toEqual([])
    const dueAts = world.botpress.messages(conversationId).map(({ dueAt }) => dueAt)
    expect(dueAts).toHaveLength(4)
    expect(Math.max(...dueAts)).toBeLessThan(hearsOfEndAt(world, conversationId))
  })

  it.each<[string, (delivered: AgentMessage) => AgentMessage]>([
    ['name their session', (message) => message],
    ['do not name it', unnamed],
  ])('in the webhook that closes, before and after it, are delivered in order (they %s)', async (_name, change) => {
    for (const which of ['opener', 'cold'] as const) {
      const { ids, conversationId, world, [which]: instance } = await session()
      const before = change(wrote(ids, 'm1', 'goodbye', { wantsReceipt: true }))
      const after = change(wrote(ids, 'm2', 'and good luck', { wantsReceipt: true }))
      expect(await deliver(instance, before, closed(ids.threadKey), after)).toBe(200)
      expect(heardTexts(world, conversationId)).toEqual(['goodbye', 'and good luck'])
      expect(reportsOf(world)).toEqual([{ messageId: 'm1' }, { messageId: 'm2' }])
      expect(stops(world, conversationId)).toBe(1)
    }
  })

  it('are delivered once, however often they and the end are delivered', async () => {
    const { world, opener, cold, ids, conversationId } = await session()
    const request = [closed(ids.threadKey), wrote(ids, 'm1', 'goodbye')]
    for (const instance of [cold, opener, cold]) {
      expect(await deliver(instance, ...request)).toBe(200)
      passMs(500)
    }
    expect(heardTexts(world, conversationId)).toEqual(['goodbye'])
    expect(stops(world, conversationId)).toBe(1)
  })

  it('are delivered after a text that found the thread closed', async () => {
    const { world, opener, cold, ids, conversationId } = await session()
    for (const thread of world.provider.threads.values()) thread.isOpen = false
    await failureOf(
      opener.send({
        type: 'text',
        payload: { text: 'hello?', userId: ids.userId },
        conversation: { id: conversationId, tags: tagsOf(world, conversationId) },
        message: { id: `message-to-${conversationId}` },
      })
    )
    await deliver(cold, wrote(ids, 'm1', 'goodbye'))
    expect(heardTexts(world, conversationId)).toEqual(['goodbye'])
    passMs(LAST_WORDS_MS)
    await deliver(cold, wrote(ids, 'm2', 'too late'))
    expect(reportsOf(world)).toEqual([{ messageId: 'm2', failure: ENDED }])
  })

  it.each(WAYS)(
    'are refused at once after the bot’s end, also when the provider tells of it (%s)',
    async (way, options) => {
      const { world, opener, cold, ids, conversationId } = await session(SETTLED_MS, options)
      await opener.stop(conversationId)
      const instance = way === 'that knows the session' ? opener : cold
      await deliver(instance, closed(ids.threadKey), wrote(ids, 'm1', 'goodbye', { wantsReceipt: true }))
      expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: ENDED }])
    }
  )
})

describe('a redelivery after the end of the session', () => {
  const WAYS = [
    ['knows the session', {}],
    ['knows nothing', {}],
    ['has to load it', { ids: uuid }],
  ] as const satisfies [string, LiveOptions][]
  const cases = (['provider', 'bot'] as const).flatMap((by) =>
    [2_001, SETTLED_MS, 6 * HOUR_MS].flatMap((afterMs) => WAYS.map((way) => [by, afterMs, ...way] as const))
  )

  /** A message of two parts that was delivered, and an end right after it. */
  async function delivered(by: 'provider' | 'bot', options: LiveOptions = {}, ageMs = SETTLED_MS) {
    const all = await session(ageMs, options)
    const bot = listen(all.world)
    const parts: Part[] = ['one', 'two'].map((text) => ({ kind: 'text', text }))
    const message = wrote(all.ids, 'm1', '', { parts })
    expect(await deliver(all.opener, message)).toBe(200)
    if (by === 'bot') await all.opener.stop(all.conversationId)
    else await deliver(all.opener, closed(all.ids.threadKey))
    return { ...all, bot, message }
  }

  it.each(cases)(
    'by the %s, %i ms later, changes nothing and is not reported as failed (the instance %s)',
    async (by, afterMs, way, options) => {
      const { world, bot, opener, cold, message } = await delivered(by, options)
      const before = [world.botpress.messages(), world.botpress.events(), world.botpress.conversations()]
      passMs(afterMs)
      const instance = way === 'knows the session' ? opener : cold
      for (const wantsReceipt of [false, true]) {
        forgetCalls(world)
        expect(await deliver(instance, { ...message, wantsReceipt })).toBe(200)
        expect(reportsOf(world)).toEqual(wantsReceipt ? [{ messageId: 'm1' }] : [])
        expect(world.botpress.callsOf('deleteMessage')).toEqual([])
      }
      expect([world.botpress.messages(), world.botpress.events(), world.botpress.conversations()]).toEqual(before)
      expect(bot.texts()).toEqual(['one', 'two'])
    }
  )

  it('of a message that was told some seconds after the start is not reported as failed either', async () => {
    const { world, bot, cold, message } = await delivered('bot', {}, 10_000)
    passMs(5_000)
    expect(await deliver(cold, message)).toBe(200)
    expect([reportsOf(world), world.botpress.callsOf('deleteMessage')]).toEqual([[], []])
    expect(bot.texts()).toEqual(['one', 'two'])
  })

  it('of a message whose last part was never written reports it, and leaves what was told', async () => {
    const { world, opener, cold, ids, conversationId } = await session()
    const bot = listen(world)
    const parts: Part[] = ['one', 'two'].map((text) => ({ kind: 'text', text }))
    const message = wrote(ids, 'm1', '', { parts })
    world.botpress.interceptNext('initializeIncomingMessage', () =>
      world.botpress.failNext('initializeIncomingMessage', new InternalError('down'))
    )
    expect(await deliver(cold, message)).toBe(503)
    await opener.stop(conversationId)
    passMs(6 * HOUR_MS)
    forgetCalls(world)
    expect(await deliver(await createInstance(world), message)).toBe(200)
    expect(operationsOf(world)).toEqual([...FAST, ...TAKEN_BACK])
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: ENDED }])
    expect(heardTexts(world, conversationId)).toEqual(['one'])
    expect(bot.texts()[0]).toBe('one')
  })

  it('lets no new message of the same webhook through', async () => {
    const { world, cold, ids, message, conversationId } = await delivered('provider')
    passMs(6 * HOUR_MS)
    forgetCalls(world)
    expect(await deliver(cold, message, wrote(ids, 'm2', 'too late'))).toBe(200)
    expect(reportsOf(world)).toEqual([{ messageId: 'm2', failure: ENDED }])
    expect(heardTexts(world, conversationId)).toEqual(['one', 'two'])
  })
})

describe('a message that met what nobody foresaw', () => {
  it('is answered with 500, not reported, and delivered once by the next delivery', async () => {
    const { world, cold, ids, conversationId } = await session()
    world.botpress.failNext('initializeIncomingMessage', new TypeError('quotes hello'))
    const message = wrote(ids, 'm1', 'hello', { wantsReceipt: true })
    expect(await deliver(cold, message)).toBe(500)
    expect(reportsOf(world)).toEqual([])
    expect(world.log.join('\n')).not.toContain('quotes')
    expect(await deliver(cold, message)).toBe(200)
    expect(reportsOf(world)).toEqual([{ messageId: 'm1' }])
    expect(heardTexts(world, conversationId)).toEqual(['hello'])
  })

  it.each(['getConversation', 'listConversations'] as const)(
    'while it was looked for is not reported (%s)',
    async (call) => {
      const { world, cold, ids } = await session(SETTLED_MS, { ids: uuid })
      const message = wrote(ids, 'm1', 'hello')
      world.botpress.failNext(call, new TypeError('bug'))
      expect(await deliver(cold, call === 'listConversations' ? unnamed(message) : message)).toBe(500)
      expect([reportsOf(world), world.botpress.messages()]).toEqual([[], []])
    }
  )
})

describe('a message that Botpress could not take for the moment', () => {
  const REFUSALS = [new InternalError('down'), new RateLimitedError('slow down')]

  it.each(REFUSALS)('is answered with 503, not reported, and delivered once by the next (%s)', async (error) => {
    const { world, cold, ids, conversationId } = await session()
    world.botpress.failNext('initializeIncomingMessage', error, 'after')
    const message = wrote(ids, 'm1', 'hello', { wantsReceipt: true })
    expect(await deliver(cold, message)).toBe(503)
    expect(reportsOf(world)).toEqual([])
    expect(await deliver(cold, message)).toBe(200)
    expect(reportsOf(world)).toEqual([{ messageId: 'm1' }])
    expect(heardTexts(world, conversationId)).toEqual(['hello'])
  })

  it.each(REFUSALS)('is answered with 503 and not reported when its session cannot be loaded (%s)', async (error) => {
    const { world, cold, ids } = await session(SETTLED_MS, { ids: uuid })
    world.botpress.failNext('getConversation', error)
    expect(await deliver(cold, wrote(ids, 'm1', 'hello'))).toBe(503)
    expect([reportsOf(world), world.botpress.messages()]).toEqual([[], []])
  })

  it.each(REFUSALS)(
    'is answered with 503 and not reported when its thread cannot be looked for (%s)',
    async (error) => {
      const { world, cold, ids } = await session()
      world.botpress.failNext('listConversations', error)
      expect(await deliver(cold, unnamed(wrote(ids, 'm1', 'hello')))).toBe(503)
      expect([reportsOf(world), world.botpress.messages()]).toEqual([[], []])
    }
  )
})

describe('the provider', () => {
  it('hears once that a message was delivered, when it wants to', async () => {
    const { world, cold, ids, conversationId } = await session()
    const order: string[] = []
    world.botpress.interceptNext(
      'initializeIncomingMessage',
      () => void order.push(`${reportsOf(world).length} reports`)
    )
    expect(await deliver(cold, wrote(ids, 'm1', 'hello', { wantsReceipt: true }))).toBe(200)
    expect(order).toEqual(['0 reports'])
    expect(reportsOf(world)).toEqual([{ messageId: 'm1' }])
    expect(heardTexts(world, conversationId)).toEqual(['hello'])
  })

  it('hears it once for a message of several parts, and of a young session', async () => {
    const { world, cold, ids } = await session(1_000)
    const parts: Part[] = ['one', 'two'].map((text) => ({ kind: 'text', text }))
    await deliver(cold, wrote(ids, 'm1', '', { parts, wantsReceipt: true }))
    expect(reportsOf(world)).toEqual([{ messageId: 'm1' }])
  })

  it('hears nothing of a delivered message when it does not want to', async () => {
    const { world, cold, ids } = await session()
    await deliver(cold, wrote(ids, 'm1', 'hello'))
    expect(reportsOf(world)).toEqual([])
  })

  it.each([
    ['a receipt', false],
    ['a failure', true],
  ])('that does not take %s changes nothing', async (_name, isEnded) => {
    const { world, opener, cold, ids, conversationId } = await session()
    if (isEnded) await opener.stop(conversationId)
    forgetCalls(world)
    world.provider.failNext(
      'reportDelivery',
      new ProviderHttpError('quotes hello', { status: 503 }, { retryable: true })
    )
    expect(await deliver(cold, wrote(ids, 'm1', 'hello', { wantsReceipt: true }))).toBe(200)
    expect(reportsOf(world)).toHaveLength(1)
    expect(operationsOf(world)).toEqual(isEnded ? TAKEN_BACK : FAST)
    expect(world.log).toContain(`Acme could not be told what became of a message (${ids.threadKey}).`)
    expect(world.log.join('\n')).not.toContain('hello')
  })

  it.each([
    ['a receipt', false],
    ['a failure', true],
  ])('that throws at once when it is told of %s changes nothing', async (_name, isEnded) => {
    const { world, opener, ids, conversationId } = await session()
    const { extend } = world
    world.extend = (adapter, modules) => {
      const extended = extend(adapter, modules)
      const reportDelivery = () => {
        throw new TypeError('quotes hello')
      }
      return { ...extended, connect: (context) => ({ ...extended.connect(context), reportDelivery }) }
    }
    const instance = await createInstance(world)
    if (isEnded) await opener.stop(conversationId)
    const other = await openSession(world, opener, 'Otto')
    passMs(SETTLED_MS)
    const request = [
      wrote(ids, 'm1', 'hello', { wantsReceipt: true }),
      wrote(other, 'm2', 'hello', { wantsReceipt: true }),
    ]
    expect(await deliver(instance, ...request)).toBe(200)
    expect(heardTexts(world, other.conversationId)).toEqual(['hello'])
    expect(world.log).toContain(`Acme could not be told what became of a message (${ids.threadKey}).`)
    expect(world.log.join('\n')).not.toContain('quotes')
  })

  it('that cannot be told anything gets its messages delivered or refused all the same', async () => {
    const { world, opener, cold, ids, conversationId } = await session(SETTLED_MS, { isMute: true })
    expect(await deliver(cold, wrote(ids, 'm1', 'hello', { wantsReceipt: true }))).toBe(200)
    expect(heardTexts(world, conversationId)).toEqual(['hello'])
    await opener.stop(conversationId)
    expect(await deliver(cold, wrote(ids, 'm2', 'too late', { wantsReceipt: true }))).toBe(200)
    expect(reportsOf(world)).toEqual([])
  })
})

describe('what takes its time', () => {
  it.each([2_000, 10_000])(
    'a message for an ended session that takes %i ms to write is not left behind',
    async (ms) => {
      const { world, opener, cold, ids, conversationId } = await session()
      await opener.stop(conversationId)
      const { initializeIncomingMessage } = world.botpress
      world.botpress.initializeIncomingMessage = async (input) => {
        const answered = await initializeIncomingMessage(input)
        passMs(ms)
        return answered
      }
      expect(await deliver(cold, wrote(ids, 'm1', 'hello'))).toBe(200)
      expect(world.botpress.messages()).toEqual([])
      expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: ENDED }])
    }
  )

  it.each([-2_000, 2_000])('a clock of Botpress that differs by %i ms changes nothing about that', async (byMs) => {
    const { world, opener, cold, ids, conversationId } = await session()
    await opener.stop(conversationId)
    const { initializeIncomingMessage } = world.botpress
    world.botpress.initializeIncomingMessage = async (input) => {
      const { user, conversation, message } = await initializeIncomingMessage(input)
      const createdAt = new Date(Date.now() + byMs).toISOString()
      const id = message && 'id' in message ? message.id : ''
      return { user, conversation, message: { id, createdAt } }
    }
    expect(await deliver(cold, wrote(ids, 'm1', 'hello'))).toBe(200)
    expect(world.botpress.messages()).toEqual([])
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: ENDED }])
  })

  it('an end that Botpress takes long to take down lets last words through until the bot hears of it, no longer', async () => {
    const { world, opener, ids, conversationId } = await session()
    const { createEvent } = world.botpress
    world.botpress.createEvent = async (input) => {
      const created = await createEvent(input)
      passMs(1_500)
      return created
    }
    await deliver(opener, closed(ids.threadKey))
    expect(Number(tagsOf(world, conversationId).live)).toBe(hearsOfEndAt(world, conversationId))
  })

  it('a session that the bot ended in its first seconds takes no more words, also where it is known', async () => {
    const { world, opener, ids, conversationId } = await session(1_000)
    await opener.stop(conversationId)
    passMs(500)
    expect(await deliver(opener, wrote(ids, 'm1', 'too late', { wantsReceipt: true }))).toBe(200)
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: ENDED }])
    expect(world.botpress.messages(conversationId)).toEqual([])
  })
})
