import { type ProviderEvent, type WebhookRequest, WebhookVerificationError } from '@hitl/core'
import { openFixtures, outcomeOf } from '@hitl/core/testing/vendor-kit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readWebhook, verifyWebhook } from '../src/webhook'

const { damagedFixture, fixtureNames, readFixture } = openFixtures(new URL('fixtures/', import.meta.url))

/** What every fixture was made for. */
const settings = { apiKey: 'fixture-api-key', signingKey: 'fixture-signing-key-4711' }
const signedAt = Date.UTC(2026, 0, 1)
const MINUTE_MS = 60_000

const toRequest = (body: string, headers: WebhookRequest['headers'] = {}): WebhookRequest => ({
  method: 'POST',
  url: 'https://webhook.botpress.cloud/acme-chat',
  headers,
  rawBody: body,
})

const place = { threadKey: 'thread-1', at: signedAt }
const agent = { id: 'agent-1' }
const ignored = (why: string): ProviderEvent[] => [{ type: 'ignored', why }]
type Parts = Extract<ProviderEvent, { type: 'agentMessage' }>['parts']
const said = (...parts: Parts): ProviderEvent[] => [
  { type: 'agentMessage', ...place, agent, messageId: 'message-1', parts },
]

const table: Readonly<Record<string, ProviderEvent[]>> = {
  'agent-joined': [{ type: 'agentAssigned', ...place, agent }],
  'message-by-agent': said({ kind: 'text', text: 'Hello, how can I help you?' }),
  'message-by-contact': ignored('no human agent wrote it'),
  'message-with-file': said({ kind: 'file', url: 'https://files.example.com/manual.pdf', name: 'manual.pdf' }),
  'message-without-content': ignored('it holds nothing to show'),
  'note-among-agents': ignored('it is a note among agents'),
  'thread-closed-by-agent': [{ type: 'threadClosed', ...place, reason: 'resolved' }],
  'thread-closed-by-system': [{ type: 'threadClosed', ...place, reason: 'left' }],
  'unknown-type': ignored('its type is none that we need'),
}

describe('each saved request', () => {
  it('is in the table', () => {
    expect(fixtureNames()).toEqual(Object.keys(table).toSorted())
  })

  it.each(Object.entries(table))('%s gives the events it should', (name, events) => {
    const { body, headers } = readFixture(name)
    const request = toRequest(body, headers)
    expect(() => verifyWebhook(request, settings, signedAt)).not.toThrow()
    expect(readWebhook(request)).toEqual(events)
  })
})

describe('a webhook is refused', () => {
  const { body, headers } = readFixture('message-by-agent')
  const verify = (changes: WebhookRequest['headers'], text = body, now = signedAt, signingKey = settings.signingKey) =>
    outcomeOf(() => {
      verifyWebhook(toRequest(text, { ...headers, ...changes }), { ...settings, signingKey }, now)
      return []
    })

  it.each<[string, Parameters<typeof verify>]>([
    ['without a signature', [{ 'x-acme-chat-signature': undefined }]],
    ['with an empty signature', [{ 'x-acme-chat-signature': '' }]],
    ['with the beginning of the signature', [{ 'x-acme-chat-signature': 'be7b721b' }]],
    ['without a time', [{ 'x-acme-chat-timestamp': undefined }]],
    ['with another time', [{ 'x-acme-chat-timestamp': String(signedAt + 1) }]],
    ['with another body', [{}, body.replace('Hello', 'Hallo')]],
    ['with another key', [{}, body, signedAt, 'another-signing-key']],
    ['more than five minutes later', [{}, body, signedAt + 5 * MINUTE_MS + 1]],
    ['more than five minutes before its time', [{}, body, signedAt - 5 * MINUTE_MS - 1]],
  ])('%s', async (_, given) => {
    expect(await verify(...given)).toBeInstanceOf(WebhookVerificationError)
  })

  it('never when it is right', async () => {
    expect(await verify({})).toEqual([])
    expect(await verify({}, body, signedAt + 5 * MINUTE_MS)).toEqual([])
  })
})

it('whatever a body holds, it is read or refused as unreadable', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(damagedFixture(), fc.json(), fc.string()), async (text) => {
      await outcomeOf(() => readWebhook(toRequest(text)))
    })
  )
})
