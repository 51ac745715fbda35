import { beforeEach, describe, expect, it } from 'vitest'
import { defaultSeed, type LiveChatSeed } from '../src/providers/livechat'
import { at, groupOne, Kit, refusal, text, webhookUrl, type Json } from './livechat-kit'

const anna = 'anna@example.com'
const ben = 'ben@example.com'

let kit: Kit
beforeEach(() => {
  kit = new Kit()
})

const withScopes = (scopes: string[], changes: Partial<LiveChatSeed> = {}): void =>
  kit.lc.seed({ ...defaultSeed, ...changes, pat: { ...defaultSeed.pat, scopes } })

/** The PAT of the default seed belongs to Anna. */
const open = async () => {
  const token = await kit.login()
  return { token, ...(await kit.start(token)) }
}

const talking = async () => {
  const ids = await open()
  kit.lc.agent(anna).join(ids.chatId)
  return ids
}

describe('agent credentials', () => {
  it.each([
    ['no Authorization', { authorization: '' }],
    ['a PAT as Bearer', { authorization: `Bearer ${defaultSeed.pat.token}` }],
    ['the PAT without account id', { authorization: `Basic ${btoa(defaultSeed.pat.token)}` }],
    ['a wrong account id', { authorization: `Basic ${btoa(`wrong:${defaultSeed.pat.token}`)}` }],
    ['a wrong PAT', { authorization: `Basic ${btoa(`${defaultSeed.pat.accountId}:wrong`)}` }],
  ])('refuses %s with 401 on both APIs', async (_what, headers) => {
    for (const answer of [await kit.agent('get_chat', {}, headers), await kit.configure('list_groups', {}, headers)]) {
      expect(answer.status).toBe(401)
      expect(answer.body).toEqual(refusal('authentication'))
    }
  })

  it('refuses a customer token', async () => {
    const { token, chatId } = await open()
    const answer = await kit.agent('get_chat', { chat_id: chatId }, { authorization: `Bearer ${token}` })
    expect(answer.body).toEqual(refusal('authentication'))
  })

  it('refuses a revoked PAT', async () => {
    expect((await kit.configure('list_groups')).status).toBe(200)
    kit.lc.revokePat()
    expect((await kit.configure('list_groups')).body).toEqual(refusal('authentication'))
  })

  it('takes an OAuth token as Bearer only', async () => {
    const { accountId } = defaultSeed.pat
    kit.lc.seed({ ...defaultSeed, oauthTokens: [{ accountId, token: 'dal:oauth', scopes: ['groups--all:ro'] }] })
    expect((await kit.configure('list_groups', {}, { authorization: 'Bearer dal:oauth' })).status).toBe(200)
    const asBasic = { authorization: `Basic ${btoa(`${accountId}:dal:oauth`)}` }
    expect((await kit.configure('list_groups', {}, asBasic)).body).toEqual(refusal('authentication'))
  })
})

describe('scopes', () => {
  it.each([
    ['get_chat', 'chats--all:ro', (chat: string): Json => ({ chat_id: chat })],
    ['list_threads', 'chats--access:ro', (chat: string): Json => ({ chat_id: chat })],
    ['deactivate_chat', 'chats--all:rw', (chat: string): Json => ({ id: chat, ignore_requester_presence: true })],
    ['transfer_chat', 'chats--access:rw', (chat: string): Json => ({ id: chat, ignore_requester_presence: true })],
    ['get_customer', 'customers:ro', (_chat: string, customer: string): Json => ({ id: customer })],
    ['update_customer', 'customers:rw', (_chat: string, customer: string): Json => ({ id: customer, name: 'A' })],
  ])('agent %s needs %s', async (action, scope, body) => {
    const call = async () => {
      const { chatId } = await open()
      return kit.agent(action, body(chatId, kit.lc.chat(chatId).customer.id))
    }
    withScopes(defaultSeed.pat.scopes.filter((granted) => granted.split(/--|:/)[0] !== scope.split(/--|:/)[0]))
    expect((await call()).body).toEqual(refusal('authorization'))
    withScopes([scope])
    expect((await call()).status).toBe(200)
  })

  const owner = { owner_client_id: defaultSeed.clientId }
  const hook = { ...owner, action: 'incoming_chat', url: webhookUrl, secret_key: 's', type: 'license' }

  it.each([
    ['get_agent', 'agents--my:ro', { id: anna }],
    ['list_agents', 'agents--all:ro', {}],
    ['get_bot', 'agents-bot--my:ro', { id: defaultSeed.bots?.[0]?.id }],
    ['get_group', 'groups--my:ro', { id: 1 }],
    ['list_groups', 'groups--all:ro', {}],
    ['register_webhook', 'webhooks.configuration:rw', hook],
    ['list_webhooks', 'webhooks.configuration:rw', owner],
    ['enable_license_webhooks', 'webhooks.state:rw', owner],
    ['disable_license_webhooks', 'webhooks.state:rw', owner],
    ['get_license_webhooks_state', 'webhooks.state:ro', owner],
    ['register_property', 'properties.configuration:rw', { ...owner, name: 'p', type: 'bool', access: {} }],
    ['create_tag', 'tags--groups:rw', { name: 'new' }],
  ])('configuration %s needs %s', async (action, scope, body) => {
    const family = scope.split(/--|:/)[0]
    withScopes(defaultSeed.pat.scopes.filter((granted) => granted.split(/--|:/)[0] !== family))
    expect((await kit.configure(action, body)).body).toEqual(refusal('authorization'))
    withScopes([scope])
    expect((await kit.configure(action, body)).status).toBe(200)
  })

  it('rw includes ro, and all includes access and my', async () => {
    withScopes(['chats--all:rw', 'agents--all:ro'])
    const { chatId } = await open()
    expect((await kit.agent('get_chat', { chat_id: chatId })).status).toBe(200)
    expect((await kit.configure('get_agent', { id: ben })).status).toBe(200)
    withScopes(['agents--my:ro'])
    expect((await kit.configure('get_agent', { id: anna })).status).toBe(200)
    expect((await kit.configure('get_agent', { id: ben })).body).toEqual(refusal('authorization'))
    withScopes(['chats--all:ro'])
    const readOnly = await talking()
    expect((await kit.agent('deactivate_chat', { id: readOnly.chatId })).body).toEqual(refusal('authorization'))
  })

  it('chats--access reaches only chats in a group of the owner', async () => {
    const [first, second] = defaultSeed.agents
    if (!first || !second) throw new Error('the seed has two agents')
    withScopes(['chats--access:rw'], { agents: [{ ...first, groupIds: [2] }, second] })
    const { chatId } = await open()
    expect((await kit.agent('get_chat', { chat_id: chatId })).body).toEqual(refusal('authorization'))
    const other = groupOne()
    const answer = await kit.customer(await kit.login(), 'start_chat', {
      chat: { ...Object(other['chat']), access: { group_ids: [2] } },
    })
    expect((await kit.agent('get_chat', { chat_id: text(answer.body, 'chat_id') })).status).toBe(200)
  })

  it('administrators’ scopes do nothing for a normal agent', async () => {
    const [first, second] = defaultSeed.agents
    if (!first || !second) throw new Error('the seed has two agents')
    kit.lc.seed({ ...defaultSeed, agents: [{ ...first, role: 'normal' }, second] })
    const { chatId } = await open()
    expect((await kit.agent('get_chat', { chat_id: chatId })).body).toEqual(refusal('authorization'))
    const state = await kit.configure('get_license_webhooks_state', { owner_client_id: defaultSeed.clientId })
    expect(state.body).toEqual(refusal('authorization'))
  })
})

describe('agent chat actions', () => {
  const message: Json = { type: 'message', text: 'from the PAT' }

  it('sends as the owner of the PAT, who must be in the chat', async () => {
    const { chatId, threadId } = await open()
    expect((await kit.agent('send_event', { chat_id: chatId, event: message })).body).toEqual(refusal('validation'))
    kit.lc.agent(anna).join(chatId)
    const event = { ...message, visibility: 'agents' }
    expect((await kit.agent('send_event', { chat_id: chatId, event })).body).toEqual({ event_id: `${threadId}_2` })
    expect(kit.lc.chat(chatId).threads[0]?.events[1]).toMatchObject({ author: { id: anna }, visibility: 'agents' })
    const asOther = { ...message, author_id: kit.lc.chat(chatId).customer.id }
    expect((await kit.agent('send_event', { chat_id: chatId, event: asOther })).body).toEqual(refusal('validation'))
    const recipients = { ...message, recipients: 'all' }
    expect((await kit.agent('send_event', { chat_id: chatId, event: recipients })).body).toEqual(refusal('validation'))
  })

  it('deactivates from outside only with ignore_requester_presence', async () => {
    const { chatId } = await open()
    kit.listen(['chat_deactivated'])
    expect((await kit.agent('deactivate_chat', { id: chatId })).body).toEqual(refusal('validation'))
    expect((await kit.agent('deactivate_chat', { id: chatId, ignore_requester_presence: true })).body).toEqual({})
    expect(kit.payloads('chat_deactivated')).toMatchObject([{ user_id: anna }])
    const again = await kit.agent('deactivate_chat', { id: chatId, ignore_requester_presence: true })
    expect(again.body).toEqual({ error: { type: 'chat_inactive', message: 'Chat is inactive' } })
    expect((await kit.agent('deactivate_chat', { chat_id: chatId })).body).toEqual(refusal('validation'))
  })

  it('transfers to agents and groups, and queues only with ignore_agents_availability', async () => {
    const { chatId } = await talking()
    await kit.agent('transfer_chat', { id: chatId, target: { type: 'agent', ids: [ben] } })
    expect(kit.lc.chat(chatId).agents).toEqual([ben])
    const toNight = { id: chatId, target: { type: 'group', ids: [3] }, ignore_requester_presence: true }
    expect((await kit.agent('transfer_chat', toNight)).body).toEqual({
      error: { type: 'validation', message: 'Cannot assign any agent from requested groups' },
    })
    expect(kit.lc.chat(chatId).agents).toEqual([ben])
    expect((await kit.agent('transfer_chat', { ...toNight, ignore_agents_availability: true })).status).toBe(200)
    expect(kit.lc.chat(chatId)).toMatchObject({ agents: [], groupIds: [3], threads: [{ queue: { position: 1 } }] })
    expect((await kit.agent('transfer_chat', { ...toNight, force: true })).body).toEqual(refusal('validation'))
    const unknown = { ...toNight, target: { type: 'group', ids: [99] } }
    expect((await kit.agent('transfer_chat', unknown)).body).toEqual(refusal('group_not_found'))
    const wrongIds = { ...toNight, target: { type: 'group', ids: ['3'] } }
    expect((await kit.agent('transfer_chat', wrongIds)).body).toEqual(refusal('validation'))
  })

  it('adds and removes agents', async () => {
    const { chatId } = await talking()
    const user = { chat_id: chatId, user_id: ben, user_type: 'agent' }
    expect((await kit.agent('add_user_to_chat', user)).body).toEqual(refusal('validation'))
    await kit.agent('add_user_to_chat', { ...user, visibility: 'all' })
    expect(kit.lc.chat(chatId).agents).toEqual([anna, ben])
    await kit.agent('remove_user_from_chat', user)
    expect(kit.lc.chat(chatId).agents).toEqual([anna])
    const customer = { ...user, user_id: kit.lc.chat(chatId).customer.id, user_type: 'customer' }
    expect((await kit.agent('remove_user_from_chat', customer)).body).toEqual(refusal('validation'))
  })

  it('tags with names that exist, by exact case', async () => {
    const { chatId, threadId } = await open()
    const tag = (name: string) => kit.agent('tag_thread', { chat_id: chatId, thread_id: threadId, tag: name })
    expect((await tag('botpress')).status).toBe(200)
    expect((await tag('Botpress')).body).toEqual(refusal('not_found'))
    await kit.configure('create_tag', { name: 'Botpress', group_ids: [0] })
    expect((await tag('Botpress')).status).toBe(200)
    await kit.agent('untag_thread', { chat_id: chatId, thread_id: threadId, tag: 'botpress' })
    expect(kit.lc.chat(chatId).threads[0]?.tags).toEqual(['Botpress'])
  })

  it('reads chats with e-mails, private notes and tags', async () => {
    const { chatId } = await talking()
    kit.lc.agent(anna).note(chatId, 'private')
    const { body } = await kit.agent('get_chat', { chat_id: chatId })
    expect(at(body, 'users', 1)).toMatchObject({ id: anna, email: anna, visibility: 'all', present: true })
    expect(at(body, 'thread')).toMatchObject({ tags: [], events: [{}, { text: 'private', visibility: 'agents' }] })
    expect((await kit.agent('get_chat', { chat_id: 'NOSUCHCHAT' })).body).toEqual(refusal('not_found'))
  })

  it('lists who could take a chat and who is routable', async () => {
    const { chatId } = await talking()
    expect((await kit.agent('list_agents_for_transfer', { chat_id: chatId })).body).toEqual([
      { agent_id: ben, total_active_chats: 0 },
    ])
    kit.lc.setAgentStatus(ben, 'offline')
    expect((await kit.agent('list_agents_for_transfer', { chat_id: chatId })).body).toEqual([])
    expect((await kit.agent('list_routing_statuses', { filters: { group_ids: [2] } })).body).toEqual([
      { agent_id: anna, status: 'accepting_chats' },
      { agent_id: ben, status: 'offline' },
    ])
  })

  it('reads and updates customers with their chat ids', async () => {
    const { chatId } = await open()
    const id = kit.lc.chat(chatId).customer.id
    await kit.agent('update_customer', { id, name: 'Ada', phone_number: '+48123456789' })
    expect((await kit.agent('get_customer', { id })).body).toEqual({
      id,
      type: 'customer',
      name: 'Ada',
      phone_number: '+48123456789',
      chat_ids: [chatId],
    })
  })
})

describe('configuration', () => {
  const webhook = {
    action: 'incoming_event',
    url: webhookUrl,
    secret_key: 'hush',
    owner_client_id: defaultSeed.clientId,
    type: 'license',
  }

  it('registers, lists without the secret, and unregisters', async () => {
    const filters = { author_type: 'agent', only_my_chats: true }
    const { body } = await kit.configure('register_webhook', { ...webhook, filters, description: 'mine' })
    const id = text(body, 'id')
    const list = () => kit.configure('list_webhooks', { owner_client_id: defaultSeed.clientId })
    const { secret_key: _hidden, ...shown } = webhook
    expect((await list()).body).toEqual([{ ...shown, id, filters, description: 'mine' }])
    const gone = { id, owner_client_id: defaultSeed.clientId }
    expect((await kit.configure('unregister_webhook', gone)).status).toBe(200)
    expect((await list()).body).toEqual([])
    expect((await kit.configure('unregister_webhook', gone)).body).toEqual(refusal('not_found'))
  })

  it.each([
    ['an unknown action', { action: 'chat_closed' }, 'validation'],
    ['no secret', { secret_key: undefined }, 'validation'],
    ['no type', { type: undefined }, 'validation'],
    ['an unknown type', { type: 'account' }, 'validation'],
    ['a url that is none', { url: 'webhook' }, 'validation'],
    ['a url of 501 characters', { url: `https://a.example/${'x'.repeat(483)}` }, 'validation'],
    ['unknown additional data', { additional_data: ['thread_properties'] }, 'validation'],
    ['author_type bot', { filters: { author_type: 'bot' } }, 'validation'],
    ['author_type on a chat', { action: 'incoming_chat', filters: { author_type: 'agent' } }, 'validation'],
    ['an unknown filter', { filters: { my_chats: true } }, 'validation'],
    [
      'presence both ways',
      { filters: { chat_presence: { user_ids: { values: [], exclude_values: [] } } } },
      'validation',
    ],
    ['an unknown owner', { owner_client_id: 'd'.repeat(32) }, 'authorization'],
    ['the app of another organization', { owner_client_id: 'e'.repeat(32) }, 'authorization'],
  ])('refuses %s', async (_what, changes, type) => {
    kit.lc.addOrganization({
      ...defaultSeed,
      organizationId: '33333333-3333-4333-8333-333333333333',
      clientId: 'e'.repeat(32),
      pat: { ...defaultSeed.pat, token: 'dal:other' },
    })
    expect((await kit.configure('register_webhook', { ...webhook, ...changes })).body).toEqual(refusal(type))
  })

  it('takes a url of 500 characters, and three webhooks per action', async () => {
    const url = `https://a.example/${'x'.repeat(482)}`
    expect(url).toHaveLength(500)
    for (let n = 0; n < 3; n += 1) {
      expect((await kit.configure('register_webhook', { ...webhook, url })).status).toBe(200)
    }
    expect((await kit.configure('register_webhook', webhook)).body).toEqual(refusal('limit_reached'))
    expect((await kit.configure('register_webhook', { ...webhook, action: 'incoming_chat' })).status).toBe(200)
  })

  it('tells and switches the state of license webhooks', async () => {
    const owner = { owner_client_id: defaultSeed.clientId }
    const state = async () => (await kit.configure('get_license_webhooks_state', owner)).body
    expect(await state()).toEqual({ license_webhooks_enabled: true })
    await kit.configure('disable_license_webhooks', owner)
    expect(await state()).toEqual({ license_webhooks_enabled: false })
    await kit.configure('enable_license_webhooks', owner)
    expect(await state()).toEqual({ license_webhooks_enabled: true })
    expect((await kit.configure('enable_license_webhooks', {})).body).toEqual(refusal('validation'))
  })

  it('names the picture avatar for one agent and avatar_path in lists and of bots', async () => {
    const one = await kit.configure('get_agent', { id: anna, fields: ['job_title'] })
    expect(one.body).toMatchObject({
      id: anna,
      name: 'Anna Nowak',
      avatar: expect.stringContaining('anna'),
      job_title: 'Support hero',
    })
    const list = await kit.configure('list_agents')
    expect(list.body).toMatchObject([{ id: anna, avatar_path: expect.stringContaining('anna') }, { id: ben }])
    expect(at(list.body, 0, 'avatar')).toBeUndefined()
    const id = defaultSeed.bots?.[0]?.id ?? ''
    expect((await kit.configure('get_bot', { id })).body).toMatchObject({
      id,
      name: 'Eager bot',
      avatar_path: expect.stringContaining('bot'),
    })
    expect((await kit.configure('get_agent', { id })).body).toEqual(refusal('not_found'))
    expect((await kit.configure('get_agent', { id: anna, fields: ['salary'] })).body).toEqual(refusal('validation'))
  })

  it('knows groups by number', async () => {
    expect((await kit.configure('get_group', { id: 1 })).body).toMatchObject({ id: 1, name: 'Sales' })
    expect((await kit.configure('get_group', { id: '1' })).body).toEqual(refusal('validation'))
    expect((await kit.configure('get_group', { id: 9 })).body).toEqual(refusal('group_not_found'))
  })

  it('lets a customer token of the app write a registered property', async () => {
    const owner = defaultSeed.clientId
    const property = { name: 'conversation', owner_client_id: owner, type: 'string' }
    const access = { chat: { agent: ['read'], customer: ['read', 'write'] } }
    expect((await kit.configure('register_property', { ...property, access })).status).toBe(200)
    expect((await kit.configure('register_property', { ...property, access })).body).toEqual(refusal('already_exists'))
    const { token, chatId } = await open()
    const body = { id: chatId, properties: { [owner]: { conversation: 'c1' } } }
    expect((await kit.customer(token, 'update_chat_properties', body)).status).toBe(200)
    expect(kit.lc.chat(chatId).properties[owner]).toEqual({ conversation: 'c1' })
    expect((await kit.agent('update_chat_properties', body)).body).toEqual(refusal('authorization'))
    const otherApp = 'f'.repeat(32)
    kit.lc.addApp({ clientId: otherApp, redirectUris: ['https://webhook.botpress.cloud/'] })
    const foreign = text((await kit.token({ client_id: otherApp })).body, 'access_token')
    const start = { chat: { properties: body.properties } }
    expect((await kit.customer(foreign, 'start_chat', start)).body).toEqual(refusal('authorization'))
    const number = { id: chatId, properties: { [owner]: { conversation: 1 } } }
    expect((await kit.customer(token, 'update_chat_properties', number)).body).toEqual(refusal('validation'))
  })
})
