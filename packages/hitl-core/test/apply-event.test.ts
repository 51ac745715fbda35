import { InternalError } from '@botpress/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Part, ProviderEvent } from '../src/adapter'
import { ProviderHttpError, ProviderUnreachableError } from '../src/errors'
import type { FakeAdapterOptions } from '../src/testing'
import { SETTLE_MS, settleDelayMs } from '../src/timing'
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
  withTimePassing,
} from './support'

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

const passMs = (ms: number) => void vi.setSystemTime(Date.now() + ms)

async function settled(instances = 1, options: FakeAdapterOptions = {}) {
  const world = createWorld(options)
  const all = await createInstances(world, instances)
  const [first] = all
  if (!first) throw new Error('at least one instance')
  return { world, first, all, ...(await openSettledSession(world, first)) }
}

describe('an event of a thread that no bot opened', () => {
  it.each<[string, ProviderEvent]>([
    ['a message', said('thread-foreign', 'm1', 'hello')],
    ['an assignment', assigned('thread-foreign', 'a')],
    ['an end', closed('thread-foreign')],
  ])('creates nothing at all (%s)', async (_name, event) => {
    const { world, first, conversationId } = await settled()
    const users = world.botpress.users()
    expect(await first.apply(event)).toContain('that no bot opened')
    expect(new Set(world.botpress.calls.map(({ operation }) => operation))).toEqual(new Set(['listConversations']))
    expect(world.provider.calls).toEqual([])
    expect(world.botpress.users()).toEqual(users)
    expect(world.botpress.conversations().map(({ id }) => id)).toEqual([conversationId])
  })

  it('that the adapter ignored costs no call and names the reason', async () => {
    const { world, first } = await settled()
    expect(await first.apply({ type: 'ignored', why: 'our own echo' })).toBe('ignored: our own echo')
    expect(world.botpress.calls).toEqual([])
  })
})

describe('a message of an agent', () => {
  it('reaches the bot at once, written by a user with the agent’s name and picture', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const parts: Part[] = [{ kind: 'text', text: 'hello' }]
    await first.apply({ type: 'agentMessage', threadKey, agent: { id: 'agent-1' }, messageId: 'm1', parts })
    const author = world.botpress.users().find(({ tags }) => tags.agentId === 'agent-1')
    expect(author).toMatchObject({ name: 'Ann', pictureUrl: 'https://acme.test/ann.png' })
    expect(world.botpress.messages(conversationId)).toEqual([
      expect.objectContaining({ type: 'text', payload: { text: 'hello' }, userId: author?.id, dueAt: Date.now() }),
    ])
  })

  it('with several parts arrives as several messages in order', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const parts: Part[] = [
      { kind: 'text', text: 'see' },
      { kind: 'image', url: 'https://acme.test/a.png', name: 'A' },
      { kind: 'file', url: 'https://acme.test/b.pdf' },
    ]
    const event: ProviderEvent = { type: 'agentMessage', threadKey, agent: { id: 'a' }, messageId: 'm1', parts }
    await first.apply(event)
    await first.apply(event)
    expect(world.botpress.messages(conversationId).map(({ type, payload }) => ({ type, payload }))).toEqual([
      { type: 'text', payload: { text: 'see' } },
      { type: 'image', payload: { imageUrl: 'https://acme.test/a.png', title: 'A' } },
      { type: 'file', payload: { fileUrl: 'https://acme.test/b.pdf' } },
    ])
  })

  it('arrives once, however often and wherever it is delivered', async () => {
    const { world, all, conversationId, threadKey } = await settled(3)
    const event = said(threadKey, 'm1', 'hello')
    await Promise.all(all.flatMap((instance) => [instance.apply(event), instance.apply(event)]))
    passMs(3_600_000)
    await (await createInstance(world)).apply(event)
    expect(heardTexts(world, conversationId)).toEqual(['hello'])
  })

  it('arrives once when it is delivered in the first seconds and again after them', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversationId, threadKey } = await openSession(world, instance)
    await instance.apply(said(threadKey, 'm1', 'hello'))
    passMs(60_000)
    await instance.apply(said(threadKey, 'm1', 'hello'))
    expect(heardTexts(world, conversationId)).toEqual(['hello'])
  })

  it('twice with equal words is two messages', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    await first.apply(said(threadKey, 'm1', 'hm'))
    await first.apply(said(threadKey, 'm2', 'hm'))
    expect(heardTexts(world, conversationId)).toEqual(['hm', 'hm'])
  })

  it('with the same id in two threads is two messages', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const other = await openSettledSession(world, first, 'Otto')
    await first.apply(said(threadKey, 'm1', 'to Uma'))
    await first.apply(said(other.threadKey, 'm1', 'to Otto'))
    expect(heardTexts(world, conversationId)).toEqual(['to Uma'])
    expect(heardTexts(world, other.conversationId)).toEqual(['to Otto'])
  })

  it('whose second part failed is completed by the next delivery, without repeating the first', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const parts: Part[] = ['one', 'two'].map((text) => ({ kind: 'text', text }))
    const event: ProviderEvent = {
      type: 'agentMessage',
      threadKey,
      agent: { id: 'a', name: 'A' },
      messageId: 'm1',
      parts,
    }
    world.botpress.interceptNext('initializeIncomingMessage', () =>
      world.botpress.failNext('initializeIncomingMessage', new InternalError('down'))
    )
    await expect(first.apply(event)).rejects.toThrow('down')
    await first.apply(event)
    expect(heardTexts(world, conversationId)).toEqual(['one', 'two'])
  })

  it('comes from a user of its own, although a contact has the very same id', async () => {
    const world = createWorld({ savesContacts: true })
    const instance = await createInstance(world)
    const { userId, conversationId, threadKey } = await openSettledSession(world, instance)
    const contactId = world.botpress.users().find(({ id }) => id === userId)?.tags.contactId ?? ''
    await instance.apply(said(threadKey, 'm1', 'hello', contactId))
    expect(world.botpress.messages(conversationId)[0]?.userId).not.toBe(userId)
  })

  it('shows the new name of an agent who was renamed', async () => {
    const { world, first, threadKey } = await settled()
    const message = (messageId: string, name: string): ProviderEvent => ({
      type: 'agentMessage',
      threadKey,
      agent: { id: 'a', name },
      messageId,
      parts: [{ kind: 'text', text: 'hi' }],
    })
    await first.apply(message('m1', 'Ann'))
    await first.apply(message('m2', 'Ann Smith'))
    expect(world.botpress.users().find(({ tags }) => tags.agentId === 'a')).toMatchObject({ name: 'Ann Smith' })
  })

  it('is told apart from another one although their ids are longer than a tag', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const long = 'x'.repeat(600)
    await first.apply(said(threadKey, `1${long}`, 'one'))
    await first.apply(said(threadKey, `2${long}`, 'two'))
    expect(heardTexts(world, conversationId)).toEqual(['one', 'two'])
  })
})

describe('an assignment that does not name the agent', () => {
  const unnamed = (threadKey: string): ProviderEvent => ({ type: 'agentAssigned', threadKey })

  it('is that of the agent who is in charge, whom the provider is asked for once', async () => {
    const { world, first, conversationId, threadKey } = await settled(1, { tellsInCharge: true })
    world.provider.inCharge.set(threadKey, { id: 'agent-7', name: 'Ann' })
    expect(await first.apply(unnamed(threadKey))).toContain('agentAssigned: assigned')
    expect(announcedAgents(world, conversationId)).toEqual(['agent-7'])
    expect(world.provider.callsOf('agentInCharge')).toEqual([threadKey])
  })

  it.each<[string, FakeAdapterOptions]>([
    ['nobody is in charge', { tellsInCharge: true }],
    ['the provider cannot tell', {}],
  ])('does nothing when %s', async (_name, options) => {
    const { world, first, conversationId, threadKey } = await settled(1, options)
    const users = world.botpress.users()
    expect(await first.apply(unnamed(threadKey))).toContain('nobody is in charge')
    expect(world.botpress.events(conversationId)).toEqual([])
    expect(world.botpress.users()).toEqual(users)
    for (const operation of ['getOrSetState', 'setState'] as const)
      expect(world.botpress.callsOf(operation)).toEqual([])
  })

  it('is told once however often it comes, and again when another agent is in charge', async () => {
    const { world, all, conversationId, threadKey } = await settled(2, { tellsInCharge: true })
    const takeOver = async (id: string) => {
      world.provider.inCharge.set(threadKey, { id, name: `Agent ${id}` })
      for (const instance of all) await instance.apply(unnamed(threadKey))
    }
    await takeOver('a')
    passMs(60_000)
    await takeOver('b')
    expect(announcedAgents(world, conversationId)).toEqual(['a', 'b'])
  })

  it('fails when the provider does not answer, and is told when it comes again', async () => {
    const { world, first, conversationId, threadKey } = await settled(1, { tellsInCharge: true })
    world.provider.inCharge.set(threadKey, { id: 'a', name: 'A' })
    world.provider.failNext('agentInCharge', new ProviderUnreachableError('down', { sent: true }))
    await expect(first.apply(unnamed(threadKey))).rejects.toThrow('down')
    expect(world.botpress.events(conversationId)).toEqual([])
    await first.apply(unnamed(threadKey))
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('of a thread that no bot opened asks nobody', async () => {
    const { world, first } = await settled(1, { tellsInCharge: true })
    expect(await first.apply(unnamed('thread-foreign'))).toContain('that no bot opened')
    expect(world.provider.calls).toEqual([])
  })

  it('asks nobody when the agent is named after all', async () => {
    const { world, first, conversationId, threadKey } = await settled(1, { tellsInCharge: true })
    world.provider.inCharge.set(threadKey, { id: 'somebody-else' })
    await first.apply(assigned(threadKey, 'a'))
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
    expect(world.provider.callsOf('agentInCharge')).toEqual([])
  })
})

describe('a message of which the webhook tells only some', () => {
  const GIVEN: Part[] = [{ kind: 'text', text: 'the caption' }]
  const WHOLE: Part[] = [...GIVEN, { kind: 'file', url: 'https://acme.test/a.pdf' }]
  const incomplete = (threadKey: string, isIncomplete = true): ProviderEvent => ({
    type: 'agentMessage',
    threadKey,
    agent: { id: 'a', name: 'A' },
    messageId: 'm1',
    parts: GIVEN,
    isIncomplete,
  })
  async function withWhole(options: FakeAdapterOptions = { completesMessages: true }) {
    const all = await settled(1, options)
    all.world.provider.wholeMessages.set('m1', WHOLE)
    const types = () => all.world.botpress.messages(all.conversationId).map(({ type }) => type)
    return { ...all, types }
  }

  it('is shown with all its parts, for one call', async () => {
    const { world, first, threadKey, types } = await withWhole()
    await first.apply(incomplete(threadKey))
    expect(types()).toEqual(['text', 'file'])
    expect(world.provider.callsOf('completeMessage')).toEqual([{ id: threadKey, messageId: 'm1' }])
  })

  it('is shown once, however often it comes', async () => {
    const { world, first, threadKey, types } = await withWhole()
    await first.apply(incomplete(threadKey))
    await first.apply(incomplete(threadKey))
    await (await createInstance(world)).apply(incomplete(threadKey))
    expect(types()).toEqual(['text', 'file'])
  })

  it('is shown as far as it is told when the provider cannot be asked', async () => {
    const { first, threadKey, types } = await withWhole({})
    await first.apply(incomplete(threadKey))
    expect(types()).toEqual(['text'])
  })

  it('is not asked for when the webhook tells all of it', async () => {
    const { world, first, threadKey, types } = await withWhole()
    await first.apply(incomplete(threadKey, false))
    await first.apply(said(threadKey, 'm2', 'hello'))
    expect(types()).toEqual(['text', 'text'])
    expect(world.provider.callsOf('completeMessage')).toEqual([])
  })

  it('is not asked for when it is of a thread that no bot opened', async () => {
    const { world, first } = await withWhole()
    await first.apply(incomplete('thread-foreign'))
    expect(world.provider.calls).toEqual([])
  })

  it('is shown whole by its next delivery when the provider did not answer', async () => {
    const { world, first, threadKey, types } = await withWhole()
    world.provider.failNext('completeMessage', new ProviderHttpError('busy', { status: 503 }, { retryable: true }))
    await expect(first.apply(incomplete(threadKey))).rejects.toThrow('busy')
    expect(types()).toEqual([])
    await first.apply(incomplete(threadKey))
    expect(types()).toEqual(['text', 'file'])
  })
})

describe('an event of a young session', () => {
  it('is scheduled for the time at which the bot listens', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversationId, threadKey } = await openSession(world, instance)
    const openedAt = Date.now()
    await instance.apply(said(threadKey, 'm1', 'hello'))
    expect(world.botpress.messages(conversationId)[0]?.dueAt).toBeGreaterThanOrEqual(openedAt + SETTLE_MS)
  })

  it('keeps its place among the others', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversationId, threadKey } = await openSession(world, instance)
    const texts = Array.from({ length: 60 }, (_, index) => `message ${index}`)
    for (const [index, text] of texts.entries()) {
      await instance.apply(said(threadKey, `m${index}`, text))
      passMs(97)
    }
    expect(heardTexts(world, conversationId)).toEqual(texts)
    const dueAt = world.botpress.messages(conversationId).map((message) => message.dueAt)
    expect(dueAt).toEqual([...new Set(dueAt)])
  })

  const inParts = (threadKey: string, messageId: string, texts: string[]): ProviderEvent => ({
    type: 'agentMessage',
    threadKey,
    agent: { id: 'a', name: 'A' },
    messageId,
    parts: texts.map((text) => ({ kind: 'text', text })),
  })

  it('with several parts has them scheduled 50 ms apart, so that they arrive in order', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversationId, threadKey } = await openSession(world, instance)
    await instance.apply(inParts(threadKey, 'm1', ['one', 'two', 'three']))
    expect(heardTexts(world, conversationId)).toEqual(['one', 'two', 'three'])
    const dueAt = world.botpress.messages(conversationId).map((message) => message.dueAt)
    expect(dueAt.map((at) => at - (dueAt[0] ?? 0))).toEqual([0, 50, 100])
  })

  it('with several parts is heard before the message that follows it', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversationId, threadKey } = await openSession(world, instance)
    await instance.apply(inParts(threadKey, 'm1', ['one', 'two', 'three']))
    passMs(300)
    await instance.apply(said(threadKey, 'm2', 'four', 'a'))
    expect(heardTexts(world, conversationId)).toEqual(['one', 'two', 'three', 'four'])
  })

  it('is scheduled on every instance alike', async () => {
    const world = createWorld()
    const [first, second] = await createInstances(world, 2)
    if (!first || !second) throw new Error('two instances')
    const { conversationId, threadKey } = await openSession(world, first)
    const openedAt = Date.now()
    await second.apply(said(threadKey, 'm1', 'hello'))
    expect(world.botpress.messages(conversationId)[0]?.dueAt).toBeGreaterThanOrEqual(openedAt + SETTLE_MS)
  })
})

describe('settleDelayMs', () => {
  it('is the whole time in the beginning, and nothing once settled', () => {
    expect(settleDelayMs(1_000, 1_000)).toBe(SETTLE_MS)
    expect(settleDelayMs(1_000, 1_000 + 2 * SETTLE_MS)).toBe(0)
  })

  it('counts a clock that runs behind as the beginning', () => {
    expect(settleDelayMs(5_000, 1_000)).toBe(SETTLE_MS)
  })

  it('never lets what comes later be heard earlier', () => {
    let before = 0
    for (let now = 0; now < 3 * SETTLE_MS; now += 1) {
      const dueAt = now + settleDelayMs(0, now)
      expect(dueAt).toBeGreaterThanOrEqual(before)
      before = dueAt
    }
  })
})

describe('an event that comes before startHitl has returned', () => {
  it('waits for the session, reaches it, and no second conversation appears', async () => {
    const world = createWorld()
    const [first, second] = await createInstances(world, 2)
    if (!first || !second) throw new Error('two instances')
    const userId = await first.createUser({ name: 'Uma', email: 'uma@people.test' })
    let bind: () => void = () => undefined
    const bound = new Promise<void>((resolve) => (bind = resolve))
    world.botpress.interceptNext('updateConversation', () => bound)
    const starting = first.start({ userId })
    await vi.waitUntil(() => world.botpress.callsOf('updateConversation').length === 1)
    const [thread] = world.provider.openThreads()
    const arriving = second.apply(said(thread?.id ?? '', 'm1', 'I am here already'))
    setTimeout(() => bind(), 1_000)
    const [conversationId] = await withTimePassing(Promise.all([starting, arriving]))
    expect(heardTexts(world, conversationId)).toEqual(['I am here already'])
    expect(world.botpress.messages(conversationId)[0]?.dueAt).toBeGreaterThan(Date.now() + SETTLE_MS / 2)
    expect(world.botpress.conversations()).toHaveLength(1)
  })

  it('fails so that the provider delivers it again when the start takes too long', async () => {
    const world = createWorld()
    const [first, second] = await createInstances(world, 2)
    if (!first || !second) throw new Error('two instances')
    const userId = await first.createUser({ name: 'Uma', email: 'uma@people.test' })
    const answer = world.provider.holdNext('openThread')
    const starting = first.start({ userId })
    await vi.waitUntil(() => world.provider.callsOf('openThread').length === 1)
    const failure = await withTimePassing(failureOf(second.apply(said('thread-soon', 'm1', 'hello'))))
    expect(failure).toMatchObject({ name: 'BusyError', retryable: true })
    expect(world.botpress.callsOf('initializeIncomingMessage')).toEqual([])
    answer()
    await starting
  })
})
