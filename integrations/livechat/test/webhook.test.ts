import type { ProviderEvent } from '@hitl/core'
import { WebhookPayloadError, WebhookVerificationError } from '@hitl/core'
import { outcomeOf } from '@hitl/core/testing/vendor-kit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readWebhook, verifyWebhook } from '../src/webhook'
import { damagedFixture, fixtureNames, fixtureSettings, readFixture, toRequest } from './fixtures'

const threadKey = 'PJ0MRSHTDG/K600PKZON8'
const agent = { id: 'smith@example.com' }
const profile = { ...agent, name: 'Agent Smith' }
const secret = fixtureSettings.webhookSecret

const ignored = (why: string): ProviderEvent[] => [{ type: 'ignored', why }]
const assigned = (who: { id: string; name?: string; pictureUrl?: string }): ProviderEvent[] => [
  { type: 'agentAssigned', threadKey, agent: who },
]
const closed = (reason: 'resolved' | 'left'): ProviderEvent[] => [{ type: 'threadClosed', threadKey, reason }]
type Parts = Extract<ProviderEvent, { type: 'agentMessage' }>['parts']
const said = (id: number, ...parts: Parts): ProviderEvent[] => [
  { type: 'agentMessage', threadKey, agent, messageId: `K600PKZON8_${id}`, parts },
]
const text = (value: string) => ({ kind: 'text', text: value }) as const
const cdn = 'https://cdn.livechat-files.com/api/file/lc'

const NOT_HUMAN = 'no human agent wrote it'
const NOT_NEEDED = 'its action is none that we need'

const table: Readonly<Record<string, ProviderEvent[]>> = {
  'message-by-agent': said(1, text('Hello, how can I help you?')),
  'message-for-agents-only': ignored('it is not visible to the customer'),
  'message-by-customer': ignored(NOT_HUMAN),
  'message-by-livechat-bot': ignored(NOT_HUMAN),
  'message-empty-text': ignored('it holds nothing to show (message)'),
  'message-with-postback': ignored(NOT_HUMAN),
  'message-by-agent-with-postback': said(7, text('Chosen on behalf of the customer')),
  'system-message': ignored('it is a system message'),
  'file-image': said(10, { kind: 'image', url: `${cdn}/att/8948324/45a3581b/receipt.png`, name: 'receipt.png' }),
  'file-pdf': said(11, { kind: 'file', url: `${cdn}/att/8948324/77b1/contract.pdf`, name: 'contract.pdf' }),
  'file-audio': said(12, { kind: 'audio', url: `${cdn}/att/8948324/88c2/voice.mp3`, name: 'voice.mp3' }),
  'file-video': said(13, { kind: 'video', url: `${cdn}/att/8948324/99d3/clip.mp4`, name: 'clip.mp4' }),
  'rich-message-cards': said(
    14,
    { kind: 'image', url: `${cdn}/img/8948324/van.png`, name: 'van.png' },
    text('Standard delivery\nThree days\n• Prices https://example.com/prices\n• Choose it'),
    text('Express delivery\n• Call us')
  ),
  'rich-message-quick-replies': said(15, text('Was this helpful?\n• Yes\n• No')),
  'rich-message-sticker': said(16, {
    kind: 'image',
    url: `${cdn}/img/8948324/thumbs-up.png`,
    name: 'thumbs-up.png',
  }),
  'rich-message-without-elements': ignored('it holds nothing to show (rich_message)'),
  'custom-event-by-agent': ignored('it holds nothing to show (custom)'),
  'filled-form-by-customer': ignored(NOT_HUMAN),
  'message-without-additional-data': said(20, text('Still there?')),
  'message-with-chat-properties': said(21, text('One moment')),
  'message-of-another-organization': ignored('it belongs to another organization'),
  'message-without-organization': said(23, text('Hello again')),
  'event-updated': ignored(NOT_NEEDED),
  'event-deleted': ignored(NOT_NEEDED),
  'chat-deactivated-by-agent': closed('resolved'),
  'chat-deactivated-by-customer': closed('left'),
  'chat-deactivated-by-router': closed('left'),
  'chat-transferred-to-agent': assigned({ id: 'jones@example.com' }),
  'chat-transferred-to-group-queue': ignored('the chat waits in a queue'),
  'chat-transferred-assigned': assigned(agent),
  'chat-transferred-unassigned': ignored('the chat waits in a queue'),
  'chat-transferred-inactive': assigned({ id: 'jones@example.com' }),
  'chat-transferred-to-bot': ignored('the chat waits in a queue'),
  'chat-transferred-without-thread': ignored('the chat is not active'),
  'user-added-agent': assigned({
    ...profile,
    pictureUrl: 'https://cdn.livechat-static.com/api/file/lc/main/avatars/smith.jpg',
  }),
  'user-added-agent-avatar-without-scheme': assigned({
    ...profile,
    pictureUrl: 'https://cdn.livechatinc.com/cloud/?uri=https://livechat.s3.amazonaws.com/default/avatars/a14.png',
  }),
  'user-added-agent-without-profile': assigned(agent),
  'user-added-customer': ignored('no human agent was added'),
  'user-added-supervisor': ignored('the agent only watches'),
  'user-added-livechat-bot': ignored('no human agent was added'),
  'user-added-without-thread': ignored('the chat is not active'),
  'incoming-chat': ignored(NOT_NEEDED),
  'unknown-action': ignored(NOT_NEEDED),
}

const verify = (body: string, settings = fixtureSettings) => verifyWebhook(toRequest(body), settings)
const read = (body: string) => readWebhook(toRequest(body), fixtureSettings)

/** The outcome of both steps, as core takes them. */
function receive(body: string): readonly ProviderEvent[] {
  verify(body)
  return read(body)
}

const sample = readFixture('message-by-agent').body
const withSecret = (value: unknown) => JSON.stringify({ ...JSON.parse(sample), secret_key: value })
const withPayload = (payload: unknown, action = 'incoming_event') =>
  JSON.stringify({ ...JSON.parse(sample), action, payload })

describe('documented webhooks', () => {
  it.each(Object.entries(table))('%s is read as exactly the events it stands for', (name, events) => {
    expect(receive(readFixture(name).body)).toEqual(events)
  })

  it('lists every fixture file in the table, and no other', () => {
    expect(Object.keys(table).toSorted()).toEqual(fixtureNames())
  })

  it.each(fixtureNames())('%s names the documentation it follows and claims no recording', (name) => {
    const { source, confidence, headers } = readFixture(name)
    expect(source).toMatch(/^documented: platform\.text\.com\/docs\//)
    expect(source).not.toMatch(/record/i)
    expect(confidence).toMatch(/^[DCI?]/)
    expect(headers).toEqual({ 'content-type': 'application/json' })
  })

  it('reads the same body as the same events each time, so that a redelivery can be recognised', () => {
    for (const name of fixtureNames()) {
      const { body } = readFixture(name)
      expect(read(body)).toEqual(read(body))
    }
  })
})

describe('proof of origin', () => {
  it('accepts a webhook that carries the secret of the settings', () => {
    expect(() => verify(sample)).not.toThrow()
  })

  it.each<[string, string]>([
    ['another secret', 'another-sample-secret!!!'],
    ['an empty secret', ''],
    ['a beginning of the secret', secret.slice(0, -1)],
    ['the secret and more', `${secret}x`],
    ['the secret with a space after it', `${secret} `],
    ['the secret in capitals', secret.toUpperCase()],
    ['the secret and a null character', `${secret}\0`],
  ])('refuses %s', (_, given) => {
    expect(() => verify(withSecret(given))).toThrow(WebhookVerificationError)
  })

  it('refuses a body without a secret', () => {
    expect(() => verify(withSecret(undefined))).toThrow(WebhookVerificationError)
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['true', true],
    ['a number', 42],
    ['a list that holds the secret', [secret]],
    ['an object that turns into the secret', { toString: secret, valueOf: secret }],
  ])('refuses %s in place of the secret', (_, given) => {
    expect(() => verify(withSecret(given))).toThrow(WebhookVerificationError)
  })

  it('refuses the secret written with other code points that look the same', () => {
    const settings = { ...fixtureSettings, webhookSecret: 'clé-très-secrète'.normalize('NFC') }
    expect(() => verify(withSecret('clé-très-secrète'.normalize('NFC')), settings)).not.toThrow()
    expect(() => verify(withSecret('clé-très-secrète'.normalize('NFD')), settings)).toThrow(WebhookVerificationError)
    const wide = { ...fixtureSettings, webhookSecret: 'ＡＢＣＤＥＦＧＨ' }
    expect(() => verify(withSecret('ABCDEFGH'), wide)).toThrow(WebhookVerificationError)
  })

  it('refuses everything while the secret of the settings is empty', () => {
    expect(() => verify(withSecret(''), { ...fixtureSettings, webhookSecret: '' })).toThrow(WebhookVerificationError)
  })

  it('takes the secret from the top of the body only', () => {
    const { secret_key: _, ...rest } = JSON.parse(sample)
    const body = JSON.stringify({ ...rest, payload: { secret_key: secret }, additional_data: { secret_key: secret } })
    expect(() => verify(body)).toThrow(WebhookVerificationError)
  })

  it('does not take the secret from a prototype', () => {
    const body = `{"__proto__":{"secret_key":"${secret}"},"action":"incoming_event","payload":{}}`
    expect(() => verify(body)).toThrow(WebhookVerificationError)
  })

  it('counts the last of two secrets, as the reader does, so that both steps see the same body', () => {
    const body = (first: string, last: string) =>
      `{"secret_key":"${first}","secret_key":"${last}","action":"x","payload":{}}`
    expect(() => verify(body('wrong-wrong', secret))).not.toThrow()
    expect(() => verify(body(secret, 'wrong-wrong'))).toThrow(WebhookVerificationError)
  })

  it('gives away neither the expected nor the received secret', () => {
    const errors = [withSecret('received-by-mistake'), withSecret({ received: 'received-by-mistake' })].map((body) => {
      try {
        verify(body)
      } catch (error) {
        return error
      }
      throw new Error('the body was accepted')
    })
    for (const error of errors) {
      const shown = `${String(error)} ${JSON.stringify(error)} ${error instanceof Error ? error.stack : ''}`
      expect(shown).not.toContain(secret)
      expect(shown).not.toContain('received-by-mistake')
    }
  })
})

describe('bodies that are not as documented', () => {
  it.each<[string, string]>([
    ['no body', ''],
    ['a text that is not JSON', 'secret_key=documented-sample-secret'],
    ['JSON that breaks off', sample.slice(0, -2)],
    ['JSON with a byte order mark', `\uFEFF${sample}`],
    ['a list', `[${sample}]`],
    ['null', 'null'],
    ['a number', '12'],
    ['a text in JSON', JSON.stringify(sample)],
    ['no action', JSON.stringify({ secret_key: secret, payload: {} })],
    ['an action that is a number', JSON.stringify({ secret_key: secret, action: 1 })],
    ['an organization that is a number', JSON.stringify({ ...JSON.parse(sample), organization_id: 1 })],
    [
      'the notice that the app was installed, which has another envelope',
      '{"event":"application_installed","clientID":"c","organizationID":"o","licenseID":1}',
    ],
  ])('refuses %s before anything else is looked at', (_, body) => {
    expect(() => verify(body)).toThrow(WebhookPayloadError)
    expect(() => read(body)).toThrow(WebhookPayloadError)
  })

  it.each<[string, string]>([
    ['without a payload', withPayload(undefined)],
    ['with null as payload', withPayload(null)],
    ['with a list as payload', withPayload([])],
    ['of an event without an id', withPayload({ chat_id: 'C', thread_id: 'T', event: { type: 'message' } })],
    ['of an event without a thread', withPayload({ chat_id: 'C', event: { id: '1', type: 'message' } })],
    ['of an event whose chat is a number', withPayload({ chat_id: 1, thread_id: 'T', event: { id: '1', type: 'm' } })],
    ['of an end without a thread', withPayload({ chat_id: 'C' }, 'chat_deactivated')],
    ['of a transfer without a chat', withPayload({ thread_id: 'T' }, 'chat_transferred')],
    ['of a new member without an id', withPayload({ chat_id: 'C', user: { type: 'agent' } }, 'user_added_to_chat')],
  ])('refuses a webhook %s as unreadable', (_, body) => {
    expect(() => receive(body)).toThrow(WebhookPayloadError)
  })

  it('names the field that is wrong, and never its value', () => {
    const body = withPayload({ chat_id: 'C', thread_id: { private: 'value' }, event: { id: '1', type: 'message' } })
    expect(() => receive(body)).toThrow('The incoming_event payload cannot be read: thread_id is not as documented.')
  })

  it('survives very deep nesting', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    const body = sample.replace('"additional_data":{', `"additional_data":{"deep":${deep},`)
    expect(receive(body)).toEqual(table['message-by-agent'])
  })

  it('survives numbers that JavaScript cannot hold', () => {
    const body = sample.replace(
      '"additional_data":{',
      `"additional_data":{"a":1e999,"b":-1e999,"c":${'9'.repeat(400)},`
    )
    expect(receive(body)).toEqual(table['message-by-agent'])
  })

  it('lets no __proto__, constructor or prototype key reach anything', () => {
    const poison = '"__proto__":{"visibility":"all","text":"polluted"},"constructor":{"prototype":{"polluted":true}},'
    const body = sample.replaceAll('{"', `{${poison}"`)
    expect(receive(body)).toEqual(table['message-by-agent'])
    expect(Object.keys(Object.prototype)).toEqual([])
    expect({}).not.toHaveProperty('polluted')
  })

  it('does not take the visibility of an event from a prototype', () => {
    const event = `{"__proto__":{"visibility":"all"},"id":"1","type":"message","author_id":"${agent.id}","text":"private"}`
    const body = `{"secret_key":"${secret}","action":"incoming_event","payload":{"chat_id":"C","thread_id":"T","event":${event}}}`
    expect(receive(body)).toEqual(ignored('it is not visible to the customer'))
  })

  it('takes a text with half a surrogate pair as it is', () => {
    const body = sample.replace('Hello, how can I help you?', String.raw`broken \ud83d here`)
    expect(receive(body)).toEqual(said(1, text('broken \ud83d here')))
  })

  it('ignores an agent’s event of unknown visibility rather than show a private note', () => {
    const hidden = ['"visibility":"AGENTS"', '"visibility":""', '"seen":true'].map((field) =>
      sample.replace('"visibility":"all"', field)
    )
    for (const body of hidden) expect(receive(body)).toEqual(ignored('it is not visible to the customer'))
  })

  it('ignores another organization’s webhook whatever it holds', () => {
    const foreign = { ...JSON.parse(sample), organization_id: '00000000-0000-4000-8000-000000000000', payload: 7 }
    expect(receive(JSON.stringify(foreign))).toEqual(ignored('it belongs to another organization'))
  })
})

describe('null for what no decision rests on', () => {
  const url = `${cdn}/att/1/a.bin`
  const member = { id: agent.id, type: 'agent', visibility: 'all' }
  const base = { id: 'K600PKZON8_1', author_id: agent.id, visibility: 'all' }
  const place = { chat_id: 'PJ0MRSHTDG', thread_id: 'K600PKZON8' }
  const event = (content: object) => ({ ...place, event: { ...base, ...content } })

  it.each<[string, string, object, ProviderEvent[]]>([
    ['who closed the chat', 'chat_deactivated', { ...place, user_id: null }, closed('left')],
    [
      'name and picture of a member',
      'user_added_to_chat',
      { ...place, user: { ...member, name: null, avatar: null } },
      assigned(agent),
    ],
    [
      'the visibility of a member',
      'user_added_to_chat',
      { ...place, user: { ...member, visibility: null } },
      assigned(agent),
    ],
    [
      'the thread of a new member',
      'user_added_to_chat',
      { ...place, thread_id: null, user: member },
      ignored('the chat is not active'),
    ],
    [
      'the thread of a transfer',
      'chat_transferred',
      { ...place, thread_id: null, transferred_to: { agent_ids: [agent.id] } },
      ignored('the chat is not active'),
    ],
    [
      'the reason of a transfer',
      'chat_transferred',
      { ...place, reason: null, transferred_to: { agent_ids: [agent.id] } },
      assigned(agent),
    ],
    [
      'the target of a transfer',
      'chat_transferred',
      { ...place, transferred_to: null },
      ignored('the chat waits in a queue'),
    ],
    [
      'the agents of a transfer',
      'chat_transferred',
      { ...place, transferred_to: { agent_ids: null } },
      ignored('the chat waits in a queue'),
    ],
    [
      'the author of an event',
      'incoming_event',
      event({ type: 'message', text: 'a', author_id: null }),
      ignored('it is a system message'),
    ],
    [
      'the visibility of an event',
      'incoming_event',
      event({ type: 'message', text: 'a', visibility: null }),
      ignored('it is not visible to the customer'),
    ],
    [
      'the time of an event',
      'incoming_event',
      event({ type: 'message', text: 'a', created_at: null }),
      said(1, text('a')),
    ],
    [
      'the text of a message',
      'incoming_event',
      event({ type: 'message', text: null }),
      ignored('it holds nothing to show (message)'),
    ],
    [
      'all that a message does not have',
      'incoming_event',
      event({ type: 'message', text: 'a', url: null, name: null, content_type: null, elements: null }),
      said(1, text('a')),
    ],
    [
      'the address of a file',
      'incoming_event',
      event({ type: 'file', url: null, name: 'a.bin' }),
      ignored('it holds nothing to show (file)'),
    ],
    [
      'name and kind of a file',
      'incoming_event',
      event({ type: 'file', url, name: null, content_type: null }),
      said(1, { kind: 'file', url }),
    ],
    [
      'the elements of a card',
      'incoming_event',
      event({ type: 'rich_message', elements: null }),
      ignored('it holds nothing to show (rich_message)'),
    ],
    [
      'picture, title and buttons of a card',
      'incoming_event',
      event({ type: 'rich_message', elements: [{ title: null, subtitle: 'Below', image: null, buttons: null }] }),
      said(1, text('Below')),
    ],
    [
      'the address of a picture',
      'incoming_event',
      event({ type: 'rich_message', elements: [{ title: 'Card', image: { url: null, name: null } }] }),
      said(1, text('Card')),
    ],
    [
      'the name of a picture',
      'incoming_event',
      event({ type: 'rich_message', elements: [{ image: { url, name: null } }] }),
      said(1, { kind: 'image', url }),
    ],
    [
      'what a button says and does',
      'incoming_event',
      event({
        type: 'rich_message',
        elements: [
          {
            title: 'Card',
            buttons: [
              { text: null, type: null, value: null },
              { text: 'Prices', type: 'url', value: null },
              { text: 'Go', type: null, value: 'x' },
            ],
          },
        ],
      }),
      said(1, text('Card\n• Prices\n• Go')),
    ],
  ])('is accepted: %s', (_, action, payload, events) => {
    expect(receive(withPayload(payload, action))).toEqual(events)
  })
})

describe('the organization of a webhook', () => {
  const id = fixtureSettings.organizationId
  const from = (organization: string) => JSON.stringify({ ...JSON.parse(sample), organization_id: organization })

  it.each([
    ['as it is', id, id],
    ['in capitals in the settings', id.toUpperCase(), id],
    ['in capitals in the webhook', id, id.toUpperCase()],
  ])('is recognised %s', (_, organizationId, organization) => {
    const settings = { ...fixtureSettings, organizationId }
    expect(readWebhook(toRequest(from(organization)), settings)).toEqual(table['message-by-agent'])
  })

  it('is another one when it differs in more than capitals', () => {
    const other = `${id.slice(0, -1)}0`.toUpperCase()
    expect(read(from(other))).toEqual(ignored('it belongs to another organization'))
  })
})

describe('whatever arrives', () => {
  const actions = fc.constantFrom('incoming_event', 'chat_deactivated', 'chat_transferred', 'user_added_to_chat')
  const anyJson = fc.jsonValue({ maxDepth: 4 })
  const anyBody = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json(),
    fc.tuple(actions, anyJson).map(([action, payload]) => withPayload(payload, action)),
    damagedFixture()
  )

  const isUsable = (event: ProviderEvent): boolean => {
    if (event.type === 'ignored') return event.why !== ''
    if (!/^[^]*\/[^]*$/.test(event.threadKey)) return false
    if (event.type === 'agentMessage') return event.parts.length > 0 && event.agent.id.includes('@')
    return event.type === 'threadClosed' || (event.agent?.id.includes('@') ?? false)
  }

  it('is either read into usable events or refused with one of the two webhook errors', async () => {
    await fc.assert(
      fc.asyncProperty(anyBody, async (body) => {
        const result = await outcomeOf(() => receive(body))
        if (Array.isArray(result)) expect(result.every(isUsable)).toBe(true)
      }),
      { numRuns: 2_000 }
    )
  })

  it('is read by the reader alone without any other error, too', async () => {
    await fc.assert(
      fc.asyncProperty(anyBody, async (body) => void (await outcomeOf(() => read(body)))),
      { numRuns: 2_000 }
    )
  })

  it('is refused when the secret is another one', async () => {
    const otherSecret = fc.oneof(fc.string({ unit: 'binary' }), anyJson).filter((value) => value !== secret)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fixtureNames()), otherSecret, async (name, given) => {
        const body = JSON.stringify({ ...JSON.parse(readFixture(name).body), secret_key: given })
        const result = await outcomeOf(() => receive(body))
        expect(result).toBeInstanceOf(WebhookVerificationError)
      }),
      { numRuns: 1_000 }
    )
  })
})
