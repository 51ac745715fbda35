import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { nested, rows } from './world'
import { isRecord } from '../src/json'
import { defaultSeed, errorCodes } from '../src/providers/zoho-salesiq'
import {
  anna,
  ben,
  chloe,
  codeOf,
  dataOf,
  epochMs,
  listOf,
  opening,
  outlet,
  portalApi,
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

const get = (path: string) => kit.call('GET', `${portalApi}/${path}`)
const pick = (items: unknown[], name: string) => items.filter(isRecord).map((item) => item[name])

describe('brands', () => {
  it('are listed and read with the secrets the real ones have', async () => {
    expect(pick(listOf(await get('apps')), 'id')).toEqual([shop, outlet])
    expect(dataOf(await get(`apps/${shop}`))).toMatchObject({
      id: shop,
      name: 'Acme Shop',
      enabled: true,
      departments: expect.arrayContaining([{ [support]: 'Support' }]),
      waiting_time: 60,
      jwt_authentication: { secret_key: `emulated-zoho-jwt-secret-of-${shop}` },
      widgetcode: `emulated-zoho-widget-code-of-${shop}`,
    })
    expect(codeOf(await get('apps/1'))).toBe(errorCodes.NOT_FOUND)
  })
})

describe('departments', () => {
  it('write booleans as texts', async () => {
    const answer = await get('departments')
    expect(answer.body).toMatchObject({ object: 'list', sync_time: expect.stringMatching(epochMs) })
    expect(listOf(answer)[0]).toEqual({
      id: support,
      name: 'Support',
      display_name: 'Support',
      is_enabled: 'true',
      is_public: 'true',
      is_system_generated: 'false',
    })
    expect(dataOf(await get(`departments/${sales}`))).toMatchObject({ id: sales, name: 'Sales' })
    expect(codeOf(await get('departments/1'))).toBe(errorCodes.NOT_FOUND)
  })

  it('come 20 at a time, counted as the setting says', async () => {
    const departments = Array.from({ length: 45 }, (_, index) => ({
      id: `4021990000000${10_000 + index}`,
      name: `D${index}`,
    }))
    kit.siq.seed({ ...defaultSeed, departments: [...defaultSeed.departments, ...departments] })
    const names = async (query: string) => pick(listOf(await get(`departments${query}`)), 'name')
    expect(await names('')).toHaveLength(20)
    expect((await names('?index=20'))[0]).toBe('D16')
    expect(await names('?index=40')).toHaveLength(9)
    expect(await names('?index=49')).toEqual([])
    kit.siq.configure({ departmentIndex: 'page' })
    expect((await names('?index=2'))[0]).toBe('D16')
    expect(codeOf(await get('departments?page=2'))).toBe(1007)
    kit.siq.seed(defaultSeed)
  })
})

describe('a conversation', () => {
  it('is read with attender, owner and last message', async () => {
    const id = await kit.connected()
    kit.siq.agent(anna).note(id, 'looks fine')
    kit.siq.agent(anna).write(id, 'Hello Tom')
    const operator = {
      id: anna,
      name: 'Anna Nowak',
      email: 'anna@acme.example',
      is_bot: false,
      image_key: expect.any(String),
      call_enabled: true,
    }
    expect(dataOf(await get(`conversations/${id}`))).toMatchObject({
      id,
      attender: operator,
      owner: operator,
      participants: [operator],
      chat_status: { state: 2, state_key: 'connected', status_code: 0, status_key: 'open', label: 'Connected' },
      app_name: 'Acme Shop',
      notes: true,
      visitor: { email: 'Tom.Field@Example.com' },
      last_message_info: {
        sender: { id: anna, name: 'Anna Nowak' },
        type: 'text',
        message: { text: 'Hello Tom' },
        time: expect.stringMatching(epochMs),
      },
    })
    expect(codeOf(await get('conversations/1'))).toBe(errorCodes.NOT_FOUND)
  })

  it('has no attender while it waits', async () => {
    const { id } = await kit.open()
    const data = dataOf(await get(`conversations/${id}`))
    expect(data).not.toHaveProperty('attender')
    expect(data).toMatchObject({ notes: false, chat_status: { state: 1 } })
  })

  it('is found in the list by every filter', async () => {
    const waiting = (await kit.open()).id
    const connected = await kit.connected({ app_id: outlet, visitor: { user_id: 'b', email: 'B@b.example' } })
    const missed = (await kit.open()).id
    kit.siq.miss(missed)
    const ids = async (query: string) => pick(listOf(await get(`conversations?${query}`)), 'id')
    expect((await ids('')).toSorted()).toEqual([waiting, connected, missed])
    expect(await ids('status=waiting')).toEqual([waiting])
    expect(await ids('status=open')).toHaveLength(2)
    expect(await ids('status=closed')).toEqual([missed])
    expect(await ids(`app_id=${outlet}`)).toEqual([connected])
    expect(await ids(`attender_id=${anna}`)).toEqual([connected])
    expect(await ids('email=b@B.example')).toEqual([connected])
    expect(await ids(`department_id=${sales}`)).toEqual([])
    expect(await ids(`from_time=${Date.now() + 60_000}`)).toEqual([])
    expect(await ids('limit=2')).toHaveLength(2)
    expect(await ids('limit=2&page=2')).toHaveLength(1)
    expect(listOf(await get('conversations?fields=question,owner&status=waiting'))).toEqual([
      { question: 'Where is my order?' },
    ])
  })

  it.each(['limit=100', 'limit=x', 'page=0', 'status=new', 'fields=secret', 'sort_by=name', 'odd=1'])(
    'is not listed with %s',
    async (query) => expect(codeOf(await get(`conversations?${query}`))).toBe(1007)
  )
})

describe('the transcript', () => {
  it('has the documented items, 20 unless told, from a time on', async () => {
    const id = await kit.connected()
    const written = Array.from({ length: 22 }, (_, index) => kit.siq.agent(anna).write(id, `m${index}`))
    const items = listOf(await get(`conversations/${id}/messages`))
    expect(items).toHaveLength(20)
    expect(items.slice(0, 2)).toEqual([
      {
        sequence_id: '1',
        sender: { id: expect.stringMatching(/^\$\d+$/), name: 'Tom Field' },
        type: 'text',
        message: { text: 'Where is my order?' },
        time: expect.stringMatching(epochMs),
        meta: {},
        last_message_time: '-1',
        id: expect.stringMatching(/^\d{13}_/),
      },
      expect.objectContaining({ sender: { id: anna, name: 'Anna Nowak' }, time: written[0] }),
    ])
    const texts = async (query: string) =>
      listOf(await get(`conversations/${id}/messages?${query}`)).map((item) => nested(item, 'message')['text'])
    expect(await texts(`from_time=${written[20]}`)).toEqual(['m20', 'm21'])
    expect(await texts(`to_time=${written[1]}`)).toEqual(['m1', 'm0', 'Where is my order?'])
    expect(await texts(`from_time=${written[3]}&to_time=${written[9]}&limit=2`)).toEqual(['m3', 'm4'])
    expect(codeOf(await get(`conversations/${id}/messages?page=2`))).toBe(1007)
  })

  it('can be refused', async () => {
    const { id } = await kit.open()
    kit.siq.configure({ transcript: 'refused' })
    expect(codeOf(await get(`conversations/${id}/messages`))).toBe(1009)
  })

  it('describes files of operators unless they are nowhere', async () => {
    const id = await kit.connected()
    const bytes = new TextEncoder().encode('%PDF')
    kit.siq.agent(anna).sendFile(id, { name: 'bill 1.pdf', contentType: 'application/pdf', bytes })
    const meta = async () => nested(listOf(await get(`conversations/${id}/messages`)).at(-1), 'meta')
    const found = await meta()
    expect(found).toEqual({
      fName: 'bill 1.pdf',
      content: 'application/pdf',
      size: 4,
      url: expect.stringMatching(/^https:\/\/salesiq\.zoho\.eu\/acmeportal\/attachments\/\d+\/bill%201\.pdf$/),
    })
    const { host, pathname } = new URL(String(found['url']))
    const file = await kit.request(host, pathname)
    expect([file.status, file.headers.get('content-type'), file.raw]).toEqual([200, 'application/pdf', '%PDF'])
    expect((await kit.request('salesiq.zoho.com', pathname)).status).toBe(404)
    kit.siq.configure({ agentFiles: 'nowhere' })
    expect(await meta()).toEqual({})
  })
})

describe('the operator side', () => {
  it('writes as whoever answers', async () => {
    const { id } = await kit.open()
    const say = () => kit.call('POST', `${portalApi}/conversations/${id}/messages`, { text: 'from the API' })
    expect(codeOf(await say())).toBe(errorCodes.NO_OPERATOR)
    kit.siq.agent(ben).pickUp(id)
    expect(dataOf(await say())).toMatchObject({ sender: { id: ben }, message: { text: 'from the API' } })
    expect(kit.siq.conversation(id).messages.at(-1)).toMatchObject({ by: 'operator', operatorId: ben })
  })

  it('transfers to an operator at once and to a department until somebody accepts', async () => {
    const id = await kit.connected()
    const transfer = (body: unknown) => kit.call('PUT', `${portalApi}/conversations/${id}/transfer`, body)
    expect(dataOf(await transfer({ department_id: support, operator_id: ben, note: 'yours' }))).toMatchObject({
      attender: { id: ben },
    })
    await transfer({ department_id: sales, notes: 'anybody' })
    expect(kit.siq.conversation(id)).toMatchObject({ operatorId: ben, departmentId: support })
    expect(() => kit.siq.agent(chloe).acceptTransfer(id)).toThrow(/not offered/)
    kit.siq.agent(anna).acceptTransfer(id)
    expect(kit.siq.conversation(id)).toMatchObject({ operatorId: anna, departmentId: sales, operators: [anna, ben] })
    expect(codeOf(await transfer({ operator_id: ben }))).toBe(1007)
    expect(codeOf(await transfer({ department_id: '1' }))).toBe(errorCodes.NOT_FOUND)
  })
})

describe('the controls', () => {
  it('let only the operator who answers do things', async () => {
    const { id } = await kit.open()
    expect(() => kit.siq.agent(anna).write(id, 'hi')).toThrow(/waiting/)
    kit.siq.agent(anna).pickUp(id)
    expect(() => kit.siq.agent(ben).pickUp(id)).toThrow(/not waiting/)
    expect(() => kit.siq.agent(ben).write(id, 'hi')).toThrow(/does not answer/)
    expect(() => kit.siq.miss(id)).toThrow(/picked up/)
    expect(() => kit.siq.agent('1')).toThrow(/no operator/)
    expect(() => kit.siq.conversation('1')).toThrow(/no conversation/)
    kit.siq.agent(anna).close(id)
    expect(() => kit.siq.expire(id)).toThrow(/end/)
  })

  it('keep notes apart from messages', async () => {
    const id = await kit.connected()
    kit.siq.agent(anna).note(id, 'angry')
    expect(kit.siq.conversation(id).notes).toMatchObject([{ operatorId: anna, text: 'angry' }])
    expect(kit.siq.conversation(id).messages).toHaveLength(1)
  })

  it('open conversations of the website', () => {
    const id = kit.siq.openOnWebsite({ appId: outlet, name: 'Wanda', question: 'Anybody?' })
    kit.siq.writeAsVisitor(id, 'Hello?')
    expect(kit.siq.conversation(id)).toMatchObject({
      appId: outlet,
      visitor: { name: 'Wanda' },
      messages: [{ text: 'Anybody?' }, { text: 'Hello?' }],
    })
  })

  it('give copies', async () => {
    const { id } = await kit.open()
    const before = kit.siq.conversation(id)
    kit.siq.agent(anna).pickUp(id)
    expect(before.state).toBe('waiting')
  })
})

it('forgets everything on reset', async () => {
  const token = await kit.token()
  await kit.open()
  kit.siq.registerWebhookByHand(kit.webhookUrl, ['conversation.created'])
  kit.siq.configure({ closeMethod: 'POST', errorStatus: 'matching' })
  kit.siq.grantCode()
  kit.siq.revokeRefreshToken()
  kit.siq.reset()
  expect(kit.siq.conversations).toEqual([])
  expect(kit.siq.webhook.registered).toEqual([])
  expect(kit.siq.liveTokens).toEqual([])
  expect(kit.siq.tokenRequests).toBe(0)
  expect(kit.siq.settings).toMatchObject({ closeMethod: 'PUT', errorStatus: 'ok' })
  const stale = { authorization: `Bearer ${token}` }
  expect(codeOf(await kit.call('POST', visitorApi, opening(), stale))).toBe(1008)
  expect(await kit.freshToken()).toMatch(/^1000\./)
  const { body } = await kit.call('GET', `${portalApi}/webhooks`, undefined, {
    authorization: `Bearer ${await kit.freshToken()}`,
  })
  expect(rows(nested(body), 'data')).toEqual([])
})
