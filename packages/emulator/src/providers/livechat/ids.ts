import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** Chat and thread ids: ten characters, as in `PJ0MRSHTDG` and `K600PKZON8`. */
export const shortId = (): string =>
  Array.from({ length: 10 }, () => alphabet.charAt(randomInt(alphabet.length))).join('')

export const hex32 = (): string => randomBytes(16).toString('hex')

/** How the Customer API names an agent: a 32-hex hash, never the e-mail. */
export const agentHash = (email: string): string => createHash('md5').update(email).digest('hex')

export const uuid = (): string => randomUUID()

/** Access tokens carry the region as prefix, `dal:…` or `fra:…`. */
export const accessToken = (region: string): string => `${region}:${randomBytes(20).toString('base64url')}`

export const secret = (): string => randomBytes(24).toString('hex')
