import { startEmulator, type Emulator } from '../src/index'
import { EMULATED_HOST_HEADER } from '../src/hosts'
import { parseJson, type JsonRecord } from '../src/json'
import {
  dataCenters,
  defaultSeed,
  zohoSalesIq,
  type DataCenter,
  type WebhookEvent,
  type ZohoSalesIqEmulator,
} from '../src/providers/zoho-salesiq'
import { nested, ScriptedIntegration } from './world'

export type Answer = { status: number; body: unknown; raw: string; bytes: Uint8Array; headers: Headers }
type ZohoEmulator = Emulator<readonly [typeof zohoSalesIq]>

export const anna = '402199000000003001'
export const ben = '402199000000003005'
export const chloe = '402199000000003009'
export const shop = '402199000000002043'
export const outlet = '402199000000002049'
export const support = '402199000000002013'
export const sales = '402199000000002015'
export const returns = '402199000000002019'

export const accountsHost = dataCenters.eu.accounts
export const salesIqHost = dataCenters.eu.salesiq
export const visitorApi = '/api/visitor/v1/acmeportal/conversations'
export const portalApi = '/api/v2/acmeportal'

export const opening = (changes: JsonRecord = {}): JsonRecord => ({
  app_id: shop,
  department_id: support,
  question: 'Where is my order?',
  visitor: { user_id: 'user-1', name: 'Tom Field', email: 'Tom.Field@Example.com', phone: '+1 555 0100' },
  ...changes,
})

export const refreshForm: Readonly<Record<string, string>> = {
  grant_type: 'refresh_token',
  client_id: defaultSeed.client.id,
  client_secret: defaultSeed.client.secret,
  refresh_token: defaultSeed.refreshToken,
}

/** An emulator with one scripted integration behind its webhook address. */
export class ZohoKit {
  script: ScriptedIntegration
  webhookUrl: string
  #token: string | undefined

  private constructor(
    readonly emulator: ZohoEmulator,
    installed: Awaited<ReturnType<typeof ScriptedIntegration.install>>
  ) {
    this.script = installed.script
    this.webhookUrl = installed.installation.webhookUrl
  }

  static async start(): Promise<ZohoKit> {
    const emulator = await startEmulator({ providers: [zohoSalesIq] })
    return new ZohoKit(emulator, await ScriptedIntegration.install(emulator))
  }

  async reset(): Promise<void> {
    this.emulator.reset()
    const installed = await ScriptedIntegration.install(this.emulator)
    this.script = installed.script
    this.webhookUrl = installed.installation.webhookUrl
    this.#token = undefined
  }

  get siq(): ZohoSalesIqEmulator {
    return this.emulator.providers[0]
  }

  /** POSTs that reached the integration, with their parsed bodies. */
  get received(): { headers: JsonRecord; raw: string; body: JsonRecord }[] {
    return this.script
      .of('webhook_received')
      .map((one) => nested(one.body, 'req'))
      .filter((req) => req['method'] === 'POST')
      .map((req) => ({
        headers: nested(req, 'headers'),
        raw: String(req['body']),
        body: nested(parseJson(String(req['body']))),
      }))
  }

  /** Names of the events that reached the integration, once nothing is under way. */
  async events(): Promise<unknown[]> {
    await this.emulator.settled()
    return this.received.map(({ body }) => body['event'])
  }

  async entity(event: WebhookEvent): Promise<JsonRecord> {
    await this.emulator.settled()
    const found = this.received.findLast(({ body }) => body['event'] === event)
    if (!found) throw new Error(`${event} did not arrive`)
    return nested(found.body, 'entity')
  }

  listen(...events: WebhookEvent[]): string {
    return this.siq.registerWebhookByHand(this.webhookUrl, events).id
  }

  async request(host: string, path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = new Headers(init.headers)
    headers.set(EMULATED_HOST_HEADER, host)
    const answer = await fetch(`${this.emulator.url}${path}`, { ...init, headers })
    const bytes = new Uint8Array(await answer.arrayBuffer())
    const raw = new TextDecoder().decode(bytes)
    return { status: answer.status, body: parseJson(raw), raw, bytes, headers: answer.headers }
  }

  tokenCall(form: Record<string, string | undefined>, dataCenter: DataCenter = 'eu'): Promise<Answer> {
    const fields = Object.entries(form).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]]
    )
    const body = new URLSearchParams(fields)
    return this.request(dataCenters[dataCenter].accounts, '/oauth/v2/token', { method: 'POST', body })
  }

  async freshToken(refreshToken = defaultSeed.refreshToken): Promise<string> {
    const { body } = await this.tokenCall({ ...refreshForm, refresh_token: refreshToken })
    return textAt(body, 'access_token')
  }

  async token(): Promise<string> {
    this.#token ??= await this.freshToken()
    return this.#token
  }

  /** With the org token unless told. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const authorization = headers['authorization'] ?? `Zoho-oauthtoken ${await this.token()}`
    const isForm = body instanceof FormData
    const type: Record<string, string> = body === undefined || isForm ? {} : { 'content-type': 'application/json' }
    return this.request(salesIqHost, path, {
      method,
      headers: { ...type, ...headers, authorization },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    })
  }

  async open(changes: JsonRecord = {}): Promise<{ id: string; hexId: string }> {
    const { body } = await this.call('POST', visitorApi, opening(changes))
    return { id: textAt(body, 'data', 'conversation_id'), hexId: textAt(body, 'data', 'id') }
  }

  /** A conversation Anna has picked up, with nothing reported so far. */
  async connected(changes: JsonRecord = {}): Promise<string> {
    const { id } = await this.open(changes)
    this.siq.agent(anna).pickUp(id)
    return id
  }

  close(): Promise<void> {
    return this.emulator.close()
  }
}

/** Fails loudly instead of giving undefined to the next request. */
export function textAt(value: unknown, ...path: string[]): string {
  const last = path.at(-1) ?? ''
  const found = nested(value, ...path.slice(0, -1))[last]
  if (typeof found !== 'string') throw new Error(`no text at ${path.join('.')} of ${JSON.stringify(value)}`)
  return found
}

export function codeOf({ body }: Answer): unknown {
  return nested(body, 'error')['code']
}

export function dataOf({ body }: Answer): JsonRecord {
  return nested(body, 'data')
}

export function listOf({ body }: Answer): unknown[] {
  const { data } = nested(body)
  return Array.isArray(data) ? data : []
}

export const digits = /^\d{18,19}$/
export const epochMs = /^\d{13}$/
