import { eventProperties, eventTypes, type EventProperty, type EventType } from './app-events'
import { created, noContent, ok, pathPart, query, readJson, type Answer, type Call } from './call'
import type { Subscription } from './entities'
import { conflict, invalid, notFound } from './errors'
import { flag, listOf, nested, oneOf, wholeNumber, wrong, type Fields } from './fields'
import { given, iso, type View } from './view'
import { requireWebhooksByApi } from './webhook-settings-api'
import type { World } from './world'

const mostSubscriptions = 1000

/** Whether `id` is a text or a number here is not stated; webhooks have a number [?]. */
const subscriptionView = (subscription: Subscription): View =>
  given({
    id: String(subscription.id),
    eventType: subscription.eventType,
    propertyName: subscription.propertyName,
    active: subscription.active,
    createdAt: iso(subscription.createdAt),
    updatedAt: iso(subscription.updatedAt),
  })

export type NewSubscription = { eventType: EventType; propertyName?: EventProperty; active?: boolean }

export const findSubscription = ({ state }: World, { eventType, propertyName }: NewSubscription) =>
  [...state.subscriptions.values()].find((one) => one.eventType === eventType && one.propertyName === propertyName)

/** New ones are paused unless told. */
export const addSubscription = (world: World, wanted: NewSubscription): Subscription => {
  const { state, services } = world
  const now = services.clock.now()
  const id = state.nextSubscriptionId()
  const subscription = { ...wanted, id, active: wanted.active ?? false, createdAt: now, updatedAt: now }
  state.subscriptions.set(id, subscription)
  return subscription
}

const readNew = (fields: Fields): NewSubscription => {
  const eventType = fields.required('eventType', oneOf(...eventTypes))
  const isChange = eventType === 'conversation.propertyChange'
  if (!isChange && fields.has('propertyName')) throw wrong('belongs to property changes only', 'propertyName')
  const propertyName = isChange ? fields.required('propertyName', oneOf(...eventProperties)) : undefined
  const active = fields.optional('active', flag) ?? false
  fields.end()
  return { eventType, active, ...(propertyName === undefined ? {} : { propertyName }) }
}

export const listSubscriptions = async (call: Call): Promise<Answer> => {
  query(call).end()
  return ok({ results: [...call.world.state.subscriptions.values()].map(subscriptionView) })
}

/** What a duplicate is answered is not documented [?]. */
export const postSubscription = async (call: Call): Promise<Answer> => {
  const { world } = call
  query(call).end()
  requireWebhooksByApi(call)
  const wanted = readNew(await readJson(call))
  if (findSubscription(world, wanted)) throw conflict('A subscription for this event exists already')
  if (world.state.subscriptions.size >= mostSubscriptions) throw invalid('An app has at most 1000 subscriptions')
  return created(subscriptionView(addSubscription(world, wanted)))
}

const existing = ({ state }: World, id: number): Subscription => {
  const subscription = state.subscriptions.get(id)
  if (!subscription) throw notFound(`No subscription with id ${id} exists`)
  return subscription
}

const setActive = (world: World, subscription: Subscription, active: boolean): void => {
  subscription.active = active
  subscription.updatedAt = world.services.clock.now()
}

export const patchSubscription = async (call: Call): Promise<Answer> => {
  query(call).end()
  requireWebhooksByApi(call)
  const subscription = existing(call.world, Number(pathPart(call)))
  const fields = await readJson(call)
  const active = fields.required('active', flag)
  fields.end()
  setActive(call.world, subscription, active)
  return ok(subscriptionView(subscription))
}

export const deleteSubscription = async (call: Call): Promise<Answer> => {
  query(call).end()
  requireWebhooksByApi(call)
  const { id } = existing(call.world, Number(pathPart(call)))
  call.world.state.subscriptions.delete(id)
  return noContent
}

export const updateSubscriptions = async (call: Call): Promise<Answer> => {
  const { world } = call
  query(call).end()
  requireWebhooksByApi(call)
  const fields = await readJson(call)
  const wanted = fields.required('inputs', listOf(nested)).map((one) => ({
    id: one.required('id', wholeNumber),
    active: one.required('active', flag),
  }))
  fields.end()
  const startedAt = iso(world.services.clock.now())
  const found = wanted.map(({ id, active }) => ({ subscription: existing(world, id), active }))
  for (const { subscription, active } of found) setActive(world, subscription, active)
  const results = found.map(({ subscription }) => subscriptionView(subscription))
  return ok({ status: 'COMPLETE', results, startedAt, completedAt: iso(world.services.clock.now()) })
}
