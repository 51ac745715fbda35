import { createHash } from 'node:crypto'
import { ConfigurationError, HitlError, type Log, ProviderHttpError, type TokenSource } from '@hitl/core'
import type * as z from 'zod/mini'
import type { LiveChatClient } from './client'
import type { LiveChatConfig } from './config'
import { customerCredential, IdentityRefusedError } from './identity'
import { groupStatuses, licenseWebhooks, webhookList } from './schemas'
import { nothing } from './session-calls'

export type InstallTools = {
  client: LiveChatClient
  config: LiveChatConfig
  /** Customer used for checks only, kept so that checks do not make a new one each time. */
  probe: TokenSource
  webhookUrl: string
  log: Log
}

type Webhook = z.infer<typeof webhookList>[number]

/** `filters` as the Configuration API takes them; `only_my_chats` leaves out chats that another app started. */
const WEBHOOKS = [
  { action: 'incoming_event', filters: { author_type: 'agent', only_my_chats: true } },
  { action: 'chat_deactivated', filters: { only_my_chats: true } },
  { action: 'chat_transferred', filters: { only_my_chats: true } },
  { action: 'user_added_to_chat', filters: { only_my_chats: true } },
] as const

const MARK = 'Botpress HITL'
const provider = 'LiveChat'

/** Proves every setting, then sees to the webhooks. Returns what is left to do by hand. */
export async function install(tools: InstallTools): Promise<readonly string[]> {
  assertAgentTokenForm(tools.config)
  await proveIdentity(tools)
  await proveGroup(tools)
  const existing = await listWebhooks(tools)
  if (!existing)
    return [
      byHand(
        tools,
        WEBHOOKS.map(({ action }) => action)
      ),
    ]
  const missing = await ensureWebhooks(tools, existing)
  const notices = missing.length > 0 ? [byHand(tools, missing)] : []
  return [...notices, ...(await ensureEnabled(tools))]
}

/** Removes the webhooks `install` made; those made by hand stay. Never fails: the integration goes away anyway. */
export async function uninstall(tools: InstallTools): Promise<void> {
  try {
    const ours = ((await listWebhooks(tools)) ?? []).filter((webhook) => isOurs(tools, webhook))
    for (const webhook of ours) await unregister(tools, webhook)
  } catch (error) {
    tools.log.warn(`LiveChat webhooks could not be removed: ${textOf(error)} Remove them in the Developer Console.`)
  }
}

function assertAgentTokenForm({ agentToken }: LiveChatConfig): void {
  const decoded = Buffer.from(agentToken, 'base64').toString('utf8')
  if (/^[^:\s]+:\S+$/.test(decoded)) return
  const message =
    'The setting "agentToken" must be the Base64 text of "account ID:personal access token", without "Basic".'
  throw new ConfigurationError('agentToken', message, { provider })
}

async function proveIdentity({ probe, webhookUrl }: InstallTools): Promise<void> {
  try {
    await probe.get()
  } catch (error) {
    if (!(error instanceof IdentityRefusedError)) throw error
    const { about } = error
    if (about.includes('redirect')) throw redirectError(webhookUrl)
    if (about.includes('organization')) {
      const message = 'The setting "organizationId" is not an organization LiveChat knows for this app.'
      throw new ConfigurationError('organizationId', message, { provider })
    }
    // The code covers an unknown client ID as well as a redirect address that is not on the app's list.
    const hint = `If it is right, add ${webhookUrl} to the redirect addresses of the app’s Authorization block.`
    throw new ConfigurationError(
      'clientId',
      `LiveChat refused the setting "clientId". Copy it again from your app. ${hint}`,
      { provider }
    )
  }
}

const redirectError = (webhookUrl: string) =>
  new ConfigurationError(
    'clientId',
    `Your LiveChat app (setting "clientId") does not allow the redirect address ${webhookUrl}. Add it in the app’s Authorization block.`,
    { provider }
  )

async function proveGroup({ client, config, probe }: InstallTools): Promise<void> {
  const call = { action: 'list_group_statuses', body: { group_ids: [config.groupId] }, repeatable: true }
  const isKnown = async () => {
    const { groups_status: statuses } = await client.customer(customerCredential(probe), call, groupStatuses)
    return statuses[String(config.groupId)] !== undefined
  }
  const known = await isKnown().catch((error: unknown) => {
    if (error instanceof ProviderHttpError && error.type === 'group_not_found') return false
    throw error
  })
  if (known) return
  const message = `The setting "groupId" names group ${config.groupId}, which does not exist in LiveChat.`
  throw new ConfigurationError('groupId', message, { provider })
}

/** Undefined when the agent token may not see webhooks. */
async function listWebhooks({ client, config }: InstallTools): Promise<readonly Webhook[] | undefined> {
  const call = { action: 'list_webhooks', body: { owner_client_id: config.clientId }, repeatable: true }
  try {
    return await client.configuration(call, webhookList)
  } catch (error) {
    if (!(error instanceof ProviderHttpError)) throw error
    if (error.type === 'authorization') return undefined
    if (error.type === 'authentication' || error.status === 401) {
      const message =
        'LiveChat refused the setting "agentToken". Create a new personal access token and save its Base64 text.'
      throw new ConfigurationError('agentToken', message, { provider, cause: error })
    }
    if (error.retryable || !error.type) throw error
    const message = 'The app of the setting "clientId" does not belong to the organization of the setting "agentToken".'
    throw new ConfigurationError('clientId', message, { provider, cause: error })
  }
}

/** Makes what is missing; returns the actions that have to be made by hand. */
async function ensureWebhooks(tools: InstallTools, existing: readonly Webhook[]): Promise<string[]> {
  const missing: string[] = []
  for (const { action, filters } of WEBHOOKS) {
    const here = existing.filter((webhook) => webhook.action === action && webhook.url === tools.webhookUrl)
    const usable = here.find((webhook) => !isOurs(tools, webhook) || webhook.description === descriptionOf(tools))
    // LiveChat can neither show nor change a webhook's secret: one made with another secret is made anew.
    for (const webhook of here) if (webhook !== usable && isOurs(tools, webhook)) await unregister(tools, webhook)
    if (!usable && !(await register(tools, action, filters))) missing.push(action)
  }
  return missing
}

async function register(
  { client, config, webhookUrl, log, ...rest }: InstallTools,
  action: string,
  filters: object
): Promise<boolean> {
  const body = {
    action,
    filters,
    secret_key: config.webhookSecret,
    url: webhookUrl,
    description: descriptionOf({ client, config, webhookUrl, log, ...rest }),
    owner_client_id: config.clientId,
    type: 'license',
  }
  try {
    await client.configuration({ action: 'register_webhook', body, repeatable: false }, nothing)
    return true
  } catch (error) {
    if (!(error instanceof ProviderHttpError) || error.retryable) throw error
    log.warn(`LiveChat webhook ${action} could not be registered: ${error.message}`)
    return false
  }
}

async function unregister({ client, config, log }: InstallTools, { id, action }: Webhook): Promise<void> {
  const body = { id, owner_client_id: config.clientId }
  await client
    .configuration({ action: 'unregister_webhook', body, repeatable: true }, nothing)
    .catch((error: unknown) => log.warn(`LiveChat webhook ${action} could not be removed: ${textOf(error)}`))
}

const isOurs = ({ webhookUrl }: InstallTools, { url, description }: Webhook) =>
  url === webhookUrl && (description ?? '').startsWith(MARK)

/** Tells which secret a webhook was made with, without giving it away. */
function descriptionOf({ config, webhookUrl }: InstallTools): string {
  const print = createHash('sha256').update(`${webhookUrl}\n${config.webhookSecret}`).digest('hex').slice(0, 8)
  return `${MARK} (key ${print})`
}

/** Webhooks of an app can be switched off as a whole. */
async function ensureEnabled({ client, config }: InstallTools): Promise<readonly string[]> {
  const body = { owner_client_id: config.clientId }
  try {
    const call = { action: 'get_license_webhooks_state', body, repeatable: true }
    const { license_webhooks_enabled: enabled } = await client.configuration(call, licenseWebhooks)
    if (enabled) return []
    await client.configuration({ action: 'enable_license_webhooks', body, repeatable: true }, nothing)
    return []
  } catch (error) {
    if (!(error instanceof ProviderHttpError) || error.type !== 'authorization') throw error
    return []
  }
}

const byHand = ({ webhookUrl }: InstallTools, actions: readonly string[]) =>
  `The agent token may not register webhooks. Create them by hand in the LiveChat Developer Console (Chat Webhooks): ` +
  `${actions.join(', ')}, each with the address ${webhookUrl} and the webhook secret of the settings; or give the ` +
  `token the scope webhooks.configuration:rw and save the settings again.`

const textOf = (error: unknown) => (error instanceof HitlError ? error.message : 'unexpected answer.')
