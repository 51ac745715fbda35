import { inspect } from 'node:util'
import { type HitlError, type OpenRequest, type ProviderApi, type Token } from '@hitl/core'
import { createFakeBotpress } from '@hitl/core/testing'
import nock from 'nock'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { hash } from '../../../packages/hitl-core/src/hash'
import { createInvocation } from '../../../packages/hitl-core/src/invocation'
import { zohoSalesIqAdapter } from '../src/adapter'
import type { ZohoSalesIqConfig } from '../src/config'
import type { ZohoSalesIqOptions } from '../src/form'
import type { ZohoSalesIqThread } from '../src/thread'

export type Api = ProviderApi<ZohoSalesIqThread, ZohoSalesIqOptions>
export type Request = OpenRequest<ZohoSalesIqThread, ZohoSalesIqOptions>

/** What must never show in an error, a log line or a notice. */
export const secrets = {
  clientSecret: '7a1c9e-client-secret-very-secret',
  refreshToken: '1000.aaaa.refresh-token-very-secret',
  accessToken: '1000.bbbb.access-token-very-secret',
  renewedToken: '1000.cccc.renewed-token-very-secret',
  anotherToken: '1000.dddd.another-token-very-secret',
  settingsToken: '1000.eeee.settings-token-very-secret',
  webhookToken: 'webhook-token-very-secret',
  jwtSecret: 'jwt-secret-key-of-the-brand',
  widgetCode: 'siq0a1b2c-widgetcode-of-the-brand',
  userText: 'words of the user that are nobody else’s business',
}

export const conversationId = '325000002017001'
export const hexId = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
export const APP = '325000000012003'
export const DEPARTMENT = '325000000012005'
export const thread: ZohoSalesIqThread = { id: conversationId, hexId, appId: APP, keys: [] }
/** The thread of the session before. */
export const earlier: ZohoSalesIqThread = { ...thread, id: '325000002016001', hexId: hexId.replace(/^9f/, '00') }

/** As the vendor's documentation and a live capture give them; written out here apart from the source. */
export const hosts = {
  us: ['accounts.zoho.com', 'salesiq.zoho.com'],
  eu: ['accounts.zoho.eu', 'salesiq.zoho.eu'],
  in: ['accounts.zoho.in', 'salesiq.zoho.in'],
  au: ['accounts.zoho.com.au', 'salesiq.zoho.com.au'],
  cn: ['accounts.zoho.com.cn', 'salesiq.zoho.com.cn'],
  jp: ['accounts.zoho.jp', 'salesiq.zoho.jp'],
  ca: ['accounts.zohocloud.ca', 'salesiq.zohocloud.ca'],
  sa: ['accounts.zoho.sa', 'salesiq.zoho.sa'],
  uk: ['accounts.zoho.uk', 'salesiq.zoho.uk'],
} as const

const SCREEN = 'examplescreen'
const AREAS = { visitor: '/api/visitor/v1', visitorV2: '/visitor/v2', rest: '/api/v2' } as const
type Area = keyof typeof AREAS
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
/** A call of SalesIQ by its method, its area, and its path below the screen name. */
export type Route = `${Method} ${Area}/${string}`

/** One call as the vendor got it. */
export type Call = {
  /** The route, `token` for the accounts service, `download` for files of the end user. */
  name: string
  method: string
  url: string
  authorization: string | undefined
  contentType: string | undefined
  body: unknown
}

export type Answer = {
  status?: number
  json?: unknown
  /** The raw body, in place of `json`. */
  text?: string
  headers?: Record<string, string>
  /** Code of a connection failure, in place of an answer. */
  drop?: 'ECONNRESET' | 'ECONNREFUSED'
}

export type FileAnswer = { status?: number; body?: Buffer | string; headers?: Record<string, string> }

type NockRequest = { method: string; path: string; headers: Record<string, string | undefined> }

/** Zoho, as far as a test has written it down: any other call fails the test. */
export class Vendor {
  readonly calls: Call[] = []
  readonly unexpected: string[] = []
  readonly #accounts: string
  readonly #salesIq: string

  constructor(dataCenter: keyof typeof hosts = 'us') {
    const [accounts, salesIq] = hosts[dataCenter]
    this.#accounts = `https://${accounts}`
    this.#salesIq = `https://${salesIq}`
    nock.disableNetConnect()
    nock.emitter.on('no match', this.#noteUnexpected)
  }

  /** The next call of this route gets this answer. */
  on(route: Route, answer: Answer = { text: '' }): this {
    return this.#answer(this.#salesIq, route, this.#intercept(nock(this.#salesIq), route), answer)
  }

  /** Every call of this route gets this answer, however many there are. */
  whenever(route: Route, answer: Answer = { text: '' }): this {
    const interceptor = this.#intercept(nock(this.#salesIq).persist(), route).optionally()
    return this.#answer(this.#salesIq, route, interceptor, answer)
  }

  /** The next request of a token. */
  onToken(answer: Answer = granted()): this {
    return this.#answer(this.#accounts, 'token', nock(this.#accounts).post('/oauth/v2/token'), answer)
  }

  /** Every request of a token. */
  wheneverToken(answer: Answer = granted()): this {
    const interceptor = nock(this.#accounts).persist().post('/oauth/v2/token').optionally()
    return this.#answer(this.#accounts, 'token', interceptor, answer)
  }

  onDownload(url: string, answer: FileAnswer): this {
    const { origin, pathname, search } = new URL(url)
    const scope = nock(origin)
      .get(`${pathname}${search}`)
      .reply(answer.status ?? 200, answer.body ?? '', answer.headers ?? {})
    scope.on('request', (request: NockRequest) => void this.calls.push(toCall('download', origin, request, '')))
    return this
  }

  names(): string[] {
    return this.calls.map(({ name }) => name)
  }

  count(name: Route | 'token'): number {
    return this.calls.filter((call) => call.name === name).length
  }

  bodies(name: Route | 'token'): unknown[] {
    return this.calls.filter((call) => call.name === name).map(({ body }) => body)
  }

  end(): void {
    nock.emitter.off('no match', this.#noteUnexpected)
    const unused = nock.pendingMocks()
    nock.abortPendingRequests()
    nock.cleanAll()
    expect({ unexpected: this.unexpected, unused }).toEqual({ unexpected: [], unused: [] })
  }

  readonly #noteUnexpected = (request: {
    method?: string
    path?: string
    options?: { method?: string; path?: string }
  }): void => {
    this.unexpected.push(`${request.method ?? request.options?.method} ${request.path ?? request.options?.path}`)
  }

  #intercept(scope: nock.Scope, route: Route): nock.Interceptor {
    const [method = '', target = ''] = route.split(' ')
    return scope.intercept(pathOf(target), method).query(true)
  }

  #answer(origin: string, name: string, interceptor: nock.Interceptor, answer: Answer): this {
    const scope =
      answer.drop === undefined
        ? interceptor.reply(answer.status ?? 200, answer.text ?? JSON.stringify(answer.json ?? {}), {
            'content-type': 'application/json',
            ...answer.headers,
          })
        : interceptor.replyWithError(Object.assign(new Error('socket hang up'), { code: answer.drop }))
    scope.on('request', (request: NockRequest, _: unknown, body: string) => {
      this.calls.push(toCall(name, origin, request, body))
    })
    return this
  }
}

/** `rest/apps/1` as the path below the host. */
function pathOf(target: string): string {
  const slash = target.indexOf('/')
  const area = target.slice(0, slash)
  if (area !== 'visitor' && area !== 'visitorV2' && area !== 'rest') throw new Error(`No such area: ${area}`)
  return `${AREAS[area]}/${SCREEN}${target.slice(slash)}`
}

function toCall(name: string, origin: string, { method, path, headers }: NockRequest, body: string): Call {
  // What an empty body is called does not matter.
  const contentType = body === '' ? undefined : headers['content-type']?.replace(/;charset=utf-8$/, '')
  return {
    name,
    method,
    url: `${origin}${path}`,
    authorization: headers['authorization'],
    contentType,
    body: readBody(contentType, body),
  }
}

function readBody(contentType: string | undefined, body: string): unknown {
  if (contentType?.startsWith('application/json')) return JSON.parse(body)
  return contentType === 'application/x-www-form-urlencoded' ? Object.fromEntries(new URLSearchParams(body)) : body
}

/** What a token request is answered with; an ORG client gets its life in milliseconds and in seconds. */
export const granted = (token = secrets.renewedToken, more: object = {}): Answer => ({
  json: {
    access_token: token,
    scope: 'SalesIQ.Conversations.ALL',
    api_domain: 'https://www.zohoapis.com',
    token_type: 'Bearer',
    expires_in_sec: 3_600,
    expires_in: 3_600_000,
    ...more,
  },
})

/** What a refusal of the token endpoint looks like: with status 200. */
export const tokenRefusal = (error: string, more: object = {}): Answer => ({ json: { error, ...more } })

/** The accounts service asks to wait. */
export const ACCESS_DENIED = tokenRefusal('Access Denied', {
  error_description: 'You have made too many requests continuously. Please try again after some time.',
  status: 'failure',
})

/** What a refusal of SalesIQ looks like: with status 200. Its text repeats every secret, as a careless service might. */
export const refusal = (code: number | string, status = 200, more: object = {}): Answer => ({
  status,
  json: { error: { code, message: Object.values(secrets).join(' '), ...more } },
})

/** A good answer. */
export const data = (value: unknown, object = 'conversations'): Answer => ({
  json: { url: '/api/v2/examplescreen', object, data: value },
})

export const PAGE: Answer = { text: '<html><body>Zoho</body></html>', headers: { 'content-type': 'text/html' } }

/** The conversation as SalesIQ shows it. */
export const conversationIn = (state: 'waiting' | 'connected' | 'missed' | 'end', more: object = {}): Answer =>
  data({ id: conversationId, chat_status: { state_key: state, status_key: 'open' }, ...more })

export const opened: Answer = data({
  conversation_id: conversationId,
  id: hexId,
  chat_status: { state: 1, state_key: 'waiting', status_code: 0, status_key: 'open' },
  start_time: '1769000000000',
  type: 'chat',
})

/** Visitors have ids that begin with `$`. */
export const visitorSaid = (text: string, time = Date.now(), more: object = {}) => ({
  id: String(time),
  sequence_id: '1',
  sender: { id: '$5f2e', name: 'Thomas' },
  type: 'text',
  message: { text },
  time: String(time),
  ...more,
})

/** What registers the brand: it holds secrets. */
export const brandOf = (more: object = {}): Answer =>
  data(
    {
      id: APP,
      name: 'Example',
      enabled: true,
      departments: [{ [DEPARTMENT]: 'Support' }, { '325000000012007': 'Sales' }],
      jwt_authentication: { secret_key: secrets.jwtSecret },
      widgetcode: secrets.widgetCode,
      ...more,
    },
    'apps'
  )

export const EVENTS = [
  'conversation.attender.updated',
  'conversation.operator.replied',
  'conversation.completed',
  'conversation.missed',
  'conversation.transfer.accepted',
]

export const HOUR_MS = 3_600_000
/** Zoho's limit of new tokens is kept by resting this long. In ms. */
export const REST_MS = 200_000

let count = 0

type Change = Record<string, unknown>

/** One installation with settings of its own, so that nothing remembered by this process reaches the next test. */
export class World {
  readonly vendor: Vendor
  readonly botpress = createFakeBotpress()
  readonly logLines: string[] = []
  readonly config: ZohoSalesIqConfig
  readonly webhookUrl: string
  readonly integrationId: string
  readonly #webhookId: string

  constructor(dataCenter: keyof typeof hosts = 'us') {
    count += 1
    this.vendor = new Vendor(dataCenter)
    this.config = {
      clientId: '1000.EXAMPLECLIENT',
      clientSecret: secrets.clientSecret,
      refreshToken: secrets.refreshToken,
      screenName: SCREEN,
      appId: APP,
      departmentId: DEPARTMENT,
      dataCenter,
    }
    this.#webhookId = `hook-${count}`
    this.webhookUrl = `https://webhook.botpress.cloud/${this.#webhookId}`
    this.integrationId = `int_${count}`
  }

  #input({ config = {}, budgetMs = 40_000 }: { config?: Change; budgetMs?: number } = {}) {
    const note = (message: string) => void this.logLines.push(message)
    return {
      client: this.botpress,
      log: { info: note, warn: note, error: note },
      integrationId: this.integrationId,
      webhookId: this.#webhookId,
      webhookUrl: this.webhookUrl,
      configuration: { ...this.config, ...config },
      budgetMs,
    }
  }

  /** The provider's calls, with settings as they are or with others. */
  api(config?: Change, budgetMs?: number): Api {
    const input = this.#input({ ...(config ? { config } : {}), ...(budgetMs === undefined ? {} : { budgetMs }) })
    return createInvocation(zohoSalesIqAdapter, input).connect()
  }

  /** Another process that runs the same installation: nothing in memory is shared. Its errors are its own classes. */
  async instance(config?: Change): Promise<Api> {
    vi.resetModules()
    const [invocations, adapters] = await Promise.all([
      import('../../../packages/hitl-core/src/invocation'),
      import('../src/adapter'),
    ])
    const input = this.#input(config ? { config } : {})
    return invocations.createInvocation(adapters.zohoSalesIqAdapter, input).connect()
  }

  request(brief: Partial<Request['brief']> = {}, contact: Partial<Request['contact']> = {}): Request {
    return {
      sessionId: 'conv_session',
      contact: { userId: 'user_1', ...contact },
      brief: { transcript: '', history: [], options: {}, ...brief },
    }
  }

  /** The same contact once more, after an earlier session. */
  returning(isClosed: boolean, brief: Partial<Request['brief']> = {}): Request {
    const previous = { thread: earlier, isOver: async () => isClosed, isClosed: async () => isClosed }
    return { ...this.request(brief), previous }
  }

  readonly #tokenAddress = () => ({ type: 'integration', id: this.integrationId, name: 'installationToken' }) as const

  /** A token that was renewed a while ago with these settings. */
  async storeToken(token: Partial<Token> = {}, config: Change = {}): Promise<void> {
    const settings = zohoSalesIqAdapter.settings.safeParse({ ...this.config, ...config })
    if (!settings.success) throw new Error('These settings are not allowed.')
    const payload = {
      accessToken: secrets.accessToken,
      expiresAt: Date.now() + HOUR_MS - 10 * 60_000,
      refresh: secrets.refreshToken,
      settings: hash(JSON.stringify(credentialOf(settings.data))).slice(0, 16),
      ...token,
    }
    await this.botpress.setState({ ...this.#tokenAddress(), payload })
  }

  storedToken(): Record<string, unknown> | undefined {
    return this.botpress.peekState(this.#tokenAddress())
  }

  readonly #noteAddress = () => ({ type: 'integration', id: this.integrationId, name: 'installation' }) as const

  async storeNote(note: unknown): Promise<void> {
    await this.botpress.setState({ ...this.#noteAddress(), payload: { note: JSON.stringify(note) } })
  }

  note(): unknown {
    const note = this.botpress.peekState(this.#noteAddress())?.['note']
    return typeof note === 'string' ? JSON.parse(note) : undefined
  }

  /** A call of SalesIQ, complete. */
  call(
    route: Route,
    { body, query = '', token = secrets.accessToken }: { body?: unknown; query?: string; token?: string } = {}
  ): Call {
    const [method = '', target = ''] = route.split(' ')
    return {
      name: route,
      method,
      url: `https://${hosts[this.config.dataCenter][1]}${pathOf(target)}${query}`,
      authorization: `Zoho-oauthtoken ${token}`,
      contentType: body === undefined ? undefined : 'application/json',
      body: body ?? '',
    }
  }

  /** A request of a new token, complete. */
  tokenCall(): Call {
    return {
      name: 'token',
      method: 'POST',
      url: `https://${hosts[this.config.dataCenter][0]}/oauth/v2/token`,
      authorization: undefined,
      contentType: 'application/x-www-form-urlencoded',
      body: {
        grant_type: 'refresh_token',
        client_id: this.config.clientId,
        client_secret: secrets.clientSecret,
        refresh_token: secrets.refreshToken,
      },
    }
  }
}

/** A fresh world for each test, with a token in the store; whatever was logged is searched for secrets afterwards. */
export function useWorld({ isConnected = true }: { isConnected?: boolean } = {}): () => World {
  let world: World | undefined
  beforeEach(async () => {
    world = new World()
    if (isConnected) await world.storeToken()
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
    world?.vendor.end()
    expectNoSecret(world?.logLines.join('\n') ?? '')
    world = undefined
  })
  return () => {
    if (!world) throw new Error('Only inside a test.')
    return world
  }
}

/** Lower case as well: a text that was folded gives a secret away just the same. */
export function expectNoSecret(shown: string): void {
  const lower = shown.toLowerCase()
  const found = Object.entries(secrets).filter(([, secret]) => lower.includes(secret.toLowerCase()))
  expect(found.map(([name]) => name)).toEqual([])
}

/** The error of a call that has to fail, searched for secrets down to ten levels. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  const outcome = await call.then(
    () => ({ error: undefined, failed: false }),
    (error: unknown) => ({ error, failed: true })
  )
  expect(outcome.failed).toBe(true)
  const { error } = outcome
  const own = error instanceof Error ? `${error.message} ${error.stack} ${inspect(error.cause, { depth: 10 })}` : ''
  expectNoSecret(`${own} ${inspect(error, { depth: 10, showHidden: true })}`)
  return error
}

type ErrorClass<E> = abstract new (...args: never[]) => E

/** As `failureOf`, for an error of one class exactly. */
export async function failsWith<E extends HitlError>(kind: ErrorClass<E>, call: Promise<unknown>): Promise<E> {
  const error = await failureOf(call)
  if (error instanceof kind) return error
  throw new Error(`Expected ${kind.name}, got ${String(error)}`, { cause: error })
}

/** Lets waits of a tenth of a second and more pass a hundred times as fast. Returns what was waited for, in ms. */
export function shortenWaits(): number[] {
  const waits: number[] = []
  const original = globalThis.setTimeout
  const shortened = (run: () => void, ms = 0) => {
    if (ms < 100) return original(run, ms)
    waits.push(ms)
    return original(run, ms / 100)
  }
  vi.stubGlobal('setTimeout', Object.assign(shortened, original))
  return waits
}

/** The clock stands still unless moved; timers stay real. */
export const freezeClock = () => void vi.useFakeTimers({ toFake: ['Date'] })
export const passMs = (ms: number) => void vi.setSystemTime(Date.now() + ms)

/** The parts of a multipart body with one file. */
export function readUpload({ body, contentType }: Call): { field: string; name: string; type: string; bytes: Buffer } {
  const raw =
    typeof body === 'string' && /^[0-9a-f]+$/.test(body) ? Buffer.from(body, 'hex') : Buffer.from(String(body))
  const boundary = /boundary=(.+)$/.exec(contentType ?? '')?.[1] ?? ''
  const text = raw.toString('latin1')
  const [head = '', ...rest] = text.slice(text.indexOf('\r\n') + 2).split('\r\n\r\n')
  const content = rest.join('\r\n\r\n')
  const end = content.indexOf(`\r\n--${boundary}--`)
  const parts = text.split(`--${boundary}`).length - 2
  expect({ hasBoundary: boundary !== '', isComplete: end >= 0, parts }).toEqual({
    hasBoundary: true,
    isComplete: true,
    parts: 1,
  })
  const utf8 = Buffer.from(head, 'latin1').toString('utf8')
  return {
    field: /name="([^"]*)"/.exec(utf8)?.[1] ?? '',
    name: /filename="([^"]*)"/.exec(utf8)?.[1] ?? '',
    type: /content-type: *(.+)/i.exec(utf8)?.[1]?.trim() ?? '',
    bytes: Buffer.from(content.slice(0, end), 'latin1'),
  }
}

/** The settings a token depends on. */
const credentialOf = ({ clientId, clientSecret, refreshToken, dataCenter }: ZohoSalesIqConfig) => [
  clientId,
  clientSecret,
  refreshToken,
  dataCenter,
]
