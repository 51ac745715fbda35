import { createHash } from 'node:crypto'
import { ConfigurationError, HitlError, ProviderHttpError } from '@hitl/core'
import type * as z from 'zod/mini'
import { isExplained } from './client'
import type { InstallTools } from './installation'
import { asText, webhookList } from './schemas'
import { nothing } from './session-calls'

type Webhook = z.infer<typeof webhookList>[number]

/** `filters` as the Configuration API takes them; `only_my_chats` leaves out chats that another app started. */
const WEBHOOKS = [
  { action: 'incoming_event', filters: { author_type: 'agent', only_my_chats: true } },
  { action: 'chat_deactivated', filters: { only_my_chats: true } },
  { action: 'chat_transferred', filters: { only_my_chats: true } },
  { action: 'user_added_to_chat', filters: { only_my_chats: true } },
] as const

export const ACTIONS = WEBHOOKS.map(({ action }) => action)

const MARK = 'Botpress HITL'
const provider = 'LiveChat'

type LookTools = Pick<InstallTools, 'client' | 'config' | 'webhookUrl'>

/** Undefined when the agent token may not see webhooks. */
export async function listWebhooks({ client, config }: LookTools): Promise<readonly Webhook[] | undefined> {
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
    if (error.retryable || !error.type || isExplained(error.type)) throw error
    const message = 'The app of the setting "clientId" does not belong to the organization of the setting "agentToken".'
    throw new ConfigurationError('clientId', message, { provider, cause: error })
  }
}

/** LiveChat can neither show nor change a webhook's secret: one made with another secret is stale, and made anew. */
export const planOf = (tools: LookTools, existing: readonly Webhook[]) =>
  WEBHOOKS.map(({ action, filters }) => {
    const here = existing.filter((webhook) => webhook.action === action && webhook.url === tools.webhookUrl)
    const usable = here.find((webhook) => !isOurs(tools, webhook) || webhook.description === descriptionOf(tools))
    return { action, filters, usable, stale: here.filter((webhook) => webhook !== usable && isOurs(tools, webhook)) }
  })

export type Missing = { refused: string[]; overLimit: string[] }

/** Makes what is missing, and tells what could not be made. */
export async function ensureWebhooks(tools: InstallTools, existing: readonly Webhook[]): Promise<Missing> {
  const missing: Missing = { refused: [], overLimit: [] }
  for (const { action, filters, usable, stale } of planOf(tools, existing)) {
    for (const webhook of stale) await unregister(tools, webhook)
    const outcome = usable ? 'registered' : await register(tools, action, filters)
    if (outcome !== 'registered') missing[outcome].push(action)
  }
  return missing
}

/** Removes the webhooks that were made here. */
export async function removeWebhooks(tools: InstallTools): Promise<void> {
  const existing = (await listWebhooks(tools)) ?? []
  for (const webhook of existing) if (isOurs(tools, webhook)) await unregister(tools, webhook)
}

async function register(tools: InstallTools, action: string, filters: object): Promise<'registered' | keyof Missing> {
  const { client, config, webhookUrl, log } = tools
  const body = {
    action,
    filters,
    secret_key: config.webhookSecret,
    url: webhookUrl,
    description: descriptionOf(tools),
    owner_client_id: config.clientId,
    type: 'license',
  }
  try {
    await client.configuration({ action: 'register_webhook', body, repeatable: false }, nothing)
    return 'registered'
  } catch (error) {
    if (!(error instanceof ProviderHttpError) || error.retryable) throw error
    log.warn(`LiveChat webhook ${action} could not be registered: ${error.message}`)
    return error.type === 'limit_reached' ? 'overLimit' : 'refused'
  }
}

async function unregister({ client, config, log }: InstallTools, { id, action }: Webhook): Promise<void> {
  const body = { id, owner_client_id: config.clientId }
  await client
    .configuration({ action: 'unregister_webhook', body, repeatable: true }, nothing)
    .catch((error: unknown) => {
      const why = error instanceof HitlError ? error.message : 'unexpected answer.'
      log.warn(`LiveChat webhook ${action} could not be removed: ${why}`)
    })
}

const isOurs = ({ webhookUrl }: LookTools, { url, description }: Webhook) =>
  url === webhookUrl && (asText(description) ?? '').startsWith(MARK)

/** Tells which secret a webhook was made with, without giving it away. */
function descriptionOf({ config, webhookUrl }: LookTools): string {
  const print = createHash('sha256').update(`${webhookUrl}\n${config.webhookSecret}`).digest('hex').slice(0, 8)
  return `${MARK} (key ${print})`
}
