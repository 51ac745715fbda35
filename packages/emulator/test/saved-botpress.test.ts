import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startEmulator, type Emulator, type EndUser, type Installation } from '../src/index'
import { apiOf, declared, fakeVendor, nested, refusal, rows, ScriptedIntegration, startWorld } from './world'

const open: Emulator[] = []
let first: Emulator
let installed: Installation
let script: ScriptedIntegration
let ana: EndUser

beforeEach(async () => {
  first = await startWorld()
  open.push(first)
  first.botpress.settings.activationDelayMs = 0
  const { script: integration, installation } = await ScriptedIntegration.install(first)
  script = integration
  installed = installation
  ana = first.botpress.endUser({ name: 'Ana', email: 'ana@example.com' })
})

afterEach(async () => {
  await Promise.all(open.splice(0).map((emulator) => emulator.close()))
})

type Invoked = { operation: string; body: string }

/** A second emulator from what the first one has saved, whose instance only notes how it is invoked. */
async function restart(emulator: Emulator = first) {
  const second = await startEmulator({ providers: [fakeVendor], saved: emulator.save() })
  open.push(second)
  const invoked: Invoked[] = []
  const resume = (name = 'acme', alias?: string) =>
    second.botpress.resume({
      name,
      ...(alias === undefined ? {} : { alias }),
      configuration: { apiKey: 'given now' },
      declared,
      invoke: async ({ headers, body }) => {
        invoked.push({ operation: headers['x-bp-operation'] ?? '', body })
        return { status: 200, body: JSON.stringify({ output: {} }) }
      },
    })
  return { second, invoked, resume }
}

async function openSession(): Promise<void> {
  await ana.say('human please')
  await ana.escalate({ title: 'Help' })
  await ana.settled()
}

async function agentWrites(emulator: Emulator, user: EndUser, text: string, delay?: number): Promise<void> {
  const call = apiOf(emulator, installed.id)
  const agent = await call('POST', '/chat/users/get-or-create', { tags: { agentId: 'bob' }, name: 'Bob' })
  const ids = { conversationId: user.downstreamConversationId, userId: nested(agent.json, 'user')['id'] }
  const schedule = delay === undefined ? {} : { schedule: { delay } }
  const answer = await call('POST', '/chat/messages', {
    ...ids,
    type: 'text',
    payload: { text },
    tags: {},
    ...schedule,
  })
  expect(answer.status).toBe(201)
  await emulator.settled()
}

const agentTexts = (user: EndUser | undefined) =>
  (user?.transcript ?? []).filter(({ from }) => from === 'agent').map(({ payload }) => payload['text'])

describe('a resumed installation', () => {
  it('keeps what it was told, and does not register again', async () => {
    await installed.configure({ apiKey: 'set by the bot builder' })
    await apiOf(first, installed.id)('POST', '/chat/integrations/configure', { identifier: 'account-1' })
    const { second, invoked, resume } = await restart()
    expect(second.botpress.installations).toEqual([])
    const resumed = resume()
    const { id, webhookId, alias, configuration, status, statusReason, identifier, configureRequests } = installed
    const kept = { id, webhookId, alias, configuration, status, statusReason, identifier, configureRequests }
    expect(resumed).toMatchObject(kept)
    expect(resumed).toMatchObject({ status: 'registered', identifier: 'account-1', botId: first.botpress.botId })
    expect(second.botpress.installations).toEqual([resumed])
    expect(invoked).toEqual([])
  })

  it('keeps why its registration failed', async () => {
    script.answers['register'] = () => refusal('Wrong key')
    await installed.register()
    const { resume } = await restart()
    expect(resume()).toMatchObject({ status: 'registration_failed', statusReason: 'Wrong key' })
  })

  it('gets the webhooks sent to its old address', async () => {
    const { second, invoked, resume } = await restart()
    expect((await fetch(`${second.url}/${installed.webhookId}`, { method: 'POST' })).status).toBe(404)
    resume()
    expect((await fetch(`${second.url}/${installed.webhookId}`, { method: 'POST' })).status).toBe(200)
    expect(invoked.map(({ operation }) => operation)).toEqual(['webhook_received'])
  })

  it('is found by name and alias, once', async () => {
    const options = { configuration: {}, declared, invoke: async () => ({ status: 200, body: '{}' }) }
    const other = await first.botpress.install({ name: 'acme', alias: 'acme-two', ...options })
    const { resume } = await restart()
    expect(resume('another')).toBeUndefined()
    expect(resume('acme', 'acme-two')?.id).toBe(other.id)
    expect(resume('acme')?.id).toBe(installed.id)
    expect(resume('acme')).toBeUndefined()
  })

  it('may use the objects it made, which have kept their ids', async () => {
    await openSession()
    const { second, resume } = await restart()
    resume()
    const call = apiOf(second, installed.id)
    const [row] = rows((await call('GET', '/chat/conversations')).json, 'conversations')
    expect(row).toMatchObject({ id: ana.downstreamConversationId, tags: { threadKey: 'thread-1' } })
  })

  it('does not come back after it was uninstalled, nor do its users', async () => {
    await installed.uninstall()
    const { second, resume } = await restart()
    expect(resume()).toBeUndefined()
    expect(second.botpress.endUsers).toEqual([])
    expect(second.botpress.save()).toMatchObject({ installations: [], endUsers: [] })
  })
})

describe('end users', () => {
  it('are listed in the order in which they were made', async () => {
    const ben = first.botpress.endUser({ name: 'Ben' })
    expect(first.botpress.endUsers).toEqual([ana, ben])
    expect(first.botpress.endUsers.map(({ id }) => id)).toEqual([ana.user.id, ben.user.id])
    const { second, resume } = await restart()
    expect(second.botpress.endUsers).toEqual([])
    resume()
    second.botpress.endUser({ name: 'Carla' })
    expect(second.botpress.endUsers.map(({ name }) => name)).toEqual(['Ana', 'Ben', 'Carla'])
    expect(second.botpress.endUsers.slice(0, 2).map(({ id }) => id)).toEqual([ana.id, ben.id])
  })

  it('keep their transcript, whose items have ids of their own', async () => {
    first.botpress.settings.reply = (text) => `You said ${text}`
    await ana.say('hello')
    await openSession()
    await agentWrites(first, ana, 'Hi, I am Bob')
    const ids = ana.transcript.map(({ id }) => id)
    expect(new Set(ids).size).toBe(6)
    expect(ana.transcript.map(({ from }) => from)).toEqual(['user', 'bot', 'user', 'bot', 'notice', 'agent'])
    for (const id of ids) expect(first.botpress.store.messages.get(id)?.conversationId).toBe(ana.conversation.id)
    const { second, resume } = await restart()
    resume()
    const [again] = second.botpress.endUsers
    expect(again?.transcript).toEqual(ana.transcript)
    await again?.say('still there?')
    expect(new Set(again?.transcript.map(({ id }) => id)).size).toBe(7)
  })

  it('keep what could not be delivered, with the message and the time', async () => {
    await openSession()
    script.answers['message_created'] = () => refusal('The thread is closed')
    await ana.say('hello?')
    await ana.settled()
    const [error] = ana.lastDeliveryErrors
    const message = first.botpress.store.messages.get(error?.messageId ?? '')
    expect(message).toMatchObject({ conversationId: ana.downstreamConversationId, payload: { text: 'hello?' } })
    expect(Math.abs((error?.at ?? 0) - first.clock.now())).toBeLessThan(5000)
    const { second, resume } = await restart()
    resume()
    expect(second.botpress.endUsers[0]?.lastDeliveryErrors).toEqual([error])
  })

  it('go on with their session, in both directions and to its end', async () => {
    await openSession()
    const { second, invoked, resume } = await restart()
    resume()
    const [again] = second.botpress.endUsers
    expect(again).toMatchObject({ name: 'Ana', email: 'ana@example.com', hitlActive: true })
    await again?.say('are you there?')
    await second.settled()
    expect(invoked).toEqual([{ operation: 'message_created', body: expect.stringContaining('are you there?') }])
    if (again) await agentWrites(second, again, 'Yes')
    expect(agentTexts(again)).toEqual(['Yes'])
    await apiOf(second, installed.id)('POST', '/chat/events', {
      type: 'hitlStopped',
      payload: { conversationId: ana.downstreamConversationId },
    })
    await second.settled()
    expect(again?.hitlActive).toBe(false)
  })

  it('hear the words that the bot builder had set', async () => {
    Object.assign(first.botpress.settings, { userClosedText: 'Bye then', agentAssignedTimeoutSeconds: 90 })
    await openSession()
    const { second, resume } = await restart()
    resume()
    const [again] = second.botpress.endUsers
    await again?.end()
    expect(again?.transcript.at(-1)).toMatchObject({ from: 'notice', payload: { text: 'Bye then' } })
    expect(second.botpress.settings).toMatchObject({ agentAssignedTimeoutSeconds: 90, reply: expect.any(Function) })
  })

  it('have ids and rows that nobody gets a second time', async () => {
    await openSession()
    const { second, resume } = await restart()
    resume()
    const before = [...second.botpress.store.users.values(), ...second.botpress.store.messages.values()]
    const carla = second.botpress.endUser({ name: 'Carla' })
    expect(before.map(({ id }) => id)).not.toContain(carla.id)
    expect(carla.user.seq).toBeGreaterThan(Math.max(...before.map(({ seq }) => seq)))
  })
})

describe('what was scheduled', () => {
  it('reaches the user after the restart, when it is due', async () => {
    await openSession()
    await agentWrites(first, ana, 'held back', 4000)
    const { second, resume } = await restart()
    await second.clock.advance(1000)
    resume()
    await second.settled()
    const [again] = second.botpress.endUsers
    expect(agentTexts(again)).toEqual([])
    await second.clock.advance(3000)
    await second.settled()
    expect(agentTexts(again)).toEqual(['held back'])
  })

  it('reaches the user in the order of its time when it was due before the instance ran', async () => {
    await openSession()
    await agentWrites(first, ana, 'second', 4000)
    await agentWrites(first, ana, 'first', 2000)
    await apiOf(first, installed.id)('POST', '/chat/events', {
      type: 'hitlStopped',
      payload: { conversationId: ana.downstreamConversationId },
      schedule: { delay: 6000 },
    })
    const { second, resume } = await restart()
    await second.clock.advance(10_000)
    resume()
    const [again] = second.botpress.endUsers
    await expect.poll(() => again?.hitlActive).toBe(false)
    expect(agentTexts(again)).toEqual(['first', 'second'])
    expect([...second.botpress.store.events.values()].map(({ status }) => status)).toEqual(['processed'])
  })

  it('is told once, also when it is saved twice before', async () => {
    await openSession()
    await agentWrites(first, ana, 'once', 1000)
    const { second } = await restart()
    const { second: third, resume } = await restart(second)
    resume()
    await third.clock.advance(2000)
    await third.settled()
    expect(agentTexts(third.botpress.endUsers[0])).toEqual(['once'])
    const { second: fourth, resume: again } = await restart(third)
    again()
    await fourth.clock.advance(2000)
    await fourth.settled()
    expect(agentTexts(fourth.botpress.endUsers[0])).toEqual(['once'])
  })
})

describe('saving again', () => {
  it('keeps what has not been resumed, and does not grow', async () => {
    await openSession()
    const saved = first.save()
    const { second, resume } = await restart()
    expect(second.save()).toEqual(saved)
    resume()
    expect(second.save().byteLength).toBe(saved.byteLength)
    const { second: third, resume: again } = await restart(second)
    expect(again()?.id).toBe(installed.id)
    expect(third.botpress.endUsers.map(({ hitlActive }) => hitlActive)).toEqual([true])
  })
})
