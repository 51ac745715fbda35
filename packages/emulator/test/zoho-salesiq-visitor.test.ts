import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dataCenters, errorCodes } from '../src/providers/zoho-salesiq'
import {
  anna,
  ben,
  codeOf,
  dataOf,
  digits,
  epochMs,
  opening,
  outlet,
  portalApi,
  returns,
  sales,
  shop,
  support,
  visitorApi,
  ZohoKit,
} from './zoho-salesiq-kit'

let kit: ZohoKit
beforeAll(async () => {
  kit = await ZohoKit.start()
})
afterAll(() => kit.close())
beforeEach(() => kit.reset())
afterEach(() => kit.emulator.clock.reset())

const post = (changes: Record<string, unknown> = {}) => kit.call('POST', visitorApi, opening(changes))
const send = (id: string, body: unknown) => kit.call('POST', `${visitorApi}/${id}/messages`, body)

const formOf = (...parts: [name: string, value: string | File][]): FormData => {
  const form = new FormData()
  for (const [name, value] of parts) form.append(name, value)
  return form
}
const picture = () => new File([new Uint8Array([1, 2, 3])], 'photo of me.png', { type: 'image/png' })

describe('every call', () => {
  it('wants the header', async () => {
    const bare = await kit.request(dataCenters.eu.salesiq, visitorApi, { method: 'POST' })
    expect([bare.status, codeOf(bare)]).toEqual([200, 1002])
    expect(codeOf(await kit.call('POST', visitorApi, {}, { authorization: 'Basic abc' }))).toBe(1002)
  })

  it('takes both schemes and refuses tokens it does not know', async () => {
    for (const scheme of ['Zoho-oauthtoken', 'Bearer']) {
      const headers = { authorization: `${scheme} ${await kit.token()}` }
      expect(codeOf(await kit.call('POST', visitorApi, opening(), headers))).toBeUndefined()
    }
    expect(codeOf(await kit.call('POST', visitorApi, opening(), { authorization: 'Bearer 1000.a.b' }))).toBe(1008)
  })

  it('wants the right portal, method and data centre', async () => {
    expect(codeOf(await kit.call('GET', '/api/v2/otherportal/apps'))).toBe(1005)
    expect(codeOf(await kit.call('GET', visitorApi))).toBe(1004)
    const headers = { authorization: `Bearer ${await kit.token()}` }
    const abroad = await kit.request(dataCenters.us.salesiq, `${portalApi}/apps`, { headers })
    expect(codeOf(abroad)).toBe(1008)
  })

  it('checks scopes without minding the case', async () => {
    const { seed } = kit.siq
    const { defaultSeed } = await import('../src/providers/zoho-salesiq')
    seed({ ...defaultSeed, scopes: ['salesiq.Conversations.create'] })
    expect(codeOf(await post())).toBeUndefined()
    expect(codeOf(await kit.call('GET', `${portalApi}/conversations`))).toBe(1009)
    seed(defaultSeed)
  })

  it.each([
    [1002, 401, { authorization: 'x' }, '/api/v2/acmeportal/apps'],
    [1008, 401, { authorization: 'Bearer 1000.a.b' }, '/api/v2/acmeportal/apps'],
    [1005, 404, {}, '/api/v2/otherportal/apps'],
    [1004, 405, {}, visitorApi],
    [1007, 400, {}, '/api/v2/acmeportal/apps?odd=1'],
    [errorCodes.NOT_FOUND, 404, {}, '/api/v2/acmeportal/apps/1'],
  ])('can answer %i with status %i', async (code, status, headers, path) => {
    const plain = await kit.call('GET', path, undefined, headers)
    expect([plain.status, codeOf(plain)]).toEqual([200, code])
    kit.siq.configure({ errorStatus: 'matching' })
    const matching = await kit.call('GET', path, undefined, headers)
    expect([matching.status, codeOf(matching)]).toEqual([status, code])
  })
})

describe('opening a conversation', () => {
  it('answers exactly the members seen live', async () => {
    const answer = await post()
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({ url: visitorApi, object: 'conversations', data: expect.any(Object) })
    expect(dataOf(answer)).toEqual({
      conversation_id: expect.stringMatching(digits),
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      chat_id: expect.stringMatching(/^LD_/),
      wms_chat_id: expect.any(String),
      reference_id: '1',
      department: { id: support, name: 'Support' },
      visitor: {
        id: expect.stringMatching(digits),
        user_id: 'user-1',
        name: 'Tom Field',
        first_name: 'Tom',
        last_name: 'Field',
        email: 'Tom.Field@Example.com',
        ip: expect.any(String),
        country_code: 'US',
        salutation: '',
        supported_operations: expect.arrayContaining(['file_share']),
      },
      auto_assign: false,
      chat_status: { state: 1, state_key: 'waiting', status_code: 0, status_key: 'open' },
      question: 'Where is my order?',
      type: 'chat',
      start_time: expect.stringMatching(epochMs),
      last_modified_time: expect.stringMatching(epochMs),
    })
    expect(Number(dataOf(answer)['conversation_id'])).toBeGreaterThan(Number.MAX_SAFE_INTEGER)
  })

  it('keeps everything it was given', async () => {
    const past_messages = [
      { sender_type: 'visitor', sender_name: 'Tom', time: 1_000, text: 'hi' },
      { sender_type: 'bot', sender_name: 'Bot', time: 1_001, text: 'hello' },
    ]
    const { id, hexId } = await kit.open({ past_messages, customer_info: { plan: 'gold' }, custom_wait_time: 120 })
    const snapshot = kit.siq.conversation(id)
    expect(kit.siq.conversation(hexId)).toEqual(snapshot)
    expect(snapshot).toMatchObject({
      id,
      hexId,
      referenceId: '1',
      appId: shop,
      departmentId: support,
      state: 'waiting',
      visitor: { userId: 'user-1', name: 'Tom Field', email: 'Tom.Field@Example.com', phone: '+1 555 0100' },
      question: 'Where is my order?',
      pastMessages: past_messages,
      customerInfo: { plan: 'gold' },
      waitTime: 120,
      operators: [],
      messages: [{ by: 'visitor', text: 'Where is my order?' }],
    })
  })

  it('knows a visitor again by user_id and lets one have several conversations', async () => {
    const [first, second, other] = [await post(), await post(), await post({ visitor: { user_id: 'user-2' } })]
    const visitorId = (answer: typeof first) => Object(dataOf(answer)['visitor']).id
    expect(visitorId(first)).toBe(visitorId(second))
    expect(visitorId(other)).not.toBe(visitorId(first))
    expect(Object(dataOf(other)['visitor']).name).toBe('Visitor 3')
  })

  const pastMessage = { sender_type: 'bot', sender_name: 'Bot', time: 5, text: 'x' }
  it.each<[string, Record<string, unknown>]>([
    ['no question', { question: undefined }],
    ['an empty question', { question: ' ' }],
    ['no visitor', { visitor: undefined }],
    ['no user id', { visitor: { name: 'Tom' } }],
    ['an e-mail that is no text', { visitor: { user_id: 'a', email: 7 } }],
    ['an unknown member of the visitor', { visitor: { user_id: 'a', mail: 'x' } }],
    ['no brand', { app_id: undefined }],
    ['a brand as a number', { app_id: 402_199_000 }],
    ['no department', { department_id: undefined }],
    ['a wait time that is a text', { custom_wait_time: '60' }],
    ['a wait time above 999', { custom_wait_time: 1000 }],
    ['customer_info that is no text', { customer_info: { age: 7 } }],
    ['an unknown member', { attachments: [] }],
    ['past messages that are no list', { past_messages: pastMessage }],
    ['a past time that is a text', { past_messages: [{ ...pastMessage, time: '5' }] }],
    ['a past message of an operator', { past_messages: [{ ...pastMessage, sender_type: 'operator' }] }],
    ['an empty past message', { past_messages: [{ ...pastMessage, text: '' }] }],
    ['an unknown member of a past message', { past_messages: [{ ...pastMessage, id: '1' }] }],
    ['past messages out of order', { past_messages: [pastMessage, { ...pastMessage, time: 4 }] }],
  ])('refuses %s with 1007', async (_what, change) => {
    expect(codeOf(await post(change))).toBe(1007)
    expect(kit.siq.conversations).toEqual([])
  })

  it('refuses a body that is not JSON', async () => {
    const headers = { authorization: `Bearer ${await kit.token()}`, 'content-type': 'text/plain' }
    const init = { method: 'POST', headers, body: JSON.stringify(opening()) }
    expect(codeOf(await kit.request(dataCenters.eu.salesiq, visitorApi, init))).toBe(1007)
  })

  it.each([
    ['an unknown brand', { app_id: '1' }],
    ['an unknown department', { department_id: '1' }],
    ['a department of another brand', { app_id: outlet, department_id: sales }],
  ])('refuses %s', async (_what, change) => {
    expect(codeOf(await post(change))).toBe(errorCodes.NOT_FOUND)
  })

  it('can refuse past messages', async () => {
    kit.siq.configure({ pastMessages: 'refused' })
    expect(codeOf(await post({ past_messages: [pastMessage] }))).toBe(1007)
    expect(codeOf(await post())).toBeUndefined()
  })

  it('is missed after the wait time, and not when picked up', async () => {
    const [lonely, lucky] = [await kit.open({ custom_wait_time: 30 }), await kit.open({ custom_wait_time: 30 })]
    kit.siq.agent(anna).pickUp(lucky.id)
    await kit.emulator.clock.advance(30_000)
    expect(kit.siq.conversation(lonely.id).state).toBe('missed')
    expect(kit.siq.conversation(lucky.id).state).toBe('connected')
    kit.siq.configure({ missAfterWaitTime: false })
    const { id } = await kit.open({ custom_wait_time: 30 })
    await kit.emulator.clock.advance(60_000)
    expect(kit.siq.conversation(id).state).toBe('waiting')
  })

  it('assigns at once, and says so before it answers', async () => {
    kit.siq.configure({ autoAssign: { operatorId: ben, delayMs: 0 } })
    kit.listen('conversation.attender.updated')
    const answer = await post()
    expect(kit.received.map(({ body }) => body['event'])).toEqual(['conversation.attender.updated'])
    expect(dataOf(answer)).toMatchObject({ auto_assign: true, chat_status: { state_key: 'waiting' } })
    expect(kit.siq.conversations[0]).toMatchObject({ state: 'connected', operatorId: ben, operators: [ben] })
  })

  it('assigns later when told to, and only to operators there are', async () => {
    kit.siq.configure({ autoAssign: { operatorId: ben, delayMs: 5_000 } })
    const { id } = await kit.open()
    await kit.emulator.clock.advance(4_000)
    expect(kit.siq.conversation(id).state).toBe('waiting')
    await kit.emulator.clock.advance(1_000)
    expect(kit.siq.conversation(id).operatorId).toBe(ben)
    expect(() => kit.siq.configure({ autoAssign: { operatorId: '1', delayMs: 0 } })).toThrow(/no operator/)
  })
})

describe('a visitor message', () => {
  it('is answered by an empty body, under either id', async () => {
    const { id, hexId } = await kit.open()
    for (const name of [id, hexId]) {
      const answer = await send(name, { text: `to ${name}` })
      expect([answer.status, answer.raw]).toEqual([200, ''])
    }
    kit.siq.configure({ emptyAnswerStatus: 204 })
    expect((await send(id, { text: 'again' })).status).toBe(204)
    const { messages } = kit.siq.conversation(id)
    expect(messages.map(({ text }) => text)).toEqual(['Where is my order?', `to ${id}`, `to ${hexId}`, 'again'])
    expect(messages.every(({ by }) => by === 'visitor')).toBe(true)
    const ids = messages.map((message) => message.id)
    expect(ids).toEqual([...new Set(ids)].toSorted())
  })

  it('can be a file with a comment', async () => {
    const { id } = await kit.open()
    await send(id, formOf(['file', picture()], ['comment', 'look']))
    await send(id, formOf(['file', picture()]))
    const [, first, second] = kit.siq.conversation(id).messages
    expect(first).toMatchObject({ text: 'look', file: { name: 'photo of me.png', contentType: 'image/png' } })
    expect([...(first?.file?.bytes ?? [])]).toEqual([1, 2, 3])
    expect(second?.text).toBeUndefined()
  })

  it.each<[string, unknown]>([
    ['no text', {}],
    ['an empty text', { text: '' }],
    ['a text that is none', { text: 5 }],
    ['an unknown member', { text: 'hi', client_id: 'x' }],
    ['a form without a file', formOf(['comment', 'look'])],
    ['a file that is a text', formOf(['file', 'bytes'])],
    ['two files', formOf(['file', picture()], ['file', picture()])],
    ['another part', formOf(['file', picture()], ['text', 'x'])],
  ])('with %s is 1007', async (_what, body) => {
    const { id } = await kit.open()
    expect(codeOf(await send(id, body))).toBe(1007)
    expect(kit.siq.conversation(id).messages).toHaveLength(1)
  })

  it('may have 50 MB', async () => {
    const { id } = await kit.open()
    const fileOf = (bytes: number) => formOf(['file', new File([new Uint8Array(bytes)], 'big.bin')])
    expect(codeOf(await send(id, fileOf(50 * 1024 * 1024)))).toBeUndefined()
    expect(codeOf(await send(id, fileOf(50 * 1024 * 1024 + 1)))).toBe(errorCodes.FILE_TOO_LARGE)
  })

  it('needs a conversation that is there and open', async () => {
    expect(codeOf(await send('1', { text: 'hi' }))).toBe(errorCodes.NOT_FOUND)
    const { id } = await kit.open()
    kit.siq.closeByVisitor(id)
    expect(codeOf(await send(id, { text: 'hi' }))).toBe(errorCodes.CLOSED)
  })
})

describe('a close', () => {
  const closing = {
    visitor: (id: string) => `/visitor/v2/acmeportal/conversations/${id}/close`,
    operator: (id: string) => `${portalApi}/conversations/${id}/close`,
  }

  it('by the visitor takes either id and answers the end', async () => {
    const { id, hexId } = await kit.open()
    const answer = await kit.call('PUT', closing.visitor(hexId))
    expect(dataOf(answer)).toMatchObject({
      conversation_id: id,
      end_time: expect.stringMatching(epochMs),
      chat_status: { status_code: 2, state: 4 },
    })
    expect(kit.siq.conversation(id)).toMatchObject({ state: 'end', endedBy: 'visitor' })
    expect(codeOf(await kit.call('PUT', closing.visitor(id)))).toBe(errorCodes.CLOSED)
  })

  it('by an operator takes the numeric id only', async () => {
    const { id, hexId } = await kit.open()
    expect(codeOf(await kit.call('PUT', closing.operator(hexId)))).toBe(errorCodes.NOT_FOUND)
    expect(dataOf(await kit.call('PUT', closing.operator(id)))).toMatchObject({ id, chat_status: { state: 4 } })
    expect(kit.siq.conversation(id)).toMatchObject({ state: 'end', endedBy: 'agent' })
  })

  it.each(['visitor', 'operator'] as const)('by the %s has one method, and can be refused', async (who) => {
    const { id } = await kit.open({ app_id: outlet, department_id: returns })
    expect(codeOf(await kit.call('POST', closing[who](id)))).toBe(1004)
    kit.siq.configure({ closeMethod: 'POST', operatorClose: 'refused', visitorClose: 'refused' })
    expect(codeOf(await kit.call('PUT', closing[who](id)))).toBe(1004)
    expect(codeOf(await kit.call('POST', closing[who](id)))).toBe(1009)
    kit.siq.configure({ operatorClose: 'allowed', visitorClose: 'allowed' })
    expect(codeOf(await kit.call('POST', closing[who](id), { odd: 1 }))).toBe(1007)
    expect(codeOf(await kit.call('POST', closing[who](id), {}))).toBeUndefined()
  })
})
