import type { Webhook } from './entities'
import { invalid } from './errors'
import { filledText, flag, id, listOf, oneOf, text, webUrl, type Fields } from './fields'
import { brandOf } from './state'
import { webhookEvents } from './webhooks'
import { longestExpiryMs } from './webhook-store'
import type { World } from './world'

const shortestExpiryMs = 7 * 24 * 60 * 60 * 1000

export type WebhookChanges = Partial<Pick<Webhook, 'url' | 'events' | 'appIds' | 'secured' | 'expiryMs'>> &
  Pick<Webhook, 'type'>

const event = oneOf(...webhookEvents)

/** Administration events are not listed in the fact sheet, so any text passes. */
const readEvents = (fields: Fields, type: Webhook['type']): string[] | undefined => {
  const events: string[] | undefined = fields.optional('events', listOf(type === 'data' ? event : filledText))
  if (events?.length === 0) throw invalid("'events' must not be empty", { json_key: 'events' })
  return events
}

const readExpiry = (fields: Fields): string | undefined => {
  const expiry = fields.optional('expiry_time_for_executions_data', text)
  if (expiry === undefined) return undefined
  const isInRange = /^\d+$/.test(expiry) && Number(expiry) >= shortestExpiryMs && Number(expiry) <= longestExpiryMs
  const name = 'expiry_time_for_executions_data'
  if (!isInRange) throw invalid(`'${name}' must be a text of ms, one week to 60 days`, { json_key: name })
  return expiry
}

/** https://www.zoho.com/salesiq/help/developer-section/create-webhook-v2.html; lists replace what was there. */
export const readWebhookChanges = (world: World, fields: Fields): WebhookChanges => {
  const type = fields.required('type', oneOf('data', 'administration'))
  const url = fields.optional('url', webUrl)
  const events = readEvents(fields, type)
  const appIds = fields.optional('app_ids', listOf(id))
  const secured = fields.optional('secured', flag)
  fields.optional('version', oneOf('1'))
  const expiryMs = readExpiry(fields)
  fields.end()
  if (appIds && type === 'administration') throw invalid("'app_ids' is for data webhooks", { json_key: 'app_ids' })
  for (const appId of appIds ?? []) brandOf(world.state, appId)
  return {
    type,
    ...(url === undefined ? {} : { url }),
    ...(events ? { events } : {}),
    ...(appIds ? { appIds } : {}),
    ...(secured === undefined ? {} : { secured }),
    ...(expiryMs === undefined ? {} : { expiryMs }),
  }
}
