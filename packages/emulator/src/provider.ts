import type { Hono } from 'hono'
import type { Clock } from './clock'
import type { Faults } from './faults'
import type { Journal } from './journal'

export type WebhookDelivery = {
  url: string
  headers: Record<string, string>
  body: string
  /** For the journal, for example `incoming_event`. */
  label: string
  /** For vendors that count attempts inside the request: replaces headers and body of the nth attempt, from 1. */
  attempt?: (count: number) => { headers: Record<string, string>; body: string }
}

export type DeliveryResult = { status: number; attempts: number }

/** How a provider retries: waits in ms before the 2nd, 3rd … attempt, and what counts as accepted. */
export type RetryPolicy = { delaysMs: readonly number[]; accepted(status: number): boolean; timeoutMs: number }

/** How webhooks of one provider misbehave until changed back. */
export type DeliveryMode = {
  /** Send each webhook twice, at the same time or one after the other. */
  duplicate?: 'concurrent' | 'sequential'
  /** Hold webhooks back until `release` is called; then they go out in reverse order. */
  hold?: boolean
  /** Lose this many deliveries without trying. */
  dropNext?: number
}

/** What a provider emulator is given. */
export type ProviderServices = {
  clock: Clock
  journal: Journal
  faults: Faults
  /**
   * Sends a webhook over real HTTP to the platform's front door and retries by policy on the emulated clock.
   * Resolves when accepted or given up. Never rejects.
   */
  deliver(provider: string, delivery: WebhookDelivery, policy: RetryPolicy): Promise<DeliveryResult>
  /** HEAD at an address a webhook may get, within `timeoutMs`. Resolves to the status; 0 without an answer. */
  probe(provider: string, url: string, timeoutMs: number): Promise<number>
}

/** One row of a provider's table of supported routes; a test ties it to the routes that really exist. */
export type CoverageRow = {
  /** Host and path, for example `POST api.livechatinc.com/v3.6/customer/action/send_event`. */
  route: string
  status: 'supported' | 'partial' | 'missing'
  note?: string
}

/** A provider as the rest of the emulator sees it. */
export type ProviderEmulator = {
  readonly name: string
  /** Vendor host names this provider answers for, each with its app. An unlisted route must answer 501 and be journaled. */
  readonly hosts: Readonly<Record<string, Hono>>
  readonly coverage: readonly CoverageRow[]
  reset(): void
  /** Whatever outlasts a restart at the real vendor, as plain data: no functions, and no timers. */
  save(): unknown
  /** Puts back what `save` gave. @throws when it does not fit; then nothing was changed */
  restore(saved: unknown): void
}
