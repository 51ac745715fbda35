import {
  type OutgoingMessage,
  type Part,
  ProviderHttpError,
  ProviderUnreachableError,
  RateLimitedError,
  ThreadClosedError,
} from '@hitl/core'
import { describe, expect, it } from 'vitest'
import {
  type Answer,
  BAD_REFRESH_TOKEN,
  CLOSE,
  CLOSE_OTHER,
  EMAIL,
  failsWith,
  failureOf,
  type FileAnswer,
  freezeClock,
  MISSING,
  NO_TOKEN,
  OTHER_THREAD,
  PAGE,
  pageOf,
  PHONE,
  PUBLISH,
  published,
  rateLimit,
  readForm,
  refusal,
  type Route,
  secrets,
  shortenWaits,
  STATE,
  THREAD,
  threadIn,
  THREADS,
  useWorld,
  type World,
} from './helpers'

const world = useWorld()

const HISTORY: Route = `GET ${THREADS}/${THREAD}/messages`
const UPLOAD: Route = 'POST /files/v3/files'

const message = (...parts: Part[]): OutgoingMessage => ({ id: 'msg_1', parts })
const text = (value: string) => ({ kind: 'text', text: value }) as const
const send = (w: World, ...parts: Part[]) => w.api().sendMessage(w.thread, message(...parts))
const taken = published()
const CLOSED = /^The HubSpot thread is closed\. Start a new session to reach an agent\.$/

describe('a text', () => {
  it('takes exactly one call as the end user', async () => {
    const w = world()
    freezeClock()
    w.vendor.on(PUBLISH, taken)
    await send(w, text('Hello'))
    expect(w.vendor.calls).toEqual([
      w.call(PUBLISH, {
        body: {
          messageDirection: 'INCOMING',
          channelAccountId: w.thread.accountId,
          integrationThreadId: w.sessionId,
          integrationIdempotencyId: 'msg_1',
          text: 'Hello',
          timestamp: new Date().toISOString(),
          senders: [{ deliveryIdentifier: { type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: 'user_1' } }],
          recipients: [
            { deliveryIdentifier: { type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: `botpress-${w.thread.inboxId}` } },
          ],
          attachments: [],
        },
      }),
    ])
  })

  it.each(['  one\n\ttwo', '<b>&amp;</b>', '👩‍👩‍👧', '0', 'null', '{"text":"x"}'])(
    'arrives as it is: %j',
    async (words) => {
      const w = world()
      w.vendor.on(PUBLISH, taken)
      await send(w, text(words))
      expect(w.vendor.bodies(PUBLISH)).toMatchObject([{ text: words }])
    }
  )

  it('goes out as the person the thread was opened for, on all that the thread names', async () => {
    const w = world()
    const other: Route = 'POST /conversations/v3/custom-channels/1009999/messages'
    const sender = { name: 'Jane', deliveryIdentifier: { type: 'HS_EMAIL_ADDRESS', value: EMAIL } } as const
    const thread = { ...w.thread, channelId: '1009999', accountId: '77', inboxId: '88', sender, contactId: 51 }
    freezeClock()
    w.vendor.on(other, taken)
    await w.api().sendMessage(thread, message(text('Hello')))
    expect(w.vendor.bodies(other)).toEqual([
      w.message({
        channelAccountId: '77',
        senders: [sender],
        recipients: [{ deliveryIdentifier: { type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: 'botpress-88' } }],
        associateWithContactId: 51,
      }),
    ])
  })

  it('needs no registration: the thread knows all of it', async () => {
    const w = world()
    await w.storeNote({})
    w.vendor.on(PUBLISH, taken)
    await send(w, text('Hello'))
    expect(w.vendor.names()).toEqual([PUBLISH])
  })

  it.each<[string, Answer]>([
    ['a number', published(Number(THREAD))],
    ['a text', published(THREAD)],
    ['much beside it', published(THREAD, { status: null, attachments: null, more: {} })],
  ])('is taken when the answer has the thread as %s', async (_, answer) => {
    const w = world()
    w.vendor.on(PUBLISH, answer)
    await send(w, text('Hello'))
    expect(w.vendor.names()).toEqual([PUBLISH])
  })
})

describe('several parts', () => {
  it('go out in order, each with a key of its own', async () => {
    const w = world()
    w.vendor.on(PUBLISH, taken).on(PUBLISH, taken).on(PUBLISH, taken)
    await send(w, text('one'), text('two'), text('three'))
    expect(w.vendor.bodies(PUBLISH)).toMatchObject([
      { text: 'one', integrationIdempotencyId: 'msg_1' },
      { text: 'two', integrationIdempotencyId: 'msg_1-1' },
      { text: 'three', integrationIdempotencyId: 'msg_1-2' },
    ])
  })

  it('have the same keys when the whole message is sent again', async () => {
    const w = world()
    w.vendor.on(PUBLISH, taken).on(PUBLISH, refusal(400)).on(STATE, threadIn('OPEN'))
    await failureOf(send(w, text('one'), text('two')))
    w.vendor.on(PUBLISH, taken).on(PUBLISH, taken)
    await send(w, text('one'), text('two'))
    const keys = w.vendor.bodies(PUBLISH).map((body) => (body as Record<string, unknown>)['integrationIdempotencyId'])
    expect(keys).toEqual(['msg_1', 'msg_1-1', 'msg_1', 'msg_1-1'])
  })

  it('wait for the one before them', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(PUBLISH, rateLimit('SECONDLY')).on(PUBLISH, taken).on(PUBLISH, taken)
    await send(w, text('first'), text('second'))
    expect(w.vendor.bodies(PUBLISH)).toMatchObject([{ text: 'first' }, { text: 'first' }, { text: 'second' }])
  })

  it('end with the one that is refused', async () => {
    const w = world()
    w.vendor.on(PUBLISH, refusal(400)).on(STATE, threadIn('OPEN'))
    await failsWith(ProviderHttpError, send(w, text('first'), text('second')))
    expect(w.vendor.bodies(PUBLISH)).toMatchObject([{ text: 'first' }])
  })
})

describe('a text whose outcome is in doubt', () => {
  it.each<[string, Answer]>([
    ['a dropped connection', { drop: 'ECONNRESET' }],
    ['status 500', refusal(500)],
    ['status 502 and a page', { ...PAGE, status: 502 }],
    ['status 200 and a page', PAGE],
    ['a locked thread', refusal(423)],
    ['a rate limit', rateLimit('TEN_SECONDLY_ROLLING')],
    ['an expired token', refusal(401)],
  ])('is sent again with the same key and the very same body: %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on(PUBLISH, answer).on(PUBLISH, taken)
    // Unused by all but one of them.
    w.vendor.wheneverToken()
    await send(w, text('Hello'))
    const [first, second, ...more] = w.vendor.bodies(PUBLISH)
    expect(second).toEqual(first)
    expect(more).toEqual([])
  })

  it.each<[string, Answer]>([
    ['a dropped connection', { drop: 'ECONNRESET' }],
    ['status 503', refusal(503)],
  ])('fails after three attempts, and is not taken for a closed thread: %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(PUBLISH, answer)
    const error = await failureOf(send(w, text(secrets.userText)))
    expect(error).toMatchObject({ retryable: true })
    expect(error).not.toBeInstanceOf(ThreadClosedError)
    expect(w.vendor.names()).toEqual([PUBLISH, PUBLISH, PUBLISH])
  })

  it.each<[string, Answer]>([
    ['nothing', { status: 201, text: '' }],
    ['no thread', published(THREAD, { conversationsThreadId: null })],
  ])('may be repeated when the answer holds %s', async (_, answer) => {
    const w = world()
    w.vendor.on(PUBLISH, answer)
    expect(await failsWith(ProviderHttpError, send(w, text('Hello')))).toMatchObject({ retryable: true })
    expect(w.vendor.names()).toEqual([PUBLISH])
  })
})

describe('a refused text', () => {
  const refusals = [400, 404, 410, 422]

  it.each(refusals)('ends the session when the thread turns out to be closed (status %i)', async (status) => {
    const w = world()
    w.vendor.on(PUBLISH, refusal(status)).on(STATE, threadIn('CLOSED'))
    expect((await failsWith(ThreadClosedError, send(w, text(secrets.userText)))).message).toMatch(CLOSED)
    expect(w.vendor.calls.at(-1)).toEqual(w.call(STATE))
    expect(w.vendor.names()).toEqual([PUBLISH, STATE])
  })

  it('ends the session when the thread turns out to be archived', async () => {
    const w = world()
    w.vendor.on(PUBLISH, refusal(400)).on(STATE, threadIn('OPEN', { archived: true }))
    expect((await failsWith(ThreadClosedError, send(w, text('Hello')))).message).toMatch(CLOSED)
  })

  it('ends the session when the thread turns out to be gone', async () => {
    const w = world()
    w.vendor.on(PUBLISH, refusal(404)).on(STATE, MISSING)
    expect((await failsWith(ThreadClosedError, send(w, text('Hello')))).message).toMatch(CLOSED)
  })

  const shown = (more: object = {}) =>
    pageOf([{ type: 'MESSAGE', direction: 'INCOMING', text: 'Hello', createdAt: new Date().toISOString(), ...more }])

  it('for a conflict is no refusal when the thread shows that it is there already', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(PUBLISH, { drop: 'ECONNRESET' }).on(PUBLISH, refusal(409)).on(HISTORY, shown()).on(PUBLISH, taken)
    await send(w, text('Hello'), text('and more'))
    expect(w.vendor.bodies(PUBLISH)).toMatchObject([{ text: 'Hello' }, { text: 'Hello' }, { text: 'and more' }])
    expect(w.vendor.names()).toEqual([PUBLISH, PUBLISH, HISTORY, PUBLISH])
  })

  it.each<[string, Answer]>([
    ['shows nothing', pageOf([])],
    ['shows another text', shown({ text: 'Hello!' })],
    ['shows it of an agent', shown({ direction: 'OUTGOING' })],
    ['shows it from long ago', shown({ createdAt: '2026-01-01T00:00:00Z' })],
    ['shows it from no time', shown({ createdAt: null })],
    ['cannot be read', refusal(403)],
  ])('for a conflict fails when the thread %s: it must not get lost', async (_, answer) => {
    const w = world()
    w.vendor.on(PUBLISH, refusal(409)).on(HISTORY, answer).on(STATE, threadIn('OPEN'))
    expect(await failsWith(ProviderHttpError, send(w, text('Hello')))).toMatchObject({ status: 409, retryable: false })
    expect(w.vendor.names()).toEqual([PUBLISH, HISTORY, STATE])
  })

  it.each(refusals)('fails with the reason while the thread is open (status %i)', async (status) => {
    const w = world()
    w.vendor.on(PUBLISH, refusal(status)).on(STATE, threadIn('OPEN'))
    const error = await failsWith(ProviderHttpError, send(w, text(secrets.userText)))
    expect(error).toMatchObject({ status, type: 'VALIDATION_ERROR', retryable: false })
    expect(w.vendor.count(PUBLISH)).toBe(1)
  })

  it.each<[string, Answer]>([
    ['is refused', refusal(403)],
    ['cannot be had', refusal(503)],
    ['cannot be read', PAGE],
    ['says nothing of it', { json: { id: THREAD } }],
    ['never arrives', { drop: 'ECONNRESET' }],
  ])('fails with its own reason when the state %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on(PUBLISH, refusal(400)).whenever(STATE, answer)
    expect(await failsWith(ProviderHttpError, send(w, text('Hello')))).toMatchObject({ status: 400 })
  })

  it.each([403, 477])('for the access is told at once, without a look at the thread (status %i)', async (status) => {
    const w = world()
    w.vendor.on(PUBLISH, refusal(status))
    expect(await failsWith(ProviderHttpError, send(w, text('Hello')))).toMatchObject({ status, retryable: false })
    expect(w.vendor.names()).toEqual([PUBLISH])
  })

  it('for a token that is refused although it is new is not taken for a closed thread', async () => {
    const w = world()
    w.vendor.on(PUBLISH, refusal(401)).onToken().on(PUBLISH, refusal(401))
    expect(await failsWith(ProviderHttpError, send(w, text('Hello')))).toMatchObject({ status: 401 })
    expect(w.vendor.names()).toEqual([PUBLISH, 'token', PUBLISH])
  })

  it('for a rate limit is not taken for a closed thread', async () => {
    const w = world()
    w.vendor.on(PUBLISH, rateLimit('DAILY'))
    await failsWith(RateLimitedError, send(w, text('Hello')))
    expect(w.vendor.names()).toEqual([PUBLISH])
  })
})

describe('a text that never leaves for want of a token', () => {
  it.each([400, 403, 404, 409, 422])(
    'is neither refused nor there: nobody asks for the state of the thread (status %i)',
    async (status) => {
      const w = world()
      await w.storeToken({ expiresAt: 0 })
      w.vendor.onToken({ ...NO_TOKEN, status })
      expect(await failsWith(ProviderHttpError, send(w, text('Hello')))).toMatchObject({ status })
      expect(w.vendor.names()).toEqual(['token'])
    }
  )

  it('after its token was refused is not refused either', async () => {
    const w = world()
    w.vendor.on(PUBLISH, refusal(401)).onToken(NO_TOKEN)
    expect(await failsWith(ProviderHttpError, send(w, text('Hello')))).toMatchObject({ status: 400 })
    expect(w.vendor.names()).toEqual([PUBLISH, 'token'])
  })

  it('is told as a lost connection when that is why', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken({ expiresAt: 0 })
    w.vendor.onToken(BAD_REFRESH_TOKEN)
    expect(await failureOf(send(w, text('Hello')))).toMatchObject({ name: 'ReauthorizationRequiredError' })
    expect(w.vendor.names()).toEqual(['token'])
  })
})

describe('a text that ends up in another thread', () => {
  it('ends the session, and that thread, of which no bot would hear, is closed', async () => {
    const w = world()
    w.vendor.on(PUBLISH, published(OTHER_THREAD)).on(CLOSE_OTHER, threadIn('CLOSED'))
    expect((await failsWith(ThreadClosedError, send(w, text('Hello'), text('more')))).message).toMatch(CLOSED)
    expect(w.vendor.calls.at(-1)).toEqual(w.call(CLOSE_OTHER, { body: { status: 'CLOSED' } }))
    expect(w.vendor.names()).toEqual([PUBLISH, CLOSE_OTHER])
  })

  it.each<[string, Answer]>([
    ['is gone', MISSING],
    ['cannot be closed', refusal(403)],
    ['cannot be closed for the moment', refusal(503)],
    ['may not be closed today', rateLimit('DAILY')],
    ['cannot be reached', { drop: 'ECONNRESET' }],
  ])('ends the session also when that thread %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on(PUBLISH, published(OTHER_THREAD)).whenever(CLOSE_OTHER, answer)
    w.vendor.whenever(`GET ${THREADS}/${OTHER_THREAD}`, MISSING)
    expect((await failsWith(ThreadClosedError, send(w, text('Hello')))).message).toMatch(CLOSED)
  })

  it('ends the session also when the connection is lost before that thread is closed', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(PUBLISH, published(OTHER_THREAD)).on(CLOSE_OTHER, refusal(401)).onToken(BAD_REFRESH_TOKEN)
    expect((await failsWith(ThreadClosedError, send(w, text('Hello')))).message).toMatch(CLOSED)
    expect(w.vendor.names()).toEqual([PUBLISH, CLOSE_OTHER, 'token'])
  })

  it('never closes the thread of the session itself', async () => {
    const w = world()
    w.vendor.on(PUBLISH, taken)
    await send(w, text('Hello'))
    expect(w.vendor.count(CLOSE)).toBe(0)
  })
})

describe('a file', () => {
  const url = 'https://files.bpcontent.cloud/2026/photo.png'
  const png = { body: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255, 13, 10]), headers: { 'content-type': 'image/png' } }
  const image = { kind: 'image', url } as const
  const uploaded: Answer = { status: 201, json: { id: '99', name: 'photo', extension: 'png', access: 'PRIVATE' } }
  const uploads = (w: World) => w.vendor.calls.filter(({ name }) => name === UPLOAD).map((call) => readForm(call))
  const attachment = { type: 'FILE', fileId: '99', fileUsageType: 'IMAGE' }
  const fetched = (w: World) => w.vendor.onDownload(url, png)
  const linked = (w: World) => w.vendor.bodies(PUBLISH).at(-1)

  it('is fetched, uploaded byte by byte, and sent as an attachment with its name', async () => {
    const w = world()
    freezeClock()
    fetched(w).on(UPLOAD, uploaded).on(PUBLISH, taken)
    await send(w, image)
    const [download, upload, publish] = w.vendor.calls
    expect(download).toMatchObject({ method: 'GET', url, authorization: undefined })
    expect(upload).toEqual({
      ...w.call(UPLOAD, { body: expect.any(String) }),
      contentType: expect.stringMatching(/^multipart\/form-data; boundary=/),
    })
    expect(uploads(w)).toEqual([
      {
        fields: {
          fileName: 'photo.png',
          folderPath: '/botpress',
          options: '{"access":"PRIVATE","overwrite":false}',
        },
        file: { name: 'photo.png', type: 'image/png', bytes: png.body },
      },
    ])
    expect(publish).toEqual(w.call(PUBLISH, { body: w.message({ text: 'photo.png', attachments: [attachment] }) }))
    expect(w.vendor.names()).toEqual(['download', UPLOAD, PUBLISH])
  })

  it.each([
    ['image', 'IMAGE'],
    ['audio', 'AUDIO'],
    ['video', 'OTHER'],
    ['file', 'OTHER'],
  ] as const)('of the kind %s is shown as %s', async (kind, fileUsageType) => {
    const w = world()
    fetched(w)
      .on(UPLOAD, { status: 201, json: { id: 99 } })
      .on(PUBLISH, taken)
    await send(w, { kind, url })
    expect(w.vendor.bodies(PUBLISH)).toMatchObject([{ attachments: [{ type: 'FILE', fileId: '99', fileUsageType }] }])
  })

  it.each<[string, Part & { url: string }, string]>([
    ['its title', { kind: 'file', url, name: 'My receipt.png' }, 'My receipt.png'],
    ['its title with other letters', { kind: 'file', url, name: 'Grüße.png' }, 'Grüße.png'],
    ['its address when the title is none', { kind: 'file', url, name: 'My receipt' }, 'photo.png'],
    ['its kind when nothing else is known', { kind: 'audio', url: 'https://files.bpcontent.cloud/1' }, 'audio.png'],
  ])('is named by %s', async (_, part, name) => {
    const w = world()
    w.vendor.onDownload(part.url, png).on(UPLOAD, uploaded).on(PUBLISH, taken)
    await send(w, part)
    expect(uploads(w)).toMatchObject([{ fields: { fileName: name }, file: { name } }])
    expect(w.vendor.bodies(PUBLISH)).toMatchObject([{ text: name }])
  })

  it('keeps its place between the texts', async () => {
    const w = world()
    w.vendor.on(PUBLISH, taken)
    fetched(w).on(UPLOAD, uploaded).on(PUBLISH, taken).on(PUBLISH, taken)
    await send(w, text('before'), image, text('after'))
    expect(w.vendor.names()).toEqual([PUBLISH, 'download', UPLOAD, PUBLISH, PUBLISH])
    expect(w.vendor.bodies(PUBLISH)).toMatchObject([
      { text: 'before', integrationIdempotencyId: 'msg_1', attachments: [] },
      { text: 'photo.png', integrationIdempotencyId: 'msg_1-1', attachments: [attachment] },
      { text: 'after', integrationIdempotencyId: 'msg_1-2', attachments: [] },
    ])
  })

  it.each<[string, FileAnswer]>([
    ['is gone', { status: 404 }],
    ['is forbidden', { status: 403, body: 'no' }],
    ['has more than 10 MB', { body: Buffer.alloc(10_000_001) }],
    ['moves to a private address', { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' } }],
  ])('goes out as its link when it %s', async (_, answer) => {
    const w = world()
    w.vendor.onDownload(url, answer).on(PUBLISH, taken)
    await send(w, { ...image, name: 'Holiday' })
    expect(w.vendor.names()).toEqual(['download', PUBLISH])
    expect(linked(w)).toMatchObject({
      text: `Holiday: ${url}`,
      attachments: [],
      integrationIdempotencyId: 'msg_1-link',
    })
  })

  it('of exactly 10 MB is uploaded', async () => {
    const w = world()
    w.vendor
      .onDownload(url, { ...png, body: Buffer.alloc(10_000_000, 120) })
      .on(UPLOAD, uploaded)
      .on(PUBLISH, taken)
    await send(w, image)
    expect(uploads(w)[0]?.file.bytes).toHaveLength(10_000_000)
  })

  it('of a private address is never fetched', async () => {
    const w = world()
    w.vendor.on(PUBLISH, taken)
    await send(w, { kind: 'file', url: 'http://127.0.0.1/secret.txt' })
    expect(w.vendor.names()).toEqual([PUBLISH])
    expect(linked(w)).toMatchObject({ text: 'http://127.0.0.1/secret.txt' })
  })

  it.each<[string, Answer]>([
    ['for the scope', refusal(403)],
    ['for its kind', refusal(400)],
    ['for its size', { status: 413, text: '' }],
    ['with a page', { ...PAGE, status: 415 }],
  ])('goes out as its link when HubSpot refuses the upload %s', async (_, answer) => {
    const w = world()
    fetched(w).on(UPLOAD, answer).on(PUBLISH, taken)
    await send(w, image)
    expect(w.vendor.names()).toEqual(['download', UPLOAD, PUBLISH])
    expect(linked(w)).toMatchObject({ text: url, attachments: [], integrationIdempotencyId: 'msg_1-link' })
  })

  it('that goes out as its link has the same key in a later attempt of the message', async () => {
    const w = world()
    fetched(w).on(UPLOAD, refusal(400)).on(PUBLISH, refusal(403))
    await failureOf(send(w, image))
    fetched(w).on(UPLOAD, refusal(400)).on(PUBLISH, taken)
    await send(w, image)
    expect(w.vendor.bodies(PUBLISH)).toMatchObject([
      { integrationIdempotencyId: 'msg_1-link' },
      { integrationIdempotencyId: 'msg_1-link' },
    ])
  })

  it.each([400, 422])('goes out as its link when HubSpot refuses the attachment (status %i)', async (status) => {
    const w = world()
    fetched(w).on(UPLOAD, uploaded).on(PUBLISH, refusal(status)).on(STATE, threadIn('OPEN')).on(PUBLISH, taken)
    await send(w, image)
    expect(w.vendor.names()).toEqual(['download', UPLOAD, PUBLISH, STATE, PUBLISH])
    expect(w.vendor.bodies(PUBLISH)).toMatchObject([
      { attachments: [attachment], integrationIdempotencyId: 'msg_1' },
      { text: url, attachments: [], integrationIdempotencyId: 'msg_1-link' },
    ])
  })

  it('ends the session when the thread is closed, without its link', async () => {
    const w = world()
    fetched(w).on(UPLOAD, uploaded).on(PUBLISH, refusal(400)).on(STATE, threadIn('CLOSED'))
    await failsWith(ThreadClosedError, send(w, image))
    expect(w.vendor.count(PUBLISH)).toBe(1)
  })

  it('ends the session when it ends up in another thread, without its link', async () => {
    const w = world()
    fetched(w).on(UPLOAD, uploaded).on(PUBLISH, published(OTHER_THREAD)).on(CLOSE_OTHER, threadIn('CLOSED'))
    await failsWith(ThreadClosedError, send(w, image))
    expect(w.vendor.count(PUBLISH)).toBe(1)
  })

  it.each([403, 477])('fails when the access is refused, without its link (status %i)', async (status) => {
    const w = world()
    fetched(w).on(UPLOAD, uploaded).on(PUBLISH, refusal(status))
    expect(await failsWith(ProviderHttpError, send(w, image))).toMatchObject({ status })
    expect(w.vendor.count(PUBLISH)).toBe(1)
  })

  it.each<[string, Answer, object]>([
    ['status 500', refusal(500), { status: 500 }],
    ['status 503', refusal(503), { status: 503 }],
    ['a rate limit', rateLimit('SECONDLY'), { status: 429 }],
    ['an answer that cannot be read', PAGE, { status: 200 }],
  ])('fails, to be sent again, when the upload meets %s', async (_, answer, told) => {
    const w = world()
    shortenWaits()
    fetched(w).whenever(UPLOAD, answer)
    expect(await failsWith(ProviderHttpError, send(w, image))).toMatchObject({ ...told, retryable: true })
    expect(w.vendor.count(PUBLISH)).toBe(0)
  })

  it('fails, to be sent again, when the upload never gets through', async () => {
    const w = world()
    shortenWaits()
    fetched(w).whenever(UPLOAD, { drop: 'ECONNRESET' })
    await failsWith(ProviderUnreachableError, send(w, image))
    expect(w.vendor.names()).toEqual(['download', UPLOAD, UPLOAD, UPLOAD])
  })

  it.each<[string, Answer]>([
    ['status 502', refusal(502)],
    ['a rate limit', rateLimit('SECONDLY')],
    ['a dropped connection', { drop: 'ECONNRESET' }],
  ])('is uploaded once more after %s, with the same bytes', async (_, answer) => {
    const w = world()
    shortenWaits()
    fetched(w).on(UPLOAD, answer).on(UPLOAD, uploaded).on(PUBLISH, taken)
    await send(w, image)
    const [first, second] = uploads(w)
    expect(second).toEqual(first)
    expect(w.vendor.count(PUBLISH)).toBe(1)
  })

  it('is uploaded once more with a renewed token', async () => {
    const w = world()
    fetched(w).on(UPLOAD, refusal(401)).onToken().on(UPLOAD, uploaded).on(PUBLISH, taken)
    await send(w, image)
    expect(w.tokensUsed(UPLOAD)).toEqual([secrets.accessToken, secrets.renewedToken])
  })

  it('is no link when the connection is lost', async () => {
    const w = world()
    shortenWaits()
    fetched(w).on(UPLOAD, refusal(401)).onToken(BAD_REFRESH_TOKEN)
    expect(await failureOf(send(w, image))).toMatchObject({ name: 'ReauthorizationRequiredError' })
    expect(w.vendor.count(PUBLISH)).toBe(0)
  })

  it.each([400, 403, 413])('is no link when no token can be had for the upload (status %i)', async (status) => {
    const w = world()
    await w.storeToken({ expiresAt: 0 })
    fetched(w).onToken({ ...NO_TOKEN, status })
    expect(await failsWith(ProviderHttpError, send(w, image))).toMatchObject({ status })
    expect(w.vendor.names()).toEqual(['download', 'token'])
  })

  it('is no link when no token can be had for the attachment', async () => {
    const w = world()
    fetched(w).on(UPLOAD, uploaded).on(PUBLISH, refusal(401)).onToken(NO_TOKEN)
    expect(await failsWith(ProviderHttpError, send(w, image))).toMatchObject({ status: 400 })
    expect(w.vendor.names()).toEqual(['download', UPLOAD, PUBLISH, 'token'])
  })

  it('for a conflict is there already, without its link', async () => {
    const w = world()
    fetched(w).on(UPLOAD, uploaded).on(PUBLISH, refusal(409))
    w.vendor.on(HISTORY, pageOf([{ direction: 'INCOMING', text: 'photo.png', createdAt: new Date().toISOString() }]))
    await send(w, image)
    expect(w.vendor.names()).toEqual(['download', UPLOAD, PUBLISH, HISTORY])
  })

  it.each([401, 477])('fails when the access is refused at the upload (status %i)', async (status) => {
    const w = world()
    w.vendor.wheneverToken()
    fetched(w).whenever(UPLOAD, refusal(status))
    expect(await failsWith(ProviderHttpError, send(w, image))).toMatchObject({ status, retryable: false })
    expect(w.vendor.count(PUBLISH)).toBe(0)
  })

  it('in doubt is published again with the same file, not uploaded again', async () => {
    const w = world()
    shortenWaits()
    fetched(w).on(UPLOAD, uploaded).on(PUBLISH, { drop: 'ECONNRESET' }).on(PUBLISH, taken)
    await send(w, image)
    const [first, second] = w.vendor.bodies(PUBLISH)
    expect(second).toEqual(first)
    expect(w.vendor.count(UPLOAD)).toBe(1)
  })

  it('that fails tells nothing of the user', async () => {
    const w = world()
    shortenWaits()
    const sender = { name: secrets.userText, deliveryIdentifier: { type: 'HS_PHONE_NUMBER', value: PHONE } } as const
    fetched(w).on(UPLOAD, uploaded).whenever(PUBLISH, refusal(500))
    await failureOf(w.api().sendMessage({ ...w.thread, sender }, message({ ...image, name: secrets.userText })))
    expect(w.logLines).toEqual([])
  })
})
