import { randomBytes, randomInt } from 'node:crypto'
import type { IdSequence } from '../../saved-fields'

/** 64 hex digits, as live `data.id` of a conversation. */
export const hex64 = (): string => randomBytes(32).toString('hex')

/** `1000.<32 hex>.<32 hex>` is how Zoho writes tokens and codes. */
export const zohoToken = (): string => `1000.${randomBytes(16).toString('hex')}.${randomBytes(16).toString('hex')}`

export const digits = (length: number): string =>
  Array.from({ length }, (_, index) => String(randomInt(index === 0 ? 1 : 0, 10))).join('')

/** Ids of 19 digits, rising, too large for a JavaScript number. */
export const idSequence = (): IdSequence<string> => {
  const take = () => {
    const id = take.upcoming
    take.upcoming += 17n
    return id.toString()
  }
  take.upcoming = 4_021_990_000_001_000_020n
  return take
}
