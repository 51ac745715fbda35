import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { OPENING } from '../src/botpress/names'
import {
  bindingTags,
  findSession,
  loadSession,
  peekSession,
  readSession,
  rememberSession,
  type Session,
} from '../src/sessions'
import { createFakeBotpress, type FakeThread } from '../src/testing'
import { failureOf, freezeTime, withTimePassing } from './support'

let installations = 0
function setUp() {
  const client = createFakeBotpress()
  return { client, invocation: { client, installation: `installation-${(installations += 1)}` } }
}

const THREAD = { id: 'thread-7', note: 'ü' }

async function bound(client: ReturnType<typeof createFakeBotpress>, key = 'thread-7', request = key) {
  const { conversation } = await client.getOrCreateConversation({
    channel: 'hitl',
    tags: { request, contactUserId: 'user-1', ...bindingTags(key, { ...THREAD, id: key }, 1_000) },
    discriminateByTags: ['request'],
  })
  client.calls.length = 0
  return conversation
}

async function opening(client: ReturnType<typeof createFakeBotpress>) {
  const tags = { threadKey: OPENING, request: 'opening', contactUserId: 'user-1' }
  const { conversation } = await client.getOrCreateConversation({
    channel: 'hitl',
    tags,
    discriminateByTags: ['request'],
  })
  client.calls.length = 0
  return conversation
}

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

describe('the tags that bind a conversation to a thread', () => {
  it('give the thread back as it was', () => {
    const session = readSession<FakeThread>({
      id: 'conv-1',
      tags: { contactUserId: 'user-1', ...bindingTags('key', THREAD, 5) },
    })
    expect(session).toEqual<Session<FakeThread>>({
      conversationId: 'conv-1',
      threadKey: 'key',
      thread: THREAD,
      contactUserId: 'user-1',
      openedAt: 5,
    })
  })

  it('take a thread of 2,000 characters in pieces of 500, give it back whole, and refuse a longer one', () => {
    const thread = (length: number) => ({ id: 'x'.repeat(length - '{"id":""}'.length) })
    const tags = bindingTags('key', thread(2_000), 0)
    expect([tags.thread, tags.thread2, tags.thread3, tags.thread4].map((piece) => piece?.length)).toEqual([
      500, 500, 500, 500,
    ])
    expect(readSession({ id: 'conv_1', tags })?.thread).toEqual(thread(2_000))
    expect(bindingTags('key', thread(500), 0)).not.toHaveProperty('thread2')
    expect(() => bindingTags('key', thread(2_001), 0)).toThrow('that Botpress cannot store')
  })

  it('give back a thread of any length, also when a piece ends within a character of two code units', () => {
    for (let padding = 480; padding < 520; padding += 1) {
      const thread = { id: 'x'.repeat(padding), note: '👋'.repeat(200) }
      const tags = bindingTags('key', thread, 0)
      expect(readSession({ id: 'conv-1', tags })?.thread).toEqual(thread)
    }
  })

  it('refuse a key that is too long or means something else', () => {
    expect(bindingTags('k'.repeat(500), {}, 0).threadKey).toHaveLength(500)
    expect(() => bindingTags('k'.repeat(501), {}, 0)).toThrow('that Botpress cannot store')
    expect(() => bindingTags(OPENING, {}, 0)).toThrow('that Botpress cannot store')
  })

  it('make no session while the conversation is being opened, or of a foreign one', () => {
    expect(readSession({ id: 'conv-1', tags: { threadKey: OPENING, thread: '{}' } })).toBeUndefined()
    expect(readSession({ id: 'conv-1', tags: { threadKey: 'key' } })).toBeUndefined()
    expect(readSession({ id: 'conv-1', tags: {} })).toBeUndefined()
  })
})

describe('loadSession', () => {
  it('reads a conversation once', async () => {
    const { client, invocation } = setUp()
    const { id } = await bound(client)
    const first = await loadSession<FakeThread>(invocation, id)
    expect(first.thread).toEqual(THREAD)
    expect(await loadSession(invocation, id)).toEqual(first)
    expect(client.calls).toHaveLength(1)
  })

  it('fails for a conversation that has no thread, and asks again next time', async () => {
    const { client, invocation } = setUp()
    const { id } = await opening(client)
    await expect(loadSession(invocation, id)).rejects.toThrow('not connected to a chat')
    await client.updateConversation({ id, tags: bindingTags('thread-7', THREAD, 0) })
    expect((await loadSession(invocation, id)).threadKey).toBe('thread-7')
  })

  it('fails with Botpress’s own error for a conversation that does not exist', async () => {
    const { invocation } = setUp()
    expect(await failureOf(loadSession(invocation, 'conv-none'))).toMatchObject({ code: 404, type: 'ResourceNotFound' })
  })
})

describe('findSession', () => {
  it('finds the session by its key, and from memory the next time', async () => {
    const { client, invocation } = setUp()
    const { id } = await bound(client)
    const cold = await findSession(invocation, 'thread-7')
    expect(cold).toMatchObject({ warm: false, session: { conversationId: id } })
    expect(await findSession(invocation, 'thread-7')).toMatchObject({ warm: true, session: { conversationId: id } })
    expect(client.calls).toHaveLength(1)
  })

  it('keeps installations of one process apart', async () => {
    const { client, invocation } = setUp()
    await bound(client)
    await findSession(invocation, 'thread-7')
    const other = setUp()
    expect(await findSession(other.invocation, 'thread-7')).toBeUndefined()
  })

  it('finds each of two sessions by its own key', async () => {
    const { client, invocation } = setUp()
    const one = await bound(client, 'thread-1')
    const two = await bound(client, 'thread-2')
    expect((await findSession(invocation, 'thread-2'))?.session.conversationId).toBe(two.id)
    expect((await findSession(invocation, 'thread-1'))?.session.conversationId).toBe(one.id)
  })

  it('knows no session for a key nobody bound, and only reads', async () => {
    const { client, invocation } = setUp()
    await bound(client)
    expect(await findSession(invocation, 'thread-8')).toBeUndefined()
    expect(new Set(client.calls.map(({ operation }) => operation))).toEqual(new Set(['listConversations']))
  })

  it('never takes the mark of an opening session for a key', async () => {
    const { client, invocation } = setUp()
    const { id } = await opening(client)
    await client.updateConversation({ id, tags: { thread: '{}' } })
    const failure = await withTimePassing(failureOf(findSession(invocation, OPENING)))
    expect(failure).toMatchObject({ name: 'BusyError' })
  })

  it('waits for a session that is being opened and finds it', async () => {
    const { client, invocation } = setUp()
    const { id } = await opening(client)
    const finding = findSession(invocation, 'thread-7')
    setTimeout(() => void client.updateConversation({ id, tags: bindingTags('thread-7', THREAD, 0) }), 600)
    expect((await withTimePassing(finding))?.session.conversationId).toBe(id)
  })

  it('finds a session that was bound between its two looks', async () => {
    const { client, invocation } = setUp()
    const { id } = await opening(client)
    client.interceptNext('listConversations', () => {
      client.interceptNext('listConversations', () =>
        client.updateConversation({ id, tags: bindingTags('thread-7', THREAD, 0) })
      )
    })
    const found = await withTimePassing(findSession(invocation, 'thread-7'))
    expect(found?.session.conversationId).toBe(id)
  })

  it('finds a session that was bound right after its last look', async () => {
    const { client, invocation } = setUp()
    const { id } = await opening(client)
    let looks = 0
    const bindBeforeCall = (call: number) => {
      client.interceptNext('listConversations', () => {
        looks += 1
        if (looks < call) return bindBeforeCall(call)
        return client.updateConversation({ id, tags: bindingTags('thread-7', THREAD, 0) })
      })
    }
    // Look, opening?, four more looks, opening?
    bindBeforeCall(7)
    const found = await withTimePassing(findSession(invocation, 'thread-7').catch((error: unknown) => error))
    expect(found).toMatchObject({ session: { conversationId: id } })
  })

  it('asks for the event again when the opening takes longer', async () => {
    const { client, invocation } = setUp()
    await opening(client)
    const failure = await withTimePassing(failureOf(findSession(invocation, 'thread-7')))
    expect(failure).toMatchObject({ name: 'BusyError', retryable: true })
  })

  it('does not wait longer than four seconds', async () => {
    const { client, invocation } = setUp()
    await opening(client)
    const startedAt = Date.now()
    await withTimePassing(failureOf(findSession(invocation, 'thread-7')))
    expect(Date.now() - startedAt).toBeLessThan(4_000)
  })

  it('does not wait for an opening that was abandoned more than a minute ago', async () => {
    const { client, invocation } = setUp()
    await opening(client)
    vi.setSystemTime(Date.now() + 60_001)
    expect(await findSession(invocation, 'thread-7')).toBeUndefined()
  })

  it('stops waiting when the opening failed', async () => {
    const { client, invocation } = setUp()
    const { id } = await opening(client)
    const finding = findSession(invocation, 'thread-7')
    setTimeout(() => void client.deleteConversation({ id }), 300)
    expect(await withTimePassing(finding)).toBeUndefined()
  })

  it('costs nothing for a session this instance has opened itself', async () => {
    const { client, invocation } = setUp()
    const session = readSession({ id: 'conv-1', tags: bindingTags('thread-9', THREAD, 0) })
    if (session) rememberSession(invocation, session)
    expect((await findSession(invocation, 'thread-9'))?.session.conversationId).toBe('conv-1')
    expect(client.calls).toEqual([])
  })
})

describe('a thread that nobody of ours opened', () => {
  const look = async ({ client, invocation }: ReturnType<typeof setUp>, key = 'thread-foreign') => {
    client.calls.length = 0
    const found = await findSession(invocation, key)
    return { found, cost: client.calls.length }
  }

  it('is looked for by every event of its first minute', async () => {
    const world = setUp()
    const { cost } = await look(world)
    expect(cost).toBeGreaterThan(0)
    for (let second = 0; second < 60; second += 10) {
      expect(await look(world)).toEqual({ found: undefined, cost })
      vi.setSystemTime(Date.now() + 10_000)
    }
    expect(await look(world)).toEqual({ found: undefined, cost })
  })

  it('costs nothing any more once it has been unknown for over a minute', async () => {
    const world = setUp()
    await look(world)
    vi.setSystemTime(Date.now() + 60_001)
    expect((await look(world)).cost).toBeGreaterThan(0)
    expect(await look(world)).toEqual({ found: undefined, cost: 0 })
    world.client.calls.length = 0
    expect(await peekSession(world.invocation, 'thread-foreign')).toBeUndefined()
    expect(await findSession(world.invocation, 'thread-foreign', true)).toBeUndefined()
    expect(world.client.calls).toEqual([])
  })

  it('is never taken for certain by what anybody may have sent', async () => {
    const world = setUp()
    const unproven = { ...world.invocation, unproven: true }
    for (let minutes = 0; minutes < 5; minutes += 1) {
      expect(await findSession(unproven, 'thread-foreign')).toBeUndefined()
      vi.setSystemTime(Date.now() + 60_001)
    }
    const { id } = await bound(world.client, 'thread-foreign')
    expect((await look(world)).found?.session.conversationId).toBe(id)
  })

  it('is not taken for certain by one look only, however late', async () => {
    const world = setUp()
    vi.setSystemTime(Date.now() + 3_600_000)
    await look(world)
    expect((await look(world)).cost).toBeGreaterThan(0)
  })

  it('is found when it is opened later', async () => {
    const world = setUp()
    await look(world)
    vi.setSystemTime(Date.now() + 59_000)
    await look(world)
    const { id } = await bound(world.client, 'thread-foreign')
    expect((await look(world)).found?.session.conversationId).toBe(id)
  })

  it('is found when it is opened later than a minute, by the first event after that', async () => {
    const world = setUp()
    await look(world)
    vi.setSystemTime(Date.now() + 3_600_000)
    const { id } = await bound(world.client, 'thread-foreign')
    expect((await look(world)).found?.session.conversationId).toBe(id)
  })

  it('is found when this instance opens it itself, however long it was unknown', async () => {
    const world = setUp()
    await look(world)
    vi.setSystemTime(Date.now() + 60_001)
    await look(world)
    const session = readSession<FakeThread>({ id: 'conv-1', tags: bindingTags('thread-foreign', THREAD, 0) })
    if (!session) throw new Error('a session')
    rememberSession(world.invocation, session)
    expect((await look(world)).found?.session.conversationId).toBe('conv-1')
    expect((await peekSession(world.invocation, 'thread-foreign'))?.session.conversationId).toBe('conv-1')
  })

  it('says nothing about another thread, or another installation', async () => {
    const world = setUp()
    await look(world)
    vi.setSystemTime(Date.now() + 60_001)
    await look(world)
    expect((await look(world)).cost).toBe(0)
    expect((await look(world, 'thread-other')).cost).toBeGreaterThan(0)
    expect((await look(setUp())).cost).toBeGreaterThan(0)
  })

  it('does not become certain while a session is being opened that may be about to bind it', async () => {
    const world = setUp()
    await look(world)
    vi.setSystemTime(Date.now() + 60_001)
    const { id } = await opening(world.client)
    await withTimePassing(failureOf(findSession(world.invocation, 'thread-foreign')))
    await world.client.updateConversation({ id, tags: bindingTags('thread-foreign', THREAD, 0) })
    expect((await look(world)).found?.session.conversationId).toBe(id)
  })
})

describe('peekSession', () => {
  it('finds a bound session with one call, and from memory the next time', async () => {
    const { client, invocation } = setUp()
    const { id } = await bound(client)
    expect(await peekSession(invocation, 'thread-7')).toMatchObject({ warm: false, session: { conversationId: id } })
    expect(await peekSession(invocation, 'thread-7')).toMatchObject({ warm: true, session: { conversationId: id } })
    expect(client.calls).toHaveLength(1)
  })

  it('does not wait for a session that is being opened', async () => {
    const { client, invocation } = setUp()
    await opening(client)
    const startedAt = Date.now()
    expect(await withTimePassing(peekSession(invocation, 'thread-7'))).toBeUndefined()
    expect(Date.now()).toBe(startedAt)
    expect(client.calls).toHaveLength(1)
  })

  it('makes nothing certain: findSession looks and waits all the same', async () => {
    const { client, invocation } = setUp()
    const { id } = await opening(client)
    await peekSession(invocation, 'thread-7')
    vi.setSystemTime(Date.now() + 50_000)
    await peekSession(invocation, 'thread-7')
    const finding = findSession(invocation, 'thread-7')
    setTimeout(() => void client.updateConversation({ id, tags: bindingTags('thread-7', THREAD, 0) }), 600)
    expect((await withTimePassing(finding))?.session.conversationId).toBe(id)
  })

  it('saves findSession its first look', async () => {
    const { client, invocation } = setUp()
    await findSession(invocation, 'thread-8')
    const whole = client.calls.length
    client.calls.length = 0
    expect(await findSession(invocation, 'thread-9', true)).toBeUndefined()
    expect(client.calls).toHaveLength(whole - 1)
  })

  it('does not keep findSession from finding what was bound since', async () => {
    const { client, invocation } = setUp()
    expect(await peekSession(invocation, 'thread-7')).toBeUndefined()
    const { id } = await bound(client)
    expect((await findSession(invocation, 'thread-7', true))?.session.conversationId).toBe(id)
  })
})
