import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { WebhookRequest } from '@hitl/core'
import * as z from 'zod/mini'
import type { ZohoSalesIqConfig } from '../src/config'

const folder = new URL('fixtures/', import.meta.url)

const fixture = z.object({
  /** Where the payload's fields come from. */
  source: z.string(),
  /** D documented, L seen in a live capture, C seen in code, I inferred; in words where it differs inside the payload. */
  confidence: z.string(),
  note: z.optional(z.string()),
  headers: z.record(z.string(), z.string()),
  /** The raw body. */
  body: z.string(),
})

export type Fixture = z.infer<typeof fixture>

/** What every fixture was made for. */
export const fixtureSettings: ZohoSalesIqConfig = {
  clientId: '1000.EXAMPLECLIENT',
  clientSecret: 'client-secret',
  refreshToken: 'refresh-token',
  screenName: 'examplescreen',
  appId: '325000000012003',
  departmentId: '325000000012005',
  dataCenter: 'us',
}

export const fixtureNames = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .toSorted()

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, folder), 'utf8'))

export const readFixture = (name: string): Fixture => fixture.parse(read(`${name}.json`))

export const toRequest = (
  body: string,
  headers: Record<string, string | undefined> = {},
  url = 'https://webhook.botpress.cloud/zoho-salesiq'
): WebhookRequest => ({ method: 'POST', url, headers, rawBody: body })

const knownAnswer = z.object({
  source: z.string(),
  privateKey: z.string(),
  publicKey: z.string(),
  body: z.string(),
  signature: z.string(),
})

/** A key pair, a body and its signature that never change. */
export const readKnownAnswer = () => knownAnswer.parse(read('signature/known-answer.json'))

/** Somebody who signs webhooks. */
export type Signer = {
  /** Base64 of the SPKI form, as SalesIQ gives it. */
  publicKey: string
  pem: string
  sign(body: string): Record<string, string>
}

export function createSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    pem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    sign: (body) => signedBy(privateKey, body),
  }
}

export const signedBy = (privateKey: KeyObject | string, body: string): Record<string, string> => ({
  'content-type': 'application/json',
  'x-siqsignature': sign('sha256', Buffer.from(body, 'utf8'), privateKey).toString('base64'),
})
