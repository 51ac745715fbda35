import type { Webhook } from './entities'

/** One fact on its way to webhooks. */
export type Occurrence = {
  event: string
  entityId: string
  appId: string
  entity: unknown
  /** Epoch ms as text. */
  eventTime: string
}

export type EnvelopeOptions = {
  orgId: string
  attempt: number
  numbersAsNumbers: boolean
  /** Merged over the envelope; `null` removes a field. */
  changes?: Readonly<Record<string, unknown>>
}

const envelopeOf = (webhook: Webhook, occurrence: Occurrence, options: EnvelopeOptions): Record<string, unknown> => ({
  event: occurrence.event,
  entity_type: 'conversation',
  entity_id: occurrence.entityId,
  event_time: occurrence.eventTime,
  attempt: options.attempt,
  version: options.numbersAsNumbers ? '1' : 1,
  app_id: occurrence.appId,
  org_id: options.orgId,
  webhook: { id: webhook.id },
  handler: 'execution',
  entity: occurrence.entity,
})

/** The raw body. Numbers are written with all their digits, which `JSON.stringify` could not do beyond 2^53. */
export const bodyOf = (webhook: Webhook, occurrence: Occurrence, options: EnvelopeOptions): string => {
  const merged = { ...envelopeOf(webhook, occurrence, options), ...options.changes }
  const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null))
  const body = JSON.stringify(kept)
  return options.numbersAsNumbers ? body.replaceAll(/"app_id":"(\d+)"/g, '"app_id":$1') : body
}
