import type { DeliveryResult, ProviderServices, RetryPolicy } from '../../provider'
import type { HubSpotSettings } from './settings'
import { signedHeaders, type SignMode } from './signed-headers'
import type { State } from './state'

const minute = 60_000

/**
 * Ten attempts within 24 hours; the waits between them are ours, without jitter.
 * https://developers.hubspot.com/docs/api-reference/error-handling (retries)
 */
export const retryPolicy: RetryPolicy = {
  delaysMs: [1, 5, 15, 30, 60, 120, 240, 360, 480].map((minutes) => minutes * minute),
  accepted: (status) => status >= 200 && status < 300,
  timeoutMs: 5_000,
}

export type Outgoing = {
  kind: 'channel' | 'app'
  url: string
  label: string
  /** The body of the nth attempt, from 1. */
  bodyOf(attempt: number): string
  mode?: SignMode
  headers?: Readonly<Record<string, string>>
  /** One attempt, whatever the answer. */
  once?: boolean
}

/** Sends webhooks. Several at once, in no promised order. */
export class Webhooks {
  readonly #inFlight = new Set<Promise<DeliveryResult>>()

  constructor(
    readonly services: ProviderServices,
    readonly settings: () => HubSpotSettings,
    readonly state: () => State
  ) {}

  send(outgoing: Outgoing): Promise<DeliveryResult> {
    const { url, label, kind, once = false } = outgoing
    const attempt = (count: number) => this.#attempt(outgoing, count)
    const isRetried = !once && (kind === 'app' || this.settings().retryChannelWebhooks)
    const policy = isRetried ? retryPolicy : { ...retryPolicy, delaysMs: [] }
    const sending = this.services.deliver('hubspot', { url, label, ...attempt(1), attempt }, policy)
    this.#inFlight.add(sending)
    return sending.finally(() => this.#inFlight.delete(sending))
  }

  /** Resolves when nothing is on its way, or after `maxMs` of real time. */
  async settled(maxMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, maxMs)
    })
    await Promise.race([Promise.all(this.#inFlight), limit])
    clearTimeout(timer)
  }

  /** Signed anew each time: a retry hours later would otherwise be too old. */
  #attempt({ url, bodyOf, mode, headers }: Outgoing, count: number) {
    const body = bodyOf(count)
    const now = this.settings().signatureTime === 'real' ? Date.now() : this.services.clock.now()
    const { clientSecret } = this.state().app
    const signature = signedHeaders({ clientSecret, url, body, now, mode })
    return { headers: { 'content-type': 'application/json', ...signature, ...headers }, body }
  }
}
