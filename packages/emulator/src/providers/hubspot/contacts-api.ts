import { created, ok, pathPart, query, readJson, type Answer, type Call } from './call'
import { contactByEmail, hasProperty, isKnownProperty, propertyOf, writableProperties } from './contacts'
import type { Contact } from './entities'
import { HubSpotError, invalid, notEmulated, notFound } from './errors'
import { listOf, nested, numberBetween, oneOf, text, textRecord, wrong, type Fields, type Reader } from './fields'
import { pageOf } from './paging'
import { iso, type View } from './view'

/** What contacts show when no properties are asked for. */
const defaultProperties = ['email', 'firstname', 'lastname']
const alwaysThere = ['createdate', 'hs_object_id', 'lastmodifieddate']

const contactView = (contact: Contact, names: readonly string[] = defaultProperties): View => ({
  id: contact.id,
  properties: Object.fromEntries(
    [...names, ...alwaysThere].filter(isKnownProperty).map((name) => [name, propertyOf(contact, name) ?? null])
  ),
  createdAt: iso(contact.createdAt),
  updatedAt: iso(contact.updatedAt),
  archived: false,
})

const nameList: Reader<string[]> = (value, path) => text(value, path).split(',')

export const getContact = async (call: Call): Promise<Answer> => {
  const fields = query(call)
  const idProperty = fields.optional('idProperty', oneOf('email', 'hs_object_id')) ?? 'hs_object_id'
  const names = fields.optional('properties', nameList)
  fields.end()
  const id = pathPart(call)
  const { world } = call
  const contact = idProperty === 'email' ? contactByEmail(world, id) : world.state.contacts.get(id)
  if (!contact) throw notFound('resource not found')
  return ok(contactView(contact, names))
}

type Filter = { propertyName: string; value: string }

const operators = ['EQ', 'NEQ', 'LT', 'LTE', 'GT', 'GTE', 'IN', 'NOT_IN', 'HAS_PROPERTY', 'CONTAINS_TOKEN'] as const

const filter: Reader<Filter> = (value, path) => {
  const fields = nested(value, path)
  const propertyName = fields.required('propertyName', text)
  const operator = fields.required('operator', oneOf(...operators))
  if (operator !== 'EQ') throw notEmulated(`searches with the operator ${operator} are not emulated`)
  const read = { propertyName, value: fields.required('value', text) }
  fields.end()
  if (!isKnownProperty(propertyName)) throw wrong(`${propertyName} does not exist`, path)
  return read
}

const filterGroup: Reader<Filter[]> = (value, path) => {
  const fields = nested(value, path)
  const filters = fields.required('filters', listOf(filter))
  fields.end()
  return filters
}

const readAfter = (fields: Fields): number => {
  const after = fields.optional('after', text) ?? '0'
  if (!/^\d+$/.test(after)) throw wrong('must be a position', 'after')
  return Number(after)
}

/** Filters of a group all match, one group is enough. Sorting is accepted when empty. */
export const searchContacts = async (call: Call): Promise<Answer> => {
  const { world } = call
  query(call).end()
  const fields = await readJson(call)
  const groups = fields.required('filterGroups', listOf(filterGroup))
  const names = fields.optional('properties', listOf(text))
  const page = { limit: fields.optional('limit', numberBetween(1, 200)) ?? 10, after: readAfter(fields) }
  const sorts = fields.optional('sorts', listOf(nested)) ?? []
  fields.end()
  if (sorts.length > 0) throw notEmulated('sorted searches are not emulated')
  const now = world.services.clock.now()
  const found = [...world.state.contacts.values()]
    .filter(({ searchableAt }) => searchableAt <= now)
    .filter((one) =>
      groups.some((all) => all.every(({ propertyName, value }) => hasProperty(one, propertyName, value)))
    )
  return ok(
    pageOf(
      found.map((contact) => contactView(contact, names)),
      page
    )
  )
}

/** The status of a duplicate is inferred, and so is its message. */
export const postContact = async (call: Call): Promise<Answer> => {
  const { world } = call
  query(call).end()
  const fields = await readJson(call)
  const properties = fields.required('properties', textRecord)
  const associations = fields.optional('associations', listOf(nested)) ?? []
  if (associations.length > 0) throw notEmulated('associations of new contacts are not emulated')
  fields.end()
  const odd = Object.keys(properties).find((name) => !writableProperties.some((known) => known === name))
  if (odd !== undefined) throw invalid(`Property "${odd}" does not exist`)
  const twin = properties['email'] === undefined ? undefined : contactByEmail(world, properties['email'])
  if (twin) throw new HubSpotError(409, 'CONFLICT', `Contact already exists. Existing ID: ${twin.id}`)
  const { state, services, settings } = world
  const now = services.clock.now()
  const id = String(state.nextContactId())
  const contact = { id, properties, createdAt: now, updatedAt: now, searchableAt: now + settings.contactIndexMs }
  state.contacts.set(id, contact)
  return created(contactView(contact, Object.keys(properties)))
}
