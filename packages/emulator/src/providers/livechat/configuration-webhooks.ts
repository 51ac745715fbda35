import type { AgentCall } from './agent-call'
import type { AgentAction } from './agent-chats'
import type { App, Organization, Webhook, WebhookFilters } from './entities'
import { invalid, refuse } from './errors'
import { Fields, filledText, flag, listOf, nested, oneOf, text, webUrl, type Reader } from './fields'
import { shortId } from './ids'
import { requireScope } from './scopes'
import { webhookActions } from './webhooks'
import type { World } from './world'

const maxUrlLength = 500
const maxPerAction = 3

const given = <T extends Record<string, unknown>>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.assign({}, ...Object.entries(values).map(([key, value]) => (value === undefined ? {} : { [key]: value })))

/** The app must belong to the caller's organization; the error type for this is not documented [?]. */
export const ownApp = ({ organization, fields }: AgentCall): App => {
  const app = organization.apps.get(fields.required('owner_client_id', filledText))
  if (!app) throw refuse('authorization', 'owner_client_id does not belong to the organization')
  return app
}

const readPresence = (presence: Fields): WebhookFilters['chat_presence'] => {
  const userIds = presence.optional('user_ids', nested)
  const values = userIds?.optional('values', listOf(text))
  const excluded = userIds?.optional('exclude_values', listOf(text))
  if (values && excluded) throw invalid("'values' and 'exclude_values' exclude each other")
  return given({
    user_ids: userIds && given({ values, exclude_values: excluded }),
    my_bots: presence.optional('my_bots', flag),
  })
}

const readFilters = (filters: Fields | undefined, action: string): WebhookFilters => {
  if (!filters) return {}
  const authorType = filters.optional('author_type', oneOf('customer', 'agent'))
  if (authorType !== undefined && action !== 'incoming_event' && action !== 'event_updated') {
    throw invalid("'filters.author_type' is only for incoming_event and event_updated")
  }
  const presence = filters.optional('chat_presence', nested)
  return given({
    author_type: authorType,
    only_my_chats: filters.optional('only_my_chats', flag),
    source_type: filters.optional('source_type', listOf(oneOf('my_client', 'other_clients', 'system'))),
    chat_presence: presence && readPresence(presence),
  })
}

const shortUrl: Reader<string> = (value, path) => {
  const url = webUrl(value, path)
  if (url.length > maxUrlLength) throw invalid(`'${path}' is longer than ${maxUrlLength} characters`)
  return url
}

/** At most three per action and client id. */
export const addWebhook = (
  world: World,
  organization: Organization,
  webhook: Omit<Webhook, 'id' | 'effectiveAt'>
): Webhook => {
  const same = [...organization.webhooks.values()].filter(
    (other) => other.action === webhook.action && other.ownerClientId === webhook.ownerClientId
  )
  if (same.length >= maxPerAction) throw refuse('limit_reached', `At most ${maxPerAction} webhooks per action`)
  const effectiveAt = world.services.clock.now() + world.settings.webhookEffectiveAfterMs
  const stored: Webhook = { ...webhook, id: shortId().toLowerCase(), effectiveAt }
  organization.webhooks.set(stored.id, stored)
  return stored
}

const registerWebhook: AgentAction = (call) => {
  const { world, organization, fields } = call
  requireScope(call, 'webhooks.configuration:rw')
  const action = fields.required('action', oneOf(...webhookActions))
  const description = fields.optional('description', text)
  const webhook = {
    action,
    url: fields.required('url', shortUrl),
    secretKey: fields.required('secret_key', filledText),
    ownerClientId: ownApp(call).clientId,
    type: fields.required('type', oneOf('license', 'bot')),
    ...(description === undefined ? {} : { description }),
    additionalData:
      fields.optional('additional_data', listOf(oneOf('chat_properties', 'chat_presence_user_ids'))) ?? [],
    filters: readFilters(fields.optional('filters', nested), action),
  }
  fields.end()
  return { id: addWebhook(world, organization, webhook).id }
}

/** The secret is never shown again. */
const listWebhooks: AgentAction = (call) => {
  requireScope(call, 'webhooks.configuration:rw')
  const owner = ownApp(call).clientId
  call.fields.end()
  return [...call.organization.webhooks.values()]
    .filter((webhook) => webhook.ownerClientId === owner)
    .map((webhook) => ({
      id: webhook.id,
      url: webhook.url,
      description: webhook.description ?? '',
      action: webhook.action,
      filters: webhook.filters,
      owner_client_id: webhook.ownerClientId,
      type: webhook.type,
    }))
}

const unregisterWebhook: AgentAction = (call) => {
  const { organization, fields } = call
  requireScope(call, 'webhooks.configuration:rw')
  const owner = ownApp(call).clientId
  const id = fields.required('id', filledText)
  fields.end()
  if (organization.webhooks.get(id)?.ownerClientId !== owner) throw refuse('not_found', 'Webhook not found')
  organization.webhooks.delete(id)
  return undefined
}

/** The shape of an item is not in the fact sheet [?]. */
const listWebhookNames: AgentAction = ({ fields }) => {
  fields.optional('version', text)
  fields.end()
  return webhookActions.map((action) => ({ action }))
}

const switchLicenseWebhooks =
  (enabled: boolean): AgentAction =>
  (call) => {
    requireScope(call, 'webhooks.state:rw')
    const app = ownApp(call)
    call.fields.end()
    app.licenseWebhooksEnabled = enabled
    return undefined
  }

const getLicenseWebhooksState: AgentAction = (call) => {
  requireScope(call, 'webhooks.state:ro')
  const app = ownApp(call)
  call.fields.end()
  return { license_webhooks_enabled: app.licenseWebhooksEnabled }
}

export const webhookConfigurationActions = {
  register_webhook: registerWebhook,
  list_webhooks: listWebhooks,
  unregister_webhook: unregisterWebhook,
  list_webhook_names: listWebhookNames,
  enable_license_webhooks: switchLicenseWebhooks(true),
  disable_license_webhooks: switchLicenseWebhooks(false),
  get_license_webhooks_state: getLicenseWebhooksState,
} satisfies Record<string, AgentAction>
