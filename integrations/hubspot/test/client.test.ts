import {
  type HitlError,
  type HttpCredential,
  ProviderHttpError,
  ProviderUnreachableError,
  RateLimitedError,
} from '@hitl/core'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { createHttpClient } from '../../../packages/hitl-core/src/http/client'
import { Deadline } from '../../../packages/hitl-core/src/http/deadline'
import { type Call, createClient, isAboutAccess, isMissing, isMoving, isRefusal, isRepetition } from '../src/client'
import {
  type Answer,
  APP,
  CHANNELS,
  EMAIL,
  failsWith,
  failureOf,
  freezeClock,
  NO_TOKEN,
  PAGE,
  pageOf,
  rateLimit,
  refusal,
  type Route,
  secrets,
  shortenWaits,
  useWorld,
  type World,
} from './helpers'

const world = useWorld()

const THINGS: Route = 'GET /conversations/v3/things'
const MAKE: Route = 'POST /conversations/v3/things'
const thing = z.object({ id: z.string() })
const anything = z.object({})

const bearer = { headers: async () => ({ authorization: `Bearer ${secrets.accessToken}` }) }
const clientOf = (w: World, credential: HttpCredential = bearer) =>
  createClient(createHttpClient('HubSpot', new Deadline(40_000)), credential, w.config)
const look: Call = { method: 'GET', path: '/conversations/v3/things', repeatable: true }
const make: Call = { method: 'POST', path: '/conversations/v3/things', json: { name: 'x' }, repeatable: false }
const ask = (w: World, call: Partial<Call> = {}) => clientOf(w).ask({ ...look, ...call }, anything)

describe('a call of the account', () => {
  it('carries the access token, and no developer API key', async () => {
    const w = world()
    w.vendor.on(THINGS)
    await ask(w)
    expect(w.vendor.calls).toEqual([
      {
        name: THINGS,
        method: 'GET',
        url: 'https://api.hubapi.com/conversations/v3/things',
        authorization: `Bearer ${secrets.accessToken}`,
        contentType: undefined,
        body: '',
      },
    ])
  })

  it('has its own query', async () => {
    const w = world()
    w.vendor.on(THINGS)
    await ask(w, { query: { idProperty: 'email', after: 'NTI1Cg==' } })
    expect(w.vendor.calls).toEqual([w.call(THINGS, { query: { idProperty: 'email', after: 'NTI1Cg==' } })])
  })

  it('has a JSON body', async () => {
    const w = world()
    w.vendor.on(MAKE)
    await clientOf(w).tell(make)
    expect(w.vendor.calls).toEqual([w.call(MAKE, { body: { name: 'x' } })])
  })
})

describe('a call of the app', () => {
  it('carries the developer API key and the app ID, and no access token', async () => {
    const w = world()
    w.vendor.on(THINGS)
    await ask(w, { asApp: true })
    expect(w.vendor.calls).toEqual([
      {
        name: THINGS,
        method: 'GET',
        url: `https://api.hubapi.com/conversations/v3/things?hapikey=${secrets.developerApiKey}&appId=${APP}`,
        authorization: undefined,
        contentType: undefined,
        body: '',
      },
    ])
  })

  it('has its own query and body beside them', async () => {
    const w = world()
    w.vendor.on(THINGS).on(MAKE)
    await ask(w, { asApp: true, query: { limit: '1' } })
    await clientOf(w).tell({ ...make, asApp: true })
    expect(w.vendor.calls).toEqual([
      w.appCall(THINGS, { query: { limit: '1' } }),
      w.appCall(MAKE, { body: { name: 'x' } }),
    ])
  })

  it('whose key is refused is not repeated: there is nothing to renew', async () => {
    const w = world()
    w.vendor.on(THINGS, refusal(401))
    const error = await failsWith(ProviderHttpError, ask(w, { asApp: true }))
    expect(error).toMatchObject({ status: 401, type: 'credential_refused', retryable: false })
    expect(w.vendor.names()).toEqual([THINGS])
  })
})

describe('a call whose body says who speaks', () => {
  const introspect: Call = { ...make, json: undefined, form: { client_id: 'x', token: 'y' }, isAnonymous: true }
  const never = async () => {
    throw new Error('No credential is needed.')
  }

  it('carries neither the access token nor the developer API key', async () => {
    const w = world()
    w.vendor.on(MAKE)
    await clientOf(w, { headers: never, renew: never }).tell(introspect)
    expect(w.vendor.calls).toEqual([
      {
        name: MAKE,
        method: 'POST',
        url: 'https://api.hubapi.com/conversations/v3/things',
        authorization: undefined,
        contentType: 'application/x-www-form-urlencoded',
        body: { client_id: 'x', token: 'y' },
      },
    ])
  })

  it('has its own query', async () => {
    const w = world()
    w.vendor.on(THINGS)
    await ask(w, { isAnonymous: true, query: { limit: '1' } })
    expect(w.vendor.calls).toEqual([{ ...w.call(THINGS, { query: { limit: '1' } }), authorization: undefined }])
  })

  it('that is refused is not repeated: there is nothing to renew', async () => {
    const w = world()
    w.vendor.on(MAKE, refusal(401))
    const call = clientOf(w, { headers: never, renew: never }).tell(introspect)
    expect(await failsWith(ProviderHttpError, call)).toMatchObject({ status: 401, retryable: false })
    expect(w.vendor.names()).toEqual([MAKE])
  })
})

describe('a refusal', () => {
  it.each([400, 404, 405, 409, 410, 415, 422])('with status %i is told once and for all', async (status) => {
    const w = world()
    w.vendor.on(THINGS, refusal(status))
    const error = await failsWith(ProviderHttpError, ask(w))
    expect(error).toMatchObject({ status, type: 'VALIDATION_ERROR', retryable: false, provider: 'HubSpot' })
    expect(error).not.toBeInstanceOf(RateLimitedError)
    expect(error.message).toBe(`HubSpot refused GET /conversations/v3/things: status ${status} (VALIDATION_ERROR).`)
    expect(w.vendor.names()).toEqual([THINGS])
  })

  it.each<[string, object, string | undefined]>([
    ['its subcategory', { subCategory: 'CustomChannelsError.X' }, 'CustomChannelsError.X'],
    ['its category where there is no subcategory', { subCategory: null }, 'VALIDATION_ERROR'],
    ['nothing where there is neither', { category: undefined }, undefined],
    ['nothing where it is no text', { category: { a: 1 }, subCategory: 5 }, undefined],
  ])('is known by %s', async (_, more, type) => {
    const w = world()
    w.vendor.on(THINGS, refusal(400, more))
    expect((await failsWith(ProviderHttpError, ask(w))).type).toBe(type)
  })

  it.each<[string, Answer]>([
    ['a page', { ...PAGE, status: 400 }],
    ['nothing', { status: 400, text: '' }],
    ['a list', { status: 400, json: [] }],
  ])('with %s in place of a reason is told by its status', async (_, answer) => {
    const w = world()
    w.vendor.on(THINGS, answer)
    expect((await failsWith(ProviderHttpError, ask(w))).message).toBe(
      'HubSpot refused GET /conversations/v3/things: status 400.'
    )
  })

  it('for the scopes says what to do', async () => {
    const w = world()
    w.vendor.on(THINGS, refusal(403, { category: 'MISSING_SCOPES' }))
    const error = await failsWith(ProviderHttpError, ask(w))
    expect(error).toMatchObject({ status: 403, type: 'MISSING_SCOPES', retryable: false })
    expect(error.message).toContain('lacks a scope')
    expect(error.message).toContain('Install the app again with the scopes of the set-up guide')
    expect(w.vendor.names()).toEqual([THINGS])
  })

  it('because the account is being moved is told at once, whatever wait it asks for', async () => {
    const w = world()
    w.vendor.on(THINGS, refusal(477, {}, { 'retry-after': '1' }))
    const error = await failsWith(ProviderHttpError, ask(w))
    expect(error).toMatchObject({ status: 477, retryable: false })
    expect(error.message).toContain('is being moved to another data centre, which may take up to a day')
    expect(w.vendor.names()).toEqual([THINGS])
  })

  it('is told apart from what may pass, and from what has to do with the access', async () => {
    const w = world()
    shortenWaits()
    const meet = async (answer: Answer) => {
      w.vendor.whenever(THINGS, answer)
      const error = await failureOf(ask(w))
      const { default: nock } = await import('nock')
      nock.cleanAll()
      const isRefused = isRefusal(error)
      return [isRefused, isMissing(error), isRefused && isAboutAccess(error)]
    }
    expect(await meet(refusal(400))).toEqual([true, false, false])
    expect(await meet(refusal(404))).toEqual([true, true, false])
    expect(await meet(refusal(401))).toEqual([true, false, true])
    expect(await meet(refusal(403))).toEqual([true, false, true])
    expect(await meet(refusal(477))).toEqual([true, false, true])
    expect(await meet(rateLimit('DAILY'))).toEqual([false, false, false])
    expect(await meet(refusal(503))).toEqual([false, false, false])
    expect(await meet({ drop: 'ECONNRESET' })).toEqual([false, false, false])
  })
})

describe('what a refusal is about', () => {
  it.each([400, 404, 409, 477])('is known by its status (%i)', async (status) => {
    const w = world()
    w.vendor.on(THINGS, refusal(status))
    const error = await failsWith(ProviderHttpError, ask(w))
    expect([isMissing(error), isRepetition(error), isMoving(error)]).toEqual([404, 409, 477].map((it) => it === status))
  })

  it.each([404, 409])('is nothing of the call when it is the token that is refused (status %i)', async (status) => {
    const w = world()
    await w.storeToken({ expiresAt: 0 })
    w.vendor.onToken({ ...NO_TOKEN, status })
    const error = await failsWith(ProviderHttpError, w.api().closeThread(w.thread))
    expect(error).toMatchObject({ status })
    expect([isRefusal, isMissing, isRepetition, isMoving].map((is) => is(error))).toEqual([false, false, false, false])
  })
})

describe('an error from before a call', () => {
  it.each([400, 403, 404, 409, 477])('is no answer to the call (status %i)', async (status) => {
    const w = world()
    const given = new ProviderHttpError('No token.', { status })
    const failing = {
      headers: async () => {
        throw given
      },
    }
    const error = await failsWith(ProviderHttpError, clientOf(w, failing).tell(look))
    expect(error).toBe(given)
    expect([isRefusal, isMissing, isRepetition, isMoving].map((is) => is(error))).toEqual([false, false, false, false])
    expect(w.vendor.calls).toEqual([])
  })
})

describe('a wait that HubSpot asks for', () => {
  const waits: readonly (readonly [string, Answer, number])[] = [
    ['locked', refusal(423), 2_000],
    ['locked, with Retry-After', refusal(423, {}, { 'retry-after': '5' }), 5_000],
    ['locked, with a page', { ...PAGE, status: 423 }, 2_000],
    ['SECONDLY', rateLimit('SECONDLY'), 1_000],
    ['TEN_SECONDLY_ROLLING', rateLimit('TEN_SECONDLY_ROLLING'), 10_000],
    ['no policy', rateLimit(undefined), 10_000],
    ['a policy nobody knows', rateLimit('HOURLY'), 10_000],
    ['a policy that every object has a member of', rateLimit('constructor'), 10_000],
    ['no body', { status: 429, text: '' }, 10_000],
    ['a page', { ...PAGE, status: 429 }, 10_000],
    ['SECONDLY and Retry-After', rateLimit('SECONDLY', { 'retry-after': '3' }), 3_000],
    ['TEN_SECONDLY_ROLLING and Retry-After', rateLimit('TEN_SECONDLY_ROLLING', { 'retry-after': '3' }), 3_000],
    ['DAILY and a short Retry-After', rateLimit('DAILY', { 'retry-after': '3' }), 3_000],
    ['a Retry-After that cannot be read', rateLimit('SECONDLY', { 'retry-after': 'soon' }), 1_000],
  ]

  it.each(waits)('is kept, and the call made once more: %s', async (_, answer, ms) => {
    const w = world()
    const slept = shortenWaits()
    w.vendor.on(THINGS, answer).on(THINGS)
    await ask(w)
    expect(slept).toEqual([ms])
    expect(w.vendor.names()).toEqual([THINGS, THINGS])
  })

  it('may be given as a date', async () => {
    const w = world()
    const slept = shortenWaits()
    freezeClock()
    const date = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 4_000)
    w.vendor.on(THINGS, rateLimit('SECONDLY', { 'retry-after': date.toUTCString() })).on(THINGS)
    await ask(w)
    expect(slept).toEqual([date.getTime() - Date.now()])
  })

  it.each(waits)('is kept by calls that must not run twice as well: they have not run (%s)', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on(MAKE, answer).on(MAKE)
    await clientOf(w).tell(make)
    expect(w.vendor.count(MAKE)).toBe(2)
  })

  it.each<[string, Answer, number]>([
    ['429', rateLimit('SECONDLY'), 429],
    ['423', refusal(423), 423],
  ])('is told after three attempts (%s)', async (_, answer, status) => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(THINGS, answer)
    expect(await failsWith(RateLimitedError, ask(w))).toMatchObject({ status, retryable: true, provider: 'HubSpot' })
    expect(w.vendor.count(THINGS)).toBe(3)
  })

  it('of a day is told at once, in words', async () => {
    const w = world()
    const slept = shortenWaits()
    w.vendor.on(THINGS, rateLimit('DAILY'))
    const error = await failsWith(RateLimitedError, ask(w))
    expect(error).toMatchObject({ retryable: true, retryAfterMs: 3_600_000 })
    expect(error.message).toBe(
      'HubSpot’s daily limit of calls is used up (GET /conversations/v3/things). Try again tomorrow, or ask for a higher one.'
    )
    expect(slept).toEqual([])
  })

  it('that is longer than the step is told at once', async () => {
    const w = world()
    const slept = shortenWaits()
    w.vendor.on(THINGS, rateLimit('TEN_SECONDLY_ROLLING', { 'retry-after': '120' }))
    expect(await failsWith(RateLimitedError, ask(w))).toMatchObject({ retryAfterMs: 120_000 })
    expect(slept).toEqual([])
  })
})

describe('an outcome that is in doubt', () => {
  const doubts: readonly (readonly [string, Answer, abstract new (...args: never[]) => HitlError])[] = [
    ...[500, 502, 503, 504, 521, 523, 524].map(
      (status) => [`status ${status}`, refusal(status), ProviderHttpError] as const
    ),
    ['status 502 and a page', { ...PAGE, status: 502 }, ProviderHttpError],
    ['a dropped connection', { drop: 'ECONNRESET' }, ProviderUnreachableError],
  ]

  it.each(doubts)('is tried three times where that does no harm: %s', async (_, answer, kind) => {
    const w = world()
    const slept = shortenWaits()
    w.vendor.whenever(THINGS, answer)
    expect(await failsWith(kind, ask(w))).toMatchObject({ retryable: true, provider: 'HubSpot' })
    expect(w.vendor.count(THINGS)).toBe(3)
    expect(slept).toHaveLength(2)
  })

  it.each(doubts)('may be good at the second attempt: %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on(THINGS, answer).on(THINGS)
    await ask(w)
    expect(w.vendor.count(THINGS)).toBe(2)
  })

  it.each(doubts)('is never tried again by a call that must not run twice: %s', async (_, answer, kind) => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(MAKE, answer)
    expect(await failsWith(kind, clientOf(w).tell(make))).toMatchObject({ retryable: true })
    expect(w.vendor.count(MAKE)).toBe(1)
  })

  it('is none when the call never left: it is made again whatever it does', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(MAKE, { drop: 'ECONNREFUSED' }).on(MAKE)
    await clientOf(w).tell(make)
    expect(w.vendor.count(MAKE)).toBe(2)
  })
})

describe('an answer that cannot be read', () => {
  it.each<[string, Answer]>([
    ['an empty body', { text: '' }],
    ['null', { text: 'null' }],
    ['a list', { json: [] }],
    ['an object without what is needed', { json: { name: 'x' } }],
    ['a member of another type', { json: { id: { of: 'it' } } }],
  ])('is an error that says so and may pass: %s', async (_, answer) => {
    const w = world()
    w.vendor.on(THINGS, answer)
    const error = await failsWith(ProviderHttpError, clientOf(w).ask(look, thing))
    expect(error).toMatchObject({ status: 200, retryable: true, provider: 'HubSpot' })
    expect(error.message).toBe("HubSpot's answer to GET /conversations/v3/things is not as documented.")
  })

  it.each<[string, Answer]>([
    ['a page', PAGE],
    ['broken JSON', { text: '{"id":' }],
  ])('is asked for three times where that does no harm: %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(THINGS, answer)
    expect(await failsWith(ProviderHttpError, clientOf(w).ask(look, thing))).toMatchObject({
      status: 200,
      retryable: true,
    })
    expect(w.vendor.count(THINGS)).toBe(3)
  })

  it('is of no interest where only the success counts', async () => {
    const w = world()
    w.vendor.on(MAKE, { json: 'anything' }).on(MAKE, { status: 204, text: '' })
    await clientOf(w).tell(make)
    await clientOf(w).tell(make)
    expect(w.vendor.count(MAKE)).toBe(2)
  })
})

describe('a list', () => {
  const list = (w: World, more: Partial<Call> = {}) => clientOf(w).list({ path: look.path, ...more }, thing)

  it('is read page by page', async () => {
    const w = world()
    w.vendor
      .on(THINGS, pageOf([{ id: '1' }, { id: '2' }], 'NTI1Cg=='))
      .on(THINGS, pageOf([{ id: '3' }], 'b'))
      .on(THINGS, pageOf([{ id: '4' }]))
    expect(await list(w)).toEqual([{ id: '1' }, { id: '2' }, { id: '3' }, { id: '4' }])
    expect(w.vendor.calls).toEqual([
      w.call(THINGS),
      w.call(THINGS, { query: { after: 'NTI1Cg==' } }),
      w.call(THINGS, { query: { after: 'b' } }),
    ])
  })

  it('of the app carries the key and its own query on every page', async () => {
    const w = world()
    w.vendor.on(THINGS, pageOf([], 'a')).on(THINGS, pageOf([]))
    await list(w, { asApp: true, query: { limit: '100' } })
    expect(w.vendor.calls).toEqual([
      w.appCall(THINGS, { query: { limit: '100' } }),
      w.appCall(THINGS, { query: { limit: '100', after: 'a' } }),
    ])
  })

  it('without an end is read for fifty pages', async () => {
    const w = world()
    w.vendor.whenever(THINGS, pageOf([{ id: '1' }], 'again'))
    expect(await list(w)).toHaveLength(50)
    expect(w.vendor.count(THINGS)).toBe(50)
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['nothing in it', {}],
    ['no next page', { next: null }],
    ['an empty mark', { next: { after: '' } }],
    ['a mark of another type', { next: { after: {} } }],
  ])('ends where the paging has %s', async (_, paging) => {
    const w = world()
    w.vendor.on(THINGS, { json: { results: [{ id: '1' }], paging } })
    expect(await list(w)).toEqual([{ id: '1' }])
  })

  it('goes on after a mark that is a number', async () => {
    const w = world()
    w.vendor.on(THINGS, { json: { results: [], paging: { next: { after: 20 } } } }).on(THINGS, pageOf([{ id: '1' }]))
    expect(await list(w)).toEqual([{ id: '1' }])
    expect(w.vendor.calls[1]).toEqual(w.call(THINGS, { query: { after: '20' } }))
  })

  it('is read without the items that cannot be read', async () => {
    const w = world()
    w.vendor.on(THINGS, { json: { results: [null, 5, 'x', {}, { id: 7 }, { id: '1' }, []] } })
    expect(await list(w)).toEqual([{ id: '1' }])
  })

  it('fails when one of its pages is refused', async () => {
    const w = world()
    w.vendor.on(THINGS, pageOf([{ id: '1' }], 'a')).on(THINGS, refusal(400))
    expect(await failsWith(ProviderHttpError, list(w))).toMatchObject({ status: 400 })
  })
})

describe('the text of an error', () => {
  const person = `/crm/v3/objects/contacts/${encodeURIComponent(EMAIL)}` as const

  // `failsWith` looks for keys, tokens, addresses and HubSpot's own words, which the refusals here are full of.
  it.each<[string, Answer]>([
    ['400', refusal(400)],
    ['403', refusal(403)],
    ['404', refusal(404)],
    ['423', refusal(423)],
    ['429', rateLimit('DAILY')],
    ['477', refusal(477)],
    ['an answer that cannot be read', { json: Object.values(secrets) }],
  ])('tells nothing of keys, people and what HubSpot says: %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    for (const asApp of [true, false]) {
      w.vendor.whenever(`GET ${person}`, answer)
      const error = await failsWith(ProviderHttpError, clientOf(w).ask({ ...look, path: person, asApp }, thing))
      expect(error.message).toContain('GET /crm/v3/objects/contacts/…')
    }
  })

  it.each<[string, Answer]>([
    ['500', refusal(500)],
    ['401', refusal(401)],
    ['a dropped connection', { drop: 'ECONNRESET' }],
  ])('tells nothing of keys and what HubSpot says: %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(THINGS, answer)
    const error = await failureOf(ask(w, { asApp: true }))
    expect(error).toMatchObject({ message: expect.stringContaining('GET api.hubapi.com/conversations/v3/things') })
  })

  it('leaves out ids, and keeps what tells the call', async () => {
    const w = world()
    const path = `${CHANNELS}/1007341/channel-accounts/2055102`
    w.vendor.on(`PATCH ${path}`, refusal(400))
    const call: Call = { method: 'PATCH', path, json: {}, repeatable: true }
    expect((await failsWith(ProviderHttpError, clientOf(w).tell(call))).message).toBe(
      'HubSpot refused PATCH /conversations/v3/custom-channels/…/channel-accounts/…: status 400 (VALIDATION_ERROR).'
    )
  })

  it('is short, however much HubSpot writes', async () => {
    const w = world()
    w.vendor.on(THINGS, refusal(400, { message: 'x'.repeat(100_000) }))
    expect((await failsWith(ProviderHttpError, ask(w))).message.length).toBeLessThan(200)
  })
})
