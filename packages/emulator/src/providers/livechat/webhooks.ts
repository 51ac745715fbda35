import type { DeliveryResult, ProviderServices, RetryPolicy, WebhookDelivery } from '../../provider'
import type { AuthorKind, Chat, Organization, Webhook } from './entities'
import { readable } from './properties'
import type { LiveChatSettings } from './settings'
import type { Source } from './world'

/** Every action of the webhooks reference that the fact sheet lists. https://platform.text.com/docs/management/webhooks */
export const webhookActions = [
  'incoming_chat',
  'incoming_event',
  'event_updated',
  'event_deleted',
  'chat_deactivated',
  'chat_transferred',
  'user_added_to_chat',
  'user_removed_from_chat',
  'chat_access_updated',
  'incoming_rich_message_postback',
  'events_marked_as_seen',
  'routing_status_set',
  'customer_session_fields_updated',
  'chat_properties_updated',
  'chat_properties_deleted',
  'thread_properties_updated',
  'thread_properties_deleted',
  'thread_tagged',
  'thread_untagged',
  'thread_summary_set',
] as const

export type WebhookAction = (typeof webhookActions)[number]

/** 200 within about 10 s, otherwise up to three retries within about a minute; how they are spread is ours. */
export const retryPolicy: RetryPolicy = {
  delaysMs: [10_000, 20_000, 30_000],
  accepted: (status) => status === 200,
  timeoutMs: 10_000,
}

export type Emission = {
  organization: Organization
  chat?: Chat
  action: WebhookAction
  payload: Record<string, unknown>
  source: Source
  /** Who wrote the event; absent for system messages and for anything that is not an event. */
  author?: AuthorKind
}

/** The documented samples of these two carry no `additional_data`. */
const withoutAdditionalData: ReadonlySet<string> = new Set(['chat_transferred', 'thread_summary_set'])

const presentUserIds = (chat: Chat | undefined): string[] =>
  (chat?.users ?? []).filter((user) => user.present).map((user) => user.id)

const additionalData = (webhook: Webhook, chat: Chat | undefined): Record<string, unknown> => ({
  ...(webhook.additionalData.includes('chat_properties') ? { chat_properties: readable(chat?.properties ?? {}) } : {}),
  ...(webhook.additionalData.includes('chat_presence_user_ids')
    ? { chat_presence_user_ids: presentUserIds(chat) }
    : {}),
})

export const envelope = (
  webhook: Webhook,
  organizationId: string,
  payload: unknown,
  chat?: Chat
): Record<string, unknown> => {
  const extra = additionalData(webhook, chat)
  const leaveOut = withoutAdditionalData.has(webhook.action) && Object.keys(extra).length === 0
  return {
    webhook_id: webhook.id,
    secret_key: webhook.secretKey,
    action: webhook.action,
    organization_id: organizationId,
    payload,
    ...(leaveOut ? {} : { additional_data: extra }),
  }
}

/** System messages have no author, so a filter by author drops them [I]. Applies to two actions only. */
const passesAuthor = (webhook: Webhook, { action, author }: Emission, botsCountAsAgents: boolean): boolean => {
  const wanted = webhook.filters.author_type
  if (wanted === undefined || (action !== 'incoming_event' && action !== 'event_updated')) return true
  return author === wanted || (author === 'bot' && wanted === 'agent' && botsCountAsAgents)
}

const passesSource = (webhook: Webhook, { chat, source }: Emission): boolean => {
  const { only_my_chats: onlyMine, source_type: sourceTypes } = webhook.filters
  if (onlyMine && chat?.sourceClientId !== webhook.ownerClientId) return false
  if (!sourceTypes) return true
  if (source === 'system') return sourceTypes.includes('system')
  return sourceTypes.includes(source.clientId === webhook.ownerClientId ? 'my_client' : 'other_clients')
}

const passesPresence = (webhook: Webhook, { organization, chat }: Emission): boolean => {
  const presence = webhook.filters.chat_presence
  if (!presence) return true
  const present = presentUserIds(chat)
  const { values, exclude_values: excluded } = presence.user_ids ?? {}
  if (values && !values.some((id) => present.includes(id))) return false
  if (excluded?.some((id) => present.includes(id))) return false
  if (!presence.my_bots) return true
  return present.some((id) => organization.bots.get(id)?.ownerClientId === webhook.ownerClientId)
}

/** Sends what happened to every registered URL that wants it. Several at once, in no promised order. */
export class Webhooks {
  readonly #inFlight = new Set<Promise<DeliveryResult>>()

  constructor(
    readonly services: ProviderServices,
    readonly settings: () => LiveChatSettings
  ) {}

  emit(emission: Emission): void {
    const { organization, chat, payload } = emission
    for (const webhook of organization.webhooks.values()) {
      if (!this.#wants(webhook, emission)) continue
      const body = JSON.stringify(envelope(webhook, organization.id, payload, chat))
      void this.send({ url: webhook.url, headers: { 'content-type': 'application/json' }, body, label: webhook.action })
    }
  }

  send(delivery: WebhookDelivery): Promise<DeliveryResult> {
    const sending = this.services.deliver('livechat', delivery, retryPolicy)
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

  #wants(webhook: Webhook, emission: Emission): boolean {
    const { organization, action } = emission
    // Webhooks of type `bot` are accepted by register_webhook but never sent here.
    if (webhook.action !== action || webhook.type !== 'license') return false
    if (organization.apps.get(webhook.ownerClientId)?.licenseWebhooksEnabled !== true) return false
    if (webhook.effectiveAt > this.services.clock.now()) return false
    return (
      passesAuthor(webhook, emission, this.settings().botsCountAsAgents) &&
      passesSource(webhook, emission) &&
      passesPresence(webhook, emission)
    )
  }
}
