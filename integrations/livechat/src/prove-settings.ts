import {
  type Check,
  ConfigurationError,
  type Findings,
  ProviderHttpError,
  ReauthorizationRequiredError,
} from '@hitl/core'
import { customerCredential } from './identity'
import type { InstallTools } from './installation'
import { asText, type GroupStatuses, groupStatuses } from './schemas'

const provider = 'LiveChat'

/**
 * Find out whether LiveChat knows app, organization and group, and whether the agent token can be one at all. They throw
 * a ConfigurationError naming the setting.
 */
export const checksOf = (tools: InstallTools): readonly Check[] => [
  { name: 'tokenForm', run: () => proveTokenForm(tools) },
  { name: 'identity', run: () => proveIdentity(tools) },
  { name: 'group', run: () => proveGroup(tools) },
]

async function proveTokenForm({ config }: InstallTools): Promise<undefined> {
  const decoded = Buffer.from(config.agentToken, 'base64').toString('utf8')
  if (/^[^:\s]+:\S+$/.test(decoded)) return
  throw wrong('agentToken', 'must be the Base64 text of "account ID:personal access token", without "Basic".')
}

async function proveIdentity({ probe, webhookUrl }: InstallTools): Promise<undefined> {
  try {
    await probe.get()
  } catch (error) {
    if (!(error instanceof ReauthorizationRequiredError) || error.reason === undefined) throw error
    const allow = `add ${webhookUrl} to the redirect addresses of the app's Authorization block.`
    if (error.reason === 'redirect') throw wrong('clientId', `names an app that has to allow our address: ${allow}`)
    if (error.reason === 'organization') {
      throw wrong('organizationId', 'is not an organization LiveChat knows for this app.')
    }
    // The code covers an unknown client ID as well as a redirect address that is not on the app's list.
    throw wrong('clientId', `was refused by LiveChat. Copy it again from your app. If it is right, ${allow}`)
  }
}

async function proveGroup({ client, config, probe }: InstallTools): Promise<Findings> {
  const call = { action: 'list_group_statuses', body: { group_ids: [config.groupId] }, repeatable: true }
  const { groups_status: statuses } = await client
    .customer(customerCredential(probe), call, groupStatuses)
    .catch((error: unknown): GroupStatuses => {
      if (error instanceof ProviderHttpError && error.type === 'group_not_found') return { groups_status: {} }
      throw error
    })
  const status = statuses[config.groupId]
  if (status !== undefined) return { status: asText(status) }
  throw wrong('groupId', `names group ${config.groupId}, which does not exist in LiveChat.`)
}

const wrong = (setting: string, problem: string) =>
  new ConfigurationError(setting, `The setting "${setting}" ${problem}`, { provider })
