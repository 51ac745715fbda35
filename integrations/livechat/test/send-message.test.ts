import {
  type HitlError,
  type Part,
  ProviderHttpError,
  ProviderUnreachableError,
  RateLimitedError,
  ReauthorizationRequiredError,
  ThreadClosedError,
} from '@hitl/core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  accountsRefusal,
  type Answer,
  chatHolding,
  cookies,
  failsWith,
  failureOf,
  granted,
  linkText,
  readUpload,
  refusal,
  secrets,
  shortenWaits,
  thread,
  useWorld,
  type World,
} from './helpers'

const world = useWorld()

/** As its owner sees it who wants to close it. */
const closedChat = chatHolding([], { active: false })
beforeEach(async () => {
  await world().storeToken(world().sessionId)
})

const sent = { json: { event_id: 'K600PKZON8_3' } }
const text = (value: string): Part => ({ kind: 'text', text: value })
const message = (...parts: Part[]) => ({ id: 'msg_1', parts })
const send = (w: World, ...parts: Part[]) => w.session().sendMessage(thread, message(...parts))

/** The body of `send_event`. */
const event = (content: object, index = 0) => ({
  chat_id: thread.chatId,
  event: { ...content, custom_id: `msg_1:${index}`, recipients: 'all' },
})
const said = (value: string, index = 0) => event({ type: 'message', text: value }, index)

describe('a text', () => {
  it('takes exactly one call', async () => {
    const w = world()
    w.vendor.on('customer/send_event', sent)
    await send(w, text('Where is my parcel? 📦'))
    expect(w.vendor.calls).toEqual([w.customerCall('send_event', said('Where is my parcel? 📦'))])
  })

  it('goes out as it is, line breaks and half surrogate pairs included', async () => {
    const w = world()
    w.vendor.on('customer/send_event', sent)
    await send(w, text('  one\n\ttwo \ud83d'))
    expect(w.vendor.bodies('customer/send_event')).toEqual([said('  one\n\ttwo \ud83d')])
  })

  it('waits for the one before it, so that the agent reads them in order', async () => {
    const w = world()
    shortenWaits()
    w.vendor
      .on('customer/send_event', refusal('too_many_requests', 429))
      .on('customer/send_event', sent)
      .on('customer/send_event', sent)
    await send(w, text('first'), text('second'))
    expect(w.vendor.bodies('customer/send_event')).toEqual([said('first'), said('first'), said('second', 1)])
  })

  it('is not sent when the one before it was refused', async () => {
    const w = world()
    w.vendor.on('customer/send_event', refusal('validation'))
    expect(await failsWith(ProviderHttpError, send(w, text('first'), text('second')))).toBeInstanceOf(ProviderHttpError)
    expect(w.vendor.bodies('customer/send_event')).toEqual([said('first')])
  })
})

describe('a text whose answer is lost', () => {
  const lost: readonly (readonly [string, Answer])[] = [
    ['the connection drops', { drop: 'ECONNRESET' }],
    ['a gateway answers with a page', { status: 502, text: '<html>Bad Gateway</html>' }],
    ['LiveChat is not available', refusal('service_unavailable', 503)],
    ['LiveChat has an internal problem', refusal('internal', 500)],
    ['LiveChat took too long', refusal('request_timeout', 408)],
    ['LiveChat took too long, said with another status', refusal('request_timeout', 422)],
    ['the answer breaks off', { text: '{"event_id":"K600' }],
    ['the answer is empty', { text: '' }],
    ['the answer is a page', { text: '<html>Welcome</html>', headers: { 'content-type': 'text/html' } }],
  ]

  it.each(lost)('is not sent again when the chat holds it (%s)', async (_, answer) => {
    const w = world()
    w.vendor.on('customer/send_event', answer).on('customer/get_chat', chatHolding(['msg_0:0', 'msg_1:0']))
    await send(w, text('Hello'))
    expect(w.vendor.calls).toEqual([
      w.customerCall('send_event', said('Hello')),
      w.customerCall('get_chat', { chat_id: thread.chatId, thread_id: thread.threadId }),
    ])
  })

  it.each(lost)('is sent once more when the chat does not hold it (%s)', async (_, answer) => {
    const w = world()
    w.vendor
      .on('customer/send_event', answer)
      .on('customer/get_chat', chatHolding(['msg_1:1', 'msg_1:00', 'msg_11:0']))
      .on('customer/send_event', sent)
    await send(w, text('Hello'))
    expect(w.vendor.bodies('customer/send_event')).toEqual([said('Hello'), said('Hello')])
  })

  it('fails when the second attempt is lost as well, and is not sent a third time', async () => {
    const w = world()
    w.vendor
      .on('customer/send_event', { drop: 'ECONNRESET' })
      .on('customer/get_chat', chatHolding([]))
      .on('customer/send_event', { drop: 'ECONNRESET' })
      .on('customer/get_chat', chatHolding([]))
    const error = await failsWith(ProviderUnreachableError, send(w, text('Hello')))
    expect(error).toMatchObject({ sent: true, retryable: true })
  })

  it('is there when the second attempt has arrived although its answer is lost as well', async () => {
    const w = world()
    w.vendor
      .on('customer/send_event', { drop: 'ECONNRESET' })
      .on('customer/get_chat', chatHolding([]))
      .on('customer/send_event', { drop: 'ECONNRESET' })
      .on('customer/get_chat', chatHolding(['msg_1:0']))
    await send(w, text('Hello'))
    expect(w.vendor.bodies('customer/send_event')).toHaveLength(2)
  })

  it('fails and is not sent blindly when the chat cannot be looked at', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on('customer/send_event', { drop: 'ECONNRESET' }).whenever('customer/get_chat', { drop: 'ECONNRESET' })
    expect(await failsWith(ProviderUnreachableError, send(w, text('Hello')))).toBeInstanceOf(ProviderUnreachableError)
    expect(w.vendor.bodies('customer/send_event')).toHaveLength(1)
  })

  it('ends the session when the chat turns out to be closed', async () => {
    const w = world()
    w.vendor
      .on('customer/send_event', { drop: 'ECONNRESET' })
      .on('customer/get_chat', chatHolding([], { active: false }))
      .on('customer/send_event', refusal('chat_inactive'))
    expect(await failsWith(ThreadClosedError, send(w, text('Hello')))).toBeInstanceOf(ThreadClosedError)
  })

  it('is repeated without looking when the call never left', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on('customer/send_event', { drop: 'ECONNREFUSED' }).on('customer/send_event', sent)
    await send(w, text('Hello'))
    expect(w.vendor.names()).toEqual(['customer/send_event', 'customer/send_event'])
  })
})

describe('the customer token', () => {
  it('is renewed with its cookies before it expires, and stored', async () => {
    const w = world()
    await w.storeToken(w.sessionId, { expiresAt: Date.now() + 60_000 })
    w.vendor
      .onToken(granted({ token: secrets.renewedToken, cookie: secrets.renewedCookie }))
      .on('customer/send_event', sent)
    await send(w, text('Hello'))
    expect(w.vendor.calls).toEqual([
      w.tokenCall(cookies()),
      w.customerCall('send_event', said('Hello'), secrets.renewedToken),
    ])
    expect(w.storedToken(w.sessionId)).toMatchObject({
      accessToken: secrets.renewedToken,
      refresh: secrets.renewedCookie,
    })
  })

  it.each([401, 403, 422])(
    'is renewed once and the call repeated once when LiveChat refuses it (status %i)',
    async (status) => {
      const w = world()
      w.vendor
        .on('customer/send_event', refusal('authentication', status))
        .onToken(granted({ token: secrets.renewedToken }))
        .on('customer/send_event', sent)
      await send(w, text('Hello'))
      expect(w.vendor.calls).toEqual([
        w.customerCall('send_event', said('Hello')),
        w.tokenCall(cookies()),
        w.customerCall('send_event', said('Hello'), secrets.renewedToken),
      ])
    }
  )

  it('is not renewed a second time when the new one is refused as well', async () => {
    const w = world()
    w.vendor
      .on('customer/send_event', refusal('authentication', 401))
      .onToken(granted({ token: secrets.renewedToken }))
      .on('customer/send_event', refusal('authentication', 401))
    const error = await failsWith(ProviderHttpError, send(w, text('Hello')))
    expect(error).toMatchObject({
      status: 401,
      retryable: false,
      message: 'LiveChat does not accept the credential for POST api.livechatinc.com/v3.6/customer/action/send_event.',
    })
    expect(w.vendor.names()).toEqual(['customer/send_event', 'token', 'customer/send_event'])
  })

  it('is renewed once for two messages that find it refused at the same moment', async () => {
    const w = world()
    w.vendor
      .on('customer/send_event', refusal('authentication', 401))
      .on('customer/send_event', refusal('authentication', 401))
      .onToken(granted({ token: secrets.renewedToken }))
      .whenever('customer/send_event', sent)
    await Promise.all(['a', 'b'].map((id) => w.session().sendMessage(thread, { id, parts: [text(id)] })))
    expect(w.vendor.names().filter((name) => name === 'token')).toHaveLength(1)
  })

  it('that cannot be renewed ends the session in plain words, without a new customer', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on('customer/send_event', refusal('authentication', 401)).onToken(accountsRefusal('invalid_grant'))
    w.vendor.on('agent/get_chat', chatHolding([])).on('agent/deactivate_chat')
    const error = await failsWith(ThreadClosedError, send(w, text('Hello')))
    expect(error.message).toBe(
      'LiveChat gave no customer identity. Check client ID, organization ID and redirect URI in the settings.'
    )
    expect(w.vendor.calls.map(({ cookie }) => cookie)).toEqual([undefined, cookies(), undefined, undefined])
    expect(w.vendor.names().slice(2)).toEqual(['agent/get_chat', 'agent/deactivate_chat'])
  })

  it('that cannot be renewed does not end the session while its chat cannot be closed', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on('customer/send_event', refusal('authentication', 401)).onToken(accountsRefusal('invalid_grant'))
    w.vendor.on('agent/get_chat', refusal('authorization', 403))
    expect(await failsWith(ReauthorizationRequiredError, send(w, text('Hello')))).toMatchObject({ retryable: false })
  })

  it('that cannot be renewed fails without repeating what LiveChat said, which may hold anything', async () => {
    const w = world()
    shortenWaits()
    w.vendor
      .on('customer/send_event', refusal('authentication', 401))
      .onToken(accountsRefusal('invalid_grant', `unknown cookie ${secrets.cookie}`))
      .on('agent/get_chat', closedChat)
    expect(await failsWith(ThreadClosedError, send(w, text('Hello')))).toBeInstanceOf(ThreadClosedError)
  })

  it('that is gone from the store ends the session, without a new customer', async () => {
    const w = world()
    shortenWaits()
    const orphan = { ...thread, owner: 'conv_forgotten' }
    w.vendor.on('agent/get_chat', closedChat)
    const error = await failsWith(ThreadClosedError, w.session().sendMessage(orphan, message(text('Hello'))))
    expect(error).toMatchObject({
      retryable: false,
      message: 'LiveChat no longer knows this customer. Start a new session.',
    })
    expect(w.vendor.names()).toEqual(['agent/get_chat'])
  })

  it('that dies between two texts ends the session, and what follows is not sent', async () => {
    const w = world()
    shortenWaits()
    w.vendor
      .on('customer/send_event', sent)
      .on('customer/send_event', refusal('authentication', 401))
      .onToken(accountsRefusal('invalid_grant'))
      .on('agent/get_chat', closedChat)
    expect(await failsWith(ThreadClosedError, send(w, text('one'), text('two'), text('three')))).toBeInstanceOf(
      ThreadClosedError
    )
    expect(w.vendor.bodies('customer/send_event')).toEqual([said('one'), said('two', 1)])
  })

  it('that cannot be renewed at the moment does not end the session', async () => {
    const w = world()
    shortenWaits()
    w.vendor
      .on('customer/send_event', refusal('authentication', 401))
      .whenever('customer/get_chat', refusal('authentication', 401))
      .wheneverToken(accountsRefusal('temporarily_unavailable', '', 503))
    const error = await failsWith(ProviderHttpError, send(w, text('Hello')))
    expect(error).toMatchObject({ type: 'temporarily_unavailable', retryable: true })
  })

  it('that now stands for somebody else is not used to speak', async () => {
    const w = world()
    shortenWaits()
    w.vendor
      .on('customer/send_event', refusal('authentication', 401))
      .onToken(granted({ token: secrets.renewedToken, id: 'somebody-else' }))
      .on('agent/get_chat', closedChat)
    const error = await failsWith(ThreadClosedError, send(w, text('Hello')))
    expect(error.message).toBe('LiveChat no longer knows this customer. Start a new session.')
    expect(w.storedToken(w.sessionId)).toMatchObject({ accessToken: secrets.customerToken })
  })
})

describe('a refusal', () => {
  it.each<[string, number, abstract new (...args: never[]) => HitlError, string]>([
    ['chat_inactive', 422, ThreadClosedError, 'The LiveChat chat is closed. Start a new session to reach an agent.'],
    ['chat_anonymized', 422, ThreadClosedError, 'The LiveChat chat is closed. Start a new session to reach an agent.'],
    ['validation', 400, ProviderHttpError, 'LiveChat refused send_event: error type "validation".'],
    [
      'limit_reached',
      422,
      ProviderHttpError,
      'LiveChat refused send_event: a limit of the LiveChat account is reached.',
    ],
    ['license_expired', 422, ProviderHttpError, 'LiveChat refused send_event: the LiveChat subscription has expired.'],
    ['entity_too_large', 413, ProviderHttpError, 'LiveChat refused send_event: error type "entity_too_large".'],
    ['not_allowed', 403, ProviderHttpError, 'LiveChat refused send_event: error type "not_allowed".'],
    ['a_type_of_next_year', 422, ProviderHttpError, 'LiveChat refused send_event: error type "a_type_of_next_year".'],
  ])('of type %s (status %i) is told once and for all', async (type, status, kind, wording) => {
    const w = world()
    w.vendor.on('customer/send_event', refusal(type, status))
    const error = await failsWith(kind, send(w, text('Hello')))
    expect(error).toMatchObject({ message: wording, retryable: false, provider: 'LiveChat' })
    expect(w.vendor.names()).toEqual(['customer/send_event'])
  })

  it('of a banned customer ends the session: no later message will get through', async () => {
    const w = world()
    w.vendor.on('customer/send_event', refusal('customer_banned'))
    expect(await failsWith(ThreadClosedError, send(w, text('Hello')))).toBeInstanceOf(ThreadClosedError)
  })

  it('of the customer’s rights does not blame the agent token, which has no part in it', async () => {
    const w = world()
    w.vendor.on('customer/send_event', refusal('authorization', 403))
    const error = await failsWith(ProviderHttpError, send(w, text('Hello')))
    expect(error).toMatchObject({ type: 'authorization', retryable: false })
    expect(error.message).not.toContain('agent token')
  })

  it('that is a page instead of JSON is told by its status', async () => {
    const w = world()
    w.vendor.on('customer/send_event', { status: 403, text: '<html>Forbidden</html>' })
    const error = await failsWith(ProviderHttpError, send(w, text('Hello')))
    expect(error).toMatchObject({
      status: 403,
      retryable: false,
      message: 'LiveChat answered 403 to POST api.livechatinc.com/v3.6/customer/action/send_event.',
    })
  })

  it('with an endless type is told in a short text', async () => {
    const w = world()
    w.vendor.on('customer/send_event', refusal('x'.repeat(100_000)))
    const error = await failsWith(ProviderHttpError, send(w, text('Hello')))
    expect(error.message.length).toBeLessThan(200)
  })
})

describe('a rate limit', () => {
  const limited = (after?: string): Answer => ({
    ...refusal('too_many_requests', 429),
    ...(after === undefined ? {} : { headers: { 'retry-after': after } }),
  })

  it('is waited out as long as LiveChat asks', async () => {
    const w = world()
    const waits = shortenWaits()
    w.vendor.on('customer/send_event', limited('3')).on('customer/send_event', sent)
    await send(w, text('Hello'))
    expect(waits).toEqual([3_000])
    expect(w.vendor.bodies('customer/send_event')).toEqual([said('Hello'), said('Hello')])
  })

  it('is waited out a growing while when LiveChat names none', async () => {
    const w = world()
    const waits = shortenWaits()
    w.vendor.on('customer/send_event', limited()).on('customer/send_event', limited()).on('customer/send_event', sent)
    await send(w, text('Hello'))
    const [first = 0, second = 0] = waits
    expect(waits).toHaveLength(2)
    expect(first).toBeGreaterThanOrEqual(300)
    expect(first).toBeLessThanOrEqual(500)
    expect(second).toBeGreaterThanOrEqual(600)
    expect(second).toBeLessThanOrEqual(1_000)
  })

  it('is waited out until the date LiveChat names', async () => {
    const w = world()
    const waits = shortenWaits()
    const date = new Date(Date.now() + 5_000).toUTCString()
    w.vendor.on('customer/send_event', limited(date)).on('customer/send_event', sent)
    await send(w, text('Hello'))
    expect(waits).toHaveLength(1)
    expect(waits[0]).toBeGreaterThan(3_000)
  })

  it('is told at once when the wait would take longer than the step may', async () => {
    const w = world()
    const waits = shortenWaits()
    w.vendor.on('customer/send_event', limited('3600'))
    const error = await failsWith(RateLimitedError, send(w, text('Hello')))
    expect(error).toMatchObject({
      retryAfterMs: 3_600_000,
      retryable: true,
      message: 'LiveChat limits the rate of calls (send_event).',
    })
    expect(waits).toEqual([])
  })

  it('is told after three attempts', async () => {
    const w = world()
    shortenWaits()
    w.vendor
      .on('customer/send_event', limited())
      .on('customer/send_event', limited())
      .on('customer/send_event', limited())
    expect(await failsWith(RateLimitedError, send(w, text('Hello')))).toBeInstanceOf(RateLimitedError)
    expect(w.vendor.names()).toHaveLength(3)
  })
})

describe('the region of the organization', () => {
  const misdirected = (region?: string) => refusal('misdirected_request', 421, region === undefined ? {} : { region })

  it('is taken from LiveChat’s answer, and remembered for later calls of both kinds', async () => {
    const w = world()
    w.vendor
      .on('customer/send_event', misdirected('fra'))
      .on('customer/send_event', sent)
      .on('customer/send_event', sent)
      .on('agent/get_chat', { json: { users: [{ id: 'ann@example.com', name: 'Ann' }] } })
    await send(w, text('Hello'))
    await send(w, text('Hello again'))
    await w.session().getAgent('ann@example.com', thread)
    expect(w.vendor.calls.map(({ region }) => region)).toEqual([undefined, 'fra', 'fra', 'fra'])
    expect(w.vendor.calls[1]).toEqual({ ...w.customerCall('send_event', said('Hello')), region: 'fra' })
  })

  it('is not asked for in circles', async () => {
    const w = world()
    w.vendor.on('customer/send_event', misdirected('fra')).on('customer/send_event', misdirected('fra'))
    const error = await failsWith(ProviderHttpError, send(w, text('Hello')))
    expect(error).toMatchObject({
      type: 'misdirected_request',
      message: 'LiveChat keeps this organization in another region.',
    })
  })

  it('is not guessed when LiveChat does not name it', async () => {
    const w = world()
    w.vendor.on('customer/send_event', misdirected())
    const error = await failsWith(ProviderHttpError, send(w, text('Hello')))
    expect(error.message).toBe('LiveChat refused send_event: error type "misdirected_request".')
    expect(w.vendor.calls.map(({ region }) => region)).toEqual([undefined])
  })

  it('is not applied to another organization', async () => {
    const w = world()
    w.vendor.on('customer/send_event', misdirected('fra')).on('customer/send_event', sent)
    await send(w, text('Hello'))
    w.vendor.on('agent/get_chat', { json: { users: [{ id: 'ann@example.com', name: 'Ann' }] } })
    await w.installation({ organizationId: '00000000-0000-4000-8000-00000000abcd' }).getAgent('ann@example.com', thread)
    expect(w.vendor.calls.at(-1)?.region).toBeUndefined()
  })
})

describe('a media item', () => {
  const url = 'https://files.bpcontent.cloud/2026/photo.png?token=abc'
  const image: Part = { kind: 'image', url }
  const cdn = 'https://cdn.livechat-files.com/api/file/lc/att/1/photo.png'
  const uploaded = { json: { url: cdn } }
  const png = {
    body: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 255]),
    headers: { 'content-type': 'image/png' },
  }

  /** The file as LiveChat got it. */
  const upload = (w: World) => {
    const call = w.vendor.calls.find(({ name }) => name === 'customer/upload_file')
    if (!call) throw new Error('Nothing was uploaded.')
    return readUpload(call)
  }

  it('is fetched, uploaded byte by byte, and sent as LiveChat’s own copy', async () => {
    const w = world()
    w.vendor.onDownload(url, png).on('customer/upload_file', uploaded).on('customer/send_event', sent)
    await send(w, image)
    const [download, uploading, sending] = w.vendor.calls
    expect(download).toMatchObject({ method: 'GET', url, authorization: undefined, cookie: undefined })
    expect(uploading).toEqual({
      ...w.customerCall('upload_file', expect.any(String)),
      contentType: expect.stringMatching(/^multipart\/form-data; boundary=/),
    })
    expect(upload(w)).toEqual({ field: 'file', name: 'photo.png', type: 'image/png', bytes: png.body })
    expect(sending).toEqual(w.customerCall('send_event', event({ type: 'file', url: cdn })))
  })

  it.each<[string, Part, string, string]>([
    [
      'its title when that is a file name',
      { kind: 'file', url, name: 'Receipt March.pdf' },
      'application/pdf',
      'Receipt March.pdf',
    ],
    [
      'the end of its address when the title is none',
      { kind: 'image', url, name: 'A photo' },
      'image/png',
      'photo.png',
    ],
    [
      'its title with an ending',
      { kind: 'image', url: 'https://files.bpcontent.cloud/a1b2', name: 'A photo' },
      'image/jpeg',
      'A photo.jpeg',
    ],
    [
      'its kind when there is nothing else',
      { kind: 'audio', url: 'https://files.bpcontent.cloud/' },
      'audio/ogg; codecs=opus',
      'audio.ogg',
    ],
    ['its kind without an ending', { kind: 'file', url: 'https://files.bpcontent.cloud/x' }, '', 'file'],
  ])('is named after %s', async (_, part, contentType, name) => {
    const w = world()
    const headers: Record<string, string> = contentType === '' ? {} : { 'content-type': contentType }
    w.vendor
      .onDownload(part.kind === 'text' ? '' : part.url, { body: 'content', headers })
      .on('customer/upload_file', uploaded)
      .on('customer/send_event', sent)
    await send(w, part)
    expect(upload(w)).toMatchObject({ name, type: contentType === '' ? 'application/octet-stream' : contentType })
  })

  it.each([
    'https://files.bpcontent.cloud/100%.png',
    'https://files.bpcontent.cloud/%E0%A4.png',
    'https://files.bpcontent.cloud/a%0d%0aX-Evil:%201.png',
    'https://files.bpcontent.cloud/quote%22%3B%20name=%22other.png',
  ])('with an odd address gets through: %s', async (odd) => {
    const w = world()
    w.vendor.onDownload(odd, png).on('customer/upload_file', uploaded).on('customer/send_event', sent)
    await send(w, { kind: 'image', url: odd })
    expect(upload(w)).toMatchObject({ field: 'file', type: 'image/png', bytes: png.body })
  })

  it('keeps its place between the texts', async () => {
    const w = world()
    w.vendor
      .on('customer/send_event', sent)
      .onDownload(url, png)
      .on('customer/upload_file', uploaded)
      .on('customer/send_event', sent)
      .on('customer/send_event', sent)
    await send(w, text('before'), image, text('after'))
    expect(w.vendor.bodies('customer/send_event')).toEqual([
      said('before'),
      event({ type: 'file', url: cdn }, 1),
      said('after', 2),
    ])
  })

  it('is uploaded again when the answer to the upload is lost', async () => {
    const w = world()
    shortenWaits()
    w.vendor
      .onDownload(url, png)
      .on('customer/upload_file', { drop: 'ECONNRESET' })
      .on('customer/upload_file', uploaded)
      .on('customer/send_event', sent)
    await send(w, image)
    expect(w.vendor.names()).toEqual([
      'download',
      'customer/upload_file',
      'customer/upload_file',
      'customer/send_event',
    ])
  })

  it('is not sent twice when the answer to its event is lost', async () => {
    const w = world()
    w.vendor
      .onDownload(url, png)
      .on('customer/upload_file', uploaded)
      .on('customer/send_event', { drop: 'ECONNRESET' })
      .on('customer/get_chat', chatHolding(['msg_1:0']))
    await send(w, image)
    expect(w.vendor.names().filter((name) => name === 'customer/send_event')).toHaveLength(1)
  })

  it('is uploaded with a renewed token when LiveChat refuses the old one', async () => {
    const w = world()
    w.vendor
      .onDownload(url, png)
      .on('customer/upload_file', refusal('authentication', 401))
      .onToken(granted({ token: secrets.renewedToken }))
      .on('customer/upload_file', uploaded)
      .on('customer/send_event', sent)
    await send(w, image)
    const tokens = w.vendor.calls
      .filter(({ name }) => name === 'customer/upload_file')
      .map((call) => call.authorization)
    expect(tokens).toEqual([`Bearer ${secrets.customerToken}`, `Bearer ${secrets.renewedToken}`])
  })

  it.each<[string, Answer]>([
    ['is too large for LiveChat', refusal('entity_too_large', 413)],
    ['is of a kind LiveChat refuses', refusal('validation', 400)],
    ['is not allowed there', refusal('not_allowed', 403)],
    ['is too large for a gateway, which answers with a page', { status: 413, text: '<html>Too Large</html>' }],
  ])('goes out as its link when it %s', async (_, answer) => {
    const w = world()
    w.vendor.onDownload(url, png).on('customer/upload_file', answer).on('customer/send_event', sent)
    await send(w, { kind: 'file', url, name: 'setup.exe' })
    expect(w.vendor.bodies('customer/send_event')).toEqual([said(`setup.exe: ${url}`)])
  })

  it.each<[string, Parameters<World['vendor']['onDownload']>[1]]>([
    ['is gone', { status: 404 }],
    ['is forbidden', { status: 403, body: 'no' }],
    ['has more than 10 MB', { body: Buffer.alloc(10_000_001) }],
    ['moves to a private address', { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' } }],
  ])('goes out as its link when the file %s', async (_, answer) => {
    const w = world()
    w.vendor.onDownload(url, answer).on('customer/send_event', sent)
    await send(w, image)
    expect(w.vendor.names()).toEqual(['download', 'customer/send_event'])
    expect(w.vendor.bodies('customer/send_event')).toEqual([said(linkText(url))])
  })

  it('of 10 MB exactly is uploaded', async () => {
    const w = world()
    w.vendor
      .onDownload(url, { body: Buffer.alloc(10_000_000, 'x'), headers: { 'content-type': 'image/png' } })
      .on('customer/upload_file', uploaded)
      .on('customer/send_event', sent)
    await send(w, image)
    expect(upload(w).bytes.byteLength).toBe(10_000_000)
  })

  it('goes out as its link when the file takes longer than ten seconds', async () => {
    const w = world()
    const original = AbortSignal.timeout.bind(AbortSignal)
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => original(ms === 10_000 ? 30 : ms))
    w.vendor.onDownload(url, { ...png, delayMs: 3_000 }).on('customer/send_event', sent)
    await send(w, image)
    expect(w.vendor.bodies('customer/send_event')).toEqual([said(linkText(url))])
  })

  it.each([
    'http://127.0.0.1/secret',
    'http://localhost:8080/',
    'http://10.0.0.8/photo.png',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/',
    'https://user:password@files.bpcontent.cloud/a.png',
  ])('that is not on the public internet is never fetched: %s', async (address) => {
    const w = world()
    w.vendor.on('customer/send_event', sent)
    await send(w, { kind: 'file', url: address, name: 'File' })
    expect(w.vendor.names()).toEqual(['customer/send_event'])
    expect(w.vendor.bodies('customer/send_event')).toEqual([said(`File: ${address}`)])
  })

  it('fails when LiveChat’s upload has a passing problem, rather than go out as a link', async () => {
    const w = world()
    shortenWaits()
    w.vendor.onDownload(url, png).whenever('customer/upload_file', refusal('service_unavailable', 503))
    const error = await failsWith(ProviderHttpError, send(w, image))
    expect(error).toMatchObject({ type: 'service_unavailable', retryable: true })
    expect(w.vendor.names()).toEqual(['download', ...Array.from({ length: 3 }, () => 'customer/upload_file')])
  })

  it('ends the session when the chat is closed meanwhile', async () => {
    const w = world()
    w.vendor.onDownload(url, png).on('customer/upload_file', refusal('chat_inactive'))
    expect(await failsWith(ThreadClosedError, send(w, image))).toBeInstanceOf(ThreadClosedError)
  })
})

it('fails without a call when the step has no time left', async () => {
  const w = world()
  const error = await failureOf(w.session(0).sendMessage(thread, message(text('Hello'))))
  expect(error).toMatchObject({
    sent: false,
    message: 'LiveChat: no time was left for POST api.livechatinc.com/v3.6/customer/action/send_event.',
  })
  expect(w.vendor.calls).toEqual([])
})
