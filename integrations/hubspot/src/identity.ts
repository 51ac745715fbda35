import { ConfigurationError, type Contact, realEmail } from '@hitl/core'

/** Source: the Custom Channels API, `PublicDeliveryIdentifier`. */
export type DeliveryIdentifier = {
  type: 'HS_EMAIL_ADDRESS' | 'HS_PHONE_NUMBER' | 'CHANNEL_SPECIFIC_OPAQUE_ID'
  value: string
}

const PHONE_LIKE = /^\+?[\d\s().\-/]{7,}$/
const E164 = /^\+[1-9]\d{6,14}$/

/**
 * A phone number in E.164, the only form HubSpot takes. The country cannot be guessed.
 * @throws ConfigurationError
 */
export function toE164(given: string): string {
  // The zero in brackets is only for calls within the country.
  const digits = given
    .replace('(0)', '')
    .replace(/[\s().\-/]/g, '')
    .replace(/^00/, '+')
  if (E164.test(digits)) return digits
  throw new ConfigurationError(
    'phone',
    'The phone number of the user cannot be read. Write it with its country code, for example +14155550123.',
    { provider: 'HubSpot' }
  )
}

/** A real e-mail address, or a phone number in its place. */
export function readAddress(given: string | undefined): string | undefined {
  const text = given?.trim() ?? ''
  return realEmail(text) ?? (PHONE_LIKE.test(text) ? toE164(text) : undefined)
}

export type Identity = { email?: string; phone?: string; deliveryIdentifier: DeliveryIdentifier }

/** @param phone the session's option */
export function identify({ userId, email: address }: Contact, phone: string | undefined): Identity {
  const given = phone?.trim() ? toE164(phone.trim()) : undefined
  const isPhone = address?.startsWith('+') && !address.includes('@')
  const email = isPhone ? undefined : address
  const number = given ?? (isPhone ? address : undefined)
  return {
    ...(email ? { email } : {}),
    ...(number ? { phone: number } : {}),
    deliveryIdentifier: email
      ? { type: 'HS_EMAIL_ADDRESS', value: email }
      : number
        ? { type: 'HS_PHONE_NUMBER', value: number }
        : { type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: userId },
  }
}
