import { createHmac } from 'node:crypto'
import type { WebhookRequest } from '@hitl/core'
import { openFixtures } from '@hitl/core/testing/vendor-kit'
import type { HubSpotConfig } from '../src/config'

const { readJson: _, ...fixtures } = openFixtures(new URL('fixtures/', import.meta.url))
export const { damagedFixture, fixtureNames, readFixture } = fixtures

/** What every fixture was made for. */
export const fixtureSettings: HubSpotConfig = {
  developerApiKey: 'developer-api-key',
  appId: '1160452',
  clientId: 'client-id',
  clientSecret: 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy',
  refreshToken: 'refresh-token',
  helpDeskId: '1431487401',
}

export const WEBHOOK_URL = 'https://webhook.example.com/abc123'

export const toRequest = (
  rawBody: string,
  headers: Record<string, string | undefined> = {},
  url = WEBHOOK_URL
): WebhookRequest => ({ method: 'POST', url, headers, rawBody })

/** What a signature is made of. */
export type Signed = { method: string; uri: string; body: string; timestamp: string; secret: string }

/** Version 3, as the vendor's page tells it; written out here apart from the source. */
export const signatureOf = ({ method, uri, body, timestamp, secret }: Signed): string =>
  createHmac('sha256', secret).update(`${method}${uri}${body}${timestamp}`, 'utf8').digest('base64')

export const headersOf = (signature: string | undefined, timestamp: string | undefined) => ({
  'content-type': 'application/json',
  'x-hubspot-signature-v3': signature,
  'x-hubspot-request-timestamp': timestamp,
})
