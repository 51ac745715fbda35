import { InternalError } from '@botpress/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { closedAddress } from '../src/end-session'
import { ProviderHttpError } from '../src/errors'
import { ABANDONED_AFTER_MS } from '../src/timing'
import {
  closed,
  createInstance,
  createInstances,
  createWorld,
  failureOf,
  freezeClock,
  openSettledSession,
  outcomes,
  stops,
  threadKeyOf,
} from './support'

beforeEach(() => void freezeClock())
afterEach(() => void vi.useRealTimers())

const passMs = (ms: number) => void vi.setSystemTime(Date.now() + ms)

describe('createUser', () => {
  it('makes a user with name, picture and address', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const pictureUrl = 'https://people.test/uma.png'
    const userId = await instance.createUser({ name: 'Uma', email: 'uma@people.test', pictureUrl })
    const tags = expect.objectContaining({ email: 'uma@people.test' })
    expect(world.botpress.users()).toEqual([{ id: userId, name: 'Uma', pictureUrl, tags }])
  })

  it('finds the same user by the address, whatever its case', async () => {
    const world = createWorld()
    const [one, two] = await createInstances(world, 2)
    const first = await one?.createUser({ name: 'Uma', email: 'uma@people.test' })
    const second = await two?.createUser({ name: 'Uma', email: ' Uma@People.test ' })
    expect(second).toBe(first)
    expect(world.botpress.users()).toHaveLength(1)
  })

  it('makes one user and asks for one contact id when called twice at once', async () => {
    const world = createWorld({ savesContacts: true })
    const instances = await createInstances(world, 2)
    const ids = await Promise.all(
      instances.map((instance) => instance.createUser({ name: 'Uma', email: 'uma@people.test' }))
    )
    expect(new Set(ids).size).toBe(1)
    expect(world.botpress.users()).toHaveLength(1)
    expect(world.botpress.users()[0]?.tags.contactId).toBe(`acme-${ids[0]}`)
  })

  it('finds the same user by a made-up address, and never gives that to the provider', async () => {
    const world = createWorld({ savesContacts: true })
    const instance = await createInstance(world)
    const email = 'user_01@no-reply.bot-01.botpress.com'
    const first = await instance.createUser({ name: 'Unknown User', email })
    const second = await instance.createUser({ name: 'Unknown User', email })
    await instance.start({ userId: first })
    expect(second).toBe(first)
    expect(world.botpress.users()[0]?.tags.email).toBeUndefined()
    expect(JSON.stringify(world.provider.calls)).not.toContain('no-reply')
  })

  it('keeps what the adapter reads as the address, in place of an e-mail, and gives it to the provider', async () => {
    const world = createWorld({ savesContacts: true })
    world.extend = (adapter) => ({ ...adapter, readAddress: (given) => given?.replaceAll(' ', '') })
    const instance = await createInstance(world)
    const userId = await instance.createUser({ name: 'Uma', email: '+49 30 123' })
    expect(world.botpress.users()[0]?.tags.email).toBe('+4930123')
    expect(world.provider.callsOf('saveContact')).toEqual([{ userId, name: 'Uma', email: '+4930123' }])
    await instance.start({ userId })
    expect(world.provider.openThreads()[0]?.opening.contact.email).toBe('+4930123')
  })

  it('keeps no address when the adapter reads none, however much it looks like an e-mail', async () => {
    const world = createWorld()
    const given: unknown[] = []
    world.extend = (adapter) => ({ ...adapter, readAddress: (address) => void given.push(address) })
    const instance = await createInstance(world)
    await instance.createUser({ name: 'Uma', email: 'uma@people.test' })
    await instance.createUser({ name: 'Otto' })
    expect(given).toEqual(['uma@people.test', undefined])
    expect(world.botpress.users().map(({ tags }) => tags.email)).toEqual([undefined, undefined])
  })

  it('makes no user when the adapter cannot read the address', async () => {
    const world = createWorld({ savesContacts: true })
    world.extend = (adapter, { SessionNotFoundError }) => ({
      ...adapter,
      readAddress: () => {
        throw new SessionNotFoundError('This number needs its country.')
      },
    })
    const instance = await createInstance(world)
    await expect(instance.createUser({ name: 'Uma', email: '0301' })).rejects.toThrow('needs its country')
    expect([world.botpress.calls, world.provider.calls]).toEqual([[], []])
  })

  it('finds the same user by an equal address that is no e-mail, on any instance', async () => {
    const world = createWorld()
    world.extend = (adapter) => ({ ...adapter, readAddress: (given) => given?.replaceAll(' ', '') })
    const instances = await createInstances(world, 2)
    const ids = await Promise.all(
      instances.map((instance) => instance.createUser({ name: 'Uma', email: '+49 30 123' }))
    )
    expect(new Set(ids).size).toBe(1)
    expect(await instances[0]?.createUser({ name: 'Otto', email: '+49 30 124' })).not.toBe(ids[0])
    expect(world.botpress.users()).toHaveLength(2)
  })

  it('finds the same user by each spelling that the adapter reads as one address, on any instance', async () => {
    const world = createWorld({ savesContacts: true })
    world.extend = (adapter) => ({ ...adapter, readAddress: (given) => given?.replaceAll(/[^+\d]/g, '') })
    const instances = await createInstances(world, 3)
    const spellings = ['+49 30 123', '+4930123', ' +49 (30) 1-23 ']
    const ids = await Promise.all(
      instances.map((instance, index) => instance.createUser({ name: 'Uma', email: spellings[index] }))
    )
    expect(new Set(ids).size).toBe(1)
    expect(world.botpress.users().map(({ tags }) => tags.email)).toEqual(['+4930123'])
    expect(world.provider.callsOf('saveContact')).not.toContainEqual(expect.objectContaining({ email: spellings[0] }))
  })

  it('keeps two people apart whose addresses the adapter does not read', async () => {
    const world = createWorld()
    world.extend = (adapter) => ({ ...adapter, readAddress: () => undefined })
    const instance = await createInstance(world)
    const uma = await instance.createUser({ name: 'Uma', email: 'uma' })
    expect(await instance.createUser({ name: 'Otto', email: 'otto' })).not.toBe(uma)
    expect(await instance.createUser({ name: 'Uma', email: ' UMA ' })).toBe(uma)
  })

  it('keeps the same name apart when there is no address', async () => {
    const instance = await createInstance(createWorld())
    const first = await instance.createUser({ name: 'Uma' })
    expect(await instance.createUser({ name: 'Uma' })).not.toBe(first)
  })

  it('keeps two people apart who are made at the same moment', async () => {
    const world = createWorld({ savesContacts: true })
    const instance = await createInstance(world)
    const people = ['Uma', 'Otto', 'Ines']
    const ids = await Promise.all(people.map((name) => instance.createUser({ name, email: `${name}@people.test` })))
    const users = new Map(world.botpress.users().map((user) => [user.id, user]))
    expect(ids.map((id) => users.get(id)?.name)).toEqual(people)
    expect(ids.map((id) => users.get(id)?.tags.contactId)).toEqual(ids.map((id) => `acme-${id}`))
  })

  it('brings name and picture up to date', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    await instance.createUser({ name: 'Unknown User', email: 'uma@people.test' })
    await instance.createUser({ name: 'Uma', email: 'uma@people.test', pictureUrl: 'https://people.test/uma.png' })
    expect(world.botpress.users()).toEqual([
      expect.objectContaining({ name: 'Uma', pictureUrl: 'https://people.test/uma.png' }),
    ])
  })

  it('changes nothing and asks the provider nothing when all is known', async () => {
    const world = createWorld({ savesContacts: true })
    const instance = await createInstance(world)
    await instance.createUser({ name: 'Uma', email: 'uma@people.test' })
    world.botpress.calls.length = 0
    world.provider.calls.length = 0
    await instance.createUser({ name: 'Uma', email: 'uma@people.test' })
    expect(world.botpress.calls.map(({ operation }) => operation)).toEqual(['getOrCreateUser'])
    expect(world.provider.calls).toEqual([])
  })

  it('fails when the provider refuses the contact, and succeeds with the same user when repeated', async () => {
    const world = createWorld({ savesContacts: true })
    const instance = await createInstance(world)
    world.provider.failNext('saveContact', new ProviderHttpError('no', { status: 500 }))
    await expect(instance.createUser({ name: 'Uma', email: 'uma@people.test' })).rejects.toThrow('no')
    const userId = await instance.createUser({ name: 'Uma', email: 'uma@people.test' })
    expect(world.botpress.users().map(({ id }) => id)).toEqual([userId])
    expect(world.botpress.users()[0]?.tags.contactId).toBe(`acme-${userId}`)
  })

  it('cuts a name that Botpress would refuse', async () => {
    const world = createWorld()
    await (await createInstance(world)).createUser({ name: 'U'.repeat(300), email: 'uma@people.test' })
    expect(world.botpress.users()[0]?.name).toHaveLength(200)
  })
})

describe('stopHitl', () => {
  it('closes the thread at the provider and tells the bot nothing', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversationId, threadKey } = await openSettledSession(world, instance)
    expect(await instance.stop(conversationId)).toEqual({})
    expect(world.provider.threads.get(threadKey)?.isOpen).toBe(false)
    expect(stops(world, conversationId)).toBe(0)
  })

  it('succeeds again and again, on any instance', async () => {
    const world = createWorld()
    const instances = await createInstances(world, 2)
    const { conversationId } = await openSettledSession(world, instances[0] ?? (await createInstance(world)))
    const twice = [...instances, ...instances]
    expect(await outcomes(twice.map((instance) => instance.stop(conversationId)))).toEqual(['ok', 'ok', 'ok', 'ok'])
  })

  it('succeeds on a session that the provider ended, and leaves the thread alone', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversationId, threadKey } = await openSettledSession(world, instance)
    await instance.apply(closed(threadKey))
    expect(await instance.stop(conversationId)).toEqual({})
    expect(world.provider.callsOf('closeThread')).toEqual([])
  })

  it('does not close anything when it is repeated long after: the contact may be in another session', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversationId } = await openSettledSession(world, instance)
    await instance.stop(conversationId)
    passMs(ABANDONED_AFTER_MS + 1)
    await instance.stop(conversationId)
    expect(world.provider.callsOf('closeThread')).toHaveLength(1)
  })

  it('that is repeated never closes the thread of a newer session of the same contact', async () => {
    const world = createWorld()
    const [first, second] = await createInstances(world, 2)
    if (!first || !second) throw new Error('two instances')
    const { userId, conversationId } = await openSettledSession(world, first)
    await first.stop(conversationId)
    const newer = await first.start({ userId, title: 'again' })
    for (const instance of [first, second]) await instance.stop(conversationId)
    expect(world.provider.callsOf('closeThread')).toHaveLength(1)
    expect(world.provider.openThreads().map(({ id }) => id)).toEqual([threadKeyOf(world, newer)])
  })

  it('lets the texts before it go out first', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { userId, conversationId } = await openSettledSession(world, instance)
    const tags = world.botpress.conversations()[0]?.tags ?? {}
    const answer = world.provider.holdNext('sendMessage')
    const sending = ['first words', 'last words'].map((text) =>
      instance.send({
        type: 'text',
        payload: { text, userId },
        conversation: { id: conversationId, tags },
        message: { id: `${conversationId}/${text}` },
      })
    )
    const stopping = instance.stop(conversationId)
    await vi.waitUntil(() => world.provider.callsOf('sendMessage').length === 1)
    answer()
    expect(await outcomes([...sending, stopping])).toEqual(['ok', 'ok', 'ok'])
    expect(world.provider.calls.map(({ call }) => call)).toEqual(['sendMessage', 'sendMessage', 'closeThread'])
    expect(world.provider.sent.flatMap(({ message }) => message.parts)).toEqual([
      { kind: 'text', text: 'first words' },
      { kind: 'text', text: 'last words' },
    ])
  })

  it('is made up for by the next one on another instance when closing failed, and is noted as done', async () => {
    const world = createWorld()
    const [first, second] = await createInstances(world, 2)
    if (!first || !second) throw new Error('two instances')
    const { conversationId } = await openSettledSession(world, first)
    world.provider.failNext('closeThread', new ProviderHttpError('down', { status: 503 }))
    await expect(first.stop(conversationId)).rejects.toThrow('down')
    const state = () => world.botpress.peekState(closedAddress(conversationId))
    expect(state()).toMatchObject({ by: 'bot', done: false })
    await second.stop(conversationId)
    expect(state()).toMatchObject({ by: 'bot', done: true })
    expect(world.provider.openThreads()).toEqual([])
    await first.stop(conversationId)
    expect(world.provider.callsOf('closeThread')).toHaveLength(2)
  })

  it('that failed keeps the provider’s later end from being told: the bot knows', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversationId, threadKey } = await openSettledSession(world, instance)
    world.provider.failNext('closeThread', new ProviderHttpError('down', { status: 503 }))
    await failureOf(instance.stop(conversationId))
    expect(await instance.apply(closed(threadKey))).toContain('already ended')
    expect(stops(world, conversationId)).toBe(0)
  })

  it('fails when the provider does not close the thread, and can be repeated at once', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversationId } = await openSettledSession(world, instance)
    world.provider.failNext('closeThread', new ProviderHttpError('down', { status: 503 }))
    await expect(instance.stop(conversationId)).rejects.toThrow('down')
    await instance.stop(conversationId)
    expect(world.provider.openThreads()).toEqual([])
  })

  it('that failed at the provider can be repeated a minute later, and never says done while the thread is open', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversationId } = await openSettledSession(world, instance)
    world.provider.failNext('closeThread', new ProviderHttpError('down', { status: 503 }))
    await expect(instance.stop(conversationId)).rejects.toThrow('down')
    passMs(60_000)
    await instance.stop(conversationId)
    expect(world.provider.openThreads()).toEqual([])
  })

  it('fails in plain words for a conversation that is no session', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversation } = await world.botpress.getOrCreateConversation({
      channel: 'hitl',
      tags: { threadKey: 'opening' },
      discriminateByTags: ['threadKey'],
    })
    expect(await failureOf(instance.stop(conversation.id))).toMatchObject({
      name: 'SessionNotFoundError',
      message: 'This conversation is not connected to a chat with an agent.',
    })
  })

  it('fails when Botpress fails, and ends nothing', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversationId } = await openSettledSession(world, instance)
    world.botpress.failNext('getOrSetState', new InternalError('down'))
    await expect(instance.stop(conversationId)).rejects.toThrow('down')
    expect(world.provider.openThreads()).toHaveLength(1)
  })
})
