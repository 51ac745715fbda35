import type { Contact, DeliveryIdentifier } from './entities'
import type { World } from './world'

/** What a contact has here; `hs_` ones are computed. */
export const writableProperties = ['email', 'firstname', 'lastname', 'phone', 'mobilephone', 'company'] as const

const onlyDigits = (value: string): string => value.replaceAll(/\D/g, '')

/** How HubSpot computes the searchable numbers is not documented; here they are the digits alone [I]. */
const computed: Readonly<Record<string, (contact: Contact) => string | undefined>> = {
  hs_object_id: ({ id }) => id,
  createdate: ({ createdAt }) => new Date(createdAt).toISOString(),
  lastmodifieddate: ({ updatedAt }) => new Date(updatedAt).toISOString(),
  hs_searchable_calculated_phone_number: ({ properties }) => onlyDigits(properties['phone'] ?? ''),
  hs_searchable_calculated_mobile_number: ({ properties }) => onlyDigits(properties['mobilephone'] ?? ''),
}

export const isKnownProperty = (name: string): boolean =>
  name in computed || writableProperties.some((known) => known === name)

export const propertyOf = (contact: Contact, name: string): string | undefined =>
  computed[name]?.(contact) ?? contact.properties[name]

export const contactByEmail = ({ state }: World, email: string): Contact | undefined =>
  [...state.contacts.values()].find(({ properties }) => properties['email']?.toLowerCase() === email.toLowerCase())

/** E-mail addresses ignore case, calculated numbers ignore signs; phone numbers match as they are stored. */
export const hasProperty = (contact: Contact, name: string, value: string): boolean => {
  const has = propertyOf(contact, name)
  if (has === undefined) return false
  if (name === 'email') return has.toLowerCase() === value.toLowerCase()
  return name.startsWith('hs_searchable') ? has !== '' && has === onlyDigits(value) : has === value
}

/** Who HubSpot links a thread to by itself. */
export const contactByIdentifier = (world: World, { type, value }: DeliveryIdentifier): Contact | undefined => {
  if (type === 'HS_EMAIL_ADDRESS') return contactByEmail(world, value)
  if (type !== 'HS_PHONE_NUMBER') return undefined
  return [...world.state.contacts.values()].find(
    ({ properties }) => properties['phone'] === value || properties['mobilephone'] === value
  )
}

export const nameOf = ({ properties }: Contact): string | undefined =>
  [properties['firstname'], properties['lastname']].filter(Boolean).join(' ') || undefined
