import type { Customer, Organization, SessionFields } from './entities'
import { invalid } from './errors'
import { Fields, filledText, listOf, nested, record, text, webUrl, type Reader } from './fields'
import { activeThread, chatOfCustomer } from './state'
import type { Source, World } from './world'

const maxSessionKeys = 100

/** `[{"key": "value"}, …]`; the limit is checked after merging. */
export const sessionFields: Reader<SessionFields> = (value, path) => {
  return listOf(record)(value, path).map((item, index) =>
    Object.fromEntries(Object.entries(item).map(([key, field]) => [key, text(field, `${path}[${index}].${key}`)]))
  )
}

const e164: Reader<string> = (value, path) => {
  const read = text(value, path)
  if (!/^\+[1-9]\d{1,14}$/.test(read)) throw invalid(`'${path}' must be an E.164 phone number`)
  return read
}

const email: Reader<string> = (value, path) => {
  const read = filledText(value, path)
  if (!/^[^\s@]+@[^\s@]+$/.test(read)) throw invalid(`'${path}' must be an e-mail address`)
  return read
}

const addressOf = (fields: Fields): Record<string, unknown> =>
  Object.fromEntries(
    ['address', 'city', 'country', 'state', 'postal_code']
      .map((name) => [name, fields.optional(name, text)])
      .filter(([, value]) => value !== undefined)
  )

export type ProfileChange = Partial<Omit<Customer, 'id' | 'banned' | 'createdAt' | 'secrets'>>

/** The fields of update_customer on both sides; at least one is required. `name_is_default` is only seen in an SDK. */
export const readProfile = (fields: Fields): ProfileChange => {
  const address = fields.optional('address', nested)
  const read = {
    name: fields.optional('name', text),
    email: fields.optional('email', email),
    avatar: fields.optional('avatar', webUrl),
    phoneNumber: fields.optional('phone_number', e164),
    sessionFields: fields.optional('session_fields', sessionFields),
    omnichannel: fields.optional('omnichannel', record),
    address: address && addressOf(address),
  }
  fields.end()
  const change: ProfileChange = Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined))
  if (Object.keys(change).length === 0) throw invalid('At least one field is required')
  return change
}

const mergeSessionFields = (old: SessionFields, added: SessionFields): SessionFields =>
  Object.entries(Object.assign({}, ...old, ...added)).map(([key, value]) => ({ [key]: String(value) }))

/** The webhook fires only while the customer has an active chat. */
export const changeProfile = (
  world: World,
  organization: Organization,
  customer: Customer,
  change: ProfileChange,
  source: Source
): void => {
  const { sessionFields: added, ...profile } = change
  const merged = mergeSessionFields(customer.sessionFields, added ?? [])
  if (merged.length > maxSessionKeys) throw invalid(`'session_fields' must have at most ${maxSessionKeys} keys`)
  Object.assign(customer, profile, { sessionFields: merged })
  if (!added) return
  const chat = chatOfCustomer(organization, customer.id)
  const thread = chat && activeThread(chat)
  if (!thread) return
  world.webhooks.emit({
    organization,
    chat,
    action: 'customer_session_fields_updated',
    payload: {
      id: customer.id,
      active_chat: { chat_id: chat.id, thread_id: thread.id },
      session_fields: customer.sessionFields,
    },
    source,
  })
}
