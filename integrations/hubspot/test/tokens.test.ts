import { ProviderHttpError, RateLimitedError, ReauthorizationRequiredError } from '@hitl/core'
import nock from 'nock'
import { describe, expect, it, vi } from 'vitest'
import {
  type Answer,
  type Api,
  BAD_REFRESH_TOKEN,
  failsWith,
  failureOf,
  freezeClock,
  granted,
  MINUTE_MS,
  PAGE,
  passMs,
  PUBLISH,
  published,
  rateLimit,
  refusal,
  secrets,
  shortenWaits,
  STATE,
  threadIn,
  tokenRefusal,
  useWorld,
  type World,
} from './helpers'

const world = useWorld({ isConnected: false })

const say = (w: World, api: Api = w.api(), id = 'msg_1') =>
  api.sendMessage(w.thread, { id, parts: [{ kind: 'text', text: secrets.userText }] })
const taken = published()
const REFUSED = refusal(401, { category: 'EXPIRED_AUTHENTICATION' })
/** How long nobody asks after a refusal. In ms. */
const REST_MS = 300_000

describe('a new access token', () => {
  it('is asked for with a form that holds the refresh token, stored, and used', async () => {
    const w = world()
    w.vendor.onToken().on(PUBLISH, taken)
    await say(w)
    expect(w.vendor.calls[0]).toEqual({
      name: 'token',
      method: 'POST',
      url: 'https://api.hubapi.com/oauth/2026-03/token',
      authorization: undefined,
      contentType: 'application/x-www-form-urlencoded',
      body: {
        grant_type: 'refresh_token',
        client_id: w.config.clientId,
        client_secret: secrets.clientSecret,
        refresh_token: secrets.refreshToken,
      },
    })
    expect(w.tokensUsed(PUBLISH)).toEqual([secrets.renewedToken])
    expect(w.storedToken()).toMatchObject({ accessToken: secrets.renewedToken, refresh: secrets.refreshToken })
  })

  it.each<[string, unknown, number]>([
    ['half an hour', 1_800, 1_800_000],
    ['six hours', 21_600, 21_600_000],
    ['half an hour, as a text', '1800', 1_800_000],
  ])('lasts as long as HubSpot says: %s', async (_, expires_in, ms) => {
    const w = world()
    freezeClock()
    w.vendor.onToken(granted(secrets.renewedToken, { expires_in })).on(PUBLISH, taken)
    await say(w)
    expect(w.storedToken()?.['expiresAt']).toBe(Date.now() + ms)
  })

  it('is asked for five minutes before the old one ends, and not earlier', async () => {
    const w = world()
    freezeClock()
    w.vendor.onToken(granted(secrets.accessToken)).on(PUBLISH, taken).on(PUBLISH, taken)
    await say(w)
    passMs(25 * MINUTE_MS - 1)
    await say(w)
    passMs(1)
    w.vendor.onToken(granted(secrets.renewedToken)).on(PUBLISH, taken)
    await say(w)
    expect(w.tokensUsed(PUBLISH)).toEqual([secrets.accessToken, secrets.accessToken, secrets.renewedToken])
    expect(w.vendor.count('token')).toBe(2)
  })

  it('whose life is not told is used until it is refused', async () => {
    const w = world()
    freezeClock()
    w.vendor
      .onToken(granted(secrets.renewedToken, { expires_in: undefined }))
      .on(PUBLISH, taken)
      .on(PUBLISH, taken)
    await say(w)
    passMs(600 * MINUTE_MS)
    await say(w)
    expect(w.vendor.count('token')).toBe(1)
  })

  it('does not mind null and unknown members', async () => {
    const w = world()
    const more = { refresh_token: null, id_token: null, hub_id: null, scopes: null, error: null, more: {} }
    w.vendor.onToken(granted(secrets.renewedToken, more)).on(PUBLISH, taken)
    await say(w)
    expect(w.tokensUsed(PUBLISH)).toEqual([secrets.renewedToken])
  })
})

describe('the refresh token', () => {
  const rotated = { refresh_token: secrets.rotatedRefreshToken }

  it('that HubSpot has exchanged is stored before the new access token is used', async () => {
    const w = world()
    w.vendor.onToken(granted(secrets.renewedToken, rotated)).on(PUBLISH, taken)
    let called: string[] | undefined
    w.botpress.interceptNext('setState', () => (called = w.vendor.names()))
    await say(w)
    expect(called).toEqual(['token'])
    expect(w.storedToken()).toMatchObject({ accessToken: secrets.renewedToken, refresh: secrets.rotatedRefreshToken })
  })

  it('that HubSpot has exchanged is what the next one is asked for with, also by another instance', async () => {
    const w = world()
    freezeClock()
    w.vendor.onToken(granted(secrets.accessToken, rotated)).on(PUBLISH, taken)
    await say(w)
    passMs(26 * MINUTE_MS)
    w.vendor.onToken(granted(secrets.renewedToken)).on(PUBLISH, taken)
    await say(w, await w.instance())
    expect(w.vendor.calls.filter(({ name }) => name === 'token')).toEqual([
      w.tokenCall(),
      w.tokenCall(secrets.rotatedRefreshToken),
    ])
  })

  it.each([undefined, null, 5])('stays the old one when the answer holds none (%j)', async (refresh_token) => {
    const w = world()
    freezeClock()
    await w.storeToken({ refresh: secrets.rotatedRefreshToken, expiresAt: 0 })
    w.vendor.onToken(granted(secrets.accessToken, { refresh_token })).on(PUBLISH, taken)
    await say(w)
    expect(w.storedToken()).toMatchObject({ refresh: secrets.rotatedRefreshToken })
    passMs(26 * MINUTE_MS)
    w.vendor.onToken().on(PUBLISH, taken)
    await say(w)
    const asked = w.vendor.calls.filter(({ name }) => name === 'token')
    expect(asked).toEqual([w.tokenCall(secrets.rotatedRefreshToken), w.tokenCall(secrets.rotatedRefreshToken)])
  })

  it('that is exchanged is not lost when Botpress does not store it at the first attempt', async () => {
    const w = world()
    const { InternalError } = await import('@botpress/client')
    w.botpress.failNext('setState', new InternalError('storage'))
    w.vendor.onToken(granted(secrets.renewedToken, rotated)).on(PUBLISH, taken)
    await say(w)
    expect(w.storedToken()).toMatchObject({ refresh: secrets.rotatedRefreshToken })
  })
})

describe('ten calls at the same moment', () => {
  it('make one request for a token', async () => {
    const w = world()
    w.vendor.onToken().whenever(PUBLISH, taken)
    await Promise.all(Array.from({ length: 10 }, (_, index) => say(w, w.api(), `msg_${index}`)))
    expect(w.vendor.count('token')).toBe(1)
    expect(new Set(w.tokensUsed(PUBLISH))).toEqual(new Set([secrets.renewedToken]))
    expect(w.vendor.count(PUBLISH)).toBe(10)
  })

  it('on two instances make one request for a token', async () => {
    const w = world()
    shortenWaits()
    w.vendor.onToken().whenever(PUBLISH, taken)
    const instances = [await w.instance(), await w.instance()]
    const calls = instances.flatMap((api) => Array.from({ length: 5 }, (_, index) => say(w, api, `msg_${index}`)))
    await Promise.all(calls)
    expect(w.vendor.count('token')).toBe(1)
    expect(w.vendor.count(PUBLISH)).toBe(10)
  })

  it('on two instances make one request for a token when they are refused at the same time', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken()
    for (let call = 0; call < 10; call += 1) w.vendor.on(PUBLISH, REFUSED)
    w.vendor.onToken().whenever(PUBLISH, taken)
    const instances = [await w.instance(), await w.instance()]
    const calls = instances.flatMap((api) => Array.from({ length: 5 }, (_, index) => say(w, api, `msg_${index}`)))
    await Promise.all(calls)
    expect(w.vendor.count('token')).toBe(1)
  })
})

describe('a stored token', () => {
  it('is used by an instance that has just started, without a request for one', async () => {
    const w = world()
    await w.storeToken()
    w.vendor.on(PUBLISH, taken)
    await say(w, await w.instance())
    expect(w.vendor.names()).toEqual([PUBLISH])
    expect(w.tokensUsed(PUBLISH)).toEqual([secrets.accessToken])
  })

  it('is used although the Help Desk, the app ID or the developer key have changed', async () => {
    const w = world()
    await w.storeToken()
    w.vendor.on(PUBLISH, taken)
    await say(w, w.api({ helpDeskId: '1', appId: '2', developerApiKey: 'another' }))
    expect(w.tokensUsed(PUBLISH)).toEqual([secrets.accessToken])
  })

  it.each<[string, Record<string, unknown>]>([
    ['client ID', { clientId: 'another-client' }],
    ['client secret', { clientSecret: 'another-client-secret' }],
  ])('outlives a wrong %s: its refresh token works with the right one', async (_, wrong) => {
    const w = world()
    freezeClock()
    shortenWaits()
    await w.storeToken({ refresh: secrets.rotatedRefreshToken, expiresAt: 0 })
    w.vendor.onToken(tokenRefusal({ error: 'invalid_client' }))
    await failsWith(ReauthorizationRequiredError, say(w, w.api(wrong)))
    expect(w.storedToken()).toMatchObject({ refresh: secrets.rotatedRefreshToken })
    passMs(REST_MS)
    w.vendor.onToken().on(PUBLISH, taken)
    await say(w)
    expect(w.vendor.calls[1]).toEqual(w.tokenCall(secrets.rotatedRefreshToken))
    expect(w.tokensUsed(PUBLISH)).toEqual([secrets.renewedToken])
  })

  it('is not used when it was obtained with another refresh token', async () => {
    const w = world()
    await w.storeToken({}, { refreshToken: 'na1-another' })
    w.vendor.onToken().on(PUBLISH, taken)
    await say(w)
    expect(w.tokensUsed(PUBLISH)).toEqual([secrets.renewedToken])
    expect(w.vendor.calls[0]).toEqual(w.tokenCall())
  })
})

describe('a refusal of the refresh token', () => {
  const refusals: readonly (readonly [string, Answer])[] = [
    ['invalid_grant', tokenRefusal({ error: 'invalid_grant' })],
    ['invalid_grant', BAD_REFRESH_TOKEN],
    ['BAD_REFRESH_TOKEN', tokenRefusal({ status: 'BAD_REFRESH_TOKEN' })],
    ['BAD_CLIENT_ID', tokenRefusal({ status: 'BAD_CLIENT_ID', error: 'invalid_request' })],
    ['BAD_CLIENT_SECRET', tokenRefusal({ status: 'BAD_CLIENT_SECRET', error: 'invalid_request' })],
    ['BAD_AUTH_CODE', tokenRefusal({ status: 'BAD_AUTH_CODE' })],
    ['invalid_client', tokenRefusal({ error: 'invalid_client' })],
    ['invalid_client', tokenRefusal({ error: 'invalid_client' }, 401)],
    ['unauthorized_client', tokenRefusal({ error: 'unauthorized_client' })],
  ]

  it.each(refusals)('is told as what it is, and not tried again: %s', async (reason, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.onToken(answer)
    const error = await failsWith(ReauthorizationRequiredError, say(w))
    expect(error).toMatchObject({ reason, retryable: false, provider: 'HubSpot' })
    expect(error.message).toBe(
      'HubSpot refused to renew the connection. Connect the account again, as the set-up guide says.'
    )
    expect(w.vendor.names()).toEqual(['token'])
  })

  it.each<[string, { expiresAt: number } | undefined]>([
    ['no token yet', undefined],
    ['an expired token', { expiresAt: 0 }],
  ])('is remembered by all instances: one request for fifty messages, with %s', async (_, token) => {
    const w = world()
    shortenWaits()
    if (token) await w.storeToken(token)
    w.vendor.wheneverToken(BAD_REFRESH_TOKEN)
    for (let message = 0; message < 25; message += 1) await failsWith(ReauthorizationRequiredError, say(w))
    const cold = await w.instance()
    for (let message = 0; message < 25; message += 1) {
      expect(await failureOf(say(w, cold))).toMatchObject({ name: 'ReauthorizationRequiredError', retryable: false })
    }
    expect(w.vendor.names()).toEqual(['token'])
  })

  it('keeps its reason for instances that only read of it', async () => {
    const w = world()
    shortenWaits()
    w.vendor.onToken(BAD_REFRESH_TOKEN)
    await failureOf(say(w))
    expect(await failureOf(say(w, await w.instance()))).toMatchObject({ reason: 'invalid_grant' })
  })

  it('is over as soon as other settings are saved', async () => {
    const w = world()
    shortenWaits()
    w.vendor.onToken(BAD_REFRESH_TOKEN)
    await failsWith(ReauthorizationRequiredError, say(w))
    w.vendor.onToken().on(PUBLISH, taken)
    await say(w, w.api({ refreshToken: 'na1-new' }))
    expect(w.tokensUsed(PUBLISH)).toEqual([secrets.renewedToken])
  })

  it('does not count when another instance has exchanged the refresh token a moment before', async () => {
    const w = world()
    await w.storeToken({ expiresAt: 0 })
    w.vendor.onToken(BAD_REFRESH_TOKEN).on(PUBLISH, taken)
    const asking = say(w)
    await vi.waitFor(() => expect(w.vendor.count('token')).toBe(1), { interval: 5 })
    await w.storeToken({ accessToken: secrets.anotherToken, refresh: secrets.rotatedRefreshToken })
    await asking
    expect(w.tokensUsed(PUBLISH)).toEqual([secrets.anotherToken])
  })
})

describe('a token endpoint that asks to wait', () => {
  const waits: readonly (readonly [string, Answer, string])[] = [
    ['423', refusal(423), 'too many were asked for'],
    ['423 and a page', { ...PAGE, status: 423 }, 'too many were asked for'],
    ['423 and nothing', { text: '', status: 423 }, 'too many were asked for'],
    ['423 and a list', { json: [], status: 423 }, 'too many were asked for'],
    ['429 of ten seconds', rateLimit('TEN_SECONDLY_ROLLING'), 'too many were asked for'],
    ['429 of one second', rateLimit('SECONDLY'), 'too many were asked for'],
    ['429 of the day', rateLimit('DAILY'), 'too many were asked for'],
    ['429 without a policy', rateLimit(undefined), 'too many were asked for'],
    ['429 with Retry-After', rateLimit('SECONDLY', { 'retry-after': '1' }), 'too many were asked for'],
    ['429 and a page', { ...PAGE, status: 429 }, 'too many were asked for'],
    ['429 and nothing', { text: '', status: 429 }, 'too many were asked for'],
    ['477', refusal(477), 'moving this account to another data centre'],
    ['477 and a page', { ...PAGE, status: 477 }, 'moving this account to another data centre'],
    ['477 and nothing', { text: '', status: 477 }, 'moving this account to another data centre'],
  ]

  it.each(waits)('is left alone for five minutes, by all instances: %s', async (_, answer, words) => {
    const w = world()
    freezeClock()
    shortenWaits()
    w.vendor.onToken(answer)
    const error = await failsWith(RateLimitedError, say(w))
    expect(error).toMatchObject({ retryable: true, retryAfterMs: REST_MS, provider: 'HubSpot' })
    expect(error.message).toContain(words)
    const cold = await w.instance()
    expect(await failureOf(say(w, cold))).toMatchObject({ name: 'RateLimitedError', retryable: true })
    passMs(REST_MS - 1)
    await failsWith(RateLimitedError, say(w))
    expect(w.vendor.names()).toEqual(['token'])
    passMs(1)
    w.vendor.onToken().on(PUBLISH, taken)
    await say(w)
    expect(w.tokensUsed(PUBLISH)).toEqual([secrets.renewedToken])
  })

  it.each(waits)('does no harm while the old token lasts: %s', async (_, answer) => {
    const w = world()
    await w.storeToken({ expiresAt: Date.now() + 4 * MINUTE_MS })
    w.vendor.onToken(answer).on(PUBLISH, taken).on(PUBLISH, taken)
    await say(w)
    await say(w)
    expect(w.tokensUsed(PUBLISH)).toEqual([secrets.accessToken, secrets.accessToken])
    expect(w.vendor.count('token')).toBe(1)
  })
})

describe('a request for a token that just fails', () => {
  const failures: readonly (readonly [string, Answer])[] = [
    ['the connection drops', { drop: 'ECONNRESET' }],
    ['status 500', refusal(500)],
    ['status 502 and a page', { ...PAGE, status: 502 }],
    ['status 503', { status: 503, text: '' }],
    ['status 401 without a reason', { status: 401, text: '' }],
    ['HubSpot answers with a page', PAGE],
    ['HubSpot answers with nothing', { text: '' }],
    ['the answer is a list', { json: [] }],
    ['the token is empty', granted('')],
    ['the token is missing', granted(secrets.renewedToken, { access_token: undefined })],
    ['the token is no text', granted(secrets.renewedToken, { access_token: 5 })],
  ]

  it.each(failures)('is no refusal, and the next call tries again: %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    freezeClock()
    w.vendor.wheneverToken(answer)
    const error = await failureOf(say(w))
    expect(error).toMatchObject({ retryable: true })
    expect(error).not.toBeInstanceOf(ReauthorizationRequiredError)
    nock.cleanAll()
    passMs(10 * MINUTE_MS)
    w.vendor.onToken().on(PUBLISH, taken)
    await say(w)
    expect(w.tokensUsed(PUBLISH)).toEqual([secrets.renewedToken])
  })

  it.each(failures)('is made once for a message: %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.wheneverToken(answer)
    await failureOf(say(w))
    expect(w.vendor.names()).toEqual(['token'])
  })

  it.each(failures)('leaves the old token in use while it lasts: %s', async (_, answer) => {
    const w = world()
    await w.storeToken({ expiresAt: Date.now() + 4 * MINUTE_MS })
    w.vendor.onToken(answer).on(PUBLISH, taken)
    await say(w)
    expect(w.tokensUsed(PUBLISH)).toEqual([secrets.accessToken])
  })

  it.each(failures)('is made at most twenty times in ten minutes of constant messages: %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    freezeClock()
    w.vendor.wheneverToken(answer)
    for (let second = 0; second < 600; second += 10) {
      await failureOf(say(w))
      passMs(10_000)
    }
    expect(w.vendor.count('token')).toBeGreaterThan(1)
    expect(w.vendor.count('token')).toBeLessThanOrEqual(20)
  })

  it('is repeated within the same step only when it never left', async () => {
    const w = world()
    shortenWaits()
    w.vendor.onToken({ drop: 'ECONNREFUSED' }).onToken().on(PUBLISH, taken)
    await say(w)
    expect(w.vendor.names()).toEqual(['token', 'token', PUBLISH])
  })
})

describe('an access token that a call is refused with', () => {
  it.each<[string, Answer]>([
    ['for its age', REFUSED],
    ['without a reason', { status: 401, text: '' }],
    ['with a page', { ...PAGE, status: 401 }],
    ['as invalid', refusal(401, { category: 'INVALID_AUTHENTICATION' })],
  ])('is renewed once, and the call repeated once: %s', async (_, answer) => {
    const w = world()
    await w.storeToken()
    w.vendor.on(PUBLISH, answer).onToken().on(PUBLISH, taken)
    await say(w)
    expect(w.vendor.names()).toEqual([PUBLISH, 'token', PUBLISH])
    expect(w.tokensUsed(PUBLISH)).toEqual([secrets.accessToken, secrets.renewedToken])
    const [first, second] = w.vendor.bodies(PUBLISH)
    expect(second).toEqual(first)
  })

  it('although it is new gives an error, not a loop', async () => {
    const w = world()
    await w.storeToken()
    w.vendor.on(PUBLISH, REFUSED).onToken().on(PUBLISH, REFUSED)
    const error = await failsWith(ProviderHttpError, say(w))
    expect(error).toMatchObject({ status: 401, retryable: false, provider: 'HubSpot' })
    expect(w.vendor.names()).toEqual([PUBLISH, 'token', PUBLISH])
  })

  it('for what it may not do costs no new token', async () => {
    const w = world()
    await w.storeToken()
    w.vendor.on(PUBLISH, refusal(403, { category: 'MISSING_SCOPES' }))
    await failsWith(ProviderHttpError, say(w))
    expect(w.vendor.names()).toEqual([PUBLISH])
  })

  it('costs at most twenty requests for tokens in ten minutes of constant messages to two instances', async () => {
    const w = world()
    shortenWaits()
    freezeClock()
    await w.storeToken()
    w.vendor.wheneverToken().whenever(PUBLISH, REFUSED)
    let last: unknown
    for (let second = 0; second < 580; second += 20) {
      await failureOf(say(w))
      last = await failureOf(say(w, await w.instance()))
      passMs(20_000)
    }
    expect(last).toMatchObject({ name: 'RateLimitedError' })
    expect(w.vendor.count('token')).toBe(20)
  })

  it('and cannot be renewed is told as a lost connection', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken()
    w.vendor.on(PUBLISH, REFUSED).onToken(BAD_REFRESH_TOKEN)
    await failsWith(ReauthorizationRequiredError, say(w))
    expect(w.vendor.names()).toEqual([PUBLISH, 'token'])
  })

  it('is asked for nowhere but at HubSpot, whatever the answer names', async () => {
    const w = world()
    w.vendor.onToken(granted(secrets.renewedToken, { api_domain: 'https://evil.example' })).on(PUBLISH, refusal(400))
    w.vendor.on(STATE, threadIn('OPEN'))
    await failureOf(say(w))
    expect(new Set(w.vendor.calls.map(({ url }) => new URL(url).host))).toEqual(new Set(['api.hubapi.com']))
  })
})
