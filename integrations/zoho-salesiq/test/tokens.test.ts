import { ProviderHttpError, RateLimitedError, ReauthorizationRequiredError } from '@hitl/core'
import nock from 'nock'
import { describe, expect, it } from 'vitest'
import {
  ACCESS_DENIED,
  type Answer,
  type Api,
  conversationId,
  failsWith,
  failureOf,
  freezeClock,
  granted,
  HOUR_MS,
  hosts,
  PAGE,
  passMs,
  refusal,
  REST_MS,
  type Route,
  secrets,
  shortenWaits,
  thread,
  tokenRefusal,
  useWorld,
  World,
} from './helpers'

const world = useWorld({ isConnected: false })

const SEND: Route = `POST visitor/conversations/${conversationId}/messages`
const say = (api: Api, id = 'msg_1') => api.sendMessage(thread, { id, parts: [{ kind: 'text', text: 'Hello' }] })
const tokensUsed = (w: World) => w.vendor.calls.filter(({ name }) => name === SEND).map((call) => call.authorization)
const header = (token: string) => `Zoho-oauthtoken ${token}`
const MINUTE_MS = 60_000

describe('a new access token', () => {
  it('is asked for with the refresh token, stored, and used', async () => {
    const w = world()
    w.vendor.onToken().on(SEND)
    await say(w.api())
    expect(w.vendor.calls[0]).toEqual(w.tokenCall())
    expect(tokensUsed(w)).toEqual([header(secrets.renewedToken)])
    expect(w.storedToken()).toMatchObject({ accessToken: secrets.renewedToken, refresh: secrets.refreshToken })
  })

  it.each<[string, object, number]>([
    ['milliseconds and seconds, as ORG clients get it', { expires_in: 3_600_000, expires_in_sec: 3_600 }, HOUR_MS],
    ['milliseconds', { expires_in: 3_600_000, expires_in_sec: undefined }, HOUR_MS],
    ['seconds', { expires_in: 3_600, expires_in_sec: undefined }, HOUR_MS],
    ['seconds in the other member', { expires_in: undefined, expires_in_sec: 3_600 }, HOUR_MS],
    ['seconds that contradict the other member', { expires_in: 7_200_000, expires_in_sec: 3_600 }, HOUR_MS],
    ['seconds as a text', { expires_in: '3600', expires_in_sec: undefined }, HOUR_MS],
    ['seconds as a text in the other member', { expires_in: '3600000', expires_in_sec: '3600' }, HOUR_MS],
    ['null in the other member', { expires_in: 3_600_000, expires_in_sec: null }, HOUR_MS],
    ['a whole day in seconds', { expires_in: 86_400, expires_in_sec: undefined }, 24 * HOUR_MS],
    ['just over a day’s number, in milliseconds', { expires_in: 86_401, expires_in_sec: undefined }, 86_401],
  ])('lasts as long as Zoho says in %s', async (_, life, ms) => {
    const w = world()
    freezeClock()
    w.vendor.onToken(granted(secrets.renewedToken, life)).on(SEND)
    await say(w.api())
    expect(w.storedToken()?.['expiresAt']).toBe(Date.now() + ms)
  })

  it('whose life is not told is used until it is refused', async () => {
    const w = world()
    freezeClock()
    const life = { expires_in: undefined, expires_in_sec: undefined }
    w.vendor.onToken(granted(secrets.renewedToken, life)).on(SEND).on(SEND)
    await say(w.api())
    passMs(10 * HOUR_MS)
    await say(w.api())
    expect(w.vendor.count('token')).toBe(1)
  })

  it('is asked for a few minutes before the old one ends, and not earlier', async () => {
    const w = world()
    freezeClock()
    w.vendor.onToken(granted(secrets.accessToken)).on(SEND).on(SEND).onToken(granted(secrets.renewedToken)).on(SEND)
    await say(w.api())
    passMs(54 * MINUTE_MS)
    await say(w.api())
    passMs(2 * MINUTE_MS)
    await say(w.api())
    expect(tokensUsed(w)).toEqual([secrets.accessToken, secrets.accessToken, secrets.renewedToken].map(header))
    expect(w.vendor.count('token')).toBe(2)
  })

  it.each(Object.keys(hosts) as (keyof typeof hosts)[])(
    'is asked for and used in the data center %s',
    async (center) => {
      const w = new World(center)
      w.vendor.onToken().on(SEND)
      await say(w.api())
      const [accounts, salesIq] = hosts[center]
      expect(w.vendor.calls.map(({ url }) => new URL(url).host)).toEqual([accounts, salesIq])
      w.vendor.end()
    }
  )

  it('is no reason to call another host, whatever the answer names', async () => {
    const w = world()
    w.vendor.onToken(granted(secrets.renewedToken, { api_domain: 'https://evil.example' })).on(SEND)
    await say(w.api())
    expect(w.vendor.names()).toEqual(['token', SEND])
  })
})

describe('ten calls at the same moment', () => {
  it('make one request for a token', async () => {
    const w = world()
    w.vendor.onToken().whenever(SEND)
    await Promise.all(Array.from({ length: 10 }, (_, index) => say(w.api(), `msg_${index}`)))
    expect(w.vendor.count('token')).toBe(1)
    expect(new Set(tokensUsed(w))).toEqual(new Set([header(secrets.renewedToken)]))
    expect(w.vendor.count(SEND)).toBe(10)
  })

  it('make one request for a token when they are refused at the same time', async () => {
    const w = world()
    await w.storeToken()
    for (let call = 0; call < 10; call += 1) w.vendor.on(SEND, refusal(1008))
    w.vendor.onToken().whenever(SEND)
    await Promise.all(Array.from({ length: 10 }, (_, index) => say(w.api(), `msg_${index}`)))
    expect(w.vendor.count('token')).toBe(1)
    expect(w.vendor.count(SEND)).toBe(20)
  })

  it('on two instances make one request for a token', async () => {
    const w = world()
    shortenWaits()
    w.vendor.onToken().whenever(SEND)
    const instances = [await w.instance(), await w.instance()]
    const calls = instances.flatMap((api) => Array.from({ length: 5 }, (_, index) => say(api, `msg_${index}`)))
    await Promise.all(calls)
    expect(w.vendor.count('token')).toBe(1)
    expect(w.vendor.count(SEND)).toBe(10)
  })

  it('on two instances make one request for a token when they are refused at the same time', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken()
    for (let call = 0; call < 10; call += 1) w.vendor.on(SEND, refusal(1008))
    w.vendor.onToken().whenever(SEND)
    const instances = [await w.instance(), await w.instance()]
    const calls = instances.flatMap((api) => Array.from({ length: 5 }, (_, index) => say(api, `msg_${index}`)))
    await Promise.all(calls)
    expect(w.vendor.count('token')).toBe(1)
  })
})

describe('a cold start', () => {
  it('uses the stored token, without a request for one', async () => {
    const w = world()
    await w.storeToken()
    w.vendor.on(SEND)
    await say(await w.instance())
    expect(w.vendor.names()).toEqual([SEND])
    expect(tokensUsed(w)).toEqual([header(secrets.accessToken)])
  })

  it('costs one look into the store, and a warm call none', async () => {
    const w = world()
    await w.storeToken()
    w.vendor.on(SEND).on(SEND)
    const api = await w.instance()
    const before = w.botpress.calls.length
    await say(api)
    expect(w.botpress.calls.slice(before).map(({ operation }) => operation)).toEqual(['getState'])
    await say(api)
    expect(w.botpress.calls).toHaveLength(before + 1)
  })

  it('uses the stored token although the department has changed: Zoho gives few of them', async () => {
    const w = world()
    await w.storeToken({}, { departmentId: '325000000099999', screenName: 'anotherscreen' })
    w.vendor.on(SEND)
    await say(w.api())
    expect(tokensUsed(w)).toEqual([header(secrets.accessToken)])
  })

  it.each<[string, Record<string, unknown>]>([
    ['refresh token', { refreshToken: '1000.another.refresh-token' }],
    ['client', { clientId: '1000.ANOTHERCLIENT' }],
    ['client secret', { clientSecret: 'another-client-secret' }],
    ['data center', { dataCenter: 'eu' }],
  ])('does not use a token that was obtained with another %s', async (_, change) => {
    const w = world()
    await w.storeToken({}, change)
    w.vendor.onToken().on(SEND)
    await say(w.api())
    expect(tokensUsed(w)).toEqual([header(secrets.renewedToken)])
  })
})

describe('the access token of the settings', () => {
  const config = { accessToken: secrets.settingsToken }

  it('is used first, without a request for one', async () => {
    const w = world()
    w.vendor.on(SEND).on(SEND)
    await say(w.api(config))
    await say(w.api(config))
    expect(tokensUsed(w)).toEqual([header(secrets.settingsToken), header(secrets.settingsToken)])
    expect(w.vendor.count('token')).toBe(0)
  })

  it('is renewed as soon as it is refused, and never used again', async () => {
    const w = world()
    w.vendor.on(SEND, refusal(1008)).onToken().on(SEND).on(SEND)
    await say(w.api(config))
    await say(await w.instance(config))
    expect(tokensUsed(w)).toEqual([secrets.settingsToken, secrets.renewedToken, secrets.renewedToken].map(header))
    expect(w.vendor.count('token')).toBe(1)
  })

  it('is ignored once a renewed one is stored', async () => {
    const w = world()
    await w.storeToken({}, config)
    w.vendor.on(SEND)
    await say(w.api(config))
    expect(tokensUsed(w)).toEqual([header(secrets.accessToken)])
  })

  it('is ignored also when the stored one has expired: it is the older of the two', async () => {
    const w = world()
    await w.storeToken({ expiresAt: Date.now() - 1 }, config)
    w.vendor.onToken().on(SEND)
    await say(w.api(config))
    expect(tokensUsed(w)).toEqual([header(secrets.renewedToken)])
  })

  it.each(['', undefined])('may be left empty (%j)', async (accessToken) => {
    const w = world()
    w.vendor.onToken().on(SEND)
    await say(w.api({ accessToken }))
    expect(tokensUsed(w)).toEqual([header(secrets.renewedToken)])
  })
})

describe('a refusal of the refresh token', () => {
  const REFUSALS = ['invalid_code', 'invalid_client', 'invalid_client_secret', 'access_denied', 'invalid_redirect_uri']

  it.each(REFUSALS)('%s comes with status 200 and is told as what it is', async (code) => {
    const w = world()
    shortenWaits()
    w.vendor.onToken(tokenRefusal(code))
    const error = await failsWith(ReauthorizationRequiredError, say(w.api()))
    expect(error).toMatchObject({ reason: code, retryable: false, provider: 'Zoho SalesIQ' })
    expect(error.message).toBe(
      'Zoho SalesIQ refused to renew the connection. Connect the account again, as the set-up guide says.'
    )
  })

  it.each([400, 401])('is recognised with status %i as well', async (status) => {
    const w = world()
    shortenWaits()
    w.vendor.onToken({ ...tokenRefusal('invalid_code'), status })
    expect(await failsWith(ReauthorizationRequiredError, say(w.api()))).toMatchObject({ reason: 'invalid_code' })
  })

  it.each<[string, { expiresAt: number } | undefined]>([
    ['no token yet', undefined],
    ['an expired token', { expiresAt: 0 }],
  ])('ends after one request for fifty messages, with %s', async (_, token) => {
    const w = world()
    shortenWaits()
    if (token) await w.storeToken(token)
    w.vendor.wheneverToken(tokenRefusal('invalid_code'))
    const api = w.api()
    for (let message = 0; message < 25; message += 1) await failsWith(ReauthorizationRequiredError, say(api))
    const cold = await w.instance()
    for (let message = 0; message < 25; message += 1) {
      expect(await failureOf(say(cold))).toMatchObject({ name: 'ReauthorizationRequiredError', retryable: false })
    }
    expect(w.vendor.names()).toEqual(['token'])
  })

  it('is asked for at most four times in ten minutes of constant messages, far from the limit of ten', async () => {
    const w = world()
    shortenWaits()
    freezeClock()
    w.vendor.wheneverToken(tokenRefusal('invalid_code'))
    for (let second = 0; second < 600; second += 10) {
      await failureOf(say(w.api()))
      passMs(10_000)
    }
    expect(w.vendor.count('token')).toBeGreaterThan(1)
    expect(w.vendor.count('token')).toBeLessThanOrEqual(4)
  })

  it('is over as soon as other settings are saved', async () => {
    const w = world()
    shortenWaits()
    w.vendor.onToken(tokenRefusal('invalid_code'))
    await failsWith(ReauthorizationRequiredError, say(w.api()))
    w.vendor.onToken().on(SEND)
    await say(w.api({ refreshToken: '1000.new.refresh-token' }))
    expect(tokensUsed(w)).toEqual([header(secrets.renewedToken)])
  })
})

describe('"Access Denied"', () => {
  it.each<[string, Answer]>([
    ['as Zoho writes it', ACCESS_DENIED],
    ['with status 400', { ...ACCESS_DENIED, status: 400 }],
    ['with status 401', { ...ACCESS_DENIED, status: 401 }],
    ['as an error alone', tokenRefusal('Access Denied')],
    ['in small letters', tokenRefusal('access denied')],
    ['in its description alone', tokenRefusal('access_denied', { error_description: 'You made Too Many Requests' })],
  ])('is a wait, not a loop: no second request (%s)', async (_, answer) => {
    const w = world()
    const waits = shortenWaits()
    w.vendor.onToken(answer)
    const error = await failsWith(RateLimitedError, say(w.api()))
    expect(error).toMatchObject({ retryable: true, retryAfterMs: REST_MS })
    expect(error.message).toContain('Try again in ten minutes')
    for (let message = 0; message < 20; message += 1) await failsWith(RateLimitedError, say(w.api()))
    expect(w.vendor.names()).toEqual(['token'])
    expect(waits).toEqual([])
  })

  it('keeps other instances waiting as well: the pause is stored', async () => {
    const w = world()
    w.vendor.onToken(ACCESS_DENIED)
    await failsWith(RateLimitedError, say(w.api()))
    for (const api of [await w.instance(), await w.instance()]) {
      expect(await failureOf(say(api))).toMatchObject({ name: 'RateLimitedError', retryable: true })
    }
    expect(w.vendor.names()).toEqual(['token'])
  })

  it('is over after the pause', async () => {
    const w = world()
    freezeClock()
    w.vendor.onToken(ACCESS_DENIED)
    await failsWith(RateLimitedError, say(w.api()))
    passMs(REST_MS - 1)
    await failsWith(RateLimitedError, say(w.api()))
    passMs(1)
    w.vendor.onToken().on(SEND)
    await say(w.api())
    expect(w.vendor.count('token')).toBe(2)
  })

  it('does no harm while the old token lasts', async () => {
    const w = world()
    await w.storeToken({ expiresAt: Date.now() + 4 * MINUTE_MS })
    w.vendor.onToken(ACCESS_DENIED).on(SEND).on(SEND)
    await say(w.api())
    await say(w.api())
    expect(tokensUsed(w)).toEqual([header(secrets.accessToken), header(secrets.accessToken)])
    expect(w.vendor.count('token')).toBe(1)
  })

  it('keeps the old token, which is what the next request is made with', async () => {
    const w = world()
    freezeClock()
    const config = { accessToken: secrets.settingsToken }
    await w.storeToken({ expiresAt: 0 }, config)
    w.vendor.onToken(ACCESS_DENIED)
    await failsWith(RateLimitedError, say(w.api(config)))
    passMs(REST_MS)
    w.vendor.onToken().on(SEND)
    await say(w.api(config))
    expect(tokensUsed(w)).toEqual([header(secrets.renewedToken)])
  })
})

describe('a request for a token that just fails', () => {
  const failures: readonly (readonly [string, Answer])[] = [
    ['the connection drops', { drop: 'ECONNRESET' }],
    ['Zoho has an internal problem', { status: 500, json: { error: 'server_error' } }],
    ['Zoho answers with a page', PAGE],
    ['Zoho answers with nothing', { text: '' }],
    ['the token is empty', granted('')],
    ['the token is missing', granted(secrets.renewedToken, { access_token: undefined })],
    ['the token is no text', granted(secrets.renewedToken, { access_token: 5 })],
    ['the error is unknown', tokenRefusal('general_error')],
  ]

  it.each(failures)('is no refusal, and the next call tries again: %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    freezeClock()
    w.vendor.wheneverToken(answer)
    const error = await failureOf(say(w.api()))
    expect(error).toMatchObject({ retryable: true })
    expect(error).not.toBeInstanceOf(ReauthorizationRequiredError)
    nock.cleanAll()
    passMs(10 * MINUTE_MS)
    w.vendor.onToken().on(SEND)
    await say(w.api())
    expect(tokensUsed(w)).toEqual([header(secrets.renewedToken)])
  })

  it.each(failures)(
    'is made once for a message, and nothing is looked up that was never sent: %s',
    async (_, answer) => {
      const w = world()
      shortenWaits()
      w.vendor.wheneverToken(answer)
      await failureOf(say(w.api()))
      expect(w.vendor.names()).toEqual(['token'])
    }
  )

  it.each(failures.slice(0, 3))('is made once for the start of a session: %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.wheneverToken(answer)
    await failureOf(w.api().openThread(w.request()))
    expect(w.vendor.names()).toEqual(['token'])
  })

  it.each(failures.slice(0, 3))(
    'is made less than ten times in ten minutes of constant messages: %s',
    async (_, answer) => {
      const w = world()
      shortenWaits()
      freezeClock()
      w.vendor.wheneverToken(answer)
      for (let second = 0; second < 600; second += 20) {
        await failureOf(say(w.api()))
        passMs(20_000)
      }
      expect(w.vendor.count('token')).toBeLessThan(10)
    }
  )
})

describe('a token that SalesIQ refuses although it is new', () => {
  it.each([200, 400, 401])('is renewed once for one message, which is not a loop (status %i)', async (status) => {
    const w = world()
    shortenWaits()
    await w.storeToken()
    w.vendor.on(SEND, refusal(1008, status)).onToken().on(SEND, refusal(1008, status))
    const error = await failsWith(ProviderHttpError, say(w.api()))
    expect(error).toMatchObject({ retryable: false })
    expect(w.vendor.names()).toEqual([SEND, 'token', SEND])
  })

  it('is renewed once per message of another instance, too', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken()
    w.vendor.wheneverToken().whenever(SEND, refusal(1008))
    expect(await failureOf(say(await w.instance()))).toMatchObject({ name: 'ProviderHttpError', retryable: false })
    expect(w.vendor.count('token')).toBe(1)
  })

  it('costs at most five requests for tokens in ten minutes of constant messages to two instances', async () => {
    const w = world()
    shortenWaits()
    freezeClock()
    await w.storeToken()
    w.vendor.wheneverToken().whenever(SEND, refusal(1008))
    let last: unknown
    for (let second = 0; second < 580; second += 20) {
      // Each message is a step of its own, and each second one goes to an instance that has just started.
      await failureOf(say(w.api()))
      last = await failureOf(say(await w.instance()))
      passMs(20_000)
    }
    expect(last).toMatchObject({ name: 'RateLimitedError' })
    expect(w.vendor.count('token')).toBe(5)
  })

  it('tells to wait once too many were asked for, and works again after ten minutes', async () => {
    const w = world()
    shortenWaits()
    freezeClock()
    await w.storeToken()
    w.vendor.wheneverToken().whenever(SEND, refusal(1008))
    for (let message = 0; message < 10; message += 1) await failureOf(say(w.api()))
    const error = await failsWith(RateLimitedError, say(w.api()))
    expect(error).toMatchObject({ retryable: true, retryAfterMs: 10 * MINUTE_MS })
    nock.cleanAll()
    passMs(10 * MINUTE_MS)
    w.vendor.on(SEND, refusal(1008)).onToken(granted(secrets.anotherToken)).on(SEND)
    await say(w.api())
    expect(tokensUsed(w).at(-1)).toBe(header(secrets.anotherToken))
  })
})
