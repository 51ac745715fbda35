import { randomBytes } from 'node:crypto'
import type { IdSequence } from '../../saved-fields'

const hex = (bytes: number): string => randomBytes(bytes).toString('hex')

/** Ids of messages are opaque texts. */
export const messageId = (): string => hex(16)

/** `na1` names the region; only its prefix is documented. */
export const newRefreshToken = (): string => `na1-${hex(4)}-${hex(2)}-${hex(2)}-${hex(2)}-${hex(6)}`

export const newAccessToken = (): string => `CK${hex(48)}`

export const newCode = (): string => `na1-${hex(16)}`

/** Rising whole numbers. Those of threads reach webhooks as JSON numbers, so they stay below 2^53. */
export const numberSequence = (first: number, step = 1): IdSequence<number> => {
  const take = () => {
    const id = take.upcoming
    take.upcoming += step
    return id
  }
  take.upcoming = first
  return take
}
