import { createPublicKey, generateKeyPair, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'

export type KeyPair = { publicKey: string; privateKey: string }

const options = {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
} as const

const generate = promisify(generateKeyPair)

/** Does not hold up other work, unlike its sibling. */
export const newKeyPair = (): Promise<KeyPair> => generate('rsa', options)

export const newKeyPairNow = (): KeyPair => generateKeyPairSync('rsa', options)

/** RSA PKCS#1 v1.5 with SHA-256 over the raw UTF-8 body. https://www.zoho.com/salesiq/help/workflows-actions-webhooks.html */
export const signatureOf = (body: string, privateKey: string | KeyObject): string =>
  sign('RSA-SHA256', Buffer.from(body, 'utf8'), privateKey).toString('base64')

export const bareKey = (publicPem: string): string =>
  createPublicKey(publicPem).export({ type: 'spki', format: 'der' }).toString('base64')
