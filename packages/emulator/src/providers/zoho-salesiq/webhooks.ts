import type { DeliveryResult, ProviderServices, RetryPolicy } from '../../provider'
import type { Conversation, Webhook } from './entities'
import type { ZohoSettings } from './settings'
import { signatureOf } from './signing'
import type { State } from './state'
import { bodyOf, type Occurrence } from './webhook-envelope'

/** Conversation events of https://www.zoho.com/salesiq/help/workflows-module-conversation.html and its neighbours. */
export const webhookEvents = [
  'conversation.created',
  'conversation.attender.updated',
  'conversation.operator.replied',
  'conversation.visitor.replied',
  'conversation.completed',
  'conversation.missed',
  'conversation.reopened',
  'conversation.rated',
  'conversation.transfer.initiated',
  'conversation.transfer.accepted',
  'conversation.transfer.rejected',
  'conversation.participants.added',
  'conversation.participants.deleted',
  'conversation.supervisor.added',
  'conversation.message.edited',
  'conversation.message.deleted',
  'conversation.metrics',
] as const

export type WebhookEvent = (typeof webhookEvents)[number]

/** https://www.zoho.com/salesiq/help/developer-section/failure-list-webhook-v2.html */
export const retryPolicy: RetryPolicy = {
  delaysMs: [60_000, 60_000, 60_000],
  accepted: (status) => status > 0 && status < 300,
  timeoutMs: 5_000,
}

export type Signing = { bodyToSign: (body: string) => string; privatePem: string | undefined }

export type SendOptions = {
  signing?: Signing
  headers?: Readonly<Record<string, string>>
  changes?: Readonly<Record<string, unknown>>
}

/** Sends what happened to every registered URL that wants it. Several at once, in no promised order. */
export class Webhooks {
  readonly #inFlight = new Set<Promise<DeliveryResult>>()

  constructor(
    readonly services: ProviderServices,
    readonly settings: () => ZohoSettings,
    readonly state: () => State
  ) {}

  emit(event: WebhookEvent, conversation: Conversation, entity: Readonly<Record<string, unknown>>): void {
    const { id: entityId, appId } = conversation
    const eventTime = String(this.services.clock.now())
    for (const webhook of this.subscribed(event, appId)) {
      void this.send(webhook, { event, entityId, appId, entity, eventTime })
    }
  }

  /** A webhook for a brand gets every conversation of it, whoever opened it. */
  subscribed(event: string, appId?: string): Webhook[] {
    return [...this.state().webhooks.values()].filter(
      ({ type, events, appIds }) =>
        type === 'data' &&
        events.includes(event) &&
        (appId === undefined || appIds.length === 0 || appIds.includes(appId))
    )
  }

  send(webhook: Webhook, occurrence: Occurrence, options: SendOptions = {}): Promise<DeliveryResult> {
    const sending = this.#deliver(webhook, occurrence, options)
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

  async #deliver(webhook: Webhook, occurrence: Occurrence, options: SendOptions): Promise<DeliveryResult> {
    const attempt = (count: number) => this.#attempt(webhook, occurrence, options, count)
    const policy: RetryPolicy = {
      ...retryPolicy,
      accepted: (status) => {
        if (status === 410) this.#warnOfGone(webhook, occurrence)
        return retryPolicy.accepted(status)
      },
    }
    const delivery = { url: webhook.url, label: occurrence.event, ...attempt(1), attempt }
    const result = await this.services.deliver('zoho-salesiq', delivery, policy)
    if (!retryPolicy.accepted(result.status)) webhook.failuresCount += 1
    return result
  }

  #attempt(webhook: Webhook, occurrence: Occurrence, options: SendOptions, attempt: number) {
    const { numbersAsNumbers } = this.settings()
    const { orgId } = this.state().account
    const changes = options.changes ?? {}
    const body = bodyOf(webhook, occurrence, { orgId, attempt, numbersAsNumbers, changes })
    const own = {
      bodyToSign: (raw: string) => raw,
      privatePem: webhook.secured ? webhook.keys[0]?.privatePem : undefined,
    }
    const { bodyToSign, privatePem } = options.signing ?? own
    const signature = privatePem === undefined ? undefined : signatureOf(bodyToSign(body), privatePem)
    return {
      headers: {
        'content-type': 'application/json',
        ...(signature === undefined ? {} : { 'x-siqsignature': signature }),
        ...options.headers,
      },
      body,
    }
  }

  /** Other kinds of SalesIQ webhooks are disabled by a 410; whether these are is unknown, so nothing else happens. */
  #warnOfGone(webhook: Webhook, { event }: Occurrence): void {
    const label = `zoho-salesiq WARNING: ${webhook.url} answered 410 to ${event}; SalesIQ may disable the webhook for it`
    this.services.journal.add({ at: this.services.clock.now(), kind: 'note', label, provider: 'zoho-salesiq' })
  }
}
