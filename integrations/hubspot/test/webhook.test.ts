import { type ProviderEvent, WebhookPayloadError } from '@hitl/core'
import { outcomeOf } from '@hitl/core/testing/vendor-kit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hubspotAdapter } from '../src/adapter'
import { damagedFixture, fixtureNames, fixtureSettings, readFixture, toRequest } from './fixtures'

type AgentMessage = Extract<ProviderEvent, { type: 'agentMessage' }>

const threadKey = '243842089/9071001234'
const SESSION = 'conv_01KAJ8Q4WXYZ0123456789ABCD'
const anna = { id: 'A-2620022', name: 'Anna Agent' }
/** Of messages. */
const saidAt = Date.UTC(2026, 0, 1, 10)
/** Of what happens to threads. */
const at = 1_767_261_600_000

const HELLO = 'Hello, how can I help you?'
const FILES = 'https://243842089.fs1.hubspotusercontent-na1.net/hubfs/243842089'

const ignored = (why: string): ProviderEvent[] => [{ type: 'ignored', why }]
const NOT_NEEDED = ignored('its type is none that we need')
const NOT_THAT_PROPERTY = ignored('its property is none that we need')
const NOBODY = ignored('nobody is assigned any more')
const NO_HUMAN = ignored('no human agent is assigned')

const text = (value: string) => ({ kind: 'text', text: value }) as const
const receipt = { kind: 'image', url: `${FILES}/receipt.png`, name: 'receipt.png' } as const
const unfetched = (kind: 'image' | 'audio', id: string, name: string) => ({ kind, url: `hubspot-file:${id}`, name })
const rest = { kind: 'file', url: 'hubspot-rest:' } as const

const unnamed = (parts: AgentMessage['parts'], more: Partial<AgentMessage>): ProviderEvent[] => [
  { type: 'agentMessage', threadKey, agent: anna, messageId: 'b3f0c1d2e3', parts, at: saidAt, ...more },
]
const said = (parts: AgentMessage['parts'] = [text(HELLO)], more: Partial<AgentMessage> = {}) =>
  unnamed(parts, { sessionId: SESSION, ...more })
const incomplete = { isIncomplete: true }
const assigned = (id = anna.id, key = threadKey, when = at): ProviderEvent => ({
  type: 'agentAssigned',
  threadKey: key,
  agent: { id },
  at: when,
})
const closed = (when = at): ProviderEvent => ({ type: 'threadClosed', threadKey, reason: 'resolved', at: when })

const table: Readonly<Record<string, ProviderEvent[]>> = {
  'channel-reply': said(),
  'channel-reply-rich-text': said([text('Please read the guide (https://example.com/guide) first.\nThen call us')]),
  'channel-reply-inline-image': said([
    text('Look here:'),
    { kind: 'image', url: `${FILES}/screen.png`, name: 'screen.png' },
  ]),
  'channel-reply-inline-image-only': said([{ kind: 'image', url: `${FILES}/screen.png` }]),
  'channel-reply-attachment': said([text('Your receipt'), receipt]),
  'channel-reply-attachment-without-url': said(
    [text('Your receipt'), unfetched('image', '99000111', 'receipt.png')],
    incomplete
  ),
  'channel-reply-several-attachments': said(
    [
      text('Three files'),
      receipt,
      { kind: 'file', url: `${FILES}/manual.pdf`, name: 'manual.pdf' },
      unfetched('audio', '99000113', 'note.m4a'),
    ],
    incomplete
  ),
  'channel-reply-only-file': said([receipt]),
  'channel-reply-quick-replies': said([
    text(HELLO),
    text('[The agent sent "quick_replies", which cannot be shown here. Ask the agent for a link.]'),
  ]),
  'channel-reply-without-sender-name': said(undefined, { agent: { id: anna.id } }),
  'channel-reply-without-senders': said(undefined, { agent: { id: anna.id } }),
  'channel-reply-by-breeze': said(undefined, { agent: { id: 'L-77', name: 'HubSpot' } }),
  'channel-reply-by-system': said(undefined, { agent: { id: 'S-hubspot', name: 'HubSpot' } }),
  'channel-reply-by-app': said(undefined, { agent: { id: 'I-1160999', name: 'Other app' } }),
  'channel-reply-truncated': said([text('Once upon a time'), rest, receipt], incomplete),
  'channel-comment': ignored('it is not for the end user'),
  'channel-incoming': ignored('it is our own message'),
  'channel-reply-numeric-ids': said([text(HELLO), unfetched('image', '99000111', 'receipt.png')], {
    messageId: '880011223344',
    ...incomplete,
  }),
  'channel-reply-not-sent-yet': said(undefined, { wantsReceipt: true }),
  'channel-reply-without-session': unnamed([text(HELLO)], {}),
  'channel-reply-without-thread-id': said(undefined, { threadKey: `243842089/${SESSION}` }),
  'channel-reply-empty': ignored('it is empty'),
  'channel-reply-in-array': said(),
  'channel-account-created': NOT_NEEDED,
  'channel-account-updated': NOT_NEEDED,
  'channel-account-purged': NOT_NEEDED,
  'app-assigned': [assigned()],
  'app-assigned-user-id': [assigned()],
  'app-assigned-to-breeze': NO_HUMAN,
  'app-unassigned-empty': NOBODY,
  'app-unassigned-null': NOBODY,
  'app-status-closed': [closed()],
  'app-status-open': ignored('the thread is open'),
  'app-restored': NOT_THAT_PROPERTY,
  'app-creation': NOT_NEEDED,
  'app-new-message-comment': NOT_NEEDED,
  'app-deletion': [closed()],
  'app-privacy-deletion': [closed()],
  'app-event-type-key': [closed()],
  'app-ids-as-texts': [closed()],
  'app-single-object': [closed()],
  'app-mixed-out-of-order': [
    ...NOT_NEEDED,
    assigned('A-2620022', threadKey, at + 1_000),
    assigned('A-2620044', '243842089/9071009999', at + 1_500),
    assigned('A-2620033', threadKey, at + 2_000),
    closed(at + 3_000),
  ],
  // Event number n happened 37 n modulo 100 ms later; 73 is the inverse of 37.
  'app-hundred-events': Array.from({ length: 100 }, (_, ms) =>
    assigned(anna.id, `243842089/${9_071_000_000 + ((ms * 73) % 100)}`, at + ms)
  ),
}

const read = (body: string) => hubspotAdapter.readWebhook(toRequest(body), fixtureSettings)
const readJson = (value: unknown) => read(JSON.stringify(value))

const parse = (name: string) => JSON.parse(readFixture(name).body)
const sample: { message: object } & Record<string, unknown> = parse('channel-reply')
const [assignment]: [Record<string, unknown>] = parse('app-assigned')
const withMessage = (fields: object) => ({ ...sample, message: { ...sample.message, ...fields } })
const changed = (fields: object) => [{ ...assignment, ...fields }]

describe('webhooks as HubSpot sends them', () => {
  it.each(Object.entries(table))('%s is read as exactly the events it stands for', (name, events) => {
    expect(read(readFixture(name).body)).toEqual(events)
  })

  it('has every fixture file in the table, and no other', () => {
    expect(Object.keys(table).toSorted()).toEqual(fixtureNames())
  })

  it.each(fixtureNames())('%s names where its fields come from, and how sure that is', (name) => {
    const { source, confidence, headers } = readFixture(name)
    expect(source).toMatch(/^(documented|code): sheet of facts \d/)
    expect(confidence).toMatch(/^[DCI]\b/)
    expect(headers).toEqual({ 'content-type': 'application/json' })
  })

  it('reads a list of both kinds, each item by itself', () => {
    expect(readJson([sample, assignment])).toEqual([...said(), assigned()].toSorted((a, b) => atOf(a) - atOf(b)))
  })
})

const atOf = (event: ProviderEvent) => ('at' in event ? (event.at ?? 0) : 0)

describe('the order of events', () => {
  it('is that of their times, whatever order they come in', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2 ** 45 }), { minLength: 1, maxLength: 100 }), (times) => {
        const events = readJson(times.map((occurredAt) => ({ ...assignment, occurredAt })))
        expect(events.map(atOf)).toEqual(times.toSorted((a, b) => a - b))
      })
    )
  })

  it('stays as given for events of the same time', () => {
    const users = ['A-1', 'A-2', 'A-3']
    const events = readJson(users.map((propertyValue) => ({ ...assignment, propertyValue })))
    expect(events).toEqual(users.map((id) => assigned(id)))
  })

  it.each([undefined, null, '1767261600000', {}])('has nothing to go by when the time is %j', (occurredAt) => {
    const [event] = readJson(changed({ occurredAt }))
    expect(event).not.toHaveProperty('at')
    expect(event).toMatchObject({ type: 'agentAssigned', threadKey })
  })

  it.each([undefined, null, '', 'yesterday', 5])('leaves out the time of a message that is %j', (createdAt) => {
    const [event] = readJson(withMessage({ createdAt }))
    expect(event).not.toHaveProperty('at')
    expect(event).toMatchObject({ type: 'agentMessage', messageId: 'b3f0c1d2e3' })
  })
})

describe('a message of an agent', () => {
  it('is no other message when HubSpot delivers it again', () => {
    expect(readJson({ ...sample, eventId: 'e-2', eventTimestamp: '2026-01-01T10:05:00.000Z' })).toEqual(said())
  })

  it.each(['SENT', 'READ'])('that counts as %s needs no receipt', (statusType) => {
    expect(readJson(withMessage({ status: { statusType } }))).toEqual(said())
  })

  it.each([{ statusType: 'RECEIVED' }, { statusType: 'FAILED' }, {}, null, 'SENT', undefined])(
    'with the state %j wants one',
    (status) => {
      expect(readJson(withMessage({ status }))).toEqual(said(undefined, { wantsReceipt: true }))
    }
  )

  it.each([undefined, null, 'NOT_TRUNCATED', ''])('is whole when truncationStatus is %j', (truncationStatus) => {
    expect(readJson(withMessage({ truncationStatus }))).toEqual(said())
  })

  it.each(['TRUNCATED', 'TRUNCATED_TO_MOST_RECENT_REPLY'])('is cut when truncationStatus is %s', (truncationStatus) => {
    expect(readJson(withMessage({ truncationStatus }))).toEqual(said([text(HELLO), rest], incomplete))
  })

  it('is cut even where nothing of it is left', () => {
    expect(readJson(withMessage({ text: '', truncationStatus: 'TRUNCATED' }))).toEqual(said([rest], incomplete))
  })

  it('keeps its plain text as it is, with blanks, lines and emoji', () => {
    expect(readJson(withMessage({ text: '  a\n\n<b> & 👋  ' }))).toEqual(said([text('  a\n\n<b> & 👋  ')]))
  })

  it.each([undefined, null])('counts as one for the end user when its type is %j', (type) => {
    expect(readJson(withMessage({ type }))).toEqual(said())
  })

  it.each([[5], [{}], [[]], ['']])('is never shown when its type cannot be read (%j)', (type) => {
    expect(readJson(withMessage({ type }))).toEqual(ignored('it is not for the end user'))
  })

  it.each(['COMMENT', 'WELCOME_MESSAGE', 'ASSIGNMENT', 'THREAD_STATUS_CHANGE'])(
    'never shows the end user what is a %s',
    (type) => {
      expect(readJson(withMessage({ type }))).toEqual(ignored('it is not for the end user'))
    }
  )

  it.each<[string, object]>([
    ['another sender', { createdBy: 'A-9' }],
    ['no creator', { createdBy: undefined }],
  ])('is by its first sender: %s', (_, fields) => {
    expect(readJson(withMessage(fields))).toEqual(said())
  })

  it.each<[string, object]>([
    ['as a number', { senders: [{ actorId: 2_620_022, name: anna.name }] }],
    ['as the text of a number', { senders: [{ actorId: '2620022', name: anna.name }] }],
    ['as a number of the creator', { senders: [{ name: anna.name }], createdBy: 2_620_022 }],
  ])('is by the same agent when the sender is named %s', (_, fields) => {
    expect(readJson(withMessage(fields))).toEqual(said())
  })

  it('without anybody is by HubSpot', () => {
    const event = readJson(withMessage({ createdBy: undefined, senders: undefined }))
    expect(event).toEqual(said(undefined, { agent: { id: 'HUBSPOT', name: 'HubSpot' } }))
  })

  it('belongs to the first session that is named', () => {
    expect(readJson({ ...sample, channelIntegrationThreadIds: [null, SESSION, 'conv_other'] })).toEqual(said())
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['a text', 'receipt.png'],
    ['an object', { fileId: '1' }],
    ['a list of nothing', [null, 5, 'x', []]],
  ])('is shown without attachments when these are %s', (_, attachments) => {
    expect(readJson(withMessage({ attachments }))).toEqual(said())
  })
})

describe('an assignment', () => {
  it.each(['2620022', 2_620_022, 'A-2620022'])('to %j is to the same agent', (propertyValue) => {
    expect(readJson(changed({ propertyValue }))).toEqual([assigned()])
  })

  it.each(['E-anna@example.com', 'S-hubspot', 'I-1', 'V-51', 'BOT', 'a-1', '-1', '1e3', '1.5', '__proto__'])(
    'to %s is to no human agent',
    (propertyValue) => {
      expect(readJson(changed({ propertyValue }))).toEqual(NO_HUMAN)
    }
  )

  it.each(['', null, undefined, {}, [], true])('to %j is to nobody', (propertyValue) => {
    expect(readJson(changed({ propertyValue }))).toEqual(NOBODY)
  })

  it('goes by the kind of subscription when both names of it are there', () => {
    expect(readJson(changed({ eventType: 'conversation.creation' }))).toEqual([assigned()])
  })

  it('is known by portal and thread: other portals have threads of the same number', () => {
    expect(readJson(changed({ portalId: 33 }))).toEqual([assigned(anna.id, '33/9071001234')])
  })
})

describe('a change of state', () => {
  it.each(['OPEN', '', null, 'closed', 'ARCHIVED', true])('to %j closes nothing', (propertyValue) => {
    expect(readJson(changed({ propertyName: 'status', propertyValue }))).toEqual(ignored('the thread is open'))
  })

  it.each([undefined, null, 'isArchived', 'constructor', '__proto__', 5, {}])('of %j is not needed', (propertyName) => {
    expect(readJson(changed({ propertyName, propertyValue: 'CLOSED' }))).toEqual(NOT_THAT_PROPERTY)
  })
})

const UNREADABLE: readonly [string, unknown][] = [
  ['nothing', {}],
  ['null', null],
  ['a number', 5],
  ['a text', 'CHANNEL_ACCOUNT_CREATED'],
  ['a list', [assignment]],
  ['a type that is no text', { ...sample, type: 5 }],
  ['a message without an id', withMessage({ id: undefined })],
  ['a message with an empty id', withMessage({ id: '' })],
  ['a message with an object for its id', withMessage({ id: {} })],
  ['a message that is a text', { ...sample, message: 'Hello' }],
  ['no message', { ...sample, message: undefined }],
  ['a message of no portal', { ...sample, portalId: undefined }],
  ['a message of no thread', { ...withMessage({ conversationsThreadId: null }), channelIntegrationThreadIds: null }],
  ['an event of no kind', { ...assignment, subscriptionType: undefined }],
  ['an event of no thread', { ...assignment, objectId: null }],
  ['an event of an empty thread', { ...assignment, objectId: '' }],
  ['an event of no portal', { ...assignment, portalId: {} }],
]

describe('bodies that are not as documented', () => {
  it.each<[string, string]>([
    ['no body', ''],
    ['a form', 'subscriptionType=conversation.creation'],
    ['JSON that breaks off', readFixture('channel-reply').body.slice(0, -2)],
    ['a number', '12'],
    ['null', 'null'],
    ['true', 'true'],
    ['an event as a text in JSON', JSON.stringify(readFixture('channel-reply').body)],
    ['two events side by side', `${readFixture('channel-reply').body}${readFixture('channel-reply').body}`],
  ])('are refused: %s', (_, body) => {
    expect(() => read(body)).toThrow(WebhookPayloadError)
  })

  it('have nothing to do in an empty list', () => {
    expect(read('[]')).toEqual([])
    expect(read(' [ ] ')).toEqual([])
  })

  it.each(UNREADABLE)('are refused when they hold no event: %s', (_, item) => {
    expect(() => readJson(item === null || Array.isArray(item) ? [item] : item)).toThrow(WebhookPayloadError)
    expect(() => readJson([item])).toThrow(WebhookPayloadError)
    expect(() => readJson([item, item])).toThrow(WebhookPayloadError)
  })

  it.each(UNREADABLE)('cost none of the other events of the list: %s', (_, item) => {
    expect(readJson([item, assignment])).toEqual([assigned()])
    expect(readJson([assignment, item, item])).toEqual([assigned()])
  })

  it('are refused without a word of what is in them', () => {
    const quoted = /private/
    expect(() => read('private')).not.toThrow(quoted)
    expect(() => readJson({ ...sample, message: 'private' })).toThrow(
      /^The webhook cannot be read\. It holds no event\.$/
    )
  })

  it('are not minded in what no decision rests on', () => {
    const nulls = {
      recipients: null,
      channelId: null,
      channelAccountId: {},
      inReplyToId: [],
      client: 5,
      archived: 'no',
    }
    expect(readJson({ ...withMessage(nulls), eventId: null, eventTimestamp: {}, channelId: [] })).toEqual(said())
    const rest = { changeSource: null, eventId: 'x', subscriptionId: {}, appId: null, attemptNumber: [], changeFlag: 1 }
    expect(readJson(changed(rest))).toEqual([assigned()])
  })

  it('are not minded for their nesting', () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    const reply = readFixture('channel-reply').body
    expect(read(reply.replace('"attachments":[]', `"attachments":${deep}`))).toEqual(said())
    expect(read(reply.replace('"eventId":"e-1"', `"eventId":${deep}`))).toEqual(said())
    expect(() => read(deep)).toThrow(WebhookPayloadError)
  })
})

describe('numbers without measure', () => {
  const body = readFixture('app-assigned').body
  const digits = (field: string, value: string) => body.replace(new RegExp(`"${field}":[^,}]*`), `"${field}":${value}`)

  it.each(['1e999', '-1e999'])('are no time (%s)', (value) => {
    const [event] = read(digits('occurredAt', value))
    expect(event).toMatchObject({ type: 'agentAssigned', threadKey })
    expect(event).not.toHaveProperty('at')
  })

  it.each(['objectId', 'portalId'])('are no id (%s)', (field) => {
    expect(() => read(digits(field, '1e999'))).toThrow(WebhookPayloadError)
  })

  it('are no id of a message', () => {
    const reply = readFixture('channel-reply').body
    expect(() => read(reply.replace('"id":"b3f0c1d2e3"', '"id":1e999'))).toThrow(WebhookPayloadError)
  })

  it.each(['9007199254740991', '19615248623'])('are read to the last digit while they are safe (%s)', (id) => {
    expect(read(digits('objectId', id))).toEqual([assigned(anna.id, `243842089/${id}`)])
  })
})

describe('names of the language', () => {
  const POISON = '"__proto__":{"polluted":1,"url":"https://e.example/x"},"constructor":{"prototype":{"polluted":1}},'

  it.each(fixtureNames())('change nothing as keys (%s)', (name) => {
    expect(read(readFixture(name).body.replaceAll('{"', `{${POISON}"`))).toEqual(table[name])
    expect({}).not.toHaveProperty('polluted')
  })

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'])(
    'mean nothing as values (%s)',
    (name) => {
      expect(readJson({ ...sample, type: name })).toEqual(NOT_NEEDED)
      expect(readJson(changed({ subscriptionType: name }))).toEqual(NOT_NEEDED)
      expect(readJson(withMessage({ type: name }))).toEqual(ignored('it is not for the end user'))
      const file = { type: 'FILE', fileId: '5', name, fileUsageType: name }
      expect(readJson(withMessage({ attachments: [file] }))).toEqual(
        said([text(HELLO), { kind: 'file', url: 'hubspot-file:5', name }], incomplete)
      )
    }
  )
})

describe('whatever arrives', () => {
  const anyJson = fc.jsonValue({ maxDepth: 4 })
  const anyBody = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json(),
    anyJson.map((message) => JSON.stringify({ ...sample, message })),
    fc.dictionary(fc.constantFrom(...Object.keys(sample.message)), anyJson).map((o) => JSON.stringify(withMessage(o))),
    fc.dictionary(fc.constantFrom(...Object.keys(assignment)), anyJson).map((o) => JSON.stringify(changed(o))),
    fc.array(anyJson).map((items) => JSON.stringify([...items, assignment])),
    damagedFixture()
  )

  const isId = (id: string) => id !== '' && !id.includes('[object')
  const KINDS = new Set<string>(['image', 'audio', 'video', 'file'])
  const isUsable = (event: ProviderEvent): boolean => {
    if (event.type === 'ignored') return event.why !== ''
    if (!/^[^/].*\/./s.test(event.threadKey)) return false
    if ('at' in event && !Number.isFinite(event.at)) return false
    if (event.type === 'threadClosed') return true
    if (event.type === 'agentAssigned') return isId(event.agent?.id ?? '')
    const isShown = event.parts.every((part) =>
      part.kind === 'text' ? part.text.trim() !== '' : KINDS.has(part.kind) && URL.canParse(part.url)
    )
    return isId(event.agent.id) && isId(event.messageId) && event.parts.length > 0 && isShown
  }

  it('is either read into usable events or refused as unreadable', async () => {
    await fc.assert(
      fc.asyncProperty(anyBody, async (body) => {
        const result = await outcomeOf(() => read(body))
        const unusable = Array.isArray(result) ? result.filter((event) => !isUsable(event)) : [result]
        expect(unusable.filter((one) => !(one instanceof WebhookPayloadError))).toEqual([])
      }),
      { numRuns: 3_000 }
    )
  })

  it.each(['/', '', '24 38', 'acme', '-1'])(
    'is unreadable when the account is %j, which is no number',
    async (portalId) => {
      const event = {
        objectId: 9_071_001_234,
        subscriptionType: 'conversation.propertyChange',
        propertyName: 'assignedTo',
      }
      const body = JSON.stringify([{ ...event, propertyValue: 'A-2620022', occurredAt: 1_767_261_600_000, portalId }])
      expect(await outcomeOf(() => read(body))).toBeInstanceOf(WebhookPayloadError)
    }
  )
})
