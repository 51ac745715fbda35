import { ConfigurationError } from '@hitl/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hubspotAdapter } from '../src/adapter'
import { identify, readAddress, toE164 } from '../src/identity'

const PHONE = '+14155550199'
const EMAIL = 'jane.doe@example.org'
const MADE_UP = 'user_01@no-reply.abc.botpress.com'

const refusalOf = (reading: () => unknown): ConfigurationError => {
  try {
    reading()
  } catch (error) {
    if (error instanceof ConfigurationError) return error
    throw error
  }
  throw new Error('It was accepted.')
}

function outcomeOf(reading: () => string): string {
  try {
    return reading()
  } catch (error) {
    if (error instanceof ConfigurationError) return 'refused'
    throw error
  }
}

function expectReadableRefusal(reading: () => unknown, given: string) {
  const error = refusalOf(reading)
  expect(error).toMatchObject({ setting: 'phone', provider: 'HubSpot', retryable: false })
  expect(error.message).toMatch(/^The phone number of the user cannot be read\. Write it with its country code/)
  const digits = given.replace(/\D/g, '')
  expect(digits !== '' && error.message.replace(/\D/g, '').includes(digits)).toBe(false)
}

const READABLE: readonly [string, string][] = [
  ['+14155550199', PHONE],
  ['+1 (415) 555-0199', PHONE],
  ['+1.415.555.0199', PHONE],
  ['+1/415/5550199', PHONE],
  ['+1 415 555 01 99', PHONE],
  ['+1\u00a0415\u00a0555\u00a00199', PHONE],
  ['0014155550199', PHONE],
  ['00 1 415-555-0199', PHONE],
  ['(00)1 415 555 0199', PHONE],
  ['0049 30 1234567', '+49301234567'],
  ['+49-30-1234567', '+49301234567'],
  ['+290 1234', '+2901234'],
  ['+123456789012345', '+123456789012345'],
]

const UNREADABLE: readonly [string, string][] = [
  ['without a country code', '415 555 0199'],
  ['with the zero of the country', '030 1234567'],
  ['with a country code of zero', '+0 415 555 0199'],
  ['with three zeros', '000 1415 5550199'],
  ['too short', '+12 3456'],
  ['too long', '+1234567890123456'],
  ['of signs alone', '(--) .. / --'],
]

describe('a phone number', () => {
  it.each(READABLE)('%j is read as %s', (given, number) => {
    expect(toE164(given)).toBe(number)
    expect(readAddress(given)).toBe(number)
    expect(readAddress(`  ${given}\n`)).toBe(number)
  })

  it.each(UNREADABLE)('%s is refused with what to do, and not quoted', (_, given) => {
    expectReadableRefusal(() => toE164(given), given)
    expectReadableRefusal(() => readAddress(given), given)
  })

  it.each([
    '',
    '+',
    '++14155550199',
    '+1415555o199',
    '+1415555019x',
    '+14155550199 ext. 5',
    '٤١٥٥٥٥٠١٩٩',
    'call me',
    '+'.repeat(50),
  ])('%j is none', (given) => {
    expectReadableRefusal(() => toE164(given), given)
  })

  it('never keeps the zero in brackets that is dialled inside the country alone', () => {
    expect(toE164('+49 (0)30 1234567')).toBe('+49301234567')
    expect(toE164('+44 (0) 20 7946 0000')).toBe('+442079460000')
  })

  it('is either E.164 or refused, whatever is given', () => {
    const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[+\d\s().\-/]{0,30}$/))
    fc.assert(
      fc.property(anyText, (given) => {
        expect(outcomeOf(() => toE164(given))).toMatch(/^(\+[1-9]\d{6,14}|refused)$/)
      })
    )
  })

  it('of any length is looked at once', () => {
    const given = `+${'1 '.repeat(50_000)}`
    expectReadableRefusal(() => toE164(given), given)
  })
})

describe('the address of a user', () => {
  it('is what core asks the adapter for', () => {
    expect(hubspotAdapter.readAddress).toBe(readAddress)
  })

  it.each([
    [EMAIL, EMAIL],
    [`  ${EMAIL} `, EMAIL],
    ['Jane+hubspot@Example.ORG', 'Jane+hubspot@Example.ORG'],
    ['+14155550199@example.org', '+14155550199@example.org'],
    ['4155550199@example.org', '4155550199@example.org'],
  ])('%j is an e-mail address', (given, address) => {
    expect(readAddress(given)).toBe(address)
  })

  it.each([
    MADE_UP,
    MADE_UP.toUpperCase(),
    ` ${MADE_UP} `,
    '+14155550199@no-reply.abc.botpress.com',
    '14155550199@no-reply.abc.botpress.com',
  ])('%j is made up by Botpress and never passes', (given) => {
    expect(readAddress(given)).toBeUndefined()
  })

  it.each([
    undefined,
    '',
    '   ',
    'Jane',
    'user_01',
    'jane@',
    '@example.org',
    'jane@localhost',
    '12345',
    '+12345',
    '1-2-3',
  ])('%j is no address', (given) => {
    expect(readAddress(given)).toBeUndefined()
  })
})

describe('who speaks in HubSpot', () => {
  const user = { userId: 'user_1' }

  it('is the e-mail address', () => {
    expect(identify({ ...user, email: EMAIL }, undefined)).toEqual({
      email: EMAIL,
      deliveryIdentifier: { type: 'HS_EMAIL_ADDRESS', value: EMAIL },
    })
  })

  it('is the e-mail address before the phone number, which finds the contact all the same', () => {
    expect(identify({ ...user, email: EMAIL }, '+1 (415) 555-0199')).toEqual({
      email: EMAIL,
      phone: PHONE,
      deliveryIdentifier: { type: 'HS_EMAIL_ADDRESS', value: EMAIL },
    })
  })

  it('is an e-mail address that begins with a plus sign', () => {
    const email = '+14155550199@example.org'
    expect(identify({ ...user, email }, undefined)).toEqual({
      email,
      deliveryIdentifier: { type: 'HS_EMAIL_ADDRESS', value: email },
    })
  })

  it.each<[string, string | undefined, string | undefined]>([
    ['of the user', PHONE, undefined],
    ['of the session', undefined, '+1 (415) 555-0199'],
    ['of the session, with blanks around', undefined, ' 0014155550199 '],
    ['of the session before that of the user', '+442079460000', PHONE],
    ['of the user when that of the session is blank', PHONE, '   '],
  ])('is the phone number %s', (_, email, phone) => {
    expect(identify({ ...user, ...(email ? { email } : {}) }, phone)).toEqual({
      phone: PHONE,
      deliveryIdentifier: { type: 'HS_PHONE_NUMBER', value: PHONE },
    })
  })

  it.each([undefined, '', '  '])('is an id of our own when nothing else is known (phone %j)', (phone) => {
    expect(identify(user, phone)).toEqual({
      deliveryIdentifier: { type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: 'user_1' },
    })
  })

  it.each(['415 555 0199', 'call me', '+1'])('is not guessed from %j of the session: that is refused', (phone) => {
    expectReadableRefusal(() => identify(user, phone), phone === '+1' ? '' : phone)
    expectReadableRefusal(() => identify({ ...user, email: EMAIL }, phone), phone === '+1' ? '' : phone)
  })
})
