import { isRecord } from '../../json'
import type { DeliveryResult } from '../../provider'
import type { Webhook } from './entities'
import { newKeyPairNow, signatureOf } from './signing'
import { findConversation } from './state'
import { addKey, addWebhook, publicKeyText } from './webhook-store'
import type { Signing, WebhookEvent } from './webhooks'
import type { World } from './world'

/** Changes to a delivery made by hand. */
export type RawOverrides = {
  /** Merged over the envelope; `null` removes a field. */
  envelope?: object
  headers?: Readonly<Record<string, string>>
  /** No signature, one of a stranger's key, or one of another body. Signed as registered when absent. */
  sign?: false | 'wrong-key' | 'tampered'
}

export type WebhookSnapshot = {
  readonly id: string
  readonly url: string
  readonly type: 'data' | 'administration'
  readonly events: readonly string[]
  readonly appIds: readonly string[]
  readonly secured: boolean
  /** As `keyFormat` writes them; the first one signs. */
  readonly publicKeys: readonly string[]
  readonly failuresCount: number
}

export type WebhookControls = {
  /** Sends `entity` to the webhooks subscribed to `event`; to all of them when none is. */
  raw(event: string, entity: unknown, overrides?: RawOverrides): Promise<DeliveryResult[]>
  readonly registered: readonly WebhookSnapshot[]
  /** Headers that sign this body as the newest webhook signs; none where it is not secured. */
  proof(body: string): Record<string, string>
  /** Resolves when no delivery is on its way, at most after `maxMs` of real time (5000 when absent). */
  settled(maxMs?: number): Promise<void>
}

const snapshot = (world: World, webhook: Webhook): WebhookSnapshot => ({
  id: webhook.id,
  url: webhook.url,
  type: webhook.type,
  events: [...webhook.events],
  appIds: [...webhook.appIds],
  secured: webhook.secured,
  publicKeys: webhook.keys.map((key) => publicKeyText(world, key)),
  failuresCount: webhook.failuresCount,
})

let strangersKey: string | undefined

const signingOf = (webhook: Webhook, sign: RawOverrides['sign']): Signing | undefined => {
  const same = (body: string): string => body
  if (sign === undefined) return undefined
  if (sign === false) return { bodyToSign: same, privatePem: undefined }
  if (sign === 'tampered') {
    return { bodyToSign: (body) => body.replace(/}$/, ',"tampered":false}'), privatePem: webhook.keys[0]?.privatePem }
  }
  strangersKey ??= newKeyPairNow().privateKey
  return { bodyToSign: same, privatePem: strangersKey }
}

const memberOf = (entity: unknown, name: string): string => {
  const value = isRecord(entity) ? entity[name] : undefined
  return typeof value === 'string' ? value : ''
}

export const webhookControls = (world: World): WebhookControls => ({
  raw: async (event, entity, { envelope = {}, headers = {}, sign } = {}) => {
    const entityId = memberOf(entity, 'id')
    const known = findConversation(world.state, entityId, { hex: false })
    const appId = memberOf(entity, 'app_id') || (known?.appId ?? [...world.state.account.brands.keys()][0] ?? '')
    const subscribed = world.webhooks.subscribed(event)
    const targets = subscribed.length > 0 ? subscribed : [...world.state.webhooks.values()]
    if (targets.length === 0) throw new Error('no webhook is registered')
    const occurrence = { event, entityId, appId, entity, eventTime: String(world.services.clock.now()) }
    return Promise.all(
      targets.map((webhook) => {
        const signing = signingOf(webhook, sign)
        const options = { headers, changes: { ...envelope }, ...(signing ? { signing } : {}) }
        return world.webhooks.send(webhook, occurrence, options)
      })
    )
  },
  get registered() {
    return [...world.state.webhooks.values()].map((webhook) => snapshot(world, webhook))
  },
  proof: (body) => {
    const privatePem = [...world.state.webhooks.values()].findLast(({ secured }) => secured)?.keys[0]?.privatePem
    return privatePem === undefined ? {} : { 'x-siqsignature': signatureOf(body, privatePem) }
  },
  settled: (maxMs = 5000) => world.webhooks.settled(maxMs),
})

export type ByHandOptions = { secured?: boolean; appIds?: string[] }

/** As in Settings of SalesIQ, without the HEAD; a secured one has a key at once. */
export const registerByHand = (
  world: World,
  url: string,
  events: readonly WebhookEvent[],
  { secured = false, appIds = [] }: ByHandOptions = {}
): { id: string; publicKey?: string } => {
  const webhook = addWebhook(world, { type: 'data', url, events: [...events], appIds, secured })
  if (!secured) return { id: webhook.id }
  const pair = newKeyPairNow()
  const key = addKey(world, webhook, pair.publicKey, pair.privateKey)
  return { id: webhook.id, publicKey: publicKeyText(world, key) }
}
