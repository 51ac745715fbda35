import type { DeliveryResult } from '../../provider'
import { newEvent, sendEvents, type AppEvent } from './app-events'
import type { SignMode } from './signed-headers'
import { addSubscription, findSubscription, type NewSubscription } from './subscriptions-api'
import type { World } from './world'

/** Changes to a delivery made by hand. */
export type RawOverrides = {
  /** Signed as it should be when absent. */
  sign?: SignMode
  headers?: Readonly<Record<string, string>>
  /** Instead of the app's target URL, or the newest channel's webhook URL. */
  url?: string
  /** By the policy, for a day of emulated time. Off when absent, so that a refusal resolves at once. */
  retry?: boolean
}

export type WebhookControls = {
  /** Sends a body of your own; what is not a text is sent as JSON. */
  raw(kind: 'channel' | 'app', body: unknown, overrides?: RawOverrides): Promise<DeliveryResult>
  /** One request with these events. Each is merged over an assignment of a thread nobody knows. At most 100. */
  deliverBatch(events: readonly AppEvent[]): Promise<DeliveryResult>
  /** One request with that many events of threads nobody knows, of all kinds. At most 100. */
  foreignEvents(count: number): Promise<DeliveryResult>
  /** Sends what waits for `batchEvents` to be reached. */
  flush(): void
  /** Resolves when no delivery is on its way, at most after `maxMs` of real time (5000 when absent). */
  settled(maxMs?: number): Promise<void>
}

const urlFor = (world: World, kind: 'channel' | 'app'): string => {
  const { webhookSettings, channels } = world.state
  const url =
    kind === 'app'
      ? webhookSettings?.targetUrl
      : [...channels.values()].findLast(({ archived, webhookUrl }) => !archived && webhookUrl !== undefined)?.webhookUrl
  if (url === undefined) throw new Error(`no webhook URL is known for ${kind} webhooks`)
  return url
}

const shapes = [
  { subscriptionType: 'conversation.propertyChange', propertyName: 'assignedTo', propertyValue: 'A-2620022' },
  { subscriptionType: 'conversation.propertyChange', propertyName: 'status', propertyValue: 'CLOSED' },
  { subscriptionType: 'conversation.creation' },
  { subscriptionType: 'conversation.newMessage', messageId: 'foreign-message', messageType: 'MESSAGE' },
] as const

const foreignEvent = (world: World, index: number): AppEvent => {
  const shape = shapes[index % shapes.length] ?? shapes[0]
  const threadId = String(world.state.nextThreadId())
  const subscription = [...world.state.subscriptions.keys()][0] ?? 1
  return newEvent(world, threadId, subscription, { ...shape, changeSource: 'HUBSPOT' })
}

const deliver = (world: World, events: readonly AppEvent[]): Promise<DeliveryResult> => {
  if (events.length > 100) throw new Error('HubSpot sends at most 100 events in one request')
  return sendEvents(world, events)
}

export const webhookControls = (world: World): WebhookControls => ({
  raw: async (kind, body, { sign, headers = {}, url = urlFor(world, kind), retry = false } = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const options = sign === undefined ? {} : { mode: sign }
    return world.webhooks.send({
      kind,
      url,
      label: `raw ${kind}`,
      bodyOf: () => text,
      headers,
      once: !retry,
      ...options,
    })
  },
  deliverBatch: async (events) =>
    deliver(
      world,
      events.map((event) => ({ ...foreignEvent(world, 0), ...event }))
    ),
  foreignEvents: async (count) =>
    deliver(
      world,
      Array.from({ length: count }, (_, index) => foreignEvent(world, index))
    ),
  flush: () => world.appEvents.flush(),
  settled: (maxMs = 5000) => world.webhooks.settled(maxMs),
})

/** What integrations need: who answers, and the end. */
const usual: readonly NewSubscription[] = [
  { eventType: 'conversation.propertyChange', propertyName: 'assignedTo' },
  { eventType: 'conversation.propertyChange', propertyName: 'status' },
]

/** As in the app's settings page, with the subscriptions switched on. */
export const subscribeByHand = (
  world: World,
  targetUrl: string,
  subscriptions: readonly NewSubscription[] = usual
): void => {
  const now = world.services.clock.now()
  const throttling = { maxConcurrentRequests: 10 }
  world.state.webhookSettings = { targetUrl, throttling, createdAt: now, updatedAt: now }
  for (const wanted of subscriptions) {
    const active = wanted.active ?? true
    const known = findSubscription(world, wanted)
    if (known) known.active = active
    else addSubscription(world, { ...wanted, active })
  }
}
