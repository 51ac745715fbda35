import { createPublicKey, type KeyObject, verify } from 'node:crypto'

/** Reads a public key given as PEM or as the bare Base64 of its SubjectPublicKeyInfo; undefined when it is none. */
export function readPublicKey(text: string): KeyObject | undefined {
  const base64 = text.replace(/-----(BEGIN|END) PUBLIC KEY-----/g, '').replace(/\\n|\s/g, '')
  try {
    return createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}

/**
 * Whether `signature` (Base64) is the RSA PKCS#1 v1.5 SHA-256 signature of `material` (UTF-8) by the owner of `publicKey`.
 * A key or signature that cannot be read is not: never throws.
 */
export function isSignedBy(publicKey: string, material: string, signature: string): boolean {
  const key = readPublicKey(publicKey)
  if (key?.asymmetricKeyType !== 'rsa' || signature === '') return false
  return verify('sha256', Buffer.from(material), key, Buffer.from(signature, 'base64'))
}
