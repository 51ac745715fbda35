import { randomBytes } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export type IdPrefix = 'conv' | 'user' | 'msg' | 'evt' | 'state' | 'file' | 'bot' | 'int'

/** `<prefix>_<ULID>`: ten characters of time, sixteen random ones. */
export function newId(prefix: IdPrefix, now: number): string {
  let time = ''
  for (let rest = now, i = 0; i < 10; i += 1, rest = Math.floor(rest / 32)) time = ALPHABET.charAt(rest % 32) + time
  const random = [...randomBytes(16)].map((byte) => ALPHABET.charAt(byte % 32)).join('')
  return `${prefix}_${time}${random}`
}

/** `err_<YYYYMMDDhhmmss>x<8 hex>`. */
export function newErrorId(now: number): string {
  const digits = new Date(now).toISOString().replaceAll(/\D/g, '').slice(0, 14)
  return `err_${digits}x${randomBytes(4).toString('hex').toUpperCase()}`
}
