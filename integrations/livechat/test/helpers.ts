import { mediaAsText, type OpenRequest, type ProviderApi, type Token } from '@hitl/core'
import {
  AdapterWorld,
  type Answer,
  type Call,
  callOf,
  SESSION_ID,
  shortenWaits as shortenWaitsBy,
  useFresh,
  watchSecrets,
  WrittenVendor,
} from '@hitl/core/testing/vendor-kit'
import { livechatAdapter } from '../src/adapter'
import type { LiveChatConfig } from '../src/config'
import type { LiveChatOptions } from '../src/form'
import type { LiveChatThread } from '../src/thread'

export type { Answer } from '@hitl/core/testing/vendor-kit'
export { readUpload } from '@hitl/core/testing/vendor-kit'

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
export const { expectNoSecret, failureOf, failsWith } = watchSecrets(secrets)

export const customerId = 'b7eff798-f8df-4364-8059-649c35c9ed0c'
const previousId = 'conv_previous'
/** The thread of a session that uses a customer of its own. */
export const thread: LiveChatThread = { chatId: 'PJ0MRSHTDG', threadId: 'K600PKZON8', owner: SESSION_ID }
/** The thread of the session before. */
export const earlier: LiveChatThread = { ...thread, owner: previousId }

const API = 'https://api.livechatinc.com'
const ACCOUNTS = 'https://accounts.livechat.com'

type LiveChatCall = Call & { cookie: string | undefined; region: string | undefined }

/**
 * LiveChat, as far as a test has written it down. Calls are named `customer/start_chat`, `agent/get_chat`,
 * `configuration/…`, and `token` for the accounts service.
 */
class Vendor extends WrittenVendor<string, LiveChatCall> {
  constructor() {
    super({
      endpoint(name) {
        if (name === 'token') return { origin: ACCOUNTS, method: 'POST', path: '/v2/customer/token' }
        return { origin: API, method: 'POST', path: `/v3.6/${name.replace('/', '/action/')}`, anyQuery: true }
      },
      usual: (name) => (name === 'token' ? granted() : { json: {} }),
      read: (sent) => ({ ...callOf(sent), cookie: sent.headers['cookie'], region: sent.headers['x-region'] }),
    })
  }

  /** The next call of the accounts service. */
  onToken(answer?: Answer): this {
    return this.on('token', answer)
  }

  /** Every call of the accounts service. */
  wheneverToken(answer?: Answer): this {
    return this.whenever('token', answer)
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

export class World extends AdapterWorld<LiveChatConfig, LiveChatThread, LiveChatOptions> {
  readonly vendor = new Vendor()
  readonly previousId = previousId
  readonly config: LiveChatConfig = {
    clientId: 'c5e4f61e1a6c3b1521b541bc5c5a2ac5',
    organizationId: `4a2c0d8e-1b3f-4c5d-9e6f-${String(this.number).padStart(12, '0')}`,
    webhookSecret: secrets.webhookSecret,
    agentToken: secrets.agentToken,
    groupId: 19,
  }

  constructor() {
    super({ adapter: livechatAdapter, options: {}, earlier })
  }

  /** The provider's calls. */
  session(budgetMs?: number): Api {
    return this.api({}, budgetMs)
  }

  /** The same with other settings. */
  installation(config?: Record<string, unknown>): Api {
    return this.api(config)
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
  customerCall(action: string, body: unknown, token = secrets.customerToken): LiveChatCall {
    const query = `?organization_id=${this.config.organizationId}`
    return apiCall(`customer/${action}`, `customer/action/${action}${query}`, `Bearer ${token}`, body)
  }

  /** A call as the owner of the agent token, complete. */
  agentCall(name: `${'agent' | 'configuration'}/${string}`, body: unknown): LiveChatCall {
    return apiCall(name, name.replace('/', '/action/'), `Basic ${secrets.agentToken}`, body)
  }

  /** A call of the accounts service, complete. */
  tokenCall(cookie?: string): LiveChatCall {
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

const apiCall = (name: string, path: string, authorization: string | undefined, body: unknown): LiveChatCall => ({
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

export const useWorld = () => useFresh(() => new World(), expectNoSecret)

/** Waits pass fifty times as fast. Returns what was waited for, in ms. */
export const shortenWaits = () => shortenWaitsBy(50)

export const linkText = (url: string, name?: string): string =>
  mediaAsText({ kind: 'file', url, ...(name === undefined ? {} : { name }) }).text
