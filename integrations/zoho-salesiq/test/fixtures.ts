import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { WebhookRequest } from '@hitl/core'
import { openFixtures } from '@hitl/core/testing/vendor-kit'
import * as z from 'zod/mini'
import type { ZohoSalesIqConfig } from '../src/config'

const { readJson, ...fixtures } = openFixtures(new URL('fixtures/', import.meta.url))
export const { damagedFixture, fixtureNames, readFixture } = fixtures

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
export const readKnownAnswer = () => knownAnswer.parse(readJson('signature/known-answer.json'))

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
