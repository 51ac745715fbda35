import { HitlError, type InstallationNote, type Log, ProviderHttpError } from '@hitl/core'
import { CODE, isRefusal, type SalesIqClient } from './client'
import type { ZohoSalesIqConfig } from './config'
import { isSameId } from './envelope'
import { anythingIn, keysIn, textsIn, type Webhook, webhook, webhookKeys, webhookList, webhooksIn } from './schemas'
import { type Installation, NOTHING_KNOWN, readInstallation } from './trust'
import { EVENTS } from './webhook'

export type RegistrationTools = {
  client: SalesIqClient
  /** The same for another portal of the same data center. */
  clientOf(screenName: string): SalesIqClient
  config: ZohoSalesIqConfig
  webhookUrl: string
  note: InstallationNote
  log: Log
}

/**
 * Sees to one signed webhook of our own that reports the brand, and notes its keys. Returns what is left to do by hand.
 * Sources: create-webhook-v2.html, update-webhook-v2.html, generate-public-key-webhook-v2.html.
 */
export async function ensureWebhook(tools: RegistrationTools): Promise<readonly string[]> {
  const { config, note } = tools
  if (config.webhookPublicKey) {
    // Made by hand, then: a second one would only send everything twice.
    await removeWebhook(tools)
    await note.write(NOTHING_KNOWN)
    return []
  }
  const noted = readInstallation(await note.read(true))
  // What was noted counts for its own portal only.
  const before = noted.portal === portalOf(config) ? noted : NOTHING_KNOWN
  const notices = before === noted ? [] : await leavePortal(tools, noted)
  let listed: readonly Webhook[] | undefined
  try {
    listed = await list(tools)
    await note.write({ ...(await register(tools, listed, before)), portal: portalOf(config) })
    return notices
  } catch (error) {
    if (!isRefusal(error)) throw error
    // What was registered before goes on signing, whether we may look at it or not.
    const known = listed?.find(({ url }) => String(url).split('?')[0] === tools.webhookUrl)
    const kept = listed ? known && { webhookId: known.id, ...reportOf(known, before) } : before
    await note.write({ ...NOTHING_KNOWN, ...kept, portal: portalOf(config) })
    return known && isReporting(known, [config.appId]) ? notices : [...notices, instructions(tools, error)]
  }
}

const portalOf = ({ dataCenter, screenName }: ZohoSalesIqConfig) => `${dataCenter}/${screenName}`

/** Takes the webhook of the former settings along, as far as the new ones reach. */
async function leavePortal(
  tools: RegistrationTools,
  { portal = '', webhookId, keys }: Installation
): Promise<readonly string[]> {
  // One without keys of ours was made by hand, and stays.
  if (webhookId === undefined || keys.length === 0) return []
  const [dataCenter, screenName = ''] = portal.split('/')
  const call = { method: 'DELETE' as const, path: `webhooks/${webhookId}`, repeatable: true }
  try {
    if (dataCenter === tools.config.dataCenter) {
      await tools.clientOf(screenName).tell('rest', call)
      return []
    }
  } catch (error) {
    if (!(error instanceof HitlError)) throw error
  }
  return [
    `The webhook in the portal "${screenName}" (${dataCenter}) of the former settings could not be removed. Remove it ` +
      'there under Settings > Webhooks.',
  ]
}

/** Keys and brands of a webhook; lists need not show the keys. */
function reportOf(webhook: Webhook, before: Installation): Pick<Installation, 'keys' | 'appIds'> {
  const shown = keysIn(webhook.public_keys)
  const noted = webhook.id === before.webhookId ? before.keys : []
  const keys = shown.length > 0 ? shown : noted
  return { keys: isSecured(webhook) ? keys : [], appIds: textsIn(webhook.app_ids) }
}

/** Removes the webhook that was made here. Never fails: the integration goes away anyway. */
export async function removeWebhook(tools: RegistrationTools): Promise<void> {
  try {
    const { webhookId, keys } = readInstallation(await tools.note.read())
    // One without keys of ours was made by hand, and stays.
    if (webhookId !== undefined && keys.length > 0) await remove(tools, webhookId)
  } catch (error) {
    tools.log.warn(`The Zoho SalesIQ webhook could not be looked up: ${why(error)}`)
  }
}

/**
 * What is known of the webhook, which from now on reports this brand too. A webhook made by hand reports the brands that
 * were chosen for it.
 */
export async function installationFor({ client, note }: RegistrationTools, appId: string): Promise<Installation> {
  const known = readInstallation(await note.read())
  const { webhookId, keys, appIds } = known
  if (webhookId === undefined || keys.length === 0 || appIds.includes(appId)) return known
  // Both lists replace what was there (update-webhook-v2.html), so what other instances have added goes along.
  const latest = readInstallation(await note.read(true))
  const extended = { ...latest, appIds: [...new Set([...latest.appIds, appId])] }
  const json = { type: TYPE, events: EVENTS, app_ids: extended.appIds }
  const call = { method: 'PUT' as const, path: `webhooks/${webhookId}`, json, repeatable: true }
  await client.tell('rest', call).catch((error: unknown) => {
    if (!isRefusal(error)) throw error
    const message = `The webhook cannot report the brand "${appId}" of this session: ${error.message} Check the ID.`
    throw new ProviderHttpError(message, error, { provider: 'Zoho SalesIQ', cause: error })
  })
  await note.write(extended)
  return extended
}

/** Conversations are data. */
const TYPE = 'data'

type LookTools = Pick<RegistrationTools, 'client' | 'config' | 'webhookUrl'>

const list = async ({ client }: LookTools) =>
  webhooksIn(await client.ask('rest', { method: 'GET', path: 'webhooks', repeatable: true }, webhookList))

/** By-hand webhooks with a token carry it in the address, and are none of ours. */
const ours = ({ webhookUrl }: LookTools, listed: readonly Webhook[]) => listed.filter(({ url }) => url === webhookUrl)

/** What registration would find of its own. */
export async function lookAtWebhook(tools: LookTools): Promise<'usable' | 'other' | undefined> {
  const [found] = ours(tools, await list(tools))
  const isUsable = found && isEnabled(found) && isSecured(found) && isReporting(found, [tools.config.appId])
  return found && (isUsable ? 'usable' : 'other')
}

async function register(
  tools: RegistrationTools,
  listed: readonly Webhook[],
  before: Installation
): Promise<Installation> {
  const { client, config, webhookUrl } = tools
  const [found, ...doubled] = ours(tools, listed)
  // One that SalesIQ has switched off delivers nothing, and cannot be switched on by API.
  const existing = found && isEnabled(found) ? found : undefined
  for (const { id } of existing || !found ? doubled : [found, ...doubled]) await remove(tools, id)
  const report = existing && reportOf(existing, before)
  const appIds = [...new Set([config.appId, ...(report?.appIds ?? []), ...(existing ? before.appIds : [])])]
  const json = { type: TYPE, events: EVENTS, app_ids: appIds, secured: true }
  if (existing && !(isSecured(existing) && isReporting(existing, appIds))) {
    await client.tell('rest', { method: 'PUT', path: `webhooks/${existing.id}`, json, repeatable: true })
  }
  const creation = { url: webhookUrl, version: '1', ...json }
  const registered =
    existing ??
    (await client.ask('rest', { method: 'POST', path: 'webhooks', json: creation, repeatable: false }, webhook))
  const keys = report?.keys.length ? report.keys : keysIn(registered.public_keys)
  return {
    webhookId: registered.id,
    appIds,
    keys: keys.length > 0 ? keys : await generateKey(tools, registered, !existing),
  }
}

const isEnabled = ({ status }: Webhook) => status === undefined || status === null || status === 'enabled'

const isSecured = ({ secured }: Webhook) => secured === true || secured === 'true'

const isReporting = ({ events, app_ids: given }: Webhook, appIds: readonly string[]) =>
  EVENTS.every((event) => textsIn(events).includes(event)) &&
  appIds.every((appId) => anythingIn(given).some((one) => isSameId(one, appId)))

async function generateKey(tools: RegistrationTools, { id }: Webhook, isNew: boolean) {
  const call = { method: 'POST' as const, path: `webhooks/${id}/keys`, repeatable: false }
  try {
    const keys = keysIn((await tools.client.ask('rest', call, webhookKeys)).public_keys)
    if (keys.length > 0) return keys
    throw new ProviderHttpError(
      'Zoho SalesIQ made no key for the webhook.',
      { status: 200 },
      { provider: 'Zoho SalesIQ' }
    )
  } catch (error) {
    // Nobody could tell what it sends from what others send.
    if (isNew) await remove(tools, id)
    throw error
  }
}

async function remove({ client, log }: RegistrationTools, id: string): Promise<void> {
  await client
    .tell('rest', { method: 'DELETE', path: `webhooks/${id}`, repeatable: true })
    .catch((error: unknown) =>
      log.warn(`A Zoho SalesIQ webhook could not be removed: ${why(error)} Remove it under Settings > Webhooks.`)
    )
}

const why = (error: unknown) => (error instanceof HitlError ? error.message : 'unexpected answer.')

function instructions({ webhookUrl, config }: RegistrationTools, error: ProviderHttpError): string {
  const address = config.webhookToken
    ? `${webhookUrl}?token= followed by the webhook token of the settings`
    : webhookUrl
  const reason =
    error.type === CODE.scope ? 'The connection lacks the scopes SalesIQ.webhooks.*' : `SalesIQ refused (${why(error)})`
  return (
    `The webhook could not be registered: ${reason}. Make it by hand in SalesIQ (Settings > Webhooks, or a Data ` +
    `Workflow): address ${address}, events ${EVENTS.join(', ')}, your brand. Or connect the account again ` +
    'with those scopes.'
  )
}
