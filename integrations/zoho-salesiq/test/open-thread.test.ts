import { HitlError, type PastMessage, ProviderHttpError, ProviderUnreachableError, RateLimitedError } from '@hitl/core'
import { describe, expect, it } from 'vitest'
import {
  type Answer,
  APP,
  conversationId,
  data,
  DEPARTMENT,
  earlier,
  EVENTS,
  failsWith,
  failureOf,
  freezeClock,
  hexId,
  opened,
  PAGE,
  refusal,
  type Request,
  type Route,
  secrets,
  shortenWaits,
  thread,
  useWorld,
  type World,
} from './helpers'

const world = useWorld()

const OPEN: Route = 'POST visitor/conversations'
const LIST: Route = 'GET rest/conversations'
const CLOSE: Route = `PUT rest/conversations/${earlier.id}/close`
const CLOSE_AS_VISITOR: Route = `PUT visitorV2/conversations/${earlier.hexId}/close`
const DEFAULT_QUESTION = 'Would like to talk to a human agent.'
const OTHER_APP = '325000000012009'

const opening = (more: object = {}) => ({
  app_id: APP,
  department_id: DEPARTMENT,
  question: DEFAULT_QUESTION,
  visitor: { user_id: 'user_1' },
  ...more,
})
const open = (w: World, request: Request = w.request()) => w.api().openThread(request)

/** Opens a conversation that SalesIQ accepts at once, and returns what it was opened with. */
async function bodyOf(w: World, brief: Partial<Request['brief']>, contact: Partial<Request['contact']> = {}) {
  w.vendor.on(OPEN, opened)
  await open(w, w.request(brief, contact))
  return w.vendor.bodies(OPEN).at(-1)
}

const past = (count: number): PastMessage[] =>
  Array.from({ length: count }, (_, index) => ({
    speaker: index % 2 === 0 ? 'user' : 'bot',
    name: index % 2 === 0 ? 'Thomas' : 'Bot',
    text: `message ${index + 1}`,
  }))
const TRANSCRIPT = 'Thomas: message 1\nBot: message 2'
const withHistory = (w: World, more: Partial<Request['brief']> = {}) =>
  w.request({ history: past(2), transcript: TRANSCRIPT, ...more })

type Sent = { past_messages?: { sender_type: string; sender_name: string; time: number; text: string }[] }
const historyIn = (body: unknown) => (body as Sent).past_messages ?? []

describe('a new conversation', () => {
  it('takes exactly one call, and is known by its numeric id', async () => {
    const w = world()
    w.vendor.on(OPEN, opened)
    expect(await open(w)).toEqual(thread)
    expect(w.vendor.calls).toEqual([w.call(OPEN, { body: opening() })])
  })

  it.each<[string, Partial<Request['brief']>, string]>([
    ['title and description', { title: 'Lost parcel', description: 'Order 1234' }, 'Lost parcel\n\nOrder 1234'],
    ['the title alone', { title: 'Lost parcel' }, 'Lost parcel'],
    ['the description alone', { description: 'Order 1234' }, 'Order 1234'],
    ['neither', {}, DEFAULT_QUESTION],
    ['two empty texts', { title: '', description: '' }, DEFAULT_QUESTION],
  ])('begins with a question made of %s', async (_, brief, question) => {
    expect(await bodyOf(world(), brief)).toEqual(opening({ question }))
  })

  it('tells who the visitor is, as far as that is known', async () => {
    const contact = { userId: 'user_7', name: 'Thomas Anderson', email: 'Thomas@Example.org' }
    expect(await bodyOf(world(), {}, contact)).toEqual(
      opening({ visitor: { user_id: 'user_7', name: 'Thomas Anderson', email: 'Thomas@Example.org' } })
    )
  })

  it('has no members for what is not known', async () => {
    const body = await bodyOf(world(), {}, { name: '', email: '' })
    expect(body).toEqual(opening())
    expect(JSON.stringify(body)).not.toMatch(/email|name|phone|past_messages|customer_info|custom_wait_time/)
  })

  it('goes to the department and the brand of the session’s options', async () => {
    const w = world()
    const options = { departmentId: '325000000012007', appId: OTHER_APP }
    w.vendor.on(OPEN, opened)
    expect(await open(w, w.request({ options }))).toEqual({ ...thread, appId: OTHER_APP })
    expect(w.vendor.bodies(OPEN)).toEqual([opening({ app_id: OTHER_APP, department_id: '325000000012007' })])
  })

  it('goes to those of the settings when the options are left empty', async () => {
    expect(await bodyOf(world(), { options: { departmentId: '', appId: '' } })).toEqual(opening())
  })

  it.each([1, 60, 999])('rings for %i seconds when the options say so', async (waitTimeSeconds) => {
    expect(await bodyOf(world(), { options: { waitTimeSeconds } })).toEqual(
      opening({ custom_wait_time: waitTimeSeconds })
    )
  })

  it('shows the custom info beside the chat, and takes the phone number from it', async () => {
    const customInfo = { plan: 'pro', phone: ' +1 555 0100 ' }
    expect(await bodyOf(world(), { options: { customInfo } })).toEqual(
      opening({ visitor: { user_id: 'user_1', phone: '+1 555 0100' }, customer_info: customInfo })
    )
  })

  it.each<[string, Record<string, string>, object]>([
    ['nothing in it', {}, {}],
    ['no phone number in it', { plan: 'pro' }, { customer_info: { plan: 'pro' } }],
    ['a blank phone number in it', { phone: '  ' }, { customer_info: { phone: '  ' } }],
  ])('has no phone number from custom info with %s', async (_, customInfo, more) => {
    expect(await bodyOf(world(), { options: { customInfo } })).toEqual(opening(more))
  })

  it('notes the keys of the webhook as they are now', async () => {
    const w = world()
    await w.storeNote({ webhookId: '77', keys: ['key 1', 'key 2'], appIds: [APP] })
    w.vendor.on(OPEN, opened)
    expect(await open(w)).toEqual({ ...thread, webhookId: '77', keys: ['key 1', 'key 2'] })
  })

  it('is plain JSON that fits what core keeps, with two keys', async () => {
    const w = world()
    const keys = ['A'.repeat(392), 'B'.repeat(392)]
    await w.storeNote({ webhookId: '325000001900001', keys, appIds: [APP] })
    w.vendor.on(OPEN, opened)
    const made = await open(w)
    expect(JSON.parse(JSON.stringify(made))).toEqual(made)
    expect(JSON.stringify(made).length).toBeLessThan(2_000)
  })

  it('does not mind null and unknown members in the answer', async () => {
    const w = world()
    w.vendor.on(OPEN, data({ conversation_id: conversationId, id: null, department: null, more: { of: 'it' } }))
    expect(await open(w)).toEqual({ id: conversationId, appId: APP, keys: [] })
  })
})

describe('the history', () => {
  it('goes out as messages with the names of their speakers, times increasing up to now', async () => {
    const w = world()
    freezeClock()
    const history = historyIn(await bodyOf(w, { history: past(3), transcript: 'x' }))
    const now = Date.now()
    expect(history).toEqual([
      { sender_type: 'visitor', sender_name: 'Thomas', time: now - 3_000, text: 'message 1' },
      { sender_type: 'bot', sender_name: 'Bot', time: now - 2_000, text: 'message 2' },
      { sender_type: 'visitor', sender_name: 'Thomas', time: now - 1_000, text: 'message 3' },
    ])
  })

  it('does not repeat itself in the question', async () => {
    expect(await bodyOf(world(), { history: past(2), transcript: TRANSCRIPT })).toMatchObject({
      question: DEFAULT_QUESTION,
    })
  })

  it('of a hundred messages goes out whole', async () => {
    const history = historyIn(await bodyOf(world(), { history: past(100), transcript: 'x' }))
    expect(history.map(({ text }) => text)).toEqual(past(100).map(({ text }) => text))
  })

  it('of more goes out with its end, and says how much is missing', async () => {
    const history = historyIn(await bodyOf(world(), { history: past(130), transcript: 'x' }))
    expect(history.map(({ text }) => text)).toEqual([
      '[30 earlier messages are not shown]',
      ...past(130)
        .slice(30)
        .map(({ text }) => text),
    ])
    expect(history[0]).toMatchObject({ sender_type: 'bot', sender_name: 'Bot' })
    const times = history.map(({ time }) => time)
    expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? time))).toBe(true)
    expect(times.at(-1)).toBeLessThanOrEqual(Date.now())
  })

  it('has an endless message cut', async () => {
    const long: PastMessage = { speaker: 'user', name: 'Thomas', text: 'word '.repeat(5_000) }
    const [sent] = historyIn(await bodyOf(world(), { history: [long], transcript: 'x' }))
    expect(sent?.text.length).toBeLessThanOrEqual(4_000)
    expect(sent?.text).toMatch(/^word word/)
  })

  it.each<[string, Answer]>([
    ['a value of the wrong type', refusal(1007)],
    ['an unknown error', refusal(6_001)],
    ['an unknown error and status 400', refusal(6_001, 400)],
    ['status 413', { status: 413, text: '' }],
    [
      'too many of them, without a word of which',
      { json: { error: { code: 6_001, message: 'Too many past_messages' } } },
    ],
    ['too many of them', { json: { error: { code: 6_001, message: 'Limit exceeded', param: 'past_messages' } } }],
  ])('goes out once again as a text in the question when SalesIQ does not take it: %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on(OPEN, answer).on(OPEN, opened)
    expect(await open(w, withHistory(w, { title: 'Lost parcel' }))).toEqual(thread)
    const [first, second] = w.vendor.bodies(OPEN)
    expect(historyIn(first)).toHaveLength(2)
    expect(second).toEqual(opening({ question: `Lost parcel\n\nConversation with the bot so far:\n${TRANSCRIPT}` }))
    expect(w.vendor.names()).toEqual([OPEN, OPEN])
  })

  it('as a text keeps its end when it is long', async () => {
    const w = world()
    const transcript = `beginning${'x'.repeat(10_000)}end`
    w.vendor.on(OPEN, refusal(1007)).on(OPEN, opened)
    await open(w, withHistory(w, { transcript }))
    const { question } = w.vendor.bodies(OPEN)[1] as { question: string }
    expect(question.length).toBeLessThan(4_200)
    expect(question).toMatch(/:\n….+end$/s)
    expect(question).not.toContain('beginning')
  })

  it('that is refused both ways fails the start, after two calls', async () => {
    const w = world()
    w.vendor.on(OPEN, refusal(1007)).on(OPEN, refusal(1007))
    expect(await failsWith(ProviderHttpError, open(w, withHistory(w)))).toMatchObject({ type: '1007' })
    expect(w.vendor.count(OPEN)).toBe(2)
  })

  it.each([
    [1002, 200],
    [1005, 200],
    [1005, 400],
    [1009, 200],
    [1009, 401],
  ])('is not the reason of a refusal with code %i and status %i, and is not sent again', async (code, status) => {
    const w = world()
    w.vendor.on(OPEN, refusal(code, status))
    expect(await failsWith(ProviderHttpError, open(w, withHistory(w)))).toMatchObject({ type: String(code) })
    expect(w.vendor.names()).toEqual([OPEN])
    expect(w.logLines).toEqual([])
  })

  it.each([200, 400, 401])('is not the reason when a new token is refused (1008, status %i)', async (status) => {
    const w = world()
    shortenWaits()
    w.vendor.on(OPEN, refusal(1008, status)).onToken().on(OPEN, refusal(1008, status))
    await failsWith(ProviderHttpError, open(w, withHistory(w)))
    expect(w.vendor.names()).toEqual([OPEN, 'token', OPEN])
    expect(w.logLines).toEqual([])
  })

  it('is not the reason of a rate limit', async () => {
    const w = world()
    w.vendor.on(OPEN, { status: 429, json: {}, headers: { 'retry-after': '3600' } })
    await failsWith(RateLimitedError, open(w, withHistory(w)))
    expect(w.vendor.names()).toEqual([OPEN])
  })

  it('says nothing of it in the log', async () => {
    const w = world()
    const history: PastMessage[] = [{ speaker: 'user', name: 'Thomas', text: secrets.userText }]
    w.vendor.on(OPEN, refusal(1007)).on(OPEN, opened)
    await open(w, w.request({ history, transcript: secrets.userText, title: secrets.userText }))
    expect(w.logLines).toEqual(['Zoho SalesIQ did not take the history as messages; it is sent as a text.'])
  })
})

describe('a refused start', () => {
  it.each([1002, 1004, 1005, 1006, 1007, 1009, 6_001])('fails at once and opens nothing (code %i)', async (code) => {
    const w = world()
    w.vendor.on(OPEN, refusal(code))
    const error = await failsWith(ProviderHttpError, open(w, w.request({ title: secrets.userText })))
    expect(error).toMatchObject({ type: String(code), retryable: false })
    expect(w.vendor.names()).toEqual([OPEN])
  })

  it('is tried again when SalesIQ could not check the token (1001): nothing was opened then', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(OPEN, refusal(1001)).whenever(LIST, data([])).on(OPEN, opened)
    expect(await open(w)).toEqual(thread)
    expect(w.vendor.count(OPEN)).toBe(2)
  })

  it('is repeated when the call never left', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(OPEN, { drop: 'ECONNREFUSED' }).on(OPEN, opened)
    expect(await open(w)).toEqual(thread)
    expect(w.vendor.names()).toEqual([OPEN, OPEN])
  })

  it('waits out a rate limit', async () => {
    const w = world()
    const waits = shortenWaits()
    w.vendor.on(OPEN, { status: 429, json: {}, headers: { 'retry-after': '2' } }).on(OPEN, opened)
    expect(await open(w)).toEqual(thread)
    expect(waits).toEqual([2_000])
  })
})

describe('a start whose outcome is in doubt', () => {
  const lost: readonly (readonly [string, Answer])[] = [
    ['the connection drops', { drop: 'ECONNRESET' }],
    ['SalesIQ has an internal problem', { status: 500, text: '' }],
    ['a gateway answers with a page', { ...PAGE, status: 502 }],
    ['the answer is a page', PAGE],
    ['the answer is empty', { text: '' }],
    ['the answer breaks off', { text: '{"data":{"conversation_id":"3250' }],
    ['the answer has no data', { json: { object: 'conversations' } }],
    ['the answer has no conversation_id', data({ chat_status: { state_key: 'waiting' } })],
  ]
  const listed = (more: object = {}) => ({
    id: conversationId,
    question: DEFAULT_QUESTION,
    start_time: String(Date.now()),
    visitor: { id: '5', user_id: 'user_1', email: 'thomas@example.org' },
    ...more,
  })

  it.each(lost)('is looked for in the list, and adopted by the visitor’s user ID (%s)', async (_, answer) => {
    const w = world()
    freezeClock()
    const others = [listed({ id: '1', visitor: { user_id: 'user_2' } }), listed({ id: '2', visitor: null })]
    w.vendor.on(OPEN, answer).on(LIST, data([...others, listed()]))
    expect(await open(w)).toMatchObject({ id: conversationId, appId: APP, keys: [] })
    expect(w.vendor.calls[1]).toEqual(
      w.call(LIST, { query: `?status=open&app_id=${APP}&from_time=${Date.now() - 5_000}&limit=99` })
    )
    expect(w.vendor.names()).toEqual([OPEN, LIST])
  })

  it.each(lost)('fails when nothing is found, and is never opened a second time (%s)', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on(OPEN, answer).whenever(LIST, data([]))
    expect(await failureOf(open(w, withHistory(w, { title: secrets.userText })))).toBeInstanceOf(HitlError)
    expect(w.vendor.count(OPEN)).toBe(1)
    expect(w.vendor.count(LIST)).toBeGreaterThan(1)
  })

  it('is found when it shows up a little later', async () => {
    const w = world()
    shortenWaits()
    w.vendor
      .on(OPEN, { drop: 'ECONNRESET' })
      .on(LIST, data([]))
      .on(LIST, data([]))
      .on(LIST, data([listed()]))
    expect(await open(w)).toMatchObject({ id: conversationId })
  })

  it('is not guessed when two conversations could be meant', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(OPEN, { drop: 'ECONNRESET' }).whenever(LIST, data([listed(), listed({ id: '325000009999999' })]))
    expect(await failureOf(open(w))).toBeInstanceOf(HitlError)
  })

  const email = 'Thomas@Example.org'

  it('is known by e-mail address, perhaps in lower case, and question where the list shows no user IDs', async () => {
    const w = world()
    w.vendor.on(OPEN, { drop: 'ECONNRESET' }).on(LIST, data([listed({ visitor: { email: email.toLowerCase() } })]))
    expect(await open(w, w.request({}, { email }))).toMatchObject({ id: conversationId })
  })

  it.each<[string, object[]]>([
    ['of another visitor', [listed({ visitor: { user_id: 'user_2' } })]],
    ['of another visitor with the same address', [listed({ visitor: { user_id: 'user_2', email } })]],
    ['without anything of the visitor', [listed({ visitor: undefined })]],
    ['of a visitor known by name only', [listed({ visitor: { name: 'Thomas Anderson' } })]],
    ['of the same address with another question', [listed({ visitor: { email }, question: 'Something else' })]],
    ['of another address', [listed({ visitor: { email: 'neo@example.org' } })]],
    ['that is older than the call', [listed({ start_time: String(Date.now() - 60_000) })]],
    ['without a time', [listed({ start_time: undefined })]],
    ['of the other kind of id', [listed({ id: hexId })]],
    ['that is one of two', [listed(), listed({ id: '325000002017009' })]],
  ])('never adopts a conversation %s', async (_, list) => {
    const w = world()
    shortenWaits()
    w.vendor.on(OPEN, { drop: 'ECONNRESET' }).whenever(LIST, data(list))
    const request = w.request({}, { email, name: 'Thomas Anderson' })
    expect(await failsWith(ProviderUnreachableError, open(w, request))).toMatchObject({ sent: true, retryable: true })
  })

  it('never adopts by an address when this visitor has none', async () => {
    const w = world()
    shortenWaits()
    w.vendor
      .on(OPEN, { drop: 'ECONNRESET' })
      .whenever(LIST, data([listed({ visitor: { email: '' } }), listed({ visitor: {} })]))
    expect(await failureOf(open(w))).toBeInstanceOf(ProviderUnreachableError)
  })

  it.each<[string, Answer]>([
    ['may not be read', refusal(1009)],
    ['is a page', PAGE],
    ['cannot be reached', { drop: 'ECONNRESET' }],
  ])('fails with the first reason when the list %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on(OPEN, { drop: 'ECONNRESET' }).whenever(LIST, answer)
    const error = await failsWith(ProviderUnreachableError, open(w))
    expect(error.message).toContain('POST salesiq.zoho.com/api/visitor/v1/examplescreen/conversations')
  })

  it('is over within the time that the step has', async () => {
    const w = world()
    const waits = shortenWaits()
    w.vendor.on(OPEN, { drop: 'ECONNRESET' }).whenever(LIST, data([]))
    await failureOf(open(w))
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(12_000)
  })
})

describe('an answer without the numeric id', () => {
  const hexOnly = data({ id: hexId, chat_status: { state_key: 'waiting' } })
  const CLOSE_IT: Route = `PUT visitorV2/conversations/${hexId}/close`

  it('fails, and closes what could never be heard of again', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(OPEN, hexOnly).whenever(LIST, data([])).on(CLOSE_IT)
    expect(await failsWith(ProviderHttpError, open(w, withHistory(w)))).toMatchObject({
      message: 'Zoho SalesIQ did not tell the ID of the conversation it opened.',
    })
    expect(w.vendor.count(OPEN)).toBe(1)
    expect(w.vendor.names().at(-1)).toBe(CLOSE_IT)
  })

  it('fails for the same reason when it cannot be closed either', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(OPEN, hexOnly).whenever(LIST, data([])).on(CLOSE_IT, refusal(1009))
    expect(await failsWith(ProviderHttpError, open(w))).toMatchObject({
      message: 'Zoho SalesIQ did not tell the ID of the conversation it opened.',
    })
  })

  it('is completed from the list where that shows it', async () => {
    const w = world()
    const item = { id: conversationId, start_time: String(Date.now()), visitor: { user_id: 'user_1' } }
    w.vendor.on(OPEN, hexOnly).on(LIST, data([item]))
    expect(await open(w)).toEqual(thread)
    expect(w.vendor.names()).toEqual([OPEN, LIST])
  })
})

describe('the chat of an earlier session', () => {
  it('that is known to be closed costs no call', async () => {
    const w = world()
    w.vendor.on(OPEN, opened)
    expect(await open(w, w.returning(true))).toEqual(thread)
    expect(w.vendor.names()).toEqual([OPEN])
  })

  it('that may still be open is closed first, so that the user never has two', async () => {
    const w = world()
    w.vendor.on(CLOSE).on(OPEN, opened)
    expect(await open(w, w.returning(false))).toEqual(thread)
    expect(w.vendor.calls).toEqual([w.call(CLOSE), w.call(OPEN, { body: opening() })])
  })

  it.each<[string, Answer]>([
    ['is refused', refusal(6_001)],
    ['fails', { status: 500, text: '' }],
    ['cannot be reached', { drop: 'ECONNRESET' }],
  ])('does not keep the user from an agent when closing it %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor
      .whenever(CLOSE, answer)
      .whenever(CLOSE_AS_VISITOR, answer)
      .whenever(`GET rest/conversations/${earlier.id}`, answer)
      .whenever(`POST visitor/conversations/${earlier.id}/messages`, answer)
      .on(OPEN, opened)
    expect(await open(w, w.returning(false))).toEqual(thread)
    expect(w.logLines).toHaveLength(1)
    expect(w.logLines[0]).toMatch(
      new RegExp(`^An earlier chat of the same user could not be closed \\(thread ${earlier.id}\\): `)
    )
  })
})

describe('another brand than that of the settings', () => {
  const EXTEND: Route = 'PUT rest/webhooks/77'
  const note = { webhookId: '77', keys: ['key'], appIds: [APP] }
  const elsewhere = { options: { appId: OTHER_APP } }

  it('is added once to what our webhook reports, before the conversation is opened', async () => {
    const w = world()
    await w.storeNote(note)
    w.vendor.on(EXTEND).on(OPEN, opened).on(OPEN, opened)
    expect(await open(w, w.request(elsewhere))).toEqual({ ...thread, appId: OTHER_APP, webhookId: '77', keys: ['key'] })
    await open(w, w.request(elsewhere))
    expect(w.vendor.names()).toEqual([EXTEND, OPEN, OPEN])
    expect(w.vendor.calls[0]).toEqual(
      w.call(EXTEND, { body: { type: 'data', events: EVENTS, app_ids: [APP, OTHER_APP] } })
    )
    expect(w.note()).toEqual({ ...note, appIds: [APP, OTHER_APP] })
  })

  it('is not added again by an instance that has just started', async () => {
    const w = world()
    await w.storeNote({ ...note, appIds: [APP, OTHER_APP] })
    w.vendor.on(OPEN, opened)
    await (await w.instance()).openThread(w.request(elsewhere))
    expect(w.vendor.names()).toEqual([OPEN])
  })

  it('costs no call while the webhook is made by hand: that one reports what was chosen for it', async () => {
    const w = world()
    await w.storeNote({ keys: [], appIds: [], webhookId: '77' })
    w.vendor.on(OPEN, opened)
    expect(await open(w, w.request(elsewhere))).toEqual({ ...thread, appId: OTHER_APP, webhookId: '77' })
  })

  it('fails the start when it cannot be added: no answer would ever arrive', async () => {
    const w = world()
    await w.storeNote(note)
    w.vendor.on(EXTEND, refusal(1009))
    await failsWith(ProviderHttpError, open(w, w.request(elsewhere)))
    expect(w.vendor.names()).toEqual([EXTEND])
    expect(w.note()).toEqual(note)
  })

  it('is kept when another instance adds one of its own a moment later', async () => {
    const w = world()
    await w.storeNote(note)
    const third = '325000000012011'
    const instances = [await w.instance(), await w.instance()]
    w.vendor.whenever(EXTEND).whenever(OPEN, opened)
    // Both have read the note before either adds its brand.
    for (const api of instances) await api.openThread(w.request())
    await instances[0]?.openThread(w.request(elsewhere))
    await instances[1]?.openThread(w.request({ options: { appId: third } }))
    expect(w.vendor.bodies(EXTEND).at(-1)).toMatchObject({ app_ids: [APP, OTHER_APP, third] })
  })
})
