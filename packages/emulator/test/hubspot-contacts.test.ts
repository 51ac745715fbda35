import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defaultSeed } from '../src/providers/hubspot'
import { HubSpotKit, results, textAt } from './hubspot-kit'
import { nested } from './world'

let kit: HubSpotKit
beforeAll(async () => {
  kit = await HubSpotKit.start()
})
afterAll(() => kit.close())
beforeEach(() => kit.reset())
afterEach(() => kit.emulator.clock.reset())

const contacts = '/crm/v3/objects/contacts'
const eq = (propertyName: string, value: string) => ({ propertyName, operator: 'EQ', value })
const search = (groups: unknown[][], rest = {}) =>
  kit.call('POST', `${contacts}/search`, { filterGroups: groups.map((filters) => ({ filters })), ...rest })
const found = async (groups: unknown[][], rest = {}) => results(await search(groups, rest)).map(({ id }) => id)

describe('a contact', () => {
  it.each([contacts, '/crm/objects/2026-09/contacts'])('is found by e-mail at %s', async (base) => {
    const { status, body } = await kit.call(
      'GET',
      `${base}/${encodeURIComponent('Tom.Field@example.com')}?idProperty=email&properties=firstname,phone,mobilephone`
    )
    expect(status).toBe(200)
    expect(body).toEqual({
      id: '51',
      properties: {
        firstname: 'Tom',
        phone: '+15550100',
        mobilephone: null,
        createdate: expect.any(String),
        hs_object_id: '51',
        lastmodifieddate: expect.any(String),
      },
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      archived: false,
    })
  })

  it('is found by id, with few properties unless told', async () => {
    const { body } = await kit.call('GET', `${contacts}/52`)
    expect(Object.keys(nested(body, 'properties')).toSorted()).toEqual([
      'createdate',
      'email',
      'firstname',
      'hs_object_id',
      'lastmodifieddate',
      'lastname',
    ])
  })

  it('that is unknown is 404', async () => {
    const { status, body } = await kit.call('GET', `${contacts}/nobody@example.com?idProperty=email`)
    expect(status).toBe(404)
    expect(body['category']).toBe('OBJECT_NOT_FOUND')
    expect((await kit.call('GET', `${contacts}/tom.field@example.com`)).status).toBe(404)
    expect((await kit.call('GET', `${contacts}/51?idProperty=phone`)).status).toBe(400)
  })
})

describe('a search', () => {
  it('wants all filters of a group, and any group', async () => {
    const email = eq('email', 'tom.field@example.com')
    expect(await found([[email], [eq('mobilephone', '+15550199')]])).toEqual(['51', '52'])
    expect(await found([[email, eq('phone', '+15550100')]])).toEqual(['51'])
    expect(await found([[email, eq('phone', '1')]])).toEqual([])
    expect(await found([])).toEqual([])
  })

  it('takes phone numbers as they are stored, calculated ones by their digits', async () => {
    expect(await found([[eq('phone', '+1 555 0100')]])).toEqual([])
    expect(await found([[eq('hs_searchable_calculated_phone_number', '15550100')]])).toEqual(['51'])
    expect(await found([[eq('hs_searchable_calculated_mobile_number', '15550199')]])).toEqual(['52'])
  })

  it('is answered in pages', async () => {
    const both = [[eq('firstname', 'Tom')], [eq('firstname', 'Eva')]]
    const first = await search(both, { limit: 1, after: '0', sorts: [], properties: ['email'] })
    expect(first.body).toMatchObject({ total: 2, results: [{ id: '51' }], paging: { next: { after: '1' } } })
    expect(await found(both, { limit: 1, after: '1' })).toEqual(['52'])
  })

  it.each([
    ['no groups', {}],
    ['an unknown field', { filterGroups: [], query: 'tom' }],
    ['an unknown property', { filterGroups: [{ filters: [eq('mail', 'x')] }] }],
    ['an unknown operator', { filterGroups: [{ filters: [{ ...eq('email', 'x'), operator: 'IS' }] }] }],
    ['a filter without value', { filterGroups: [{ filters: [{ propertyName: 'email', operator: 'EQ' }] }] }],
    ['too large a page', { filterGroups: [], limit: 201 }],
  ])('is refused for %s', async (_what, body) => {
    expect((await kit.call('POST', `${contacts}/search`, body)).status).toBe(400)
  })

  it('with another operator is not emulated, loudly', async () => {
    expect((await search([[{ ...eq('email', 'x'), operator: 'CONTAINS_TOKEN' }]])).status).toBe(501)
    expect(kit.emulator.unlisted).toHaveLength(1)
  })
})

describe('a new contact', () => {
  const create = (properties: unknown, rest = {}) => kit.call('POST', contacts, { properties, ...rest })
  const eva = { email: 'new@example.com', firstname: 'New' }

  it('is there at once, and searchable later', async () => {
    kit.hub.configure({ contactIndexMs: 5000 })
    const { status, body } = await create(eva, { associations: [] })
    expect(status).toBe(201)
    expect(nested(body, 'properties')).toMatchObject(eva)
    const id = textAt(body, 'id')
    expect((await kit.call('GET', `${contacts}/${id}`)).status).toBe(200)
    expect(await found([[eq('email', 'new@example.com')]])).toEqual([])
    await kit.emulator.clock.advance(5000)
    expect(await found([[eq('email', 'new@example.com')]])).toEqual([id])
  })

  it('has an e-mail of its own', async () => {
    const { status, body } = await create({ email: 'TOM.field@example.com' })
    expect(status).toBe(409)
    expect(body).toMatchObject({ category: 'CONFLICT', message: 'Contact already exists. Existing ID: 51' })
  })

  it.each([{ email: 1 }, { mail: 'a@b.example' }, undefined, []])('is not made of %j', async (properties) => {
    expect((await create(properties)).status).toBe(400)
  })

  it('needs the scope to write', async () => {
    kit.hub.seed({ ...defaultSeed, scopes: ['crm.objects.contacts.read'] })
    expect((await create(eva)).status).toBe(403)
    expect((await search([])).status).toBe(200)
  })
})
