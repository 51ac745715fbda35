import type { Clock } from './clock'
import { DELIVERY_HEADER, EMULATED_HOST_HEADER, isLoopback, WEBHOOK_HOST } from './hosts'
import type { InFlight } from './in-flight'
import type { Journal, JournalEntry } from './journal'
import { parseJson } from './json'
import { callLoopback } from './loopback'
import { traceHeaders } from './trace'
import type { DeliveryMode, DeliveryResult, RetryPolicy, WebhookDelivery } from './provider'

export type DeliveriesServices = { clock: Clock; journal: Journal; inFlight: InFlight; baseUrl: () => string }

type Held = { provider: string; send: () => void; giveUp: () => void }

type Outgoing = { url: string; method: string; headers: Record<string, string>; body?: string; timeoutMs: number }

const GIVEN_UP: DeliveryResult = { status: 0, attempts: 0 }

/** Sends providers' webhooks over real HTTP, retries on the emulated clock, and misbehaves when told to. */
export class Deliveries {
  readonly #services: DeliveriesServices
  readonly #modes = new Map<string, DeliveryMode>()
  #held: Held[] = []
  readonly #waits = new Set<() => void>()

  constructor(services: DeliveriesServices) {
    this.#services = services
  }

  /** How the provider's webhooks misbehave until changed back with `{}`. */
  mode(provider: string, mode: DeliveryMode): void {
    this.#modes.set(provider, { ...mode })
  }

  /** How many webhooks are held back. */
  heldCount(provider?: string): number {
    return this.#held.filter((one) => provider === undefined || one.provider === provider).length
  }

  /** Sends what was held back, the newest first, each after the answer to the one before. Ends holding. */
  async release(provider?: string): Promise<void> {
    for (const [name, mode] of this.#modes) if (provider === undefined || name === provider) delete mode.hold
    const released = this.#held.filter((one) => provider === undefined || one.provider === provider).toReversed()
    this.#held = this.#held.filter((one) => !released.includes(one))
    for (const one of released) {
      one.send()
      await this.#services.inFlight.settled()
    }
  }

  async deliver(provider: string, delivery: WebhookDelivery, policy: RetryPolicy): Promise<DeliveryResult> {
    const mode = this.#modes.get(provider)
    if (mode?.dropNext) {
      mode.dropNext -= 1
      this.#note(provider, delivery, 'lost on the way')
      return GIVEN_UP
    }
    if (mode?.hold && !(await this.#hold(provider))) return GIVEN_UP
    const run = () => this.#withRetries(provider, delivery, policy)
    if (mode?.duplicate === 'concurrent') return (await Promise.all([run(), run()]))[0]
    const result = await run()
    if (mode?.duplicate === 'sequential') await run()
    return result
  }

  /** Gives up everything held back or waiting for its next attempt. */
  reset(): void {
    this.#modes.clear()
    for (const one of this.#held) one.giveUp()
    this.#held = []
    for (const cancel of this.#waits) cancel()
  }

  #hold(provider: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.#held.push({ provider, send: () => resolve(true), giveUp: () => resolve(false) })
    })
  }

  async #withRetries(provider: string, delivery: WebhookDelivery, policy: RetryPolicy): Promise<DeliveryResult> {
    for (let attempts = 1; ; attempts += 1) {
      const status = await this.#services.inFlight.track(this.#attempt(provider, delivery, policy, attempts))
      if (policy.accepted(status)) return { status, attempts }
      const delayMs = policy.delaysMs[attempts - 1]
      if (delayMs === undefined || !(await this.#wait(delayMs))) return { status, attempts }
    }
  }

  /** False when given up meanwhile. */
  #wait(delayMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (isDue: boolean) => {
        this.#waits.delete(giveUp)
        resolve(isDue)
      }
      const cancelTimer = this.#services.clock.after(delayMs, () => finish(true))
      const giveUp = () => {
        cancelTimer()
        finish(false)
      }
      this.#waits.add(giveUp)
    })
  }

  /** A HEAD, which nothing misdirects or repeats. */
  probe(provider: string, url: string, timeoutMs: number): Promise<number> {
    const entry = { kind: 'webhook' as const, label: `${provider} HEAD ${url}`, provider }
    return this.#services.inFlight.track(this.#send({ url, method: 'HEAD', headers: {}, timeoutMs }, entry))
  }

  /** One POST. */
  #attempt(provider: string, delivery: WebhookDelivery, policy: RetryPolicy, count: number): Promise<number> {
    const { headers, body } = delivery.attempt?.(count) ?? delivery
    const entry = {
      kind: 'webhook' as const,
      label: `${provider} ${delivery.label}${count > 1 ? ` (attempt ${count})` : ''}`,
      provider,
      request: parseJson(body) ?? body,
      requestHeaders: headers,
    }
    return this.#send({ url: delivery.url, method: 'POST', headers, body, timeoutMs: policy.timeoutMs }, entry)
  }

  /** No answer at all counts as status 0. */
  async #send(call: Outgoing, entry: Pick<JournalEntry, 'kind' | 'label' | 'provider'>): Promise<number> {
    const startedAt = performance.now()
    const timing = () => ({ at: this.#services.clock.now(), durationMs: Math.round(performance.now() - startedAt) })
    try {
      const answer = await callLoopback({
        url: this.#addressOf(call.url),
        method: call.method,
        headers: { ...call.headers, ...traceHeaders(), [EMULATED_HOST_HEADER]: WEBHOOK_HOST, [DELIVERY_HEADER]: '1' },
        ...(call.body === undefined ? {} : { body: call.body }),
        signal: AbortSignal.timeout(call.timeoutMs),
      })
      const text = answer.body.toString()
      const response = parseJson(text) ?? text
      this.#services.journal.add({ ...entry, ...timing(), status: answer.status, response })
      return answer.status
    } catch (error) {
      this.#services.journal.add({ ...entry, ...timing(), response: String(error) })
      return 0
    }
  }

  #addressOf(address: string): URL {
    const url = new URL(address)
    if (isLoopback(url.hostname)) return url
    if (url.hostname !== WEBHOOK_HOST)
      throw new Error(`Webhooks can only go to ${WEBHOOK_HOST}, not to ${url.hostname}`)
    return new URL(url.pathname + url.search, this.#services.baseUrl())
  }

  #note(provider: string, delivery: WebhookDelivery, what: string): void {
    const at = this.#services.clock.now()
    this.#services.journal.add({ at, kind: 'webhook', label: `${provider} ${delivery.label} ${what}`, provider })
  }
}
