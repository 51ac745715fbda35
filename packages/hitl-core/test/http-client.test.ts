import { inspect } from 'node:util'
import nock from 'nock'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ProviderHttpError, ThreadClosedError } from '../src/errors'
import { createHttpClient } from '../src/http/client'
import type { HttpCredential, HttpRequest } from '../src/http/request'
import { Deadline } from '../src/http/deadline'
import { failureOf, freezeTime, withTimePassing } from './support'

const HOST = 'https://api.acme.test'
const FILES = 'https://files.example.net'

beforeAll(() => nock.disableNetConnect())
afterAll(() => nock.enableNetConnect())
afterEach(() => {
  vi.useRealTimers()
  nock.abortPendingRequests()
  nock.cleanAll()
})

const client = (ms = 30_000) => createHttpClient('Acme', new Deadline(ms))
const get = (change: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url: `${HOST}/chats/7`,
  repeatable: true,
  ...change,
})
const post = (change: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'POST',
  url: `${HOST}/messages`,
  json: { text: 'hello' },
  repeatable: false,
  ...change,
})

type Seen = { headers: Record<string, unknown>; body: unknown; uri: string }

/** Answers one request and remembers it. */
function answer(method: 'GET' | 'POST' | 'DELETE', path: string, status: number, body: nock.Body = '', headers = {}) {
  const seen: Seen[] = []
  nock(HOST)
    .intercept(path, method)
    .query(true)
    .reply(function (uri, requestBody) {
      seen.push({ headers: { ...this.req.headers }, body: requestBody, uri })
      return [status, body, headers]
    })
  return seen
}

/** A credential `first`, then `second` and so on after each renewal. */
function renewable(): HttpCredential & { renewals: number } {
  const credential = {
    renewals: 0,
    headers: async () => ({ authorization: `Bearer token-${credential.renewals}` }),
    renew: async () => void (credential.renewals += 1),
  }
  return credential
}

describe('a request', () => {
  it('with JSON goes out as JSON', async () => {
    const seen = answer('POST', '/messages', 200, '{}')
    await client().request(post({ json: { text: 'Grüße', list: [1, null] }, headers: { 'x-app': 'hitl' } }))
    expect(seen[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'x-app': 'hitl' })
    expect(seen[0]?.body).toEqual({ text: 'Grüße', list: [1, null] })
  })

  it.each([
    ['an array', [1, 'a']],
    ['an empty object', {}],
    ['a text', 'hello'],
    ['a number', 5],
    ['false', false],
  ])('with JSON that is %s goes out as JSON', async (_name, json) => {
    let body = ''
    const reply = nock(HOST, { reqheaders: { 'content-type': 'application/json' } })
      .post('/messages', (given) => {
        body = JSON.stringify(given)
        return true
      })
      .reply(200)
    await client(2_000).request(post({ json }))
    expect(reply.isDone()).toBe(true)
    expect(body).toBe(JSON.stringify(json))
  })

  it('with a form goes out as a form', async () => {
    const seen = answer('POST', '/messages', 200)
    const { json: _json, ...rest } = post()
    await client().request({ ...rest, form: { grant_type: 'refresh_token', note: 'a b&c=ü' } })
    expect(String(seen[0]?.headers['content-type'])).toMatch(/^application\/x-www-form-urlencoded/)
    expect(new URLSearchParams(String(seen[0]?.body)).get('note')).toBe('a b&c=ü')
  })

  it('with a file goes out as multipart, with field, name, type and bytes', async () => {
    const seen = answer('POST', '/messages', 200)
    const { json: _json, ...rest } = post()
    const bytes = new TextEncoder().encode('PDF bytes')
    await client().request({
      ...rest,
      file: { field: 'upload', name: 'Rechnung 1.pdf', contentType: 'application/pdf', bytes },
    })
    expect(String(seen[0]?.headers['content-type'])).toMatch(/^multipart\/form-data; ?boundary=/)
    expect(String(seen[0]?.body)).toContain('name="upload"; filename="Rechnung 1.pdf"')
    expect(String(seen[0]?.body)).toContain('Content-Type: application/pdf')
    expect(String(seen[0]?.body)).toContain('PDF bytes')
  })

  it('with a form and a file goes out as one multipart with both', async () => {
    const seen = answer('POST', '/messages', 200)
    const { json: _json, ...rest } = post()
    const bytes = new TextEncoder().encode('PDF bytes')
    const file = { field: 'upload', name: 'a.pdf', contentType: 'application/pdf', bytes }
    await client().request({ ...rest, form: { channel: 'C1', comment: 'a&b=ü' }, file })
    const { headers, body } = seen[0] ?? {}
    expect(String(headers?.['content-type'])).toMatch(/^multipart\/form-data; ?boundary=/)
    expect(String(body)).toMatch(/name="channel"\r\n\r\nC1\r\n/)
    expect(String(body)).toMatch(/name="comment"\r\n\r\na&b=/)
    expect(String(body)).toContain('name="upload"; filename="a.pdf"')
    expect(String(body)).toContain('PDF bytes')
  })

  it('with a query keeps special characters', async () => {
    const seen = answer('GET', '/chats/7', 200)
    await client().request(get({ query: { 'filter[id]': 'a b&c', at: '2026-01-01T00:00:00+01:00' } }))
    const { searchParams } = new URL(seen[0]?.uri ?? '', HOST)
    expect(Object.fromEntries(searchParams)).toEqual({ 'filter[id]': 'a b&c', at: '2026-01-01T00:00:00+01:00' })
  })

  it('without a body sends none', async () => {
    const seen = answer('DELETE', '/chats/7', 204)
    await client().request({ method: 'DELETE', url: `${HOST}/chats/7`, repeatable: true })
    expect(seen[0]?.body).toBe('')
    expect(seen[0]?.headers).not.toHaveProperty('content-type')
  })

  it('carries the credential', async () => {
    const seen = answer('GET', '/chats/7', 200)
    await client().request(get({ credential: renewable() }))
    expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer token-0' })
  })
})

describe('a response', () => {
  it('comes with status, text, JSON, headers in lower case and every cookie', async () => {
    nock(HOST)
      .get('/chats/7')
      .reply(201, '{"id":7}', { 'X-Rate': '9', 'Set-Cookie': ['a=1', 'b=2'] })
    const response = await client().request(get())
    expect(response).toMatchObject({ status: 201, text: '{"id":7}', json: { id: 7 }, setCookies: ['a=1', 'b=2'] })
    expect(response.headers['x-rate']).toBe('9')
  })

  it.each([[''], [' \n']])('without content has no JSON (%j)', async (body) => {
    nock(HOST).get('/chats/7').reply(200, body)
    expect(await client().request(get())).toMatchObject({ text: body, json: undefined })
  })

  it.each([['<html>We are back soon</html>'], ['{"id":'], ['ok']])(
    'that is no JSON is no answer (%j)',
    async (body) => {
      nock(HOST).post('/messages').reply(200, body)
      const error = await failureOf(client().request(post()))
      expect(error).toMatchObject({ name: 'ProviderHttpError', status: 200, retryable: true })
      expect(String(error)).toContain("Acme's answer to POST api.acme.test/messages is not as documented")
      expect(String(error)).not.toContain(body)
    }
  )

  it('that is no JSON is asked for again where that does no harm', async () => {
    freezeTime()
    nock(HOST).get('/chats/7').reply(200, '<html></html>').get('/chats/7').reply(200, '{"id":7}')
    expect((await withTimePassing(client().request(get()))).json).toEqual({ id: 7 })
  })

  it('that redirects is not followed', async () => {
    nock(HOST).get('/chats/7').reply(302, '', { location: 'https://elsewhere.test/' })
    expect(await failureOf(client().request(get()))).toMatchObject({ name: 'ProviderHttpError', status: 302 })
  })

  it('larger than 8 MiB is refused', async () => {
    nock(HOST)
      .post('/messages')
      .reply(200, 'x'.repeat(8 * 1024 * 1024 + 1))
    expect(await failureOf(client().request(post()))).toMatchObject({ name: 'ProviderUnreachableError' })
  })

  it('is what the judge says it is, whatever the status', async () => {
    nock(HOST).get('/chats/7').reply(200, '{"error":"closed"}')
    const judge: HttpRequest['judge'] = ({ json }) =>
      json && typeof json === 'object' && 'error' in json ? new ThreadClosedError('The chat is closed.') : undefined
    expect(await failureOf(client().request(get({ judge })))).toMatchObject({ name: 'ThreadClosedError' })
    nock(HOST).get('/chats/7').reply(200, '{"ok":true}')
    expect(await client().request(get({ judge }))).toMatchObject({ status: 200 })
  })

  it('is left to its status when the judge has nothing to say', async () => {
    nock(HOST).get('/chats/7').reply(404)
    expect(await failureOf(client().request(get({ judge: () => undefined })))).toMatchObject({
      status: 404,
      retryable: false,
    })
  })
})

describe('a refused credential', () => {
  it('is renewed once and the call repeated once, also when the call is not safe to repeat', async () => {
    const credential = renewable()
    answer('POST', '/messages', 401)
    const seen = answer('POST', '/messages', 200)
    await client().request(post({ credential }))
    expect(credential.renewals).toBe(1)
    expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer token-1' })
    expect(seen[0]?.body).toEqual({ text: 'hello' })
  })

  it('is not renewed twice', async () => {
    const credential = renewable()
    answer('GET', '/chats/7', 401)
    answer('GET', '/chats/7', 401)
    const third = answer('GET', '/chats/7', 200)
    expect(await failureOf(client().request(get({ credential })))).toMatchObject({ status: 401, retryable: false })
    expect(credential.renewals).toBe(1)
    expect(third).toEqual([])
  })

  it('is not renewed again when another kind of failure comes in between', async () => {
    freezeTime()
    const credential = renewable()
    for (const status of [401, 503, 401, 503, 401, 503]) answer('GET', '/chats/7', status)
    await withTimePassing(failureOf(client().request(get({ credential }))))
    expect(credential.renewals).toBe(1)
  })

  it('that cannot be renewed fails at once', async () => {
    answer('GET', '/chats/7', 401)
    const failure = await failureOf(client().request(get({ credential: { headers: async () => ({}) } })))
    expect(failure).toMatchObject({ name: 'ProviderHttpError', status: 401, retryable: false })
  })

  it('is named as what it is, whether the status or the body says so', async () => {
    const credential = { headers: async () => ({}) }
    answer('GET', '/chats/7', 401)
    expect(await failureOf(client().request(get({ credential })))).toMatchObject({
      message: expect.stringContaining('Acme does not accept the credential'),
      retryable: false,
    })
    answer('GET', '/chats/7', 200, '{"error":"expired"}')
    const failure = await failureOf(client().request(get({ credential, judge: () => 'unauthorized' })))
    expect(failure).toMatchObject({
      name: 'ProviderHttpError',
      message: expect.stringContaining('Acme does not accept the credential'),
      retryable: false,
    })
  })

  it('may show in the body instead of the status', async () => {
    const credential = renewable()
    answer('GET', '/chats/7', 200, '{"error":"expired"}')
    answer('GET', '/chats/7', 200, '{"ok":true}')
    const response = await client().request(
      get({ credential, judge: ({ text }) => (text.includes('expired') ? 'unauthorized' : undefined) })
    )
    expect(response.json).toEqual({ ok: true })
    expect(credential.renewals).toBe(1)
  })

  it('fails with the reason why it could not be renewed', async () => {
    answer('GET', '/chats/7', 401)
    const credential = { headers: async () => ({}), renew: () => Promise.reject(new ThreadClosedError('reconnect')) }
    await expect(client().request(get({ credential }))).rejects.toThrow('reconnect')
  })
})

describe('a call that failed', () => {
  beforeEach(() => void freezeTime())

  it.each([408, 500, 502, 503, 504])('with status %i is repeated when that is safe', async (status) => {
    answer('GET', '/chats/7', status)
    answer('GET', '/chats/7', status)
    answer('GET', '/chats/7', 200, '"ok"')
    expect((await withTimePassing(client().request(get()))).json).toBe('ok')
  })

  it.each([408, 500, 502, 503, 504])('with status %i is not repeated when that is not safe', async (status) => {
    answer('POST', '/messages', status)
    const second = answer('POST', '/messages', 200)
    expect(await withTimePassing(failureOf(client().request(post())))).toMatchObject({ status, retryable: true })
    expect(second).toEqual([])
  })

  it.each([400, 403, 404, 409, 422])('with status %i is final', async (status) => {
    answer('GET', '/chats/7', status)
    const second = answer('GET', '/chats/7', 200)
    expect(await withTimePassing(failureOf(client().request(get())))).toMatchObject({ status, retryable: false })
    expect(second).toEqual([])
  })

  it('is tried three times at most', async () => {
    const tries = [1, 2, 3, 4].map(() => answer('GET', '/chats/7', 503))
    await withTimePassing(failureOf(client().request(get())))
    expect(tries.map((seen) => seen.length)).toEqual([1, 1, 1, 0])
  })

  it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])('by %s is repeated when that is safe', async (code) => {
    nock(HOST)
      .get('/chats/7')
      .replyWithError(Object.assign(new Error('dropped'), { code }))
    answer('GET', '/chats/7', 200, '"ok"')
    expect((await withTimePassing(client().request(get()))).json).toBe('ok')
  })

  it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])('by %s is not repeated when it may have been heard', async (code) => {
    nock(HOST)
      .post('/messages')
      .replyWithError(Object.assign(new Error('dropped'), { code }))
    const second = answer('POST', '/messages', 200)
    const failure = await withTimePassing(failureOf(client().request(post())))
    expect(failure).toMatchObject({ name: 'ProviderUnreachableError', sent: true, retryable: true })
    expect(second).toEqual([])
  })

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])(
    'by %s never left and is repeated even when not safe',
    async (code) => {
      nock(HOST)
        .post('/messages')
        .replyWithError(Object.assign(new Error('refused'), { code }))
      const second = answer('POST', '/messages', 200)
      await withTimePassing(client().request(post()))
      expect(second).toHaveLength(1)
    }
  )
})

describe('a rate limit', () => {
  beforeEach(() => void freezeTime())

  it('is waited for as long as the provider says in seconds, also by a call that is not safe', async () => {
    answer('POST', '/messages', 429, '', { 'Retry-After': '3' })
    answer('POST', '/messages', 200)
    const startedAt = Date.now()
    await withTimePassing(client().request(post()))
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(3_000)
    expect(Date.now() - startedAt).toBeLessThan(4_000)
  })

  it('is waited for until the date the provider says', async () => {
    const until = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 5_000)
    answer('GET', '/chats/7', 429, '', { 'Retry-After': until.toUTCString() })
    answer('GET', '/chats/7', 200)
    await withTimePassing(client().request(get()))
    expect(Date.now()).toBeGreaterThanOrEqual(until.getTime())
    expect(Date.now()).toBeLessThan(until.getTime() + 1_000)
  })

  it('beyond the deadline fails at once and says how long it lasts', async () => {
    answer('GET', '/chats/7', 429, '', { 'Retry-After': '60' })
    const second = answer('GET', '/chats/7', 200)
    const startedAt = Date.now()
    const failure = await withTimePassing(failureOf(client(30_000).request(get())))
    expect(failure).toMatchObject({ name: 'RateLimitedError', status: 429, retryAfterMs: 60_000, retryable: true })
    expect(Date.now() - startedAt).toBeLessThan(1_000)
    expect(second).toEqual([])
  })

  it('without a time is waited for a moment', async () => {
    answer('GET', '/chats/7', 429)
    answer('GET', '/chats/7', 200, '"ok"')
    expect((await withTimePassing(client().request(get()))).json).toBe('ok')
  })
})

describe('the deadline', () => {
  it('ends a call that hangs', async () => {
    nock(HOST).post('/messages').delay(5_000).reply(200)
    const startedAt = Date.now()
    const failure = await failureOf(client(150).request(post()))
    expect(failure).toMatchObject({ name: 'ProviderUnreachableError', sent: true })
    expect(Date.now() - startedAt).toBeLessThan(1_000)
  })

  it('that has passed lets no call out', async () => {
    const seen = answer('GET', '/chats/7', 200)
    expect(await failureOf(client(0).request(get()))).toMatchObject({ name: 'ProviderUnreachableError', sent: false })
    expect(seen).toEqual([])
  })

  it('leaves no time to repeat what would end after it', async () => {
    answer('GET', '/chats/7', 503)
    const second = answer('GET', '/chats/7', 200)
    expect(await failureOf(client(250).request(get()))).toMatchObject({ status: 503 })
    expect(second).toEqual([])
  })

  it('counts the time it took to get the credential', async () => {
    nock(HOST).get('/chats/7').delay(5_000).reply(200)
    const headers = () => new Promise<Record<string, string>>((resolve) => setTimeout(() => resolve({}), 150))
    const startedAt = Date.now()
    await failureOf(client(200).request(get({ credential: { headers } })))
    expect(Date.now() - startedAt).toBeLessThan(340)
  })
})

describe('the time one attempt may take', () => {
  const given = () => vi.spyOn(AbortSignal, 'timeout')

  it.each<[number, string, number | undefined, number]>([
    [15_000, 'is 15 s unless the call says otherwise', undefined, 40_000],
    [2_000, 'may be shorter', 2_000, 40_000],
    [30_000, 'may be longer', 30_000, 40_000],
    [10_000, 'ends with the step in any case', 30_000, 10_000],
  ])('of %i ms %s', async (expected, _name, timeoutMs, leftMs) => {
    freezeTime()
    const timeout = given()
    answer('GET', '/chats/7', 200)
    await withTimePassing(client(leftMs).request(get(timeoutMs === undefined ? {} : { timeoutMs })))
    expect(timeout.mock.calls).toEqual([[expected]])
  })

  it('leaves the time that has to be left of the step', async () => {
    freezeTime()
    const timeout = given()
    answer('GET', '/chats/7', 200)
    await withTimePassing(client(10_000).request(get({ timeoutMs: 30_000, reserveMs: 3_000 })))
    expect(timeout.mock.calls).toEqual([[7_000]])
  })

  it('ends a call that hangs, long before the step does', async () => {
    nock(HOST).post('/messages').delay(5_000).reply(200)
    const startedAt = Date.now()
    const failure = await failureOf(client(10_000).request(post({ timeoutMs: 100 })))
    expect(failure).toMatchObject({ name: 'ProviderUnreachableError', sent: true, retryable: true })
    expect(Date.now() - startedAt).toBeLessThan(1_000)
  })

  it('counts for each attempt anew', async () => {
    nock(HOST).get('/chats/7').delay(5_000).reply(200)
    answer('GET', '/chats/7', 200, '"ok"')
    expect((await client(10_000).request(get({ timeoutMs: 200 }))).json).toBe('ok')
  })
})

describe('no error', () => {
  const SECRETS = [
    'bearer-secret',
    'header-secret',
    'query-secret',
    'body-secret',
    'answer-secret',
    'cookie-secret',
    'renewed-secret',
  ]
  const secretRequest = (change: Partial<HttpRequest> = {}): HttpRequest =>
    get({
      method: 'POST',
      query: { token: 'query-secret' },
      headers: { 'x-key': 'header-secret' },
      json: { password: 'body-secret' },
      credential: { headers: async () => ({ authorization: 'Bearer bearer-secret' }), renew: async () => undefined },
      ...change,
    })

  const failures: [string, () => void, Partial<HttpRequest>?][] = [
    ...[400, 401, 404, 429, 500].map((status): [string, () => void] => [
      `for status ${status}`,
      () =>
        void nock(HOST)
          .post('/chats/7')
          .query(true)
          .times(3)
          .reply(status, 'answer-secret', { 'set-cookie': 'cookie-secret', 'retry-after': '99' }),
    ]),
    [
      'for a redirect',
      () => void nock(HOST).post('/chats/7').query(true).reply(302, 'answer-secret', { location: '/answer-secret' }),
    ],
    [
      'for a dropped connection',
      () =>
        void nock(HOST)
          .post('/chats/7')
          .query(true)
          .replyWithError(Object.assign(new Error('bearer-secret'), { code: 'ECONNRESET' })),
    ],
    [
      'for a failure without a code',
      () => void nock(HOST).post('/chats/7').query(true).replyWithError(new Error('bearer-secret')),
    ],
    ['for a timeout', () => void nock(HOST).post('/chats/7').query(true).delay(2_000).reply(200)],
    [
      'for a big response',
      () => void nock(HOST).post('/chats/7').query(true).reply(200, 'answer-secret'.repeat(700_000)),
    ],
    [
      'for a form',
      () => void nock(HOST).post('/chats/7').query(true).reply(400),
      { json: undefined, form: { client_secret: 'body-secret' } },
    ],
    ['for a call without an answer in the mock', () => undefined],
  ]

  it.each(failures)('holds a secret %s', async (_name, prepare, change = {}) => {
    prepare()
    const failure = await failureOf(client(300).request(secretRequest({ repeatable: false, ...change })))
    expect(failure).toBeInstanceOf(Error)
    expectNothingSecret(failure, SECRETS)
  })

  it('holds a secret when a file could not be fetched', async () => {
    nock(FILES).get('/a').query(true).reply(403, 'answer-secret')
    const failure = await failureOf(
      client().download(`${FILES}/a?token=query-secret`, { maxBytes: 10, timeoutMs: 1_000 })
    )
    expect(failure).toMatchObject({ name: 'MediaError' })
    expectNothingSecret(failure, SECRETS)
  })

  it('hides where the call went', async () => {
    answer('GET', '/chats/7', 404)
    const failure = await failureOf(client().request(get({ query: { q: '1' } })))
    expect(failure).toBeInstanceOf(ProviderHttpError)
    expect(String(failure)).toContain('GET api.acme.test/chats/7')
  })
})

function expectNothingSecret(error: unknown, secrets: readonly string[]) {
  const shown = [inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error), String(error)]
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    shown.push(cause.message, cause.stack ?? '', inspect(cause, { depth: 10 }), JSON.stringify(Object.values(cause)))
  }
  for (const secret of secrets) expect(shown.join('\n')).not.toContain(secret)
}

describe('a file of an end user', () => {
  const LIMITS = { maxBytes: 1_000, timeoutMs: 2_000 }

  it('comes with its bytes and its type', async () => {
    nock(FILES)
      .get('/a.png')
      .reply(200, Buffer.from([1, 2, 255]), { 'content-type': 'image/png; charset=binary' })
    const { bytes, contentType } = await client().download(`${FILES}/a.png`, LIMITS)
    expect([...bytes]).toEqual([1, 2, 255])
    expect(contentType).toBe('image/png; charset=binary')
  })

  it('without a type is bytes', async () => {
    nock(FILES)
      .get('/a')
      .reply(200, Buffer.from([1]))
    expect((await client().download(`${FILES}/a`, LIMITS)).contentType).toBe('application/octet-stream')
  })

  it('as large as allowed is fetched, a larger one refused', async () => {
    nock(FILES).get('/a').reply(200, Buffer.alloc(1_000))
    expect((await client().download(`${FILES}/a`, LIMITS)).bytes).toHaveLength(1_000)
    nock(FILES).get('/b').reply(200, Buffer.alloc(1_001))
    await expect(client().download(`${FILES}/b`, LIMITS)).rejects.toThrow('could not be fetched')
  })

  it('that takes too long is given up, by its own limit or by the deadline', async () => {
    nock(FILES).get('/a').twice().delay(5_000).reply(200, 'x')
    const startedAt = Date.now()
    await expect(client().download(`${FILES}/a`, { maxBytes: 10, timeoutMs: 100 })).rejects.toThrow(
      'could not be fetched'
    )
    await expect(client(100).download(`${FILES}/a`, LIMITS)).rejects.toThrow('could not be fetched')
    expect(Date.now() - startedAt).toBeLessThan(1_500)
  })

  it('may be redirected to another public place', async () => {
    nock(FILES).get('/a').reply(302, '', { location: 'https://cdn.example.org/b' })
    nock('https://cdn.example.org').get('/b').reply(200, 'bytes')
    expect((await client().download(`${FILES}/a`, LIMITS)).bytes).toHaveLength(5)
  })

  it.each(['http://169.254.169.254', 'http://127.0.0.1', 'http://localhost', 'http://[::1]', 'http://10.1.2.3'])(
    'is not followed to %s',
    async (origin) => {
      nock(FILES)
        .get('/a')
        .reply(302, '', { location: `${origin}/secrets` })
      const inside = nock(origin).get('/secrets').reply(200, 'inside')
      expect(await failureOf(client().download(`${FILES}/a`, LIMITS))).toMatchObject({ name: 'MediaError' })
      expect(inside.isDone()).toBe(false)
    }
  )

  it.each(['http://127.0.0.1/a', 'file:///etc/passwd', 'https://user:pw@files.example.net/a', 'nonsense'])(
    'is not fetched from %s',
    async (url) => {
      expect(await failureOf(client().download(url, LIMITS))).toMatchObject({ name: 'MediaError' })
    }
  )

  it('that redirects for ever is given up', async () => {
    nock(FILES)
      .persist()
      .get('/a')
      .reply(302, '', { location: `${FILES}/a` })
    await expect(client().download(`${FILES}/a`, LIMITS)).rejects.toThrow('could not be fetched')
  })
})
