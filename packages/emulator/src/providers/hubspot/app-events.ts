import type { DeliveryResult } from '../../provider'
import type { ActorId, Subscription } from './entities'
import type { Comment, Message, Thread, ThreadStatus } from './thread-entities'
import { given, type View } from './view'
import type { World } from './world'

/** The events of conversations. https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide */
export const eventTypes = [
  'conversation.creation',
  'conversation.deletion',
  'conversation.privacyDeletion',
  'conversation.propertyChange',
  'conversation.newMessage',
] as const

export type EventType = (typeof eventTypes)[number]

export const eventProperties = ['assignedTo', 'status', 'isArchived'] as const

export type EventProperty = (typeof eventProperties)[number]

type Happening = {
  subscriptionType: EventType
  propertyName?: EventProperty
  propertyValue?: string
  messageId?: string
  messageType?: string
  /** The values are guesses [I]. */
  changeSource: string
}

/** Everything but the number of the attempt, which each delivery counts itself. */
export type AppEvent = Record<string, unknown>

const idNames = new Set(['objectId', 'eventId', 'subscriptionId', 'portalId', 'appId'])

const withTextIds = (event: View): View =>
  Object.fromEntries(
    Object.entries(event).map(([name, value]) => [
      name,
      idNames.has(name) && typeof value === 'number' ? String(value) : value,
    ])
  )

export const newEvent = (world: World, threadId: string, subscription: number, what: Happening): AppEvent => {
  const { state, services, settings } = world
  const event = given({
    objectId: Number(threadId),
    ...what,
    eventId: state.nextEventId(),
    subscriptionId: subscription,
    portalId: state.portalId,
    appId: Number(state.app.id),
    occurredAt: services.clock.now(),
  })
  return settings.idsAsText ? withTextIds(event) : event
}

const wants = (subscription: Subscription, what: Happening): boolean =>
  subscription.active &&
  subscription.eventType === what.subscriptionType &&
  (subscription.propertyName === undefined || subscription.propertyName === what.propertyName)

const emit = (world: World, thread: Thread, what: Happening): void => {
  const { state } = world
  if (!state.webhookSettings) return
  for (const subscription of state.subscriptions.values()) {
    if (wants(subscription, what)) world.appEvents.add(newEvent(world, thread.id, subscription.id, what))
  }
}

export const emitCreation = (world: World, thread: Thread, changeSource: string): void =>
  emit(world, thread, { subscriptionType: 'conversation.creation', changeSource })

export const emitDeletion = (world: World, thread: Thread, changeSource: string): void =>
  emit(world, thread, { subscriptionType: 'conversation.deletion', changeSource })

/** Whether the value is an actor id or a user id differs between two guides. */
const assigneeText = ({ settings }: World, actorId: ActorId | undefined): string => {
  if (actorId === undefined) return ''
  return settings.assigneeFormat === 'user' ? actorId.replace(/^A-/, '') : actorId
}

export const emitAssigned = (world: World, thread: Thread, changeSource: string): void =>
  emit(world, thread, {
    subscriptionType: 'conversation.propertyChange',
    propertyName: 'assignedTo',
    propertyValue: assigneeText(world, thread.assignedTo),
    changeSource,
  })

export const emitStatus = (world: World, thread: Thread, status: ThreadStatus, changeSource: string): void =>
  emit(world, thread, {
    subscriptionType: 'conversation.propertyChange',
    propertyName: 'status',
    propertyValue: status,
    changeSource,
  })

/** Has no text: who wants it has to read the message. */
export const emitNewMessage = (world: World, thread: Thread, item: Message | Comment): void =>
  emit(world, thread, {
    subscriptionType: 'conversation.newMessage',
    messageId: item.id,
    messageType: item.type,
    changeSource: item.clientType,
  })

/** One request to the app's only target URL, whatever the subscriptions say. */
export const sendEvents = (world: World, events: readonly AppEvent[]): Promise<DeliveryResult> => {
  const { webhookSettings } = world.state
  if (!webhookSettings) throw new Error('the app has no target URL')
  const types = [...new Set(events.map(({ subscriptionType, propertyName }) => propertyName ?? subscriptionType))]
  return world.webhooks.send({
    kind: 'app',
    url: webhookSettings.targetUrl,
    label: types.join(', ') || 'no event',
    bodyOf: (attempt) => JSON.stringify(events.map((event) => ({ ...event, attemptNumber: attempt - 1 }))),
  })
}
