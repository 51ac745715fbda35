import { HitlError, ProviderHttpError, ProviderUnreachableError, RateLimitedError } from '@hitl/core'
import { describe, expect, it } from 'vitest'
import {
  accountsRefusal,
  type Answer,
  chatHolding,
  cookies,
  customerId,
  earlier,
  failsWith,
  failureOf,
  granted,
  HOUR_MS,
  refusal,
  type Request,
  secrets,
  shortenWaits,
  thread,
  useWorld,
  type World,
} from './helpers'

const world = useWorld()

const DEFAULT_HEADLINE = 'Would like to talk to a human agent.'
const otherCustomer = '0a1b2c3d-0000-4000-8000-00000000beef'
const started = { json: { chat_id: thread.chatId, thread_id: thread.threadId, event_ids: ['e1'] } }
const newThread = { ...earlier, threadId: 'NEWTHREAD' }
const resumed = { json: { thread_id: newThread.threadId } }
const ownChat = { json: { chat_id: 'OWNCHAT', thread_id: 'OWNTHREAD' } }
const ownThread = { chatId: 'OWNCHAT', threadId: 'OWNTHREAD', owner: thread.owner }

/** What a chat is opened with, as the vendor gets it. */
const opening = ({ sessionId }: World, texts: readonly string[], groupId = 19) => ({
  access: { group_ids: [groupId] },
  thread: {
    events: texts.map((text, index) => ({
      type: 'message',
      text,
      custom_id: `${sessionId}:${index}`,
      recipients: 'all',
    })),
    properties: { routing: { ignore_bots: true } },
  },
})

const startBody = (w: World, texts: readonly string[] = [DEFAULT_HEADLINE], groupId?: number) => ({
  chat: opening(w, texts, groupId),
  active: true,
  continuous: true,
})

const resumeBody = (w: World, texts: readonly string[] = [DEFAULT_HEADLINE], groupId?: number) => ({
  chat: { id: thread.chatId, ...opening(w, texts, groupId) },
  active: true,
  continuous: true,
})

/** Opens a chat that LiveChat accepts at once, and returns the texts it begins with. */
async function openingTexts(w: World, brief: Partial<Request['brief']>): Promise<string[]> {
  w.vendor.onToken().on('customer/start_chat', started)
  await w.session().openThread(w.request(brief))
  const [body] = w.vendor.bodies('customer/start_chat')
  expect(body).toMatchObject({ chat: { thread: { events: expect.any(Array) } } })
  const { chat } = body as ReturnType<typeof startBody>
  return chat.thread.events.map(({ text }) => text)
}

describe('the first session of a user', () => {
  it('takes exactly three calls: a new customer, its details, the chat', async () => {
    const w = world()
    w.vendor.onToken().on('customer/update_customer').on('customer/start_chat', started)
    const request = w.request(
      { title: 'Lost parcel', description: 'Order 1234' },
      { name: 'Thomas Anderson', email: 'thomas@example.org', pictureUrl: 'https://example.org/neo.png' }
    )

    expect(await w.session().openThread(request)).toEqual(thread)
    expect(w.vendor.calls).toEqual([
      w.tokenCall(),
      w.customerCall('update_customer', {
        name: 'Thomas Anderson',
        email: 'thomas@example.org',
        avatar: 'https://example.org/neo.png',
      }),
      w.customerCall('start_chat', startBody(w, ['Lost parcel\n\nOrder 1234'])),
    ])
  })

  it('keeps the customer for the rest of the session', async () => {
    const w = world()
    w.vendor.onToken().on('customer/start_chat', started)
    await w.session().openThread(w.request())
    expect(w.storedToken(w.sessionId)).toEqual({
      accessToken: secrets.customerToken,
      refresh: secrets.cookie,
      identity: customerId,
      expiresAt: expect.any(Number),
    })
    const expiresAt = Number(w.storedToken(w.sessionId)?.['expiresAt'])
    expect(Math.abs(expiresAt - Date.now() - 8 * HOUR_MS)).toBeLessThan(10_000)
  })

  it('has stored the customer before the chat is started', async () => {
    const w = world()
    w.botpress.failNext('setState', new Error('no storage'))
    w.vendor.onToken()
    await expect(w.session().openThread(w.request())).rejects.toThrow('no storage')
    expect(w.vendor.names()).toEqual(['token'])
  })

  it('makes a customer of its own for each of two sessions that begin at the same moment', async () => {
    const w = world()
    const second = `${w.sessionId}_second`
    w.vendor
      .onToken(granted({ token: secrets.customerToken }))
      .onToken(granted({ token: secrets.renewedToken, id: otherCustomer, cookie: secrets.renewedCookie }))
      .on('customer/start_chat', started)
      .on('customer/start_chat', { json: { chat_id: 'OTHERCHAT', thread_id: 'OTHERTHREAD' } })
    await Promise.all([
      w.session().openThread(w.request()),
      w.session().openThread({ ...w.request(), sessionId: second }),
    ])
    const owners = [w.sessionId, second].map((id) => w.storedToken(id)?.['identity'])
    expect(new Set(owners).size).toBe(2)
    const tokens = w.vendor.calls.filter(({ name }) => name === 'customer/start_chat').map((call) => call.authorization)
    expect(new Set(tokens).size).toBe(2)
  })

  it('leaves the call for details out when there are none', async () => {
    const w = world()
    w.vendor.onToken().on('customer/start_chat', started)
    await w.session().openThread(w.request())
    expect(w.vendor.calls).toEqual([w.tokenCall(), w.customerCall('start_chat', startBody(w))])
  })

  it('sends a picture only when it has a web address', async () => {
    const w = world()
    w.vendor.onToken().on('customer/update_customer').on('customer/start_chat', started)
    await w.session().openThread(w.request({}, { name: 'Ann', pictureUrl: 'data:image/png;base64,AAAA' }))
    expect(w.vendor.bodies('customer/update_customer')).toEqual([{ name: 'Ann' }])
  })

  it('shows custom fields to the agent, a hundred at most', async () => {
    const w = world()
    w.vendor.onToken().on('customer/update_customer').on('customer/start_chat', started)
    const customFields = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`field ${index}`, `v${index}`]))
    await w.session().openThread(w.request({ options: { customFields } }))
    const fields = Array.from({ length: 100 }, (_, index) => ({ [`field ${index}`]: `v${index}` }))
    expect(w.vendor.bodies('customer/update_customer')).toEqual([{ session_fields: fields }])
  })

  it('goes to the group of the session when it names one, even group 0', async () => {
    const w = world()
    w.vendor.onToken().on('customer/start_chat', started)
    await w.session().openThread(w.request({ options: { groupId: 0 } }))
    expect(w.vendor.bodies('customer/start_chat')).toEqual([startBody(w, [DEFAULT_HEADLINE], 0)])
  })

  it('puts tags on the new thread with the agent token', async () => {
    const w = world()
    w.vendor.onToken().on('customer/start_chat', started).on('agent/tag_thread').on('agent/tag_thread')
    await w.session().openThread(w.request({ options: { tags: ['bot', 'Räume'] } }))
    const tagged = w.vendor.calls.filter(({ name }) => name === 'agent/tag_thread')
    const body = (tag: string) => ({ chat_id: thread.chatId, thread_id: thread.threadId, tag })
    expect(tagged).toEqual([
      w.agentCall('agent/tag_thread', body('bot')),
      w.agentCall('agent/tag_thread', body('Räume')),
    ])
  })

  it.each(['validation', 'authorization', 'not_found'])(
    'reaches the agent although a tag is refused (%s), and says so',
    async (type) => {
      const w = world()
      w.vendor.onToken().on('customer/start_chat', started).on('agent/tag_thread', refusal(type))
      expect(await w.session().openThread(w.request({ options: { tags: ['unknown'] } }))).toEqual(thread)
      expect(w.logLines).toEqual([
        expect.stringMatching(/^A LiveChat tag could not be added: LiveChat refused tag_thread: /),
      ])
    }
  )
})

describe('what the agent reads first', () => {
  it('is a plain sentence when the bot gave neither title nor description', async () => {
    expect(await openingTexts(world(), {})).toEqual([DEFAULT_HEADLINE])
  })

  it('is the description alone when there is no title', async () => {
    expect(await openingTexts(world(), { description: 'Order 1234' })).toEqual(['Order 1234'])
  })

  it('is followed by the conversation with the bot', async () => {
    const transcript = 'Thomas: Hi\nBot: Hello'
    expect(await openingTexts(world(), { title: 'Help', transcript })).toEqual([
      'Help',
      'Conversation with the bot so far:\n\nThomas: Hi\nBot: Hello',
    ])
  })

  it('is split into events of at most 16,000 bytes, and nothing of it is lost', async () => {
    const lines = Array.from({ length: 1_500 }, (_, index) => `Thomas: Zeile ${index} über Größe 漢字 👩‍👩‍👧`)
    const texts = await openingTexts(world(), { title: 'Help', transcript: lines.join('\n') })
    expect(texts.length).toBeGreaterThan(4)
    expect(Math.max(...texts.map((text) => Buffer.byteLength(text)))).toBeLessThanOrEqual(16_000)
    expect(texts.slice(1).join('\n').split('\n').slice(2)).toEqual(lines)
  })

  it('is split where the description is longer than one event, too', async () => {
    const texts = await openingTexts(world(), { description: 'x'.repeat(40_000) })
    expect(texts.map((text) => text.length)).toEqual([16_000, 16_000, 8_000])
  })
})

describe('a user who returns', () => {
  it('resumes the chat of the session before in two calls, and names the group again', async () => {
    const w = world()
    await w.storeToken(w.previousId)
    w.vendor.on('customer/update_customer').on('customer/resume_chat', resumed)
    const request = w.returning(true, { title: 'Again', options: { groupId: 21 } })
    const contact = { userId: 'user_1', name: 'Thomas' }
    expect(await w.session().openThread({ ...request, contact })).toEqual(newThread)
    expect(w.vendor.calls).toEqual([
      w.customerCall('update_customer', { name: 'Thomas' }),
      w.customerCall('resume_chat', resumeBody(w, ['Again'], 21)),
    ])
  })

  it('keeps the customer where the session before has it, and copies nothing', async () => {
    const w = world()
    await w.storeToken(w.previousId)
    const before = w.storedToken(w.previousId)
    w.vendor.on('customer/resume_chat', resumed)
    expect(await w.session().openThread(w.returning(true))).toMatchObject({ owner: w.previousId })
    expect(w.storedToken(w.previousId)).toEqual(before)
    expect(w.storedToken(w.sessionId)).toBeUndefined()
  })

  it('keeps the customer of the very first session on the third visit', async () => {
    const w = world()
    const first = 'conv_first'
    await w.storeToken(first)
    w.vendor.on('customer/resume_chat', resumed)
    const previous = { thread: { ...earlier, owner: first }, isOver: async () => true, isClosed: async () => true }
    expect(await w.session().openThread({ ...w.request(), previous })).toEqual({ ...newThread, owner: first })
    expect(w.storedToken(w.previousId)).toBeUndefined()
    expect(w.storedToken(w.sessionId)).toBeUndefined()
  })

  it('speaks and closes as that customer afterwards', async () => {
    const w = world()
    await w.storeToken(w.previousId)
    const sending = { chat_id: thread.chatId, event: expect.objectContaining({ text: 'Hello' }) }
    w.vendor
      .on('customer/resume_chat', resumed)
      .on('customer/send_event', { json: { event_id: 'e9' } })
      .on('customer/get_chat', chatHolding([], { threadId: newThread.threadId }))
      .on('customer/deactivate_chat')
    const opened = await w.session().openThread(w.returning(true))
    await w.session().sendMessage(opened, { id: 'msg_1', parts: [{ kind: 'text', text: 'Hello' }] })
    await w.session().closeThread(opened)
    expect(w.vendor.calls).toEqual([
      w.customerCall('resume_chat', resumeBody(w)),
      w.customerCall('send_event', sending),
      w.customerCall('get_chat', { chat_id: thread.chatId, thread_id: newThread.threadId }),
      w.customerCall('deactivate_chat', { id: thread.chatId }),
    ])
  })

  it('waits until it is certain whether the session before is over', async () => {
    const w = world()
    await w.storeToken(w.previousId)
    w.vendor.on('customer/resume_chat', resumed)
    let callsBefore: string[] | undefined
    const isOver = async () => {
      await new Promise((resolve) => setTimeout(resolve, 30))
      callsBefore = w.vendor.names()
      return true
    }
    await w.session().openThread({ ...w.request(), previous: { thread: earlier, isOver, isClosed: isOver } })
    expect(callsBefore).toEqual([])
  })

  it('is not opened at all when Botpress cannot tell whether the session before is over', async () => {
    const w = world()
    await w.storeToken(w.previousId)
    const isOver = () => Promise.reject(new Error('no storage'))
    const opening = w.session().openThread({ ...w.request(), previous: { thread: earlier, isOver, isClosed: isOver } })
    await expect(opening).rejects.toThrow('no storage')
    expect(w.vendor.calls).toEqual([])
  })

  it.each([
    ['expired', -HOUR_MS],
    ['about to expire', 4 * 60_000],
  ])('renews a token that is %s with the two cookies, and keeps the new cookie', async (_, left) => {
    const w = world()
    await w.storeToken(w.previousId, { expiresAt: Date.now() + left })
    w.vendor
      .onToken(granted({ token: secrets.renewedToken, cookie: secrets.renewedCookie }))
      .on('customer/resume_chat', resumed)
    expect(await w.session().openThread(w.returning(true))).toEqual(newThread)
    expect(w.vendor.calls).toEqual([
      w.tokenCall(cookies()),
      w.customerCall('resume_chat', resumeBody(w), secrets.renewedToken),
    ])
    expect(w.storedToken(w.previousId)).toMatchObject({
      accessToken: secrets.renewedToken,
      refresh: secrets.renewedCookie,
    })
    expect(w.storedToken(w.sessionId)).toBeUndefined()
  })

  it('keeps the cookie it has when LiveChat sends no new one', async () => {
    const w = world()
    await w.storeToken(w.previousId, { expiresAt: 0 })
    w.vendor.onToken(granted({ token: secrets.renewedToken, cookie: null })).on('customer/resume_chat', resumed)
    await w.session().openThread(w.returning(true))
    expect(w.storedToken(w.previousId)).toMatchObject({ accessToken: secrets.renewedToken, refresh: secrets.cookie })
  })

  it.each([
    ['the cookies are refused', accountsRefusal('invalid_grant')],
    ['the cookies now stand for somebody else', granted({ id: otherCustomer })],
  ])('becomes a new customer when %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    await w.storeToken(w.previousId, { expiresAt: 0 })
    w.vendor
      .onToken(answer)
      .onToken(granted({ token: secrets.renewedToken }))
      .on('customer/start_chat', started)
    expect(await w.session().openThread(w.returning(true))).toEqual(thread)
    expect(w.vendor.calls).toEqual([
      w.tokenCall(cookies()),
      w.tokenCall(),
      w.customerCall('start_chat', startBody(w), secrets.renewedToken),
    ])
    expect(w.storedToken(w.sessionId)).toMatchObject({ accessToken: secrets.renewedToken })
    expect(w.storedToken(w.previousId)).toMatchObject({ accessToken: secrets.customerToken })
  })

  it('becomes a new customer when LiveChat has withdrawn the token and refuses the cookies', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken(w.previousId)
    w.vendor
      .on('customer/resume_chat', refusal('authentication', 401))
      .onToken(accountsRefusal('invalid_grant'))
      .onToken(granted({ token: secrets.renewedToken }))
      .on('customer/start_chat', started)
    expect(await w.session().openThread(w.returning(true))).toEqual(thread)
  })

  it('is not made a new customer by a passing problem of the accounts service', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken(w.previousId, { expiresAt: 0 })
    for (let attempt = 0; attempt < 3; attempt += 1)
      w.vendor.onToken(accountsRefusal('temporarily_unavailable', '', 503))
    const error = await failsWith(ProviderHttpError, w.session().openThread(w.returning(true)))
    expect(error).toMatchObject({ retryable: true, type: 'temporarily_unavailable' })
    expect(w.vendor.calls.map(({ cookie }) => cookie)).toEqual([cookies(), cookies(), cookies()])
  })

  it('starts a chat when the session before left no customer', async () => {
    const w = world()
    shortenWaits()
    w.vendor.onToken().on('customer/start_chat', started)
    expect(await w.session().openThread(w.returning(true))).toEqual(thread)
  })

  it.each(['not_found', 'chat_anonymized'])('starts a new chat when the old one is gone (%s)', async (type) => {
    const w = world()
    await w.storeToken(w.previousId)
    w.vendor
      .on('customer/resume_chat', refusal(type))
      .onToken(granted({ token: secrets.renewedToken, id: otherCustomer }))
      .on('customer/start_chat', started)
    expect(await w.session().openThread(w.returning(true))).toEqual(thread)
    expect(w.vendor.calls.at(-1)).toEqual(w.customerCall('start_chat', startBody(w), secrets.renewedToken))
  })

  it.each(['groups_offline', 'group_not_found', 'authorization', 'customer_banned', 'license_expired'])(
    'is told of a refusal that has nothing to do with the old chat (%s) in one call',
    async (type) => {
      const w = world()
      await w.storeToken(w.previousId)
      w.vendor.on('customer/resume_chat', refusal(type))
      const error = await failsWith(ProviderHttpError, w.session().openThread(w.returning(true)))
      expect(error.type).toBe(type)
      expect(w.vendor.names()).toEqual(['customer/resume_chat'])
    }
  )

  it('is told of a rate limit without further calls', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken(w.previousId)
    for (let attempt = 0; attempt < 3; attempt += 1) {
      w.vendor.on('customer/resume_chat', refusal('too_many_requests', 429))
    }
    const error = await failureOf(w.session().openThread(w.returning(true)))
    expect(w.vendor.names()).toEqual(Array.from({ length: 3 }, () => 'customer/resume_chat'))
    expect(error).toBeInstanceOf(RateLimitedError)
  })
})

describe('a returning user whose chat is still active', () => {
  // The type of this refusal is not documented: any that has no other meaning counts.
  const alreadyActive = ['chat_already_active', 'validation', 'limit_reached']

  it.each(alreadyActive)('has the forgotten thread of an ended session closed, and resumes (%s)', async (type) => {
    const w = world()
    await w.storeToken(w.previousId)
    const busy = chatHolding([`${w.previousId}:0`])
    w.vendor
      .on('customer/resume_chat', refusal(type))
      .whenever('customer/get_chat', busy)
      .on('customer/deactivate_chat', { text: '' })
      .on('customer/resume_chat', resumed)
    expect(await w.session().openThread(w.returning(true))).toEqual(newThread)
    expect(w.vendor.calls.filter(({ name }) => name !== 'customer/get_chat')).toEqual([
      w.customerCall('resume_chat', resumeBody(w)),
      w.customerCall('deactivate_chat', { id: thread.chatId }),
      w.customerCall('resume_chat', resumeBody(w)),
    ])
    expect(w.vendor.bodies('customer/get_chat')[0]).toEqual({ chat_id: thread.chatId })
  })

  it.each(alreadyActive)('gets a customer of its own when another thread is active, which stays (%s)', async (type) => {
    const w = world()
    await w.storeToken(w.previousId)
    const before = w.storedToken(w.previousId)
    w.vendor
      .on('customer/resume_chat', refusal(type))
      .on('customer/get_chat', chatHolding(['conv_of_somebody:0'], { threadId: 'THIRDTHREAD' }))
      .onToken(granted({ token: secrets.renewedToken, cookie: secrets.renewedCookie, id: otherCustomer }))
      .on('customer/start_chat', ownChat)
    expect(await w.session().openThread(w.returning(true))).toEqual(ownThread)
    expect(w.vendor.calls).toEqual([
      w.customerCall('resume_chat', resumeBody(w)),
      w.customerCall('get_chat', { chat_id: thread.chatId }),
      w.tokenCall(),
      w.customerCall('start_chat', startBody(w), secrets.renewedToken),
    ])
    expect(w.storedToken(w.previousId)).toEqual(before)
    expect(w.storedToken(w.sessionId)).toMatchObject({ identity: otherCustomer })
  })

  it('gets a customer and a chat of its own while the session before is alive, which is not even looked at', async () => {
    const w = world()
    await w.storeToken(w.previousId)
    const before = w.storedToken(w.previousId)
    w.vendor
      .onToken(granted({ token: secrets.renewedToken, cookie: secrets.renewedCookie, id: otherCustomer }))
      .on('customer/start_chat', ownChat)
    expect(await w.session().openThread(w.returning(false))).toEqual(ownThread)
    expect(w.vendor.calls).toEqual([w.tokenCall(), w.customerCall('start_chat', startBody(w), secrets.renewedToken)])
    expect(w.storedToken(w.previousId)).toEqual(before)
    expect(w.storedToken(w.sessionId)).toMatchObject({ identity: otherCustomer })
  })

  it('fails when the second attempt is refused as well, and closes nothing more', async () => {
    const w = world()
    await w.storeToken(w.previousId)
    w.vendor
      .on('customer/resume_chat', refusal('chat_already_active'))
      .on('customer/get_chat', chatHolding([]))
      .on('customer/deactivate_chat')
      .on('customer/resume_chat', refusal('chat_already_active'))
    const error = await failsWith(ProviderHttpError, w.session().openThread(w.returning(true)))
    expect(error.type).toBe('chat_already_active')
  })

  it('looks at the chat once: every call is billed', async () => {
    const w = world()
    await w.storeToken(w.previousId)
    w.vendor
      .on('customer/resume_chat', refusal('chat_already_active'))
      .on('customer/get_chat', chatHolding([`${w.previousId}:0`]))
      .on('customer/deactivate_chat')
      .on('customer/resume_chat', resumed)
    expect(await w.session().openThread(w.returning(true))).toEqual(newThread)
  })

  it('is told of a refusal that turns out to have another cause', async () => {
    const w = world()
    await w.storeToken(w.previousId)
    const idle = chatHolding([], { active: false })
    w.vendor.on('customer/resume_chat', refusal('validation')).whenever('customer/get_chat', idle)
    const error = await failsWith(ProviderHttpError, w.session().openThread(w.returning(true)))
    expect(error.type).toBe('validation')
    expect(w.vendor.names()).not.toContain('customer/deactivate_chat')
  })
})

describe('a start whose answer is lost', () => {
  const chats = { json: { chats_summary: [{ id: thread.chatId, active: true }], total_chats: 1 } }
  const noChats = { json: { chats_summary: [], total_chats: 0 } }

  const lost = [
    ['the connection drops', { drop: 'ECONNRESET' }],
    ['a gateway answers with a page', { status: 502, text: '<html>Bad Gateway</html>' }],
    ['LiveChat has an internal problem', refusal('internal', 500)],
    ['LiveChat took too long', refusal('request_timeout', 408)],
    ['the answer breaks off', { text: '{"chat_id":"PJ0' }],
    ['the answer is empty', { text: '' }],
    ['the answer is a page', { text: '<html>OK</html>' }],
  ] as const

  it.each(lost)('is found by its custom id and not made twice when %s', async (_, answer) => {
    const w = world()
    w.vendor
      .onToken()
      .on('customer/start_chat', answer)
      .on('customer/list_chats', chats)
      .on('customer/get_chat', chatHolding([`${w.sessionId}:0`]))
    expect(await w.session().openThread(w.request())).toEqual(thread)
    expect(w.vendor.calls.slice(2)).toEqual([
      w.customerCall('list_chats', { limit: 1 }),
      w.customerCall('get_chat', { chat_id: thread.chatId }),
    ])
  })

  it.each([
    ['no chat came to be', noChats, chatHolding([])],
    ['the chat found is not of this session', chats, chatHolding(['conv_of_somebody_else:0'])],
    ['the chat found has no events', chats, chatHolding([])],
    ['the chat found is over', chats, chatHolding(['conv_session:0'], { active: false })],
    ['the chats cannot be looked at', refusal('validation'), chatHolding([])],
  ])('fails after four looks within seven seconds when %s', async (_, list, answer) => {
    const w = world()
    const waits = shortenWaits()
    w.vendor
      .onToken()
      .on('customer/start_chat', { drop: 'ECONNRESET' })
      .whenever('customer/list_chats', list)
      .whenever('customer/get_chat', answer)
    const error = await failsWith(ProviderUnreachableError, w.session().openThread(w.request()))
    expect(error.message).toBe(
      'LiveChat could not be reached for POST api.livechatinc.com/v3.6/customer/action/start_chat (ECONNRESET).'
    )
    expect(waits).toEqual([1_000, 2_000, 4_000])
    expect(w.vendor.bodies('customer/list_chats')).toHaveLength(4)
    expect(w.vendor.bodies('customer/start_chat')).toHaveLength(1)
  })

  it.each<[string, Answer]>([
    ['no chat yet', noChats],
    ['a refusal', refusal('validation')],
  ])('is found on the second look, a second later, when the first one shows %s', async (_, first) => {
    const w = world()
    const waits = shortenWaits()
    w.vendor
      .onToken()
      .on('customer/start_chat', { drop: 'ECONNRESET' })
      .on('customer/list_chats', first)
      .on('customer/list_chats', chats)
      .on('customer/get_chat', chatHolding([`${w.sessionId}:0`]))
    expect(await w.session().openThread(w.request())).toEqual(thread)
    expect(waits).toEqual([1_000])
    expect(w.vendor.bodies('customer/start_chat')).toHaveLength(1)
  })

  it.each<[string, Answer]>([
    ['refused for sure', refusal('validation')],
    ['limited in rate', refusal('too_many_requests', 429)],
    ['cut off before it left', { drop: 'ECONNREFUSED' }],
  ])('is not looked for when the call was %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.onToken().whenever('customer/start_chat', answer)
    expect(await failureOf(w.session().openThread(w.request()))).toBeInstanceOf(HitlError)
    expect(w.vendor.names()).not.toContain('customer/list_chats')
  })

  it('does not mistake a session whose id begins the same for this one', async () => {
    const w = world()
    shortenWaits()
    w.vendor
      .onToken()
      .on('customer/start_chat', { drop: 'ECONNRESET' })
      .whenever('customer/list_chats', chats)
      .whenever('customer/get_chat', chatHolding([`${w.sessionId}9:0`]))
    expect(await failsWith(ProviderUnreachableError, w.session().openThread(w.request()))).toBeInstanceOf(
      ProviderUnreachableError
    )
  })

  it('is simply repeated when the call never left', async () => {
    const w = world()
    shortenWaits()
    w.vendor.onToken().on('customer/start_chat', { drop: 'ECONNREFUSED' }).on('customer/start_chat', started)
    expect(await w.session().openThread(w.request())).toEqual(thread)
    expect(w.vendor.names()).toEqual(['token', 'customer/start_chat', 'customer/start_chat'])
  })

  it.each(lost)('of a returning user is found by its custom id when %s', async (_, answer) => {
    const w = world()
    await w.storeToken(w.previousId)
    w.vendor
      .on('customer/resume_chat', answer)
      .on('customer/get_chat', chatHolding([`${w.sessionId}:0`], { threadId: newThread.threadId }))
    expect(await w.session().openThread(w.returning(true))).toEqual(newThread)
    expect(w.vendor.names()).toEqual(['customer/resume_chat', 'customer/get_chat'])
  })

  it('of a returning user is found on the second look, and the chat is not resumed twice', async () => {
    const w = world()
    const waits = shortenWaits()
    await w.storeToken(w.previousId)
    w.vendor
      .on('customer/resume_chat', { drop: 'ECONNRESET' })
      .on('customer/get_chat', chatHolding([`${w.previousId}:0`], { active: false }))
      .on('customer/get_chat', chatHolding([`${w.sessionId}:0`], { threadId: newThread.threadId }))
    expect(await w.session().openThread(w.returning(true))).toEqual(newThread)
    expect(w.vendor.names()).toEqual(['customer/resume_chat', 'customer/get_chat', 'customer/get_chat'])
    expect(waits).toEqual([1_000])
  })

  it('of a returning user is found even when the chat could not be looked at for a while', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken(w.previousId)
    w.vendor.on('customer/resume_chat', { drop: 'ECONNRESET' })
    for (let look = 0; look < 4; look += 1) w.vendor.on('customer/get_chat', refusal('validation'))
    w.vendor
      .on('customer/get_chat', chatHolding([`${w.sessionId}:0`], { threadId: newThread.threadId }))
      // Only reached by a start that leaves the resumed thread open.
      .wheneverToken(granted({ token: secrets.renewedToken, id: otherCustomer }))
      .whenever('customer/start_chat', ownChat)
    expect(await w.session().openThread(w.returning(true))).toEqual(newThread)
    expect(w.vendor.names()).not.toContain('customer/start_chat')
  })

  it('of a returning user fails when the chat is not active', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken(w.previousId)
    const idle = chatHolding([`${w.sessionId}:0`], { active: false })
    w.vendor.on('customer/resume_chat', { drop: 'ECONNRESET' }).whenever('customer/get_chat', idle)
    expect(await failsWith(ProviderUnreachableError, w.session().openThread(w.returning(true)))).toBeInstanceOf(
      ProviderUnreachableError
    )
  })
})

describe('a first session that LiveChat refuses', () => {
  it.each([
    ['groups_offline', 'LiveChat refused start_chat: nobody in the group is available.'],
    ['group_not_found', 'LiveChat refused start_chat: the group does not exist. Check the group ID.'],
    ['limit_reached', 'LiveChat refused start_chat: a limit of the LiveChat account is reached.'],
    ['customer_banned', 'LiveChat refused start_chat: this person is banned in LiveChat.'],
    ['license_expired', 'LiveChat refused start_chat: the LiveChat subscription has expired.'],
    ['validation', 'LiveChat refused start_chat: error type "validation".'],
  ])('fails in plain words and one attempt (%s)', async (type, message) => {
    const w = world()
    w.vendor.onToken().on('customer/start_chat', refusal(type))
    const error = await failsWith(ProviderHttpError, w.session().openThread(w.request()))
    expect(error).toMatchObject({ type, message, retryable: false })
    expect(w.vendor.names()).toEqual(['token', 'customer/start_chat'])
  })

  it.each([
    ['has no cookie', granted({ cookie: null })],
    ['has no token', { json: { entity_id: customerId, expires_in: 28_800 } }],
    ['is empty', { text: '' }],
  ])('fails without a chat when the answer to the token request %s', async (_, answer) => {
    const w = world()
    w.vendor.onToken(answer)
    const error = await failsWith(ProviderHttpError, w.session().openThread(w.request()))
    expect(error.message).toBe("LiveChat's answer to the token request is not as documented.")
    expect(w.storedToken(w.sessionId)).toBeUndefined()
  })
})
