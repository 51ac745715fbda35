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
import { expect } from 'vitest'
import { hash } from '../../../packages/hitl-core/src/hash'
import { hubspotAdapter } from '../src/adapter'
import type { HubSpotConfig } from '../src/config'
import type { HubSpotOptions } from '../src/form'
import type { HubSpotThread } from '../src/thread'

export type { Answer, FileAnswer } from '@hitl/core/testing/vendor-kit'
export { freezeClock, passMs, shortenWaits } from '@hitl/core/testing/vendor-kit'

export type Api = ProviderApi<HubSpotThread, HubSpotOptions>
export type Request = OpenRequest<HubSpotThread, HubSpotOptions>

export const EMAIL = 'jane.doe@example.org'
export const PHONE = '+14165550199'

/** What must never show in an error, a log line or a notice. */
export const secrets = {
  developerApiKey: 'na1-0000-developer-key-very-secret',
  clientSecret: '7a1c9e-client-secret-very-secret',
  refreshToken: 'na1-aaaa-refresh-token-very-secret',
  rotatedRefreshToken: 'na1-bbbb-rotated-token-very-secret',
  accessToken: 'CJ-cccc-access-token-very-secret',
  renewedToken: 'CJ-dddd-renewed-token-very-secret',
  anotherToken: 'CJ-eeee-another-token-very-secret',
  userText: 'words of the user that are nobody else’s business',
  email: 'jane.doe',
  phone: '4165550199',
  vendorMessage: 'what HubSpot says about it in its own words',
}
export const { expectNoSecret, failureOf, failsWith } = watchSecrets(secrets)

export const APP = '1160452'
export const PORTAL = '243842089'
export const CHANNEL = '1007341'
export const ACCOUNT = '2055102'
export const HELP_DESK = '1431487401'
/** Of a session that goes elsewhere. */
export const OTHER_INBOX = '1431487402'
export const OTHER_ACCOUNT = '2055103'
export const THREAD = '9071001234'
export const OTHER_THREAD = '9071009999'
export const CLIENT_ID = '5f1c7e9a-0000-4000-8000-1a2b3c4d5e6f'

const ORIGIN = 'https://api.hubapi.com'
const TOKEN_PATH = '/oauth/2026-03/token'

/** The ways of HubSpot's API, as its documentation writes them; written out here apart from the source. */
export const CHANNELS = '/conversations/v3/custom-channels'
export const ACCOUNTS = `${CHANNELS}/${CHANNEL}/channel-accounts`
export const THREADS = '/conversations/v3/conversations/threads'
export const PUBLISH: Route = `POST ${CHANNELS}/${CHANNEL}/messages`
export const STATE: Route = `GET ${THREADS}/${THREAD}`
export const CLOSE: Route = `PATCH ${THREADS}/${THREAD}`
export const CLOSE_OTHER: Route = `PATCH ${THREADS}/${OTHER_THREAD}`

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
/** A call of HubSpot by its method and its path. */
export type Route = `${Method} /${string}`

/** HubSpot, as far as a test has written it down. `token` names requests of a new access token. */
class Vendor extends WrittenVendor<Route | 'token'> {
  constructor() {
    super({
      endpoint(name) {
        if (name === 'token') return { origin: ORIGIN, method: 'POST', path: TOKEN_PATH }
        const [method = '', path = ''] = name.split(' ')
        return { origin: ORIGIN, method, path, anyQuery: true }
      },
      usual: (name) => (name === 'token' ? granted() : {}),
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

/** What an empty body is called does not matter, nor that forms say they are UTF-8. */
function toCall(sent: SentCall): Call {
  const contentType = sent.body === '' ? undefined : sent.headers['content-type']?.replace(/;charset=utf-8$/, '')
  return callOf({ ...sent, headers: { ...sent.headers, 'content-type': contentType } })
}

/** What a token request is answered with. */
export const granted = (token = secrets.renewedToken, more: object = {}): Answer => ({
  json: {
    token_type: 'bearer',
    access_token: token,
    refresh_token: secrets.refreshToken,
    expires_in: 1_800,
    hub_id: Number(PORTAL),
    scopes: ['oauth', 'conversations.read'],
    user_id: 1,
    token_use: 'access_token',
    ...more,
  },
})

/** A careless service might repeat whatever it was given. */
const tellsAll = () => Object.values(secrets).join(' ')

/** What a refusal of the token endpoint looks like. */
export const tokenRefusal = (codes: { error?: string; status?: string }, httpStatus = 400): Answer => ({
  status: httpStatus,
  json: { ...codes, error_description: tellsAll(), message: tellsAll() },
})
/** No token, and no reason that means anything: an answer that would be a refusal if the call itself had got it. */
export const NO_TOKEN: Answer = { status: 400, text: '' }
export const BAD_REFRESH_TOKEN = tokenRefusal({ error: 'invalid_grant', status: 'BAD_REFRESH_TOKEN' })

/** What a refusal of HubSpot looks like. */
export const refusal = (status: number, more: object = {}, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  json: {
    status: 'error',
    message: tellsAll(),
    correlationId: 'aeb5f871-7f07-4993-9211-075dc63e7cbf',
    category: 'VALIDATION_ERROR',
    context: { values: [tellsAll()] },
    errors: [{ message: tellsAll(), code: 'X', in: 'text', context: { k: [tellsAll()] } }],
    links: { 'api key': `https://app.hubspot.com/${secrets.developerApiKey}` },
    ...more,
  },
})

export const MISSING = refusal(404, { category: 'OBJECT_NOT_FOUND' })

export const rateLimit = (policyName: string | undefined, headers: Record<string, string> = {}): Answer => ({
  status: 429,
  headers,
  json: {
    status: 'error',
    message: tellsAll(),
    errorType: 'RATE_LIMIT',
    ...(policyName === undefined ? {} : { policyName }),
    correlationId: 'c033cdaa-2c40-4a64-ae48-b4cec88dad24',
    requestId: '11111111-1111-1111-1111-111111111111',
  },
})

export const PAGE: Answer = { text: '<html><body>HubSpot</body></html>', headers: { 'content-type': 'text/html' } }

/** One page of a list. */
export const pageOf = (results: readonly object[], after?: string): Answer => ({
  json: { total: results.length, results, ...(after === undefined ? {} : { paging: { next: { after, link: '?' } } }) },
})

/** What a message that was taken is answered with. */
export const published = (threadId: string | number = THREAD, more: object = {}): Answer => ({
  status: 201,
  json: {
    id: 'message-of-hubspot',
    conversationsThreadId: threadId,
    channelId: CHANNEL,
    channelAccountId: ACCOUNT,
    direction: 'INCOMING',
    type: 'MESSAGE',
    truncationStatus: 'NOT_TRUNCATED',
    ...more,
  },
})

export const threadIn = (status: 'OPEN' | 'CLOSED', more: object = {}): Answer => ({
  json: { id: THREAD, status, inboxId: HELP_DESK, associatedContactId: '51', spam: false, archived: false, ...more },
})

/** The account of an inbox, as HubSpot shows it. */
export const accountOf = (inboxId = HELP_DESK, id = ACCOUNT, more: object = {}) => ({
  id,
  channelId: CHANNEL,
  inboxId,
  name: 'Botpress',
  active: true,
  authorized: true,
  archived: false,
  deliveryIdentifier: { type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: `botpress-${inboxId}` },
  ...more,
})

/** What a registration has noted of what it found or made. */
export const SET_UP = { portalId: PORTAL, channelId: CHANNEL, accounts: { [HELP_DESK]: ACCOUNT } }

export const MINUTE_MS = 60_000

export class World extends AdapterWorld<HubSpotConfig, HubSpotThread, HubSpotOptions> {
  readonly vendor = new Vendor()
  readonly config: HubSpotConfig = {
    developerApiKey: secrets.developerApiKey,
    appId: APP,
    clientId: CLIENT_ID,
    clientSecret: secrets.clientSecret,
    refreshToken: secrets.refreshToken,
    helpDeskId: HELP_DESK,
  }

  constructor() {
    super({ adapter: hubspotAdapter, options: {}, earlier: threadOf('conv_earlier', { id: OTHER_THREAD }) })
  }

  /** What a registration that finished with these settings, or with others, has noted. */
  setUp(more: object = {}, config: Change = {}): object {
    return { ...SET_UP, doneWith: hash(JSON.stringify({ ...this.config, ...config })), ...more }
  }

  /** The thread of the session. */
  readonly thread = threadOf(this.sessionId)

  /** As `api`, in another process that runs the same installation. */
  instance(config?: Change): Promise<Api> {
    return this.apiElsewhere(async () => (await import('../src/adapter')).hubspotAdapter, config)
  }

  readonly #tokenAddress = () => ({ type: 'integration', id: this.integrationId, name: 'installationToken' }) as const

  /** A token that was renewed a while ago with these settings. */
  async storeToken(token: Partial<StoredToken> = {}, config: Change = {}): Promise<void> {
    const { refreshToken } = { ...this.config, ...config }
    const payload = {
      accessToken: secrets.accessToken,
      expiresAt: Date.now() + 20 * MINUTE_MS,
      refresh: secrets.refreshToken,
      settings: hash(JSON.stringify([refreshToken])).slice(0, 16),
      ...token,
    }
    await this.botpress.setState({ ...this.#tokenAddress(), payload })
  }

  storedToken(): Record<string, unknown> | undefined {
    return this.botpress.peekState(this.#tokenAddress())
  }

  readonly #noteAddress = () => ({ type: 'integration', id: this.integrationId, name: 'installation' }) as const

  /** What an earlier registration has noted, of this app or the one given. */
  async storeNote(note: object, appId: string = APP): Promise<void> {
    const payload = { note: JSON.stringify({ ...note, appId }) }
    await this.botpress.setState({ ...this.#noteAddress(), payload })
  }

  /** What is noted now. */
  note(): Record<string, unknown> {
    const note = this.botpress.peekState(this.#noteAddress())?.['note']
    return typeof note === 'string' ? JSON.parse(note) : {}
  }

  /** A call of HubSpot for the account that installed the app, complete. */
  call(route: Route, { body, query, token = secrets.accessToken }: Said & { token?: string } = {}): Call {
    return { ...callTo(route, query, body), authorization: `Bearer ${token}` }
  }

  /** A call of HubSpot as the app itself, complete. */
  appCall(route: Route, { body, query }: Said = {}): Call {
    return callTo(route, { ...query, hapikey: secrets.developerApiKey, appId: APP }, body)
  }

  /** A request of a new token, complete. */
  tokenCall(refreshToken = secrets.refreshToken): Call {
    return {
      name: 'token',
      method: 'POST',
      url: `${ORIGIN}${TOKEN_PATH}`,
      authorization: undefined,
      contentType: 'application/x-www-form-urlencoded',
      body: {
        grant_type: 'refresh_token',
        client_id: CLIENT_ID,
        client_secret: secrets.clientSecret,
        refresh_token: refreshToken,
      },
    }
  }

  /** A message of the end user, complete, written now. */
  message(more: object = {}): object {
    return {
      messageDirection: 'INCOMING',
      channelAccountId: ACCOUNT,
      integrationThreadId: this.sessionId,
      integrationIdempotencyId: 'msg_1',
      text: 'Hello',
      timestamp: new Date().toISOString(),
      senders: [{ deliveryIdentifier: { type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: 'user_1' } }],
      recipients: [{ deliveryIdentifier: { type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: `botpress-${HELP_DESK}` } }],
      attachments: [],
      ...more,
    }
  }

  /** The access tokens that calls of this name carried. */
  tokensUsed(name: Route): (string | undefined)[] {
    const calls = this.vendor.calls.filter((call) => call.name === name)
    return calls.map(({ authorization }) => authorization?.replace(/^Bearer /, ''))
  }
}

type Said = { body?: unknown; query?: Record<string, string> }

function callTo(route: Route, query: Record<string, string> | undefined, body: unknown): Call {
  const [method = '', path = ''] = route.split(' ')
  const search = query && Object.keys(query).length > 0 ? `?${new URLSearchParams(query).toString()}` : ''
  return {
    name: route,
    method,
    url: `${ORIGIN}${path}${search}`,
    authorization: undefined,
    contentType: body === undefined ? undefined : 'application/json',
    body: body ?? '',
  }
}

const threadOf = (sessionId: string, more: Partial<HubSpotThread> = {}): HubSpotThread => ({
  id: THREAD,
  sessionId,
  portalId: PORTAL,
  channelId: CHANNEL,
  accountId: ACCOUNT,
  inboxId: HELP_DESK,
  sender: { deliveryIdentifier: { type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: 'user_1' } },
  ...more,
})

/** With a token in the store, and with a registration behind it. */
export const useWorld = ({ isConnected = true, isSetUp = true } = {}) =>
  useFresh(async () => {
    const world = new World()
    if (isConnected) await world.storeToken()
    if (isSetUp) await world.storeNote(world.setUp())
    return world
  }, expectNoSecret)

export type Uploaded = { fields: Record<string, string>; file: { name: string; type: string; bytes: Buffer } }

/** The members of a multipart body with one file, which has to be called `file`. */
export function readForm({ body, contentType }: Pick<Call, 'body' | 'contentType'>): Uploaded {
  const isHex = typeof body === 'string' && /^[0-9a-f]+$/.test(body)
  const raw = (isHex ? Buffer.from(body, 'hex') : Buffer.from(String(body))).toString('latin1')
  const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(contentType ?? '')?.[1] ?? ''
  expect({ boundary, isComplete: raw.trimEnd().endsWith(`--${boundary}--`) }).toEqual({
    boundary: expect.stringMatching(/./),
    isComplete: true,
  })
  const fields: Record<string, string> = {}
  const files: Uploaded['file'][] = []
  for (const part of raw.split(`--${boundary}`).slice(1, -1)) {
    const [head = '', ...rest] = part.slice(2).split('\r\n\r\n')
    const content = Buffer.from(rest.join('\r\n\r\n').slice(0, -2), 'latin1')
    const heading = Buffer.from(head, 'latin1').toString('utf8')
    const name = / name="([^"]*)"/.exec(heading)?.[1] ?? ''
    const fileName = /filename="([^"]*)"/.exec(heading)?.[1]
    if (fileName === undefined) fields[name] = content.toString('utf8')
    else {
      expect(name).toBe('file')
      files.push({ name: fileName, type: /content-type: *(.+)/i.exec(heading)?.[1]?.trim() ?? '', bytes: content })
    }
  }
  const [file] = files
  if (!file || files.length > 1) throw new Error(`${files.length} files.`)
  return { fields, file }
}
