import { transforms } from '@botpress/sdk'
import {
  BusyError,
  ConfigurationError,
  ProviderHttpError,
  ProviderUnreachableError,
  RateLimitedError,
  ReauthorizationRequiredError,
} from '@hitl/core'
import nock from 'nock'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { sessionOptions, settingsForm } from '../src/form'
import {
  ACCOUNT,
  accountOf,
  ACCOUNTS,
  type Answer,
  APP,
  BAD_REFRESH_TOKEN,
  CHANNEL,
  CHANNELS,
  CLIENT_ID,
  expectNoSecret,
  failsWith,
  failureOf,
  freezeClock,
  granted,
  HELP_DESK,
  MINUTE_MS,
  MISSING,
  NO_TOKEN,
  OTHER_ACCOUNT,
  OTHER_INBOX,
  PAGE,
  pageOf,
  passMs,
  PORTAL,
  PUBLISH,
  published,
  rateLimit,
  refusal,
  type Route,
  secrets,
  SET_UP,
  shortenWaits,
  tokenRefusal,
  useWorld,
  type World,
} from './helpers'

const INTROSPECT: Route = 'POST /oauth/2026-03/token/introspect'
const LIST: Route = `GET ${CHANNELS}`
const CREATE: Route = `POST ${CHANNELS}`
const UPDATE: Route = `PATCH ${CHANNELS}/${CHANNEL}`
const LIST_ACCOUNTS: Route = `GET ${ACCOUNTS}`
const CREATE_ACCOUNT: Route = `POST ${ACCOUNTS}`
const UPDATE_ACCOUNT: Route = `PATCH ${ACCOUNTS}/${ACCOUNT}`
const inboxRoute = (id: string): Route => `GET /conversations/v3/conversations/inboxes/${id}`
const INBOX = inboxRoute(HELP_DESK)
const INBOXES: Route = 'GET /conversations/v3/conversations/inboxes'
const TARGET: Route = `GET /webhooks/v3/${APP}/settings`
const SET_TARGET: Route = `PUT /webhooks/v3/${APP}/settings`
const REMOVE_TARGET: Route = `DELETE /webhooks/v3/${APP}/settings`
const SUBSCRIPTIONS: Route = `GET /webhooks/v3/${APP}/subscriptions`
const SUBSCRIBE: Route = `POST /webhooks/v3/${APP}/subscriptions`
const subscriptionRoute = (id: string): Route => `PATCH /webhooks/v3/${APP}/subscriptions/${id}`

const SCOPES = [
  'conversations.read',
  'conversations.write',
  'conversations.custom_channels.read',
  'conversations.custom_channels.write',
]

const introspected = (more: object = {}): Answer => ({
  json: {
    active: true,
    hub_id: Number(PORTAL),
    app_id: Number(APP),
    client_id: CLIENT_ID,
    hub_domain: 'example.hubspot.com',
    user: 'admin@example.com',
    scopes: ['oauth', ...SCOPES, 'files', 'crm.objects.contacts.read'],
    expires_in: 1_700,
    ...more,
  },
})
const inboxOf = (id = HELP_DESK, more: object = {}): Answer => ({
  json: { id, name: 'Help Desk', type: 'HELP_DESK', createdAt: '2026-01-01T00:00:00Z', archived: false, ...more },
})

/** What agents get offered, as the set-up guide promises it; written out here apart from the source. */
const CAPABILITIES = {
  deliveryIdentifierTypes: ['HS_EMAIL_ADDRESS', 'HS_PHONE_NUMBER', 'CHANNEL_SPECIFIC_OPAQUE_ID'],
  threadingModel: 'INTEGRATION_THREAD_ID',
  richText: ['HYPERLINK'],
  allowInlineImages: false,
  allowOutgoingMessages: true,
  allowConversationStart: false,
  allowMultipleRecipients: false,
  outgoingAttachmentTypes: ['FILE'],
  allowedFileAttachmentMimeTypes: ['image/*', 'audio/*', 'video/*', 'text/*', 'application/*'],
  maxFileAttachmentCount: 10,
  maxFileAttachmentSizeBytes: 10_000_000,
  maxTotalFileAttachmentSizeBytes: 100_000_000,
}
const description = (w: World) => ({
  name: 'Botpress',
  channelDescription: 'Conversations that a Botpress bot hands over to human agents',
  webhookUrl: w.webhookUrl,
  capabilities: CAPABILITIES,
})
const channelOf = (w: World, more: object = {}) => ({
  id: CHANNEL,
  ...description(w),
  createdAt: '2026-01-01T00:00:00Z',
  ...more,
})
const created = (w: World, more: object = {}): Answer => ({ status: 201, json: channelOf(w, more) })
const accountCreated = (...about: Parameters<typeof accountOf>): Answer => ({ status: 201, json: accountOf(...about) })
const targetOf = (targetUrl: unknown): Answer => ({
  json: { targetUrl, throttling: { period: 'SECONDLY', maxConcurrentRequests: 10 }, createdAt: '2026-01-01T00:00:00Z' },
})
const subscriptionOf = (propertyName: string, id: string | number, more: object = {}) => ({
  id,
  eventType: 'conversation.propertyChange',
  propertyName,
  active: true,
  createdAt: '2026-01-01T00:00:00Z',
  ...more,
})
const SUBSCRIBED = pageOf([subscriptionOf('assignedTo', 71), subscriptionOf('status', 72)])
const empty = pageOf([])

const PROOF = ['token', INTROSPECT, LIST, INBOX]
/** What proves the settings: the token is renewed each time. */
const proven = (w: World, token?: Answer) =>
  w.vendor.onToken(token).on(INTROSPECT, introspected()).on(LIST, empty).on(INBOX, inboxOf())
const FOUND = [LIST, LIST_ACCOUNTS]
/** Channel and account as an earlier save made them. */
const found = (w: World, more: object = {}) =>
  w.vendor.on(LIST, pageOf([channelOf(w, more)])).on(LIST_ACCOUNTS, pageOf([accountOf()]))
const HEARD = [TARGET, SUBSCRIPTIONS]
/** The webhooks of the app as an earlier save made them. */
const heard = (w: World) => w.vendor.on(TARGET, targetOf(w.webhookUrl)).on(SUBSCRIPTIONS, SUBSCRIBED)
const MADE = [LIST, CREATE, LIST_ACCOUNTS, CREATE_ACCOUNT]
/** Channel and account are made. */
const made = (w: World) =>
  w.vendor.on(LIST, empty).on(CREATE, created(w)).on(LIST_ACCOUNTS, empty).on(CREATE_ACCOUNT, accountCreated())

const install = (w: World, config?: Record<string, unknown>) => w.api(config).install()
const repeated = (w: World) => w.botpress.callsOf('configureIntegration')
const HOURLY = { scheduleRegisterCall: 'hourly' }
const NEEDS_A_WHILE =
  /^HubSpot has made the channel and needs a while before it can be used\. The rest is set up by itself/

describe('the settings', () => {
  const world = useWorld({ isSetUp: false })
  const form = z.object({ properties: z.record(z.string(), z.unknown()) })
  const REQUIRED = ['developerApiKey', 'appId', 'clientId', 'clientSecret', 'helpDeskId']

  it('are exactly those of the form, all of them required but the refresh token', () => {
    expect(Object.keys(settingsForm.shape).toSorted()).toEqual([...REQUIRED, 'refreshToken'].toSorted())
    expect(transforms.toJSONSchema(settingsForm)).toMatchObject({ required: REQUIRED })
  })

  it('have their secrets hidden in the form', () => {
    const { properties } = form.parse(transforms.toJSONSchema(settingsForm))
    const hidden = Object.entries(properties).filter(([, setting]) => JSON.stringify(setting).includes('"secret":true'))
    expect(hidden.map(([name]) => name)).toEqual(['developerApiKey', 'clientSecret', 'refreshToken'])
  })

  it('and the options of a session are exactly those of the form, each of them optional', () => {
    expect(Object.keys(sessionOptions.shape)).toEqual(['inboxId', 'phone'])
    expect(sessionOptions.safeParse({}).success).toBe(true)
  })

  it.each([
    ['settings', settingsForm],
    ['options of a session', sessionOptions],
  ])('and options have a title and a description each (%s)', (_, schema) => {
    for (const field of Object.values(schema.shape)) {
      expect(field.getMetadata()).toMatchObject({ title: expect.stringMatching(/./) })
      expect(field.description ?? '').not.toBe('')
    }
  })

  it.each<[string, unknown]>([
    ...REQUIRED.flatMap((setting): [string, unknown][] => [
      [setting, undefined],
      [setting, ''],
      [setting, '  '],
    ]),
    ['appId', 'my app'],
    ['appId', '1160452/auth'],
    ['helpDeskId', 'https://app.hubspot.com/help-desk/243842089/view/1431487401'],
    ['helpDeskId', 'Support'],
    ['refreshToken', 5],
  ])('are refused by name before any call: %s as %j', async (setting, value) => {
    const w = world()
    const error = await failsWith(ConfigurationError, (async () => install(w, { [setting]: value }))())
    expect(error.setting).toBe(setting)
    expect(error.message).toMatch(new RegExp(`^The setting "${setting}" .+ Correct it in the HubSpot settings\\.$`))
    expect(w.vendor.calls).toEqual([])
  })

  it('are refused without repeating a secret that landed in the wrong field', async () => {
    const w = world()
    const error = await failsWith(ConfigurationError, (async () => install(w, { appId: secrets.refreshToken }))())
    expect(error.setting).toBe('appId')
  })

  it('may be surrounded by the blanks that copying leaves behind', async () => {
    const w = world()
    proven(w)
    found(w)
    heard(w)
    const config = { developerApiKey: ` ${secrets.developerApiKey}\n`, helpDeskId: ` ${HELP_DESK} `, appId: `${APP}\n` }
    expect(await install(w, config)).toEqual([])
  })
})

describe('a registration', () => {
  const world = useWorld({ isSetUp: false, isConnected: false })

  it('proves every setting and makes channel, account and webhooks, with exactly these calls', async () => {
    const w = world()
    freezeClock()
    proven(w)
    made(w)
    w.vendor
      .on(TARGET, MISSING)
      .on(SET_TARGET, targetOf(w.webhookUrl))
      .on(SUBSCRIPTIONS, empty)
      .on(SUBSCRIBE, { status: 201, json: subscriptionOf('assignedTo', 71) })
      .on(SUBSCRIBE, { status: 201, json: subscriptionOf('status', 72) })
    expect(await install(w)).toEqual([])
    const token = secrets.renewedToken
    expect(w.vendor.calls).toEqual([
      w.tokenCall(),
      {
        ...w.tokenCall(),
        name: INTROSPECT,
        url: 'https://api.hubapi.com/oauth/2026-03/token/introspect',
        body: {
          client_id: CLIENT_ID,
          client_secret: secrets.clientSecret,
          token,
          access_token: token,
          token_type_hint: 'access_token',
        },
      },
      w.appCall(LIST, { query: { limit: '1' } }),
      w.call(INBOX, { token }),
      w.appCall(LIST),
      w.appCall(CREATE, { body: description(w) }),
      w.call(LIST_ACCOUNTS, { token }),
      w.call(CREATE_ACCOUNT, {
        token,
        body: {
          inboxId: HELP_DESK,
          name: 'Botpress',
          authorized: true,
          deliveryIdentifier: { type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: `botpress-${HELP_DESK}` },
        },
      }),
      w.appCall(TARGET),
      w.appCall(SET_TARGET, { body: { targetUrl: w.webhookUrl, throttling: { maxConcurrentRequests: 10 } } }),
      w.appCall(SUBSCRIPTIONS),
      w.appCall(SUBSCRIBE, {
        body: { eventType: 'conversation.propertyChange', propertyName: 'assignedTo', active: true },
      }),
      w.appCall(SUBSCRIBE, {
        body: { eventType: 'conversation.propertyChange', propertyName: 'status', active: true },
      }),
    ])
    expect(w.note()).toEqual({
      ...w.setUp(),
      appId: APP,
      madeAt: Date.now(),
      hasTarget: true,
      subscriptions: ['71', '72'],
      helpDeskId: HELP_DESK,
      leaving: [],
    })
    expect(repeated(w)).toEqual([])
  })

  it('lets the first session go on at once, with the same token', async () => {
    const w = world()
    proven(w)
    made(w)
    heard(w)
    await install(w)
    const before = w.vendor.calls.length
    w.vendor.on(PUBLISH, published())
    await (await w.instance()).openThread(w.request())
    expect(w.vendor.names().slice(before)).toEqual([PUBLISH])
    expect(w.vendor.count('token')).toBe(1)
  })

  it('writes nothing secret into its note', async () => {
    const w = world()
    proven(w)
    made(w)
    w.vendor.on(TARGET, refusal(403))
    for (const notice of await install(w)) expectNoSecret(notice)
    expectNoSecret(JSON.stringify(w.note()))
  })

  it('with a channel that is not ready does not fail because Botpress does not repeat it every hour', async () => {
    const w = world()
    shortenWaits()
    w.botpress.failNext('configureIntegration', new Error('no'))
    proven(w)
    w.vendor.on(LIST, empty).on(CREATE, created(w)).whenever(LIST_ACCOUNTS, MISSING)
    heard(w)
    expect(await install(w)).toEqual([expect.stringMatching(NEEDS_A_WHILE)])
    expect(w.logLines).toEqual(['Botpress did not take the request to check the connection regularly.'])
  })
})

describe('a wrong setting', () => {
  const world = useWorld({ isSetUp: false, isConnected: false })

  it.each<[string, Answer, string, RegExp]>([
    [
      'a client ID nobody knows',
      tokenRefusal({ status: 'BAD_CLIENT_ID', error: 'invalid_request' }),
      'clientId',
      /^HubSpot knows no app with the setting "clientId"\. Copy it again from Apps > your app > Auth\.$/,
    ],
    [
      'a wrong client secret',
      tokenRefusal({ error: 'invalid_client' }),
      'clientSecret',
      /^HubSpot refused the setting "clientSecret"\. Copy it again from Apps > your app > Auth\.$/,
    ],
    [
      'a wrong client secret, as status',
      tokenRefusal({ status: 'BAD_CLIENT_SECRET' }),
      'clientSecret',
      /Copy it again/,
    ],
    ['a client that may not', tokenRefusal({ error: 'unauthorized_client' }, 401), 'clientSecret', /Copy it again/],
    [
      'a revoked refresh token',
      BAD_REFRESH_TOKEN,
      'refreshToken',
      /^HubSpot refused the setting "refreshToken": it was revoked, .+ Get a new one as the set-up guide says under "Without a browser connection", or empty the setting to connect in the browser\.$/,
    ],
    [
      'a refresh token, as status alone',
      tokenRefusal({ status: 'BAD_REFRESH_TOKEN' }),
      'refreshToken',
      /Get a new one/,
    ],
    ['a code in its place', tokenRefusal({ status: 'BAD_AUTH_CODE' }), 'refreshToken', /Get a new one/],
  ])('is named when the token is refused: %s', async (_, answer, setting, message) => {
    const w = world()
    shortenWaits()
    w.vendor.onToken(answer)
    const error = await failsWith(ConfigurationError, install(w))
    expect(error.setting).toBe(setting)
    expect(error.message).toMatch(message)
    expect(error).not.toBeInstanceOf(ReauthorizationRequiredError)
    expect(w.vendor.names()).toEqual(['token'])
  })

  it('can be corrected at once', async () => {
    const w = world()
    shortenWaits()
    w.vendor.onToken(BAD_REFRESH_TOKEN)
    await failsWith(ConfigurationError, install(w))
    proven(w)
    found(w)
    heard(w)
    expect(await install(w, { refreshToken: 'na1-the-new-one' })).toEqual([])
  })

  it('is named again when it is saved again', async () => {
    const w = world()
    shortenWaits()
    w.vendor.onToken(BAD_REFRESH_TOKEN).onToken(BAD_REFRESH_TOKEN)
    await failsWith(ConfigurationError, install(w))
    expect((await failsWith(ConfigurationError, install(w))).setting).toBe('refreshToken')
  })

  it.each<[string, Answer, string, RegExp]>([
    [
      'the ID of another app',
      introspected({ app_id: 999_999 }),
      'appId',
      /^The setting "appId" is 1160452, but the connection belongs to the app 999999\. Copy all settings from the same app\.$/,
    ],
    [
      'a connection without two scopes',
      introspected({ scopes: ['oauth', 'conversations.read', 'conversations.custom_channels.read'] }),
      'refreshToken',
      /lacks the scopes conversations\.write, conversations\.custom_channels\.write\. Get a new one as the set-up guide says .+\.$/,
    ],
    ...SCOPES.map((scope): [string, Answer, string, RegExp] => [
      `a connection without ${scope}`,
      introspected({ scopes: ['oauth', ...SCOPES.filter((other) => other !== scope)] }),
      'refreshToken',
      new RegExp(`lacks the scopes ${scope.replaceAll('.', String.raw`\.`)}\\. `),
    ]),
  ])('is named when the token tells of it: %s', async (_, answer, setting, message) => {
    const w = world()
    w.vendor.onToken().on(INTROSPECT, answer)
    const error = await failsWith(ConfigurationError, install(w))
    expect(error.setting).toBe(setting)
    expect(error.message).toMatch(message)
    expect(w.vendor.names()).toEqual(['token', INTROSPECT])
  })

  it.each<[string, object]>([
    ['its scopes', { scopes: undefined }],
    ['its scopes, with null', { scopes: null }],
    ['its scopes, with an empty list', { scopes: [] }],
    ['its app', { app_id: undefined }],
    ['its app, with null', { app_id: null }],
    ['whether it is active', { active: undefined }],
  ])('is not assumed when HubSpot does not tell %s', async (_, more) => {
    const w = world()
    w.vendor.onToken().on(INTROSPECT, introspected(more)).on(LIST, empty).on(INBOX, inboxOf())
    found(w)
    heard(w)
    expect(await install(w)).toEqual([])
  })

  it('is not assumed when ids come as texts', async () => {
    const w = world()
    w.vendor
      .onToken()
      .on(INTROSPECT, introspected({ app_id: APP, hub_id: PORTAL }))
      .on(LIST, empty)
      .on(INBOX, inboxOf())
    found(w)
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.note()).toMatchObject({ portalId: PORTAL })
  })

  it.each([undefined, null, ''])('is not blamed when HubSpot does not tell the account (%j)', async (hub_id) => {
    const w = world()
    w.vendor.onToken().on(INTROSPECT, introspected({ hub_id }))
    expect(await failsWith(ProviderHttpError, install(w))).toMatchObject({
      message: 'HubSpot did not tell the ID of the account.',
      retryable: true,
    })
  })
})

describe('the look at a token', () => {
  const world = useWorld({ isSetUp: false })

  it.each([401, 403])(
    'that is refused blames no setting: all of them were proved by the renewal (status %i)',
    async (status) => {
      const w = world()
      w.vendor.onToken().on(INTROSPECT, refusal(status))
      expect(await failsWith(ProviderHttpError, install(w))).toMatchObject({ status, retryable: false })
      expect(w.vendor.names()).toEqual(['token', INTROSPECT])
    }
  )

  it('that is refused for its two names of the token is asked with one', async () => {
    const w = world()
    w.vendor.onToken().on(INTROSPECT, refusal(400)).on(INTROSPECT, introspected()).on(LIST, empty).on(INBOX, inboxOf())
    found(w)
    heard(w)
    expect(await install(w)).toEqual([])
    const bodies = w.vendor.calls.filter(({ name }) => name === INTROSPECT).map(({ body }) => JSON.stringify(body))
    expect(bodies.map((body) => body.includes('"access_token":'))).toEqual([true, false])
  })

  it('that is refused with one name as well fails, and is not asked a third time', async () => {
    const w = world()
    w.vendor.onToken().on(INTROSPECT, refusal(400)).on(INTROSPECT, refusal(400))
    expect(await failsWith(ProviderHttpError, install(w))).toMatchObject({ status: 400 })
    expect(w.vendor.count(INTROSPECT)).toBe(2)
  })

  it.each<[string, Answer]>([
    ['nothing', { text: '' }],
    ['null', { text: 'null' }],
    ['a list', { json: [] }],
  ])('that is answered with %s fails for now, and blames no setting', async (_, answer) => {
    const w = world()
    w.vendor.onToken().on(INTROSPECT, answer)
    expect(await failsWith(ProviderHttpError, install(w))).toMatchObject({
      message: "HubSpot's answer to POST /oauth/2026-03/token/introspect is not as documented.",
      status: 200,
      retryable: true,
    })
    expect(w.vendor.names()).toEqual(['token', INTROSPECT])
  })

  it.each([404, 477])('that fails for another reason blames no setting (status %i)', async (status) => {
    const w = world()
    w.vendor.onToken().on(INTROSPECT, refusal(status))
    expect(await failsWith(ProviderHttpError, install(w))).toMatchObject({ status, retryable: false })
    expect(w.vendor.names()).toEqual(['token', INTROSPECT])
  })

  const waits: readonly (readonly [string, Answer, number])[] = [
    ['423', refusal(423), 2_000],
    ['423 and a page', { ...PAGE, status: 423 }, 2_000],
    ['429', rateLimit('SECONDLY'), 1_000],
    ['429 with Retry-After', rateLimit('SECONDLY', { 'retry-after': '3' }), 3_000],
  ]

  it.each(waits)('is taken once more after the wait that HubSpot asks for: %s', async (_, answer, ms) => {
    const w = world()
    const slept = shortenWaits()
    w.vendor.on(INTROSPECT, answer)
    proven(w)
    found(w)
    heard(w)
    expect(await install(w)).toEqual([])
    expect(slept).toEqual([ms])
  })

  it.each(waits)('that HubSpot puts off again and again fails for now: %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.onToken().whenever(INTROSPECT, answer)
    expect(await failsWith(RateLimitedError, install(w))).toMatchObject({ retryable: true })
    expect(w.vendor.count(INTROSPECT)).toBe(3)
  })
})

describe('a token that is stored', () => {
  const world = useWorld({ isSetUp: false })
  const ROTATED = secrets.rotatedRefreshToken
  const tokenCalls = (w: World) => w.vendor.calls.filter(({ name }) => name === 'token')

  it('is no proof: the refresh token is tried at every save, and the new token is used from then on', async () => {
    const w = world()
    proven(w)
    found(w)
    heard(w)
    await install(w)
    expect(w.vendor.names()).toEqual([...PROOF, ...FOUND, ...HEARD])
    expect(w.tokensUsed(LIST_ACCOUNTS)).toEqual([secrets.renewedToken])
    expect(w.storedToken()).toMatchObject({ accessToken: secrets.renewedToken })
  })

  it('does not hide that the app was uninstalled', async () => {
    const w = world()
    w.vendor.onToken(BAD_REFRESH_TOKEN)
    expect((await failsWith(ConfigurationError, install(w))).setting).toBe('refreshToken')
    expect(w.vendor.names()).toEqual(['token'])
  })

  it('is proven with the refresh token that HubSpot has exchanged, if it has', async () => {
    const w = world()
    await w.storeToken({ refresh: ROTATED })
    proven(w, granted(secrets.renewedToken, { refresh_token: undefined }))
    found(w)
    heard(w)
    expect(await install(w)).toEqual([])
    expect(tokenCalls(w)).toEqual([w.tokenCall(ROTATED)])
    expect(w.storedToken()).toMatchObject({ accessToken: secrets.renewedToken, refresh: ROTATED })
  })

  it('is followed by one with the refresh token that HubSpot exchanges now', async () => {
    const w = world()
    proven(w, granted(secrets.renewedToken, { refresh_token: ROTATED }))
    found(w)
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.storedToken()).toMatchObject({ refresh: ROTATED })
    proven(w)
    found(w)
    heard(w)
    expect(await install(w)).toEqual([])
    expect(tokenCalls(w)).toEqual([w.tokenCall(), w.tokenCall(ROTATED)])
  })

  /** Another instance stores these refresh tokens, each while HubSpot is asked once more. */
  const exchangedElsewhere = (w: World, ...refreshes: string[]) => {
    let stored = 0
    const look = async (): Promise<void> => {
      const refresh = refreshes[stored]
      if (refresh === undefined) return
      if (w.vendor.count('token') > stored) {
        stored += 1
        await w.storeToken({ refresh, accessToken: secrets.anotherToken })
      }
      w.botpress.interceptNext('getState', look)
    }
    w.botpress.interceptNext('getState', look)
  }

  it('is proven once more when somebody else has exchanged its refresh token at that moment', async () => {
    const w = world()
    exchangedElsewhere(w, ROTATED)
    w.vendor.onToken(BAD_REFRESH_TOKEN)
    proven(w)
    found(w)
    heard(w)
    expect(await install(w)).toEqual([])
    expect(tokenCalls(w)).toEqual([w.tokenCall(), w.tokenCall(ROTATED)])
    expect(w.storedToken()).toMatchObject({ accessToken: secrets.renewedToken })
  })

  it('is proven only once more, however often it is exchanged', async () => {
    const w = world()
    exchangedElsewhere(w, ROTATED, 'na1-exchanged-again')
    w.vendor.onToken(BAD_REFRESH_TOKEN).onToken(BAD_REFRESH_TOKEN)
    expect((await failsWith(ConfigurationError, install(w))).setting).toBe('refreshToken')
    expect(tokenCalls(w)).toEqual([w.tokenCall(), w.tokenCall(ROTATED)])
  })

  const mistakes: readonly (readonly [string, Record<string, string>, Answer])[] = [
    ['client ID', { clientId: 'another' }, tokenRefusal({ status: 'BAD_CLIENT_ID' })],
    ['client secret', { clientSecret: 'another' }, tokenRefusal({ error: 'invalid_client' })],
  ]

  it.each(mistakes)('is neither lost nor used up by a wrong %s, and works with the right one', async (_, wrong, no) => {
    const w = world()
    await w.storeToken({ refresh: ROTATED })
    w.vendor.onToken(no)
    await failsWith(ConfigurationError, install(w, wrong))
    expect(w.storedToken()).toMatchObject({ accessToken: secrets.accessToken, refresh: ROTATED })
    proven(w)
    found(w)
    heard(w)
    expect(await install(w)).toEqual([])
    expect(tokenCalls(w)[1]).toEqual(w.tokenCall(ROTATED))
  })

  it.each(mistakes)(
    'lets a corrected %s work at once, although sessions were refused a moment ago',
    async (_, wrong, no) => {
      const w = world()
      shortenWaits()
      await w.storeToken({ refresh: ROTATED, expiresAt: 0 })
      w.vendor.onToken(no)
      await failsWith(ReauthorizationRequiredError, w.api(wrong).closeThread(w.thread))
      proven(w)
      found(w)
      heard(w)
      expect(await install(w)).toEqual([])
      w.vendor.on(PUBLISH, published())
      await (await w.instance()).openThread(w.request())
      expect(tokenCalls(w)).toHaveLength(2)
      expect(tokenCalls(w)[1]).toEqual(w.tokenCall(ROTATED))
      expect(w.tokensUsed(PUBLISH)).toEqual([secrets.renewedToken])
    }
  )

  it('is not paused for a save by a token endpoint that asked sessions to wait', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken({ expiresAt: 0 })
    w.vendor.onToken(refusal(423))
    await failsWith(RateLimitedError, w.api().closeThread(w.thread))
    proven(w)
    found(w)
    heard(w)
    expect(await install(w)).toEqual([])
  })
})

describe('a wrong developer API key or app', () => {
  const world = useWorld({ isSetUp: false })

  it.each([400, 401, 403, 404])('is named: the key, where the app is proved (status %i)', async (status) => {
    const w = world()
    w.vendor.onToken().on(INTROSPECT, introspected()).on(LIST, refusal(status))
    const error = await failsWith(ConfigurationError, install(w))
    expect(error.setting).toBe('developerApiKey')
    expect(error.message).toBe(
      'HubSpot refused the setting "developerApiKey". Copy the key of the developer account that owns the app ' +
        `${APP}, from Keys > Developer API key; a private app token or a personal access key does not do.`
    )
    expect(w.vendor.names()).toEqual(['token', INTROSPECT, LIST])
  })

  it.each([400, 404])('is named: the app (status %i)', async (status) => {
    const w = world()
    w.vendor
      .onToken()
      .on(INTROSPECT, introspected({ app_id: undefined }))
      .on(LIST, refusal(status))
    const error = await failsWith(ConfigurationError, install(w))
    expect(error.setting).toBe('appId')
    expect(error.message).toBe(
      `The developer account knows no app ${APP} (setting "appId"). Copy the ID from Apps > your app > Auth.`
    )
  })
})

describe('a wrong Help Desk', () => {
  const world = useWorld({ isSetUp: false })

  it.each<[string, Answer]>([
    ['unknown', MISSING],
    ['unknown, with status 400', refusal(400)],
    ['archived', inboxOf(HELP_DESK, { archived: true })],
    ['something else', inboxOf(HELP_DESK, { type: 'TEAM_MAILBOX' })],
  ])('is named: %s', async (_, answer) => {
    const w = world()
    const others = [{ id: 1431487409, name: 'Sales', type: 'INBOX' }, { id: OTHER_INBOX, name: null }, { name: 'Old' }]
    w.vendor.onToken().on(INTROSPECT, introspected()).on(LIST, empty).on(INBOX, answer).on(INBOXES, pageOf(others))
    const error = await failsWith(ConfigurationError, install(w))
    expect(error.setting).toBe('helpDeskId')
    expect(error.message).toBe(
      `HubSpot knows no Help Desk or inbox "${HELP_DESK}" (setting "helpDeskId", or "inboxId" of the session). The ` +
        `account has: Sales (1431487409), without a name (${OTHER_INBOX}).`
    )
    expect(w.vendor.names()).toEqual([...PROOF, INBOXES])
    expect(w.vendor.calls.at(-1)).toEqual(w.call(INBOXES, { token: secrets.renewedToken }))
  })

  it.each<[string, Answer]>([
    ['there are none', pageOf([])],
    ['they may not be listed', refusal(403)],
    ['they cannot be listed', refusal(503)],
    ['the answer is a page', PAGE],
    ['the connection drops', { drop: 'ECONNRESET' }],
  ])('is named without those there are when %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.onToken().on(INTROSPECT, introspected()).on(LIST, empty).on(INBOX, MISSING).whenever(INBOXES, answer)
    expect(await failsWith(ConfigurationError, install(w))).toMatchObject({
      setting: 'helpDeskId',
      message: expect.stringMatching(/ Copy the ID from the list of inboxes\.$/),
    })
  })

  it('is named in a short text, however many there are', async () => {
    const w = world()
    const many = Array.from({ length: 300 }, (_, index) => ({ id: String(index), name: 'Inbox' }))
    w.vendor.onToken().on(INTROSPECT, introspected()).on(LIST, empty).on(INBOX, MISSING).on(INBOXES, pageOf(many))
    const { message } = await failsWith(ConfigurationError, install(w))
    expect(message.match(/Inbox \(/g)).toHaveLength(10)
  })

  it.each([{ type: 'INBOX' }, { type: undefined }, { type: null, archived: null }, { archived: undefined }])(
    'is not assumed: %j',
    async (more) => {
      const w = world()
      w.vendor.onToken().on(INTROSPECT, introspected()).on(LIST, empty).on(INBOX, inboxOf(HELP_DESK, more))
      found(w)
      heard(w)
      expect(await install(w)).toEqual([])
    }
  )
})

describe('HubSpot’s own trouble', () => {
  const world = useWorld({ isSetUp: false, isConnected: false })

  /** Each step of the proof, and what comes before it. */
  const steps: readonly (readonly [string, Route | 'token', (w: World) => unknown])[] = [
    ['the token', 'token', () => undefined],
    ['the look at the token', INTROSPECT, (w) => w.vendor.onToken()],
    ['the look at the channels', LIST, (w) => w.vendor.onToken().on(INTROSPECT, introspected())],
    ['the look at the inbox', INBOX, (w) => w.vendor.onToken().on(INTROSPECT, introspected()).on(LIST, empty)],
  ]

  it.each(steps)('blames no setting: status 503 at %s', async (_, route, prepare) => {
    const w = world()
    shortenWaits()
    prepare(w)
    w.vendor.whenever(route, refusal(503))
    expect(await failsWith(ProviderHttpError, install(w))).toMatchObject({ status: 503, retryable: true })
  })

  it.each(steps)('blames no setting: a rate limit at %s', async (_, route, prepare) => {
    const w = world()
    shortenWaits()
    prepare(w)
    w.vendor.whenever(route, rateLimit('DAILY'))
    expect(await failsWith(RateLimitedError, install(w))).toMatchObject({ retryable: true })
  })

  it.each(steps)('blames no setting: a dropped connection at %s', async (_, route, prepare) => {
    const w = world()
    shortenWaits()
    prepare(w)
    w.vendor.whenever(route, { drop: 'ECONNRESET' })
    expect(await failsWith(ProviderUnreachableError, install(w))).toMatchObject({ retryable: true })
  })
})

describe('the channel', () => {
  const world = useWorld({ isSetUp: false })
  const OTHERS = ['1007301', '1007302'] as const

  it('is made once, however often the settings are saved', async () => {
    const w = world()
    proven(w)
    made(w)
    heard(w)
    await install(w)
    for (let time = 0; time < 3; time += 1) {
      proven(w)
      found(w)
      heard(w)
      expect(await install(w)).toEqual([])
    }
    const again = [...PROOF, ...FOUND, ...HEARD]
    expect(w.vendor.names()).toEqual([...PROOF, ...MADE, ...HEARD, ...again, ...again, ...again])
    expect(w.note()).toMatchObject(SET_UP)
    expect(repeated(w)).toEqual([])
  })

  it('is found by its webhook address, also on the second page', async () => {
    const w = world()
    proven(w)
    const others = OTHERS.map((id) => channelOf(w, { id, webhookUrl: `https://example.com/${id}` }))
    w.vendor.on(LIST, pageOf(others, 'NTI1')).on(LIST, pageOf([channelOf(w)]))
    w.vendor.on(LIST_ACCOUNTS, pageOf([accountOf()]))
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.vendor.calls[5]).toEqual(w.appCall(LIST, { query: { after: 'NTI1' } }))
    expect(w.vendor.count(CREATE)).toBe(0)
    expect(w.note()).toMatchObject({ channelId: CHANNEL })
  })

  it('is the oldest one when two have our address, whatever their order', async () => {
    const w = world()
    proven(w)
    w.vendor.on(LIST, pageOf([channelOf(w, { id: '10000000' }), channelOf(w), channelOf(w, { id: '2007341' })]))
    w.vendor.on(LIST_ACCOUNTS, pageOf([accountOf()]))
    heard(w)
    await install(w)
    expect(w.note()).toMatchObject({ channelId: CHANNEL })
  })

  it('may have a number for an id', async () => {
    const w = world()
    proven(w)
    found(w, { id: Number(CHANNEL) })
    heard(w)
    await install(w)
    expect(w.note()).toMatchObject({ channelId: CHANNEL })
  })

  it.each<[string, (w: World) => object]>([
    ['one with another address', (w) => channelOf(w, { webhookUrl: `${w.webhookUrl}0` })],
    ['one without an address', (w) => channelOf(w, { webhookUrl: null })],
    ['one that is archived', (w) => channelOf(w, { archived: true })],
    ['one that cannot be read', () => ({ name: 'Botpress' })],
  ])('is made although there is %s', async (_, other) => {
    const w = world()
    proven(w)
    w.vendor.on(LIST, pageOf([other(w)]))
    w.vendor.on(CREATE, created(w)).on(LIST_ACCOUNTS, empty).on(CREATE_ACCOUNT, accountCreated())
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.vendor.names()).toEqual([...PROOF, ...MADE, ...HEARD])
  })

  it.each<[string, object]>([
    [
      'in another order',
      { ...CAPABILITIES, deliveryIdentifierTypes: CAPABILITIES.deliveryIdentifierTypes.toReversed() },
    ],
    ['with more that we do not ask for', { ...CAPABILITIES, allowReactions: true }],
    ['with its members in another order', Object.fromEntries(Object.entries(CAPABILITIES).toReversed())],
  ])('is left alone when its capabilities come %s', async (_, capabilities) => {
    const w = world()
    proven(w)
    found(w, { capabilities })
    heard(w)
    await install(w)
    expect(w.vendor.count(UPDATE)).toBe(0)
  })

  it.each<[string, unknown]>([
    ...Object.keys(CAPABILITIES).map((key): [string, unknown] => [
      `without ${key}`,
      Object.fromEntries(Object.entries(CAPABILITIES).filter(([other]) => other !== key)),
    ]),
    ['with another limit', { ...CAPABILITIES, maxFileAttachmentCount: 1 }],
    ['with another list', { ...CAPABILITIES, richText: ['HYPERLINK', 'BOLD'] }],
    ['with null', null],
    ['with none', undefined],
    ['with a text', 'FILE'],
  ])('is brought up to date when its capabilities differ: %s', async (_, capabilities) => {
    const w = world()
    proven(w)
    w.vendor.on(LIST, pageOf([channelOf(w, { capabilities })])).on(UPDATE, { json: channelOf(w) })
    w.vendor.on(LIST_ACCOUNTS, pageOf([accountOf()]))
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.vendor.names()).toEqual([...PROOF, LIST, UPDATE, LIST_ACCOUNTS, ...HEARD])
    expect(w.vendor.calls[5]).toEqual(
      w.appCall(UPDATE, {
        body: { ...description(w), channelLogoUrl: '', channelAccountConnectionRedirectUrl: '' },
      })
    )
  })

  it('keeps the name, the picture and the address that an admin gave it', async () => {
    const w = world()
    const own = {
      name: 'Ask our bot',
      channelLogoUrl: 'https://example.com/logo.png',
      channelAccountConnectionRedirectUrl: 'https://example.com/connect',
    }
    proven(w)
    w.vendor.on(LIST, pageOf([channelOf(w, { ...own, capabilities: {} })])).on(UPDATE, { json: channelOf(w) })
    w.vendor.on(LIST_ACCOUNTS, pageOf([accountOf()]))
    heard(w)
    await install(w)
    expect(w.vendor.bodies(UPDATE)).toEqual([{ ...description(w), ...own }])
  })

  it.each<[string, Answer]>([
    ...[400, 401, 403, 404, 409, 477, 500, 503].map((status): [string, Answer] => [
      `status ${status}`,
      refusal(status),
    ]),
    ['a rate limit', rateLimit('DAILY')],
    ['a dropped connection', { drop: 'ECONNRESET' }],
    ['a page', { ...PAGE, status: 502 }],
  ])('works on when it cannot be brought up to date: %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    proven(w)
    w.vendor.on(LIST, pageOf([channelOf(w, { capabilities: {} })])).whenever(UPDATE, answer)
    w.vendor.on(LIST_ACCOUNTS, pageOf([accountOf()]))
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.logLines).toHaveLength(1)
    expect(w.logLines[0]).toContain('What the HubSpot channel can do was not brought up to date')
  })

  it('that is refused for a value fails, and is made at the next save', async () => {
    const w = world()
    proven(w)
    const type = 'CustomChannelsError.INVALID_CHANNEL_CAPABILITY_VALUES'
    w.vendor.on(LIST, empty).on(CREATE, refusal(400, { subCategory: type }))
    expect(await failsWith(ProviderHttpError, install(w))).toMatchObject({ status: 400, type, retryable: false })
    proven(w)
    made(w)
    heard(w)
    expect(await install(w)).toEqual([])
  })

  it('that an admin has deleted is made anew, with a new account', async () => {
    const w = world()
    const accounts = { [HELP_DESK]: '1', [OTHER_INBOX]: '2' }
    await w.storeNote({ ...SET_UP, channelId: '1000001', accounts, madeAt: Date.now() - 16 * MINUTE_MS })
    proven(w)
    made(w)
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.note()).toMatchObject({ channelId: CHANNEL })
    expect(w.note()['accounts']).toEqual(SET_UP.accounts)
  })

  it('that was just made is not made again because the list does not show it yet', async () => {
    const w = world()
    freezeClock()
    await w.storeToken({ expiresAt: Date.now() + 600 * MINUTE_MS })
    await w.storeNote({ ...SET_UP, accounts: {}, madeAt: Date.now() })
    passMs(15 * MINUTE_MS - 1)
    proven(w)
    w.vendor.on(LIST, empty).on(LIST_ACCOUNTS, empty).on(CREATE_ACCOUNT, accountCreated())
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.vendor.count(CREATE)).toBe(0)
    expect(w.note()).toMatchObject(SET_UP)
  })

  it('that was just made keeps the accounts that are known of it', async () => {
    const w = world()
    const accounts = { [HELP_DESK]: ACCOUNT, [OTHER_INBOX]: OTHER_ACCOUNT }
    await w.storeNote({ ...SET_UP, accounts, madeAt: Date.now() })
    proven(w)
    w.vendor.on(LIST, empty).on(LIST_ACCOUNTS, pageOf([accountOf()]))
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.note()).toMatchObject({ ...SET_UP, accounts })
  })

  const ELSEWHERE = { ...SET_UP, portalId: '111', accounts: { [HELP_DESK]: '1', [OTHER_INBOX]: '2' } }

  it('that was just made, and is not listed yet, gets an account in another account of HubSpot', async () => {
    const w = world()
    await w.storeNote({ ...ELSEWHERE, madeAt: Date.now() })
    proven(w)
    w.vendor.on(LIST, empty).on(LIST_ACCOUNTS, empty).on(CREATE_ACCOUNT, accountCreated())
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.note()).toMatchObject({ portalId: PORTAL, channelId: CHANNEL })
    expect(w.note()['accounts']).toEqual(SET_UP.accounts)
  })

  it('that was just made sends no session to an account it has elsewhere', async () => {
    const w = world()
    shortenWaits()
    await w.storeNote({ ...ELSEWHERE, madeAt: Date.now() })
    proven(w)
    w.vendor.whenever(LIST, empty).whenever(LIST_ACCOUNTS, MISSING)
    heard(w)
    expect(await install(w)).toEqual([expect.stringMatching(NEEDS_A_WHILE)])
    expect(w.note()).toMatchObject({ portalId: PORTAL, channelId: CHANNEL })
    expect(w.note()['accounts']).toEqual({})
    await failsWith(ProviderHttpError, w.api().openThread(w.request()))
    expect(w.vendor.count(PUBLISH)).toBe(0)
  })

  it.each<[string, Answer]>([
    ['the connection drops', { drop: 'ECONNRESET' }],
    ['status 502', refusal(502)],
    ['the answer cannot be read', PAGE],
  ])('whose making is in doubt is not made again for fifteen minutes, and then is: %s', async (_, answer) => {
    const w = world()
    freezeClock()
    await w.storeToken({ expiresAt: Date.now() + 600 * MINUTE_MS })
    proven(w)
    w.vendor.on(LIST, empty).on(CREATE, answer)
    expect(await failureOf(install(w))).toMatchObject({ retryable: true })
    expect(w.note()).toEqual({ appId: APP, portalId: PORTAL, accounts: {}, madeAt: Date.now() })
    passMs(15 * MINUTE_MS - 1)
    proven(w)
    w.vendor.on(LIST, empty)
    expect((await failsWith(ProviderHttpError, install(w))).message).toBe(
      'HubSpot may still be making the channel. Save the settings again in a quarter of an hour.'
    )
    expect(w.vendor.count(CREATE)).toBe(1)
    passMs(1)
    proven(w)
    made(w)
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.vendor.count(CREATE)).toBe(2)
    expect(w.note()).toMatchObject(SET_UP)
  })

  it('whose making is in doubt is found as soon as the list shows it', async () => {
    const w = world()
    proven(w)
    w.vendor.on(LIST, empty).on(CREATE, { drop: 'ECONNRESET' })
    await failsWith(ProviderUnreachableError, install(w))
    proven(w)
    w.vendor
      .on(LIST, pageOf([channelOf(w)]))
      .on(LIST_ACCOUNTS, empty)
      .on(CREATE_ACCOUNT, accountCreated())
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.vendor.count(CREATE)).toBe(1)
  })

  it('of another app is not used', async () => {
    const w = world()
    await w.storeNote({ ...SET_UP, channelId: '1000001', madeAt: Date.now(), hasTarget: true }, '999999')
    proven(w)
    made(w)
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.note()).toMatchObject({ ...SET_UP, appId: APP })
    expect(w.note()).not.toHaveProperty('hasTarget')
    expect(w.logLines).toEqual([expect.stringMatching(/^The app 999999 of the former settings still has its channel/)])
  })

  it('joined to another account of HubSpot gets an account there', async () => {
    const w = world()
    await w.storeNote({ ...SET_UP, portalId: '111', accounts: { [HELP_DESK]: '1', [OTHER_INBOX]: '2' } })
    proven(w)
    w.vendor
      .on(LIST, pageOf([channelOf(w)]))
      .on(LIST_ACCOUNTS, empty)
      .on(CREATE_ACCOUNT, accountCreated())
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.note()).toMatchObject({ portalId: PORTAL, channelId: CHANNEL })
    expect(w.note()['accounts']).toEqual(SET_UP.accounts)
    expect(w.logLines).toEqual([
      expect.stringMatching(/^The HubSpot account 111 was connected before, .+ Uninstall the app/),
    ])
  })

  it('that is another one than the noted one does not inherit its accounts', async () => {
    const w = world()
    await w.storeNote({ ...SET_UP, channelId: '1000001', accounts: { [HELP_DESK]: '1', [OTHER_INBOX]: '2' } })
    proven(w)
    found(w)
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.note()).toMatchObject({ channelId: CHANNEL })
    expect(w.note()['accounts']).toEqual(SET_UP.accounts)
  })

  it.each([{}, { accounts: 5 }, { channelId: 7, accounts: {} }])(
    'is found although the note cannot be read: %j',
    async (note) => {
      const w = world()
      await w.storeNote(note)
      proven(w)
      found(w)
      heard(w)
      expect(await install(w)).toEqual([])
      expect(w.note()).toMatchObject(SET_UP)
    }
  )
})

describe('two saves at the same moment', () => {
  const world = useWorld({ isSetUp: false })

  it('make one channel, one account and each subscription once', async () => {
    const w = world()
    shortenWaits()
    w.vendor
      .wheneverToken()
      .whenever(INTROSPECT, introspected())
      .whenever(INBOX, inboxOf())
      // As long as HubSpot spreads the word, the list shows nothing.
      .whenever(LIST, empty)
      .on(CREATE, created(w))
      .on(LIST_ACCOUNTS, empty)
      .whenever(LIST_ACCOUNTS, pageOf([accountOf()]))
      .on(CREATE_ACCOUNT, accountCreated())
      .on(TARGET, MISSING)
      .whenever(TARGET, targetOf(w.webhookUrl))
      .on(SET_TARGET, targetOf(w.webhookUrl))
      .on(SUBSCRIPTIONS, empty)
      .whenever(SUBSCRIPTIONS, SUBSCRIBED)
      .on(SUBSCRIBE, { status: 201, json: subscriptionOf('assignedTo', 71) })
      .on(SUBSCRIBE, { status: 201, json: subscriptionOf('status', 72) })
    const instances = [await w.instance(), await w.instance(), await w.instance()]
    expect(await Promise.all(instances.map((api) => api.install()))).toEqual([[], [], []])
    expect([CREATE, CREATE_ACCOUNT, SET_TARGET, SUBSCRIBE].map((name) => w.vendor.count(name))).toEqual([1, 1, 1, 2])
    expect(w.note()).toMatchObject({ ...SET_UP, subscriptions: ['71', '72'] })
  })

  it('are proven one after the other: the second knows the refresh token that the first was given', async () => {
    const w = world()
    shortenWaits()
    const rotated = { refresh_token: secrets.rotatedRefreshToken }
    w.vendor.onToken(granted(secrets.anotherToken, rotated)).onToken()
    w.vendor.whenever(INTROSPECT, introspected()).whenever(INBOX, inboxOf())
    w.vendor.whenever(LIST, pageOf([channelOf(w)])).whenever(LIST_ACCOUNTS, pageOf([accountOf()]))
    w.vendor.whenever(TARGET, targetOf(w.webhookUrl)).whenever(SUBSCRIPTIONS, SUBSCRIBED)
    const instances = [await w.instance(), await w.instance()]
    expect(await Promise.all(instances.map((api) => api.install()))).toEqual([[], []])
    const once = [...PROOF, ...FOUND, ...HEARD]
    expect(w.vendor.names()).toEqual([...once, ...once])
    expect(w.vendor.calls.filter(({ name }) => name === 'token')).toEqual([
      w.tokenCall(),
      w.tokenCall(secrets.rotatedRefreshToken),
    ])
  })

  it('ask HubSpot for nothing while another call is at it', async () => {
    const w = world()
    shortenWaits()
    const payload = { claim: 'of another call' }
    await w.botpress.getOrSetState({ type: 'integration', id: w.integrationId, name: 'setUp', payload })
    await w.storeNote({ ...SET_UP, doneWith: 'other settings' })
    await failsWith(BusyError, w.api(undefined, 1_050).install())
    expect(w.vendor.calls).toEqual([])
  })
})

describe('a save while HubSpot has trouble', () => {
  const world = useWorld()
  const UNCHECKED = /^The connection could not be checked this time\. .+/

  /** Each step, and what comes before it. */
  const steps: readonly (readonly [string, Route | 'token', (w: World) => unknown])[] = [
    ['the token', 'token', () => undefined],
    ['the look at the token', INTROSPECT, (w) => w.vendor.onToken()],
    ['the look at the channels', LIST, (w) => w.vendor.onToken().on(INTROSPECT, introspected())],
    ['the look at the accounts', LIST_ACCOUNTS, (w) => proven(w).on(LIST, pageOf([channelOf(w)]))],
    ['the webhooks', TARGET, (w) => (proven(w), found(w))],
  ]
  const troubles: readonly (readonly [string, Answer])[] = [
    ['status 503', refusal(503)],
    ['a rate limit', rateLimit('DAILY')],
    ['a dropped connection', { drop: 'ECONNRESET' }],
    ['a moving account', refusal(477)],
  ]
  const cases = steps.flatMap(([step, ...rest]) =>
    troubles.map(([trouble, answer]) => [`${trouble} at ${step}`, ...rest, answer] as const)
  )

  it.each(cases)('gives a notice when all was set up with these settings: %s', async (_, route, prepare, answer) => {
    const w = world()
    shortenWaits()
    prepare(w)
    w.vendor.whenever(route, answer)
    const [notice = '', ...more] = await install(w)
    expect(notice).toMatch(UNCHECKED)
    expectNoSecret(notice)
    expect(more).toEqual([])
    expect(w.note()).toEqual({ ...w.setUp(), appId: APP })
  })

  it('gives a notice as well when another call is at it for too long', async () => {
    const w = world()
    shortenWaits()
    const payload = { claim: 'of another call' }
    await w.botpress.getOrSetState({ type: 'integration', id: w.integrationId, name: 'setUp', payload })
    expect(await w.api(undefined, 1_050).install()).toEqual([expect.stringMatching(UNCHECKED)])
  })

  it('of another account leaves nothing behind that the former settings would trust', async () => {
    const w = world()
    w.vendor
      .onToken()
      .on(INTROSPECT, introspected({ hub_id: 999 }))
      .on(LIST, empty)
      .on(INBOX, inboxOf())
    w.vendor.on(LIST, pageOf([channelOf(w)])).on(LIST_ACCOUNTS, refusal(403))
    await failureOf(w.api({ refreshToken: 'na1-other' }).install())
    expect(w.note()).not.toHaveProperty('doneWith')
  })

  it('leaves the way of sessions as it is', async () => {
    const w = world()
    shortenWaits()
    w.vendor.wheneverToken(refusal(503)).on(PUBLISH, published())
    expect(await install(w)).toEqual([expect.stringMatching(UNCHECKED)])
    expect(await w.api().openThread(w.request())).toEqual(w.thread)
    expect(w.vendor.names().at(-1)).toBe(PUBLISH)
  })

  it.each<[string, (w: World) => object]>([
    ['other settings', (w) => w.setUp({}, { clientSecret: 'another' })],
    ['settings that nobody noted', () => SET_UP],
    ['another Help Desk', (w) => w.setUp({ accounts: { [OTHER_INBOX]: OTHER_ACCOUNT } })],
    ['no channel yet', (w) => w.setUp({ channelId: undefined })],
  ])('fails when what was set up has %s', async (_, note) => {
    const w = world()
    shortenWaits()
    await w.storeNote(note(w))
    w.vendor.wheneverToken(refusal(503))
    expect(await failsWith(ProviderHttpError, install(w))).toMatchObject({ status: 503, retryable: true })
  })

  it.each<[string, (w: World) => unknown]>([
    ['a setting', (w) => w.vendor.onToken(BAD_REFRESH_TOKEN)],
    ['what it may do', (w) => proven(w).on(LIST, refusal(403))],
  ])('fails all the same for %s', async (_, prepare) => {
    const w = world()
    prepare(w)
    expect(await failureOf(install(w))).toMatchObject({ retryable: false })
  })
})

describe('the account of an inbox', () => {
  const world = useWorld({ isSetUp: false })

  /** Saves the settings while HubSpot has these accounts. */
  const installWith = async (w: World, ...accounts: object[]) => {
    proven(w)
    w.vendor.on(LIST, pageOf([channelOf(w)])).on(LIST_ACCOUNTS, pageOf(accounts))
    heard(w)
    return install(w)
  }

  it.each<[string, () => object[]]>([
    ['alone', () => [accountOf()]],
    ['beside that of another inbox', () => [accountOf(OTHER_INBOX, OTHER_ACCOUNT), accountOf()]],
    [
      'with numbers for ids',
      () => [accountOf(HELP_DESK, ACCOUNT, { id: Number(ACCOUNT), inboxId: Number(HELP_DESK) })],
    ],
    ['without an identifier', () => [accountOf(HELP_DESK, ACCOUNT, { deliveryIdentifier: null })]],
    [
      'rather with our identifier than with another',
      () => [accountOf(HELP_DESK, '1', { deliveryIdentifier: { type: 'X', value: 'other' } }), accountOf()],
    ],
    ['beside an archived one', () => [accountOf(HELP_DESK, '1', { archived: true }), accountOf()]],
  ])('is found: %s', async (_, accounts) => {
    const w = world()
    expect(await installWith(w, ...accounts())).toEqual([])
    expect(w.note()).toMatchObject({ accounts: { [HELP_DESK]: ACCOUNT } })
    expect(w.vendor.names()).toEqual([...PROOF, ...FOUND, ...HEARD])
  })

  it('is found on the second page', async () => {
    const w = world()
    proven(w)
    w.vendor.on(LIST, pageOf([channelOf(w)]))
    w.vendor
      .on(LIST_ACCOUNTS, pageOf([accountOf(OTHER_INBOX, OTHER_ACCOUNT)], 'b'))
      .on(LIST_ACCOUNTS, pageOf([accountOf()]))
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.vendor.calls[6]).toEqual(w.call(LIST_ACCOUNTS, { query: { after: 'b' }, token: secrets.renewedToken }))
  })

  it.each<[string, () => object[]]>([
    ['that of another inbox', () => [accountOf(OTHER_INBOX, OTHER_ACCOUNT)]],
    ['an archived one', () => [accountOf(HELP_DESK, '1', { archived: true })]],
    ['one that cannot be read', () => [{ inboxId: HELP_DESK }]],
  ])('is made although there is %s', async (_, accounts) => {
    const w = world()
    w.vendor.on(CREATE_ACCOUNT, accountCreated())
    expect(await installWith(w, ...accounts())).toEqual([])
    expect(w.note()).toMatchObject({ accounts: { [HELP_DESK]: ACCOUNT } })
  })

  it('that is switched off is switched on again', async () => {
    const w = world()
    w.vendor.on(UPDATE_ACCOUNT, { json: accountOf() })
    expect(await installWith(w, accountOf(HELP_DESK, ACCOUNT, { authorized: false }))).toEqual([])
    expect(w.vendor.calls.filter(({ name }) => name === UPDATE_ACCOUNT)).toEqual([
      w.call(UPDATE_ACCOUNT, { body: { authorized: true }, token: secrets.renewedToken }),
    ])
  })

  it.each<[string, object]>([
    ['long ago', {}],
    ['just now', { madeAt: Date.now() }],
  ])('that is ours and was switched off stays off, which is told at once (channel made %s)', async (_, more) => {
    const w = world()
    const waits = shortenWaits()
    await w.storeNote(w.setUp(more))
    proven(w)
    w.vendor.on(LIST, pageOf([channelOf(w)]))
    w.vendor.on(LIST_ACCOUNTS, pageOf([accountOf(HELP_DESK, ACCOUNT, { authorized: false })]))
    const error = await failsWith(ProviderHttpError, install(w))
    expect(error).toMatchObject({ type: 'SWITCHED_OFF', retryable: false })
    expect(error.message).toBe(
      'The channel of the bot is switched off in HubSpot for this Help Desk or inbox. Switch it on under Settings > Inbox ' +
        '& Help Desk > Channels, or remove the integration from the bot and add it again.'
    )
    expect(w.vendor.names()).toEqual([...PROOF, ...FOUND])
    expect(waits).toEqual([])
  })

  it('that is switched off is switched on when ours is another one', async () => {
    const w = world()
    await w.storeNote(w.setUp({ accounts: { [HELP_DESK]: '1', [OTHER_INBOX]: ACCOUNT } }))
    w.vendor.on(UPDATE_ACCOUNT)
    expect(await installWith(w, accountOf(HELP_DESK, ACCOUNT, { authorized: false }))).toEqual([])
    expect(w.vendor.bodies(UPDATE_ACCOUNT)).toEqual([{ authorized: true }])
  })

  it.each<[string, Answer]>([
    ['was made a moment ago (409)', refusal(409)],
    ['was made, whatever HubSpot says (502)', refusal(502)],
    ['was made, whatever HubSpot says (a page)', PAGE],
  ])('is looked for again when it %s', async (_, answer) => {
    const w = world()
    w.vendor.on(CREATE_ACCOUNT, answer)
    proven(w)
    w.vendor
      .on(LIST, pageOf([channelOf(w)]))
      .on(LIST_ACCOUNTS, empty)
      .on(LIST_ACCOUNTS, pageOf([accountOf()]))
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.note()).toMatchObject({ accounts: { [HELP_DESK]: ACCOUNT } })
    expect(w.vendor.count(CREATE_ACCOUNT)).toBe(1)
  })

  it('whose making is in doubt is found by the next save, and not made twice', async () => {
    const w = world()
    proven(w)
    w.vendor
      .on(LIST, pageOf([channelOf(w)]))
      .on(LIST_ACCOUNTS, empty)
      .on(CREATE_ACCOUNT, { drop: 'ECONNRESET' })
    await failsWith(ProviderUnreachableError, install(w))
    proven(w)
    found(w)
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.vendor.count(CREATE_ACCOUNT)).toBe(1)
  })

  it.each([400, 403, 404, 409])(
    'that is refused by a channel of long ago is told at once (status %i)',
    async (status) => {
      const w = world()
      proven(w)
      w.vendor
        .on(LIST, pageOf([channelOf(w)]))
        .on(LIST_ACCOUNTS, empty)
        .on(CREATE_ACCOUNT, refusal(status))
      w.vendor.on(LIST_ACCOUNTS, empty)
      expect(await failsWith(ProviderHttpError, install(w))).toMatchObject({ status, retryable: false })
    }
  )
})

describe('a new channel that HubSpot does not know everywhere yet', () => {
  const world = useWorld({ isSetUp: false })
  const fresh = (w: World) => {
    proven(w)
    return w.vendor.on(LIST, empty).on(CREATE, created(w))
  }

  it('is waited for', async () => {
    const w = world()
    const waits = shortenWaits()
    fresh(w).on(LIST_ACCOUNTS, MISSING).on(LIST_ACCOUNTS, MISSING).on(LIST_ACCOUNTS, empty)
    w.vendor.on(CREATE_ACCOUNT, accountCreated())
    heard(w)
    expect(await install(w)).toEqual([])
    expect(waits).toEqual([1_000, 2_000])
    expect(repeated(w)).toEqual([])
  })

  it.each([400, 404, 409])('is waited for when it refuses the account (status %i)', async (status) => {
    const w = world()
    const waits = shortenWaits()
    fresh(w).on(LIST_ACCOUNTS, empty).on(CREATE_ACCOUNT, refusal(status)).on(LIST_ACCOUNTS, empty)
    w.vendor.on(LIST_ACCOUNTS, empty).on(CREATE_ACCOUNT, accountCreated())
    heard(w)
    expect(await install(w)).toEqual([])
    expect(waits).toEqual([1_000])
  })

  it('is not waited for when the account may not be made at all', async () => {
    const w = world()
    const waits = shortenWaits()
    fresh(w).on(LIST_ACCOUNTS, empty).on(CREATE_ACCOUNT, refusal(403)).on(LIST_ACCOUNTS, empty)
    expect(await failsWith(ProviderHttpError, install(w))).toMatchObject({ status: 403 })
    expect(waits).toEqual([])
  })

  it('is not waited for longer than fifteen seconds: a notice says that the rest comes by itself', async () => {
    const w = world()
    const waits = shortenWaits()
    fresh(w).whenever(LIST_ACCOUNTS, MISSING)
    heard(w)
    expect(await install(w)).toEqual([expect.stringMatching(NEEDS_A_WHILE)])
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(15_000)
    expect(w.vendor.count(LIST_ACCOUNTS)).toBeGreaterThan(2)
    expect(repeated(w)).toEqual([HOURLY])
    expect(w.note()).toMatchObject({ portalId: PORTAL, channelId: CHANNEL, accounts: {} })
  })

  it('is finished by the registration that Botpress repeats', async () => {
    const w = world()
    shortenWaits()
    fresh(w).whenever(LIST_ACCOUNTS, MISSING)
    heard(w)
    await install(w)
    nock.cleanAll()
    proven(w)
    w.vendor
      .on(LIST, pageOf([channelOf(w)]))
      .on(LIST_ACCOUNTS, empty)
      .on(CREATE_ACCOUNT, accountCreated())
    heard(w)
    expect(await (await w.instance()).install()).toEqual([])
    expect(repeated(w)).toEqual([HOURLY])
    expect(w.note()).toMatchObject(SET_UP)
    expect(w.vendor.count(CREATE)).toBe(1)
  })

  it('is told of beside what has to be done by hand', async () => {
    const w = world()
    shortenWaits()
    fresh(w).whenever(LIST_ACCOUNTS, MISSING)
    w.vendor.on(TARGET, refusal(403))
    expect(await install(w)).toEqual([
      expect.stringMatching(NEEDS_A_WHILE),
      expect.stringContaining('have to be set up by hand'),
    ])
  })

  it('is finished by the first session', async () => {
    const w = world()
    await w.storeNote(w.setUp({ accounts: {}, madeAt: Date.now() - MINUTE_MS }))
    w.vendor.on(LIST, empty).on(LIST_ACCOUNTS, empty).on(CREATE_ACCOUNT, accountCreated()).on(PUBLISH, published())
    expect(await w.api().openThread(w.request())).toEqual(w.thread)
    expect(w.vendor.names()).toEqual([LIST, LIST_ACCOUNTS, CREATE_ACCOUNT, PUBLISH])
    expect(w.note()).toMatchObject(SET_UP)
  })

  it('lets the first session fail with one readable sentence, after eight seconds at most', async () => {
    const w = world()
    const waits = shortenWaits()
    await w.storeNote(w.setUp({ accounts: {}, madeAt: Date.now() - MINUTE_MS }))
    w.vendor.on(LIST, empty).whenever(LIST_ACCOUNTS, MISSING)
    expect((await failsWith(ProviderHttpError, w.api().openThread(w.request()))).message).toBe(
      'HubSpot has made the channel but cannot use it yet, which may take some minutes. Try again a little later.'
    )
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(8_000)
    expect(waits.length).toBeGreaterThan(1)
    expect(w.vendor.count(PUBLISH)).toBe(0)
  })
})

describe('the place of a session', () => {
  const world = useWorld()
  const elsewhere = (w: World, inboxId = OTHER_INBOX) => w.request({ options: { inboxId } })
  const OTHER = inboxRoute(OTHER_INBOX)
  const toOther = (w: World) =>
    w.vendor
      .on(OTHER, inboxOf(OTHER_INBOX, { type: 'INBOX' }))
      .on(LIST, pageOf([channelOf(w)]))
      .on(LIST_ACCOUNTS, pageOf([accountOf()]))
      .on(CREATE_ACCOUNT, accountCreated(OTHER_INBOX, OTHER_ACCOUNT))

  it('costs no call once it is known', async () => {
    const w = world()
    w.vendor.on(PUBLISH, published())
    await w.api().openThread(w.request())
    expect(w.vendor.names()).toEqual([PUBLISH])
  })

  it('in another inbox gets an account of its own, once', async () => {
    const w = world()
    toOther(w).on(PUBLISH, published()).on(PUBLISH, published())
    const thread = { ...w.thread, accountId: OTHER_ACCOUNT, inboxId: OTHER_INBOX }
    expect(await w.api().openThread(elsewhere(w))).toEqual(thread)
    expect(await (await w.instance()).openThread(elsewhere(w))).toEqual(thread)
    expect(w.vendor.names()).toEqual([OTHER, LIST, LIST_ACCOUNTS, CREATE_ACCOUNT, PUBLISH, PUBLISH])
    expect(w.vendor.bodies(CREATE_ACCOUNT)).toEqual([
      {
        inboxId: OTHER_INBOX,
        name: 'Botpress',
        authorized: true,
        deliveryIdentifier: { type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: `botpress-${OTHER_INBOX}` },
      },
    ])
    expect(w.note()).toEqual({
      ...w.setUp(),
      appId: APP,
      accounts: { [HELP_DESK]: ACCOUNT, [OTHER_INBOX]: OTHER_ACCOUNT },
    })
  })

  it('in another inbox is made once for two sessions of the same moment', async () => {
    const w = world()
    shortenWaits()
    toOther(w).whenever(PUBLISH, published())
    const instances = [await w.instance(), await w.instance()]
    await Promise.all(instances.map((api) => api.openThread(elsewhere(w))))
    expect(w.vendor.count(CREATE_ACCOUNT)).toBe(1)
    expect(w.vendor.count(PUBLISH)).toBe(2)
  })

  it('stays known when the settings are saved again', async () => {
    const w = world()
    const accounts = { [HELP_DESK]: ACCOUNT, [OTHER_INBOX]: OTHER_ACCOUNT }
    await w.storeNote({ ...SET_UP, accounts })
    proven(w)
    found(w)
    heard(w)
    await install(w)
    expect(w.note()).toMatchObject({ accounts })
  })

  it.each<[string, Answer]>([
    ['unknown', MISSING],
    ['no number at all', refusal(400)],
    ['archived', inboxOf(OTHER_INBOX, { archived: true })],
  ])('in an inbox that is %s fails in readable words', async (_, answer) => {
    const w = world()
    w.vendor.on(OTHER, answer).on(INBOXES, pageOf([{ id: HELP_DESK, name: 'Help Desk' }]))
    const error = await failsWith(ConfigurationError, w.api().openThread(elsewhere(w)))
    expect(error.message).toContain(`HubSpot knows no Help Desk or inbox "${OTHER_INBOX}"`)
    expect(error.message).toContain('"inboxId" of the session')
    expect(error.message).toContain(`The account has: Help Desk (${HELP_DESK}).`)
    expect(w.vendor.names()).toEqual([OTHER, INBOXES])
  })

  it('in an inbox whose id is none stays in its part of the address', async () => {
    const w = world()
    w.vendor.on('GET /conversations/v3/conversations/inboxes/..%2Fthreads%3Fa%3Db', MISSING).on(INBOXES, empty)
    await failsWith(ConfigurationError, w.api().openThread(elsewhere(w, '../threads?a=b')))
    expect(w.vendor.calls).toHaveLength(2)
  })

  it.each(['', '  ', undefined])('is that of the settings when the option is empty (%j)', async (inboxId) => {
    const w = world()
    w.vendor.on(PUBLISH, published())
    const options = inboxId === undefined ? {} : { inboxId }
    expect(await w.api().openThread(w.request({ options }))).toEqual(w.thread)
  })

  it('is made from nothing when the registration never ran', async () => {
    const w = world()
    await w.storeNote({}, 'another app')
    proven(w)
    made(w).on(PUBLISH, published())
    heard(w)
    expect(await w.api().openThread(w.request())).toEqual(w.thread)
    expect(w.note()).toMatchObject(SET_UP)
  })

  const changes: readonly (readonly [string, Record<string, string>])[] = [
    ['client secret', { clientSecret: 'another' }],
    ['client ID', { clientId: 'another' }],
    ['refresh token', { refreshToken: 'another' }],
    ['developer API key', { developerApiKey: 'another' }],
    ['Help Desk', { helpDeskId: OTHER_INBOX }],
  ]

  it.each(changes)('that was made with another %s is proven and made with all that belongs to it', async (_, other) => {
    const w = world()
    await w.storeNote(w.setUp({}, other))
    proven(w)
    found(w).on(PUBLISH, published()).on(PUBLISH, published())
    heard(w)
    expect(await w.api().openThread(w.request())).toEqual(w.thread)
    expect(w.note()).toMatchObject(w.setUp())
    expect(await (await w.instance()).openThread(w.request())).toEqual(w.thread)
    expect(w.vendor.names()).toEqual([...PROOF, ...FOUND, ...HEARD, PUBLISH, PUBLISH])
  })

  it('that was never finished is made with the webhooks; what is left to do is logged', async () => {
    const w = world()
    await w.storeNote(SET_UP)
    proven(w)
    found(w).on(TARGET, refusal(403)).on(PUBLISH, published())
    expect(await w.api().openThread(w.request())).toEqual(w.thread)
    expect(w.logLines).toEqual([expect.stringContaining('have to be set up by hand')])
  })

  it('that cannot be proven with the settings of now takes no message', async () => {
    const w = world()
    await w.storeNote(w.setUp({}, { clientSecret: 'another' }))
    w.vendor.onToken(tokenRefusal({ error: 'invalid_client' }))
    expect((await failsWith(ConfigurationError, w.api().openThread(w.request()))).setting).toBe('clientSecret')
    expect(w.vendor.names()).toEqual(['token'])
  })

  it.each([404, 400])('in another inbox is not refused for want of a token (status %i)', async (status) => {
    const w = world()
    await w.storeToken({ expiresAt: 0 })
    w.vendor.onToken({ ...NO_TOKEN, status })
    expect(await failsWith(ProviderHttpError, w.api().openThread(elsewhere(w)))).toMatchObject({ status })
    expect(w.vendor.names()).toEqual(['token'])
  })

  it('may be given by a number', async () => {
    const w = world()
    await w.storeNote(w.setUp({ accounts: { [HELP_DESK]: ACCOUNT, [OTHER_INBOX]: OTHER_ACCOUNT } }))
    w.vendor.on(PUBLISH, published())
    const options = { inboxId: Number(OTHER_INBOX) as unknown as string }
    expect(await w.api().openThread(w.request({ options }))).toEqual({
      ...w.thread,
      accountId: OTHER_ACCOUNT,
      inboxId: OTHER_INBOX,
    })
  })

  it('is not that of another app in the note', async () => {
    const w = world()
    await w.storeNote({ ...SET_UP, channelId: '1' }, '999999')
    proven(w)
    found(w).on(PUBLISH, published())
    heard(w)
    expect(await w.api().openThread(w.request())).toEqual(w.thread)
  })
})

describe('the webhooks of the app', () => {
  const world = useWorld({ isSetUp: false })
  const ready = (w: World) => {
    proven(w)
    return found(w)
  }
  const byHand = (w: World, why: string) =>
    `The webhooks of the app have to be set up by hand: ${why}. In the HubSpot developer account open Apps > your app > ` +
    `Webhooks, set the target URL to ${w.webhookUrl}, and subscribe to Conversation > Property changed for "assignedTo" ` +
    'and "status"; activate both. Without them the bot does not learn who answers and when the conversation ends.'
  const ELSEWHERE = 'The app sends its webhooks to another address already'

  it.each<[string, Answer]>([
    ['has no address', MISSING],
    ['has an empty address', targetOf('')],
    ['has null for an address', targetOf(null)],
  ])('are directed to the bot when the app %s', async (_, answer) => {
    const w = world()
    ready(w).on(TARGET, answer).on(SET_TARGET).on(SUBSCRIPTIONS, SUBSCRIBED)
    expect(await install(w)).toEqual([])
    expect(w.vendor.calls.filter(({ name }) => name === SET_TARGET)).toEqual([
      w.appCall(SET_TARGET, { body: { targetUrl: w.webhookUrl, throttling: { maxConcurrentRequests: 10 } } }),
    ])
    expect(w.note()).toMatchObject({ hasTarget: true })
    expect(w.note()).not.toHaveProperty('subscriptions')
  })

  it('are left alone when all is as it should be', async () => {
    const w = world()
    ready(w)
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.vendor.names()).toEqual([...PROOF, ...FOUND, ...HEARD])
    expect(w.note()).not.toHaveProperty('hasTarget')
    expect(w.note()).not.toHaveProperty('subscriptions')
  })

  it('that come to our address with a slash at its end come to the bot', async () => {
    const w = world()
    ready(w)
      .on(TARGET, targetOf(`${w.webhookUrl}/`))
      .on(SUBSCRIPTIONS, SUBSCRIBED)
    expect(await install(w)).toEqual([])
    expect(w.vendor.names()).toEqual([...PROOF, ...FOUND, ...HEARD])
    expect(w.note()).not.toHaveProperty('hasTarget')
  })

  it.each([(url: string) => `${url}/more`, (url: string) => `${url}0/`])(
    'that go to an address that only begins like ours go elsewhere',
    async (toOther) => {
      const w = world()
      ready(w).on(TARGET, targetOf(toOther(w.webhookUrl)))
      expect(await install(w)).toEqual([byHand(w, ELSEWHERE)])
    }
  )

  it('that go to another address are not redirected: a notice says what to do', async () => {
    const w = world()
    ready(w).on(TARGET, targetOf('https://example.com/of-somebody-else'))
    expect(await install(w)).toEqual([byHand(w, ELSEWHERE)])
    expect(w.vendor.names()).toEqual([...PROOF, ...FOUND, TARGET])
    expect(repeated(w)).toEqual([])
  })

  it('are asked for where one of two subscriptions is missing', async () => {
    const w = world()
    ready(w)
      .on(TARGET, targetOf(w.webhookUrl))
      .on(SUBSCRIPTIONS, pageOf([subscriptionOf('assignedTo', 71)]))
    w.vendor.on(SUBSCRIBE, { status: 201, json: subscriptionOf('status', 72) })
    await install(w)
    expect(w.vendor.bodies(SUBSCRIBE)).toEqual([
      { eventType: 'conversation.propertyChange', propertyName: 'status', active: true },
    ])
    expect(w.note()).toMatchObject({ subscriptions: ['72'] })
  })

  it('that are switched off are switched on', async () => {
    const w = world()
    const paused = [subscriptionOf('status', 72, { active: false }), subscriptionOf('assignedTo', 71, { active: null })]
    ready(w)
      .on(TARGET, targetOf(w.webhookUrl))
      .on(SUBSCRIPTIONS, pageOf(paused))
      .on(subscriptionRoute('71'), { json: subscriptionOf('assignedTo', 71) })
      .on(subscriptionRoute('72'), { json: subscriptionOf('status', 72) })
    expect(await install(w)).toEqual([])
    const switched = w.vendor.calls.filter(({ method }) => method === 'PATCH')
    expect(switched).toEqual(['71', '72'].map((id) => w.appCall(subscriptionRoute(id), { body: { active: true } })))
    expect(w.note()).toMatchObject({ subscriptions: ['71', '72'] })
  })

  it.each<[string, Answer]>([
    ['anything', { json: ['anything'] }],
    ['nothing', { status: 204, text: '' }],
  ])('are switched on whatever HubSpot answers: %s', async (_, answer) => {
    const w = world()
    const paused = [subscriptionOf('assignedTo', 71, { active: false }), subscriptionOf('status', 72)]
    ready(w).on(TARGET, targetOf(w.webhookUrl)).on(SUBSCRIPTIONS, pageOf(paused)).on(subscriptionRoute('71'), answer)
    expect(await install(w)).toEqual([])
    expect(w.note()).toMatchObject({ subscriptions: ['71'] })
  })

  const first: Answer = { status: 201, json: subscriptionOf('assignedTo', 71) }

  it.each<[string, Answer]>([
    ['status 503', refusal(503)],
    ['a dropped connection', { drop: 'ECONNRESET' }],
  ])('are known as ours from the first on, although the second meets %s', async (_, answer) => {
    const w = world()
    ready(w).on(TARGET, MISSING).on(SET_TARGET).on(SUBSCRIPTIONS, empty).on(SUBSCRIBE, first).on(SUBSCRIBE, answer)
    expect(await failureOf(install(w))).toMatchObject({ retryable: true })
    expect(w.note()).toMatchObject({ hasTarget: true, subscriptions: ['71'] })
    ready(w)
      .on(TARGET, targetOf(w.webhookUrl))
      .on(SUBSCRIPTIONS, pageOf([subscriptionOf('assignedTo', 71)]))
      .on(SUBSCRIBE, { status: 201, json: subscriptionOf('status', 72) })
    expect(await install(w)).toEqual([])
    expect(w.note()).toMatchObject({ hasTarget: true, subscriptions: ['71', '72'] })
  })

  it('are known as ours from the first on, although the second is refused', async () => {
    const w = world()
    ready(w).on(TARGET, targetOf(w.webhookUrl)).on(SUBSCRIPTIONS, empty)
    w.vendor.on(SUBSCRIBE, first).on(SUBSCRIBE, refusal(400))
    expect(await install(w)).toHaveLength(1)
    expect(w.note()).toMatchObject({ subscriptions: ['71'] })
  })

  it('are known as ours from the first that is switched on, although the second is refused', async () => {
    const w = world()
    const paused = [
      subscriptionOf('assignedTo', 71, { active: false }),
      subscriptionOf('status', 72, { active: false }),
    ]
    ready(w).on(TARGET, targetOf(w.webhookUrl)).on(SUBSCRIPTIONS, pageOf(paused))
    w.vendor.on(subscriptionRoute('71')).on(subscriptionRoute('72'), refusal(403))
    expect(await install(w)).toHaveLength(1)
    expect(w.note()).toMatchObject({ subscriptions: ['71'] })
  })

  it('of which ours was paused in HubSpot stay as they are: a notice says what to do', async () => {
    const w = world()
    await w.storeNote({ ...SET_UP, subscriptions: ['71'] })
    const paused = [subscriptionOf('assignedTo', 71, { active: false }), subscriptionOf('status', 72)]
    ready(w).on(TARGET, targetOf(w.webhookUrl)).on(SUBSCRIPTIONS, pageOf(paused))
    expect(await install(w)).toEqual([byHand(w, 'The subscription to assignedTo was paused in HubSpot')])
    expect(w.vendor.names()).toEqual([...PROOF, ...FOUND, ...HEARD])
    expect(w.note()).toMatchObject({ subscriptions: ['71'] })
  })

  it('of which ours was paused do not keep the other one from being made', async () => {
    const w = world()
    await w.storeNote({ ...SET_UP, subscriptions: ['71'] })
    const listed = pageOf([subscriptionOf('assignedTo', 71, { active: false })])
    ready(w).on(TARGET, targetOf(w.webhookUrl)).on(SUBSCRIPTIONS, listed)
    w.vendor.on(SUBSCRIBE, { status: 201, json: subscriptionOf('status', 72) })
    expect(await install(w)).toEqual([byHand(w, 'The subscription to assignedTo was paused in HubSpot')])
    expect(w.note()).toMatchObject({ subscriptions: ['71', '72'] })
  })

  it('that somebody else has paused are switched on once, and then are ours', async () => {
    const w = world()
    const paused = pageOf([subscriptionOf('assignedTo', 71), subscriptionOf('status', 72, { active: false })])
    ready(w).on(TARGET, targetOf(w.webhookUrl)).on(SUBSCRIPTIONS, paused).on(subscriptionRoute('72'))
    expect(await install(w)).toEqual([])
    ready(w).on(TARGET, targetOf(w.webhookUrl)).on(SUBSCRIPTIONS, paused)
    expect(await install(w)).toEqual([byHand(w, 'The subscription to status was paused in HubSpot')])
    expect(w.vendor.count(subscriptionRoute('72'))).toBe(1)
    expect(w.note()).toMatchObject({ subscriptions: ['72'] })
  })

  it('for other events and properties are none of ours', async () => {
    const w = world()
    const others = [
      subscriptionOf('isArchived', 61),
      subscriptionOf('status', 62, { eventType: 'ticket.propertyChange' }),
      subscriptionOf('assignedTo', 63, { eventType: 'conversation.newMessage' }),
      { id: 64 },
      null,
    ]
    ready(w)
      .on(TARGET, targetOf(w.webhookUrl))
      .on(SUBSCRIPTIONS, { json: { results: others } })
      .on(SUBSCRIBE, { status: 201, json: subscriptionOf('assignedTo', 71) })
      .on(SUBSCRIBE, { status: 201, json: subscriptionOf('status', 72) })
    await install(w)
    expect(w.note()).toMatchObject({ subscriptions: ['71', '72'] })
  })

  it('that were made by an earlier save are still known as ours', async () => {
    const w = world()
    await w.storeNote({ ...SET_UP, hasTarget: true, subscriptions: ['71', '72'] })
    ready(w)
    heard(w)
    await install(w)
    expect(w.note()).toMatchObject({ hasTarget: true, subscriptions: ['71', '72'] })
  })

  const REASON = 'HubSpot does not let the developer API key do it'
  const refusals: readonly (readonly [string, (w: World) => unknown])[] = [
    ['403 at the look', (w) => w.vendor.on(TARGET, refusal(403))],
    ['400 at the look', (w) => w.vendor.on(TARGET, refusal(400))],
    ['401 at the look', (w) => w.vendor.on(TARGET, refusal(401))],
    ['405 at the change', (w) => w.vendor.on(TARGET, MISSING).on(SET_TARGET, refusal(405))],
    ['400 at the list', (w) => w.vendor.on(TARGET, targetOf(w.webhookUrl)).on(SUBSCRIPTIONS, refusal(400))],
    [
      '400 at the subscription: there are 1000 already',
      (w) => w.vendor.on(TARGET, targetOf(w.webhookUrl)).on(SUBSCRIPTIONS, empty).on(SUBSCRIBE, refusal(400)),
    ],
    [
      '403 at switching on',
      (w) =>
        w.vendor
          .on(TARGET, targetOf(w.webhookUrl))
          .on(SUBSCRIPTIONS, pageOf([subscriptionOf('assignedTo', 71, { active: false })]))
          .on(subscriptionRoute('71'), refusal(403)),
    ],
  ]

  it.each(refusals)('that HubSpot does not let us make are told of once: %s', async (_, refuse) => {
    const w = world()
    ready(w)
    refuse(w)
    const [notice = '', ...more] = await install(w)
    expect(more).toEqual([])
    expect(notice).toMatch(
      new RegExp(`^The webhooks of the app have to be set up by hand: ${REASON} \\(HubSpot.+\\)\\. `)
    )
    expect(notice).toContain(`set the target URL to ${w.webhookUrl}, and subscribe to`)
    expectNoSecret(notice)
    ready(w)
    refuse(w)
    expect(await install(w)).toEqual([])
    expect(repeated(w)).toEqual([])
  })

  it('are told of again when the reason has changed', async () => {
    const w = world()
    ready(w).on(TARGET, refusal(403))
    expect(await install(w)).toEqual([expect.stringContaining(REASON)])
    ready(w).on(TARGET, targetOf('https://example.com/of-somebody-else'))
    expect(await install(w)).toEqual([byHand(w, ELSEWHERE)])
    ready(w).on(TARGET, targetOf('https://example.com/of-yet-another'))
    expect(await install(w)).toEqual([])
  })

  it('are told of again when they were right in between', async () => {
    const w = world()
    const other = targetOf('https://example.com/of-somebody-else')
    ready(w).on(TARGET, other)
    expect(await install(w)).toHaveLength(1)
    ready(w)
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.note()).not.toHaveProperty('told')
    ready(w).on(TARGET, other)
    expect(await install(w)).toHaveLength(1)
  })

  it.each<[string, Answer]>([
    ['status 503', refusal(503)],
    ['a rate limit', rateLimit('DAILY')],
    ['a dropped connection', { drop: 'ECONNRESET' }],
  ])('are tried again, and no work for hands, after %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    ready(w).whenever(TARGET, answer)
    expect(await failureOf(install(w))).toMatchObject({ retryable: true })
    expect(w.note()).not.toHaveProperty('told')
    expect(w.note()).toMatchObject(SET_UP)
    expect(repeated(w)).toEqual([])
  })

  it('that fail while the account is missing leave an hourly registration behind', async () => {
    const w = world()
    shortenWaits()
    proven(w)
    w.vendor.on(LIST, empty).on(CREATE, created(w)).whenever(LIST_ACCOUNTS, MISSING).whenever(TARGET, refusal(503))
    expect(await failureOf(install(w))).toMatchObject({ retryable: true })
    expect(repeated(w)).toEqual([HOURLY])
    expect(w.note()).toMatchObject({ portalId: PORTAL, channelId: CHANNEL, accounts: {} })
  })
})

describe('the removal', () => {
  const world = useWorld({ isSetUp: false })
  const NOTE = { ...SET_UP, hasTarget: true, subscriptions: ['71', '72'] }
  /** What is still known afterwards: the channel stays. */
  const LEFT = { portalId: PORTAL, channelId: CHANNEL, accounts: {} }
  const uninstall = (w: World) => w.api().uninstall()
  const UPDATE_OTHER: Route = `PATCH ${ACCOUNTS}/${OTHER_ACCOUNT}`

  it('switches off the accounts and subscriptions and takes our address back, and keeps the channel', async () => {
    const w = world()
    await w.storeNote({ ...NOTE, accounts: { [HELP_DESK]: ACCOUNT, [OTHER_INBOX]: OTHER_ACCOUNT } })
    w.vendor
      .on(UPDATE_ACCOUNT)
      .on(UPDATE_OTHER)
      .on(subscriptionRoute('71'))
      .on(subscriptionRoute('72'))
      .on(TARGET, targetOf(w.webhookUrl))
      .on(REMOVE_TARGET, { status: 204, text: '' })
    await uninstall(w)
    expect(w.vendor.calls).toEqual([
      w.call(UPDATE_ACCOUNT, { body: { authorized: false } }),
      w.call(UPDATE_OTHER, { body: { authorized: false } }),
      w.appCall(subscriptionRoute('71'), { body: { active: false } }),
      w.appCall(subscriptionRoute('72'), { body: { active: false } }),
      w.appCall(TARGET),
      w.appCall(REMOVE_TARGET),
    ])
    expect(w.note()).toEqual({ ...LEFT, appId: APP })
    expect(w.logLines).toEqual([])
  })

  it('forgets all but the account of HubSpot and the channel with its age', async () => {
    const w = world()
    const madeAt = Date.now() - 5 * MINUTE_MS
    await w.storeNote({ ...NOTE, madeAt, told: 'Something.' })
    w.vendor.on(UPDATE_ACCOUNT).on(subscriptionRoute('71')).on(subscriptionRoute('72')).on(TARGET, MISSING)
    await uninstall(w)
    expect(w.note()).toEqual({ ...LEFT, madeAt, appId: APP })
  })

  /** Removes a channel that was made just now, and saves the settings again so much later, without it in the list. */
  const savedAfter = async (w: World, ms: number, note: object = SET_UP) => {
    freezeClock()
    await w.storeToken({ expiresAt: Date.now() + 600 * MINUTE_MS })
    await w.storeNote({ ...note, madeAt: Date.now() })
    w.vendor.whenever(UPDATE_ACCOUNT)
    await uninstall(w)
    passMs(ms)
    proven(w)
  }

  it('does not make the next save make a second channel: for fifteen minutes the list may not show it', async () => {
    const w = world()
    await savedAfter(w, 15 * MINUTE_MS - 1)
    w.vendor.on(LIST, empty).on(LIST_ACCOUNTS, pageOf([accountOf(HELP_DESK, ACCOUNT, { authorized: false })]))
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.vendor.count(CREATE)).toBe(0)
    expect(w.vendor.bodies(UPDATE_ACCOUNT)).toEqual([{ authorized: false }, { authorized: true }])
    expect(w.note()).toMatchObject(SET_UP)
  })

  it('lets a save after fifteen minutes make the channel anew when it is gone', async () => {
    const w = world()
    await savedAfter(w, 15 * MINUTE_MS)
    made(w)
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.vendor.count(CREATE)).toBe(1)
  })

  it('does not forget that the making of the channel is in doubt', async () => {
    const w = world()
    await savedAfter(w, MINUTE_MS, { portalId: PORTAL, accounts: {} })
    w.vendor.on(LIST, empty)
    expect((await failsWith(ProviderHttpError, install(w))).message).toContain('may still be making the channel')
    expect(w.vendor.count(CREATE)).toBe(0)
  })

  it('lets the next save tell again what is left to do by hand', async () => {
    const w = world()
    const refused = async () => {
      proven(w)
      found(w).on(TARGET, refusal(403))
      return install(w)
    }
    expect(await refused()).toHaveLength(1)
    expect(await refused()).toEqual([])
    w.vendor.on(UPDATE_ACCOUNT)
    await uninstall(w)
    expect(await refused()).toHaveLength(1)
  })

  it('passes over a subscription that is gone: the others and the address are taken back', async () => {
    const w = world()
    await w.storeNote({ ...NOTE, subscriptions: ['71', '72', '73'] })
    w.vendor.on(UPDATE_ACCOUNT).on(subscriptionRoute('71'), MISSING).on(subscriptionRoute('72'), MISSING)
    w.vendor.on(subscriptionRoute('73')).on(TARGET, targetOf(w.webhookUrl)).on(REMOVE_TARGET, { status: 204, text: '' })
    await uninstall(w)
    expect(w.vendor.count(subscriptionRoute('73'))).toBe(1)
    expect(w.vendor.count(REMOVE_TARGET)).toBe(1)
    expect(w.logLines).toEqual([])
  })

  it.each<[string, Answer]>([
    ['anything', { json: ['anything'] }],
    ['nothing', { status: 204, text: '' }],
  ])('takes subscriptions back whatever HubSpot answers: %s', async (_, answer) => {
    const w = world()
    await w.storeNote(NOTE)
    w.vendor.on(UPDATE_ACCOUNT, answer).on(subscriptionRoute('71'), answer).on(subscriptionRoute('72'), answer)
    w.vendor.on(TARGET, targetOf(w.webhookUrl)).on(REMOVE_TARGET, answer)
    await uninstall(w)
    expect(w.logLines).toEqual([])
  })

  it('passes over accounts that are gone, and switches off the others', async () => {
    const w = world()
    await w.storeNote({ ...SET_UP, accounts: { [HELP_DESK]: ACCOUNT, [OTHER_INBOX]: OTHER_ACCOUNT } })
    w.vendor.on(UPDATE_ACCOUNT, MISSING).on(UPDATE_OTHER)
    await uninstall(w)
    expect(w.vendor.names()).toEqual([UPDATE_ACCOUNT, UPDATE_OTHER])
    expect(w.logLines).toEqual([])
  })

  it.each<[string, Answer]>([
    ['is refused', refusal(403)],
    ['fails', refusal(500)],
    ['cannot be reached', { drop: 'ECONNRESET' }],
  ])('takes back the other subscription and the address when one %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    await w.storeNote(NOTE)
    w.vendor.on(UPDATE_ACCOUNT).whenever(subscriptionRoute('71'), answer).on(subscriptionRoute('72'))
    w.vendor.on(TARGET, targetOf(w.webhookUrl)).on(REMOVE_TARGET, { status: 204, text: '' })
    await uninstall(w)
    expect(w.logLines).toEqual([expect.stringContaining('could not be taken back')])
    expect(w.note()).toEqual({ ...LEFT, appId: APP })
  })

  it('takes back our address with a slash at its end', async () => {
    const w = world()
    await w.storeNote({ ...SET_UP, hasTarget: true })
    w.vendor
      .on(UPDATE_ACCOUNT)
      .on(TARGET, targetOf(`${w.webhookUrl}/`))
      .on(REMOVE_TARGET, MISSING)
    await uninstall(w)
    expect(w.vendor.count(REMOVE_TARGET)).toBe(1)
    expect(w.logLines).toEqual([])
  })

  it('says which webhooks are left when HubSpot does not let us take them back', async () => {
    const w = world()
    await w.storeNote({ ...SET_UP, subscriptions: ['71'] })
    w.vendor.on(UPDATE_ACCOUNT).on(subscriptionRoute('71'), refusal(403))
    await uninstall(w)
    expect(w.logLines).toEqual([
      expect.stringMatching(
        /^The webhooks of the HubSpot app could not be taken back: .+ Remove them under Apps > Webhooks\.$/
      ),
    ])
  })

  it('leaves alone what was made by hand', async () => {
    const w = world()
    await w.storeNote(SET_UP)
    w.vendor.on(UPDATE_ACCOUNT)
    await uninstall(w)
    expect(w.vendor.names()).toEqual([UPDATE_ACCOUNT])
  })

  it.each<[string, Answer]>([
    ['goes elsewhere by now', targetOf('https://example.com/of-somebody-else')],
    ['is gone', MISSING],
  ])('leaves alone an address that %s', async (_, answer) => {
    const w = world()
    await w.storeNote({ ...SET_UP, hasTarget: true })
    w.vendor.on(UPDATE_ACCOUNT).on(TARGET, answer)
    await uninstall(w)
    expect(w.vendor.count(REMOVE_TARGET)).toBe(0)
    expect(w.logLines).toEqual([])
  })

  it('touches nothing of another app', async () => {
    const w = world()
    await w.storeNote(NOTE, '999999')
    await uninstall(w)
    expect(w.vendor.calls).toEqual([])
  })

  it('of what never was set up makes no call', async () => {
    const w = world()
    await uninstall(w)
    expect(w.vendor.calls).toEqual([])
  })

  it.each<[string, Answer]>([
    ['a refusal', refusal(403)],
    ['status 500', refusal(500)],
    ['a dropped connection', { drop: 'ECONNRESET' }],
  ])('goes on after %s, and says what is left to do', async (_, answer) => {
    const w = world()
    shortenWaits()
    await w.storeNote({ ...NOTE, accounts: { [HELP_DESK]: ACCOUNT, [OTHER_INBOX]: OTHER_ACCOUNT } })
    w.vendor.whenever(UPDATE_ACCOUNT, answer).on(UPDATE_OTHER)
    for (const id of ['71', '72']) w.vendor.whenever(subscriptionRoute(id), answer)
    w.vendor.whenever(TARGET, answer)
    await uninstall(w)
    const all = w.logLines.join('\n')
    expect(all).toContain('could not be switched off in HubSpot')
    expect(all).toContain('Switch it off under Settings > Inbox & Help Desk > Channels.')
    expect(w.vendor.count(UPDATE_OTHER)).toBe(1)
    expect(w.note()).toEqual({ ...LEFT, appId: APP })
  })

  it('of an installation whose connection is lost fails for nobody', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken({ expiresAt: 0 })
    await w.storeNote(NOTE)
    w.vendor.onToken(BAD_REFRESH_TOKEN)
    w.vendor.on(subscriptionRoute('71')).on(subscriptionRoute('72'))
    w.vendor.on(TARGET, targetOf(w.webhookUrl)).on(REMOVE_TARGET, { status: 204, text: '' })
    await uninstall(w)
    expect(w.logLines).toHaveLength(1)
  })

  it('is undone by the next save: the account is switched on again', async () => {
    const w = world()
    await w.storeNote(SET_UP)
    w.vendor.on(UPDATE_ACCOUNT)
    await uninstall(w)
    proven(w)
    w.vendor.on(LIST, pageOf([channelOf(w)]))
    w.vendor.on(LIST_ACCOUNTS, pageOf([accountOf(HELP_DESK, ACCOUNT, { authorized: false })])).on(UPDATE_ACCOUNT)
    heard(w)
    expect(await install(w)).toEqual([])
    expect(w.vendor.bodies(UPDATE_ACCOUNT)).toEqual([{ authorized: false }, { authorized: true }])
    expect(w.note()).toMatchObject(SET_UP)
  })
})
