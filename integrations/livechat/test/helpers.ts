import { inspect } from 'node:util'
import { type HitlError, mediaAsText, type OpenRequest, type ProviderApi, type Token } from '@hitl/core'
import { createFakeBotpress } from '@hitl/core/testing'
import nock from 'nock'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { createInvocation } from '../../../packages/hitl-core/src/invocation'
import { livechatAdapter } from '../src/adapter'
import type { LiveChatConfig } from '../src/config'
import type { LiveChatOptions } from '../src/form'
import type { LiveChatThread } from '../src/thread'

export type Api = ProviderApi<LiveChatThread, LiveChatOptions>
export type Request = OpenRequest<LiveChatThread, LiveChatOptions>

/** What must never show in an error, a log line or a notice. */
export const secrets = {
  agentToken: Buffer.from('8f2c1a7e-account:dal:pat-very-secret').toString('base64'),
  webhookSecret: 'webhook-secret-very-secret',
  customerToken: 'dal:customer-token-very-secret',
  renewedToken: 'dal:renewed-token-very-secret',
  cookie: 'cst-cookie-very-secret',
  renewedCookie: 'cst-renewed-very-secret',
}

export const customerId = 'b7eff798-f8df-4364-8059-649c35c9ed0c'
const sessionId = 'conv_session'
const previousId = 'conv_previous'
/** The thread of a session that uses a customer of its own. */
export const thread: LiveChatThread = { chatId: 'PJ0MRSHTDG', threadId: 'K600PKZON8', owner: sessionId }
/** The thread of the session before. */
export const earlier: LiveChatThread = { ...thread, owner: previousId }

const API = 'https://api.livechatinc.com'
const ACCOUNTS = 'https://accounts.livechat.com'

/** One call as the vendor got it. */
export type Call = {
  /** `customer/start_chat`, `token` for the accounts service, `download` for files of the end user. */
  name: string
  method: string
  url: string
  authorization: string | undefined
  cookie: string | undefined
  region: string | undefined
  contentType: string | undefined
  body: unknown
}

export type Answer = {
  status?: number
  json?: unknown
  /** The raw body, in place of `json`. */
  text?: string
  headers?: Record<string, string | string[]>
  /** Code of a connection failure, in place of an answer. */
  drop?: 'ECONNRESET' | 'ECONNREFUSED'
}

type NockRequest = { method: string; path: string; headers: Record<string, string | undefined> }

/** LiveChat, as far as a test has written it down: any other call fails the test. */
export class Vendor {
  readonly calls: Call[] = []
  readonly unexpected: string[] = []

  constructor() {
    nock.disableNetConnect()
    nock.emitter.on('no match', this.#noteUnexpected)
  }

  /** The next call of this action gets this answer. `customer/start_chat`, `agent/get_chat`, `configuration/…`. */
  on(name: string, answer: Answer = { json: {} }): this {
    const [area = '', action = ''] = name.split('/')
    const interceptor = nock(API).post(`/v3.6/${area}/action/${action}`).query(true)
    return this.#answer(API, name, interceptor, answer)
  }

  /** Every call of this action gets this answer, however many there are. */
  whenever(name: string, answer: Answer): this {
    const [area = '', action = ''] = name.split('/')
    const interceptor = nock(API).persist().post(`/v3.6/${area}/action/${action}`).query(true).optionally()
    return this.#answer(API, name, interceptor, answer)
  }

  /** The next call of the accounts service. */
  onToken(answer: Answer = granted()): this {
    return this.#answer(ACCOUNTS, 'token', nock(ACCOUNTS).post('/v2/customer/token'), answer)
  }

  /** Every call of the accounts service. */
  wheneverToken(answer: Answer = granted()): this {
    return this.#answer(ACCOUNTS, 'token', nock(ACCOUNTS).persist().post('/v2/customer/token').optionally(), answer)
  }

  onDownload(
    url: string,
    answer: { status?: number; body?: Buffer | string; headers?: Record<string, string>; delayMs?: number }
  ): this {
    const { origin, pathname, search } = new URL(url)
    const interceptor = nock(origin).get(`${pathname}${search}`)
    if (answer.delayMs !== undefined) interceptor.delay(answer.delayMs)
    const scope = interceptor.reply(answer.status ?? 200, answer.body ?? '', answer.headers ?? {})
    scope.on('request', (request: NockRequest) => void this.calls.push(toCall('download', origin, request, '')))
    return this
  }

  names(): string[] {
    return this.calls.map(({ name }) => name)
  }

  bodies(name: string): unknown[] {
    return this.calls.filter((call) => call.name === name).map(({ body }) => body)
  }

  end(): void {
    nock.emitter.off('no match', this.#noteUnexpected)
    const unused = nock.pendingMocks()
    nock.abortPendingRequests()
    nock.cleanAll()
    expect({ unexpected: this.unexpected, unused }).toEqual({ unexpected: [], unused: [] })
  }

  readonly #noteUnexpected = (request: { path?: string; options?: { path?: string } }): void => {
    this.unexpected.push(String(request.path ?? request.options?.path))
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

function toCall(name: string, origin: string, { method, path, headers }: NockRequest, body: string): Call {
  const contentType = headers['content-type']
  return {
    name,
    method,
    url: `${origin}${path}`,
    authorization: headers['authorization'],
    cookie: headers['cookie'],
    region: headers['x-region'],
    contentType,
    body: contentType?.startsWith('application/json') ? JSON.parse(body) : body,
  }
}

/** An answer of the accounts service with a new token and its two cookies. */
export function granted({
  token = secrets.customerToken,
  cookie = secrets.cookie,
  id = customerId,
}: { token?: string; cookie?: string | null; id?: string } = {}): Answer {
  const attributes = 'Path=/v2/customer; Max-Age=63072000; Secure; HttpOnly; SameSite=None'
  return {
    json: { access_token: token, entity_id: id, expires_in: 28_800, token_type: 'Bearer', organization_id: 'o' },
    headers:
      cookie === null ? {} : { 'set-cookie': [`__lc_cid=${id}; ${attributes}`, `__lc_cst=${cookie}; ${attributes}`] },
  }
}

/** What a refusal of the Web APIs looks like. Its text repeats every secret, as a careless service might. */
export const refusal = (type: string, status = 422, data?: object): Answer => ({
  status,
  json: { error: { type, message: Object.values(secrets).join(' '), ...(data ? { data } : {}) } },
})

/** What a refusal of the accounts service looks like. */
export const accountsRefusal = (exception: string, description = '', status = 401): Answer => ({
  status,
  json: { oauth_exception: exception, exception_description: description },
})

export const HOUR_MS = 3_600_000
const tokenOf = (id: string) => ({ type: 'conversation', id, name: 'sessionToken' }) as const

let count = 0

/** One installation with settings of its own, so that nothing remembered by this process reaches the next test. */
export class World {
  readonly vendor = new Vendor()
  readonly botpress = createFakeBotpress()
  readonly logLines: string[] = []
  readonly config: LiveChatConfig
  readonly webhookUrl: string
  readonly sessionId = sessionId
  readonly previousId = previousId
  readonly integrationId: string
  readonly #number: number

  constructor() {
    count += 1
    this.#number = count
    this.config = {
      clientId: 'c5e4f61e1a6c3b1521b541bc5c5a2ac5',
      organizationId: `4a2c0d8e-1b3f-4c5d-9e6f-${String(count).padStart(12, '0')}`,
      webhookSecret: secrets.webhookSecret,
      agentToken: secrets.agentToken,
      groupId: 19,
    }
    this.webhookUrl = `https://webhook.botpress.cloud/hook-${count}`
    this.integrationId = `int_${count}`
  }

  invocation({ config = {}, budgetMs = 40_000 }: { config?: Record<string, unknown>; budgetMs?: number } = {}) {
    const note = (message: string) => void this.logLines.push(message)
    return createInvocation(livechatAdapter, {
      client: this.botpress,
      log: { info: note, warn: note, error: note },
      integrationId: this.integrationId,
      webhookId: `hook-${this.#number}`,
      webhookUrl: this.webhookUrl,
      configuration: { ...this.config, ...config },
      budgetMs,
    })
  }

  /** The provider's calls. */
  session(budgetMs?: number): Api {
    return this.invocation(budgetMs === undefined ? {} : { budgetMs }).connect()
  }

  /** The same with other settings. */
  installation(config?: Record<string, unknown>): Api {
    return this.invocation(config ? { config } : {}).connect()
  }

  request(brief: Partial<Request['brief']> = {}, contact: Partial<Request['contact']> = {}): Request {
    return {
      sessionId: this.sessionId,
      contact: { userId: 'user_1', ...contact },
      brief: { transcript: '', history: [], options: {}, ...brief },
    }
  }

  /** The same contact once more, after an earlier session. */
  returning(isOver: boolean, brief: Partial<Request['brief']> = {}): Request {
    return {
      ...this.request(brief),
      previous: { thread: earlier, isOver: async () => isOver, isClosed: async () => isOver },
    }
  }

  async storeToken(conversationId: string, token: Partial<Token> = {}): Promise<void> {
    const payload = {
      accessToken: secrets.customerToken,
      expiresAt: Date.now() + 8 * HOUR_MS,
      refresh: secrets.cookie,
      identity: customerId,
      ...token,
    }
    await this.botpress.setState({ ...tokenOf(conversationId), payload })
  }

  storedToken(conversationId: string): Record<string, unknown> | undefined {
    return this.botpress.peekState(tokenOf(conversationId))
  }

  /** A call as the customer, complete. */
  customerCall(action: string, body: unknown, token = secrets.customerToken): Call {
    const query = `?organization_id=${this.config.organizationId}`
    return apiCall(`customer/${action}`, `customer/action/${action}${query}`, `Bearer ${token}`, body)
  }

  /** A call as the owner of the agent token, complete. */
  agentCall(name: `${'agent' | 'configuration'}/${string}`, body: unknown): Call {
    return apiCall(name, name.replace('/', '/action/'), `Basic ${secrets.agentToken}`, body)
  }

  /** A call of the accounts service, complete. */
  tokenCall(cookie?: string): Call {
    const body = {
      grant_type: 'cookie',
      client_id: this.config.clientId,
      organization_id: this.config.organizationId,
      response_type: 'token',
      redirect_uri: this.webhookUrl,
    }
    return { ...apiCall('token', '', undefined, body), url: `${ACCOUNTS}/v2/customer/token`, cookie }
  }
}

const apiCall = (name: string, path: string, authorization: string | undefined, body: unknown): Call => ({
  name,
  method: 'POST',
  url: `${API}/v3.6/${path}`,
  authorization,
  cookie: undefined,
  region: undefined,
  contentType: 'application/json',
  body,
})

/** The two cookies that keep a customer. */
export const cookies = (cst = secrets.cookie, id = customerId) => `__lc_cid=${id}; __lc_cst=${cst}`

/** A chat as `get_chat` shows it, with the events of a thread by their `custom_id`. */
export const chatHolding = (
  customIds: readonly string[],
  { active = true, threadId = thread.threadId } = {}
): Answer => ({
  json: {
    id: thread.chatId,
    thread: {
      id: threadId,
      active,
      user_ids: [customerId],
      // System messages have no custom_id.
      events: [
        { id: 'e0', type: 'system_message', system_message_type: 'routing.assigned_new' },
        ...customIds.map((id, index) => ({ id: `e${index + 1}`, type: 'message', custom_id: id })),
      ],
    },
    users: [],
  },
})

/** A fresh world for each test; whatever was logged is searched for secrets afterwards. */
export function useWorld(): () => World {
  let world: World | undefined
  beforeEach(() => {
    world = new World()
  })
  afterEach(() => {
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

/** Lets waits of a tenth of a second and more pass fifty times as fast. Returns what was waited for, in ms. */
export function shortenWaits(): number[] {
  const waits: number[] = []
  const original = globalThis.setTimeout
  const shortened = (run: () => void, ms = 0) => {
    if (ms < 100) return original(run, ms)
    waits.push(ms)
    return original(run, ms / 50)
  }
  vi.stubGlobal('setTimeout', Object.assign(shortened, original))
  return waits
}

/** The parts of a multipart body with one file. */
export function readUpload({ body, contentType }: Call): { field: string; name: string; type: string; bytes: Buffer } {
  const raw =
    typeof body === 'string' && /^[0-9a-f]+$/.test(body) ? Buffer.from(body, 'hex') : Buffer.from(String(body))
  const boundary = /boundary=(.+)$/.exec(contentType ?? '')?.[1] ?? ''
  const text = raw.toString('latin1')
  const [head = '', ...rest] = text.slice(text.indexOf('\r\n') + 2).split('\r\n\r\n')
  const content = rest.join('\r\n\r\n')
  const end = content.indexOf(`\r\n--${boundary}--`)
  expect({ hasBoundary: boundary !== '', isComplete: end >= 0, parts: text.split(`--${boundary}`).length - 2 }).toEqual(
    {
      hasBoundary: true,
      isComplete: true,
      parts: 1,
    }
  )
  const utf8 = Buffer.from(head, 'latin1').toString('utf8')
  return {
    field: /name="([^"]*)"/.exec(utf8)?.[1] ?? '',
    name: /filename="([^"]*)"/.exec(utf8)?.[1] ?? '',
    type: /content-type: *(.+)/i.exec(utf8)?.[1]?.trim() ?? '',
    bytes: Buffer.from(content.slice(0, end), 'latin1'),
  }
}

export const linkText = (url: string, name?: string): string =>
  mediaAsText({ kind: 'file', url, ...(name === undefined ? {} : { name }) }).text
