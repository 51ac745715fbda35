import { transforms } from '@botpress/sdk'
import { ConfigurationError, ProviderHttpError, ProviderUnreachableError } from '@hitl/core'
import { describe, expect, it } from 'vitest'
import { livechatAdapter } from '../src/adapter'
import { sessionOptions, settings } from '../src/config'
import {
  accountsRefusal,
  type Answer,
  cookies,
  failsWith,
  granted,
  refusal,
  secrets,
  shortenWaits,
  thread,
  useWorld,
  type World,
} from './helpers'

const world = useWorld()

describe('the adapter', () => {
  it('names a thread by its chat and its thread, since one chat serves many sessions', () => {
    expect(livechatAdapter.threadKey({ chatId: 'PJ0MRSHTDG', threadId: 'K600PKZON8' })).toBe('PJ0MRSHTDG/K600PKZON8')
  })

  it('keeps to the documented sizes: 16,000 bytes of text, files of 10 MB', () => {
    expect(livechatAdapter.limits).toMatchObject({ text: { max: 16_000, unit: 'bytes' }, uploadBytes: 10_000_000 })
  })

  it('answers webhooks before LiveChat gives up after ten seconds', () => {
    expect(livechatAdapter.limits.webhookMs).toBeLessThan(10_000)
  })

  it('sends the agent token as Basic, never as Bearer', async () => {
    const w = world()
    w.vendor.on('configuration/get_agent')
    await w.session().getAgent('ann@example.com', thread)
    expect(w.vendor.calls.map(({ authorization }) => authorization)).toEqual([`Basic ${secrets.agentToken}`])
  })
})

describe('the settings', () => {
  it.each<[string, unknown]>([
    ['clientId', ''],
    ['clientId', '   '],
    ['clientId', undefined],
    ['organizationId', ''],
    ['organizationId', '12345678'],
    ['organizationId', '4a2c0d8e-1b3f-4c5d-9e6f-7a8b9c0d1e2f, 4a2c0d8e-1b3f-4c5d-9e6f-7a8b9c0d1e2f'],
    ['organizationId', undefined],
    ['webhookSecret', ''],
    ['webhookSecret', 'short'],
    ['webhookSecret', undefined],
    ['agentToken', ''],
    ['agentToken', undefined],
    ['groupId', undefined],
    ['groupId', -1],
    ['groupId', 1.5],
    ['groupId', '19'],
  ])('are refused by name: %s as %j', async (setting, value) => {
    const w = world()
    const error = await failsWith(ConfigurationError, (async () => w.installation({ [setting]: value }).install())())
    expect(error.setting).toBe(setting)
    expect(error.message).toMatch(new RegExp(`^The setting "${setting}" .+ Correct it in the LiveChat settings\\.$`))
    expect(w.vendor.calls).toEqual([])
  })

  it('may be surrounded by the spaces that copying leaves behind', async () => {
    const w = world()
    w.vendor.on('configuration/get_agent')
    await w.installation({ agentToken: ` ${secrets.agentToken}\n` }).getAgent('ann@example.com', thread)
    expect(w.vendor.calls[0]?.authorization).toBe(`Basic ${secrets.agentToken}`)
  })

  it('have their two secrets hidden in the form', () => {
    const hidden = Object.entries(settings.shape).filter(([, setting]) => setting.getMetadata()['secret'] === true)
    expect(hidden.map(([name]) => name)).toEqual(['webhookSecret', 'agentToken'])
  })

  it.each([
    ['settings', settings],
    ['options of a session', sessionOptions],
  ])('and options can be deployed: the SDK turns the %s into the schema of a form', (_, schema) => {
    expect(transforms.toJSONSchema(schema)).toMatchObject({ type: 'object' })
  })

  it.each([
    ['settings', settings],
    ['options of a session', sessionOptions],
  ])('and options have a title and a description each (%s)', (_, schema) => {
    for (const field of Object.values(schema.shape)) {
      expect(field.getMetadata()).toMatchObject({ title: expect.stringMatching(/./) })
      expect(field.description ?? '').not.toBe('')
    }
  })
})

describe('closing a thread', () => {
  const close = (w: World) => w.session().closeThread(thread)
  const asAgent = (w: World) =>
    w.agentCall('agent/deactivate_chat', { id: thread.chatId, ignore_requester_presence: true })

  it.each<[string, Answer]>([
    ['{}', { json: {} }],
    ['an empty body', { text: '' }],
  ])('takes one call as the customer; the answer may be %s', async (_, answer) => {
    const w = world()
    await w.storeToken(w.sessionId)
    w.vendor.on('customer/deactivate_chat', answer)
    await close(w)
    expect(w.vendor.calls).toEqual([w.customerCall('deactivate_chat', { id: thread.chatId })])
  })

  it.each(['chat_inactive', 'chat_anonymized'])('succeeds on a chat that is closed already (%s)', async (type) => {
    const w = world()
    await w.storeToken(w.sessionId)
    w.vendor.on('customer/deactivate_chat', refusal(type))
    await close(w)
    expect(w.vendor.names()).toEqual(['customer/deactivate_chat'])
  })

  it('renews the customer token when it has expired', async () => {
    const w = world()
    await w.storeToken(w.sessionId, { expiresAt: 0 })
    w.vendor.onToken(granted({ token: secrets.renewedToken })).on('customer/deactivate_chat')
    await close(w)
    expect(w.vendor.calls).toEqual([
      w.tokenCall(cookies()),
      w.customerCall('deactivate_chat', { id: thread.chatId }, secrets.renewedToken),
    ])
  })

  it('is done by the agent token when the customer token is dead', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken(w.sessionId)
    w.vendor
      .on('customer/deactivate_chat', refusal('authentication', 401))
      .onToken(accountsRefusal('invalid_grant'))
      .on('agent/deactivate_chat')
    await close(w)
    expect(w.vendor.calls.at(-1)).toEqual(asAgent(w))
  })

  it('is done by the agent token when LiveChat does not let the customer', async () => {
    const w = world()
    await w.storeToken(w.sessionId)
    w.vendor.on('customer/deactivate_chat', refusal('customer_banned')).on('agent/deactivate_chat')
    await close(w)
    expect(w.vendor.calls).toEqual([w.customerCall('deactivate_chat', { id: thread.chatId }), asAgent(w)])
  })

  it('succeeds when the agent token finds it closed already', async () => {
    const w = world()
    await w.storeToken(w.sessionId)
    w.vendor.on('customer/deactivate_chat', refusal('validation')).on('agent/deactivate_chat', refusal('chat_inactive'))
    await close(w)
    expect(w.vendor.names()).toEqual(['customer/deactivate_chat', 'agent/deactivate_chat'])
  })

  it('is repeated when the answer is lost: a chat closed twice is closed', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken(w.sessionId)
    w.vendor
      .on('customer/deactivate_chat', { drop: 'ECONNRESET' })
      .on('customer/deactivate_chat', refusal('chat_inactive'))
    await close(w)
    expect(w.vendor.names()).toEqual(['customer/deactivate_chat', 'customer/deactivate_chat'])
  })

  it('fails with the first reason when neither may', async () => {
    const w = world()
    await w.storeToken(w.sessionId)
    w.vendor
      .on('customer/deactivate_chat', refusal('validation'))
      .on('agent/deactivate_chat', refusal('authorization', 403))
    const error = await failsWith(ProviderHttpError, close(w))
    expect(error.type).toBe('validation')
  })
})

describe('the profile of an agent', () => {
  const profile = (w: World) => w.session().getAgent('ann@example.com', thread)

  it('takes one call and gives name and picture', async () => {
    const w = world()
    w.vendor.on('configuration/get_agent', {
      json: {
        id: 'ann@example.com',
        account_id: 'a',
        name: 'Ann',
        avatar: 'cdn.livechatinc.com/ann.png',
        role: 'normal',
      },
    })
    expect(await profile(w)).toEqual({
      id: 'ann@example.com',
      name: 'Ann',
      pictureUrl: 'https://cdn.livechatinc.com/ann.png',
    })
    expect(w.vendor.calls).toEqual([w.agentCall('configuration/get_agent', { id: 'ann@example.com' })])
  })

  it.each([
    ['has neither', {}],
    ['has them empty', { name: '', avatar: '' }],
  ])('is just the id when LiveChat %s', async (_, json) => {
    const w = world()
    w.vendor.on('configuration/get_agent', { json })
    expect(await profile(w)).toEqual({ id: 'ann@example.com' })
  })

  it.each<[string, string]>([
    [
      'authorization',
      'LiveChat refused get_agent: the agent token lacks a scope for this. The set-up guide lists the scopes.',
    ],
    [
      'authentication',
      'LiveChat refused get_agent: the agent token is not valid. Create a new one and save it in the settings.',
    ],
    ['not_found', 'LiveChat refused get_agent: error type "not_found".'],
  ])('fails in plain words when refused (%s)', async (type, message) => {
    const w = world()
    w.vendor.on('configuration/get_agent', refusal(type))
    expect(await failsWith(ProviderHttpError, profile(w))).toMatchObject({ type, message })
    expect(w.vendor.names()).toEqual(['configuration/get_agent'])
  })

  it.each<[string, Answer]>([
    ['the connection drops', { drop: 'ECONNRESET' }],
    ['LiveChat has an internal problem', refusal('internal', 500)],
    ['a gateway answers with a page', { status: 504, text: '<html></html>' }],
    ['the rate is limited', refusal('too_many_requests', 429)],
  ])('is asked for again when %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on('configuration/get_agent', answer).on('configuration/get_agent', { json: { name: 'Ann' } })
    expect(await profile(w)).toEqual({ id: 'ann@example.com', name: 'Ann' })
  })

  it('is asked for three times at most', async () => {
    const w = world()
    shortenWaits()
    w.vendor.whenever('configuration/get_agent', { drop: 'ECONNRESET' })
    expect(await failsWith(ProviderUnreachableError, profile(w))).toBeInstanceOf(ProviderUnreachableError)
    expect(w.vendor.names()).toHaveLength(3)
  })
})

describe('whether an agent is in a thread', () => {
  const users = (...list: object[]): Answer => ({
    json: { id: thread.chatId, users: list, thread: { id: thread.threadId } },
  })
  const customer = { id: 'b7eff798-f8df-4364-8059-649c35c9ed0c', type: 'customer', present: true }
  const isThere = async (w: World) => w.session().isAgentInThread?.('ann@example.com', thread)

  it.each<[string, Answer, boolean]>([
    ['yes when listed as present', users(customer, { id: 'ann@example.com', type: 'agent', present: true }), true],
    ['yes when listed without a mark', users(customer, { id: 'ann@example.com', type: 'agent' }), true],
    ['no when listed as gone', users(customer, { id: 'ann@example.com', type: 'agent', present: false }), false],
    ['no when another agent is there', users(customer, { id: 'bob@example.com', type: 'agent', present: true }), false],
    ['no when nobody is there', users(), false],
  ])('takes one call: %s', async (_, answer, expected) => {
    const w = world()
    w.vendor.on('agent/get_chat', answer)
    expect(await isThere(w)).toBe(expected)
    expect(w.vendor.calls).toEqual([
      w.agentCall('agent/get_chat', { chat_id: thread.chatId, thread_id: thread.threadId }),
    ])
  })

  it('is believed of the webhook when the token may not read chats', async () => {
    const w = world()
    w.vendor.on('agent/get_chat', refusal('authorization', 403))
    expect(await isThere(w)).toBe(true)
  })

  it('stays open when LiveChat has a passing problem, so that the webhook is delivered again', async () => {
    const w = world()
    shortenWaits()
    w.vendor.whenever('agent/get_chat', refusal('service_unavailable', 503))
    expect(await failsWith(ProviderHttpError, isThere(w))).toMatchObject({ retryable: true })
  })
})
