import { transforms } from '@botpress/sdk'
import { ConfigurationError, ProviderHttpError, ProviderUnreachableError } from '@hitl/core'
import { describe, expect, it } from 'vitest'
import { livechatAdapter } from '../src/adapter'
import { sessionOptions, settingsForm } from '../src/form'
import {
  accountsRefusal,
  type Answer,
  chatHolding,
  cookies,
  customerId,
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
    expect(livechatAdapter.threadKey(thread)).toBe('PJ0MRSHTDG/K600PKZON8')
  })

  it('keeps to the documented sizes: 16,000 bytes of text, files of 10 MB', () => {
    expect(livechatAdapter.limits).toMatchObject({ text: { max: 16_000, unit: 'bytes' }, uploadBytes: 10_000_000 })
  })

  it('answers webhooks before LiveChat gives up after ten seconds', () => {
    expect(livechatAdapter.limits.webhookMs).toBeLessThan(10_000)
  })

  it('sends the agent token as Basic, never as Bearer', async () => {
    const w = world()
    w.vendor.on('agent/get_chat', { json: { users: [] } }).on('configuration/get_agent')
    await w.session().getAgent('ann@example.com', thread)
    const basic = `Basic ${secrets.agentToken}`
    expect(w.vendor.calls.map(({ authorization }) => authorization)).toEqual([basic, basic])
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
    w.vendor.on('agent/get_chat', { json: { users: [{ id: 'ann@example.com', name: 'Ann' }] } })
    await w.installation({ agentToken: ` ${secrets.agentToken}\n` }).getAgent('ann@example.com', thread)
    expect(w.vendor.calls[0]?.authorization).toBe(`Basic ${secrets.agentToken}`)
  })

  it('have their two secrets hidden in the form', () => {
    const hidden = Object.entries(settingsForm.shape).filter(([, setting]) => setting.getMetadata()['secret'] === true)
    expect(hidden.map(([name]) => name)).toEqual(['webhookSecret', 'agentToken'])
  })

  it.each([
    ['settings', settingsForm],
    ['options of a session', sessionOptions],
  ])('and options can be deployed: the SDK turns the %s into the schema of a form', (_, schema) => {
    expect(transforms.toJSONSchema(schema)).toMatchObject({ type: 'object' })
  })

  it.each([
    ['settings', settingsForm],
    ['options of a session', sessionOptions],
  ])('and options have a title and a description each (%s)', (_, schema) => {
    for (const field of Object.values(schema.shape)) {
      expect(field.getMetadata()).toMatchObject({ title: expect.stringMatching(/./) })
      expect(field.description ?? '').not.toBe('')
    }
  })
})

describe('the organization ID', () => {
  const upper = '4A2C0D8E-1B3F-4C5D-9E6F-7A8B9C0D1E2F'

  it('may be written in capitals, and goes out in lower case to LiveChat and its accounts service', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken(w.sessionId, { expiresAt: 0 })
    w.vendor.onToken().on('customer/send_event', { json: { event_id: 'e1' } })
    const message = { id: 'msg_1', parts: [{ kind: 'text', text: 'Hello' } as const] }
    await w.installation({ organizationId: upper }).sendMessage(thread, message)
    expect(w.vendor.bodies('token')).toEqual([expect.objectContaining({ organization_id: upper.toLowerCase() })])
    expect(w.vendor.calls.at(-1)?.url).toBe(
      `https://api.livechatinc.com/v3.6/customer/action/send_event?organization_id=${upper.toLowerCase()}`
    )
  })
})

describe('closing a thread', () => {
  const close = (w: World) => w.session().closeThread(thread)
  const looking = { chat_id: thread.chatId, thread_id: thread.threadId }
  const asCustomer = (w: World, token?: string) => ({
    look: w.customerCall('get_chat', looking, token),
    close: w.customerCall('deactivate_chat', { id: thread.chatId }, token),
  })
  const asAgent = (w: World) => ({
    look: w.agentCall('agent/get_chat', looking),
    close: w.agentCall('agent/deactivate_chat', { id: thread.chatId, ignore_requester_presence: true }),
  })
  const active = chatHolding([])
  const inactive = chatHolding([], { active: false })

  it.each<[string, Answer]>([
    ['{}', { json: {} }],
    ['an empty body', { text: '' }],
  ])(
    'takes two calls as the customer: a look at exactly this thread, and the end; answered by %s',
    async (_, answer) => {
      const w = world()
      await w.storeToken(w.sessionId)
      w.vendor.on('customer/get_chat', active).on('customer/deactivate_chat', answer)
      await close(w)
      expect(w.vendor.calls).toEqual([asCustomer(w).look, asCustomer(w).close])
    }
  )

  it('never closes another thread of the chat: when ours is over it takes the look only', async () => {
    const w = world()
    await w.storeToken(w.sessionId)
    w.vendor.on('customer/get_chat', inactive)
    await close(w)
    expect(w.vendor.calls).toEqual([asCustomer(w).look])
  })

  it.each<[string, Answer]>([
    ['may not look', refusal('customer_banned')],
    ['gets an answer that is not as documented', { json: { id: thread.chatId } }],
    ['cannot be served', refusal('validation')],
  ])('never closes another thread as the agent either, when the customer %s', async (_, answer) => {
    const w = world()
    await w.storeToken(w.sessionId)
    w.vendor.on('customer/get_chat', answer).on('agent/get_chat', inactive)
    await close(w)
    expect(w.vendor.calls).toEqual([asCustomer(w).look, asAgent(w).look])
  })

  it('leaves a thread alone that ended between the refusal to the customer and the look of the agent', async () => {
    const w = world()
    await w.storeToken(w.sessionId)
    w.vendor
      .on('customer/get_chat', active)
      .on('customer/deactivate_chat', refusal('validation'))
      .on('agent/get_chat', inactive)
    await close(w)
    expect(w.vendor.calls).toEqual([asCustomer(w).look, asCustomer(w).close, asAgent(w).look])
  })

  it.each(['chat_inactive', 'chat_anonymized'])('succeeds on a chat that is closed already (%s)', async (type) => {
    const w = world()
    await w.storeToken(w.sessionId)
    w.vendor.on('customer/get_chat', active).on('customer/deactivate_chat', refusal(type))
    await close(w)
    expect(w.vendor.names()).toEqual(['customer/get_chat', 'customer/deactivate_chat'])
  })

  it('succeeds on a chat that is anonymized already when it is looked at', async () => {
    const w = world()
    await w.storeToken(w.sessionId)
    w.vendor.on('customer/get_chat', refusal('chat_anonymized'))
    await close(w)
    expect(w.vendor.calls).toEqual([asCustomer(w).look])
  })

  it('renews the customer token when it has expired', async () => {
    const w = world()
    await w.storeToken(w.sessionId, { expiresAt: 0 })
    w.vendor
      .onToken(granted({ token: secrets.renewedToken }))
      .on('customer/get_chat', active)
      .on('customer/deactivate_chat')
    await close(w)
    const { look, close: end } = asCustomer(w, secrets.renewedToken)
    expect(w.vendor.calls).toEqual([w.tokenCall(cookies()), look, end])
  })

  it('is done by the agent token when the customer token is dead', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken(w.sessionId)
    w.vendor
      .on('customer/get_chat', refusal('authentication', 401))
      .onToken(accountsRefusal('invalid_grant'))
      .on('agent/get_chat', active)
      .on('agent/deactivate_chat')
    await close(w)
    expect(w.vendor.calls).toEqual([asCustomer(w).look, w.tokenCall(cookies()), asAgent(w).look, asAgent(w).close])
  })

  it('is done by the agent token when the customer is gone from the store, without a new customer', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on('agent/get_chat', active).on('agent/deactivate_chat')
    await close(w)
    expect(w.vendor.calls).toEqual([asAgent(w).look, asAgent(w).close])
  })

  it('is done by the agent token when LiveChat does not let the customer', async () => {
    const w = world()
    await w.storeToken(w.sessionId)
    w.vendor
      .on('customer/get_chat', active)
      .on('customer/deactivate_chat', refusal('customer_banned'))
      .on('agent/get_chat', active)
      .on('agent/deactivate_chat')
    await close(w)
    expect(w.vendor.calls).toEqual([asCustomer(w).look, asCustomer(w).close, asAgent(w).look, asAgent(w).close])
  })

  it('succeeds when the agent token finds it closed already', async () => {
    const w = world()
    await w.storeToken(w.sessionId)
    w.vendor
      .on('customer/get_chat', active)
      .on('customer/deactivate_chat', refusal('validation'))
      .on('agent/get_chat', active)
      .on('agent/deactivate_chat', refusal('chat_inactive'))
    await close(w)
    expect(w.vendor.names().at(-1)).toBe('agent/deactivate_chat')
  })

  it('is looked at again when the answer is lost, and repeated only while the thread is still active', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken(w.sessionId)
    w.vendor
      .on('customer/get_chat', active)
      .on('customer/deactivate_chat', { drop: 'ECONNRESET' })
      .on('customer/get_chat', active)
      .on('customer/deactivate_chat', { drop: 'ECONNRESET' })
      .on('customer/get_chat', { json: { thread: { id: thread.threadId, active: false } } })
    await close(w)
    expect(w.vendor.names().filter((name) => name === 'customer/deactivate_chat')).toHaveLength(2)
  })

  it.each(['agent/get_chat', 'agent/deactivate_chat'])(
    'fails with the first reason when neither may (%s)',
    async (name) => {
      const w = world()
      await w.storeToken(w.sessionId)
      w.vendor.on('customer/get_chat', active).on('customer/deactivate_chat', refusal('validation'))
      if (name === 'agent/deactivate_chat') w.vendor.on('agent/get_chat', active)
      w.vendor.on(name, refusal('authorization', 403))
      const error = await failsWith(ProviderHttpError, close(w))
      expect(error.type).toBe('validation')
    }
  )
})

describe('the profile of an agent', () => {
  const ann = 'ann@example.com'
  const profile = (w: World) => w.session().getAgent(ann, thread)
  const look = (w: World) => w.agentCall('agent/get_chat', { chat_id: thread.chatId, thread_id: thread.threadId })
  const ask = (w: World) => w.agentCall('configuration/get_agent', { id: ann })
  const members = (...users: object[]): Answer => ({ json: { id: thread.chatId, users } })
  const nameless = members({ id: ann, type: 'agent', present: true })
  const customer = { id: customerId, type: 'customer', name: 'Thomas', present: true }

  it.each([
    ['and that the agent is there', true, true],
    ['and that the agent has left', false, false],
    ['and takes a member without a mark as there', undefined, true],
    ['and takes a member with null for a mark as there', null, true],
  ])('takes one call and gives name and picture, %s', async (_, present, inThread) => {
    const w = world()
    const user = { id: ann, type: 'agent', name: 'Ann', avatar: 'cdn.livechatinc.com/ann.png', present }
    w.vendor.on('agent/get_chat', members(customer, { ...user, id: 'bob@example.com', name: 'Bob' }, user))
    expect(await profile(w)).toEqual({
      id: ann,
      name: 'Ann',
      pictureUrl: 'https://cdn.livechatinc.com/ann.png',
      inThread,
    })
    expect(w.vendor.calls).toEqual([look(w)])
  })

  it.each<[string, object]>([
    ['no name', {}],
    ['an empty name', { name: '', avatar: '' }],
    ['null for a name', { name: null, avatar: null }],
  ])('is asked for in a second call when the chat gives %s', async (_, fields) => {
    const w = world()
    w.vendor.on('agent/get_chat', members({ id: ann, present: false, ...fields })).on('configuration/get_agent', {
      json: { id: ann, account_id: 'a', name: 'Ann', avatar: 'cdn.livechatinc.com/ann.png', role: 'normal' },
    })
    expect(await profile(w)).toEqual({
      id: ann,
      name: 'Ann',
      pictureUrl: 'https://cdn.livechatinc.com/ann.png',
      inThread: false,
    })
    expect(w.vendor.calls).toEqual([look(w), ask(w)])
  })

  it('keeps the picture of the chat when the profile adds the name only', async () => {
    const w = world()
    w.vendor
      .on('agent/get_chat', members({ id: ann, avatar: 'https://cdn.livechatinc.com/ann.png', present: true }))
      .on('configuration/get_agent', { json: { name: 'Ann' } })
    expect(await profile(w)).toEqual({
      id: ann,
      name: 'Ann',
      pictureUrl: 'https://cdn.livechatinc.com/ann.png',
      inThread: true,
    })
  })

  it('is asked for in a second call when the agent is not in the chat, and does not say that they are', async () => {
    const w = world()
    w.vendor.on('agent/get_chat', members(customer)).on('configuration/get_agent', { json: { name: 'Ann' } })
    const found = await profile(w)
    expect(found).toMatchObject({ id: ann, name: 'Ann' })
    expect(found.inThread).not.toBe(true)
  })

  it.each<[string, object]>([
    ['has neither', {}],
    ['has them empty', { name: '', avatar: '' }],
    ['has null for both', { name: null, avatar: null }],
  ])('is just the id and the presence when LiveChat %s', async (_, json) => {
    const w = world()
    w.vendor.on('agent/get_chat', nameless).on('configuration/get_agent', { json })
    expect(await profile(w)).toEqual({ id: ann, inThread: true })
  })

  it.each<[string, Answer]>([
    ['lacks the right', refusal('authorization', 403)],
    ['was revoked', refusal('authentication', 401)],
    ['was revoked, said with a page', { status: 401, text: '<html></html>' }],
    ['is not served', refusal('validation')],
  ])('goes without the look when the token %s: then the webhook is believed', async (_, answer) => {
    const w = world()
    w.vendor.on('agent/get_chat', answer).on('configuration/get_agent', { json: { name: 'Ann' } })
    expect(await profile(w)).toEqual({ id: ann, name: 'Ann', inThread: true })
    expect(w.vendor.calls).toEqual([look(w), ask(w)])
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
  ])('fails in plain words when both calls are refused (%s)', async (type, message) => {
    const w = world()
    w.vendor.on('agent/get_chat', refusal(type)).on('configuration/get_agent', refusal(type))
    expect(await failsWith(ProviderHttpError, profile(w))).toMatchObject({ type, message, retryable: false })
    expect(w.vendor.calls).toEqual([look(w), ask(w)])
  })

  const passing: readonly (readonly [string, Answer])[] = [
    ['the connection drops', { drop: 'ECONNRESET' }],
    ['LiveChat has an internal problem', refusal('internal', 500)],
    ['a gateway answers with a page', { status: 504, text: '<html></html>' }],
    ['the rate is limited', refusal('too_many_requests', 429)],
  ]

  it.each(passing)('is looked for again when %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on('agent/get_chat', answer).on('agent/get_chat', members({ id: ann, name: 'Ann' }))
    expect(await profile(w)).toEqual({ id: ann, name: 'Ann', inThread: true })
  })

  it.each(passing)('is asked for again when %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor
      .on('agent/get_chat', nameless)
      .on('configuration/get_agent', answer)
      .on('configuration/get_agent', { json: { name: 'Ann' } })
    expect(await profile(w)).toEqual({ id: ann, name: 'Ann', inThread: true })
  })

  it('is looked for three times at most, and not asked for then: the webhook comes again', async () => {
    const w = world()
    shortenWaits()
    w.vendor.whenever('agent/get_chat', { drop: 'ECONNRESET' })
    expect(await failsWith(ProviderUnreachableError, profile(w))).toMatchObject({ retryable: true })
    expect(w.vendor.names()).toEqual(['agent/get_chat', 'agent/get_chat', 'agent/get_chat'])
  })

  it('is asked for three times at most', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on('agent/get_chat', nameless).whenever('configuration/get_agent', { drop: 'ECONNRESET' })
    expect(await failsWith(ProviderUnreachableError, profile(w))).toBeInstanceOf(ProviderUnreachableError)
    expect(w.vendor.bodies('configuration/get_agent')).toHaveLength(3)
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

  it.each<[string, Answer]>([
    ['may not read chats', refusal('authorization', 403)],
    ['was revoked', refusal('authentication', 401)],
    ['was revoked, said with a page', { status: 401, text: '<html></html>' }],
    ['gets a refusal that will not pass', refusal('not_found', 404)],
  ])('is believed of the webhook when the token %s', async (_, answer) => {
    const w = world()
    w.vendor.on('agent/get_chat', answer)
    expect(await isThere(w)).toBe(true)
    expect(w.vendor.names()).toEqual(['agent/get_chat'])
  })

  it('stays open when LiveChat has a passing problem, so that the webhook is delivered again', async () => {
    const w = world()
    shortenWaits()
    w.vendor.whenever('agent/get_chat', refusal('service_unavailable', 503))
    expect(await failsWith(ProviderHttpError, isThere(w))).toMatchObject({ retryable: true })
  })
})
