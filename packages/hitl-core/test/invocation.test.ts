import nock from 'nock'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ProviderContext } from '../src/adapter'
import { createInvocation, type InvocationInput } from '../src/invocation'
import { ReauthorizationRequiredError } from '../src/errors'
import type { HttpCredential } from '../src/http/request'
import {
  createFakeAdapter,
  createFakeBotpress,
  createFakeProvider,
  type FakeAdapter,
  type FakeConfig,
} from '../src/testing'
import { CONFIG, failureOf, freezeTime, withTimePassing } from './support'

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

let webhooks = 0

const open = (adapter: FakeAdapter, change: Partial<InvocationInput> = {}) =>
  createInvocation(adapter, {
    client: createFakeBotpress(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    integrationId: 'integration-1',
    webhookId: `installation-${(webhooks += 1)}`,
    configuration: CONFIG,
    budgetMs: 10_000,
    ...change,
  })

/** One installation whose settings hold the first refresh token; only `accepted` ones are good. */
function setUp() {
  const client = createFakeBotpress()
  const grants: string[] = []
  const accepted = new Set<string>()
  const webhookId = `installation-${(webhooks += 1)}`
  const adapter = createFakeAdapter(createFakeProvider(), {
    auth: ({ apiKey }) => ({
      kind: 'token',
      header: (token) => ({ authorization: `Bearer ${token}` }),
      source: {
        async grant(previous) {
          const refresh = previous?.refresh ?? apiKey
          grants.push(refresh)
          if (!accepted.has(refresh)) throw new ReauthorizationRequiredError('Reconnect the account.')
          return { accessToken: `token-of-${refresh}`, refresh, expiresAt: Date.now() + 3_600_000 }
        },
      },
    }),
  })
  const credential = (apiKey: string): HttpCredential => {
    let given: HttpCredential | undefined
    const spy: FakeAdapter = {
      ...adapter,
      connect: (context) => ((given = context.credential), adapter.connect(context)),
    }
    open(spy, { client, webhookId, configuration: { ...CONFIG, apiKey } satisfies FakeConfig }).connect()
    if (!given) throw new Error('the adapter was not connected')
    return given
  }
  return { client, grants, accepted, credential }
}

describe('the credential of an installation', () => {
  it('is granted once for many calls', async () => {
    const { accepted, grants, credential } = setUp()
    accepted.add('key-1')
    expect(await credential('key-1').headers()).toEqual({ authorization: 'Bearer token-of-key-1' })
    await credential('key-1').headers()
    expect(grants).toEqual(['key-1'])
  })

  it('of a provider without rules of its own is obtained without a lock, and nothing but the token is stored', async () => {
    const { accepted, client, credential } = setUp()
    await withTimePassing(failureOf(credential('key-1').headers()))
    expect(client.callsOf('setState')).toEqual([])
    accepted.add('key-2')
    await credential('key-2').headers()
    expect(client.callsOf('getOrSetState')).toEqual([])
    const stored = client.peekState({ type: 'integration', id: 'integration-1', name: 'installationToken' })
    expect(Object.keys(stored ?? {}).toSorted()).toEqual(['accessToken', 'expiresAt', 'refresh', 'settings'])
  })

  it('follows the settings at once: a token of other settings is used no more', async () => {
    const { accepted, credential } = setUp()
    accepted.add('key-1').add('key-2')
    await credential('key-1').headers()
    expect(await credential('key-2').headers()).toEqual({ authorization: 'Bearer token-of-key-2' })
    expect(await credential('key-1').headers()).toEqual({ authorization: 'Bearer token-of-key-1' })
  })

  it('works at once after wrong settings were corrected', async () => {
    const { accepted, credential } = setUp()
    accepted.add('right')
    await withTimePassing(failureOf(credential('wrong').headers()))
    expect(await withTimePassing(credential('right').headers())).toEqual({ authorization: 'Bearer token-of-right' })
  })

  it('is kept in Botpress with its end, and without the settings themselves', async () => {
    const { accepted, client, credential } = setUp()
    accepted.add('key-1')
    await credential('key-1').headers()
    const stored = client.peekState({ type: 'integration', id: 'integration-1', name: 'installationToken' })
    expect(stored).toMatchObject({ accessToken: 'token-of-key-1', expiresAt: Date.now() + 3_600_000 })
    expect(JSON.stringify(stored)).not.toContain(CONFIG.webhookSecret)
  })

  it('renews the token that was refused, not the one that another call has renewed meanwhile', async () => {
    vi.useRealTimers()
    let granted = 0
    const adapter = createFakeAdapter(createFakeProvider(), {
      auth: () => ({
        kind: 'token',
        header: (token) => ({ authorization: token }),
        source: { grant: async () => ({ accessToken: `token-${(granted += 1)}`, expiresAt: Date.now() + 3_600_000 }) },
      }),
    })
    let context: ProviderContext<FakeConfig> | undefined
    open({ ...adapter, connect: (given) => ((context = given), adapter.connect(given)) }).connect()
    if (!context) throw new Error('the adapter was not connected')
    const { http, credential } = context
    const host = nock('https://api.acme.test')
    host.get('/slow').delay(150).reply(401)
    host.get('/quick').reply(401)
    for (const path of ['/quick', '/next', '/slow']) host.get(path).matchHeader('authorization', 'token-2').reply(200)
    const call = (path: string) =>
      http.request({ method: 'GET', url: `https://api.acme.test${path}`, credential, repeatable: false })
    const slow = call('/slow')
    await call('/quick')
    await call('/next')
    expect((await slow).status).toBe(200)
    expect(granted).toBe(2)
  })
})

/** What the adapter is given by `connect` and by `connectAfter`. */
function contexts(change: Partial<InvocationInput> = {}) {
  const given: ProviderContext<FakeConfig>[] = []
  const adapter = createFakeAdapter(createFakeProvider())
  const spy: FakeAdapter = { ...adapter, connect: (context) => (given.push(context), adapter.connect(context)) }
  const invocation = open(spy, change)
  invocation.connect()
  const latest = () => {
    const context = given.at(-1)
    if (!context) throw new Error('the adapter was not connected')
    return context
  }
  return { invocation, latest }
}

describe('the credential of a session', () => {
  const grantOnly = (accessToken: string) => ({ grant: async () => ({ accessToken }) })

  it('is kept with the session it is named by, for every call and instance that names it', async () => {
    const client = createFakeBotpress()
    const { latest } = contexts({ client })
    const source = latest().tokensOf('conv-1').source(grantOnly('of-1'))
    expect(await source.get()).toMatchObject({ accessToken: 'of-1' })
    expect(client.peekState({ type: 'conversation', id: 'conv-1', name: 'sessionToken' })).toMatchObject({
      accessToken: 'of-1',
    })
    const elsewhere = contexts({ client }).latest()
    expect(await elsewhere.tokensOf('conv-1').source(grantOnly('another')).get()).toMatchObject({ accessToken: 'of-1' })
  })

  it('is not that of another session or another installation', async () => {
    const client = createFakeBotpress()
    const { latest } = contexts({ client })
    const [one, two] = ['conv-1', 'conv-2'].map((id) =>
      latest()
        .tokensOf(id)
        .source(grantOnly(`of-${id}`))
    )
    expect([await one?.get(), await two?.get()]).toMatchObject([
      { accessToken: 'of-conv-1' },
      { accessToken: 'of-conv-2' },
    ])
    const foreign = contexts().latest()
    expect(await foreign.tokensOf('conv-1').source(grantOnly('foreign')).get()).toMatchObject({
      accessToken: 'foreign',
    })
  })
})

describe('tidying up', () => {
  it('has time of its own after the deadline has passed', async () => {
    vi.useRealTimers()
    vi.useFakeTimers({ toFake: ['Date'] })
    const { invocation, latest } = contexts({ budgetMs: 1_000 })
    vi.setSystemTime(Date.now() + 1_000)
    const host = nock('https://api.acme.test').get('/close').reply(200)
    const call = () => latest().http.request({ method: 'GET', url: 'https://api.acme.test/close', repeatable: true })
    expect(await failureOf(call())).toMatchObject({ name: 'ProviderUnreachableError', sent: false })
    expect(host.isDone()).toBe(false)
    invocation.connectAfter(5_000)
    expect((await call()).status).toBe(200)
  })
})

describe('settings', () => {
  const openWith = (configuration: unknown) => open(createFakeAdapter(createFakeProvider()), { configuration })

  it.each([
    ['apiKey', 'is missing', { webhookSecret: 'long-enough' }],
    ['apiKey', 'must not be empty', { apiKey: '', webhookSecret: 'long-enough' }],
    ['webhookSecret', 'must have at least 8 characters', { apiKey: 'key', webhookSecret: 'short' }],
  ])('that are wrong are named: %s %s', (setting, problem, configuration) => {
    expect(() => openWith(configuration)).toThrow(
      `The setting "${setting}" ${problem}. Correct it in the Acme settings.`
    )
  })

  it.each([[undefined], [null], ['text'], [[]]])('that are no settings at all are refused (%j)', (configuration) => {
    expect(() => openWith(configuration)).toThrow(expect.objectContaining({ name: 'ConfigurationError' }))
  })

  it('never show a value, however wrong it is', () => {
    const region = 'a-secret-pasted-into-the-wrong-field'
    expect(() => openWith({ apiKey: 'key', webhookSecret: 'long-enough', region })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(region), setting: 'region' })
    )
  })
})

describe('the public address of the webhook', () => {
  it.each([
    ['is the one of Botpress Cloud', undefined, undefined, 'https://webhook.botpress.cloud/hook'],
    ['follows the environment', 'https://hooks.test', undefined, 'https://hooks.test/hook'],
    [
      'is what the platform says when it does',
      'https://hooks.test',
      'https://given.test/hook',
      'https://given.test/hook',
    ],
  ])('%s', (_name, environment, given, expected) => {
    vi.stubEnv('BP_WEBHOOK_URL', environment)
    const change = { webhookId: 'hook', ...(given === undefined ? {} : { webhookUrl: given }) }
    const { webhookUrl } = open(createFakeAdapter(createFakeProvider()), change)
    expect(webhookUrl).toBe(expected)
  })
})
