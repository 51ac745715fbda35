import type { Webhook, WebhookKey } from './entities'
import { bareKey } from './signing'
import { epoch, type View } from './view'
import type { World } from './world'

/** How long failed executions are kept at most, and unless told. */
export const longestExpiryMs = 60 * 24 * 60 * 60 * 1000

export const publicKeyText = ({ settings }: World, key: WebhookKey): string =>
  settings.keyFormat === 'pem' ? key.publicPem : bareKey(key.publicPem)

/** Who an org token's webhooks are said to be made by is unknown; here the portal's id [I]. */
export const webhookView = (world: World, webhook: Webhook): View => {
  const maker = { id: world.state.account.orgId }
  return {
    id: webhook.id,
    url: webhook.url,
    status: 'enabled',
    type: webhook.type,
    events: webhook.events,
    app_ids: webhook.appIds,
    secured: webhook.secured,
    version: 1,
    expiry_time_for_executions_data: webhook.expiryMs,
    public_keys: webhook.keys.map((key) => ({
      id: key.id,
      key: publicKeyText(world, key),
      created_time: epoch(key.createdAt),
      creator: maker,
    })),
    failures_count: String(webhook.failuresCount),
    creator: maker,
    modifier: maker,
    created_time: epoch(webhook.createdAt),
    modified_time: epoch(webhook.changedAt),
  }
}

export type NewWebhook = Pick<Webhook, 'type' | 'url' | 'events'> &
  Partial<Pick<Webhook, 'appIds' | 'secured' | 'expiryMs'>>

export const addWebhook = (world: World, wanted: NewWebhook): Webhook => {
  const now = world.services.clock.now()
  const webhook = {
    id: world.state.nextId(),
    appIds: [],
    secured: false,
    expiryMs: String(longestExpiryMs),
    ...wanted,
    keys: [],
    failuresCount: 0,
    createdAt: now,
    changedAt: now,
  }
  world.state.webhooks.set(webhook.id, webhook)
  return webhook
}

export const addKey = (world: World, webhook: Webhook, publicPem: string, privatePem: string): WebhookKey => {
  const key = { id: world.state.nextId(), publicPem, privatePem, createdAt: world.services.clock.now() }
  webhook.keys.push(key)
  return key
}
