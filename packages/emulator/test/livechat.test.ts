import { beforeEach, describe, expect, it } from 'vitest'
import { defaultSeed } from '../src/providers/livechat'
import { at, groupOne, Kit, refusal, text, type Json } from './livechat-kit'

const host = 'api.livechatinc.com'
const org = `?organization_id=${defaultSeed.organizationId}`
const message = (body: string): Json => ({ type: 'message', text: body })

let kit: Kit
beforeEach(() => {
  kit = new Kit()
})

const cookiesOf = (headers: Headers): Record<string, string> =>
  Object.fromEntries(headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0]?.split('=') ?? []))

const cookieHeader = (cookies: Record<string, string>): Record<string, string> => ({
  cookie: `__lc_cid=${cookies['__lc_cid']}; __lc_cst=${cookies['__lc_cst']}`,
})

describe('customer tokens by cookie', () => {
  it('answers the documented fields and two cookies for /v2/customer', async () => {
    const { status, body, headers } = await kit.token()
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: expect.stringMatching(/^dal:/),
      client_id: defaultSeed.clientId,
      entity_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
      expires_in: 28_800,
      organization_id: defaultSeed.organizationId,
      token_type: 'Bearer',
    })
    expect(cookiesOf(headers)['__lc_cid']).toBe(text(body, 'entity_id'))
    for (const cookie of headers.getSetCookie()) expect(cookie).toMatch(/Path=\/v2\/customer; .*Max-Age=63072000/)
  })

  it('makes a new customer without cookies and keeps the customer with them', async () => {
    const first = await kit.token()
    const second = await kit.token()
    const again = await kit.token({}, cookieHeader(cookiesOf(first.headers)))
    expect(at(second.body, 'entity_id')).not.toBe(at(first.body, 'entity_id'))
    expect(at(again.body, 'entity_id')).toBe(at(first.body, 'entity_id'))
    expect(at(again.body, 'access_token')).not.toBe(at(first.body, 'access_token'))
  })

  it('changes the secret cookie on each call, and the old one keeps working for two years', async () => {
    const first = cookiesOf((await kit.token()).headers)
    const second = cookiesOf((await kit.token({}, cookieHeader(first))).headers)
    expect(second['__lc_cst']).not.toBe(first['__lc_cst'])
    expect((await kit.token({}, cookieHeader(first))).status).toBe(200)
    expect((await kit.token({}, cookieHeader(second))).status).toBe(200)
    await kit.clock.advance(731 * 86_400_000)
    expect((await kit.token({}, cookieHeader(second))).body).toMatchObject({ oauth_exception: 'invalid_grant' })
    kit.clock.reset()
  })

  it.each([
    ['a wrong secret', { __lc_cst: 'wrong' }],
    ['an unknown customer', { __lc_cid: '00000000-0000-4000-8000-000000000000' }],
  ])('refuses cookies with %s', async (_what, change) => {
    const cookies = cookiesOf((await kit.token()).headers)
    const answer = await kit.token({}, cookieHeader({ ...cookies, ...change }))
    expect(answer.status).toBe(401)
    expect(answer.body).toEqual({
      oauth_exception: 'invalid_grant',
      exception_description: expect.stringMatching(/./),
    })
  })

  it("refuses one customer's id with another customer's secret", async () => {
    const one = cookiesOf((await kit.token()).headers)
    const two = cookiesOf((await kit.token()).headers)
    const mixed = { ...one, __lc_cst: two['__lc_cst'] ?? '' }
    expect((await kit.token({}, cookieHeader(mixed))).body).toMatchObject({ oauth_exception: 'invalid_grant' })
  })

  it.each([
    ['an unknown client id', { client_id: 'f'.repeat(32) }, 'unauthorized_client'],
    ['another organization', { organization_id: '11111111-1111-4111-8111-111111111111' }, 'unauthorized_client'],
    ['a redirect URI of another host', { redirect_uri: 'https://evil.example/abc' }, 'unauthorized_client'],
    ['a redirect URI with http', { redirect_uri: 'http://webhook.botpress.cloud/abc' }, 'unauthorized_client'],
    ['a redirect URI with a query', { redirect_uri: 'https://webhook.botpress.cloud/a?b=c' }, 'unauthorized_client'],
    ['no redirect URI and no Origin', { redirect_uri: undefined }, 'invalid_request'],
    ['no client id', { client_id: undefined }, 'invalid_request'],
    ['no organization id', { organization_id: undefined }, 'invalid_request'],
    ['no response type', { response_type: undefined }, 'invalid_request'],
    ['no grant type', { grant_type: undefined }, 'invalid_request'],
    ['a field of the wrong type', { client_id: 7 }, 'invalid_request'],
    ['another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
  ])('refuses %s', async (_what, changes, code) => {
    const { status, body } = await kit.token(changes)
    expect(status).toBe(401)
    expect(body).toMatchObject({ oauth_exception: code })
  })

  it('compares the path of a redirect URI by prefix', async () => {
    kit.lc.seed({ ...defaultSeed, redirectUris: ['https://webhook.botpress.cloud/abc'] })
    const ask = async (path: string) =>
      (await kit.token({ redirect_uri: `https://webhook.botpress.cloud${path}` })).status
    expect([await ask('/abc'), await ask('/abc/more'), await ask('/other')]).toEqual([200, 200, 401])
  })

  it('takes an Origin header in place of a redirect URI', async () => {
    const right = await kit.token({ redirect_uri: undefined }, { origin: 'https://webhook.botpress.cloud' })
    const wrong = await kit.token({ redirect_uri: undefined }, { origin: 'https://evil.example' })
    expect([right.status, wrong.status]).toEqual([200, 401])
  })

  it('gives tokens that expire after eight hours or as asked, or when revoked', async () => {
    const long = await kit.login()
    const short = text((await kit.token({ expires_in: 60 })).body, 'access_token')
    await kit.clock.advance(61_000)
    expect((await kit.customer(short, 'get_customer')).body).toEqual(refusal('authentication'))
    expect((await kit.customer(long, 'get_customer')).status).toBe(200)
    await kit.clock.advance(28_800_000)
    expect((await kit.customer(long, 'get_customer')).body).toEqual(refusal('authentication'))
    kit.clock.reset()
    const revoked = await kit.login()
    const bearer = { authorization: `Bearer ${revoked}` }
    const info = await kit.request('accounts.livechat.com', '/v2/customer/info', { headers: bearer })
    expect(info.body).toMatchObject({ organization_id: defaultSeed.organizationId, client_id: defaultSeed.clientId })
    await kit.request('accounts.livechat.com', '/v2/customer/token', { method: 'DELETE', headers: bearer })
    expect((await kit.customer(revoked, 'get_customer')).body).toEqual(refusal('authentication'))
  })
})

describe('customer tokens by agent token', () => {
  const oauth = { accountId: defaultSeed.pat.accountId, token: 'dal:oauth', scopes: ['customers:own'] }
  const mint = (bearer: string, changes: Json = {}) =>
    kit.post(
      'accounts.livechat.com',
      '/v2/customer/token',
      { grant_type: 'agent_token', client_id: defaultSeed.clientId, response_type: 'token', ...changes },
      { authorization: `Bearer ${bearer}` }
    )

  it('keeps a customer by entity_id, and refuses a PAT and a token without customers:own', async () => {
    const pat = { ...defaultSeed.pat, scopes: ['customers:own'] }
    kit.lc.seed({
      ...defaultSeed,
      pat,
      oauthTokens: [oauth, { ...oauth, token: 'dal:poor', scopes: ['chats--all:rw'] }],
    })
    const first = await mint('dal:oauth')
    const entity_id = text(first.body, 'entity_id')
    expect((await mint('dal:oauth', { entity_id })).body).toMatchObject({ entity_id })
    expect(at((await mint('dal:oauth')).body, 'entity_id')).not.toBe(entity_id)
    expect((await mint(defaultSeed.pat.token)).body).toMatchObject({ oauth_exception: 'access_denied' })
    expect((await mint('dal:poor')).body).toMatchObject({ oauth_exception: 'access_denied' })
  })
})

describe('what every customer call needs', () => {
  const path = `/v3.6/customer/action/get_customer`

  it('refuses a call without organization_id, of an unknown one, and of another one', async () => {
    const authorization = `Bearer ${await kit.login()}`
    const other = { ...defaultSeed, organizationId: '22222222-2222-4222-8222-222222222222', clientId: 'a'.repeat(32) }
    kit.lc.addOrganization(other)
    expect((await kit.post(host, path, {}, { authorization })).body).toEqual(refusal('validation'))
    const unknown = await kit.post(host, `${path}?organization_id=none`, {}, { authorization })
    expect(unknown.body).toEqual(refusal('license_not_found'))
    const foreign = await kit.post(host, `${path}?organization_id=${other.organizationId}`, {}, { authorization })
    expect(foreign.body).toEqual(refusal('authentication'))
  })

  it.each([
    ['no Authorization', ''],
    [
      'a PAT as Basic',
      `Basic ${Buffer.from(`${defaultSeed.pat.accountId}:${defaultSeed.pat.token}`).toString('base64')}`,
    ],
    ['a PAT as Bearer', `Bearer ${defaultSeed.pat.token}`],
    ['an unknown token', 'Bearer dal:unknown'],
  ])('refuses %s with 401', async (_what, authorization) => {
    const headers: Record<string, string> = authorization === '' ? {} : { authorization }
    const { status, body } = await kit.post(host, path + org, {}, headers)
    expect(status).toBe(401)
    expect(body).toEqual(refusal('authentication'))
  })

  it('refuses another content type, an empty body, broken JSON and a body that is no object', async () => {
    const token = await kit.login()
    const wrongType = await kit.customer(token, 'get_customer', '{}', { 'content-type': 'text/plain' })
    expect(wrongType.body).toEqual(refusal('validation'))
    for (const body of ['', '{', '[]', 'null']) {
      expect((await kit.customer(token, 'get_customer', body)).body).toEqual(refusal('validation'))
    }
  })

  it('answers tokens that were expired by hand with authentication', async () => {
    const token = await kit.login()
    kit.lc.expireCustomerTokens()
    expect((await kit.customer(token, 'get_customer')).body).toEqual(refusal('authentication'))
  })

  it('asks for X-Region only when told to, and names the region', async () => {
    kit.lc.seed({ ...defaultSeed, region: 'fra' })
    const token = await kit.login()
    expect(token).toMatch(/^fra:/)
    expect((await kit.customer(token, 'get_customer')).status).toBe(200)
    kit.lc.configure({ requireRegion: true })
    const refused = await kit.customer(token, 'get_customer')
    expect(refused.body).toMatchObject({ error: { type: 'misdirected_request', data: { region: 'fra' } } })
    expect((await kit.customer(token, 'get_customer', {}, { 'x-region': 'fra' })).status).toBe(200)
  })

  it('answers an unlisted route with 501 and says which', async () => {
    const { status, body } = await kit.post(host, `/v3.6/customer/action/close_thread${org}`, {})
    expect(status).toBe(501)
    expect(text(body, 'error', 'message')).toContain('POST api.livechatinc.com/v3.6/customer/action/close_thread')
  })
})

describe('start_chat and resume_chat', () => {
  it('answers ids that look like the vendor’s, and the ids of initial events only', async () => {
    const token = await kit.login()
    const { body } = await kit.customer(token, 'start_chat', groupOne([message('one'), message('two')]))
    const threadId = text(body, 'thread_id')
    expect(text(body, 'chat_id')).toMatch(/^[A-Z0-9]{10}$/)
    expect(threadId).toMatch(/^[A-Z0-9]{10}$/)
    expect(at(body, 'event_ids')).toEqual([`${threadId}_1`, `${threadId}_2`])
    const bare = await kit.customer(await kit.login(), 'start_chat')
    expect(bare.body).toEqual({ chat_id: expect.any(String), thread_id: expect.any(String) })
  })

  it('allows one chat per customer, with a raw type that can be changed', async () => {
    const token = await kit.login()
    const { chatId } = await kit.start(token)
    const again = await kit.customer(token, 'start_chat', groupOne())
    expect(again.body).toEqual({ error: { type: 'limit_reached', message: 'Customer chats limit reached' } })
    await kit.customer(token, 'deactivate_chat', { id: chatId })
    kit.lc.configure({ chatLimitErrorType: 'customer_chats_limit_reached' })
    expect((await kit.customer(token, 'start_chat', groupOne())).body).toEqual({
      error: { type: 'customer_chats_limit_reached', message: 'Customer chats limit reached' },
    })
    expect(kit.lc.chats).toHaveLength(1)
  })

  it('resumes an inactive chat with a new thread, linked to the last, and not an active one', async () => {
    const token = await kit.login()
    const { chatId, threadId } = await kit.start(token)
    const active = await kit.customer(token, 'resume_chat', { chat: { id: chatId } })
    expect(active.body).toEqual({ error: { type: 'already_active', message: 'Chat is already active' } })
    await kit.customer(token, 'deactivate_chat', { id: chatId })
    const resumed = await kit.customer(token, 'resume_chat', { chat: { id: chatId, access: { group_ids: [2] } } })
    const nextId = text(resumed.body, 'thread_id')
    expect(resumed.body).toEqual({ thread_id: nextId })
    expect(kit.lc.chat(chatId).threads.map(({ id, active }) => ({ id, active }))).toEqual([
      { id: threadId, active: false },
      { id: nextId, active: true },
    ])
    const threads = await kit.customer(token, 'list_threads', { chat_id: chatId, sort_order: 'asc' })
    expect(threads.body).toMatchObject({
      found_threads: 2,
      threads: [
        { id: threadId, next_thread_id: nextId },
        { id: nextId, previous_thread_id: threadId },
      ],
    })
  })

  it('forgets the groups on resume when access is left out', async () => {
    const token = await kit.login()
    const { chatId } = await kit.start(token)
    await kit.customer(token, 'deactivate_chat', { id: chatId })
    await kit.customer(token, 'resume_chat', { chat: { id: chatId } })
    expect(kit.lc.chat(chatId).groupIds).toEqual([0])
  })

  it('refuses offline groups unless the chat is continuous, which resume keeps', async () => {
    const token = await kit.login()
    const offline = { chat: { access: { group_ids: [3] } } }
    expect((await kit.customer(token, 'start_chat', offline)).body).toEqual(refusal('groups_offline'))
    expect(kit.lc.chats).toEqual([])
    const { body } = await kit.customer(token, 'start_chat', { ...offline, continuous: true })
    const id = text(body, 'chat_id')
    expect(kit.lc.chat(id).threads[0]?.properties).toMatchObject({ routing: { unassigned: true } })
    await kit.customer(token, 'deactivate_chat', { id })
    const resume = { chat: { id, access: { group_ids: [3] } } }
    expect((await kit.customer(token, 'resume_chat', { ...resume, continuous: false })).body).toEqual(
      refusal('groups_offline')
    )
    expect((await kit.customer(token, 'resume_chat', resume)).status).toBe(200)
  })

  it('queues when a group is online only for the queue, and when all its agents are busy', async () => {
    kit.lc.setGroupStatus(1, 'online_for_queue')
    const { chatId } = await kit.start(await kit.login())
    expect(kit.lc.chat(chatId).threads[0]?.queue).toMatchObject({ position: 1, wait_time: 0 })
    kit.lc.setGroupStatus(1, 'online')
    kit.lc.setAgentStatus('anna@example.com', 'not_accepting_chats')
    const second = await kit.start(await kit.login())
    expect(kit.lc.chat(second.chatId).threads[0]?.queue).toMatchObject({ position: 2 })
  })

  it('lets the bot of the group take a chat that does not ask to ignore bots', async () => {
    const token = await kit.login()
    const { body } = await kit.customer(token, 'start_chat', { chat: { access: { group_ids: [1] } } })
    expect(kit.lc.chat(text(body, 'chat_id')).agents).toEqual([defaultSeed.bots?.[0]?.id])
    const { chatId } = await kit.start(await kit.login())
    expect(kit.lc.chat(chatId).agents).toEqual([])
  })

  it.each([
    ['an unknown group', { chat: { access: { group_ids: [99] } } }, 'group_not_found'],
    ['a group id that is a text', { chat: { access: { group_ids: ['1'] } } }, 'validation'],
    ['no group', { chat: { access: { group_ids: [] } } }, 'validation'],
    ['a misspelt field', { chat: { properites: {} } }, 'validation'],
    ['a flag that is a text', { continuous: 'true' }, 'validation'],
    ['a read-only property', { chat: { properties: { routing: { continuous: true } } } }, 'authorization'],
    ['an unregistered property', { chat: { properties: { mine: { id: 'x' } } } }, 'validation'],
    [
      'a property of the wrong type',
      { chat: { thread: { properties: { routing: { ignore_bots: 1 } } } } },
      'validation',
    ],
    ['a thread property on the chat', { chat: { properties: { routing: { ignore_bots: true } } } }, 'validation'],
    ['a broken initial event', { chat: { thread: { events: [{ type: 'message' }] } } }, 'validation'],
  ])('refuses %s and starts nothing', async (_what, body, type) => {
    expect((await kit.customer(await kit.login(), 'start_chat', body)).body).toEqual(refusal(type))
    expect(kit.lc.chats).toEqual([])
  })

  it('never shows write-only properties again', async () => {
    const token = await kit.login()
    const { chatId } = await kit.start(token)
    const { body } = await kit.customer(token, 'get_chat', { chat_id: chatId })
    expect(at(body, 'properties')).toEqual({
      routing: { continuous: false },
      source: { client_id: defaultSeed.clientId, customer_client_id: defaultSeed.clientId },
    })
    expect(at(body, 'thread', 'properties')).toEqual({ routing: { unassigned: true } })
  })
})

describe('send_event', () => {
  const open = async () => {
    const token = await kit.login()
    return { token, ...(await kit.start(token)) }
  }

  it('takes 16 KB of UTF-8 bytes and not one more', async () => {
    const { token, chatId, threadId } = await open()
    const send = (body: string) => kit.customer(token, 'send_event', { chat_id: chatId, event: message(body) })
    expect((await send('é'.repeat(8192))).body).toEqual({ event_id: `${threadId}_1` })
    expect((await send(`${'é'.repeat(8192)}x`)).body).toEqual(refusal('validation'))
  })

  it.each([
    ['no type', { text: 'hi' }],
    ['an unknown type', { type: 'video', url: 'x' }],
    ['a receive-only type', { type: 'system', source: 'x' }],
    ['no text', { type: 'message' }],
    ['a text that is a number', { type: 'message', text: 5 }],
    ['visibility, which is the agents’ word', { ...message('hi'), visibility: 'all' }],
    ['unknown recipients', { ...message('hi'), recipients: 'nobody' }],
    ['a form without recipients', { type: 'filled_form', form_id: 'f', fields: [] }],
    ['a form field of an unknown type', filledForm({ type: 'slider', id: '1', label: 'L', answer: 'a' })],
    ['a form field without an answer', filledForm({ type: 'name', id: '1', label: 'L' })],
    [
      'eleven elements',
      { type: 'rich_message', template_id: 'cards', elements: Array.from({ length: 11 }, () => ({})) },
    ],
    ['an unknown template', { type: 'rich_message', template_id: 'carousel', elements: [] }],
    ['a file of another host', { type: 'file', url: 'https://files.example/a.png' }],
    ['a file nobody uploaded', { type: 'file', url: 'https://cdn.livechat-files.com/api/file/lc/att/x/a.png' }],
  ])('refuses %s', async (_what, event) => {
    const { token, chatId } = await open()
    expect((await kit.customer(token, 'send_event', { chat_id: chatId, event })).body).toEqual(refusal('validation'))
    expect(kit.lc.chat(chatId).threads[0]?.events).toEqual([])
  })

  it('takes a filled form, a rich message, a custom event and an authorless system message', async () => {
    const { token, chatId } = await open()
    const events = [
      filledForm({ type: 'checkbox', id: '1', label: 'L', answers: ['a'] }),
      { type: 'rich_message', template_id: 'quick_replies', elements: [{ buttons: [] }] },
      { type: 'custom', content: { any: 1 } },
      { type: 'system_message', system_message_type: 'app.note', text: 'noted' },
    ]
    for (const event of events) {
      expect((await kit.customer(token, 'send_event', { chat_id: chatId, event })).status).toBe(200)
    }
    const kept = kit.lc.chat(chatId).threads[0]?.events ?? []
    expect(kept.map((event) => event.author?.kind)).toEqual(['customer', 'customer', 'customer', undefined])
  })

  it('refuses an inactive chat, unless told to attach to the last thread', async () => {
    const { token, chatId } = await open()
    await kit.customer(token, 'deactivate_chat', { id: chatId })
    const late = { chat_id: chatId, event: message('late') }
    const refused = await kit.customer(token, 'send_event', late)
    expect(refused.body).toEqual({ error: { type: 'chat_inactive', message: 'Chat is inactive' } })
    expect((await kit.customer(token, 'send_event', { ...late, attach_to_last_thread: true })).status).toBe(200)
    expect(kit.lc.chat(chatId).active).toBe(false)
  })

  it('gives every event a later time than the one before', async () => {
    const token = await kit.login()
    const { body } = await kit.customer(token, 'start_chat', groupOne(Array.from({ length: 20 }, () => message('x'))))
    const times = kit.lc.chat(text(body, 'chat_id')).threads[0]?.events.map((event) => event.createdAt) ?? []
    expect(times).toHaveLength(20)
    expect([...new Set(times)].toSorted()).toEqual(times)
  })

  it('hides a chat from other customers', async () => {
    const { chatId } = await open()
    const stranger = await kit.login()
    for (const [action, body] of [
      ['send_event', { chat_id: chatId, event: message('hi') }],
      ['deactivate_chat', { id: chatId }],
      ['get_chat', { chat_id: chatId }],
      ['resume_chat', { chat: { id: chatId } }],
    ] as const) {
      expect((await kit.customer(stranger, action, body)).body).toEqual(refusal('not_found'))
    }
  })

  it('deletes own events only, and never gives their id again', async () => {
    const { token, chatId, threadId } = await open()
    const send = () => kit.customer(token, 'send_event', { chat_id: chatId, event: message('x') })
    const eventId = text((await send()).body, 'event_id')
    const remove = { chat_id: chatId, thread_id: threadId, event_id: eventId }
    expect((await kit.customer(token, 'delete_event', remove)).status).toBe(200)
    expect((await send()).body).toEqual({ event_id: `${threadId}_2` })
    const anna = kit.lc.agent('anna@example.com')
    anna.join(chatId)
    const theirs = { ...remove, event_id: anna.write(chatId, 'mine') }
    expect((await kit.customer(token, 'delete_event', theirs)).body).toEqual(refusal('authorization'))
  })
})

function filledForm(field: Json): Json {
  return { type: 'filled_form', form_id: 'f', recipients: 'agents', fields: [field] }
}

describe('upload_file', () => {
  const upload = (token: string, name: string, bytes: Uint8Array<ArrayBuffer>, part = 'file') => {
    const body = new FormData()
    body.set(part, new File([bytes], name, { type: 'image/png' }))
    const headers = { authorization: `Bearer ${token}` }
    return kit.request(host, `/v3.6/customer/action/upload_file${org}`, { method: 'POST', headers, body })
  }

  it('gives a CDN address that works in an event and serves the bytes', async () => {
    const token = await kit.login()
    const { chatId } = await kit.start(token)
    const url = text((await upload(token, 'a b.png', new Uint8Array([1, 2, 3]))).body, 'url')
    expect(new URL(url).host).toBe('cdn.livechat-files.com')
    const elsewhere = { type: 'file', url: url.replace('cdn.livechat-files.com', 'files.example') }
    const refused = await kit.customer(token, 'send_event', { chat_id: chatId, event: elsewhere })
    expect(refused.body).toEqual(refusal('validation'))
    const sent = await kit.customer(token, 'send_event', { chat_id: chatId, event: { type: 'file', url } })
    expect(sent.status).toBe(200)
    expect(kit.lc.chat(chatId).threads[0]?.events[0]?.content).toEqual({
      name: 'a b.png',
      url,
      content_type: 'image/png',
      size: 3,
    })
    const response = await kit.lc.hosts['cdn.livechat-files.com']?.request(url)
    expect(new Uint8Array((await response?.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(new Uint8Array([1, 2, 3]))
  })

  it('forgets a file after 24 hours unless it was used', async () => {
    const token = await kit.login()
    const used = text((await upload(token, 'a.png', new Uint8Array(1))).body, 'url')
    const unused = text((await upload(token, 'b.png', new Uint8Array(1))).body, 'url')
    await kit.customer(token, 'start_chat', groupOne([{ type: 'file', url: used }]))
    await kit.clock.advance(86_400_001)
    const cdn = kit.lc.hosts['cdn.livechat-files.com']
    expect((await cdn?.request(used))?.status).toBe(200)
    expect((await cdn?.request(unused))?.status).toBe(404)
    kit.clock.reset()
  })

  it('refuses more than 10 MB, executables, another part name and JSON', async () => {
    const token = await kit.login()
    const tenMb = 10 * 1024 * 1024
    expect((await upload(token, 'a.png', new Uint8Array(tenMb))).status).toBe(200)
    const large = await upload(token, 'a.png', new Uint8Array(tenMb + 1))
    expect(large.status).toBe(413)
    expect(large.body).toEqual(refusal('entity_too_large'))
    expect((await upload(token, 'a.exe', new Uint8Array(1))).body).toEqual(refusal('validation'))
    expect((await upload(token, 'a.png', new Uint8Array(1), 'document')).body).toEqual(refusal('validation'))
    expect((await kit.customer(token, 'upload_file', {})).body).toEqual(refusal('validation'))
  })
})

describe('customer data and reading', () => {
  it('updates and reads the customer, keeping session fields by key', async () => {
    const token = await kit.login()
    expect((await kit.customer(token, 'update_customer')).body).toEqual(refusal('validation'))
    await kit.customer(token, 'update_customer', {
      name: 'Ada',
      email: 'ada@example.com',
      session_fields: [{ a: '1' }],
    })
    await kit.customer(token, 'set_customer_session_fields', { session_fields: [{ a: '2' }, { b: '3' }] })
    expect((await kit.customer(token, 'get_customer')).body).toEqual({
      id: expect.any(String),
      type: 'customer',
      name: 'Ada',
      email: 'ada@example.com',
      session_fields: [{ a: '2' }, { b: '3' }],
    })
  })

  it.each([
    ['a name that is no text', 'update_customer', { name: 1 }],
    ['an e-mail that is none', 'update_customer', { email: 'ada' }],
    ['an avatar that is no address', 'update_customer', { avatar: 'ada.png' }],
    ['a phone number that is not E.164', 'update_customer', { phone_number: '0123' }],
    ['session fields as one object', 'set_customer_session_fields', { session_fields: { a: '1' } }],
    ['a session field that is no text', 'set_customer_session_fields', { session_fields: [{ a: 1 }] }],
    [
      'more than 100 session fields',
      'set_customer_session_fields',
      { session_fields: Array.from({ length: 101 }, (_, index) => ({ [`k${index}`]: 'v' })) },
    ],
    ['both all and group_ids', 'list_group_statuses', { all: true, group_ids: [1] }],
    ['neither all nor group_ids', 'list_group_statuses', {}],
    ['a limit above 25', 'list_chats', { limit: 26 }],
  ])('refuses %s', async (_what, action, body) => {
    expect((await kit.customer(await kit.login(), action, body)).body).toEqual(refusal('validation'))
  })

  it('lists group statuses and leaves unknown groups out', async () => {
    const token = await kit.login()
    kit.lc.setGroupStatus(2, 'online_for_queue')
    expect((await kit.customer(token, 'list_group_statuses', { group_ids: [2, 3, 99] })).body).toEqual({
      groups_status: { 2: 'online_for_queue', 3: 'offline' },
    })
    const all = await kit.customer(token, 'list_group_statuses', { all: true })
    expect(Object.keys(at(all.body, 'groups_status') ?? {})).toEqual(['0', '1', '2', '3'])
  })

  it('lists the one chat of the customer', async () => {
    const token = await kit.login()
    expect((await kit.customer(token, 'list_chats')).body).toEqual({ chats_summary: [], total_chats: 0 })
    const { chatId, threadId } = await kit.start(token)
    expect((await kit.customer(token, 'list_chats')).body).toMatchObject({
      chats_summary: [{ id: chatId, last_thread_id: threadId, active: true }],
      total_chats: 1,
    })
  })

  it('names agents by hash on the customer side and hides private notes and supervisors', async () => {
    const token = await kit.login()
    const { chatId } = await kit.start(token)
    const anna = kit.lc.agent('anna@example.com')
    anna.join(chatId)
    anna.write(chatId, 'hello')
    anna.note(chatId, 'secret note')
    kit.lc.agent('ben@example.com').join(chatId, { visibility: 'agents' })
    const { body } = await kit.customer(token, 'get_chat', { chat_id: chatId })
    expect(JSON.stringify(body)).not.toMatch(/anna@|ben@|Ben|secret note/)
    expect(at(body, 'users', 1)).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      type: 'agent',
      name: 'Anna Nowak',
      avatar: 'cdn.livechatinc.com/avatars/anna.png',
      present: true,
    })
    expect(at(body, 'thread', 'events', 1)).toMatchObject({ author_id: at(body, 'users', 1, 'id'), text: 'hello' })
  })

  it('pages through threads', async () => {
    const token = await kit.login()
    const { chatId } = await kit.start(token)
    for (let n = 0; n < 4; n += 1) {
      await kit.customer(token, 'deactivate_chat', { id: chatId })
      await kit.customer(token, 'resume_chat', { chat: { id: chatId } })
    }
    const first = await kit.customer(token, 'list_threads', { chat_id: chatId })
    expect(at(first.body, 'threads')).toHaveLength(3)
    const page_id = text(first.body, 'next_page_id')
    const second = await kit.customer(token, 'list_threads', { chat_id: chatId, page_id })
    expect(at(second.body, 'threads')).toHaveLength(2)
    expect(at(second.body, 'next_page_id')).toBeUndefined()
    const both = await kit.customer(token, 'list_threads', { chat_id: chatId, limit: 1, min_events_count: 1 })
    expect(both.body).toEqual(refusal('validation'))
  })

  it('answers {} or nothing where there is nothing to say', async () => {
    const token = await kit.login()
    expect((await kit.customer(token, 'update_customer', { name: 'A' })).body).toEqual({})
    kit.lc.configure({ emptyAnswer: 'nothing' })
    const { status, body } = await kit.customer(token, 'update_customer', { name: 'A' })
    expect([status, body]).toEqual([200, undefined])
  })

  it('refuses a banned customer everything', async () => {
    const token = await kit.login()
    const { chatId } = await kit.start(token)
    kit.lc.system.banCustomer(chatId)
    expect(kit.lc.chat(chatId).active).toBe(false)
    expect((await kit.customer(token, 'get_customer')).body).toEqual(refusal('customer_banned'))
  })
})

describe('reset', () => {
  it('comes back to the last seed with default settings, no webhooks and no tokens', async () => {
    kit.lc.seed({ ...defaultSeed, groups: [{ id: 7, name: 'Seven', status: 'online' }] })
    kit.listen()
    kit.lc.configure({ chatLimitErrorType: 'other' })
    const token = await kit.login()
    await kit.customer(token, 'start_chat', { chat: { access: { group_ids: [7] } } })
    kit.sent.length = 0
    kit.lc.reset()
    expect(kit.lc.chats).toEqual([])
    expect(kit.lc.settings.chatLimitErrorType).toBe('limit_reached')
    expect((await kit.customer(token, 'get_customer')).body).toEqual(refusal('authentication'))
    await kit.customer(await kit.login(), 'start_chat', { chat: { access: { group_ids: [7] } } })
    expect(kit.lc.chats).toHaveLength(1)
    expect(kit.sent).toEqual([])
  })
})
