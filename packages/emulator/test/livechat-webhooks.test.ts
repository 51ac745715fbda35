import { beforeEach, describe, expect, it } from 'vitest'
import { defaultSeed, retryPolicy } from '../src/providers/livechat'
import { at, groupOne, Kit, text, webhookUrl, type Json } from './livechat-kit'

const anna = 'anna@example.com'
const ben = 'ben@example.com'
const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)

let kit: Kit
beforeEach(() => {
  kit = new Kit()
})

/** A chat in group 1 with Anna in it; what happened before is forgotten. */
const talking = async () => {
  const token = await kit.login()
  const ids = await kit.start(token)
  kit.lc.agent(anna).join(ids.chatId)
  kit.sent.length = 0
  return { token, ...ids, customerId: kit.lc.chat(ids.chatId).customer.id }
}

const register = async (body: Json): Promise<string> => {
  const answer = await kit.configure('register_webhook', {
    url: webhookUrl,
    secret_key: 'webhook-secret',
    owner_client_id: defaultSeed.clientId,
    type: 'license',
    ...body,
  })
  return text(answer.body, 'id')
}

describe('the delivery', () => {
  it('posts JSON in the documented envelope to the registered address', async () => {
    const id = kit.lc.registerWebhookByHand('incoming_chat', webhookUrl, 'webhook-secret')
    await kit.start(await kit.login())
    expect(kit.sent).toHaveLength(1)
    expect(kit.sent[0]?.delivery).toMatchObject({
      url: webhookUrl,
      headers: { 'content-type': 'application/json' },
      label: 'incoming_chat',
    })
    expect(kit.sent[0]?.body).toEqual({
      webhook_id: id,
      secret_key: 'webhook-secret',
      action: 'incoming_chat',
      organization_id: defaultSeed.organizationId,
      payload: expect.any(Object),
      additional_data: {},
    })
  })

  it('is repeated up to three times within a minute unless answered 200 within ten seconds', async () => {
    kit.listen(['incoming_chat'])
    await kit.start(await kit.login())
    expect(kit.sent[0]?.policy).toBe(retryPolicy)
    expect(retryPolicy.delaysMs).toHaveLength(3)
    expect(retryPolicy.delaysMs.reduce((sum, ms) => sum + ms)).toBeLessThanOrEqual(60_000)
    expect([200, 201, 204, 302, 500].filter((status) => retryPolicy.accepted(status))).toEqual([200])
    expect(retryPolicy.timeoutMs).toBe(10_000)
  })

  it('carries the additional data that was asked for, and none at all in chat_transferred', async () => {
    const additional_data = ['chat_properties', 'chat_presence_user_ids']
    await register({ action: 'incoming_event', additional_data })
    kit.listen(['chat_transferred'])
    const { chatId, customerId } = await talking()
    kit.lc.agent(anna).write(chatId, 'hi')
    expect(at(kit.sent[0]?.body, 'additional_data')).toEqual({
      chat_properties: kit.lc.chat(chatId).properties,
      chat_presence_user_ids: [customerId, anna],
    })
    kit.lc.agent(anna).transferToAgent(chatId, ben)
    const transferred = kit.sent.find((sent) => sent.delivery.label === 'chat_transferred')
    expect(Object.keys(Object(transferred?.body))).not.toContain('additional_data')
  })

  it('stops while license webhooks are disabled and until a change takes effect', async () => {
    kit.lc.configure({ webhookEffectiveAfterMs: 120_000 })
    kit.listen(['incoming_event'])
    const { chatId } = await talking()
    const write = () => kit.lc.agent(anna).write(chatId, 'hi')
    write()
    expect(kit.sent).toHaveLength(0)
    await kit.clock.advance(120_000)
    write()
    expect(kit.sent).toHaveLength(1)
    await kit.configure('disable_license_webhooks', { owner_client_id: defaultSeed.clientId })
    write()
    expect(kit.sent).toHaveLength(1)
    await kit.configure('enable_license_webhooks', { owner_client_id: defaultSeed.clientId })
    write()
    expect(kit.sent).toHaveLength(2)
    kit.clock.reset()
  })

  it('goes to every webhook of the action', async () => {
    kit.lc.registerWebhookByHand('incoming_event', 'https://one.example/', 'one')
    kit.lc.registerWebhookByHand('incoming_event', 'https://two.example/', 'two')
    const { chatId } = await talking()
    kit.lc.agent(anna).write(chatId, 'hi')
    expect(kit.sent.map((sent) => [sent.delivery.url, at(sent.body, 'secret_key')])).toEqual([
      ['https://one.example/', 'one'],
      ['https://two.example/', 'two'],
    ])
  })
})

describe('payloads', () => {
  beforeEach(() => kit.listen())

  it('incoming_chat holds the initial events, which make no incoming_event', async () => {
    const token = await kit.login()
    const { chatId, threadId } = await kit.start(
      token,
      groupOne([{ type: 'message', text: 'hello', custom_id: 'c1', recipients: 'all' }])
    )
    const customerId = kit.lc.chat(chatId).customer.id
    expect(kit.actions).toEqual(['incoming_chat'])
    expect(kit.payloads('incoming_chat')).toEqual([
      {
        requester_id: customerId,
        chat: {
          id: chatId,
          users: [{ id: customerId, type: 'customer', present: true, visibility: 'all', events_seen_up_to: timestamp }],
          properties: {
            routing: { continuous: false },
            source: { client_id: defaultSeed.clientId, customer_client_id: defaultSeed.clientId },
          },
          access: { group_ids: [1] },
          thread: {
            id: threadId,
            active: true,
            user_ids: [customerId],
            created_at: timestamp,
            properties: { routing: { unassigned: true } },
            access: { group_ids: [1] },
            tags: [],
            events: [
              {
                id: `${threadId}_1`,
                type: 'message',
                author_id: customerId,
                created_at: timestamp,
                custom_id: 'c1',
                visibility: 'all',
                text: 'hello',
              },
            ],
          },
        },
      },
    ])
  })

  it('a resume is another incoming_chat, in which agents of the last thread are no longer present', async () => {
    const { token, chatId, threadId } = await talking()
    kit.lc.agent(anna).close(chatId)
    await kit.customer(token, 'resume_chat', { ...groupOne(), chat: { ...Object(groupOne()['chat']), id: chatId } })
    const [payload] = kit.payloads('incoming_chat')
    expect(at(payload, 'chat', 'thread')).toMatchObject({ active: true, previous_thread_id: threadId, events: [] })
    expect(at(payload, 'chat', 'users', 1)).toMatchObject({ id: anna, present: false })
  })

  it('incoming_event of an agent names the e-mail; a private note says so; a file is complete', async () => {
    const { chatId, threadId } = await talking()
    const agent = kit.lc.agent(anna)
    agent.write(chatId, 'hello')
    agent.note(chatId, 'careful')
    agent.sendFile(chatId, { name: 'a.pdf', contentType: 'application/pdf', bytes: new Uint8Array(3) })
    agent.sendRichMessage(chatId, { template_id: 'quick_replies', elements: [{ title: 'Pick' }] })
    const common = { id: expect.stringMatching(`^${threadId}_\\d+$`), author_id: anna, created_at: timestamp }
    expect(kit.payloads('incoming_event')).toEqual([
      { ...ids(chatId, threadId), event: { ...common, type: 'message', visibility: 'all', text: 'hello' } },
      { ...ids(chatId, threadId), event: { ...common, type: 'message', visibility: 'agents', text: 'careful' } },
      {
        ...ids(chatId, threadId),
        event: {
          ...common,
          type: 'file',
          visibility: 'all',
          name: 'a.pdf',
          content_type: 'application/pdf',
          url: expect.stringMatching(/^https:\/\/cdn\.livechat-files\.com\//),
        },
      },
      {
        ...ids(chatId, threadId),
        event: {
          ...common,
          type: 'rich_message',
          visibility: 'all',
          template_id: 'quick_replies',
          elements: [{ title: 'Pick' }],
        },
      },
    ])
  })

  it('what a supervisor writes is private', async () => {
    const { chatId } = await talking()
    const agent = kit.lc.agent(ben)
    agent.join(chatId, { visibility: 'agents' })
    agent.write(chatId, 'psst')
    expect(at(kit.payloads('user_added_to_chat')[0], 'user')).toMatchObject({ id: ben, visibility: 'agents' })
    expect(at(kit.payloads('incoming_event').at(-1), 'event', 'visibility')).toBe('agents')
  })

  it('the customer’s own messages come back as well', async () => {
    const { token, chatId, customerId } = await talking()
    await kit.customer(token, 'send_event', { chat_id: chatId, event: { type: 'message', text: 'me' } })
    expect(at(kit.payloads('incoming_event')[0], 'event')).toMatchObject({ author_id: customerId, text: 'me' })
  })

  it('joining is a system message without author and user_added_to_chat with the profile', async () => {
    const { chatId, threadId } = await kit.start(await kit.login())
    kit.lc.agent(anna).join(chatId)
    expect(kit.actions).toEqual(['incoming_chat', 'incoming_event', 'user_added_to_chat'])
    expect(at(kit.payloads('incoming_event')[0], 'event')).toEqual({
      id: `${threadId}_1`,
      type: 'system_message',
      created_at: timestamp,
      visibility: 'all',
      system_message_type: 'agent_joined',
      text: 'Anna Nowak joined the chat',
      text_vars: { agent: 'Anna Nowak' },
    })
    expect(kit.payloads('user_added_to_chat')).toEqual([
      {
        ...ids(chatId, threadId),
        reason: 'manual',
        requester_id: anna,
        user: {
          id: anna,
          type: 'agent',
          name: 'Anna Nowak',
          email: anna,
          avatar: 'https://cdn.livechatinc.com/avatars/anna.png',
          job_title: 'Support hero',
          present: true,
          visibility: 'all',
          events_seen_up_to: timestamp,
        },
      },
    ])
  })

  it('joining a queued chat is an assignment', async () => {
    kit.lc.setGroupStatus(1, 'online_for_queue')
    const { chatId, threadId } = await kit.start(await kit.login())
    expect(at(kit.payloads('incoming_chat')[0], 'chat', 'thread', 'queue')).toEqual({
      position: 1,
      wait_time: 0,
      queued_at: timestamp,
    })
    kit.lc.agent(anna).join(chatId)
    expect(kit.payloads('chat_transferred')).toEqual([
      { ...ids(chatId, threadId), reason: 'assigned', transferred_to: { agent_ids: [anna] } },
    ])
    expect(kit.payloads('user_added_to_chat')).toMatchObject([{ reason: 'assigned', user: { id: anna } }])
    expect(kit.lc.chat(chatId).threads[0]).not.toHaveProperty('queue')
  })

  it('a transfer to an agent tells of the transfer, of the one who left and of the one who came', async () => {
    const { chatId, threadId } = await talking()
    kit.lc.agent(anna).transferToAgent(chatId, ben)
    expect(kit.actions.toSorted()).toEqual([
      'chat_transferred',
      'incoming_event',
      'user_added_to_chat',
      'user_removed_from_chat',
    ])
    expect(kit.payloads('incoming_event')).toMatchObject([{ event: { system_message_type: 'chat_transferred' } }])
    const cause = { ...ids(chatId, threadId), reason: 'manual', requester_id: anna }
    expect(kit.payloads('chat_transferred')).toEqual([{ ...cause, transferred_to: { agent_ids: [ben] } }])
    expect(kit.payloads('user_removed_from_chat')).toEqual([{ ...cause, user_id: anna, user_type: 'agent' }])
    expect(kit.payloads('user_added_to_chat')).toMatchObject([{ ...cause, user: { id: ben, name: 'Ben Carter' } }])
    expect(kit.lc.chat(chatId).agents).toEqual([ben])
  })

  it('a transfer to a group nobody staffs queues the chat', async () => {
    const { chatId, threadId } = await talking()
    kit.lc.agent(anna).transferToGroup(chatId, 3)
    expect(kit.payloads('chat_transferred')).toEqual([
      {
        ...ids(chatId, threadId),
        reason: 'manual',
        requester_id: anna,
        transferred_to: { group_ids: [3] },
        queue: { position: 1, wait_time: 0, queued_at: timestamp },
      },
    ])
    expect(kit.payloads('chat_access_updated')).toEqual([{ id: chatId, access: { group_ids: [3] } }])
    expect(kit.payloads('user_added_to_chat')).toEqual([])
    expect(kit.lc.chat(chatId).agents).toEqual([])
  })

  it('leaving returns the chat to the waiting ones', async () => {
    const { chatId } = await talking()
    kit.lc.agent(anna).leave(chatId)
    expect(kit.payloads('chat_transferred')).toMatchObject([
      { reason: 'unassigned', transferred_to: { group_ids: [1] } },
    ])
    expect(kit.lc.agent(anna).waiting()).toMatchObject([{ id: chatId }])
  })

  it.each([
    ['an agent', 'manual_archived_agent', anna],
    ['the customer', 'manual_archived_customer', 'customer'],
    ['the router', 'routing.archived_inactive', undefined],
    ['an empty night', 'routing.archived_offline', undefined],
  ])('closing by %s says who did it in chat_deactivated', async (_who, type, user) => {
    const { token, chatId, threadId, customerId } = await talking()
    if (type === 'manual_archived_agent') kit.lc.agent(anna).close(chatId)
    if (type === 'manual_archived_customer') await kit.customer(token, 'deactivate_chat', { id: chatId })
    if (type === 'routing.archived_inactive') kit.lc.system.archiveInactive(chatId)
    if (type === 'routing.archived_offline') kit.lc.system.archiveOffline(chatId)
    expect(kit.actions).toEqual(['incoming_event', 'chat_deactivated'])
    expect(kit.payloads('incoming_event')).toMatchObject([{ event: { system_message_type: type } }])
    const who = user === 'customer' ? customerId : user
    expect(kit.payloads('chat_deactivated')).toEqual([
      { ...ids(chatId, threadId), ...(who === undefined ? {} : { user_id: who }) },
    ])
    expect(kit.lc.chat(chatId).active).toBe(false)
  })

  it('an idle chat stays active', async () => {
    const { chatId } = await talking()
    kit.lc.system.idle(chatId)
    expect(kit.actions).toEqual(['incoming_event'])
    expect(kit.payloads('incoming_event')).toMatchObject([{ event: { system_message_type: 'routing.idle' } }])
    expect(kit.lc.chat(chatId)).toMatchObject({ active: true, threads: [{ properties: { routing: { idle: true } } }] })
  })

  it('session fields are announced only while a chat is active', async () => {
    const { token, chatId, threadId, customerId } = await talking()
    await kit.customer(token, 'update_customer', { name: 'Ada' })
    expect(kit.actions).toEqual([])
    await kit.customer(token, 'update_customer', { session_fields: [{ plan: 'pro' }] })
    expect(kit.payloads('customer_session_fields_updated')).toEqual([
      { id: customerId, active_chat: ids(chatId, threadId), session_fields: [{ plan: 'pro' }] },
    ])
    kit.lc.agent(anna).close(chatId)
    kit.sent.length = 0
    const changes = { session_fields: [{ plan: 'free' }] }
    expect((await kit.customer(token, 'set_customer_session_fields', changes)).status).toBe(200)
    expect(kit.actions).toEqual([])
  })

  it('tells of read receipts, properties, tags and deleted events', async () => {
    const { token, chatId, threadId, customerId } = await talking()
    const seen = { chat_id: chatId, seen_up_to: '2026-01-01T00:00:00Z' }
    await kit.customer(token, 'mark_events_as_seen', seen)
    expect(kit.payloads('events_marked_as_seen')).toEqual([{ ...seen, user_id: customerId }])
    const properties = { routing: { email_follow_up: true } }
    await kit.customer(token, 'update_chat_properties', { id: chatId, properties })
    expect(kit.payloads('chat_properties_updated')).toEqual([{ chat_id: chatId, properties }])
    const rating = { rating: { score: 1 } }
    await kit.customer(token, 'update_thread_properties', { ...ids(chatId, threadId), properties: rating })
    expect(kit.payloads('thread_properties_updated')).toEqual([{ ...ids(chatId, threadId), properties: rating }])
    await kit.agent('tag_thread', { ...ids(chatId, threadId), tag: 'vip' })
    expect(kit.payloads('thread_tagged')).toEqual([{ ...ids(chatId, threadId), tag: 'vip' }])
    const sent = await kit.customer(token, 'send_event', { chat_id: chatId, event: { type: 'message', text: 'x' } })
    const event = { ...ids(chatId, threadId), event_id: text(sent.body, 'event_id') }
    await kit.customer(token, 'delete_event', event)
    expect(kit.payloads('event_deleted')).toEqual([event])
    kit.lc.setAgentStatus(ben, 'offline')
    expect(kit.payloads('routing_status_set')).toEqual([{ agent_id: ben, status: 'offline' }])
  })
})

describe('filters', () => {
  const heard = (action: string) => kit.payloads(action).map((payload) => at(payload, 'event', 'type') ?? action)

  it('author_type passes one kind of author and no system message', async () => {
    await register({ action: 'incoming_event', filters: { author_type: 'agent' } })
    await register({ action: 'incoming_event', filters: { author_type: 'customer' }, url: 'https://customer.example/' })
    const { token, chatId } = await talking()
    await kit.customer(token, 'send_event', { chat_id: chatId, event: { type: 'message', text: 'me' } })
    kit.lc.agent(anna).write(chatId, 'you')
    kit.lc.system.message(chatId, { type: 'rating.chat_rated', text: 'rated' })
    expect(kit.sent.map((sent) => [sent.delivery.url, at(sent.body, 'payload', 'event', 'text')])).toEqual([
      ['https://customer.example/', 'me'],
      [webhookUrl, 'you'],
    ])
  })

  it('author_type agent passes bots only when told that it does', async () => {
    await register({ action: 'incoming_event', filters: { author_type: 'agent' } })
    const { body } = await kit.customer(await kit.login(), 'start_chat')
    const chatId = text(body, 'chat_id')
    kit.lc.bot.write(chatId, 'beep')
    expect(heard('incoming_event')).toEqual(['message'])
    kit.lc.configure({ botsCountAsAgents: false })
    kit.lc.bot.write(chatId, 'beep')
    expect(heard('incoming_event')).toHaveLength(1)
  })

  it('only_my_chats compares the client id of the chat with the owner of the webhook', async () => {
    const other = 'c'.repeat(32)
    kit.lc.addApp({ clientId: other, redirectUris: ['https://webhook.botpress.cloud/'] })
    kit.lc.registerWebhookByHand('incoming_chat', webhookUrl, 's', { filters: { only_my_chats: true } })
    const token = text((await kit.token({ client_id: other })).body, 'access_token')
    await kit.start(token)
    expect(kit.actions).toEqual([])
    await kit.start(await kit.login())
    expect(kit.actions).toEqual(['incoming_chat'])
  })

  it('source_type tells own calls, other clients and the system apart', async () => {
    for (const source of ['my_client', 'other_clients', 'system']) {
      await register({
        action: 'incoming_event',
        filters: { source_type: [source] },
        url: `https://${source.replace('_', '-')}.example/`,
      })
    }
    const { token, chatId } = await talking()
    await kit.customer(token, 'send_event', { chat_id: chatId, event: { type: 'message', text: 'a' } })
    kit.lc.agent(anna).write(chatId, 'b')
    kit.lc.system.message(chatId, { type: 'transcript_sent', text: 'c' })
    expect(kit.sent.map((sent) => [sent.delivery.url, at(sent.body, 'payload', 'event', 'text')])).toEqual([
      ['https://my-client.example/', 'a'],
      ['https://other-clients.example/', 'b'],
      ['https://system.example/', 'c'],
    ])
  })

  it('chat_presence looks at who is in the chat', async () => {
    await register({ action: 'incoming_event', filters: { chat_presence: { user_ids: { values: [anna] } } } })
    await register({
      action: 'incoming_event',
      filters: { chat_presence: { user_ids: { exclude_values: [anna] } } },
      url: 'https://without.example/',
    })
    const { chatId } = await talking()
    kit.lc.agent(anna).write(chatId, 'with anna')
    expect(kit.sent.map((sent) => sent.delivery.url)).toEqual([webhookUrl])
  })
})

describe('webhooks made by hand', () => {
  it('can carry a wrong secret, miss fields, or be no JSON at all', async () => {
    kit.listen(['incoming_event'])
    await kit.lc.webhook.raw('incoming_event', { chat_id: 'X' })
    await kit.lc.webhook.raw('incoming_event', {}, { envelope: { secret_key: 'wrong' } })
    await kit.lc.webhook.raw('incoming_event', {}, { envelope: { secret_key: null, additional_data: null } })
    await kit.lc.webhook.raw('incoming_event', {}, { body: '{', headers: { 'content-type': 'text/plain' } })
    expect(kit.sent.map((sent) => at(sent.body, 'secret_key'))).toEqual([
      'webhook-secret',
      'wrong',
      undefined,
      undefined,
    ])
    expect(kit.sent[0]?.body).toMatchObject({ payload: { chat_id: 'X' }, action: 'incoming_event' })
    expect(Object.keys(Object(kit.sent[2]?.body))).toEqual(['webhook_id', 'action', 'organization_id', 'payload'])
    expect(kit.sent[3]?.delivery).toMatchObject({ body: '{', headers: { 'content-type': 'text/plain' } })
  })

  it('goes to any address, and fails when nobody listens', async () => {
    await kit.lc.webhook.raw('incoming_event', {}, { url: 'https://else.example/' })
    expect(kit.sent[0]?.delivery.url).toBe('https://else.example/')
    expect(() => kit.lc.webhook.raw('incoming_event', {})).toThrow('incoming_event')
  })
})

const ids = (chat_id: string, thread_id: string): Json => ({ chat_id, thread_id })
