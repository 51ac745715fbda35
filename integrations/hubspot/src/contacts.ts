import type { Log } from '@hitl/core'
import type { HubSpotClient } from './client'
import { isMissing } from './client'
import type { Identity } from './identity'
import { contact, itemsIn, page } from './schemas'

const CONTACTS = '/crm/v3/objects/contacts'
const LOOK_MS = 5_000

/** Phone numbers are stored as typed; the last two are what HubSpot makes of them. */
const PHONE_PROPERTIES = [
  'phone',
  'mobilephone',
  'hs_searchable_calculated_phone_number',
  'hs_searchable_calculated_mobile_number',
]

/**
 * The contact of the end user, when exactly one is found. Never fails: a missing contact, or a connection that may not
 * look, is no reason to keep somebody from an agent.
 * Source: developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide.
 */
export async function findContact(client: HubSpotClient, log: Log, identity: Identity): Promise<number | undefined> {
  try {
    const id = (await byEmail(client, identity.email)) ?? (await byPhone(client, identity.phone))
    return id !== undefined && Number.isSafeInteger(Number(id)) ? Number(id) : undefined
  } catch {
    log.warn('HubSpot could not be asked for the contact of a session; the thread is opened without it.')
    return undefined
  }
}

async function byEmail(client: HubSpotClient, email: string | undefined): Promise<string | undefined> {
  if (!email) return undefined
  const path = `${CONTACTS}/${encodeURIComponent(email)}`
  const query = { idProperty: 'email', properties: 'email' }
  try {
    return (await client.ask({ method: 'GET', path, query, repeatable: true, timeoutMs: LOOK_MS }, contact)).id
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function byPhone(client: HubSpotClient, phone: string | undefined): Promise<string | undefined> {
  if (!phone) return undefined
  const filterGroups = PHONE_PROPERTIES.map((propertyName) => ({
    filters: [{ propertyName, operator: 'EQ', value: phone }],
  }))
  const json = { filterGroups, properties: ['phone'], limit: 2, after: '0', sorts: [] }
  const call = { method: 'POST' as const, path: `${CONTACTS}/search`, json, repeatable: true, timeoutMs: LOOK_MS }
  const found = itemsIn(contact, (await client.ask(call, page)).results)
  return found.length === 1 ? found[0]?.id : undefined
}
