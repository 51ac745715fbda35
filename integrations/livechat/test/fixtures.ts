import { readdirSync, readFileSync } from 'node:fs'
import type { WebhookRequest } from '@hitl/core'
import * as z from 'zod/mini'

const folder = new URL('fixtures/', import.meta.url)

const fixture = z.object({
  /** The documentation page the payload follows. */
  source: z.string(),
  /** D documented, C seen in code, I inferred, ? unknown; in words where it differs inside the payload. */
  confidence: z.string(),
  note: z.optional(z.string()),
  headers: z.record(z.string(), z.string()),
  /** The raw body. */
  body: z.string(),
})

export type Fixture = z.infer<typeof fixture>

/** What every fixture was made for. */
export const fixtureSettings = {
  clientId: 'c5e4f61e1a6c3b1521b541bc5c5a2ac5',
  organizationId: '4a2c0d8e-1b3f-4c5d-9e6f-7a8b9c0d1e2f',
  webhookSecret: 'documented-sample-secret',
  agentToken: Buffer.from('8f2c1a7e-account:dal:sample').toString('base64'),
  groupId: 19,
}

export const fixtureNames = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .toSorted()

export const readFixture = (name: string): Fixture =>
  fixture.parse(JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')))

export const toRequest = (body: string, headers: Fixture['headers'] = {}): WebhookRequest => ({
  method: 'POST',
  url: 'https://webhook.botpress.cloud/livechat',
  headers,
  rawBody: body,
})
