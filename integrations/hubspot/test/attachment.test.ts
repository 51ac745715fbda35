import { type AgentMessage, type Part, ProviderHttpError, ProviderUnreachableError, RateLimitedError } from '@hitl/core'
import { describe, expect, it } from 'vitest'
import { completeMessage, REST_IS_MISSING, toPart } from '../src/attachment'
import {
  type Answer,
  BAD_REFRESH_TOKEN,
  failsWith,
  refusal,
  type Route,
  shortenWaits,
  THREAD,
  THREADS,
  useWorld,
} from './helpers'

const FILE_URL = 'https://243842089.fs1.hubspotusercontent-na1.net/hubfs/243842089/receipt'
const text = (value: string): Part => ({ kind: 'text', text: value })
const notShown = (what: string) =>
  text(`[The agent sent "${what}", which cannot be shown here. Ask the agent for a link.]`)

describe('an attachment', () => {
  it.each([
    ['IMAGE', 'image'],
    ['STICKER', 'image'],
    ['AUDIO', 'audio'],
    ['VOICE_RECORDING', 'audio'],
    ['OTHER', 'file'],
    ['UNHEARD_OF', 'file'],
    ['', 'file'],
    [null, 'file'],
    [5, 'file'],
  ])('used as %j is shown as %s', (fileUsageType, kind) => {
    expect(toPart({ type: 'FILE', fileId: '1', url: FILE_URL, fileUsageType })).toEqual({ kind, url: FILE_URL })
  })

  it.each(['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty'])(
    'used as %s is a file',
    (fileUsageType) => {
      expect(toPart({ type: 'FILE', fileId: '1', url: FILE_URL, fileUsageType })).toEqual({
        kind: 'file',
        url: FILE_URL,
      })
    }
  )

  it.each([
    ['a.png', 'image'],
    ['a.JPG', 'image'],
    ['a.jpeg', 'image'],
    ['a.gif', 'image'],
    ['a.webp', 'image'],
    ['a.mp3', 'audio'],
    ['a.m4a', 'audio'],
    ['a.ogg', 'audio'],
    ['a.wav', 'audio'],
    ['a.mp4', 'video'],
    ['a.MOV', 'video'],
    ['a.webm', 'video'],
    ['a.pdf', 'file'],
    ['a.png.zip', 'file'],
    ['png', 'file'],
    ['apng', 'file'],
    ['a.png ', 'file'],
  ])('called %j is shown by its ending as %s, whatever else it is used as', (name, kind) => {
    for (const fileUsageType of ['OTHER', undefined]) {
      expect(toPart({ type: 'FILE', fileId: '1', name, url: FILE_URL, fileUsageType })).toEqual({
        kind,
        url: FILE_URL,
        name,
      })
    }
  })

  it('is shown by its use before its ending', () => {
    expect(toPart({ type: 'FILE', name: 'a.mp4', url: FILE_URL, fileUsageType: 'VOICE_RECORDING' })).toMatchObject({
      kind: 'audio',
    })
  })

  it.each(['http://example.com/a.png', 'ftp://x/a', 'javascript:x', '//x/a', 'a.png', '', null, 5, undefined])(
    'at %j has to be asked for by its id',
    (url) => {
      expect(toPart({ type: 'FILE', fileId: 99, url, name: 'a.png' })).toEqual({
        kind: 'image',
        url: 'hubspot-file:99',
        name: 'a.png',
      })
    }
  )

  it.each(['http://example.com/a.png', 'https://', '', null, undefined])(
    'at %j without an id is named to the user',
    (url) => {
      for (const fileId of [undefined, null, '', {}]) {
        expect(toPart({ type: 'FILE', fileId, url, name: 'a.png' })).toEqual(notShown('a.png'))
        expect(toPart({ type: 'FILE', fileId, url })).toEqual(notShown('file'))
      }
    }
  )

  it.each([undefined, null, '', 5])('is a file when its type is %j', (type) => {
    expect(toPart({ type, fileId: '1', url: FILE_URL })).toEqual({ kind: 'file', url: FILE_URL })
  })

  it.each(['LOCATION', 'CONTACT', 'QUICK_REPLIES', 'MESSAGE_HEADER', 'UNSUPPORTED_CONTENT', 'constructor'])(
    'of the type %s is said to be there',
    (type) => {
      expect(toPart({ type, fileId: '1', url: FILE_URL })).toEqual(notShown(type.toLowerCase()))
      expect(toPart({ type, name: 'Office' })).toEqual(notShown('Office'))
    }
  )
})

const SIGNED = 'https://files.example.com/signed?signature=abc'
const signed: Answer = {
  json: { url: SIGNED, expiresAt: '2026-01-08T10:00:00Z', name: 'receipt', extension: 'png', size: 5, type: 'IMG' },
}
const signedUrlOf = (fileId: string): Route => `GET /files/v3/files/${fileId}/signed-url`
const FIRST = signedUrlOf('1')
const SECOND = signedUrlOf('2')
const ORIGINAL: Route = `GET ${THREADS}/${THREAD}/messages/message-1/original-content`

const unfetched = (fileId: string, name?: string): Part => ({
  kind: 'image',
  url: `hubspot-file:${fileId}`,
  ...(name ? { name } : {}),
})
const fetched = (name?: string): Part => ({ kind: 'image', url: SIGNED, ...(name ? { name } : {}) })
const message = (...parts: Part[]): AgentMessage => ({
  type: 'agentMessage',
  threadKey: `243842089/${THREAD}`,
  agent: { id: 'A-1' },
  messageId: 'message-1',
  parts,
  isIncomplete: true,
})

describe('the files of a message', () => {
  const world = useWorld()
  const complete = async (...parts: Part[]) =>
    world()
      .api()
      .completeMessage?.(world().thread, message(...parts))

  it('are asked for with an address that works for a week', async () => {
    world().vendor.on(FIRST, signed)
    expect(await complete(text('Here'), unfetched('1', 'a.png'))).toEqual([text('Here'), fetched('a.png')])
    expect(world().vendor.calls).toEqual([world().call(FIRST, { query: { expirationSeconds: '604800' } })])
  })

  it('are asked for once more without a time, should HubSpot not take it', async () => {
    world().vendor.on(FIRST, refusal(400)).on(FIRST, signed)
    expect(await complete(unfetched('1'))).toEqual([fetched()])
    expect(world().vendor.calls).toEqual([
      world().call(FIRST, { query: { expirationSeconds: '604800' } }),
      world().call(FIRST),
    ])
  })

  it('keep their order, and those with an address are not asked for', async () => {
    world()
      .vendor.on(FIRST, { ...signed, headers: {} })
      .on(SECOND, { json: { url: `${SIGNED}2` } })
    const known: Part = { kind: 'file', url: FILE_URL, name: 'b.pdf' }
    expect(await complete(unfetched('2'), text('x'), known, unfetched('1'))).toEqual([
      { kind: 'image', url: `${SIGNED}2` },
      text('x'),
      known,
      fetched(),
    ])
    expect(world().vendor.count(FIRST) + world().vendor.count(SECOND)).toBe(2)
  })

  it.each([403, 404, 410])('that HubSpot refuses (%i) are named to the user, and only those', async (status) => {
    world().vendor.whenever(FIRST, refusal(status)).on(SECOND, signed)
    expect(await complete(text('x'), unfetched('1', 'a.png'), unfetched('2', 'b.png'))).toEqual([
      text('x'),
      notShown('a.png'),
      fetched('b.png'),
    ])
    expect(world().vendor.count(FIRST)).toBe(status === 410 ? 2 : 1)
    expect(world().logLines).toEqual(['HubSpot did not give all of an agent’s message.'])
  })

  it('that HubSpot refuses twice are named to the user, even without a name', async () => {
    world().vendor.on(FIRST, refusal(400)).on(FIRST, refusal(400))
    expect(await complete(unfetched('1'))).toEqual([notShown('a file')])
  })

  it.each<[string, Answer]>([
    ['an empty address', { json: { url: '' } }],
    ['an address that is not secure', { json: { url: 'http://files.example.com/a' } }],
    ['no web address', { json: { url: 'javascript:alert(1)' } }],
  ])('of which HubSpot gives %s are named to the user', async (_, answer) => {
    world().vendor.on(FIRST, answer)
    expect(await complete(unfetched('1', 'a.png'))).toEqual([notShown('a.png')])
  })

  it.each([500, 502, 503])('can be had later when HubSpot fails (%i): the webhook is to come again', async (status) => {
    shortenWaits()
    world().vendor.whenever(FIRST, refusal(status))
    const error = await failsWith(ProviderHttpError, complete(text('x'), unfetched('1', 'a.png')))
    expect(error).toMatchObject({ status, retryable: true })
    expect(world().vendor.count(FIRST)).toBe(3)
  })

  it.each<[string, Answer]>([
    ['no address', { json: {} }],
    ['a number', { json: { url: 5 } }],
    ['null', { text: 'null' }],
  ])('can be had later when the answer is not as documented: %s', async (_, answer) => {
    world().vendor.on(FIRST, answer)
    expect(await failsWith(ProviderHttpError, complete(unfetched('1')))).toMatchObject({ retryable: true })
  })

  it('can be had later when HubSpot cannot be reached', async () => {
    shortenWaits()
    world().vendor.whenever(FIRST, { drop: 'ECONNRESET' })
    expect(await failsWith(ProviderUnreachableError, complete(unfetched('1')))).toMatchObject({ retryable: true })
  })

  it('are named to the user when the connection is lost: what is known of the message still arrives', async () => {
    shortenWaits()
    await world().storeToken({ expiresAt: 0 })
    world().vendor.onToken(BAD_REFRESH_TOKEN)
    expect(await complete(text('x'), unfetched('1', 'a.png'))).toEqual([text('x'), notShown('a.png')])
    expect(world().vendor.names()).toEqual(['token'])
    expect(world().logLines).toEqual(['HubSpot did not give all of an agent’s message.'])
  })

  it('can be had later when the account is being moved: that passes within a day', async () => {
    world().vendor.on(FIRST, refusal(477))
    const error = await failsWith(ProviderHttpError, complete(text('x'), unfetched('1', 'a.png')))
    expect(error).toMatchObject({ status: 477, retryable: true })
    expect(error.message).toContain('is being moved to another data centre')
    expect(world().vendor.count(FIRST)).toBe(1)
  })

  it('can be had later when there is no token because the account is being moved', async () => {
    await world().storeToken({ expiresAt: 0 })
    world().vendor.onToken(refusal(477))
    expect(await failsWith(RateLimitedError, complete(unfetched('1')))).toMatchObject({ status: 477, retryable: true })
  })

  it('are asked for by exactly their id', async () => {
    const route: Route = 'GET /files/v3/files/..%2F5%3Fa/signed-url'
    world().vendor.on(route, signed)
    expect(await complete(unfetched('../5?a'))).toEqual([fetched()])
    expect(world().vendor.names()).toEqual([route])
  })
})

describe('a message that came cut', () => {
  const world = useWorld()
  const complete = async (...parts: Part[]) =>
    world()
      .api()
      .completeMessage?.(world().thread, message(...parts))
  const original = (more: object): Answer => ({ json: { id: 'message-1', ...more } })

  it('is read as a whole, and its beginning is not shown twice', async () => {
    world().vendor.on(ORIGINAL, original({ text: 'Once upon a time there was a bot.' }))
    expect(await complete(text('Once upon'), REST_IS_MISSING)).toEqual([text('Once upon a time there was a bot.')])
    expect(world().vendor.calls).toEqual([world().call(ORIGINAL)])
  })

  it('is read with its links and images', async () => {
    const richText = '<p>Once <a href="https://e.com/x">upon</a></p><img src="https://e.com/a.png"><p>a time</p>'
    world().vendor.on(ORIGINAL, original({ text: 'Once upon a time', richText }))
    expect(await complete(text('Once'), REST_IS_MISSING)).toEqual([
      text('Once upon (https://e.com/x)'),
      { kind: 'image', url: 'https://e.com/a.png' },
      text('a time'),
    ])
  })

  it('shows an image of its beginning once', async () => {
    const url = 'https://e.com/a.png'
    world().vendor.on(ORIGINAL, original({ richText: `<p>Look</p><img src="${url}"><p>there</p>` }))
    expect(await complete(text('Look'), { kind: 'image', url }, REST_IS_MISSING)).toEqual([
      text('Look'),
      { kind: 'image', url },
      text('there'),
    ])
  })

  it('keeps its attachments, of which some are asked for as well', async () => {
    world()
      .vendor.on(ORIGINAL, original({ text: 'Whole' }))
      .on(FIRST, signed)
    const known: Part = { kind: 'file', url: FILE_URL }
    expect(await complete(text('Wh'), REST_IS_MISSING, known, unfetched('1'))).toEqual([
      text('Whole'),
      known,
      fetched(),
    ])
  })

  it('keeps the notice of an attachment that cannot be shown', async () => {
    world().vendor.on(ORIGINAL, original({ text: 'Whole' }))
    expect(await complete(text('Wh'), REST_IS_MISSING, notShown('location'))).toEqual([
      text('Whole'),
      notShown('location'),
    ])
  })

  it.each([403, 404, 400])('shows its beginning, and that there is more, when HubSpot refuses (%i)', async (status) => {
    world().vendor.on(ORIGINAL, refusal(status))
    expect(await complete(text('Once upon'), REST_IS_MISSING, { kind: 'file', url: FILE_URL })).toEqual([
      text('Once upon'),
      { kind: 'file', url: FILE_URL },
      text('[The rest of this message cannot be shown here.]'),
    ])
    expect(world().logLines).toEqual(['HubSpot did not give all of an agent’s message.'])
  })

  it.each<[string, object]>([
    ['nothing', {}],
    ['nulls', { text: null, richText: null }],
    ['empty texts', { text: '', richText: '<p></p>' }],
    ['no texts', { text: 5, richText: {} }],
  ])('shows its beginning, and that there is more, when the answer holds %s', async (_, more) => {
    world().vendor.on(ORIGINAL, original(more))
    expect(await complete(text('Once upon'), REST_IS_MISSING)).toEqual([
      text('Once upon'),
      text('[The rest of this message cannot be shown here.]'),
    ])
  })

  it('shows its beginning, and that there is more, when the connection is lost', async () => {
    shortenWaits()
    await world().storeToken({ expiresAt: 0 })
    world().vendor.onToken(BAD_REFRESH_TOKEN)
    expect(await complete(text('Once upon'), REST_IS_MISSING)).toEqual([
      text('Once upon'),
      text('[The rest of this message cannot be shown here.]'),
    ])
  })

  it('can be had later when the account is being moved', async () => {
    world().vendor.on(ORIGINAL, refusal(477))
    const error = await failsWith(ProviderHttpError, complete(text('Once upon'), REST_IS_MISSING))
    expect(error).toMatchObject({ status: 477, retryable: true })
  })

  it('can be had later when HubSpot fails', async () => {
    shortenWaits()
    world().vendor.whenever(ORIGINAL, refusal(503))
    const error = await failsWith(ProviderHttpError, complete(text('Once upon'), REST_IS_MISSING))
    expect(error).toMatchObject({ status: 503, retryable: true })
  })
})

describe('a message that is whole', () => {
  it('costs no call', async () => {
    const parts: Part[] = [text('a'), { kind: 'file', url: FILE_URL }]
    const never = () => Promise.reject(new Error('No call was expected.'))
    const client = { ask: never, tell: never, list: never }
    const log = { info: never, warn: never, error: never }
    const thread = {
      id: THREAD,
      sessionId: 's',
      portalId: '1',
      channelId: '2',
      accountId: '3',
      inboxId: '4',
      sender: { deliveryIdentifier: { type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: 'u' } },
    } as const
    expect(await completeMessage(client, log, thread, message(...parts))).toEqual(parts)
  })
})
