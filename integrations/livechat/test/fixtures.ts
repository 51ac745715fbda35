import type { WebhookRequest } from '@hitl/core'
import { type Fixture, openFixtures } from '@hitl/core/testing/vendor-kit'

export const { damagedFixture, fixtureNames, readFixture } = openFixtures(new URL('fixtures/', import.meta.url))

/** What every fixture was made for. */
export const fixtureSettings = {
  clientId: 'c5e4f61e1a6c3b1521b541bc5c5a2ac5',
  organizationId: '4a2c0d8e-1b3f-4c5d-9e6f-7a8b9c0d1e2f',
  webhookSecret: 'documented-sample-secret',
  agentToken: Buffer.from('8f2c1a7e-account:dal:sample').toString('base64'),
  groupId: 19,
}

export const toRequest = (body: string, headers: Fixture['headers'] = {}): WebhookRequest => ({
  method: 'POST',
  url: 'https://webhook.botpress.cloud/livechat',
  headers,
  rawBody: body,
})
