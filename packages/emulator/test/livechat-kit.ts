import { expect } from 'vitest'
import { Clock } from '../src/clock'
import { Faults } from '../src/faults'
import { Journal } from '../src/journal'
import type { DeliveryResult, RetryPolicy, WebhookDelivery } from '../src/provider'
import { defaultSeed, livechat, type LiveChatEmulator, type WebhookAction } from '../src/providers/livechat'

export type Sent = { delivery: WebhookDelivery; policy: RetryPolicy; body: unknown }
export type Answer = { status: number; body: unknown; headers: Headers }
export type Json = Record<string, unknown>

/** The value at a path of an answer; fails loudly instead of giving undefined to the next request. */
export function text(value: unknown, ...path: (string | number)[]): string {
  const found = at(value, ...path)
  if (typeof found !== 'string') throw new Error(`no text at ${path.join('.')} of ${JSON.stringify(value)}`)
  return found
}

export function at(value: unknown, ...path: (string | number)[]): unknown {
  let current = value
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined
    current = Object.entries(current).find(([name]) => name === String(key))?.[1]
  }
  return current
}

export const allActions: readonly WebhookAction[] = [
  'incoming_chat',
  'incoming_event',
  'event_deleted',
  'chat_deactivated',
  'chat_transferred',
  'user_added_to_chat',
  'user_removed_from_chat',
  'chat_access_updated',
  'events_marked_as_seen',
  'routing_status_set',
  'customer_session_fields_updated',
  'chat_properties_updated',
  'thread_properties_updated',
  'thread_tagged',
  'thread_untagged',
]

export const webhookUrl = 'https://webhook.botpress.cloud/abc'
export const basic = `Basic ${Buffer.from(`${defaultSeed.pat.accountId}:${defaultSeed.pat.token}`).toString('base64')}`

export class Kit {
  readonly clock = new Clock()
  readonly journal = new Journal()
  readonly sent: Sent[] = []
  readonly lc: LiveChatEmulator
  /** What the fake platform does with a delivery. */
  deliverTo: (sent: Sent) => Promise<DeliveryResult> = async () => ({ status: 200, attempts: 1 })

  constructor() {
    this.lc = livechat({
      clock: this.clock,
      journal: this.journal,
      faults: new Faults(),
      deliver: (_provider, delivery, policy) => {
        const sent = { delivery, policy, body: parsed(delivery.body) }
        this.sent.push(sent)
        return this.deliverTo(sent)
      },
      probe: async () => 200,
    })
  }

  /** Webhooks for everything, without filters. */
  listen(actions: readonly WebhookAction[] = allActions): void {
    for (const action of actions) this.lc.registerWebhookByHand(action, webhookUrl, 'webhook-secret')
  }

  /** Actions sent so far, in order. */
  get actions(): string[] {
    return this.sent.map((sent) => sent.delivery.label)
  }

  payloads(action: string): unknown[] {
    return this.sent.filter((sent) => sent.delivery.label === action).map((sent) => at(sent.body, 'payload'))
  }

  async request(host: string, path: string, init: RequestInit = {}): Promise<Answer> {
    const app = this.lc.hosts[host]
    if (!app) throw new Error(`no host ${host}`)
    const response = await app.request(`https://${host}${path}`, init)
    const body = await response.text()
    return { status: response.status, body: parsed(body), headers: response.headers }
  }

  post(host: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.request(host, path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  }

  token(changes: Json = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const body = {
      grant_type: 'cookie',
      client_id: defaultSeed.clientId,
      organization_id: defaultSeed.organizationId,
      response_type: 'token',
      redirect_uri: 'https://webhook.botpress.cloud/abc',
      ...changes,
    }
    return this.post('accounts.livechat.com', '/v2/customer/token', body, headers)
  }

  /** A new customer's token. */
  async login(): Promise<string> {
    return text((await this.token()).body, 'access_token')
  }

  customer(token: string, action: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const path = `/v3.6/customer/action/${action}?organization_id=${defaultSeed.organizationId}`
    return this.post('api.livechatinc.com', path, body, { authorization: `Bearer ${token}`, ...headers })
  }

  agent(action: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Answer> {
    return this.post('api.livechatinc.com', `/v3.6/agent/action/${action}`, body, { authorization: basic, ...headers })
  }

  configure(action: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const path = `/v3.6/configuration/action/${action}`
    return this.post('api.livechatinc.com', path, body, { authorization: basic, ...headers })
  }

  /** A chat in group 1 that no bot takes. */
  async start(token: string, changes: Json = {}): Promise<{ chatId: string; threadId: string }> {
    const answer = await this.customer(token, 'start_chat', { ...groupOne(), ...changes })
    return { chatId: text(answer.body, 'chat_id'), threadId: text(answer.body, 'thread_id') }
  }
}

export const groupOne = (events: unknown[] = []): Json => ({
  chat: { access: { group_ids: [1] }, thread: { events, properties: { routing: { ignore_bots: true } } } },
})

/** What LiveChat answers to a refused call. */
export const refusal = (type: string): Json => ({ error: { type, message: expect.stringMatching(/./) } })

function parsed(body: string): unknown {
  if (body === '') return undefined
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
