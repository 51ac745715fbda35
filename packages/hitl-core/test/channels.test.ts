import { InternalError } from '@botpress/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ProviderHttpError } from '../src/errors'
import {
  createInstance,
  createWorld,
  closed,
  failureOf,
  freezeClock,
  openSettledSession,
  stops,
  type World,
} from './support'
import type { FakeAdapterOptions } from '../src/testing'

beforeEach(() => void freezeClock())
afterEach(() => void vi.useRealTimers())

let lastMessage = 0
const newMessageId = () => `message-${(lastMessage += 1)}`

async function settled(options: FakeAdapterOptions = {}) {
  const world = createWorld(options)
  const instance = await createInstance(world)
  return { world, instance, ...(await openSettledSession(world, instance)) }
}

function delivery(
  world: World,
  conversationId: string,
  payload: Record<string, unknown>,
  type = 'text',
  id = newMessageId()
) {
  const tags = world.botpress.conversations().find((conversation) => conversation.id === conversationId)?.tags ?? {}
  return { type, payload, conversation: { id: conversationId, tags }, message: { id } }
}

const sentTexts = ({ provider }: World) =>
  provider.sent.flatMap(({ message }) => message.parts.map((part) => (part.kind === 'text' ? part.text : part.url)))

describe('a message of the bot’s side', () => {
  it('of the contact reaches the thread as it is, with its Botpress id', async () => {
    const { world, instance, userId, conversationId, threadKey } = await settled()
    const message = delivery(world, conversationId, { text: 'Hello', userId })
    await instance.send(message)
    expect(world.provider.sent).toEqual([
      { threadId: threadKey, message: { id: message.message.id, parts: [{ kind: 'text', text: 'Hello' }] } },
    ])
  })

  it('of the bot is labelled', async () => {
    const { world, instance, conversationId } = await settled()
    await instance.send(delivery(world, conversationId, { text: 'The user has left' }))
    expect(sentTexts(world)).toEqual(['[Bot] The user has left'])
  })

  it('of another participant carries that name, looked up once', async () => {
    const { world, instance, conversationId } = await settled()
    const otto = await instance.createUser({ name: 'Otto', email: 'otto@people.test' })
    await instance.send(delivery(world, conversationId, { text: 'Me too', userId: otto }))
    await instance.send(delivery(world, conversationId, { text: 'Really', userId: otto }))
    expect(sentTexts(world)).toEqual(['[Otto] Me too', '[Otto] Really'])
    expect(world.botpress.callsOf('getUser')).toHaveLength(1)
  })

  it('of a participant who was deleted goes out all the same', async () => {
    const { world, instance, conversationId } = await settled()
    await instance.send(delivery(world, conversationId, { text: 'I was here', userId: 'user-deleted' }))
    expect(sentTexts(world)).toEqual(['[Another participant] I was here'])
  })

  it('that is too long is split, label included, and nothing is lost', async () => {
    const { world, instance, conversationId } = await settled({ limits: { text: { max: 20, unit: 'characters' } } })
    await instance.send(delivery(world, conversationId, { text: 'one two three four five six seven' }))
    const texts = sentTexts(world)
    expect(texts.every((text) => text.length <= 20)).toBe(true)
    expect(texts.join(' ')).toBe('[Bot] one two three four five six seven')
  })

  it('with a medium the provider takes is sent as such, any other as its link', async () => {
    const { world, instance, userId, conversationId } = await settled()
    await instance.send(delivery(world, conversationId, { imageUrl: 'https://files.test/a.png', userId }, 'image'))
    await instance.send(
      delivery(world, conversationId, { audioUrl: 'https://files.test/a.mp3', title: 'Voice', userId }, 'audio')
    )
    expect(world.provider.sent.flatMap(({ message }) => message.parts)).toEqual([
      { kind: 'image', url: 'https://files.test/a.png' },
      { kind: 'text', text: 'Voice: https://files.test/a.mp3' },
    ])
  })

  it('of an unknown kind shows the agent that something was said', async () => {
    const { world, instance, userId, conversationId } = await settled()
    await instance.send(delivery(world, conversationId, { userId }, 'hologram'))
    expect(sentTexts(world)).toEqual(['[unsupported message: hologram]'])
  })

  it('is never written into the log', async () => {
    const { world, instance, userId, conversationId } = await settled()
    await instance.send(delivery(world, conversationId, { text: 'my card is 4111', userId }))
    expect(world.log.join('\n')).not.toContain('4111')
    expect(world.log.join('\n')).toContain(conversationId)
  })

  it('costs no call to Botpress from the second one on', async () => {
    const { world, instance, userId, conversationId } = await settled()
    await instance.send(delivery(world, conversationId, { text: 'one', userId }))
    const before = world.botpress.calls.length
    await instance.send(delivery(world, conversationId, { text: 'two', userId }))
    expect(world.botpress.calls.length - before).toBe(0)
  })

  it('fails in a conversation that is no session', async () => {
    const { world, instance } = await settled()
    const { conversation } = await world.botpress.getOrCreateConversation({
      channel: 'hitl',
      tags: { request: 'foreign' },
      discriminateByTags: ['request'],
    })
    await expect(instance.send(delivery(world, conversation.id, { text: 'hi' }))).rejects.toThrow(
      'not connected to a chat'
    )
  })
})

describe('messages at the same moment', () => {
  it('arrive in the order in which they came, although the first call is the slowest', async () => {
    const { world, instance, userId, conversationId } = await settled()
    const answer = world.provider.holdNext('sendMessage')
    const texts = ['one', 'two', 'three', 'four']
    const sending = texts.map((text) => instance.send(delivery(world, conversationId, { text, userId })))
    await vi.waitUntil(() => world.provider.callsOf('sendMessage').length === 1)
    answer()
    await Promise.all(sending)
    expect(sentTexts(world)).toEqual(texts)
  })

  it('do not wait for those of other sessions', async () => {
    const { world, instance, userId, conversationId } = await settled()
    const other = await openSettledSession(world, instance, 'Otto')
    const answer = world.provider.holdNext('sendMessage')
    const slow = instance.send(delivery(world, conversationId, { text: 'slow', userId }))
    await vi.waitUntil(() => world.provider.callsOf('sendMessage').length === 1)
    await instance.send(delivery(world, other.conversationId, { text: 'quick', userId: other.userId }))
    expect(sentTexts(world)).toEqual(['quick'])
    answer()
    await slow
  })

  it('still go out when one before them failed', async () => {
    const { world, instance, userId, conversationId } = await settled()
    world.provider.failNext('sendMessage', new ProviderHttpError('refused', { status: 400 }))
    const sending = ['one', 'two'].map((text) => instance.send(delivery(world, conversationId, { text, userId })))
    await expect(sending[0]).rejects.toThrow('refused')
    await sending[1]
    expect(sentTexts(world)).toEqual(['two'])
  })
})

describe('the same message twice', () => {
  it('is sent once, at the same moment or later', async () => {
    const { world, instance, userId, conversationId } = await settled()
    const message = delivery(world, conversationId, { text: 'once', userId })
    await Promise.all([instance.send(message), instance.send(message)])
    await instance.send(message)
    expect(sentTexts(world)).toEqual(['once'])
  })

  it('is sent when the first attempt failed', async () => {
    const { world, instance, userId, conversationId } = await settled()
    const message = delivery(world, conversationId, { text: 'again', userId })
    world.provider.failNext('sendMessage', new ProviderHttpError('down', { status: 503 }))
    await expect(instance.send(message)).rejects.toThrow('down')
    await instance.send(message)
    expect(sentTexts(world)).toEqual(['again'])
  })
})

describe('a message to a thread that is over', () => {
  it('ends the session in the bot once and fails in plain words', async () => {
    const { world, instance, userId, conversationId, threadKey } = await settled()
    const thread = world.provider.threads.get(threadKey)
    if (thread) thread.isOpen = false
    const failures = await Promise.all(
      ['one', 'two'].map((text) => failureOf(instance.send(delivery(world, conversationId, { text, userId }))))
    )
    expect(failures[0]).toMatchObject({ name: 'ThreadClosedError', message: 'Acme has closed this chat.' })
    expect(stops(world, conversationId)).toBe(1)
    await instance.apply(closed(threadKey))
    expect(stops(world, conversationId)).toBe(1)
  })

  it('fails without asking the provider once this instance knows', async () => {
    const { world, instance, userId, conversationId, threadKey } = await settled()
    await instance.apply(closed(threadKey))
    await expect(instance.send(delivery(world, conversationId, { text: 'hello?', userId }))).rejects.toThrow(
      'has ended'
    )
    expect(world.provider.callsOf('sendMessage')).toEqual([])
  })

  it.each(['provider', 'bot'] as const)(
    'fails after the %s ended a session in which messages were sent before',
    async (by) => {
      const { world, instance, userId, conversationId, threadKey } = await settled()
      await instance.send(delivery(world, conversationId, { text: 'before', userId }))
      await (by === 'provider' ? instance.apply(closed(threadKey)) : instance.stop(conversationId))
      await failureOf(instance.send(delivery(world, conversationId, { text: 'after', userId })))
      expect(world.provider.callsOf('sendMessage')).toHaveLength(1)
    }
  )

  it('fails with the reason when the end cannot be told to the bot, and the next one tells it', async () => {
    const { world, instance, userId, conversationId, threadKey } = await settled()
    const thread = world.provider.threads.get(threadKey)
    if (thread) thread.isOpen = false
    world.botpress.failNext('createEvent', new InternalError('down'))
    await failureOf(instance.send(delivery(world, conversationId, { text: 'one', userId })))
    await failureOf(instance.send(delivery(world, conversationId, { text: 'two', userId })))
    expect(stops(world, conversationId)).toBe(1)
  })
})
