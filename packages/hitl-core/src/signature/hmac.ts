import { createHmac, timingSafeEqual } from 'node:crypto'

export type HmacAlgorithm = 'sha1' | 'sha256' | 'sha512'
export type HmacEncoding = 'hex' | 'base64' | 'base64url'

/** The HMAC of `material`; texts count as UTF-8. Hex comes out in lower case. */
export function sign(
  algorithm: HmacAlgorithm,
  key: string | Uint8Array,
  material: string | Uint8Array,
  encoding: HmacEncoding
): string {
  return createHmac(algorithm, key).update(material).digest(encoding)
}

/** Compares two texts in a time that depends on their length only. An empty text never matches, not even itself. */
export function constantTimeEqual(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length > 0 && left.length === right.length && timingSafeEqual(left, right)
}
