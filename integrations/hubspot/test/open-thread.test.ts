import {
  ConfigurationError,
  ProviderHttpError,
  ProviderUnreachableError,
  RateLimitedError,
  ThreadClosedError,
} from '@hitl/core'
import { describe, expect, it } from 'vitest'
import { hubspotAdapter } from '../src/adapter'
import {
  ACCOUNT,
  accountOf,
  ACCOUNTS,
  type Answer,
  BAD_REFRESH_TOKEN,
  CHANNEL,
  CHANNELS,
  CLOSE,
  CLOSE_OTHER,
  EMAIL,
  failsWith,
  failureOf,
  freezeClock,
  HELP_DESK,
  MISSING,
  NO_TOKEN,
  OTHER_ACCOUNT,
  OTHER_INBOX,
  OTHER_THREAD,
  PAGE,
  pageOf,
  PHONE,
  PUBLISH,
  published,
  rateLimit,
  refusal,
  type Request,
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

const BY_EMAIL: Route = `GET /crm/v3/objects/contacts/${encodeURIComponent(EMAIL)}`
const SEARCH: Route = 'POST /crm/v3/objects/contacts/search'
const COMMENT: Route = `POST ${THREADS}/${THREAD}/messages`
const HISTORY: Route = `GET ${THREADS}/${THREAD}/messages`
const LIST: Route = `GET ${CHANNELS}`
const UPDATE_CHANNEL: Route = `PATCH ${CHANNELS}/${CHANNEL}`
const LIST_ACCOUNTS: Route = `GET ${ACCOUNTS}`
const CREATE_ACCOUNT: Route = `POST ${ACCOUNTS}`
const DEFAULT_TEXT = 'Would like to talk to a human agent.'

const taken = published()
const open = (w: World, request: Request = w.request()) => w.api().openThread(request)
const opening = (w: World, more: object = {}) =>
  w.message({ integrationIdempotencyId: `${w.sessionId}-opening`, text: DEFAULT_TEXT, ...more })
const known = { name: 'Jane Doe', email: EMAIL }
const contactIn = (id: unknown): Answer => ({ json: { id, properties: { email: EMAIL }, archived: false } })
const asEmail = { deliveryIdentifier: { type: 'HS_EMAIL_ADDRESS', value: EMAIL } }
const asPhone = { deliveryIdentifier: { type: 'HS_PHONE_NUMBER', value: PHONE } }

const members = (body: unknown) => body as Record<string, unknown>
const said = (w: World) => w.vendor.bodies(PUBLISH).map((body) => members(body)['text'])
const keys = (w: World) => w.vendor.bodies(PUBLISH).map((body) => members(body)['integrationIdempotencyId'])
const comments = (w: World) => w.vendor.bodies(COMMENT).map((body) => String(members(body)['text']))

describe('a new thread', () => {
  it('takes exactly one call, and is known by HubSpot’s own id', async () => {
    const w = world()
    freezeClock()
    w.vendor.on(PUBLISH, taken)
    expect(await open(w)).toEqual(w.thread)
    expect(w.vendor.calls).toEqual([
      w.call(PUBLISH, {
        body: {
          messageDirection: 'INCOMING',
          channelAccountId: w.thread.accountId,
          integrationThreadId: w.sessionId,
          integrationIdempotencyId: `${w.sessionId}-opening`,
          text: DEFAULT_TEXT,
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

  it('is opened with the token of the account where the channel is, not with one of an account connected before', async () => {
    const w = world()
    await w.storeToken({ accessToken: 'token-of-the-account-before', identity: '111' })
    const before = w.api()
    w.vendor.on(PUBLISH, taken)
    w.vendor.onToken()
    expect(await before.openThread(w.request())).toEqual(w.thread)
    expect(w.vendor.calls.map(({ authorization }) => authorization)).toEqual([
      undefined,
      `Bearer ${secrets.renewedToken}`,
    ])
  })

  it('takes the token that another instance has stored since the account was connected anew', async () => {
    const w = world()
    await w.storeToken({ accessToken: 'token-of-the-account-before', identity: '111' })
    const remembering = w.api()
    w.vendor.on(CLOSE)
    await remembering.closeThread(w.thread)
    await w.storeToken({ identity: w.thread.portalId })
    w.vendor.on(PUBLISH, taken)
    expect(await remembering.openThread(w.request())).toEqual(w.thread)
    expect(w.vendor.calls.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-of-the-account-before',
      `Bearer ${secrets.accessToken}`,
    ])
  })

  it('may be told by a number', async () => {
    const w = world()
    w.vendor.on(PUBLISH, published(Number(THREAD)))
    expect(await open(w)).toEqual(w.thread)
  })

  it.each<[string, Partial<Request['brief']>, string]>([
    ['title and description', { title: 'Lost parcel', description: 'Order 1234' }, 'Lost parcel\n\nOrder 1234'],
    ['the title alone', { title: 'Lost parcel' }, 'Lost parcel'],
    ['the description alone', { description: 'Order 1234' }, 'Order 1234'],
    ['neither', {}, DEFAULT_TEXT],
    ['two blank texts', { title: '', description: '  ' }, DEFAULT_TEXT],
  ])('begins with %s', async (_, brief, text) => {
    const w = world()
    w.vendor.on(PUBLISH, taken)
    await open(w, w.request(brief))
    expect(said(w)).toEqual([text])
  })

  it('begins with several messages when the text is long, each with a key of its own', async () => {
    const w = world()
    w.vendor.on(PUBLISH, taken).on(PUBLISH, taken).on(PUBLISH, taken)
    const description = 'A sentence of some length. '.repeat(900).trim()
    await open(w, w.request({ description }))
    const texts = said(w).map(String)
    expect(texts.every(({ length }) => length <= 10_000)).toBe(true)
    expect(texts.join(' ')).toBe(description)
    expect(keys(w)).toEqual(['', '-more-0', '-more-1'].map((which) => `${w.sessionId}-opening${which}`))
    expect(new Set(w.vendor.bodies(PUBLISH).map((body) => members(body)['integrationThreadId']))).toEqual(
      new Set([w.sessionId])
    )
  })

  it('has a session of its own for each hand-off, also for somebody who was here before', async () => {
    const w = world()
    w.vendor.on(PUBLISH, taken)
    expect(await open(w, w.returning(false))).toEqual(w.thread)
    expect(w.vendor.names()).toEqual([PUBLISH])
    expect(w.vendor.bodies(PUBLISH)).toMatchObject([{ integrationThreadId: w.sessionId }])
  })

  it('is plain JSON that fits what core keeps', async () => {
    const w = world()
    w.vendor.on(BY_EMAIL, contactIn('51')).on(PUBLISH, taken)
    const thread = await open(w, w.request({}, { name: 'J'.repeat(200), email: EMAIL }))
    expect(JSON.parse(JSON.stringify(thread))).toEqual(thread)
    expect(JSON.stringify(thread).length).toBeLessThan(2_000)
  })

  it('goes to the inbox of the session’s options', async () => {
    const w = world()
    freezeClock()
    await w.storeNote(w.setUp({ accounts: { [HELP_DESK]: ACCOUNT, [OTHER_INBOX]: OTHER_ACCOUNT } }))
    w.vendor.on(PUBLISH, taken)
    const thread = await open(w, w.request({ options: { inboxId: ` ${OTHER_INBOX} ` } }))
    expect(thread).toEqual({ ...w.thread, accountId: OTHER_ACCOUNT, inboxId: OTHER_INBOX })
    expect(w.vendor.bodies(PUBLISH)).toEqual([
      opening(w, {
        channelAccountId: OTHER_ACCOUNT,
        recipients: [{ deliveryIdentifier: { type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: `botpress-${OTHER_INBOX}` } }],
      }),
    ])
  })
})

describe('the end user', () => {
  it('is who HubSpot knows by this e-mail address', async () => {
    const w = world()
    freezeClock()
    w.vendor.on(BY_EMAIL, contactIn('51')).on(PUBLISH, taken)
    const sender = { name: 'Jane Doe', ...asEmail }
    expect(await open(w, w.request({}, known))).toEqual({ ...w.thread, sender, contactId: 51 })
    expect(w.vendor.calls).toEqual([
      w.call(BY_EMAIL, { query: { idProperty: 'email', properties: 'email' } }),
      w.call(PUBLISH, { body: opening(w, { senders: [sender], associateWithContactId: 51 }) }),
    ])
  })

  it('is who HubSpot knows by this phone number, however that was written there', async () => {
    const w = world()
    freezeClock()
    w.vendor.on(SEARCH, pageOf([{ id: '51' }])).on(PUBLISH, taken)
    const request = w.request({ options: { phone: ' +1 (416) 555-0199 ' } }, { name: 'Jane Doe' })
    const sender = { name: 'Jane Doe', ...asPhone }
    expect(await open(w, request)).toEqual({ ...w.thread, sender, contactId: 51 })
    expect(w.vendor.calls).toEqual([
      w.call(SEARCH, {
        body: {
          filterGroups: [
            'phone',
            'mobilephone',
            'hs_searchable_calculated_phone_number',
            'hs_searchable_calculated_mobile_number',
          ].map((propertyName) => ({ filters: [{ propertyName, operator: 'EQ', value: PHONE }] })),
          properties: ['phone'],
          limit: 2,
          after: '0',
          sorts: [],
        },
      }),
      w.call(PUBLISH, { body: opening(w, { senders: [sender], associateWithContactId: 51 }) }),
    ])
  })

  it('is known by a phone number in place of the e-mail address', async () => {
    const w = world()
    w.vendor.on(SEARCH, pageOf([{ id: 51 }])).on(PUBLISH, taken)
    const email = hubspotAdapter.readAddress?.('+1 416 555 0199')
    const thread = await open(w, w.request({}, email === undefined ? {} : { email }))
    expect(thread).toMatchObject({ sender: asPhone, contactId: 51 })
  })

  it('speaks by e-mail when both are known, and is looked for by the number when the address is not found', async () => {
    const w = world()
    w.vendor
      .on(BY_EMAIL, MISSING)
      .on(SEARCH, pageOf([{ id: '51' }]))
      .on(PUBLISH, taken)
    const thread = await open(w, w.request({ options: { phone: PHONE } }, known))
    expect(thread).toMatchObject({ sender: asEmail, contactId: 51 })
    expect(w.vendor.names()).toEqual([BY_EMAIL, SEARCH, PUBLISH])
  })

  it('is not looked for by the number when the address is found', async () => {
    const w = world()
    w.vendor.on(BY_EMAIL, contactIn('51')).on(PUBLISH, taken)
    await open(w, w.request({ options: { phone: PHONE } }, known))
    expect(w.vendor.names()).toEqual([BY_EMAIL, PUBLISH])
  })

  it.each<[string, Answer]>([
    ['nobody', pageOf([])],
    ['two people', pageOf([{ id: '51' }, { id: '52' }])],
    ['somebody whose id cannot be read', pageOf([{ id: null }])],
  ])('stays who they are when the number belongs to %s', async (_, answer) => {
    const w = world()
    w.vendor.on(SEARCH, answer).on(PUBLISH, taken)
    const thread = await open(w, w.request({ options: { phone: PHONE } }))
    expect(thread).toEqual({ ...w.thread, sender: asPhone })
    expect(w.vendor.bodies(PUBLISH)[0]).not.toHaveProperty('associateWithContactId')
    expect(w.logLines).toEqual([])
  })

  it.each<[string, unknown]>([
    ['a text that is no number', 'abc'],
    ['a number that is too large to be exact', '9007199254740993'],
    ['a fraction', 5.5],
  ])('is named by a whole number or not at all: %s', async (_, id) => {
    const w = world()
    w.vendor.on(BY_EMAIL, contactIn(id)).on(PUBLISH, taken)
    expect(await open(w, w.request({}, known))).not.toHaveProperty('contactId')
    expect(w.vendor.bodies(PUBLISH)[0]).not.toHaveProperty('associateWithContactId')
  })

  it.each<[string, Answer]>([
    ['is not known', MISSING],
    ['may not be looked for', refusal(403)],
    ['is asked for too often', rateLimit('SECONDLY')],
    ['is asked for on a day whose limit is used up', rateLimit('DAILY')],
    ['meets an internal problem', refusal(500)],
    ['meets a gateway’s page', { ...PAGE, status: 502 }],
    ['is answered with a page', PAGE],
    ['cannot be looked for', { drop: 'ECONNRESET' }],
    ['is refused', refusal(400)],
  ])('gets an agent all the same when the address %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(BY_EMAIL, answer).on(PUBLISH, taken)
    const thread = await open(w, w.request({}, known))
    expect(thread).toEqual({ ...w.thread, sender: { name: 'Jane Doe', ...asEmail } })
    expect(w.vendor.bodies(PUBLISH)[0]).not.toHaveProperty('associateWithContactId')
  })

  it.each<[string, Answer]>([
    ['may not be searched for', refusal(403)],
    ['cannot be searched for', refusal(503)],
    ['is answered with a page', PAGE],
  ])('gets an agent all the same when the number %s, which is logged once', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(SEARCH, answer).on(PUBLISH, taken)
    expect(await open(w, w.request({ options: { phone: PHONE } }))).toEqual({ ...w.thread, sender: asPhone })
    expect(w.logLines).toEqual([
      'HubSpot could not be asked for the contact of a session; the thread is opened without it.',
    ])
  })

  it.each(['555 0123', '0415 555 0123', 'call me', '+1'])(
    'whose number has no country is told so, before any call: %s',
    async (phone) => {
      const w = world()
      const error = await failsWith(ConfigurationError, open(w, w.request({ options: { phone } })))
      expect(error.setting).toBe('phone')
      expect(error.message).toContain('Write it with its country code, for example +14155550123')
      expect(w.vendor.calls).toEqual([])
    }
  )

  it('whose number comes as a number has no country either, and is told so', async () => {
    const w = world()
    const options = { phone: 14_165_550_199 as unknown as string }
    expect((await failsWith(ConfigurationError, open(w, w.request({ options })))).setting).toBe('phone')
    expect(w.vendor.calls).toEqual([])
  })

  it.each(['', '  '])('without a number in the options is nobody’s number (%j)', async (phone) => {
    const w = world()
    w.vendor.on(PUBLISH, taken)
    expect(await open(w, w.request({ options: { phone } }))).toEqual(w.thread)
    expect(w.vendor.names()).toEqual([PUBLISH])
  })

  it('without a name has none', async () => {
    const w = world()
    w.vendor.on(PUBLISH, taken)
    await open(w, w.request({}, { name: '' }))
    expect(JSON.stringify(w.vendor.bodies(PUBLISH))).not.toContain('"name"')
  })

  it('is never known by an address that Botpress made up', async () => {
    const w = world()
    const given = 'user_1@no-reply.bot-1.botpress.com'
    const email = hubspotAdapter.readAddress?.(given)
    w.vendor.on(PUBLISH, taken)
    await open(w, w.request({}, email === undefined ? {} : { email }))
    expect(w.vendor.names()).toEqual([PUBLISH])
    expect(JSON.stringify(w.vendor.calls)).not.toContain('no-reply')
  })

  it('is nobody else, whoever starts at the same moment', async () => {
    const w = world()
    const others = ['a', 'b', 'c']
    for (const name of others) {
      w.vendor.on(`GET /crm/v3/objects/contacts/${name}%40example.org`, contactIn(String(name.codePointAt(0))))
    }
    w.vendor.whenever(PUBLISH, taken)
    const api = w.api()
    await Promise.all(
      others.map((name) => api.openThread({ ...w.request({}, { email: `${name}@example.org` }), sessionId: name }))
    )
    const seen = w.vendor.bodies(PUBLISH).map((body) => {
      const { integrationThreadId, senders, associateWithContactId } = members(body)
      return { integrationThreadId, senders, associateWithContactId }
    })
    expect(seen).toHaveLength(3)
    for (const name of others) {
      expect(seen).toContainEqual({
        integrationThreadId: name,
        senders: [{ deliveryIdentifier: { type: 'HS_EMAIL_ADDRESS', value: `${name}@example.org` } }],
        associateWithContactId: name.codePointAt(0),
      })
    }
  })
})

/** Channel and account as HubSpot lists them now. */
const placeIs = (w: World, accounts: Answer) => {
  const capabilities = {}
  w.vendor.on(LIST, pageOf([{ id: CHANNEL, webhookUrl: w.webhookUrl, capabilities }])).on(UPDATE_CHANNEL)
  return w.vendor.on(LIST_ACCOUNTS, accounts)
}
const LOOK = [LIST, UPDATE_CHANNEL, LIST_ACCOUNTS]

describe('a place that HubSpot does not take messages for any more', () => {
  it.each([400, 404])(
    'is looked for once more: an account that was removed is made anew (status %i)',
    async (status) => {
      const w = world()
      w.vendor.on(PUBLISH, refusal(status))
      placeIs(w, pageOf([accountOf(HELP_DESK, ACCOUNT, { archived: true })]))
      w.vendor.on(CREATE_ACCOUNT, { status: 201, json: accountOf(HELP_DESK, OTHER_ACCOUNT) }).on(PUBLISH, taken)
      expect(await open(w)).toEqual({ ...w.thread, accountId: OTHER_ACCOUNT })
      expect(w.vendor.names()).toEqual([PUBLISH, ...LOOK, CREATE_ACCOUNT, PUBLISH])
      expect(w.vendor.bodies(PUBLISH)).toMatchObject([
        { channelAccountId: ACCOUNT, integrationIdempotencyId: `${w.sessionId}-opening` },
        { channelAccountId: OTHER_ACCOUNT, integrationIdempotencyId: `${w.sessionId}-opening` },
      ])
      expect(w.note()).toMatchObject({ accounts: { [HELP_DESK]: OTHER_ACCOUNT } })
    }
  )

  it('is looked for once more: an account that was switched off stays off, which is told', async () => {
    const w = world()
    w.vendor.on(PUBLISH, refusal(400))
    placeIs(w, pageOf([accountOf(HELP_DESK, ACCOUNT, { authorized: false })]))
    const error = await failsWith(ProviderHttpError, open(w))
    expect(error).toMatchObject({ type: 'SWITCHED_OFF', retryable: false })
    expect(error.message).toMatch(/^The channel of the bot is switched off in HubSpot for this Help Desk or inbox\. /)
    expect(w.vendor.names()).toEqual([PUBLISH, ...LOOK])
  })

  it('is looked for once more: a channel that was removed is made anew', async () => {
    const w = world()
    const id = '1009999'
    const accounts = `${CHANNELS}/${id}/channel-accounts` as const
    w.vendor
      .on(PUBLISH, MISSING)
      .on(LIST, pageOf([]))
      .on(`POST ${CHANNELS}`, { status: 201, json: { id } })
      .on(`GET ${accounts}`, pageOf([]))
      .on(`POST ${accounts}`, { status: 201, json: accountOf(HELP_DESK, OTHER_ACCOUNT) })
      .on(`POST ${CHANNELS}/${id}/messages`, taken)
    expect(await open(w)).toEqual({ ...w.thread, channelId: id, accountId: OTHER_ACCOUNT })
    expect(w.note()).toMatchObject({ channelId: id, accounts: { [HELP_DESK]: OTHER_ACCOUNT } })
  })

  it('is taken at its word the second time', async () => {
    const w = world()
    w.vendor.on(PUBLISH, refusal(400))
    placeIs(w, pageOf([accountOf()])).on(PUBLISH, refusal(400))
    expect(await failsWith(ProviderHttpError, open(w, w.request({ transcript: 'Bot: Hello' })))).toMatchObject({
      status: 400,
      retryable: false,
    })
    expect(w.vendor.names()).toEqual([PUBLISH, ...LOOK, PUBLISH])
  })
})

/** Whom HubSpot may know: the call that looks for the contact, how the request says it, and who speaks. */
const acquaintances: readonly (readonly [string, Route, (w: World) => Request, object])[] = [
  ['e-mail address', BY_EMAIL, (w) => w.request({}, known), asEmail],
  ['phone number', SEARCH, (w) => w.request({ options: { phone: PHONE } }, { name: 'Jane Doe' }), asPhone],
]

describe.each(acquaintances)('an end user whose %s HubSpot does not take', (_, look, requestOf, sender) => {
  const nobody = { name: 'Jane Doe', deliveryIdentifier: { type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: 'user_1' } }
  /** Refused at both places: the known and the one that is found when looked for again. */
  const refusedTwice = (w: World) => {
    w.vendor.on(look, look === SEARCH ? pageOf([{ id: '51' }]) : contactIn('51')).on(PUBLISH, refusal(400))
    return placeIs(w, pageOf([accountOf()])).on(PUBLISH, refusal(400))
  }

  it('gets an agent all the same, without it, which is logged', async () => {
    const w = world()
    refusedTwice(w).on(PUBLISH, taken)
    const request = requestOf(w)
    expect(await open(w, request)).toEqual({ ...w.thread, sender: nobody })
    expect(w.vendor.names()).toEqual([look, PUBLISH, ...LOOK, PUBLISH, PUBLISH])
    const named = { name: 'Jane Doe', ...sender }
    expect(w.vendor.bodies(PUBLISH)).toMatchObject([{ senders: [named] }, { senders: [named] }, { senders: [nobody] }])
    expect(new Set(keys(w))).toEqual(new Set([`${w.sessionId}-opening`]))
    expect(w.logLines.at(-1)).toBe(
      'HubSpot did not take the address or number of the user; the thread is opened without it.'
    )
  })

  it.each([400, 403, 404, 409])('gets none when HubSpot refuses that as well (status %i)', async (status) => {
    const w = world()
    refusedTwice(w).on(PUBLISH, refusal(status))
    expect(await failsWith(ProviderHttpError, open(w, requestOf(w)))).toMatchObject({ status })
    expect(w.vendor.count(PUBLISH)).toBe(3)
  })

  it.each([403, 409, 477])('is not given up for another reason (status %i)', async (status) => {
    const w = world()
    w.vendor.on(look, MISSING).on(PUBLISH, refusal(400))
    placeIs(w, pageOf([accountOf()])).on(PUBLISH, refusal(status))
    expect(await failsWith(ProviderHttpError, open(w, requestOf(w)))).toMatchObject({ status })
    expect(w.vendor.count(PUBLISH)).toBe(2)
  })
})

describe('a key that HubSpot knows already', () => {
  it('is no reason to try another place: the opening fails', async () => {
    const w = world()
    w.vendor.on(PUBLISH, refusal(409))
    expect(await failsWith(ProviderHttpError, open(w))).toMatchObject({ status: 409, retryable: false })
    expect(w.vendor.names()).toEqual([PUBLISH])
  })

  it('after a lost answer fails the opening as well: no thread is known', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(PUBLISH, { drop: 'ECONNRESET' }).on(PUBLISH, refusal(409))
    expect(await failsWith(ProviderHttpError, open(w))).toMatchObject({ status: 409 })
    expect(w.vendor.names()).toEqual([PUBLISH, PUBLISH])
  })

  it('at the other place fails the opening as well', async () => {
    const w = world()
    w.vendor.on(PUBLISH, refusal(400))
    placeIs(w, pageOf([accountOf()])).on(PUBLISH, refusal(409))
    expect(await failsWith(ProviderHttpError, open(w))).toMatchObject({ status: 409 })
    expect(w.vendor.names()).toEqual([PUBLISH, ...LOOK, PUBLISH])
  })
})

/** What makes a second message, how it begins, and the calls up to there. */
const seconds: readonly (readonly [string, Partial<Request['brief']>, readonly Route[]])[] = [
  ['a later piece of the opening', { description: 'word '.repeat(3_000) }, [PUBLISH]],
  ['the conversation with the bot', { transcript: 'Bot: Hello' }, [PUBLISH, COMMENT]],
]

describe.each(seconds)('%s as a message', (_, brief, calls) => {
  /** Opens a thread up to the second message, which gets this answer. */
  const begun = (w: World, answer: Answer) => {
    for (const name of calls) w.vendor.on(name, name === COMMENT ? refusal(403) : taken)
    return w.vendor.on(PUBLISH, answer)
  }

  it('is there already when HubSpot knows its key', async () => {
    const w = world()
    begun(w, taken)
    await open(w, w.request(brief))
    const second = w.vendor.calls.findLast(({ name }) => name === PUBLISH)?.body
    const shown = { ...Object(second), direction: 'INCOMING', createdAt: new Date().toISOString() }
    begun(w, refusal(409)).on(HISTORY, pageOf([shown]))
    expect(await open(w, w.request(brief))).toEqual(w.thread)
    expect(w.vendor.names()).toEqual([...calls, PUBLISH, ...calls, PUBLISH, HISTORY])
  })

  it.each<[string, Answer]>([
    ['closed', threadIn('CLOSED')],
    ['archived', threadIn('OPEN', { archived: true })],
    ['gone', MISSING],
  ])('that is refused tells of a closed thread when that turns out to be %s', async (__, state) => {
    const w = world()
    begun(w, refusal(400)).on(STATE, state).on(CLOSE)
    const error = await failsWith(ThreadClosedError, open(w, w.request(brief)))
    expect(error.message).toBe('The HubSpot thread is closed. Start a new session to reach an agent.')
    expect(w.vendor.names()).toEqual([...calls, PUBLISH, STATE, CLOSE])
  })

  it.each([403, 477])('that is refused for the access asks for no state (status %i)', async (status) => {
    const w = world()
    begun(w, refusal(status)).on(CLOSE)
    expect(await failsWith(ProviderHttpError, open(w, w.request(brief)))).toMatchObject({ status })
    expect(w.vendor.names()).toEqual([...calls, PUBLISH, CLOSE])
  })

  it('for which no token can be had asks for no state', async () => {
    const w = world()
    begun(w, refusal(401)).onToken(NO_TOKEN).on(CLOSE)
    expect(await failsWith(ProviderHttpError, open(w, w.request(brief)))).toMatchObject({ status: 400 })
    expect(w.vendor.names()).toEqual([...calls, PUBLISH, 'token', CLOSE])
  })

  it.each<[string, Answer]>([
    ['is closed', threadIn('CLOSED')],
    ['cannot be closed', refusal(403)],
    ['cannot be reached', { drop: 'ECONNRESET' }],
  ])('that ends up in another thread tells of a closed one, also when the other %s', async (__, answer) => {
    const w = world()
    shortenWaits()
    begun(w, published(OTHER_THREAD)).whenever(CLOSE_OTHER, answer).on(CLOSE)
    await failsWith(ThreadClosedError, open(w, w.request(brief)))
    expect([...new Set(w.vendor.names().slice(calls.length))]).toEqual([PUBLISH, CLOSE_OTHER, CLOSE])
    expect(w.vendor.calls.find(({ name }) => name === CLOSE_OTHER)).toEqual(
      w.call(CLOSE_OTHER, { body: { status: 'CLOSED' } })
    )
  })
})

describe('a thread that cannot be opened', () => {
  it.each<[string, Answer, object]>([
    ['a missing scope', refusal(403), { status: 403, retryable: false }],
    ['a moving account', refusal(477), { status: 477, retryable: false }],
    ['status 503', refusal(503), { status: 503, retryable: true }],
    ['an answer that cannot be read', PAGE, { status: 200, retryable: true }],
    ['an answer without the thread', published(THREAD, { conversationsThreadId: null }), { retryable: true }],
  ])('fails, and nothing stays open: %s', async (_, answer, told) => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(PUBLISH, answer)
    expect(await failsWith(ProviderHttpError, open(w, w.request({ transcript: 'Bot: Hello' })))).toMatchObject(told)
    expect(new Set(w.vendor.names())).toEqual(new Set([PUBLISH]))
  })

  it('fails when HubSpot cannot be reached', async () => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(PUBLISH, { drop: 'ECONNRESET' })
    await failsWith(ProviderUnreachableError, open(w))
    expect(w.vendor.count(PUBLISH)).toBe(3)
  })

  it('fails when the daily limit is used up', async () => {
    const w = world()
    w.vendor.on(PUBLISH, rateLimit('DAILY'))
    expect(await failsWith(RateLimitedError, open(w))).toMatchObject({ retryAfterMs: 3_600_000 })
  })

  it('is opened once, by a second attempt with the same key and the very same body', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(PUBLISH, { drop: 'ECONNRESET' }).on(PUBLISH, taken)
    expect(await open(w)).toEqual(w.thread)
    const [first, second] = w.vendor.bodies(PUBLISH)
    expect(second).toEqual(first)
  })

  it('is closed when a later piece of the opening is refused', async () => {
    const w = world()
    w.vendor.on(PUBLISH, taken).on(PUBLISH, refusal(400)).on(STATE, threadIn('OPEN')).on(CLOSE, threadIn('CLOSED'))
    const description = 'word '.repeat(3_000)
    expect(await failsWith(ProviderHttpError, open(w, w.request({ description })))).toMatchObject({ status: 400 })
    expect(w.vendor.names()).toEqual([PUBLISH, PUBLISH, STATE, CLOSE])
    expect(w.vendor.calls.at(-1)).toEqual(w.call(CLOSE, { body: { status: 'CLOSED' } }))
  })

  it('is closed when the conversation before it can be shown in no way', async () => {
    const w = world()
    w.vendor.on(PUBLISH, taken).on(COMMENT, refusal(403)).on(PUBLISH, refusal(400))
    w.vendor.on(STATE, threadIn('OPEN')).on(CLOSE, threadIn('CLOSED'))
    expect(await failsWith(ProviderHttpError, open(w, w.request({ transcript: 'Bot: Hi' })))).toMatchObject({
      status: 400,
    })
    expect(w.vendor.names()).toEqual([PUBLISH, COMMENT, PUBLISH, STATE, CLOSE])
  })

  it.each<[string, Answer]>([
    ['is refused', refusal(403)],
    ['fails', refusal(500)],
    ['never arrives', { drop: 'ECONNRESET' }],
  ])('fails for its own reason when closing it %s, which is logged', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on(PUBLISH, taken).on(PUBLISH, refusal(400)).on(STATE, threadIn('OPEN')).whenever(CLOSE, answer)
    const description = 'word '.repeat(3_000)
    expect(await failsWith(ProviderHttpError, open(w, w.request({ description })))).toMatchObject({ status: 400 })
    expect(w.logLines).toEqual(['A HubSpot thread of a failed session was not closed.'])
  })

  it.each([400, 404, 409])(
    'for want of a token is not tried at another place, whatever the reason (status %i)',
    async (status) => {
      const w = world()
      await w.storeToken({ expiresAt: 0 })
      w.vendor.onToken({ ...NO_TOKEN, status })
      expect(await failsWith(ProviderHttpError, open(w))).toMatchObject({ status })
      expect(w.vendor.names()).toEqual(['token'])
    }
  )

  it('is not tried at another place when its token was refused and no other can be had', async () => {
    const w = world()
    w.vendor.on(PUBLISH, refusal(401)).onToken(NO_TOKEN)
    expect(await failsWith(ProviderHttpError, open(w))).toMatchObject({ status: 400 })
    expect(w.vendor.names()).toEqual([PUBLISH, 'token'])
  })

  it('fails when the connection is lost, and says so', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken({ expiresAt: 0 })
    w.vendor.onToken(BAD_REFRESH_TOKEN)
    expect(await failureOf(open(w, w.request({}, known)))).toMatchObject({ name: 'ReauthorizationRequiredError' })
    expect(w.vendor.names()).toEqual(['token'])
  })
})

describe('the conversation before it', () => {
  const transcript = 'Jane: Hello\nBot: What is it about?'
  const SHOWN = `Conversation with the bot so far:\n${transcript}`
  const before = (w: World) => open(w, w.request({ transcript }))
  const comment = (text: string) => ({ type: 'COMMENT', text, attachments: [] })
  const itemOf = (text: string, type = 'COMMENT') => ({ id: '1', type, text, createdBy: 'I-1' })
  /** As many lines as it takes for so many pieces. */
  const lines = (pieces: number) =>
    Array.from({ length: pieces * 100 - 10 }, (_, index) => `${index}: ${'x'.repeat(93)}`.slice(0, 99)).join('\n')

  it('goes into a comment that only agents see, after the opening', async () => {
    const w = world()
    w.vendor.on(PUBLISH, taken).on(COMMENT, { status: 201, json: itemOf(SHOWN) })
    await before(w)
    expect(w.vendor.names()).toEqual([PUBLISH, COMMENT])
    expect(w.vendor.calls[1]).toEqual(w.call(COMMENT, { body: comment(SHOWN) }))
    expect(said(w)).toEqual([DEFAULT_TEXT])
  })

  it.each(['', '  \n'])('that is empty costs no call (%j)', async (nothing) => {
    const w = world()
    w.vendor.on(PUBLISH, taken)
    await open(w, w.request({ transcript: nothing }))
    expect(w.vendor.names()).toEqual([PUBLISH])
  })

  it.each<[string, Answer]>([
    ['the scope', refusal(403)],
    ['another reason', refusal(400)],
    ['an address that is not there', MISSING],
  ])('goes out as a message where HubSpot refuses the comment for %s', async (_, answer) => {
    const w = world()
    w.vendor.on(PUBLISH, taken).on(COMMENT, answer).on(PUBLISH, taken)
    expect(await before(w)).toEqual(w.thread)
    expect(said(w)).toEqual([DEFAULT_TEXT, SHOWN])
    expect(keys(w)).toEqual([`${w.sessionId}-opening`, `${w.sessionId}-transcript-0`])
    expect(w.logLines).toEqual([
      'HubSpot did not take the conversation with the bot as a comment; it is sent as a message.',
    ])
  })

  const lost: readonly (readonly [string, Answer])[] = [
    ['the connection drops', { drop: 'ECONNRESET' }],
    ['status 500', refusal(500)],
    ['status 502 and a page', { ...PAGE, status: 502 }],
  ]

  it.each(lost)('is not shown twice when the comment is in the thread after all: %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on(PUBLISH, taken).on(COMMENT, answer)
    w.vendor.on(HISTORY, pageOf([itemOf(DEFAULT_TEXT, 'MESSAGE'), { id: null }, itemOf(SHOWN)]))
    await before(w)
    expect(w.vendor.calls.slice(1).map(({ name }) => name)).toEqual([COMMENT, HISTORY])
    expect(w.vendor.calls[2]).toEqual(w.call(HISTORY))
    expect(w.logLines).toEqual([])
  })

  it.each<[string, Answer]>([
    ['does not hold it', pageOf([itemOf(DEFAULT_TEXT, 'MESSAGE'), itemOf('Another comment')])],
    ['holds it as something else', pageOf([itemOf(SHOWN, 'MESSAGE')])],
  ])('goes out as a message when the comment is in doubt and the thread %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on(PUBLISH, taken).on(COMMENT, { drop: 'ECONNRESET' }).on(HISTORY, answer).on(PUBLISH, taken)
    await before(w)
    expect(said(w)).toEqual([DEFAULT_TEXT, SHOWN])
    expect(w.vendor.count(COMMENT)).toBe(1)
  })

  it.each<[string, Answer]>([
    ['may not be read', refusal(403)],
    ['is gone', MISSING],
    ['is a page', PAGE],
    ['cannot be read for now', refusal(503)],
    ['cannot be reached', { drop: 'ECONNRESET' }],
  ])('is rather not shown than twice when the comment is in doubt and the thread %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on(PUBLISH, taken).on(COMMENT, { drop: 'ECONNRESET' }).whenever(HISTORY, answer)
    expect(await before(w)).toEqual(w.thread)
    expect(said(w)).toEqual([DEFAULT_TEXT])
    expect(w.vendor.count(COMMENT)).toBe(1)
  })

  it('goes on as comments after one in doubt', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(PUBLISH, taken).on(COMMENT, refusal(500)).on(HISTORY, refusal(403))
    w.vendor.on(COMMENT, { status: 201 }).on(COMMENT, { status: 201 })
    await open(w, w.request({ transcript: lines(3) }))
    expect(new Set(comments(w)).size).toBe(3)
    expect(said(w)).toEqual([DEFAULT_TEXT])
  })

  it('is tried again as a comment when HubSpot asks to wait: it was not taken', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(PUBLISH, taken).on(COMMENT, rateLimit('SECONDLY')).on(COMMENT, { status: 201 })
    await before(w)
    expect(comments(w)).toEqual([SHOWN, SHOWN])
  })

  it('goes into several comments in order when it is long', async () => {
    const w = world()
    w.vendor.on(PUBLISH, taken)
    for (let piece = 0; piece < 3; piece += 1) w.vendor.on(COMMENT, { status: 201 })
    const long = lines(3)
    await open(w, w.request({ transcript: long }))
    expect(comments(w).every(({ length }) => length <= 10_000)).toBe(true)
    expect(comments(w).join('\n')).toBe(`Conversation with the bot so far:\n${long}`)
  })

  it('goes into five comments whole, without a note', async () => {
    const w = world()
    w.vendor.on(PUBLISH, taken).whenever(COMMENT, { status: 201 })
    const long = lines(5)
    await open(w, w.request({ transcript: long }))
    expect(comments(w)).toHaveLength(5)
    expect(comments(w).join('\n')).toBe(`Conversation with the bot so far:\n${long}`)
  })

  it('is shortened to its last five comments, with a note, when it would take more', async () => {
    const w = world()
    w.vendor.on(PUBLISH, taken).whenever(COMMENT, { status: 201 })
    const long = lines(9)
    await open(w, w.request({ transcript: long }))
    const [note, ...rest] = comments(w)
    expect(note).toBe('[The beginning is not shown]')
    expect(rest).toHaveLength(5)
    expect(long.endsWith(rest.join('\n'))).toBe(true)
  })

  it('goes on as messages from the comment that is refused', async () => {
    const w = world()
    w.vendor.on(PUBLISH, taken).on(COMMENT, { status: 201 }).on(COMMENT, refusal(400)).whenever(PUBLISH, taken)
    const long = lines(3)
    await open(w, w.request({ transcript: long }))
    const [first = ''] = comments(w)
    const messages = said(w).slice(1)
    expect(w.vendor.count(COMMENT)).toBe(2)
    expect(`${first}\n${messages.join('\n')}`).toBe(`Conversation with the bot so far:\n${long}`)
    expect(keys(w).slice(1)).toEqual(messages.map((_, index) => `${w.sessionId}-transcript-${index}`))
  })

  it('is written by nobody but the end user’s own account, with the same contact, when it is a message', async () => {
    const w = world()
    w.vendor.on(BY_EMAIL, contactIn('51')).on(PUBLISH, taken).on(COMMENT, refusal(403)).on(PUBLISH, taken)
    await open(w, w.request({ transcript }, known))
    expect(w.vendor.bodies(PUBLISH)[1]).toMatchObject({
      senders: [{ name: 'Jane Doe', ...asEmail }],
      associateWithContactId: 51,
      integrationThreadId: w.sessionId,
    })
  })

  it('leaves no words of it in logs and errors', async () => {
    const w = world()
    w.vendor.on(PUBLISH, taken).on(COMMENT, refusal(403)).on(PUBLISH, refusal(400))
    w.vendor.on(STATE, threadIn('OPEN')).on(CLOSE, refusal(403))
    await failureOf(open(w, w.request({ transcript: secrets.userText, title: secrets.userText })))
    expect(w.logLines).toHaveLength(2)
  })
})
