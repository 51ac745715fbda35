import { createPublicKey } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { errorCodes } from '../src/providers/zoho-salesiq'
import { codeOf, dataOf, digits, epochMs, outlet, portalApi, shop, textAt, ZohoKit } from './zoho-salesiq-kit'
import { nested, rows } from './world'

let kit: ZohoKit
beforeAll(async () => {
  kit = await ZohoKit.start()
})
afterAll(() => kit.close())
beforeEach(() => kit.reset())

const webhooks = `${portalApi}/webhooks`
const wanted = (changes: Record<string, unknown> = {}) => ({
  type: 'data',
  url: kit.webhookUrl,
  events: ['conversation.created', 'conversation.missed'],
  app_ids: [shop],
  secured: true,
  version: '1',
  expiry_time_for_executions_data: '604800000',
  ...changes,
})
const create = (changes: Record<string, unknown> = {}) => kit.call('POST', webhooks, wanted(changes))
const created = async (): Promise<string> => textAt((await create()).body, 'data', 'id')
const methods = () => kit.script.of('webhook_received').map(({ body }) => nested(body, 'req')['method'])

describe('creating a webhook', () => {
  it('answers the members of the documented sample', async () => {
    const answer = await create()
    expect(answer.body).toMatchObject({ url: webhooks, object: 'webhook' })
    expect(dataOf(answer)).toEqual({
      id: expect.stringMatching(digits),
      url: kit.webhookUrl,
      status: 'enabled',
      type: 'data',
      events: ['conversation.created', 'conversation.missed'],
      app_ids: [shop],
      secured: true,
      version: 1,
      expiry_time_for_executions_data: '604800000',
      public_keys: [],
      failures_count: '0',
      creator: { id: expect.stringMatching(digits) },
      modifier: { id: expect.stringMatching(digits) },
      created_time: expect.stringMatching(epochMs),
      modified_time: expect.stringMatching(epochMs),
    })
    expect(kit.siq.webhook.registered).toMatchObject([{ url: kit.webhookUrl, appIds: [shop], secured: true }])
  })

  it('asks the address by HEAD first, and journals it', async () => {
    await create()
    expect(methods()).toEqual(['HEAD'])
    const entry = kit.emulator.journal.entries.find(({ label }) => label.startsWith('zoho-salesiq HEAD'))
    expect(entry).toMatchObject({ kind: 'webhook', provider: 'zoho-salesiq', status: 200 })
  })

  it.each([204, 302, 404, 500])('is refused when HEAD is answered %i', async (status) => {
    kit.script.answers['webhook_received'] = () => ({ status, body: '' })
    expect(codeOf(await create())).toBe(errorCodes.WEBHOOK_URL_REFUSED)
    expect(kit.siq.webhook.registered).toEqual([])
  })

  it('is refused when nobody is at the address', async () => {
    const answer = await create({ url: 'https://nobody.example/' })
    expect(answer.body).toMatchObject({ error: { code: errorCodes.WEBHOOK_URL_REFUSED, json_key: 'url' } })
  })

  it.each<[string, Record<string, unknown>]>([
    ['no type', { type: undefined }],
    ['another type', { type: 'chat' }],
    ['no url', { url: undefined }],
    ['a url that is none', { url: 'webhook.botpress.cloud' }],
    ['no events', { events: undefined }],
    ['an empty list of events', { events: [] }],
    ['an unknown event', { events: ['conversation.started'] }],
    ['a brand as a number', { app_ids: [7] }],
    ['secured as a text', { secured: 'true' }],
    ['version as a number', { version: 1 }],
    ['an expiry below a week', { expiry_time_for_executions_data: '180000000' }],
    ['an expiry as a number', { expiry_time_for_executions_data: 604_800_000 }],
    ['an unknown member', { name: 'mine' }],
    ['brands for an administration webhook', { type: 'administration', events: ['operator.added'] }],
  ])('with %s is 1007', async (_what, change) => {
    expect(codeOf(await create(change))).toBe(1007)
    expect(methods()).toEqual([])
  })

  it('wants brands there are', async () => {
    expect(codeOf(await create({ app_ids: ['1'] }))).toBe(errorCodes.NOT_FOUND)
  })
})

describe('a webhook', () => {
  it('is listed and read', async () => {
    const id = await created()
    expect(rows(nested((await kit.call('GET', webhooks)).body), 'data')).toMatchObject([{ id }])
    expect(dataOf(await kit.call('GET', `${webhooks}/${id}`))).toMatchObject({ id })
    expect(codeOf(await kit.call('GET', `${webhooks}/1`))).toBe(errorCodes.NOT_FOUND)
  })

  it('is updated by replacing lists, with a HEAD only for a new address', async () => {
    const id = await created()
    const put = (body: unknown) => kit.call('PUT', `${webhooks}/${id}`, body)
    const answer = await put({ type: 'data', events: ['conversation.completed'], app_ids: [outlet] })
    expect(dataOf(answer)).toMatchObject({ events: ['conversation.completed'], app_ids: [outlet], secured: true })
    await put(wanted())
    expect(methods()).toEqual(['HEAD'])
    await put({ type: 'data', url: `${kit.webhookUrl}/again` })
    expect(methods()).toEqual(['HEAD', 'HEAD'])
    kit.script.answers['webhook_received'] = () => ({ status: 404, body: '' })
    expect(codeOf(await put({ type: 'data', url: kit.webhookUrl }))).toBe(errorCodes.WEBHOOK_URL_REFUSED)
    expect(codeOf(await put({ events: ['conversation.completed'] }))).toBe(1007)
  })

  it('is deleted once', async () => {
    const id = await created()
    expect(codeOf(await kit.call('DELETE', `${webhooks}/${id}`))).toBeUndefined()
    expect(kit.siq.webhook.registered).toEqual([])
    expect(codeOf(await kit.call('DELETE', `${webhooks}/${id}`))).toBe(errorCodes.NOT_FOUND)
  })

  it('can be out of reach for an org token, or for reading only', async () => {
    const id = await created()
    kit.siq.configure({ webhookApi: 'read-only' })
    expect(codeOf(await create())).toBe(1009)
    expect(codeOf(await kit.call('POST', `${webhooks}/${id}/keys`))).toBe(1009)
    expect(codeOf(await kit.call('DELETE', `${webhooks}/${id}`))).toBe(1009)
    expect(codeOf(await kit.call('GET', webhooks))).toBeUndefined()
    kit.siq.configure({ webhookApi: 'refused' })
    expect(codeOf(await kit.call('GET', webhooks))).toBe(1009)
  })

  it('needs a scope for each kind of call', async () => {
    const { defaultSeed } = await import('../src/providers/zoho-salesiq')
    kit.siq.seed({ ...defaultSeed, scopes: ['SalesIQ.webhooks.READ'] })
    expect(codeOf(await create())).toBe(1009)
    expect(codeOf(await kit.call('GET', webhooks))).toBeUndefined()
    expect(codeOf(await kit.call('PUT', `${webhooks}/1`, wanted()))).toBe(1009)
    expect(codeOf(await kit.call('DELETE', `${webhooks}/1`))).toBe(1009)
    kit.siq.seed(defaultSeed)
  })
})

describe('public keys', () => {
  it('are RSA of 2048 bits, at most two, the oldest first', async () => {
    const keys = `${webhooks}/${await created()}/keys`
    const first = rows(dataOf(await kit.call('POST', keys)), 'public_keys')
    expect(first).toEqual([
      {
        id: expect.stringMatching(digits),
        key: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
        created_time: expect.stringMatching(epochMs),
        creator: { id: expect.stringMatching(digits) },
      },
    ])
    const key = createPublicKey({ key: Buffer.from(String(first[0]?.['key']), 'base64'), type: 'spki', format: 'der' })
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048)
    const both = rows(dataOf(await kit.call('POST', keys)), 'public_keys')
    expect(both).toHaveLength(2)
    expect(both[0]).toEqual(first[0])
    expect(codeOf(await kit.call('POST', keys))).toBe(errorCodes.TOO_MANY_KEYS)
    const rest = await kit.call('DELETE', `${keys}/${String(first[0]?.['id'])}`)
    expect(rows(dataOf(rest), 'public_keys')).toEqual([both[1]])
    expect(codeOf(await kit.call('DELETE', `${keys}/1`))).toBe(errorCodes.NOT_FOUND)
  })

  it('can be written as PEM', async () => {
    kit.siq.configure({ keyFormat: 'pem' })
    const answer = await kit.call('POST', `${webhooks}/${await created()}/keys`, {})
    expect(rows(dataOf(answer), 'public_keys')[0]?.['key']).toMatch(/^-----BEGIN PUBLIC KEY-----\n/)
  })
})
