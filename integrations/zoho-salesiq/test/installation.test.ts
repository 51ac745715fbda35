import { generateKeyPairSync } from 'node:crypto'
import {
  ConfigurationError,
  ProviderHttpError,
  ProviderUnreachableError,
  RateLimitedError,
  ReauthorizationRequiredError,
} from '@hitl/core'
import { describe, expect, it } from 'vitest'
import { createSigner } from './fixtures'
import {
  ACCESS_DENIED,
  type Answer,
  APP,
  brandOf,
  data,
  DEPARTMENT,
  EVENTS,
  expectNoSecret,
  failsWith,
  failureOf,
  opened,
  PAGE,
  refusal,
  type Route,
  secrets,
  shortenWaits,
  tokenRefusal,
  useWorld,
  type World,
} from './helpers'

const BRAND: Route = `GET rest/apps/${APP}`
const DEPARTMENTS: Route = 'GET rest/departments'
const PROBE: Route = 'POST visitor/conversations/0/messages'
const LIST: Route = 'GET rest/webhooks'
const CREATE: Route = 'POST rest/webhooks'
const UPDATE: Route = 'PUT rest/webhooks/77'
const REMOVE: Route = 'DELETE rest/webhooks/77'
const KEYS: Route = 'POST rest/webhooks/77/keys'
const OTHER_APP = '325000000012009'
const noConversation = refusal(6_001)

/** What comes before the webhook, with a token in the store. */
const proven = (w: World) => w.vendor.on(BRAND, brandOf()).on(PROBE, noConversation)
const PROOF = [BRAND, PROBE]

const key = createSigner().publicKey
const keyOf = (value = key, id = '9') => ({ id, key: value, created_time: '1769000000000', creator: { id: '5' } })
const webhook = (w: World, more: object = {}) => ({
  id: '77',
  url: w.webhookUrl,
  status: 'enabled',
  type: 'data',
  events: EVENTS,
  app_ids: [APP],
  secured: true,
  version: 1,
  public_keys: [keyOf()],
  failures_count: '0',
  ...more,
})
const listed = (...webhooks: object[]) => data(webhooks, 'webhooks')
const keysOf = (...values: string[]) => data({ id: '77', public_keys: values.map((value) => keyOf(value)) }, 'webhooks')
/** A public key, but of another kind. */
const ELLIPTIC = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ format: 'der', type: 'spki' })
  .toString('base64')
const NOTE = { webhookId: '77', appIds: [APP], keys: [key] }

/** Installs into an account without webhooks. */
async function installFresh(w: World): Promise<void> {
  proven(w)
    .on(LIST, listed())
    .on(CREATE, data(webhook(w, { public_keys: [] }), 'webhooks'))
    .on(KEYS, keysOf(key))
  expect(await w.api().install()).toEqual([])
}

const install = (w: World, config?: Record<string, unknown>) => w.api(config).install()

describe('an installation', () => {
  const world = useWorld({ isConnected: false })

  it('proves every setting and makes a signed webhook, with exactly these calls', async () => {
    const w = world()
    w.vendor.onToken()
    await installFresh(w)
    const token = secrets.renewedToken
    expect(w.vendor.calls).toEqual([
      w.tokenCall(),
      w.call(BRAND, { token }),
      w.call(PROBE, { token, body: { text: 'Connection test' } }),
      w.call(LIST, { token }),
      w.call(CREATE, {
        token,
        body: {
          type: 'data',
          url: w.webhookUrl,
          events: EVENTS,
          app_ids: [APP],
          secured: true,
          version: '1',
        },
      }),
      w.call(KEYS, { token }),
    ])
    expect(w.note()).toEqual(NOTE)
  })

  it('keeps the token that proved the settings for all that follows', async () => {
    const w = world()
    w.vendor.onToken()
    await installFresh(w)
    expect(w.storedToken()).toMatchObject({ accessToken: secrets.renewedToken })
    w.vendor.on('POST visitor/conversations', opened)
    await (await w.instance()).openThread(w.request())
    expect(w.vendor.count('token')).toBe(1)
  })

  it('proves the refresh token although the settings hold an access token', async () => {
    const w = world()
    w.vendor.onToken()
    proven(w).on(LIST, listed(webhook(w)))
    expect(await install(w, { accessToken: secrets.settingsToken })).toEqual([])
    expect(w.vendor.names().slice(0, 1)).toEqual(['token'])
  })

  it('proves the refresh token also when that access token is in use already', async () => {
    const w = world()
    const config = { accessToken: secrets.settingsToken }
    await w.storeToken({ accessToken: secrets.settingsToken, expiresAt: undefined, refresh: undefined }, config)
    w.vendor.onToken(tokenRefusal('invalid_code'))
    expect((await failsWith(ConfigurationError, install(w, config))).setting).toBe('refreshToken')
  })

  it('that cannot reach the accounts service for the moment says so, and blames no setting', async () => {
    const w = world()
    w.vendor.onToken({ status: 503, text: '' })
    expect(await failsWith(ProviderHttpError, install(w))).toMatchObject({ status: 503, retryable: true })
  })

  it('that asked for too many tokens waits, and blames no setting', async () => {
    const w = world()
    w.vendor.onToken(ACCESS_DENIED)
    expect(await failsWith(RateLimitedError, install(w))).toMatchObject({ retryable: true })
    expect(w.vendor.names()).toEqual(['token'])
  })

  it.each<[string, Answer, string, RegExp]>([
    [
      'a refused refresh token',
      tokenRefusal('invalid_code'),
      'refreshToken',
      /^Zoho refused the setting "refreshToken" in the data center "us" \(accounts\.zoho\.com\): .+ Get a new one as the set-up guide says under "Without a browser connection", or empty the setting to connect in the browser\.$/,
    ],
    [
      'an unknown client, or the wrong data center',
      tokenRefusal('invalid_client'),
      'clientId',
      /^Zoho knows no client of the setting "clientId" in the data center "us" \(accounts\.zoho\.com\)\. Check "dataCenter" first: .+ copy the client ID again\.$/,
    ],
    [
      'a wrong client secret',
      tokenRefusal('invalid_client_secret'),
      'clientSecret',
      /^Zoho refused the setting "clientSecret"\. Copy it again from the API Console\.$/,
    ],
    ['a revoked access', tokenRefusal('access_denied'), 'refreshToken', /Get a new one/],
    [
      'a host that does not exist',
      { drop: 'ECONNREFUSED' },
      'dataCenter',
      /^Zoho cannot be reached in the data center "us" \(accounts\.zoho\.com\)\. .+ check the setting "dataCenter"\.$/,
    ],
  ])('names the setting and what to do about it: %s', async (_, answer, setting, message) => {
    const w = world()
    shortenWaits()
    if (answer.drop) w.vendor.wheneverToken(answer)
    else w.vendor.onToken(answer)
    const error = await failsWith(ConfigurationError, install(w))
    expect(error.setting).toBe(setting)
    expect(error.message).toMatch(message)
    expect(new Set(w.vendor.names())).toEqual(new Set(['token']))
  })

  it('with a refused refresh token can be corrected at once', async () => {
    const w = world()
    w.vendor.onToken(tokenRefusal('invalid_client'))
    await failsWith(ConfigurationError, install(w))
    w.vendor.onToken()
    await installFresh(w)
    expect(w.note()).toEqual(NOTE)
  })

  it('with a refused refresh token makes no call of SalesIQ, and no reconnection error of core', async () => {
    const w = world()
    w.vendor.onToken(tokenRefusal('invalid_code'))
    const error = await failureOf(install(w))
    expect(error).not.toBeInstanceOf(ReauthorizationRequiredError)
    expect(w.vendor.names()).toEqual(['token'])
  })
})

describe('a wrong setting', () => {
  const world = useWorld()

  it.each(['no key at all', 'MIIB', Buffer.from('text').toString('base64'), ELLIPTIC])(
    'is named before any call: public key %s',
    async (webhookPublicKey) => {
      const w = world()
      const error = await failsWith(ConfigurationError, install(w, { webhookPublicKey }))
      expect(error).toMatchObject({
        setting: 'webhookPublicKey',
        message:
          'The setting "webhookPublicKey" is no RSA public key. Copy the whole key that SalesIQ shows for the webhook.',
      })
      expect(w.vendor.calls).toEqual([])
    }
  )

  const ORG =
    /^The setting "refreshToken" belongs to a connection that may not do this\. Speaking for a visitor needs the token of an ORG client: create one at the Zoho API Console with \/add\?client_type=ORG in the address, which is authorized at \/oauth\/v2\/org\/auth, and connect it as the set-up guide says\.$/

  it.each<[string, Answer, string, RegExp]>([
    [
      'screen name',
      refusal(1005),
      'screenName',
      /^SalesIQ knows no portal "examplescreen" \(setting "screenName"\) in the data center "us"\. Copy the first part of the path/,
    ],
    ['screen name, with status 400', refusal(1005, 400), 'screenName', /Copy the first part of the path/],
    ['brand', refusal(6_001), 'appId', /^SalesIQ knows no brand "325000000012003" \(setting "appId"\)\. Copy the ID/],
    ['brand, with status 400', refusal(1006, 400), 'appId', /Copy the ID from Settings > Brands\.$/],
    ['brand, with status 404', { status: 404, text: '' }, 'appId', /Copy the ID from Settings > Brands\.$/],
    ['connection that may not look', refusal(1009), 'refreshToken', ORG],
    ['connection that may not look, with status 401', refusal(1009, 401), 'refreshToken', ORG],
    ['data center, with status 403', { status: 403, text: '' }, 'dataCenter', /Check the settings "dataCenter"/],
  ])('is named when the brand is looked up: %s', async (_, answer, setting, message) => {
    const w = world()
    w.vendor.on(BRAND, answer)
    const error = await failsWith(ConfigurationError, install(w))
    expect(error.setting).toBe(setting)
    expect(error.message).toMatch(message)
    expect(w.vendor.names()).toEqual([BRAND])
  })

  it.each([200, 400, 401])(
    'is named when SalesIQ takes no token of this data center (1008, status %i)',
    async (status) => {
      const w = world()
      w.vendor.on(BRAND, refusal(1008, status)).onToken().on(BRAND, refusal(1008, status))
      const error = await failsWith(ConfigurationError, install(w))
      expect(error.setting).toBe('dataCenter')
      expect(error.message).toMatch(/does not accept the access token that Zoho has just given\. Check the settings/)
    }
  )

  it.each<[string, Answer]>([
    ['code 1009', refusal(1009)],
    ['code 1009 and status 400', refusal(1009, 400)],
    ['code 1009 and status 401', refusal(1009, 401)],
  ])('is named when the token is not an ORG client’s: %s says how to make one', async (_, answer) => {
    const w = world()
    w.vendor.on(BRAND, brandOf()).on(PROBE, answer)
    const error = await failsWith(ConfigurationError, install(w))
    expect(error.setting).toBe('refreshToken')
    expect(error.message).toMatch(ORG)
    expect(w.vendor.names()).toEqual(PROOF)
  })

  it('is named when the department belongs to another brand, with those of this one', async () => {
    const w = world()
    const departments = [{ '325000000012007': 'Sales' }, { '325000000012008': 'Returns' }]
    w.vendor.on(BRAND, brandOf({ departments }))
    expect(await failsWith(ConfigurationError, install(w))).toMatchObject({
      setting: 'departmentId',
      message:
        `The brand of the setting "appId" has no department "${DEPARTMENT}" (setting "departmentId"). Its departments ` +
        'are: Sales (325000000012007), Returns (325000000012008).',
    })
    expect(w.vendor.names()).toEqual([BRAND])
  })

  it('is named in a short text, however many departments there are', async () => {
    const w = world()
    const departments = Array.from({ length: 500 }, (_, index) => ({ [`9${index}`]: 'Department' }))
    w.vendor.on(BRAND, brandOf({ departments }))
    expect((await failsWith(ConfigurationError, install(w))).message.length).toBeLessThan(500)
  })
})

describe('a brand', () => {
  const world = useWorld()

  it('that is disabled is a notice, and no failure', async () => {
    for (const enabled of [false, 'false']) {
      const w = world()
      w.vendor
        .on(BRAND, brandOf({ enabled }))
        .on(PROBE, noConversation)
        .on(LIST, listed(webhook(w)))
      expect(await install(w)).toEqual([
        'The brand of the setting "appId" is disabled in SalesIQ: agents may not see its chats. Enable it under ' +
          'Settings > Brands.',
      ])
    }
  })

  it('holds secrets, of which nothing is stored, logged or told', async () => {
    const w = world()
    w.vendor.on(BRAND, brandOf({ departments: [{ '1': 'Other' }] }))
    await failsWith(ConfigurationError, install(w))
    w.vendor.on(BRAND, { ...brandOf(), status: 400 })
    await failureOf(install(w))
    w.vendor.on(BRAND, { json: { data: [{ widgetcode: secrets.widgetCode }] } })
    await failureOf(install(w))
    await installFresh(w)
    expectNoSecret(
      JSON.stringify(w.botpress.calls).replaceAll(secrets.accessToken, '').replaceAll(secrets.refreshToken, '')
    )
    expectNoSecret(w.logLines.join('\n'))
  })

  it('that cannot be looked up for the moment blames no setting', async () => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(BRAND, { status: 503, text: '' })
    expect(await failsWith(ProviderHttpError, install(w))).toMatchObject({ status: 503, retryable: true })
  })

  const page = (from: number, count: number, ...ids: string[]) =>
    data(
      [...Array.from({ length: count - ids.length }, (_, index) => `9${from + index}`), ...ids].map((id) => ({
        id,
        name: 'Department',
        is_enabled: 'true',
      })),
      'departments'
    )

  it.each([undefined, null, [], {}])(
    'that does not tell its departments (%j) has the list looked through',
    async (departments) => {
      const w = world()
      w.vendor
        .on(BRAND, brandOf({ departments }))
        .on(DEPARTMENTS, page(0, 3, DEPARTMENT))
        .on(PROBE, noConversation)
      w.vendor.on(LIST, listed(webhook(w)))
      expect(await install(w)).toEqual([])
      expect(w.vendor.calls[1]).toEqual(w.call(DEPARTMENTS, { query: '?index=0' }))
    }
  )

  it('has every page of the list looked through, twenty at a time', async () => {
    const w = world()
    w.vendor
      .on(BRAND, brandOf({ departments: [] }))
      .on(DEPARTMENTS, page(0, 20))
      .on(DEPARTMENTS, page(20, 20))
      .on(DEPARTMENTS, page(40, 5, DEPARTMENT))
      .on(PROBE, noConversation)
      .on(LIST, listed(webhook(w)))
    expect(await install(w)).toEqual([])
    const pages = w.vendor.calls.filter(({ name }) => name === DEPARTMENTS).map(({ url }) => new URL(url).search)
    expect(pages).toEqual(['?index=0', '?index=20', '?index=40'])
  })

  it('names a department that is on no page', async () => {
    const w = world()
    w.vendor
      .on(BRAND, brandOf({ departments: [] }))
      .on(DEPARTMENTS, page(0, 20))
      .on(DEPARTMENTS, page(20, 3))
    const error = await failsWith(ConfigurationError, install(w))
    expect(error).toMatchObject({ setting: 'departmentId' })
    expect(error.message).toContain(`"${DEPARTMENT}" (setting "departmentId")`)
  })

  it.each([[[0]], [[20, 0]]])(
    'is given the benefit of the doubt when the list ends with an empty page (%j)',
    async (sizes) => {
      const w = world()
      w.vendor.on(BRAND, brandOf({ departments: [] })).on(PROBE, noConversation)
      for (const size of sizes) w.vendor.on(DEPARTMENTS, page(0, size))
      w.vendor.on(LIST, listed(webhook(w)))
      expect(await install(w)).toEqual([])
    }
  )

  it('does not look through the list for ever', async () => {
    const w = world()
    w.vendor.on(BRAND, brandOf({ departments: [] })).whenever(DEPARTMENTS, page(0, 20))
    await failsWith(ConfigurationError, install(w))
    expect(w.vendor.count(DEPARTMENTS)).toBeLessThanOrEqual(25)
  })

  it('is given the benefit of the doubt when the list may not be read', async () => {
    const w = world()
    w.vendor
      .on(BRAND, brandOf({ departments: [] }))
      .on(DEPARTMENTS, refusal(1009))
      .on(PROBE, noConversation)
    w.vendor.on(LIST, listed(webhook(w)))
    expect(await install(w)).toEqual([])
  })

  it('is not blamed when it is the list of departments that is refused', async () => {
    const w = world()
    w.vendor.on(BRAND, brandOf({ departments: [] })).on(DEPARTMENTS, refusal(1007))
    w.vendor.whenever(PROBE, noConversation).whenever(LIST, listed(webhook(w)))
    const outcome = await install(w).catch((error: unknown) => error)
    expect(outcome).not.toMatchObject({ setting: 'appId' })
  })
})

describe('the proof of the ORG client', () => {
  const world = useWorld()

  it.each<[string, Answer]>([
    ['an unknown error', refusal(6_001)],
    ['an unknown address', refusal(1006)],
    ['a wrong type', refusal(1007, 400)],
    ['status 404', { status: 404, text: '' }],
    ['success', { text: '' }],
  ])('passes whatever else SalesIQ says to a message for nobody: %s', async (_, answer) => {
    const w = world()
    w.vendor
      .on(BRAND, brandOf())
      .on(PROBE, answer)
      .on(LIST, listed(webhook(w)))
    expect(await install(w)).toEqual([])
    expect(w.vendor.calls[1]).toEqual(w.call(PROBE, { body: { text: 'Connection test' } }))
  })

  it('fails without blame when SalesIQ cannot be reached', async () => {
    const w = world()
    w.vendor.on(BRAND, brandOf()).on(PROBE, { drop: 'ECONNRESET' })
    await failsWith(ProviderUnreachableError, install(w))
    expect(w.vendor.names()).toEqual(PROOF)
  })
})

describe('the webhook', () => {
  const world = useWorld()

  it('is signed: what proves that is known before the first one arrives', async () => {
    const w = world()
    await installFresh(w)
    expect(w.vendor.bodies(CREATE)).toEqual([expect.objectContaining({ secured: true })])
    expect(w.note()).toEqual(NOTE)
  })

  it('is made once, however often the settings are saved', async () => {
    const w = world()
    await installFresh(w)
    for (let time = 0; time < 3; time += 1) {
      proven(w).on(LIST, listed(webhook(w)))
      expect(await install(w)).toEqual([])
    }
    expect(w.vendor.count(CREATE)).toBe(1)
    expect(w.vendor.names().slice(5)).toEqual([...PROOF, LIST, ...PROOF, LIST, ...PROOF, LIST])
    expect(w.note()).toEqual(NOTE)
  })

  it('is reused when present, with both its keys', async () => {
    const w = world()
    const second = createSigner().publicKey
    proven(w).on(LIST, listed(webhook(w, { public_keys: [keyOf(key), keyOf(second, '10')] })))
    expect(await install(w)).toEqual([])
    expect(w.vendor.names()).toEqual([...PROOF, LIST])
    expect(w.note()).toEqual({ ...NOTE, keys: [key, second] })
  })

  it('gets a key when it has none', async () => {
    const w = world()
    proven(w)
      .on(LIST, listed(webhook(w, { public_keys: [] })))
      .on(KEYS, keysOf(key))
    expect(await install(w)).toEqual([])
    expect(w.note()).toEqual(NOTE)
    expect(w.vendor.count(CREATE)).toBe(0)
  })

  it.each([[], undefined, null])('keeps its noted keys when the list shows none (%j)', async (public_keys) => {
    const w = world()
    await w.storeNote(NOTE)
    for (let saves = 0; saves < 3; saves += 1) {
      proven(w).on(LIST, listed(webhook(w, { public_keys })))
      expect(await install(w)).toEqual([])
      expect(w.note()).toEqual(NOTE)
    }
    expect(w.vendor.count(KEYS)).toBe(0)
  })

  it.each<[string, Answer]>([
    ['for the scope', refusal(1009)],
    ['with a page', { ...PAGE, status: 404 }],
  ])('keeps signing when the list of webhooks is refused %s', async (_, answer) => {
    const w = world()
    await w.storeNote(NOTE)
    proven(w).on(LIST, answer)
    expect((await install(w)).join()).toContain('The webhook could not be registered')
    expect(w.note()).toEqual(NOTE)
    expect(w.notedPortal()).toBe(`${w.config.dataCenter}/${w.config.screenName}`)
  })

  it('is asked for a new token although a pause is on: whoever saves has mended something', async () => {
    const w = world()
    await w.storeToken({ pausedUntil: Date.now() + 100_000, pausedBecause: 'Refused.', refusal: 'invalid_code' })
    w.vendor.onToken()
    proven(w).on(LIST, listed(webhook(w)))
    expect(await install(w)).toEqual([])
  })

  it('of another portal lends neither its keys nor its id', async () => {
    const w = world()
    await w.storeNote(NOTE, 'eu/another')
    proven(w).on(LIST, refusal(1009))
    await install(w)
    expect(w.note()).toEqual({ keys: [], appIds: [] })
  })

  const FORMER: Route = 'DELETE rest@former/webhooks/77'
  const STAYS =
    /^The webhook in the portal "former" \((us|eu)\) of the former settings could not be removed\. Remove it there/

  it('of a portal of former settings is removed there, once', async () => {
    const w = world()
    await w.storeNote(NOTE, 'us/former')
    w.vendor.on(FORMER)
    proven(w)
      .on(LIST, listed())
      .on(CREATE, data(webhook(w, { id: '78' })))
    expect(await install(w)).toEqual([])
    expect(w.vendor.count(FORMER)).toBe(1)
    expect(w.note()).toMatchObject({ webhookId: '78' })
  })

  it('of a portal of former settings that cannot be removed there is told of', async () => {
    const w = world()
    await w.storeNote(NOTE, 'us/former')
    w.vendor.on(FORMER, refusal(1005))
    proven(w)
      .on(LIST, listed())
      .on(CREATE, data(webhook(w, { id: '78' })))
    expect(await install(w)).toEqual([expect.stringMatching(STAYS)])
    expect(w.note()).toMatchObject({ webhookId: '78' })
  })

  it('of another data center is told of, without a call', async () => {
    const w = world()
    await w.storeNote(NOTE, 'eu/former')
    proven(w)
      .on(LIST, listed())
      .on(CREATE, data(webhook(w, { id: '78' })))
    expect(await install(w)).toEqual([expect.stringMatching(STAYS)])
  })

  it('that was made by hand in a portal of former settings stays, and is nobody’s business', async () => {
    const w = world()
    await w.storeNote({ ...NOTE, keys: [] }, 'us/former')
    proven(w)
      .on(LIST, listed())
      .on(CREATE, data(webhook(w, { id: '78' })))
    expect(await install(w)).toEqual([])
  })

  it('that SalesIQ has switched off is made anew', async () => {
    const w = world()
    await w.storeNote(NOTE)
    proven(w)
      .on(LIST, listed(webhook(w, { status: 'disabled' })))
      .on(REMOVE)
      .on(CREATE, data(webhook(w, { id: '78' })))
    expect(await install(w)).toEqual([])
    expect(w.note()).toMatchObject({ webhookId: '78' })
  })

  it.each<[string, object]>([
    ['an event is missing', { events: EVENTS.slice(1) }],
    ['it has no events', { events: undefined }],
    ['the brand is missing', { app_ids: [] }],
    ['nothing is said of brands', { app_ids: undefined }],
    ['it is not signed', { secured: false }],
    ['it is not signed, said with a text', { secured: 'false' }],
    ['nothing is said of signing', { secured: undefined }],
  ])('is put right when %s', async (_, more) => {
    const w = world()
    proven(w)
      .on(LIST, listed(webhook(w, more)))
      .on(UPDATE)
    expect(await install(w)).toEqual([])
    expect(w.vendor.calls.at(-1)).toEqual(
      w.call(UPDATE, { body: { type: 'data', events: EVENTS, app_ids: [APP], secured: true } })
    )
    expect(w.note()).toEqual(NOTE)
  })

  it.each<[string, object]>([
    ['has more events', { events: [...EVENTS, 'conversation.rated'] }],
    ['reports more brands', { app_ids: [OTHER_APP, APP] }],
    ['gives its brands as numbers', { app_ids: [Number(APP)] }],
    ['says with a text that it is signed', { secured: 'true' }],
  ])('is left alone when it %s', async (_, more) => {
    const w = world()
    proven(w).on(LIST, listed(webhook(w, more)))
    expect(await install(w)).toEqual([])
    expect(w.vendor.names()).toEqual([...PROOF, LIST])
  })

  it('goes on reporting brands that sessions have added', async () => {
    const w = world()
    await w.storeNote({ ...NOTE, appIds: [APP, OTHER_APP] })
    proven(w)
      .on(LIST, listed(webhook(w)))
      .on(UPDATE)
    await install(w)
    expect(w.vendor.bodies(UPDATE)).toMatchObject([{ app_ids: [APP, OTHER_APP] }])
    expect(w.note()).toEqual({ ...NOTE, appIds: [APP, OTHER_APP] })
  })

  it('has its doubles removed', async () => {
    const w = world()
    proven(w)
      .on(LIST, listed(webhook(w), webhook(w, { id: '78' }), webhook(w, { id: '79' })))
      .on('DELETE rest/webhooks/78')
      .on('DELETE rest/webhooks/79', refusal(6_001))
    expect(await install(w)).toEqual([])
    expect(w.note()).toEqual(NOTE)
    expect(w.logLines).toHaveLength(1)
  })

  it('of others is left alone, whatever it looks like', async () => {
    const w = world()
    const others = [
      webhook(w, { id: '80', url: `${w.webhookUrl}0` }),
      webhook(w, { id: '81', url: 'https://example.com/hook' }),
      webhook(w, { id: '82', url: `${w.webhookUrl}?token=of-somebody-else` }),
      { id: '83', url: 'https://example.com/administration', type: 'administration', status: 'disabled' },
    ]
    proven(w)
      .on(LIST, listed(...others))
      .on(CREATE, data(webhook(w), 'webhooks'))
    expect(await install(w)).toEqual([])
    expect(w.vendor.names()).toEqual([...PROOF, LIST, CREATE])
    expect(w.note()).toEqual(NOTE)
  })

  it.each<[string, object]>([
    ['null for its brands', { app_ids: null }],
    ['null for its keys', { public_keys: null }],
    ['null for its events', { events: null }],
    ['a key of another shape', { public_keys: ['key'] }],
    ['no address', { url: null }],
  ])('of others does not disturb when it has %s', async (_, more) => {
    const w = world()
    const other = {
      ...webhook(w),
      id: '83',
      url: 'https://example.com/administration',
      type: 'administration',
      ...more,
    }
    proven(w).on(LIST, listed(other, webhook(w)))
    expect(await install(w)).toEqual([])
    expect(w.note()).toEqual(NOTE)
  })

  it('whose key cannot be had is removed again: nobody could tell what it sends from what others send', async () => {
    const w = world()
    proven(w)
      .on(LIST, listed())
      .on(CREATE, data(webhook(w, { public_keys: [] }), 'webhooks'))
      .on(KEYS, refusal(6_001))
      .on(REMOVE)
    const [notice] = await install(w)
    expect(notice).toMatch(/^The webhook could not be registered: /)
    expect(w.note()).toEqual({ keys: [], appIds: [] })
  })

  it('fails the installation when SalesIQ is out of order for the moment, and forgets nothing', async () => {
    const w = world()
    shortenWaits()
    await w.storeNote(NOTE)
    for (const answer of [{ drop: 'ECONNRESET' } as const, { status: 502, text: '' }, PAGE]) {
      proven(w)
      for (let time = 0; time < 3; time += 1) w.vendor.on(LIST, answer)
      expect(await failureOf(install(w))).toMatchObject({ retryable: true })
      expect(w.note()).toEqual(NOTE)
    }
  })
})

describe('a webhook that SalesIQ does not let us make', () => {
  const world = useWorld()
  const byHand = (w: World, reason: string, address = w.webhookUrl) =>
    `The webhook could not be registered: ${reason}. Make it by hand in SalesIQ (Settings > Webhooks, or a Data ` +
    `Workflow): address ${address}, events ${EVENTS.join(', ')}, your brand. Or connect the account again with ` +
    'those scopes.'
  const NO_SCOPE = 'The connection lacks the scopes SalesIQ.webhooks.*'

  it('for want of the scope becomes a sentence that says how to make it by hand', async () => {
    const w = world()
    proven(w).on(LIST, refusal(1009))
    expect(await install(w)).toEqual([byHand(w, NO_SCOPE)])
    expect(w.note()).toEqual({ keys: [], appIds: [] })
    expect(w.vendor.names()).toEqual([...PROOF, LIST])
  })

  it('for another reason becomes a sentence with that reason', async () => {
    const w = world()
    proven(w).on(LIST, listed()).on(CREATE, refusal(6_001))
    const [notice = ''] = await install(w)
    expect(notice).toContain('SalesIQ refused (Zoho SalesIQ refused POST webhooks: error 6001.')
    expectNoSecret(notice)
  })

  it('tells where the token of the settings belongs, and not the token', async () => {
    const w = world()
    const config = { webhookToken: secrets.webhookToken }
    await w.storeToken({}, config)
    proven(w).on(LIST, refusal(1009))
    const [notice = ''] = await install(w, config)
    expect(notice).toContain(`${w.webhookUrl}?token=`)
    expectNoSecret(notice)
  })

  it.each(['', '?token=whatever'])('needs no sentence when it is there already, made by hand (%j)', async (query) => {
    const w = world()
    const made = webhook(w, { url: `${w.webhookUrl}${query}`, secured: false, public_keys: [] })
    proven(w).on(LIST, listed(made))
    w.vendor.whenever(UPDATE, refusal(1009)).whenever(CREATE, refusal(1009)).whenever(KEYS, refusal(1009))
    expect(await install(w)).toEqual([])
    expect(w.note()).toEqual({ webhookId: '77', keys: [], appIds: [APP] })
  })

  it('does not make us forget the keys of one that is there and signed', async () => {
    const w = world()
    await w.storeNote(NOTE)
    proven(w)
      .on(LIST, listed(webhook(w, { events: EVENTS.slice(1) })))
      .on(UPDATE, refusal(1009))
    await install(w)
    expect(w.note()).toMatchObject({ webhookId: '77', keys: [key] })
  })

  it('is said when one is there but does not report the brand, and cannot be put right', async () => {
    const w = world()
    proven(w)
      .on(LIST, listed(webhook(w, { app_ids: [OTHER_APP] })))
      .on(UPDATE, refusal(1009))
    expect(await install(w)).toEqual([expect.stringContaining('your brand')])
  })
})

describe('a public key in the settings', () => {
  const world = useWorld()
  const config = { webhookPublicKey: key }
  const installByHand = async (w: World) => {
    await w.storeToken({}, config)
    proven(w)
    return install(w, config)
  }

  it('means a webhook made by hand: nothing is registered', async () => {
    const w = world()
    expect(await installByHand(w)).toEqual([])
    expect(w.vendor.names()).toEqual(PROOF)
    expect(w.note()).toEqual({ keys: [], appIds: [] })
  })

  it('has the one of ours removed: everything would arrive twice', async () => {
    const w = world()
    await w.storeNote(NOTE)
    w.vendor.on(REMOVE)
    expect(await installByHand(w)).toEqual([])
    expect(w.vendor.names()).toEqual([...PROOF, REMOVE])
    expect(w.note()).toEqual({ keys: [], appIds: [] })
  })

  it('leaves the one made by hand alone, at the first saving and at later ones', async () => {
    const w = world()
    await w.storeNote(NOTE)
    w.vendor.on(REMOVE).whenever(LIST, listed(webhook(w, { id: '90' })))
    await installByHand(w)
    await installByHand(w)
    expect(w.vendor.names().filter((name) => name.startsWith('DELETE'))).toEqual([REMOVE])
  })

  it('installs also when ours cannot be removed, and says so in the log', async () => {
    const w = world()
    await w.storeNote(NOTE)
    w.vendor.on(REMOVE, refusal(1009))
    expect(await installByHand(w)).toEqual([])
    expect(w.logLines).toEqual([
      expect.stringMatching(/could not be removed: .+ Remove it under Settings > Webhooks\.$/),
    ])
  })
})

describe('an uninstallation', () => {
  const world = useWorld()

  it('removes the webhook that was made here, and no other', async () => {
    const w = world()
    await w.storeNote(NOTE)
    w.vendor.on(REMOVE)
    await w.api().uninstall()
    expect(w.vendor.calls).toEqual([w.call(REMOVE)])
  })

  it.each<[string, object | undefined]>([
    ['made by hand', { webhookId: '77', keys: [], appIds: [] }],
    ['of which nothing is known', undefined],
    ['of which only nonsense is known', { webhookId: 5, keys: 'none' }],
  ])('leaves a webhook alone that was %s', async (_, note) => {
    const w = world()
    if (note) await w.storeNote(note)
    await w.api().uninstall()
    expect(w.vendor.calls).toEqual([])
  })

  it.each<[string, Answer]>([
    ['is refused', refusal(1009)],
    ['finds nothing', { status: 404, text: '' }],
    ['cannot reach SalesIQ', { drop: 'ECONNRESET' }],
  ])('succeeds also when it %s, and says so in the log', async (_, answer) => {
    const w = world()
    shortenWaits()
    await w.storeNote(NOTE)
    w.vendor.whenever(REMOVE, answer)
    await w.api().uninstall()
    expect(w.logLines).toEqual([expect.stringContaining('could not be removed')])
  })

  it('succeeds when the connection is dead', async () => {
    const w = world()
    shortenWaits()
    await w.storeNote(NOTE)
    await w.storeToken({ expiresAt: 0 })
    w.vendor.onToken(tokenRefusal('invalid_code'))
    await w.api().uninstall()
    expect(w.logLines).toHaveLength(1)
  })

  it('followed by a new installation makes a new webhook', async () => {
    const w = world()
    await installFresh(w)
    w.vendor.on(REMOVE)
    await w.api().uninstall()
    await installFresh(w)
    expect(w.vendor.count(CREATE)).toBe(2)
    expect(w.note()).toEqual(NOTE)
  })
})
