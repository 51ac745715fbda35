import {
  type OutgoingMessage,
  type Part,
  ProviderHttpError,
  ProviderUnreachableError,
  ThreadClosedError,
} from '@hitl/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Answer,
  conversationId,
  conversationIn,
  data,
  failsWith,
  failureOf,
  type FileAnswer,
  freezeClock,
  PAGE,
  readUpload,
  refusal,
  type Route,
  secrets,
  shortenWaits,
  thread,
  useWorld,
  visitorSaid,
  type World,
  passMs,
} from './helpers'

const world = useWorld()

const SEND: Route = `POST visitor/conversations/${conversationId}/messages`
const STATE: Route = `GET rest/conversations/${conversationId}`
const TRANSCRIPT: Route = `GET rest/conversations/${conversationId}/messages`

const message = (...parts: Part[]): OutgoingMessage => ({ id: 'msg_1', parts })
const text = (value: string) => ({ kind: 'text', text: value }) as const
const send = (w: World, ...parts: Part[]) => w.api().sendMessage(thread, message(...parts))
const sentTexts = (w: World) => w.vendor.bodies(SEND)

describe('a text', () => {
  it.each<[string, Answer]>([
    ['an empty body', { text: '' }],
    ['the message', data(visitorSaid('Hello'))],
    ['status 201 and an empty body', { status: 201, text: '' }],
    ['status 204', { status: 204, text: '' }],
  ])('takes exactly one call as the visitor, answered by %s', async (_, answer) => {
    const w = world()
    w.vendor.on(SEND, answer)
    await send(w, text('Hello'))
    expect(w.vendor.calls).toEqual([w.call(SEND, { body: { text: 'Hello' } })])
  })

  it.each(['  one\n\ttwo \ud83d', '<b>&amp;</b>', '👩‍👩‍👧', '0', 'null', '{"text":"x"}'])(
    'arrives as it is: %j',
    async (words) => {
      const w = world()
      w.vendor.on(SEND)
      await send(w, text(words))
      expect(sentTexts(w)).toEqual([{ text: words }])
    }
  )

  it('waits for the one before it, so that the agent reads them in order', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(SEND, { status: 429, json: {} }).on(SEND).on(SEND)
    await send(w, text('first'), text('second'))
    expect(sentTexts(w)).toEqual([{ text: 'first' }, { text: 'first' }, { text: 'second' }])
  })

  it('is not sent when the one before it was refused', async () => {
    const w = world()
    w.vendor.on(SEND, refusal(1007)).on(STATE, conversationIn('connected'))
    await failsWith(ProviderHttpError, send(w, text('first'), text('second')))
    expect(sentTexts(w)).toEqual([{ text: 'first' }])
  })

  it('that the user repeats is sent again', async () => {
    const w = world()
    w.vendor.on(SEND).on(SEND)
    await send(w, text('ok'))
    await w.api().sendMessage(thread, { id: 'msg_2', parts: [text('ok')] })
    expect(sentTexts(w)).toEqual([{ text: 'ok' }, { text: 'ok' }])
  })

  it('is sent once more with a renewed token when SalesIQ refuses the old one', async () => {
    const w = world()
    w.vendor.on(SEND, refusal(1008)).onToken().on(SEND)
    await send(w, text('Hello'))
    expect(w.vendor.calls.filter(({ name }) => name === SEND)).toEqual([
      w.call(SEND, { body: { text: 'Hello' } }),
      w.call(SEND, { body: { text: 'Hello' }, token: secrets.renewedToken }),
    ])
  })
})

describe('a refused text', () => {
  it.each([1004, 1006, 1007, 6_001])('fails with the reason while the chat is open (code %i)', async (code) => {
    const w = world()
    w.vendor.on(SEND, refusal(code)).on(STATE, conversationIn('connected'))
    const error = await failsWith(ProviderHttpError, send(w, text(secrets.userText)))
    expect(error).toMatchObject({ type: String(code), retryable: false })
    expect(w.vendor.count(SEND)).toBe(1)
  })

  it.each(['end', 'missed'] as const)('ends the session when the chat turns out to be over (%s)', async (state) => {
    const w = world()
    w.vendor.on(SEND, refusal(6_001)).on(STATE, conversationIn(state))
    const error = await failsWith(ThreadClosedError, send(w, text(secrets.userText)))
    expect(error.message).toBe('The Zoho SalesIQ chat is closed. Start a new session to reach an agent.')
    expect(w.vendor.calls).toEqual([w.call(SEND, { body: { text: secrets.userText } }), w.call(STATE)])
  })

  it.each(['waiting', 'connected'] as const)('does not end the session while the chat is %s', async (state) => {
    const w = world()
    w.vendor.on(SEND, refusal(6_001)).on(STATE, conversationIn(state))
    expect(await failsWith(ProviderHttpError, send(w, text('Hello')))).toMatchObject({ type: '6001' })
  })

  it.each<[string, Answer]>([
    ['may not be looked up', refusal(1009)],
    ['is not documented', data({ id: conversationId })],
  ])('does not end the session when the state %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on(SEND, refusal(6_001)).on(STATE, answer)
    expect(await failsWith(ProviderHttpError, send(w, text('Hello')))).toMatchObject({ type: '6001' })
  })

  it.each([1002, 1005, 1009])('for the access is told at once, without a look at the chat (code %i)', async (code) => {
    const w = world()
    w.vendor.on(SEND, refusal(code))
    expect(await failsWith(ProviderHttpError, send(w, text('Hello')))).toMatchObject({ type: String(code) })
    expect(w.vendor.names()).toEqual([SEND])
  })

  it('for a token that is not an ORG client’s says how to make one', async () => {
    const w = world()
    w.vendor.on(SEND, refusal(1009))
    const { message: words } = await failsWith(ProviderHttpError, send(w, text('Hello')))
    expect(words).toContain('create one at the Zoho API Console with /add?client_type=ORG in the address')
    expect(words).toContain('/oauth/v2/org/auth')
  })

  it.each<[string, unknown]>([
    ['a text', { error: 'invalid_request' }],
    ['a list', { error: [{ code: 1007 }] }],
    ['a number', { error: 1007 }],
  ])('is not taken for sent when `error` is %s: success is an answer without one', async (_, json) => {
    const w = world()
    w.vendor.on(SEND, { json }).on(STATE, conversationIn('connected'))
    expect(await failureOf(send(w, text('Hello')))).toBeInstanceOf(ProviderHttpError)
    expect(w.vendor.count(SEND)).toBe(1)
  })
})

describe('a text whose outcome is in doubt', () => {
  const lost: readonly (readonly [string, Answer])[] = [
    ['the connection drops', { drop: 'ECONNRESET' }],
    ['a gateway answers with a page', { ...PAGE, status: 502 }],
    ['SalesIQ has an internal problem', { status: 500, text: '' }],
    ['SalesIQ took too long', { status: 408, text: '' }],
  ]

  it('is not doubted, and sent again, when SalesIQ could not check the token: it never looked at it', async () => {
    const w = world()
    w.vendor.on(SEND, refusal(1001)).on(SEND)
    await send(w, text('Hello'))
    expect(w.vendor.names()).toEqual([SEND, SEND])
  })

  it.each(lost)('is not sent again when the transcript holds it (%s)', async (_, answer) => {
    const w = world()
    freezeClock()
    w.vendor.on(SEND, answer).on(TRANSCRIPT, data([visitorSaid('Hello')]))
    await send(w, text('Hello'))
    expect(w.vendor.calls).toEqual([
      w.call(SEND, { body: { text: 'Hello' } }),
      w.call(TRANSCRIPT, { query: `?from_time=${Date.now() - 5_000}&limit=99` }),
    ])
  })

  it.each(lost)('is sent once more when the transcript does not hold it (%s)', async (_, answer) => {
    const w = world()
    const others = [visitorSaid('Hello?'), visitorSaid('hello'), visitorSaid('')]
    w.vendor.on(SEND, answer).on(TRANSCRIPT, data(others)).on(SEND)
    await send(w, text('Hello'))
    expect(sentTexts(w)).toEqual([{ text: 'Hello' }, { text: 'Hello' }])
  })

  it('is not found in the words of an operator', async () => {
    const w = world()
    const theirs = visitorSaid('Hello', Date.now(), { sender: { id: '325000000010001', name: 'Ann' } })
    w.vendor
      .on(SEND, { drop: 'ECONNRESET' })
      .on(TRANSCRIPT, data([theirs]))
      .on(SEND)
    await send(w, text('Hello'))
    expect(w.vendor.count(SEND)).toBe(2)
  })

  it('is not found in the same words of an hour ago, even if SalesIQ shows more than was asked for', async () => {
    const w = world()
    w.vendor
      .on(SEND, { drop: 'ECONNRESET' })
      .on(TRANSCRIPT, data([visitorSaid('ok', Date.now() - 3_600_000)]))
      .on(SEND)
    await send(w, text('ok'))
    expect(w.vendor.count(SEND)).toBe(2)
  })

  it('is not found in the same words just before it in the same message', async () => {
    const w = world()
    w.vendor
      .on(SEND)
      .on(SEND, { drop: 'ECONNRESET' })
      .on(TRANSCRIPT, data([visitorSaid('ok')]))
      .on(SEND)
    await send(w, text('ok'), text('ok'))
    expect(w.vendor.count(SEND)).toBe(3)
  })

  const escapes = [
    ['&', '&amp;'],
    ['<', '&lt;'],
    ['>', '&gt;'],
    ['"', '&quot;'],
    ["'", '&#39;'],
  ] as const
  const escaped = (words: string) =>
    escapes.reduce((current, [plain, entity]) => current.replaceAll(plain, entity), words)

  it.each([`<a href="x">it's & more</a>`, 'say &lt;b&gt;', '&amp;amp;', '  blanks around  '])(
    'is found in a transcript that escapes texts, or that does not: %j',
    async (words) => {
      const w = world()
      freezeClock()
      for (const shown of [escaped(words), words]) {
        w.vendor.on(SEND, { drop: 'ECONNRESET' }).on(TRANSCRIPT, data([visitorSaid(shown)]))
        await send(w, text(words))
        passMs(60_000)
      }
      expect(w.vendor.count(SEND)).toBe(2)
    }
  )

  it('is sent again although the same words of a moment ago are there', async () => {
    const w = world()
    freezeClock()
    w.vendor.on(SEND)
    await send(w, text('yes'))
    passMs(2_000)
    w.vendor
      .on(SEND, { drop: 'ECONNRESET' })
      .on(TRANSCRIPT, data([visitorSaid('yes')]))
      .on(SEND)
    await send(w, text('yes'))
    expect(w.vendor.count(SEND)).toBe(3)
  })

  it('is found whatever it says', async () => {
    const w = world()
    freezeClock()
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, unit: 'grapheme' }), fc.boolean(), async (words, isEscaped) => {
        fc.pre(words.trim() !== '')
        const shown = visitorSaid(isEscaped ? escaped(words) : words)
        w.vendor.on(SEND, { drop: 'ECONNRESET' }).on(TRANSCRIPT, data([shown]))
        await send(w, text(words))
        // The same may come again, and then counts anew.
        passMs(20_000)
      }),
      { numRuns: 50 }
    )
    expect(w.vendor.count(SEND)).toBe(w.vendor.count(TRANSCRIPT))
  })

  it('fails when the second attempt is lost as well, and is not sent a third time', async () => {
    const w = world()
    w.vendor.on(SEND, { drop: 'ECONNRESET' }).on(TRANSCRIPT, data([])).on(SEND, { drop: 'ECONNRESET' })
    w.vendor.on(TRANSCRIPT, data([]))
    expect(await failsWith(ProviderUnreachableError, send(w, text(secrets.userText)))).toMatchObject({
      sent: true,
      retryable: true,
    })
    expect(w.vendor.count(SEND)).toBe(2)
  })

  it.each<[string, Answer]>([
    ['may not be read', refusal(1009)],
    ['is not documented', data('nothing')],
    ['is a page', PAGE],
    ['cannot be reached', { drop: 'ECONNRESET' }],
  ])('fails and is not sent blindly when the transcript %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on(SEND, { drop: 'ECONNRESET' }).whenever(TRANSCRIPT, answer)
    await failsWith(ProviderUnreachableError, send(w, text(secrets.userText)))
    expect(w.vendor.count(SEND)).toBe(1)
  })

  it('ends the session when the chat turns out to be over', async () => {
    const w = world()
    w.vendor
      .on(SEND, { drop: 'ECONNRESET' })
      .on(TRANSCRIPT, data([]))
      .on(SEND, refusal(6_001))
      .on(STATE, conversationIn('end'))
    expect(await failureOf(send(w, text('Hello')))).toBeInstanceOf(ThreadClosedError)
  })

  it('is repeated without looking when the call never left', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(SEND, { drop: 'ECONNREFUSED' }).on(SEND)
    await send(w, text('Hello'))
    expect(w.vendor.names()).toEqual([SEND, SEND])
  })
})

describe('a file', () => {
  const url = 'https://files.bpcontent.cloud/2026/photo.png'
  const png = { body: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255, 13, 10]), headers: { 'content-type': 'image/png' } }
  const image = { kind: 'image', url } as const
  const uploads = (w: World) =>
    w.vendor.calls
      .filter(({ name, contentType }) => name === SEND && contentType?.startsWith('multipart/form-data'))
      .map((call) => readUpload(call))

  it('is fetched and uploaded byte by byte, as one message with its name', async () => {
    const w = world()
    w.vendor.onDownload(url, png).on(SEND)
    await send(w, image)
    const [download, upload] = w.vendor.calls
    expect(download).toMatchObject({ method: 'GET', url, authorization: undefined })
    expect(upload).toEqual({
      ...w.call(SEND, { body: expect.any(String) }),
      contentType: expect.stringMatching(/^multipart\/form-data; boundary=/),
    })
    expect(uploads(w)).toEqual([{ field: 'file', name: 'photo.png', type: 'image/png', bytes: png.body }])
  })

  it.each<[string, Part, string]>([
    ['its title', { kind: 'file', url, name: 'My receipt.png' }, 'My receipt.png'],
    ['its address when the title is none', { kind: 'file', url, name: 'My receipt' }, 'photo.png'],
    ['its kind when nothing else is known', { kind: 'audio', url: 'https://files.bpcontent.cloud/1' }, 'audio.png'],
  ])('is named by %s', async (_, part, name) => {
    const w = world()
    w.vendor.onDownload(part.kind === 'text' ? '' : part.url, png).on(SEND)
    await send(w, part)
    expect(uploads(w)).toMatchObject([{ name }])
  })

  it.each(['image', 'audio', 'video', 'file'] as const)('of the kind %s is uploaded', async (kind) => {
    const w = world()
    w.vendor.onDownload(url, png).on(SEND)
    await send(w, { kind, url })
    expect(uploads(w)).toHaveLength(1)
  })

  it('keeps its place between the texts', async () => {
    const w = world()
    w.vendor.on(SEND).onDownload(url, png).on(SEND).on(SEND)
    await send(w, text('before'), image, text('after'))
    expect(w.vendor.names()).toEqual([SEND, 'download', SEND, SEND])
    expect(sentTexts(w)).toEqual([{ text: 'before' }, expect.any(String), { text: 'after' }])
  })

  it.each<[string, FileAnswer]>([
    ['is gone', { status: 404 }],
    ['is forbidden', { status: 403, body: 'no' }],
    ['has more than 50 MB', { body: Buffer.alloc(50_000_001) }],
    ['moves to a private address', { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' } }],
  ])('goes out as its link when it %s', async (_, answer) => {
    const w = world()
    w.vendor.onDownload(url, answer).on(SEND)
    await send(w, { ...image, name: 'Holiday' })
    expect(w.vendor.names()).toEqual(['download', SEND])
    expect(sentTexts(w)).toEqual([{ text: `Holiday: ${url}` }])
  })

  it('of a private address is never fetched', async () => {
    const w = world()
    w.vendor.on(SEND)
    await send(w, { kind: 'file', url: 'http://127.0.0.1/secret.txt' })
    expect(w.vendor.names()).toEqual([SEND])
    expect(sentTexts(w)).toEqual([{ text: 'http://127.0.0.1/secret.txt' }])
  })

  it.each<[string, Answer]>([
    ['for its kind', refusal(6_002)],
    ['for its size', { status: 413, text: '' }],
    [
      'for its size, in words that sound like a rate',
      { json: { error: { code: 6_003, message: 'File size limit exceeded', param: 'file' } } },
    ],
    ['with a page', { ...PAGE, status: 400 }],
  ])('goes out as its link when SalesIQ refuses it %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.onDownload(url, png).on(SEND, answer).on(STATE, conversationIn('connected')).on(SEND)
    await send(w, image)
    expect(w.vendor.names()).toEqual(['download', SEND, STATE, SEND])
    expect(sentTexts(w).at(-1)).toEqual({ text: url })
  })

  it('ends the session when the chat is over, without its link', async () => {
    const w = world()
    w.vendor.onDownload(url, png).on(SEND, refusal(6_001)).on(STATE, conversationIn('end'))
    expect(await failureOf(send(w, image))).toBeInstanceOf(ThreadClosedError)
    expect(w.vendor.count(SEND)).toBe(1)
  })

  it.each([1005, 1009])('fails when the access is refused, without its link (code %i)', async (code) => {
    const w = world()
    w.vendor.onDownload(url, png).on(SEND, refusal(code))
    expect(await failsWith(ProviderHttpError, send(w, image))).toMatchObject({ type: String(code) })
    expect(w.vendor.count(SEND)).toBe(1)
  })

  it.each([200, 400, 401])('fails when a new token is refused, without its link (status %i)', async (status) => {
    const w = world()
    shortenWaits()
    w.vendor.onDownload(url, png).on(SEND, refusal(1008, status)).onToken().on(SEND, refusal(1008, status))
    await failsWith(ProviderHttpError, send(w, image))
    expect(w.vendor.names()).toEqual(['download', SEND, 'token', SEND])
  })

  const itsUpload = (name: string) => visitorSaid('', Date.now(), { message: { attachment: { file_name: name } } })

  it('whose upload is in doubt is not sent again when the transcript holds it', async () => {
    const w = world()
    w.vendor
      .onDownload(url, png)
      .on(SEND, { drop: 'ECONNRESET' })
      .on(TRANSCRIPT, data([itsUpload('photo.png')]))
    await send(w, image)
    expect(w.vendor.count(SEND)).toBe(1)
  })

  it('whose upload is in doubt is sent once more when only a text speaks of it', async () => {
    const w = world()
    w.vendor
      .onDownload(url, png)
      .on(SEND, { drop: 'ECONNRESET' })
      .on(TRANSCRIPT, data([visitorSaid('please look at photo.png')]))
      .on(SEND)
    await send(w, image)
    expect(w.vendor.count(SEND)).toBe(2)
  })

  it('whose upload is in doubt is sent once more when the transcript does not hold it', async () => {
    const w = world()
    w.vendor
      .onDownload(url, png)
      .on(SEND, { drop: 'ECONNRESET' })
      .on(TRANSCRIPT, data([visitorSaid('Look'), itsUpload('other.png')]))
      .on(SEND)
    await send(w, image)
    expect(uploads(w)).toHaveLength(2)
  })

  it.each(['Quote "1" here.png', String.raw`back\slash.png`, 'Grüße.png'])(
    'with an odd name is found in the transcript: %s',
    async (name) => {
      const w = world()
      w.vendor
        .onDownload(url, png)
        .on(SEND, { drop: 'ECONNRESET' })
        .on(TRANSCRIPT, data([itsUpload(name)]))
      await send(w, { ...image, name })
      expect(w.vendor.count(SEND)).toBe(1)
    }
  )

  it('whose upload is in doubt fails when the transcript cannot be read, and is not sent blindly', async () => {
    const w = world()
    w.vendor.onDownload(url, png).on(SEND, { drop: 'ECONNRESET' }).on(TRANSCRIPT, refusal(1009))
    await failsWith(ProviderUnreachableError, send(w, image))
    expect(w.vendor.count(SEND)).toBe(1)
  })
})
