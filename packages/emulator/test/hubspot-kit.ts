import { EMULATED_HOST_HEADER } from '../src/hosts'
import { startEmulator, type Emulator } from '../src/index'
import { isRecord, parseJson, type JsonRecord } from '../src/json'
import { apiHost, defaultSeed, hubspot, type HubSpotEmulator } from '../src/providers/hubspot'
import { nested, ScriptedIntegration } from './world'

export type Answer = { status: number; body: JsonRecord; raw: string; bytes: Uint8Array; headers: Headers }
type Received = { headers: JsonRecord; raw: string; body: unknown; query: string }

export const anna = 2_620_022
export const ben = 2_620_031
export const helpDesk = '1431487401'
export const sales = '1431487402'
export const { app } = defaultSeed

export const channelsApi = '/conversations/v3/custom-channels'
export const conversationsApi = '/conversations/v3/conversations'
export const developer = `hapikey=${app.developerKey}&appId=${app.id}`
export const webhooksApi = `/webhooks/v3/${app.id}`
export const key = `hapikey=${app.developerKey}`

export const refreshForm: Readonly<Record<string, string>> = {
  grant_type: 'refresh_token',
  client_id: app.clientId,
  client_secret: app.clientSecret,
  refresh_token: defaultSeed.refreshToken,
}

export const capabilities: JsonRecord = {
  deliveryIdentifierTypes: ['CHANNEL_SPECIFIC_OPAQUE_ID'],
  threadingModel: 'INTEGRATION_THREAD_ID',
  richText: [],
  allowInlineImages: false,
  allowOutgoingMessages: true,
  outgoingAttachmentTypes: ['FILE'],
  allowedFileAttachmentMimeTypes: ['image/*', 'text/plain'],
  maxFileAttachmentCount: 2,
  maxFileAttachmentSizeBytes: 1000,
  maxTotalFileAttachmentSizeBytes: 1500,
}

export const emailOf = (value: string): JsonRecord => ({ type: 'HS_EMAIL_ADDRESS', value })
export const opaque = (value: string): JsonRecord => ({ type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value })

/** A channel with one account, where messages go. */
export type Desk = { channelId: string; accountId: string }

/** An emulator with one scripted integration behind its webhook address. */
export class HubSpotKit {
  script: ScriptedIntegration
  webhookUrl: string
  #token: string | undefined

  private constructor(
    readonly emulator: Emulator<readonly [typeof hubspot]>,
    installed: Awaited<ReturnType<typeof ScriptedIntegration.install>>
  ) {
    this.script = installed.script
    this.webhookUrl = installed.installation.webhookUrl
  }

  static async start(): Promise<HubSpotKit> {
    const emulator = await startEmulator({ providers: [hubspot] })
    return new HubSpotKit(emulator, await ScriptedIntegration.install(emulator))
  }

  async reset(): Promise<void> {
    this.hub.seed(defaultSeed)
    this.emulator.reset()
    const installed = await ScriptedIntegration.install(this.emulator)
    this.script = installed.script
    this.webhookUrl = installed.installation.webhookUrl
    this.#token = undefined
  }

  get hub(): HubSpotEmulator {
    return this.emulator.providers[0]
  }

  /** POSTs that reached the integration so far. */
  get received(): Received[] {
    return this.script
      .of('webhook_received')
      .map((one) => nested(one.body, 'req'))
      .filter((req) => req['method'] === 'POST')
      .map((req) => ({
        headers: nested(req, 'headers'),
        raw: String(req['body']),
        body: parseJson(String(req['body'])),
        query: String(req['query'] ?? ''),
      }))
  }

  /** App events, once nothing is under way. */
  async events(): Promise<JsonRecord[]> {
    await this.emulator.settled()
    return this.received.flatMap(({ body }) => (Array.isArray(body) ? body.filter(isRecord) : []))
  }

  /** Bodies of channel webhooks, once nothing is under way. */
  async channelHooks(type = 'OUTGOING_CHANNEL_MESSAGE_CREATED'): Promise<JsonRecord[]> {
    await this.emulator.settled()
    return this.received.flatMap(({ body }) => (isRecord(body) && body['type'] === type ? [body] : []))
  }

  async request(path: string, init: RequestInit = {}, host: string = apiHost): Promise<Answer> {
    const headers = new Headers(init.headers)
    headers.set(EMULATED_HOST_HEADER, host)
    const answer = await fetch(`${this.emulator.url}${path}`, { ...init, headers })
    const bytes = new Uint8Array(await answer.arrayBuffer())
    const raw = new TextDecoder().decode(bytes)
    return { status: answer.status, body: nested(parseJson(raw)), raw, bytes, headers: answer.headers }
  }

  form(path: string, fields: Record<string, string | undefined>): Promise<Answer> {
    const given = Object.entries(fields).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]]
    )
    return this.request(path, { method: 'POST', body: new URLSearchParams(given) })
  }

  refresh(changes: Record<string, string | undefined> = {}, path = '/oauth/2026-03/token'): Promise<Answer> {
    return this.form(path, { ...refreshForm, refresh_token: this.hub.currentRefreshToken, ...changes })
  }

  async token(): Promise<string> {
    this.#token ??= textAt((await this.refresh()).body, 'access_token')
    return this.#token
  }

  /** With the portal's token. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const authorization = headers['authorization'] ?? `Bearer ${await this.token()}`
    return this.send(method, path, body, { ...headers, authorization })
  }

  /** With the developer API key. */
  dev(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.send(method, `${path}${path.includes('?') ? '&' : '?'}${developer}`, body)
  }

  /** Webhook settings: the app's id is in the path. */
  hooks(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.send(method, `${webhooksApi}${path}?${key}`, body)
  }

  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const isForm = body instanceof FormData
    const type: Record<string, string> = body === undefined || isForm ? {} : { 'content-type': 'application/json' }
    return this.request(path, {
      method,
      headers: { ...type, ...headers },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    })
  }

  async channel(changes: JsonRecord = {}): Promise<string> {
    const wanted = { name: 'Bot', webhookUrl: this.webhookUrl, capabilities, ...changes }
    return textAt((await this.dev('POST', channelsApi, wanted)).body, 'id')
  }

  account(channelId: string, changes: JsonRecord = {}): Promise<Answer> {
    const wanted = { inboxId: helpDesk, name: 'Bot', authorized: true, deliveryIdentifier: opaque('bot-1'), ...changes }
    return this.call('POST', `${channelsApi}/${channelId}/channel-accounts`, wanted)
  }

  async desk(inboxId = helpDesk, channel: JsonRecord = {}): Promise<Desk> {
    const channelId = await this.channel(channel)
    return { channelId, accountId: textAt((await this.account(channelId, { inboxId })).body, 'id') }
  }

  publish(desk: Desk, changes: JsonRecord = {}): Promise<Answer> {
    return this.call('POST', `${channelsApi}/${desk.channelId}/messages`, message(desk, changes))
  }

  /** A thread with one INCOMING message. */
  async open(desk: Desk, changes: JsonRecord = {}): Promise<string> {
    return textAt((await this.publish(desk, changes)).body, 'conversationsThreadId')
  }

  upload(changes: Record<string, string | Blob | undefined> = {}): Promise<Answer> {
    const form = new FormData()
    const wanted = {
      file: new File(['hello'], 'hello.txt', { type: 'text/plain' }),
      fileName: 'hello.txt',
      folderPath: '/hitl',
      options: JSON.stringify({ access: 'PRIVATE' }),
      ...changes,
    }
    for (const [name, value] of Object.entries(wanted)) if (value !== undefined) form.set(name, value)
    return this.call('POST', '/files/v3/files', form)
  }

  close(): Promise<void> {
    return this.emulator.close()
  }
}

/** A valid body; `undefined` leaves a field out. */
export function message({ accountId }: Desk, changes: JsonRecord = {}): JsonRecord {
  return {
    messageDirection: 'INCOMING',
    channelAccountId: accountId,
    integrationThreadId: 'thread-1',
    text: 'Where is my order?',
    timestamp: '2026-01-01T10:00:00.000Z',
    senders: [{ name: 'Tom Field', deliveryIdentifier: opaque('user-1') }],
    recipients: [{ deliveryIdentifier: opaque('bot-1') }],
    attachments: [],
    ...changes,
  }
}

/** Fails loudly instead of giving undefined to the next request. */
export function textAt(value: unknown, ...path: string[]): string {
  const last = path.at(-1) ?? ''
  const found = nested(value, ...path.slice(0, -1))[last]
  if (typeof found !== 'string') throw new Error(`no text at ${path.join('.')} of ${JSON.stringify(value)}`)
  return found
}

export function results({ body }: Answer): JsonRecord[] {
  const { results: list } = body
  return Array.isArray(list) ? list.filter(isRecord) : []
}

/** The newest of several, which must exist. */
export function last<T>(items: readonly T[]): T {
  const found = items.at(-1)
  if (found === undefined) throw new Error('there is none')
  return found
}
