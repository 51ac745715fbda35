import type { OpenRequest, ProviderApi, StoredToken } from '@hitl/core'
import {
  AdapterWorld,
  type Answer,
  type Call,
  callOf,
  type Change,
  type SentCall,
  useFresh,
  watchSecrets,
  WrittenVendor,
} from '@hitl/core/testing/vendor-kit'
import { hash } from '../../../packages/hitl-core/src/hash'
import { zohoSalesIqAdapter } from '../src/adapter'
import type { ZohoSalesIqConfig } from '../src/config'
import type { ZohoSalesIqOptions } from '../src/form'
import type { ZohoSalesIqThread } from '../src/thread'

export type { Answer, FileAnswer } from '@hitl/core/testing/vendor-kit'
export { freezeClock, passMs, readUpload, shortenWaits } from '@hitl/core/testing/vendor-kit'

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
export const { expectNoSecret, failureOf, failsWith } = watchSecrets(secrets)

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
/** A call of SalesIQ by its method, its area, and its path below the screen name; `rest@other/…` is of another portal. */
export type Route = `${Method} ${Area}/${string}` | `${Method} ${Area}@${string}/${string}`

/** Zoho, as far as a test has written it down. `token` names calls of the accounts service. */
class Vendor extends WrittenVendor<Route | 'token'> {
  constructor(dataCenter: keyof typeof hosts) {
    const [accounts, salesIq] = hosts[dataCenter]
    super({
      endpoint(name) {
        if (name === 'token') return { origin: `https://${accounts}`, method: 'POST', path: '/oauth/v2/token' }
        const [method = '', target = ''] = name.split(' ')
        return { origin: `https://${salesIq}`, method, path: pathOf(target), anyQuery: true }
      },
      usual: (name) => (name === 'token' ? granted() : { text: '' }),
      read: toCall,
    })
  }

  /** The next request of a token. */
  onToken(answer?: Answer): this {
    return this.on('token', answer)
  }

  /** Every request of a token. */
  wheneverToken(answer?: Answer): this {
    return this.whenever('token', answer)
  }
}

/** `rest/apps/1` as the path below the host. */
function pathOf(target: string): string {
  const slash = target.indexOf('/')
  const [area, screen = SCREEN] = target.slice(0, slash).split('@')
  if (area !== 'visitor' && area !== 'visitorV2' && area !== 'rest') throw new Error(`No such area: ${area}`)
  return `${AREAS[area]}/${screen}${target.slice(slash)}`
}

/** What an empty body is called does not matter, nor that JSON says it is UTF-8. */
function toCall(sent: SentCall): Call {
  const contentType = sent.body === '' ? undefined : sent.headers['content-type']?.replace(/;charset=utf-8$/, '')
  return callOf({ ...sent, headers: { ...sent.headers, 'content-type': contentType } })
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

export class World extends AdapterWorld<ZohoSalesIqConfig, ZohoSalesIqThread, ZohoSalesIqOptions> {
  readonly vendor: Vendor
  readonly config: ZohoSalesIqConfig

  constructor(dataCenter: keyof typeof hosts = 'us') {
    super({ adapter: zohoSalesIqAdapter, options: {}, earlier })
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
  }

  /** As `api`, in another process that runs the same installation. */
  instance(config?: Change): Promise<Api> {
    return this.apiElsewhere(async () => (await import('../src/adapter')).zohoSalesIqAdapter, config)
  }

  readonly #tokenAddress = () => ({ type: 'integration', id: this.integrationId, name: 'installationToken' }) as const

  /** A token that was renewed a while ago with these settings. */
  async storeToken(token: Partial<StoredToken> = {}, config: Change = {}): Promise<void> {
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

  /** What an earlier registration in this portal, or the one given, has noted. */
  async storeNote(note: object, portal = `${this.config.dataCenter}/${this.config.screenName}`): Promise<void> {
    const payload = { note: JSON.stringify({ ...note, portal }) }
    await this.botpress.setState({ ...this.#noteAddress(), payload })
  }

  /** What is noted now, but for the portal. */
  note(): unknown {
    const { portal: _, ...note } = this.#noted()
    return note
  }

  notedPortal(): unknown {
    return this.#noted()['portal']
  }

  #noted(): Record<string, unknown> {
    const note = this.botpress.peekState(this.#noteAddress())?.['note']
    return typeof note === 'string' ? JSON.parse(note) : {}
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

/** With a token in the store. */
export const useWorld = ({ isConnected = true } = {}) =>
  useFresh(async () => {
    const world = new World()
    if (isConnected) await world.storeToken()
    return world
  }, expectNoSecret)

/** The settings a token depends on. */
const credentialOf = ({ clientId, clientSecret, refreshToken, dataCenter }: ZohoSalesIqConfig) => [
  clientId,
  clientSecret,
  refreshToken,
  dataCenter,
]
