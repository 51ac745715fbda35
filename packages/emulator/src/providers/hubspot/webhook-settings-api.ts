import { noContent, ok, query, readJson, type Answer, type Call } from './call'
import { HubSpotError, notFound } from './errors'
import { httpsUrl, nested, oneOf, wholeNumber, wrong } from './fields'
import type { WebhookSettings } from './entities'
import { iso, type View } from './view'

/** Apps of the developer projects declare webhooks in a file; whether the API refuses them so is not known [?]. */
export const requireWebhooksByApi = ({ world }: Call): void => {
  if (world.settings.webhooksByApi === 'allowed') return
  throw new HubSpotError(403, 'FORBIDDEN', 'Webhooks of this app are defined in its project and cannot be changed here')
}

const settingsView = ({ targetUrl, throttling, createdAt, updatedAt }: WebhookSettings): View => ({
  targetUrl,
  throttling,
  createdAt: iso(createdAt),
  updatedAt: iso(updatedAt),
})

export const getWebhookSettings = async (call: Call): Promise<Answer> => {
  query(call).end()
  const { webhookSettings } = call.world.state
  if (!webhookSettings) throw notFound('This app has no webhook settings')
  return ok(settingsView(webhookSettings))
}

/** Works at once; live, settings are cached for up to five minutes. */
export const putWebhookSettings = async (call: Call): Promise<Answer> => {
  const { state, services } = call.world
  query(call).end()
  requireWebhooksByApi(call)
  const fields = await readJson(call)
  const targetUrl = fields.required('targetUrl', httpsUrl)
  const throttling = fields.required('throttling', nested)
  const maxConcurrentRequests = throttling.required('maxConcurrentRequests', wholeNumber)
  const period = throttling.optional('period', oneOf('SECONDLY', 'ROLLING_MINUTE'))
  fields.end()
  if (maxConcurrentRequests <= 5) throw wrong('must be above 5', 'throttling.maxConcurrentRequests')
  const now = services.clock.now()
  const settings: WebhookSettings = {
    targetUrl,
    throttling: { maxConcurrentRequests, ...(period === undefined ? {} : { period }) },
    createdAt: state.webhookSettings?.createdAt ?? now,
    updatedAt: now,
  }
  state.webhookSettings = settings
  return ok(settingsView(settings))
}

export const deleteWebhookSettings = async (call: Call): Promise<Answer> => {
  query(call).end()
  requireWebhooksByApi(call)
  const { state } = call.world
  if (!state.webhookSettings) throw notFound('This app has no webhook settings')
  state.webhookSettings = undefined
  return noContent
}
