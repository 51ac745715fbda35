import { InvalidPayloadError } from '@botpress/client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { oneAtATime, repeatRegistration } from '../src/botpress/lock'
import { createHitlIntegration } from '../src/create-integration'
import { ConfigurationError, ProviderHttpError, ReauthorizationRequiredError } from '../src/errors'
import { liveSessions } from '../src/live-sessions'
import { createFakeAdapter, fakeSettings, signedWebhook, type FakeAdapter, type FakeConfig } from '../src/testing'
import { startBotpressServer } from './botpress-server'
import { wrote } from './live-world'
import { closed, CONFIG, createWorld, heardTexts, said, stops, threadKeyOf, type World } from './support'

let world: World
let server: Awaited<ReturnType<typeof startBotpressServer>>
let printed: string[]

beforeAll(async () => {
  server = await startBotpressServer(() => world.botpress)
})
afterAll(() => server.close())

beforeEach(() => {
  world = createWorld()
  printed = []
  vi.stubEnv('BP_API_URL', server.url)
  for (const method of ['info', 'warn', 'error', 'debug', 'log'] as const) {
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => void printed.push(args.map(shown).join(' ')))
  }
})
afterEach(() => void vi.restoreAllMocks())

const shown = (value: unknown) => (value instanceof Error ? `${value.stack} ${JSON.stringify(value)}` : String(value))

type Call = { configuration?: unknown; adapter?: Partial<FakeAdapter> }

/** One call of the platform, through the SDK. */
async function call(operation: string, body: unknown, { configuration = CONFIG, adapter = {} }: Call = {}) {
  const integration = createHitlIntegration({ ...createFakeAdapter(world.provider, world.adapterOptions), ...adapter })
  const response = await integration.handler({
    method: 'POST',
    path: '/',
    query: '',
    body: JSON.stringify(body),
    headers: {
      'x-bot-id': 'bot-1',
      'x-bot-user-id': 'user-of-the-bot',
      'x-integration-id': 'integration-1',
      'x-integration-alias': 'acme',
      'x-webhook-id': world.webhookId,
      'x-bp-operation': operation,
      'x-bp-configuration': Buffer.from(JSON.stringify(configuration)).toString('base64'),
    },
  })
  const text = response?.body ?? ''
  return { status: response?.status ?? 0, text, json: text === '' ? undefined : JSON.parse(text) }
}

const action = (type: string, input: unknown, options?: Call) => call('action_triggered', { type, input }, options)
const webhook = (events: Parameters<typeof signedWebhook>[0], options?: Call) =>
  call('webhook_received', { req: signedWebhook(events, CONFIG) }, options)

async function message(conversationId: string, payload: Record<string, unknown>, type = 'text') {
  const conversation = world.botpress.conversations().find(({ id }) => id === conversationId)
  const body = {
    type,
    payload,
    conversation: { ...conversation, channel: 'hitl' },
    message: { id: `message-of-${world.webhookId}-${Math.random()}`, type, payload },
    user: { id: 'user-of-the-bot', tags: {} },
  }
  return call('message_created', body)
}

async function start() {
  const user = await action('createUser', { name: 'Uma', email: 'uma@people.test' })
  const { userId } = user.json.output
  const { json } = await action('startHitl', { userId, title: 'Help', messageHistory: [] })
  return { userId: String(userId), conversationId: String(json.output.conversationId) }
}

describe('through the SDK', () => {
  it('a message that names its session is delivered and confirmed, and taken back and reported after its end', async () => {
    const reports: unknown[] = []
    const { connect } = createFakeAdapter(world.provider)
    const adapter: Partial<FakeAdapter> = {
      sessions: liveSessions,
      connect: (context) => ({
        ...connect(context),
        reportDelivery: async ({ messageId }, failure) => void reports.push([messageId, failure]),
      }),
    }
    const user = await action('createUser', { name: 'Uma' }, { adapter })
    const { json } = await action('startHitl', { userId: user.json.output.userId, messageHistory: [] }, { adapter })
    const conversationId = String(json.output.conversationId)
    const { webhookId } = world
    // With another installation's memory: what this process knows of the session is of no use.
    world.webhookId = `${webhookId}-elsewhere`
    const message = wrote({ conversationId, threadKey: threadKeyOf(world, conversationId) }, 'm1', 'Hi Uma')
    expect((await webhook([{ ...message, wantsReceipt: true }], { adapter })).status).toBe(200)
    expect(world.botpress.callsOf('deleteMessage')).toEqual([])
    const [told] = world.botpress.messages(conversationId)
    expect(told?.payload).toEqual({ text: 'Hi Uma' })
    await action('stopHitl', { conversationId }, { adapter })
    expect(world.botpress.conversations()[0]?.tags).not.toHaveProperty('live')
    world.webhookId = `${webhookId}-elsewhere-too`
    expect((await webhook([{ ...message, messageId: 'm2' }], { adapter })).status).toBe(200)
    expect(world.botpress.callsOf('deleteMessage')).toEqual([{ id: expect.any(String) }])
    expect(world.botpress.messages(conversationId)).toEqual([told])
    expect(reports).toEqual([
      ['m1', undefined],
      ['m2', expect.stringContaining('The session has ended')],
    ])
  })

  it('a registration is repeated daily, can ask for more, and waits for no other', async () => {
    world.adapterOptions.install = ({ platform }) =>
      oneAtATime(platform, 1_000, async () => {
        await repeatRegistration(platform, 'hourly')
        return []
      })
    expect((await call('register', { webhookUrl: 'https://hooks.test/hook' })).status).toBe(200)
    expect(world.botpress.callsOf('configureIntegration')).toEqual([
      { scheduleRegisterCall: 'daily' },
      { scheduleRegisterCall: 'hourly' },
    ])
  })

  it('a whole session goes its way', async () => {
    const { userId, conversationId } = await start()
    const threadKey = threadKeyOf(world, conversationId)
    expect(world.provider.openThreads().map(({ id }) => id)).toEqual([threadKey])

    expect((await message(conversationId, { text: 'Hello', userId })).status).toBe(200)
    expect(world.provider.sent.map(({ message }) => message.parts)).toEqual([[{ kind: 'text', text: 'Hello' }]])

    expect((await webhook([said(threadKey, 'm1', 'Hi Uma')])).status).toBe(200)
    expect(heardTexts(world, conversationId)).toEqual(['Hi Uma'])

    expect(await action('stopHitl', { conversationId })).toMatchObject({ status: 200, json: { output: {} } })
    expect(world.provider.openThreads()).toEqual([])
    expect((await webhook([closed(threadKey)])).status).toBe(200)
    expect(stops(world, conversationId)).toBe(0)
  })

  it.each([
    ['text', { text: 'a' }],
    ['image', { imageUrl: 'https://files.test/a.png' }],
    ['audio', { audioUrl: 'https://files.test/a.mp3' }],
    ['video', { videoUrl: 'https://files.test/a.mp4' }],
    ['file', { fileUrl: 'https://files.test/a.pdf' }],
    ['bloc', { items: [{ type: 'text', payload: { text: 'a' } }] }],
  ])('a message of type %s reaches the provider', async (type, payload) => {
    const { userId, conversationId } = await start()
    expect((await message(conversationId, { ...payload, userId }, type)).status).toBe(200)
    expect(world.provider.sent).toHaveLength(1)
  })

  it('registering installs, and shows what is left to do by hand', async () => {
    world.adapterOptions.install = async ({ webhookUrl }) => [`Paste ${webhookUrl} into Acme.`]
    expect((await call('register', { webhookUrl: 'https://hooks.test/hook' })).status).toBe(200)
    expect(printed.join('\n')).toContain('Paste https://hooks.test/hook into Acme.')
  })

  it('unregistering uninstalls', async () => {
    expect((await call('unregister', { webhookUrl: 'https://hooks.test/hook' })).status).toBe(200)
    expect(world.provider.callsOf('uninstall')).toHaveLength(1)
  })

  it('unregistering never fails, although the provider does or the settings were never right', async () => {
    world.provider.failNext('uninstall', new ProviderHttpError('Acme is down.', { status: 503 }))
    expect((await call('unregister', { webhookUrl: 'https://hooks.test/hook' })).status).toBe(200)
    world.provider.failNext('uninstall', new TypeError('a mistake of ours'))
    expect((await call('unregister', { webhookUrl: 'https://hooks.test/hook' })).status).toBe(200)
    const configuration = { ...CONFIG, webhookSecret: 'short' }
    expect((await call('unregister', { webhookUrl: 'https://hooks.test/hook' }, { configuration })).status).toBe(200)
    expect(printed.filter((line) => line.includes('nothing could be cleaned up'))).toHaveLength(3)
  })

  it('a webhook that meets an unforeseen error is answered 500, which providers deliver again', async () => {
    const { conversationId } = await start()
    const events = [said(threadKeyOf(world, conversationId), 'm1', 'hello')]
    const settings = fakeSettings.transform((): FakeConfig => {
      throw new TypeError('a mistake of ours')
    })
    // Typed as what it would be without the mistake.
    const adapter = { settings: settings as unknown as FakeAdapter['settings'] }
    expect(await webhook(events, { adapter })).toMatchObject({ status: 500, text: '' })
    const readWebhook = () => {
      throw new TypeError('a mistake of ours')
    }
    expect((await webhook(events, { adapter: { readWebhook } })).status).toBe(500)
    expect(world.botpress.messages()).toEqual([])
    expect((await webhook(events)).status).toBe(200)
  })
})

describe('an action that fails', () => {
  it('says so in words a bot builder understands, and makes up no conversation', async () => {
    const { json } = await action('createUser', { name: 'Uma' })
    world.provider.failNext('openThread', new ProviderHttpError('Acme has no agents online.', { status: 403 }))
    const answer = await action('startHitl', { userId: json.output.userId, messageHistory: [] })
    expect(answer).toMatchObject({ status: 400, json: { type: 'Runtime', message: 'Acme has no agents online.' } })
    expect(answer.text).not.toContain('conversationId')
    expect(world.botpress.conversations()).toEqual([])
    expect(world.provider.openThreads()).toEqual([])
  })

  it('for a refused renewal asks to reconnect', async () => {
    world.adapterOptions.savesContacts = true
    world.provider.failNext('saveContact', new ReauthorizationRequiredError('Connect the account again.'))
    expect(await action('createUser', { name: 'Uma' })).toMatchObject({
      json: { message: 'Connect the account again.' },
    })
  })

  it('for an address that the adapter cannot read says what it says', async () => {
    const readAddress = () => {
      throw new ProviderHttpError('The number needs its country. Begin with "+".', { status: 0 })
    }
    const input = { name: 'Uma', email: '0301' }
    const { status, json } = await action('createUser', input, { adapter: { readAddress } })
    expect([status, json.type, json.message]).toEqual([400, 'Runtime', 'The number needs its country. Begin with "+".'])
    expect(world.botpress.users()).toEqual([])
  })

  it('for an unknown conversation or user says so', async () => {
    const unknown = 'Botpress does not know this conversation or user. Was it deleted?'
    expect((await action('stopHitl', { conversationId: 'conv-none' })).json.message).toBe(unknown)
    expect((await action('startHitl', { userId: 'user-none', messageHistory: [] })).json.message).toBe(unknown)
  })

  it('by an error of Botpress tells its type and nothing it quotes', async () => {
    world.botpress.failNext('getOrCreateUser', new InvalidPayloadError('quotes uma@people.test'))
    const { status, json, text } = await action('createUser', { name: 'Uma', email: 'uma@people.test' })
    expect(status).toBe(400)
    expect(json.message).toBe('Botpress could not do its part (InvalidPayload). Try again.')
    expect(text).not.toContain('uma@people.test')
    expect(printed.join('\n')).not.toContain('uma@people.test')
  })

  it('for a closed chat says so, and ends the session in the bot', async () => {
    const { userId, conversationId } = await start()
    for (const thread of world.provider.threads.values()) thread.isOpen = false
    expect(await message(conversationId, { text: 'Hello?', userId })).toMatchObject({
      status: 400,
      json: { type: 'Runtime', message: 'Acme has closed this chat.' },
    })
    expect(stops(world, conversationId)).toBe(1)
  })
})

describe('wrong settings', () => {
  const configuration = { ...CONFIG, webhookSecret: 'short' }

  it.each([
    ['register', { webhookUrl: 'https://hooks.test/hook' }],
    ['action_triggered', { type: 'createUser', input: { name: 'Uma' } }],
  ])('are named when the platform calls %s', async (operation, body) => {
    const { status, json } = await call(operation, body, { configuration })
    expect(status).toBe(400)
    expect(json.message).toContain('"webhookSecret" must have at least 8 characters')
  })

  it('that only the provider can tell are named too', async () => {
    world.adapterOptions.install = () =>
      Promise.reject(new ConfigurationError('apiKey', 'Acme does not know the "API key".'))
    const { json } = await call('register', { webhookUrl: 'https://hooks.test/hook' })
    expect(json.message).toBe('Acme does not know the "API key".')
  })

  it('let no webhook in: 401, and nothing is applied', async () => {
    const { conversationId } = await start()
    const events = [said(threadKeyOf(world, conversationId), 'm1', 'hello')]
    expect((await webhook(events, { configuration })).status).toBe(401)
    expect(world.botpress.messages()).toEqual([])
  })

  it('are shown to nobody who calls the webhook', async () => {
    const wrong = { ...CONFIG, region: 'a-secret-in-the-wrong-field' }
    const { status, text } = await webhook([], { configuration: wrong })
    expect(status).toBe(401)
    expect(text).not.toContain('a-secret-in-the-wrong-field')
  })
})

describe('a secret', () => {
  const quoting = `Acme says: key ${CONFIG.apiKey} and Bearer ${CONFIG.apiKey} and ${CONFIG.webhookSecret}`

  const expectNothingSecret = (text: string) => {
    expect(text + printed.join('\n')).not.toContain(CONFIG.apiKey)
    expect(text + printed.join('\n')).not.toContain(CONFIG.webhookSecret)
  }

  it('that an error of the provider quotes is hidden from answer and log', async () => {
    const { json } = await action('createUser', { name: 'Uma' })
    world.provider.failNext('openThread', new ProviderHttpError(quoting, { status: 500 }))
    const { text } = await action('startHitl', { userId: json.output.userId, messageHistory: [] })
    expect(text).toContain('Acme says')
    expectNothingSecret(text)
  })

  it('that an unexpected error quotes is hidden from answer and log', async () => {
    const { json } = await action('createUser', { name: 'Uma' })
    world.provider.failNext('openThread', new TypeError(quoting))
    const { text } = await action('startHitl', { userId: json.output.userId, messageHistory: [] })
    expectNothingSecret(text)
  })

  it('that an error of Botpress quotes is hidden from answer and log', async () => {
    world.botpress.failNext('getOrCreateUser', new InvalidPayloadError(quoting))
    const { text } = await action('createUser', { name: 'Uma' })
    expectNothingSecret(text)
  })

  it('that an error quotes while a webhook is applied is hidden from answer and log', async () => {
    const { conversationId } = await start()
    const events = [said(threadKeyOf(world, conversationId), 'm1', 'hello')]
    for (const error of [new InvalidPayloadError(quoting), new InvalidPayloadError(quoting)]) {
      world.botpress.failNext('getOrCreateMessage', error)
    }
    expectNothingSecret((await webhook(events)).text)
  })

  it('that a refusal of a webhook quotes is hidden from whoever sent it', async () => {
    const verifyWebhook = () => Promise.reject(new ConfigurationError('webhookSecret', quoting))
    expectNothingSecret((await webhook([], { adapter: { verifyWebhook } })).text)
  })

  it('that a notice of the installation quotes is hidden', async () => {
    world.adapterOptions.install = async () => [quoting]
    expectNothingSecret((await call('register', { webhookUrl: 'https://hooks.test/hook' })).text)
  })
})
