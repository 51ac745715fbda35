import { InternalError } from '@botpress/client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { browserConnection, type ConnectionParts } from '../src/connect/browser-connection'
import { createHitlIntegration } from '../src/create-integration'
import { ConfigurationError, ProviderUnreachableError, ReauthorizationRequiredError } from '../src/errors'
import type { Token } from '../src/oauth/token-source'
import { createFakeAdapter, type FakeConfig } from '../src/testing'
import { startBotpressServer } from './botpress-server'
import { CONFIG, createWorld, type World } from './support'

const SECRET = 'client-secret-of-the-app'
const CODE = 'code-that-nobody-may-read'
const HOUR_MS = 3_600_000

let world: World
let server: Awaited<ReturnType<typeof startBotpressServer>>
let printed: string[]
let exchanged: { config: FakeConfig; code: string; redirectUri: string }[]
let exchange: () => Promise<Token>
let install: () => Promise<readonly string[]>
let change: Partial<ConnectionParts<FakeConfig>>

beforeAll(async () => {
  server = await startBotpressServer(() => world.botpress)
})
afterAll(() => server.close())

beforeEach(() => {
  world = createWorld()
  printed = []
  exchanged = []
  change = {}
  exchange = async () => ({
    accessToken: 'access-token-1',
    refresh: 'refresh-token-1',
    expiresAt: Date.now() + HOUR_MS,
  })
  install = async () => []
  vi.stubEnv('BP_API_URL', server.url)
  for (const method of ['info', 'warn', 'error', 'debug', 'log'] as const) {
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => void printed.push(args.map(String).join(' ')))
  }
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  for (const hidden of [SECRET, CODE, 'access-token-1', 'refresh-token-1'])
    expect(printed.join('\n')).not.toContain(hidden)
})

const connection = () =>
  browserConnection<FakeConfig>({
    authorization: () => ({ url: 'https://acme.test/consent', query: { response_type: 'code', scope: 'chat files' } }),
    clientId: () => 'client-1',
    clientSecret: () => SECRET,
    boundTo: ({ apiKey }) => ['connected', apiKey],
    isPasted: ({ region }) => region === 'us',
    tokens: ({ apiKey }) => ({
      boundTo: ['connected', apiKey],
      grant: () => Promise.reject(new Error('not asked for')),
    }),
    async exchange(config, _http, redirect) {
      exchanged.push({ config, ...redirect })
      return exchange()
    },
    ...change,
  })

const hook = () => `https://webhook.botpress.cloud/${world.webhookId}`
const address = (config = CONFIG, now = Date.now()) => new URL(connection().address(config, hook(), now))
const stateOf = (...input: Parameters<typeof address>) => address(...input).searchParams.get('state') ?? ''

type Asked = { path?: string; method?: string; configuration?: unknown }

async function open(
  query: Record<string, string>,
  { path = '/oauth', method = 'GET', configuration = CONFIG }: Asked = {}
) {
  world.adapterOptions.install = () => install()
  const adapter = { ...createFakeAdapter(world.provider, world.adapterOptions), connection: connection() }
  const req = { method, path, query: new URLSearchParams(query).toString(), headers: {} }
  const response = await createHitlIntegration(adapter).handler({
    method: 'POST',
    path: '/',
    query: '',
    body: JSON.stringify({ req }),
    headers: {
      'x-bot-id': 'bot-1',
      'x-bot-user-id': 'user-of-the-bot',
      'x-integration-id': 'integration-1',
      'x-integration-alias': 'acme',
      'x-webhook-id': world.webhookId,
      'x-bp-operation': 'webhook_received',
      'x-bp-configuration': Buffer.from(JSON.stringify(configuration)).toString('base64'),
    },
  })
  return { status: response?.status ?? 0, headers: response?.headers ?? {}, body: response?.body ?? '' }
}

const stored = () => world.botpress.peekState({ type: 'integration', id: 'integration-1', name: 'installationToken' })
const redirect = (more: Record<string, string> = {}) => ({ code: CODE, state: stateOf(), ...more })

describe('the address that asks for access', () => {
  it('is the provider’s page with the client, our redirect address and a signed state', () => {
    const { origin, pathname, searchParams } = address()
    expect(`${origin}${pathname}`).toBe('https://acme.test/consent')
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: 'code',
      scope: 'chat files',
      client_id: 'client-1',
      redirect_uri: `${hook()}/oauth`,
      state: expect.stringMatching(/^[0-9a-z]+\.[\w-]{43}$/),
    })
  })

  it('holds no secret', () => {
    expect(address().href).not.toContain(SECRET)
    expect(address().href).not.toContain(CONFIG.apiKey)
  })
})

describe('a redirect', () => {
  it.each([
    ['/oauth', '/oauth'],
    ['/oauth/', '/oauth/'],
    ['/', ''],
    ['', ''],
  ])('to the path "%s" is exchanged for tokens with exactly that redirect address', async (path, end) => {
    const { status, body } = await open(redirect(), { path })
    expect(status).toBe(200)
    expect(body).toContain('Acme is connected')
    expect(exchanged).toEqual([{ config: CONFIG, code: CODE, redirectUri: `${hook()}${end}` }])
    expect(stored()).toMatchObject({ accessToken: 'access-token-1', refresh: 'refresh-token-1' })
  })

  it('sets everything up, tells what is left, and has Botpress look again', async () => {
    install = async () => ['Make the webhook by hand.']
    const { body } = await open(redirect())
    expect(body).toContain('<p>Make the webhook by hand.</p>')
    expect(body).toContain('save the settings of the integration once more')
    expect(world.botpress.callsOf('configureIntegration').at(-1)).toEqual({ scheduleRegisterCall: 'hourly' })
  })

  it('shows which setting is wrong when the new connection shows it', async () => {
    install = () => Promise.reject(new ConfigurationError('inbox', 'There is no inbox "7" (setting "inbox").'))
    const { status, body } = await open(redirect())
    expect(status).toBe(200)
    expect(body).toContain('Acme is connected, but something is left')
    expect(body).toContain('There is no inbox &quot;7&quot; (setting &quot;inbox&quot;).')
    expect(stored()).toMatchObject({ refresh: 'refresh-token-1' })
  })

  it('is answered with a page that loads nothing, runs nothing, and is kept by nobody', async () => {
    const { headers, body } = await open(redirect())
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'/),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    expect(body).not.toMatch(/<script|<link|<img|https?:\/\/|src=|href=/)
  })

  it('that arrives twice, or is loaded again, exchanges its code once', async () => {
    const again = redirect()
    const pages = await Promise.all([open(again), open(again)])
    pages.push(await open(again))
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(exchanged).toHaveLength(1)
  })

  it('with another code, of a second sign-in, replaces the connection', async () => {
    await open(redirect())
    exchange = async () => ({ accessToken: 'access-token-2', refresh: 'refresh-token-2' })
    expect((await open(redirect({ code: 'another' }))).status).toBe(200)
    expect(stored()).toMatchObject({ accessToken: 'access-token-2', refresh: 'refresh-token-2' })
  })
})

describe('a state', () => {
  const refused = async (state: string, configuration: unknown = CONFIG) => {
    const page = await open({ code: CODE, state }, { configuration })
    expect(exchanged).toEqual([])
    expect(stored()).toBeUndefined()
    expect(world.botpress.calls).toEqual([])
    return page
  }

  it.each<[string, () => string]>([
    ['is missing', () => ''],
    ['is not signed', () => stateOf().split('.')[0] ?? ''],
    ['is of another length', () => stateOf().slice(0, -1)],
    ['has another signature', () => `${stateOf().slice(0, -1)}${stateOf().endsWith('A') ? 'B' : 'A'}`],
    ['has another time', () => stateOf().replace(/^./, (digit) => (digit === 't' ? 's' : 't'))],
    ['has something behind it', () => `${stateOf()}.x`],
    [
      'is of another bot',
      () => new URL(connection().address(CONFIG, `${hook()}x`, Date.now())).searchParams.get('state') ?? '',
    ],
    ['is of other settings', () => stateOf({ ...CONFIG, apiKey: 'another-key-of-it' })],
  ])('that %s is refused, and says what to do', async (_, state) => {
    const { status, body } = await refused(state())
    expect(status).toBe(401)
    expect(body).toContain('Save the settings of the integration in Botpress again')
    expect(printed.join('\n')).toContain('not made by this installation')
  })

  it('is refused when the client secret was changed meanwhile', async () => {
    const before = stateOf()
    change = { clientSecret: () => 'another-secret' }
    expect((await refused(before)).status).toBe(401)
  })

  it('of the last hour counts, an older one does not, nor one from the future', async () => {
    const now = Date.now()
    const old = await refused(stateOf(CONFIG, now - HOUR_MS - 2_000))
    expect([old.status, old.body]).toEqual([401, expect.stringContaining('longer than an hour')])
    expect((await refused(stateOf(CONFIG, now + 120_000))).status).toBe(401)
    expect((await open({ code: CODE, state: stateOf(CONFIG, now - HOUR_MS + 5_000) })).status).toBe(200)
  })
})

describe('a sign-in that failed', () => {
  it('because nobody agreed says so', async () => {
    const { status, body } = await open({ error: 'access_denied', state: stateOf() })
    expect([status, body]).toEqual([400, expect.stringContaining('Nobody gave access to Acme.')])
    expect(exchanged).toEqual([])
  })

  it.each(['<script>alert(1)</script>', '"onload="x', 'a'.repeat(500), ''])(
    'for a reason that is none shows nothing of it (%s)',
    async (error) => {
      const { status, body } = await open({ error, state: stateOf() })
      expect([status, body]).toEqual([400, expect.stringContaining('gave no access (no code)')])
      expect(body).not.toMatch(/alert|onload|aaaa/)
    }
  )

  it('because the code is refused says what codes are like', async () => {
    exchange = () => Promise.reject(new ReauthorizationRequiredError('Acme refused the code of this sign-in.'))
    const { status, body } = await open(redirect())
    expect(status).toBe(400)
    expect(body).toContain('Acme refused the code of this sign-in. A code works once')
    expect(stored()).toBeUndefined()
    expect(printed.join('\n')).toContain('Acme was not connected')
  })

  it('because the provider cannot be reached can be repeated', async () => {
    exchange = () => Promise.reject(new ProviderUnreachableError('Acme could not be reached.', { sent: false }))
    expect(await open(redirect())).toMatchObject({ status: 503, body: expect.stringContaining('could not be reached') })
  })

  it('because Botpress does not keep the tokens can be repeated', async () => {
    world.botpress.failNext('getOrSetState', new InternalError('quotes something'))
    const { status, body } = await open(redirect())
    expect([status, body]).toEqual([503, expect.stringContaining('Botpress could not do its part (Internal)')])
    expect(body).not.toContain('quotes something')
  })

  it('for a reason nobody thought of shows no details', async () => {
    exchange = () => Promise.reject(new TypeError(`cannot read ${CODE}`))
    const { status, body } = await open(redirect())
    expect([status, body]).toEqual([500, expect.stringContaining('unexpected problem')])
    expect(body).not.toContain(CODE)
  })

  it('because the settings are wrong names the setting on a page', async () => {
    const { status, body, headers } = await open(redirect(), { configuration: { apiKey: '' } })
    expect(status).toBe(400)
    expect(headers['content-type']).toContain('text/html')
    expect(body).toContain('The setting &quot;apiKey&quot;')
  })
})

describe('a redirect that would be in the way', () => {
  it('changes nothing when the settings hold a refresh token', async () => {
    const configuration = { ...CONFIG, region: 'us' } as const
    const { status, body } = await open({ code: CODE, state: stateOf(configuration) }, { configuration })
    expect([status, body]).toEqual([400, expect.stringContaining('The setting &quot;refreshToken&quot; is filled in')])
    expect(exchanged).toEqual([])
  })

  it('is kept for the settings that it counts for, and says which setting to change', async () => {
    const target = { ...CONFIG, apiKey: 'key-of-the-other-place' }
    change = { settingsFor: () => ({ config: target, remark: 'Set the region to "eu" and save.' }) }
    const { status, body } = await open(redirect())
    expect([status, body]).toEqual([200, expect.stringContaining('Set the region to &quot;eu&quot; and save.')])
    expect(exchanged).toMatchObject([{ config: target }])
    expect(world.provider.calls).toEqual([])
  })

  it('of a foreign server is not exchanged', async () => {
    change = {
      settingsFor: () => {
        throw new ConfigurationError('region', 'The server is not known.')
      },
    }
    expect(await open(redirect())).toMatchObject({
      status: 400,
      body: expect.stringContaining('The server is not known.'),
    })
    expect(exchanged).toEqual([])
  })
})

describe('other requests', () => {
  it.each([
    ['GET', '/oauth', {}],
    ['GET', '/elsewhere', { code: 'x', state: 'y' }],
    ['HEAD', '/oauth', { code: 'x', state: 'y' }],
  ])('are answered as before: %s %s %j', async (method, path, query) => {
    expect(await open(query, { method, path })).toMatchObject({ status: 200, body: '' })
    expect(exchanged).toEqual([])
  })

  it('with POST are webhooks, which have to prove themselves', async () => {
    expect(await open({ code: 'x', state: stateOf() }, { method: 'POST' })).toMatchObject({ status: 401 })
    expect(exchanged).toEqual([])
  })
})
