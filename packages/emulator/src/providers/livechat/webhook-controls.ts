import type { DeliveryResult } from '../../provider'
import { addWebhook } from './configuration-webhooks'
import type { Organization, Webhook, WebhookFilters } from './entities'
import { envelope, type WebhookAction } from './webhooks'
import type { World } from './world'

/** Changes to a delivery made by hand: a wrong `secret_key`, a field of the envelope left out (`null`), a broken body. */
export type RawOverrides = {
  url?: string
  /** Merged over the envelope; `null` removes a field. */
  envelope?: Readonly<Record<string, unknown>>
  /** Sent instead of the envelope. */
  body?: string
  headers?: Readonly<Record<string, string>>
}

export type WebhookControls = {
  /** Sends `payload` to every webhook registered for `action`, or to `overrides.url` alone, whatever it says. */
  raw(action: string, payload: unknown, overrides?: RawOverrides): Promise<DeliveryResult[]>
  /** Resolves when no delivery is on its way, at most after `maxMs` of real time (5000 when absent). */
  settled(maxMs?: number): Promise<void>
}

const stranger = (action: string, url: string): Webhook => ({
  id: 'unregistered',
  action,
  url,
  secretKey: 'unregistered',
  ownerClientId: '',
  type: 'license',
  additionalData: [],
  filters: {},
  effectiveAt: 0,
})

const rawBody = (webhook: Webhook, organizationId: string, payload: unknown, overrides: RawOverrides): string => {
  if (overrides.body !== undefined) return overrides.body
  const merged = { ...envelope(webhook, organizationId, payload), ...overrides.envelope }
  return JSON.stringify(Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)))
}

export const webhookControls = (world: World): WebhookControls => ({
  raw: (action, payload, overrides = {}) => {
    const [first] = world.state.organizations.values()
    const registered = [...world.state.organizations.values()].flatMap((organization) =>
      [...organization.webhooks.values()]
        .filter((webhook) => webhook.action === action)
        .map((webhook) => ({ webhook, organizationId: organization.id }))
    )
    const { url } = overrides
    const atUrl = registered.find(({ webhook }) => webhook.url === url)?.webhook
    const targets =
      url === undefined ? registered : [{ webhook: atUrl ?? stranger(action, url), organizationId: first?.id ?? '' }]
    if (targets.length === 0) throw new Error(`no webhook is registered for ${action}`)
    return Promise.all(
      targets.map(({ webhook, organizationId }) =>
        world.webhooks.send({
          url: webhook.url,
          headers: { 'content-type': 'application/json', ...overrides.headers },
          body: rawBody(webhook, organizationId, payload, overrides),
          label: action,
        })
      )
    )
  },
  settled: (maxMs = 5000) => world.webhooks.settled(maxMs),
})

export type ByHandOptions = { clientId?: string; filters?: WebhookFilters }

/** As in the Chat Webhooks form of the Developer Console: one URL, one secret, no filters unless told. */
export const registerByHand = (
  world: World,
  organization: Organization,
  action: WebhookAction,
  url: string,
  secretKey: string,
  { clientId, filters = {} }: ByHandOptions = {}
): string => {
  const [ownerClientId] = clientId === undefined ? organization.apps.keys() : [clientId]
  if (ownerClientId === undefined || !organization.apps.has(ownerClientId)) {
    throw new Error(`the organization has no app ${ownerClientId ?? ''}`)
  }
  const webhook = { action, url, secretKey, ownerClientId, filters, type: 'license', additionalData: [] } as const
  return addWebhook(world, organization, { ...webhook, additionalData: [] }).id
}
