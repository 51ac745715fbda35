import { createHmac } from 'node:crypto'
import type { ProviderServices, RetryPolicy } from '@hitl/emulator'
import { SIGNING_KEY, type State } from './state'

export type WebhookEvent = { type: string; threadId: string; [field: string]: unknown }

// TODO (step 5): when and how often the vendor tries again, and how long it waits for an answer.
const retryPolicy: RetryPolicy = {
  delaysMs: [10_000, 20_000, 30_000],
  accepted: (status) => status >= 200 && status < 300,
  timeoutMs: 10_000,
}

/** The vendor's signature, written from its documentation and not with the code that checks it. */
export function signedHeaders(body: string, at: number, key = SIGNING_KEY): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-acme-chat-timestamp': String(at),
    'x-acme-chat-signature': createHmac('sha256', key).update(`${at}.${body}`).digest('hex'),
  }
}

/** Sends what happened to the registered address, and can send it once more. */
export class Webhooks {
  readonly #services: ProviderServices
  readonly #state: () => State
  #sent: WebhookEvent[] = []

  constructor(services: ProviderServices, state: () => State) {
    this.#services = services
    this.#state = state
  }

  /** Sends a new event; it gets a time that no other event has. */
  async send(event: WebhookEvent): Promise<void> {
    const state = this.#state()
    state.lastEventAt = Math.max(this.#services.clock.now(), state.lastEventAt + 1)
    const stamped = { ...event, at: state.lastEventAt }
    this.#sent.push(stamped)
    await this.#deliver(stamped)
  }

  /** A late copy of the latest event like this one. */
  async repeat(isMeant: (event: WebhookEvent) => boolean): Promise<void> {
    const event = this.#sent.findLast(isMeant)
    if (event) await this.#deliver(event)
  }

  reset(): void {
    this.#sent = []
  }

  async #deliver(event: WebhookEvent): Promise<void> {
    const { webhookUrl: url } = this.#state()
    if (url === undefined) return
    const body = JSON.stringify(event)
    const signed = () => ({ headers: signedHeaders(body, this.#services.clock.now()), body })
    const delivery = { url, label: event.type, ...signed(), attempt: signed }
    await this.#services.deliver('acme-chat', delivery, retryPolicy)
  }
}
