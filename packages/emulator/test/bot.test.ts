import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Emulator, EndUser } from '../src/index'
import { apiOf, nested, output, refusal, ScriptedIntegration, startWorld, type ApiCall } from './world'

let emulator: Emulator
let script: ScriptedIntegration
let call: ApiCall
let ana: EndUser

beforeAll(async () => {
  emulator = await startWorld()
})

afterAll(() => emulator.close())

beforeEach(async () => {
  emulator.reset()
  const installed = await ScriptedIntegration.install(emulator)
  script = installed.script
  call = apiOf(emulator, installed.installation.id)
  ana = emulator.botpress.endUser({ name: 'Ana' })
})

async function agent(name = 'Bob'): Promise<string> {
  const answer = await call('POST', '/chat/users/get-or-create', {
    tags: { agentId: name },
    name,
    pictureUrl: 'https://p',
  })
  return String(nested(answer.json, 'user')['id'])
}

async function agentSays(text: string, conversationId = ana.downstreamConversationId): Promise<void> {
  const userId = await agent()
  await call('POST', '/chat/messages', { conversationId, userId, type: 'text', payload: { text }, tags: {} })
  await emulator.settled()
}

async function event(type: string, payload: object): Promise<void> {
  expect((await call('POST', '/chat/events', { type, payload })).status).toBe(201)
  await emulator.settled()
}

const seen = () => ana.transcript.map((item) => `${item.from}: ${String(item.payload['text'])}`)
const notices = () => ana.transcript.filter((item) => item.from === 'notice').length

describe('the start of a session', () => {
  it('sends the hand-off text first, links a user and gives the history', async () => {
    ana.botSays('Hello, I am a bot')
    await ana.say('I want a human')
    expect(await ana.escalate({ title: 'Help', hitlSession: { group: 'g' } })).toBe(true)
    const [createUser, startHitl] = script.of('action_triggered').map((one) => nested(one.body, 'input'))
    expect(createUser).toMatchObject({ name: 'Ana', email: expect.stringContaining('@no-reply.') })
    expect(startHitl).toMatchObject({
      title: 'Help',
      hitlSession: { group: 'g' },
      messageHistory: [
        { source: { type: 'bot' }, type: 'text', payload: { text: 'Hello, I am a bot' } },
        { source: { type: 'user', userId: startHitl?.['userId'] }, payload: { text: 'I want a human' } },
        { source: { type: 'bot' }, payload: { text: expect.stringContaining('escalated') } },
      ],
    })
    expect(ana.hitlActive).toBe(true)
    const downstream = emulator.botpress.store.conversations.get(ana.downstreamConversationId ?? '')
    expect(downstream?.tags['hitl#upstream']).toBe(ana.conversation.id)
  })

  it('fails with the text of the integration, after the hand-off text was shown', async () => {
    script.answers['startHitl'] = () => refusal('No agent group')
    await expect(ana.escalate()).rejects.toThrow('No agent group')
    expect(ana.hitlActive).toBe(false)
    expect(notices()).toBe(1)
  })

  it('fails when the returned conversation does not exist', async () => {
    script.answers['startHitl'] = () => output({ conversationId: 'conv_made_up' })
    await expect(ana.escalate()).rejects.toThrow("doesn't exist")
    expect(ana.hitlActive).toBe(false)
  })

  it('is silent when active or when the user wrote nothing since the last start', async () => {
    await ana.say('human!')
    await ana.escalate()
    expect(await ana.escalate()).toBe(false)
    await ana.end()
    expect(await ana.escalate()).toBe(true)
    await ana.stop()
    expect(await ana.escalate()).toBe(false)
    await ana.say('again')
    expect(await ana.escalate()).toBe(true)
    expect(script.of('action_triggered').filter((one) => one.body['type'] === 'createUser')).toHaveLength(1)
  })

  it('swallows what comes before activation', async () => {
    emulator.botpress.settings.activationDelayMs = 600
    const start = ana.escalate()
    await expect.poll(() => emulator.botpress.store.conversations.size, { interval: 5 }).toBeGreaterThan(1)
    const early = [...emulator.botpress.store.conversations.values()].find((row) => row.channel === 'hitl')?.id
    const userId = await agent()
    const body = { conversationId: early, userId, type: 'text', payload: { text: 'too early' }, tags: {} }
    await call('POST', '/chat/messages', body)
    await call('POST', '/chat/events', { type: 'hitlAssigned', payload: { conversationId: early, userId } })
    await call('POST', '/chat/events', { type: 'hitlStopped', payload: { conversationId: early } })
    await start
    await emulator.settled()
    expect(ana.hitlActive).toBe(true)
    expect(seen()).toEqual([expect.stringMatching(/^notice: I have escalated/)])
    await agentSays('in time')
    expect(seen().at(-1)).toBe('agent: in time')
  })
})

describe('an active session', () => {
  beforeEach(async () => {
    await ana.say('human please')
    await ana.escalate()
    await ana.settled()
  })

  it('relays user messages with author and repeated type', async () => {
    await ana.send({ type: 'image', payload: { imageUrl: 'https://i' } })
    await ana.settled()
    const [message] = script.of('message_created')
    expect(message?.body).toMatchObject({
      type: 'image',
      payload: { type: 'image', imageUrl: 'https://i', userId: expect.stringMatching(/^user_/) },
      conversation: { id: ana.downstreamConversationId, channel: 'hitl', tags: { threadKey: 'thread-1' } },
      message: { direction: 'outgoing' },
      user: { id: emulator.botpress.botId },
    })
  })

  it('shows agent messages with their name and makes the first author the agent without a notice', async () => {
    const before = notices()
    await agentSays('Hi, Bob here')
    expect(ana.transcript.at(-1)).toMatchObject({ from: 'agent', agentName: 'Bob', agentPicture: 'https://p' })
    expect(ana.conversation.tags['hitl#humanAgentName']).toBe('Bob')
    expect(notices()).toBe(before)
  })

  it('repeats the notice for every hitlAssigned', async () => {
    const before = notices()
    const payload = { conversationId: ana.downstreamConversationId, userId: await agent() }
    await event('hitlAssigned', payload)
    await event('hitlAssigned', payload)
    expect(notices()).toBe(before + 2)
  })

  it('ends on hitlStopped once, without stopHitl, and then ignores everything', async () => {
    const conversationId = ana.downstreamConversationId
    await event('hitlStopped', { conversationId })
    const after = seen()
    expect(ana.hitlActive).toBe(false)
    await event('hitlStopped', { conversationId })
    await event('hitlAssigned', { conversationId, userId: await agent() })
    await agentSays('late', conversationId)
    expect(seen()).toEqual(after)
    expect(script.of('action_triggered').some((one) => one.body['type'] === 'stopHitl')).toBe(false)
  })

  it('ends on the close command in any case: words of the bot, then stopHitl, then a notice', async () => {
    await ana.say('  /END ')
    await ana.settled()
    const [notice] = script.of('message_created')
    expect(nested(notice?.body, 'payload')['userId']).toBeUndefined()
    expect(script.of('action_triggered').at(-1)?.body).toMatchObject({
      type: 'stopHitl',
      input: { conversationId: ana.downstreamConversationId },
    })
    expect(ana.transcript.at(-1)?.from).toBe('notice')
  })

  it('is over even when stopHitl fails, and the user gets no text then', async () => {
    script.answers['stopHitl'] = () => refusal('Vendor is down')
    const before = notices()
    await expect(ana.stop()).rejects.toThrow('Vendor is down')
    expect(ana.hitlActive).toBe(false)
    expect(notices()).toBe(before)
  })

  it('keeps failed deliveries and does not repeat them', async () => {
    script.answers['message_created'] = () => refusal('The thread is closed')
    await ana.say('hello?')
    await ana.settled()
    expect(ana.lastDeliveryErrors).toMatchObject([{ status: 400, message: 'The thread is closed' }])
    expect(script.of('message_created')).toHaveLength(1)
  })

  it('can deliver a user message twice', async () => {
    const [installation] = emulator.botpress.installations
    Object.assign(installation ?? {}, { duplicateNextMessages: 1 })
    await ana.say('once')
    await ana.say('more')
    await ana.settled()
    const ids = script.of('message_created').map((one) => nested(one.body, 'message')['id'])
    expect(ids).toHaveLength(3)
    expect(new Set(ids).size).toBe(2)
  })
})

describe('the assignment timeout', () => {
  it('stops the session on the moved clock unless an agent came', async () => {
    emulator.botpress.settings.agentAssignedTimeoutSeconds = 120
    await ana.escalate()
    await emulator.clock.advance(119_000)
    expect(ana.hitlActive).toBe(true)
    await emulator.clock.advance(2_000)
    expect(ana.hitlActive).toBe(false)
    expect(script.of('action_triggered').at(-1)?.body['type']).toBe('stopHitl')
    expect(seen().at(-1)).toContain('No human agent is available')
  })

  it('does nothing after an agent has answered', async () => {
    emulator.botpress.settings.agentAssignedTimeoutSeconds = 120
    await ana.escalate()
    await agentSays('here')
    await emulator.clock.advance(200_000)
    expect(ana.hitlActive).toBe(true)
  })
})
