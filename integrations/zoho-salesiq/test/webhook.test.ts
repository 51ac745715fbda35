import type { ProviderEvent, WebhookRequest } from '@hitl/core'
import { WebhookPayloadError, WebhookVerificationError } from '@hitl/core'
import { outcomeOf } from '@hitl/core/testing/vendor-kit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { zohoSalesIqAdapter } from '../src/adapter'
import type { ZohoSalesIqThread } from '../src/thread'
import type { Installation } from '../src/trust'
import {
  createSigner,
  damagedFixture,
  fixtureNames,
  fixtureSettings,
  readFixture,
  readKnownAnswer,
  signedBy,
  type Signer,
  toRequest,
} from './fixtures'

const threadKey = '325000002017001'
const APP = fixtureSettings.appId
const WEBHOOK = '325000001900001'
const ann = { id: '325000000010001', name: 'Ann Operator' }
const at = 1_769_000_012_345

const ignored = (why: string): ProviderEvent[] => [{ type: 'ignored', why }]
type AgentAssigned = Extract<ProviderEvent, { type: 'agentAssigned' }>
const assigned = (agent?: AgentAssigned['agent']): ProviderEvent[] => [
  { type: 'agentAssigned', threadKey, ...(agent ? { agent } : {}), at },
]
const closed = (reason: 'resolved' | 'missed' | 'left', key = threadKey): ProviderEvent[] => [
  { type: 'threadClosed', threadKey: key, reason, at },
]
type Parts = Extract<ProviderEvent, { type: 'agentMessage' }>['parts']
const said = (...parts: Parts): ProviderEvent[] => [
  { type: 'agentMessage', threadKey, agent: ann, messageId: '1769000012340', parts, at },
]
const incomplete = (...parts: Parts): ProviderEvent[] =>
  said(...parts).map((event) => (event.type === 'agentMessage' ? { ...event, isIncomplete: true } : event))
const text = (value: string) => ({ kind: 'text', text: value }) as const
const receipt = { kind: 'image', url: 'https://files.example.com/a/receipt.png', name: 'receipt.png' } as const
const unshown = text('[The agent sent the file "receipt.png", which cannot be shown here. Ask the agent for a link.]')

const HELLO = 'Hello, how can I help you?'
const NOT_NEEDED = 'its event is none that we need'
const NOT_HUMAN = 'no human agent wrote it'

const table: Readonly<Record<string, ProviderEvent[]>> = {
  'attender-updated': assigned(ann),
  'attender-updated-second-attempt': assigned(ann),
  'attender-updated-bot': ignored('no human agent is in charge'),
  'attender-updated-without-owner': ignored('it names nobody'),
  'transfer-accepted-with-owner': assigned({ id: '325000000010002', name: 'Ben Operator' }),
  'transfer-accepted-without-owner': assigned(),
  'transfer-accepted-to-bot': ignored('no human agent is in charge'),
  'operator-replied': said(text(HELLO)),
  'operator-replied-link': said(text('See https://example.com/help')),
  'operator-replied-by-bot': ignored(NOT_HUMAN),
  'operator-replied-by-visitor': ignored(NOT_HUMAN),
  'operator-replied-file-attachment': said(receipt),
  'operator-replied-file-attachments': said({
    kind: 'file',
    url: 'https://files.example.com/a/contract.pdf',
    name: 'contract.pdf',
  }),
  'operator-replied-file-in-meta': said({
    kind: 'audio',
    url: 'https://files.example.com/a/voice.mp3',
    name: 'voice.mp3',
  }),
  'operator-replied-file-with-text': said(text('Your receipt'), receipt),
  'operator-replied-file-first-version': incomplete(unshown),
  'operator-replied-file-of-the-api': incomplete(unshown),
  'operator-replied-without-content': incomplete(
    text('[The agent sent a file, which cannot be shown here. Ask the agent for a link.]')
  ),
  'operator-replied-without-msgid': said(text(HELLO)).map((event) => ({ ...event, messageId: String(at) })),
  'completed-by-agent': closed('resolved'),
  'completed-by-visitor': closed('left'),
  'completed-by-system': closed('left'),
  'completed-by-scheduler': closed('left'),
  'completed-with-optional-members': closed('resolved'),
  'completed-of-a-website-visitor': closed('resolved', '325000002011009'),
  missed: closed('missed'),
  'visitor-replied': ignored(NOT_NEEDED),
  rated: ignored(NOT_NEEDED),
  'older-docs-reply': said(text(HELLO)),
  'older-docs-numeric-ids': closed('resolved', '9007199254740993123'),
}

const [signer, second, stranger] = [createSigner(), createSigner(), createSigner()]
const byApi: Installation = { webhookId: WEBHOOK, keys: [signer.publicKey], appIds: [APP] }
const byHand: Installation = { keys: [], appIds: [] }
const thread: ZohoSalesIqThread = { id: threadKey, appId: APP, webhookId: WEBHOOK, keys: [signer.publicKey] }
const handThread: ZohoSalesIqThread = { id: threadKey, appId: APP, keys: [] }

/** What is known while a webhook is verified: the conversation, unless it is not ours, and the note. */
type Known = { thread?: ZohoSalesIqThread; note?: unknown; config?: Partial<typeof fixtureSettings> }

function verify(request: WebhookRequest, { thread: known, note, config = {} }: Known = {}) {
  const verified = zohoSalesIqAdapter.verifyWebhook(request, { ...fixtureSettings, ...config }, Date.now(), {
    thread: async (key) => (known && key === known.id ? known : undefined),
    installation: async () => note,
  })
  return Promise.resolve(verified)
}

const read = (body: string) => zohoSalesIqAdapter.readWebhook(toRequest(body), fixtureSettings)

/** The outcome of both steps, as core takes them. */
async function receive(request: WebhookRequest, known?: Known): Promise<readonly ProviderEvent[]> {
  await verify(request, known)
  return zohoSalesIqAdapter.readWebhook(request, fixtureSettings)
}

const signed = (body: string, by: Signer = signer) => toRequest(body, by.sign(body))
const expectRefused = async (request: WebhookRequest, known: Known) =>
  expect(verify(request, known)).rejects.toThrow(WebhookVerificationError)
const expectAccepted = async (request: WebhookRequest, known: Known) =>
  expect(verify(request, known)).resolves.toBeUndefined()

const sample = readFixture('operator-replied').body
const changed = (fields: object, body = sample) => JSON.stringify({ ...JSON.parse(body), ...fields })
const withEntity = (event: string, entity: unknown) => changed({ event, entity })
const withMessage = (fields: object) => {
  const { entity } = JSON.parse(sample) as { entity: { message: object } }
  return changed({ entity: { ...entity, message: { ...entity.message, ...fields } } })
}

describe('webhooks as SalesIQ sends them', () => {
  it.each(Object.entries(table))('%s is read as exactly the events it stands for', async (name, events) => {
    const { body } = readFixture(name)
    expect(await receive(signed(body), { note: byApi })).toEqual(events)
  })

  it('has every fixture file in the table, and no other', () => {
    expect(Object.keys(table).toSorted()).toEqual(fixtureNames())
  })

  it.each(fixtureNames())('%s names where its fields come from, and how sure that is', (name) => {
    const { source, confidence, headers } = readFixture(name)
    expect(source).toMatch(/^(live|documented|inferred): /)
    expect(confidence).toMatch(/^[DLCI]\b/)
    expect(headers).toEqual({ 'content-type': 'application/json' })
  })

  it('reads a second attempt as the same event, so that a redelivery is recognised', () => {
    expect(read(readFixture('attender-updated-second-attempt').body)).toEqual(
      read(readFixture('attender-updated').body)
    )
  })

  it('asks for no event that it ignores', () => {
    const eventOf = (name: string) => String(JSON.parse(readFixture(name).body).event)
    const needless = fixtureNames().filter(
      (name) => JSON.stringify(table[name]) === JSON.stringify(ignored(NOT_NEEDED))
    )
    expect(needless.map(eventOf).toSorted()).toEqual(['conversation.rated', 'conversation.visitor.replied'])
  })

  it('never takes the visitor’s e-mail address for anything: SalesIQ changes it', () => {
    const other = (body: string) => read(body.replaceAll('thomas@example.org', 'somebody@else.example'))
    for (const name of fixtureNames()) expect(other(readFixture(name).body)).toEqual(read(readFixture(name).body))
  })
})

describe('a reply', () => {
  it.each<[string, object]>([
    ['a number', { msgid: 1_769_000_012_340 }],
    ['a text', { msgid: '1769000012340' }],
  ])('is known by its msgid, given as %s', (_, fields) => {
    expect(read(withMessage(fields))).toEqual(said(text(HELLO)))
  })

  it.each<[string, object]>([
    ['is empty', { msgid: '' }],
    ['is null', { msgid: null }],
    ['is an object', { msgid: {} }],
  ])('is known by its time when the msgid %s: two replies must not pass for one', (_, fields) => {
    expect(read(withMessage(fields))).toEqual(said(text(HELLO)).map((event) => ({ ...event, messageId: String(at) })))
  })

  it('keeps its text as it is, with blanks, lines and emoji', () => {
    expect(read(withMessage({ text: '  a\n\n<b> & 👋  ' }))).toEqual(said(text('  a\n\n<b> & 👋  ')))
  })

  it.each([' \n ', '', null])('with nothing but blanks (%j) may be a file: the transcript is asked', (blank) => {
    expect(read(withMessage({ text: blank }))).toEqual(
      incomplete(text('[The agent sent a file, which cannot be shown here. Ask the agent for a link.]'))
    )
  })

  it.each<[string, object]>([
    ['http', { url: 'http://files.example.com/a/receipt.png' }],
    ['a script', { url: 'javascript:alert(1)' }],
    ['no address', { url: 'receipt.png' }],
  ])('never hands on a file address that is of no use (%s)', (_, attachment) => {
    const body = withMessage({ text: '', attachment: { ...attachment, file_name: 'receipt.png' } })
    expect(read(body)).toEqual(incomplete(unshown))
  })

  it.each([
    ['image/jpeg', 'image'],
    ['audio/ogg', 'audio'],
    ['video/mp4', 'video'],
    ['application/zip', 'file'],
    ['imagine/that', 'file'],
  ])('has a file of the type %s shown as %s', (contentType, kind) => {
    const url = 'https://files.example.com/f'
    const [event] = read(withMessage({ text: '', attachment: { url, content_type: contentType } }))
    expect(event).toMatchObject({ parts: [{ kind, url }] })
  })

  it('does not take the name or the picture of its sender for a file', () => {
    const sender = { ...ann, type: 'operator', url: 'https://example.com/ann.png', file_name: 'ann.png' }
    expect(read(withMessage({ sender }))).toEqual(said(text(HELLO)))
  })

  it.each<[string, object]>([
    ['is missing', {}],
    ['is null', { name: null }],
    ['is empty', { name: '' }],
  ])('is taken without a name when that %s', (_, name) => {
    const [event] = read(withMessage({ sender: { id: ann.id, type: 'operator', ...name } }))
    expect(event).toMatchObject({ type: 'agentMessage', agent: { id: ann.id } })
    expect(event).not.toHaveProperty('agent.name')
  })

  it('is taken from a sender whose id is a number', () => {
    const [event] = read(withMessage({ sender: { id: 325_000_000_010_001, name: 'Ann Operator', type: 'operator' } }))
    expect(event).toMatchObject({ agent: ann })
  })
})

describe('signatures', () => {
  it('agrees with one that OpenSSL made once and for all', async () => {
    const { publicKey, body, signature } = readKnownAnswer()
    const request = toRequest(body, { 'x-siqsignature': signature })
    await expectAccepted(request, { note: { ...byApi, keys: [publicKey] } })
    await expectRefused(request, { note: byApi })
  })

  it('are made by the tests as OpenSSL makes them', () => {
    const { privateKey, body, signature } = readKnownAnswer()
    expect(signedBy(privateKey, body)['x-siqsignature']).toBe(signature)
  })

  it('are accepted from the owner of the key that was noted', async () => {
    await expectAccepted(signed(sample), { note: byApi })
    await expectAccepted(signed(sample), { thread, note: byApi })
  })

  it('cost no look at the installation when the conversation knows the key', async () => {
    let looks = 0
    const knowledge = {
      thread: async () => thread,
      installation: async () => void (looks += 1),
    }
    await zohoSalesIqAdapter.verifyWebhook(signed(sample), fixtureSettings, Date.now(), knowledge)
    expect(looks).toBe(0)
  })

  const mutations: readonly (readonly [string, WebhookRequest])[] = [
    ['a tampered body', { ...signed(sample), rawBody: sample.replace('Hello', 'Hullo') }],
    ['a body with a blank more', { ...signed(sample), rawBody: `${sample} ` }],
    ['another key', signed(sample, stranger)],
    ['no signature', toRequest(sample)],
    ['an empty signature', toRequest(sample, { 'x-siqsignature': '' })],
    ['an undefined signature', toRequest(sample, { 'x-siqsignature': undefined })],
    ['a signature that is no Base64', toRequest(sample, { 'x-siqsignature': '%%% not base64 %%%' })],
    ['half a signature', toRequest(sample, { 'x-siqsignature': signer.sign(sample)['x-siqsignature']?.slice(0, 170) })],
    ['the signature of another body', toRequest(sample, signer.sign('{}'))],
    ['the signature under another name', toRequest(sample, { 'x-signature': signer.sign(sample)['x-siqsignature'] })],
    ['the key in place of the signature', toRequest(sample, { 'x-siqsignature': signer.publicKey })],
    ['an endless signature', toRequest(sample, { 'x-siqsignature': 'A'.repeat(100_000) })],
  ]

  it.each(mutations)('are refused: %s', async (_, request) => {
    await expectRefused(request, { note: byApi })
    await expectRefused(request, { thread, note: byApi })
  })

  it.each([
    ['the first', signer],
    ['the second', second],
  ])('are accepted from %s of two keys, while one replaces the other', async (_, by) => {
    const keys = [signer.publicKey, second.publicKey]
    await expectAccepted(signed(sample, by), { note: { ...byApi, keys } })
    await expectAccepted(signed(sample, by), { thread: { ...thread, keys }, note: byHand })
    await expectRefused(signed(sample, stranger), { thread: { ...thread, keys }, note: { ...byApi, keys } })
  })

  it.each<[string, string]>([
    ['bare Base64', signer.publicKey],
    ['PEM', signer.pem],
    ['PEM on one line', signer.pem.replaceAll('\n', '')],
    ['PEM with the line breaks written out', signer.pem.replaceAll('\n', String.raw`\n`)],
  ])('are checked with a key given as %s', async (_, key) => {
    await expectAccepted(signed(sample), { note: { ...byApi, keys: [key] } })
    await expectAccepted(signed(sample), { config: { webhookPublicKey: key } })
    await expectRefused(signed(sample, stranger), { note: { ...byApi, keys: [key] } })
    await expectRefused(signed(sample, stranger), { config: { webhookPublicKey: key } })
  })

  it('are accepted for an older conversation from a key that the installation got later', async () => {
    const older = { ...thread, keys: [second.publicKey] }
    await expectAccepted(signed(sample), { thread: older, note: byApi })
    await expectAccepted(signed(sample, second), { thread: older, note: byApi })
    await expectRefused(signed(sample, stranger), { thread: older, note: byApi })
  })

  it('are refused when the only key noted is none', async () => {
    await expectRefused(toRequest(sample), { note: { ...byApi, keys: ['no key'] } })
    await expectRefused(signed(sample), { note: { ...byApi, keys: ['no key'] } })
  })

  it('give away neither the expected key nor what was received', async () => {
    const error = await verify(signed(sample, stranger), { thread, note: byApi }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(WebhookVerificationError)
    const shown = `${String(error)} ${JSON.stringify(error)} ${error instanceof Error ? error.stack : ''}`
    expect(shown).not.toContain(signer.publicKey.slice(0, 40))
    expect(shown).not.toContain(stranger.sign(sample)['x-siqsignature']?.slice(0, 40))
    expect(shown).not.toContain(HELLO)
  })
})

describe('a request cannot choose to be unsigned', () => {
  it.each<[string, string]>([
    ['as it is', sample],
    ['with another webhook id', changed({ webhook: { id: 'made-by-hand' } })],
    ['without a webhook id', changed({ webhook: undefined })],
    ['with secured set to false', changed({ secured: false, webhook: { id: WEBHOOK, secured: false } })],
    ['as another event', changed({ event: 'conversation.rated' })],
    ['of a conversation that is not ours', changed({ entity_id: '1' })],
  ])('when the keys are known: %s', async (_, body) => {
    await expectRefused(toRequest(body), { thread, note: byApi })
    await expectRefused(toRequest(body), { note: byApi })
  })

  it('when the conversation knows the keys and the note is gone, as for its own conversation', async () => {
    const webhookToken = 'a-token-of-sixteen-or-more'
    const url = `https://webhook.botpress.cloud/zoho-salesiq?token=${webhookToken}`
    await expectRefused(toRequest(sample, {}, url), { thread, note: byApi, config: { webhookToken } })
  })

  it('for a conversation that was opened before the installation had keys', async () => {
    await expectRefused(toRequest(sample), { thread: handThread, note: byApi })
    await expectAccepted(signed(sample), { thread: handThread, note: byApi })
  })
})

describe('a webhook made by hand, without keys', () => {
  it('is accepted for a conversation of ours with the right app', async () => {
    await expectAccepted(toRequest(sample), { thread: handThread, note: byHand })
    await expectAccepted(toRequest(sample), { thread: handThread })
  })

  it.each<[string, object]>([
    ['another app', { app_id: '325000000012009' }],
    ['no app', { app_id: undefined }],
    ['null for the app', { app_id: null }],
    ['an empty app', { app_id: '' }],
    ['the app in a list', { app_id: [APP] }],
    ['another app as a number', { app_id: 325_000_000_012_009 }],
  ])('is refused for a conversation of ours with %s', async (_, fields) => {
    await expectRefused(toRequest(changed(fields)), { thread: handThread, note: byHand })
  })

  it('is accepted with the app as a number, as older documentation shows it', async () => {
    await expectAccepted(toRequest(changed({ app_id: Number(APP) })), { thread: handThread, note: byHand })
  })

  it('goes by the app of the conversation, which may be another one than that of the settings', async () => {
    const other = { ...handThread, appId: '325000000012009' }
    await expectAccepted(toRequest(changed({ app_id: other.appId })), { thread: other, note: byHand })
    await expectRefused(toRequest(sample), { thread: other, note: byHand })
  })

  it.each<[string, object]>([
    ['another webhook id', { webhook: { id: '325000001900009' } }],
    ['no webhook', { webhook: undefined }],
    ['a webhook without an id', { webhook: {} }],
    ['a webhook that is a text', { webhook: WEBHOOK }],
  ])('is refused with %s once the id is known', async (_, fields) => {
    const known = { ...handThread, webhookId: WEBHOOK }
    const note = { ...byHand, webhookId: WEBHOOK }
    await expectAccepted(toRequest(sample), { thread: known, note })
    await expectRefused(toRequest(changed(fields)), { thread: known, note })
  })

  it('passes for a conversation that is not ours, to which nothing can happen', async () => {
    expect(await verify(toRequest(sample), { note: byHand })).toBe('unproven')
    expect(await verify(toRequest(sample), { thread: { ...handThread, id: '1' } })).toBe('unproven')
  })

  it('is not signed by chance: an unreadable note counts as none', async () => {
    await expectAccepted(toRequest(sample), { thread: handThread, note: 'not a note' })
    await expectRefused(toRequest(changed({ app_id: '1' })), { thread: handThread, note: { keys: 'none' } })
  })

  describe('with a token in the settings', () => {
    const webhookToken = 'token-of-the-settings'
    const at = (query: string, path = '') =>
      toRequest(sample, {}, `https://webhook.botpress.cloud/zoho-salesiq${path}${query}`)
    const known = { thread: handThread, note: byHand, config: { webhookToken } }

    it('is accepted with that token in its address', async () => {
      await expectAccepted(at(`?token=${webhookToken}`), known)
      await expectAccepted(at(`?a=b&token=${webhookToken}`), known)
    })

    it.each<[string, WebhookRequest]>([
      ['no token', at('')],
      ['an empty token', at('?token=')],
      ['another token', at('?token=token-of-somebody')],
      ['the beginning of the token', at(`?token=${webhookToken.slice(0, -1)}`)],
      ['a longer token', at(`?token=${webhookToken}x`)],
      ['the token in capitals', at(`?token=${webhookToken.toUpperCase()}`)],
      ['the token under another name', at(`?key=${webhookToken}`)],
      ['the token in the path', at('', `/${webhookToken}`)],
      ['the token behind a hash', at(`#token=${webhookToken}`)],
      ['the token in second place', at(`?token=wrong&token=${webhookToken}`)],
      ['the token in a header', toRequest(sample, { token: webhookToken, authorization: webhookToken })],
      ['the token in the body', toRequest(changed({ token: webhookToken }))],
    ])('is refused with %s, also for conversations that are not ours', async (_, request) => {
      await expectRefused(request, known)
      await expectRefused(request, { note: byHand, config: { webhookToken } })
    })

    it('is refused with the token and another app', async () => {
      await expectRefused({ ...at(`?token=${webhookToken}`), rawBody: changed({ app_id: '1' }) }, known)
    })

    it('is refused with the token and another webhook than the one noted', async () => {
      const noted = { thread: { ...handThread, webhookId: 'noted' }, note: { ...byHand, webhookId: 'noted' } }
      await expectRefused(at(`?token=${webhookToken}`), { ...noted, config: { webhookToken } })
    })

    it('gives the token away in no error', async () => {
      const error = await verify(at('?token=received-token-value'), known).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(WebhookVerificationError)
      const shown = `${String(error)} ${JSON.stringify(error)}`
      expect(shown).not.toMatch(/token-of-the-settings|received-token-value/)
    })
  })

  it('does not ask for a token when that setting is left empty', async () => {
    await expectAccepted(toRequest(sample), { thread: handThread, note: byHand, config: { webhookToken: '' } })
  })

  describe('with a public key in the settings', () => {
    const config = { webhookPublicKey: signer.publicKey }

    it('is accepted with its signature', async () => {
      await expectAccepted(signed(sample), { thread: handThread, note: byHand, config })
      await expectAccepted(signed(sample), { config })
    })

    it.each<[string, WebhookRequest]>([
      ['no signature', toRequest(sample)],
      ['the signature of another key', signed(sample, stranger)],
      ['a tampered body', { ...signed(sample), rawBody: changed({ app_id: APP }).replace('Hello', 'Hullo') }],
    ])('is refused with %s', async (_, request) => {
      await expectRefused(request, { thread: handThread, note: byHand, config })
      await expectRefused(request, { config })
    })

    it('needs the token as well when both are set', async () => {
      const both = { ...config, webhookToken: 'token-of-the-settings' }
      const url = `https://webhook.botpress.cloud/zoho-salesiq?token=${both.webhookToken}`
      await expectAccepted({ ...signed(sample), url }, { thread: handThread, config: both })
      await expectRefused(signed(sample), { thread: handThread, config: both })
      await expectRefused({ ...toRequest(sample), url }, { thread: handThread, config: both })
    })
  })
})

describe('a forgery', () => {
  const asked: string[] = []
  const counting = (note: unknown) => ({
    thread: async () => void asked.push('thread'),
    installation: async () => (asked.push('note'), note),
  })
  const verifying = async (request: WebhookRequest, note: unknown, config: object = {}) => {
    asked.length = 0
    const settings = { ...fixtureSettings, ...config }
    await expect(
      (async () => zohoSalesIqAdapter.verifyWebhook(request, settings, Date.now(), counting(note)))()
    ).rejects.toThrow(WebhookVerificationError)
    return [...asked]
  }

  it('without a signature is refused before its conversation is looked up', async () => {
    const note = { webhookId: '77', keys: [signer.publicKey], appIds: [] }
    expect(await verifying(toRequest(sample), note)).toEqual(['note'])
  })

  it('without the token of the settings is refused before anything is looked up', async () => {
    expect(await verifying(toRequest(sample), undefined, { webhookToken: 'a-long-webhook-token' })).toEqual([])
  })
})

describe('the conversation of a webhook', () => {
  const asNumber = (digits: string) => sample.replace('"entity_id":"325000002017001"', `"entity_id":${digits}`)
  const keyOf = (body: string) => {
    const [event] = read(body)
    return event && 'threadKey' in event ? event.threadKey : undefined
  }

  it.each(['325000002017001', '9007199254740993', '9007199254740993123', '90071992547409931234567890'])(
    'is read to the last digit when its id %s comes as a number',
    (digits) => {
      expect(keyOf(asNumber(digits))).toBe(digits)
    }
  )

  it('is that of the envelope, wherever else an entity_id may be', () => {
    const inside = '{"entity_id":9007199254740993999,'
    const body = asNumber('9007199254740993123').replace('"entity":{', `"entity":${inside}`)
    const first = `{"webhook":${inside}"id":"${WEBHOOK}"},${body.slice(1).replace(/,"webhook":\{[^}]*\}/, '')}`
    expect(keyOf(body)).toBe('9007199254740993123')
    expect(keyOf(first)).toBe('9007199254740993123')
  })

  it('is not read from what somebody wrote', () => {
    const body = `{"first":"\\"entity_id\\":5",${asNumber('9007199254740993123').slice(1)}`
    expect(keyOf(body)).toBe('9007199254740993123')
  })

  it.each(['1e3', '-5', '1.5', 'true', 'null', '""', '[]', '{}'])('cannot be %s', (id) => {
    expect(() => read(asNumber(id))).toThrow(WebhookPayloadError)
  })

  it('is asked for by exactly that key', async () => {
    const keys: string[] = []
    const knowledge = {
      thread: async (key: string) => void keys.push(key),
      installation: async () => byApi,
    }
    const body = asNumber('9007199254740993123')
    await zohoSalesIqAdapter.verifyWebhook(signed(body), fixtureSettings, Date.now(), knowledge)
    expect(keys).toEqual(['9007199254740993123'])
  })
})

describe('bodies that are not as documented', () => {
  it.each<[string, string]>([
    ['no body', ''],
    ['a text that is not JSON', 'event=conversation.completed'],
    ['JSON that breaks off', sample.slice(0, -2)],
    ['a list', `[${sample}]`],
    ['null', 'null'],
    ['a number', '12'],
    ['a text in JSON', JSON.stringify(sample)],
    ['no event', changed({ event: undefined })],
    ['an event that is a number', changed({ event: 5 })],
    ['no conversation', changed({ entity_id: undefined })],
  ])('are refused before anything else is looked at: %s', async (_, body) => {
    await expect(verify(signed(body), { note: byApi })).rejects.toThrow(WebhookPayloadError)
    expect(() => read(body)).toThrow(WebhookPayloadError)
  })

  it.each<[string, string]>([
    ['a reply without a message', withEntity('conversation.operator.replied', {})],
    ['a reply without a sender', withEntity('conversation.operator.replied', { message: { text: 'a' } })],
    ['a reply without an entity', changed({ entity: undefined })],
    ['an assignment without an entity', changed({ event: 'conversation.attender.updated', entity: null })],
    ['an assignment to a text', withEntity('conversation.attender.updated', { owner: 'Ann' })],
    ['an end without an entity', changed({ event: 'conversation.completed', entity: undefined })],
  ])('are refused as unreadable: %s', (_, body) => {
    expect(() => read(body)).toThrow(WebhookPayloadError)
  })

  it('are refused by the name of the field, and never by its value', () => {
    const body = withEntity('conversation.operator.replied', { message: { text: 'private', sender: 'private' } })
    expect(() => read(body)).toThrow(/^The conversation\.operator\.replied payload cannot be read: message\.sender is/)
    expect(() => read(body)).not.toThrow(/private/)
  })

  it('are not minded in what no decision rests on', () => {
    const nulls = changed({ entity_type: null, attempt: null, version: null, org_id: null, webhook: null, handler: 7 })
    expect(read(nulls)).toEqual(said(text(HELLO)))
    expect(read(changed({ event_time: null }))).toEqual(said(text(HELLO)).map((event) => ({ ...event, at: undefined })))
  })

  it.each(['1769000012345', 1_769_000_012_345])('have their time read from %j', (time) => {
    expect(read(changed({ event_time: time }))).toEqual(said(text(HELLO)))
  })

  it('are not minded for their nesting', () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    expect(read(sample.replace('"meta":{}', `"meta":{"deep":${deep}}`))).toEqual(said(text(HELLO)))
  })

  it('let no __proto__, constructor or prototype key reach anything', () => {
    const poison =
      '"__proto__":{"text":"polluted","url":"https://e.example/x"},"constructor":{"prototype":{"polluted":1}},'
    expect(read(sample.replaceAll('{"', `{${poison}"`))[0]).toMatchObject({ threadKey, agent: ann })
    expect(Object.keys(Object.prototype)).toEqual([])
    expect({}).not.toHaveProperty('polluted')
  })
})

describe('whatever arrives', () => {
  const events = fc.constantFrom(
    'conversation.attender.updated',
    'conversation.operator.replied',
    'conversation.completed',
    'conversation.missed',
    'conversation.transfer.accepted'
  )
  const anyJson = fc.jsonValue({ maxDepth: 4 })
  const anyBody = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json(),
    fc.tuple(events, anyJson).map(([event, entity]) => withEntity(event, entity)),
    fc.tuple(events, anyJson).map(([event, id]) => changed({ event, entity_id: id })),
    anyJson.map((message) => withEntity('conversation.operator.replied', { message })),
    damagedFixture()
  )

  const isId = (id: string) => id !== '' && !id.includes('[object')
  const isUsable = (event: ProviderEvent): boolean => {
    if (event.type === 'ignored') return event.why !== ''
    if (!isId(event.threadKey) || (event.at !== undefined && !Number.isFinite(event.at))) return false
    if (event.type === 'threadClosed') return true
    if (event.type === 'agentAssigned') return event.agent === undefined || isId(event.agent.id)
    const isShown = event.parts.every((part) => (part.kind === 'text' ? part.text !== '' : URL.canParse(part.url)))
    return isId(event.agent.id) && isId(event.messageId) && event.parts.length > 0 && isShown
  }

  it('is either read into usable events or refused with one of the two webhook errors', async () => {
    await fc.assert(
      fc.asyncProperty(anyBody, async (body) => {
        const result = await outcomeOf(() => receive(toRequest(body), { thread: handThread }))
        const unusable = Array.isArray(result) ? result.filter((event) => !isUsable(event)) : []
        expect(unusable).toEqual([])
      }),
      { numRuns: 2_000 }
    )
  })

  it('is refused unless signed, once the keys are known', async () => {
    const headers = fc.dictionary(fc.constantFrom('x-siqsignature', 'token', 'authorization'), fc.string())
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fixtureNames()), headers, fc.webUrl(), async (name, given, url) => {
        const result = await outcomeOf(() =>
          receive(toRequest(readFixture(name).body, given, url), { thread, note: byApi })
        )
        expect(result).toBeInstanceOf(WebhookVerificationError)
      }),
      { numRuns: 500 }
    )
  })

  it('may have any query and any note: nothing but the two errors comes of it', async () => {
    const config = { webhookToken: 'token-of-the-settings' }
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), anyJson, async (query, note) => {
        const url = `https://webhook.botpress.cloud/zoho-salesiq?${query}`
        const result = await outcomeOf(() => receive(toRequest(sample, {}, url), { thread: handThread, note, config }))
        expect(result).toBeInstanceOf(WebhookVerificationError)
      }),
      { numRuns: 500 }
    )
  })
})
