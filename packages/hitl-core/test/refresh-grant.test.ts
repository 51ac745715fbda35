import { inspect } from 'node:util'
import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { RateLimitedError } from '../src/errors'
import { createHttpClient } from '../src/http/client'
import { Deadline } from '../src/http/deadline'
import { refreshGrant, type RefreshGrantOptions } from '../src/oauth/refresh-grant'
import { failureOf, freezeTime, withTimePassing } from './support'

beforeAll(() => nock.disableNetConnect())
afterAll(() => nock.enableNetConnect())
afterEach(() => {
  vi.useRealTimers()
  nock.cleanAll()
})

const OPTIONS: RefreshGrantOptions = {
  provider: 'Acme',
  tokenUrl: 'https://accounts.acme.test/oauth/token',
  clientId: 'client-id',
  clientSecret: 'client-secret-7',
  refreshToken: 'refresh-token-7',
}

const grant = (change: Partial<RefreshGrantOptions> = {}) =>
  refreshGrant(createHttpClient('Acme', new Deadline(10_000)), { ...OPTIONS, ...change })

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  const seen: string[] = []
  nock('https://accounts.acme.test')
    .post('/oauth/token')
    .reply((_uri, requestBody) => {
      seen.push(String(requestBody))
      return [status, typeof body === 'string' ? body : JSON.stringify(body), headers]
    })
  return seen
}

describe('refreshGrant', () => {
  it('sends the form of RFC 6749 section 6, with nothing in the address', async () => {
    const seen = answer(200, { access_token: 'a', expires_in: 3_600 })
    await grant()
    expect(Object.fromEntries(new URLSearchParams(seen[0]))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'client-id',
      client_secret: 'client-secret-7',
      refresh_token: 'refresh-token-7',
    })
  })

  it('takes the token, its end in epoch milliseconds, and the rotated refresh token', async () => {
    freezeTime()
    answer(200, { access_token: 'a', refresh_token: 'rotated', expires_in: 3_600 })
    const token = await withTimePassing(grant())
    expect(token).toMatchObject({ accessToken: 'a', refresh: 'rotated' })
    expect(Math.abs((token.expiresAt ?? 0) - Date.now() - 3_600_000)).toBeLessThan(1_000)
  })

  it('keeps the refresh token when the answer has none', async () => {
    answer(200, { access_token: 'a', expires_in: 3_600 })
    expect((await grant()).refresh).toBe('refresh-token-7')
  })

  it('gives a token without an end when the answer names none', async () => {
    answer(200, { access_token: 'a' })
    expect(await grant()).toEqual({ accessToken: 'a', refresh: 'refresh-token-7' })
  })

  it('lets the provider count the life of a token its own way', async () => {
    answer(200, { access_token: 'a', expires_in_sec: 60 })
    const token = await grant({ lifeMs: (body) => Number(body['expires_in_sec']) * 1_000 })
    expect(Math.abs((token.expiresAt ?? 0) - Date.now() - 60_000)).toBeLessThan(5_000)
  })

  it('reads the life of a token also when it comes as text, or the refresh token as null', async () => {
    answer(200, { access_token: 'a', refresh_token: null, expires_in: '3600' })
    const token = await grant()
    expect(token).toMatchObject({ accessToken: 'a', refresh: 'refresh-token-7' })
    expect(Math.abs((token.expiresAt ?? 0) - Date.now() - 3_600_000)).toBeLessThan(5_000)
  })

  it.each([
    [400, 'invalid_grant'],
    [401, 'invalid_client'],
    [400, 'unauthorized_client'],
    [200, 'invalid_grant'],
  ])('takes %i %s as refused for good', async (status, error) => {
    answer(status, { error })
    expect(await failureOf(grant())).toMatchObject({ name: 'ReauthorizationRequiredError', retryable: false })
  })

  it('takes a provider’s own codes as refused for good', async () => {
    answer(200, { error: 'invalid_code' })
    expect(await failureOf(grant({ refusals: ['invalid_code'] }))).toMatchObject({
      name: 'ReauthorizationRequiredError',
    })
    answer(400, { status: 'BAD_REFRESH_TOKEN' })
    expect(await failureOf(grant({ refusals: ['BAD_REFRESH_TOKEN'] }))).toMatchObject({
      name: 'ReauthorizationRequiredError',
    })
  })

  it.each([
    [400, { error: 'invalid_grant' }, {}, 'invalid_grant'],
    [200, { error: 'invalid_code' }, { refusals: ['invalid_code'] }, 'invalid_code'],
    [400, { error: 'unknown', status: 'BAD_TOKEN' }, { refusals: ['BAD_TOKEN'] }, 'BAD_TOKEN'],
  ])('says with which code it was refused (%i %j)', async (status, body, change, reason) => {
    answer(status, body)
    expect(await failureOf(grant(change))).toMatchObject({ name: 'ReauthorizationRequiredError', reason })
  })

  it('lets the provider ask to wait its own way, whatever the status, and before it counts as a refusal', async () => {
    const error = new RateLimitedError('Acme asks to wait.', { status: 200, retryAfterMs: 60_000 })
    const limited: RefreshGrantOptions['limited'] = (body) =>
      body['error_description'] === 'too many requests' ? error : undefined
    for (const status of [200, 400, 401]) {
      answer(status, { error: 'invalid_grant', error_description: 'too many requests' })
      expect(await failureOf(grant({ limited }))).toBe(error)
    }
    answer(400, { error: 'invalid_grant', error_description: 'revoked' })
    expect(await failureOf(grant({ limited }))).toMatchObject({ name: 'ReauthorizationRequiredError' })
    answer(200, { access_token: 'a' })
    expect(await grant({ limited })).toMatchObject({ accessToken: 'a' })
  })

  it.each([
    ['no JSON', 'too many requests'],
    ['a list', ['too many requests']],
  ])('asks the provider’s own rule about the status alone when the answer is %s', async (_name, body) => {
    const limited = vi.fn<NonNullable<RefreshGrantOptions['limited']>>()
    answer(503, body)
    expect(await failureOf(grant({ limited }))).toMatchObject({ name: 'ProviderHttpError', status: 503 })
    expect(limited.mock.calls).toEqual([[{}, 503]])
  })

  it.each([
    ['an unknown code', 400, { error: 'invalid_request' }],
    ['a plain 401', 401, ''],
    ['a server failure', 503, 'down'],
    ['a page instead of JSON', 200, '<html>'],
    ['an answer without a token', 200, {}],
    ['an empty token', 200, { access_token: '' }],
  ])('does not take %s as a refusal', async (_name, status, body) => {
    answer(status, body)
    expect(await failureOf(grant())).toMatchObject({ name: 'ProviderHttpError', status })
  })

  it('does not take a dropped connection as a refusal, and does not repeat it', async () => {
    nock('https://accounts.acme.test')
      .post('/oauth/token')
      .replyWithError(Object.assign(new Error('x'), { code: 'ECONNRESET' }))
    const second = answer(200, { access_token: 'a' })
    expect(await failureOf(grant())).toMatchObject({ name: 'ProviderUnreachableError', retryable: true })
    expect(second).toEqual([])
  })

  it('is sent once when the server fails', async () => {
    const tries = [answer(500, ''), answer(200, { access_token: 'a' })]
    await failureOf(grant())
    expect(tries.map((seen) => seen.length)).toEqual([1, 0])
  })

  it.each([
    [400, { error: 'invalid_grant', refresh_token: 'refresh-token-7' }],
    [500, 'refresh-token-7 client-secret-7'],
    [200, { access_token: 5, refresh_token: 'refresh-token-7' }],
  ])('puts no secret into an error (%i)', async (status, body) => {
    answer(status, body)
    const shown = inspect(await failureOf(grant()), { depth: 10, showHidden: true })
    expect(shown).not.toMatch(/refresh-token-7|client-secret-7/)
  })
})
