import { HitlError, type Log, prove, ProviderHttpError, type TokenSource } from '@hitl/core'
import type { LiveChatClient } from './client'
import type { LiveChatConfig } from './config'
import { checksOf } from './prove-settings'
import { licenseWebhooks } from './schemas'
import { nothing } from './session-calls'
import { ACTIONS, ensureWebhooks, listWebhooks, removeWebhooks } from './webhook-registration'

export type InstallTools = {
  client: LiveChatClient
  config: LiveChatConfig
  /** Customer used for checks only, kept so that checks do not make a new one each time. */
  probe: TokenSource
  webhookUrl: string
  log: Log
}

/** Proves every setting, then sees to the webhooks. Returns what is left to do by hand. */
export async function install(tools: InstallTools): Promise<readonly string[]> {
  await prove(checksOf(tools))
  const existing = await listWebhooks(tools)
  if (!existing) return [byHand(tools, ACTIONS)]
  const { refused, overLimit } = await ensureWebhooks(tools, existing)
  return [
    ...(refused.length > 0 ? [byHand(tools, refused)] : []),
    ...(overLimit.length > 0 ? [limitReached(overLimit)] : []),
    ...(await ensureEnabled(tools)),
  ]
}

/** Removes the webhooks `install` made; those made by hand stay. Never fails: the integration goes away anyway. */
export async function uninstall(tools: InstallTools): Promise<void> {
  try {
    await removeWebhooks(tools)
  } catch (error) {
    const why = error instanceof HitlError ? error.message : 'unexpected answer.'
    tools.log.warn(`LiveChat webhooks could not be removed: ${why} Remove them in the Developer Console.`)
  }
}

/** Webhooks of an app can be switched off as a whole. A token that may not see that is given the benefit of the doubt. */
async function ensureEnabled({ client, config }: InstallTools): Promise<readonly string[]> {
  const call = (action: string) => ({ action, body: { owner_client_id: config.clientId }, repeatable: true })
  const unlessForbidden = async <T>(calling: Promise<T>): Promise<T | 'forbidden'> => {
    try {
      return await calling
    } catch (error) {
      if (error instanceof ProviderHttpError && error.type === 'authorization') return 'forbidden'
      throw error
    }
  }
  const state = await unlessForbidden(client.configuration(call('get_license_webhooks_state'), licenseWebhooks))
  if (state === 'forbidden' || state.license_webhooks_enabled) return []
  const enabled = await unlessForbidden(client.configuration(call('enable_license_webhooks'), nothing))
  return enabled === 'forbidden' ? [SWITCHED_OFF] : []
}

const SWITCHED_OFF =
  'The webhooks of your LiveChat app are switched off: no answer of an agent can arrive. Give the agent token the ' +
  'scope webhooks.state:rw and save again, or install the app anew.'

const byHand = ({ webhookUrl }: InstallTools, actions: readonly string[]) =>
  `The agent token may not register webhooks. Create them by hand in the LiveChat Developer Console (Chat Webhooks): ` +
  `${actions.join(', ')}, each with the address ${webhookUrl} and the webhook secret of the settings; or give the ` +
  `token the scope webhooks.configuration:rw and save again.`

const limitReached = (actions: readonly string[]) =>
  `LiveChat allows three webhooks per action and app, and your app has them already: ${actions.join(', ')}. ` +
  `Remove one, or use another app, and save again.`
