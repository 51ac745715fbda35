import { ConfigurationError, ProviderHttpError, ReauthorizationRequiredError } from '@hitl/core'
import { customerCredential } from './identity'
import type { InstallTools } from './installation'
import { groupStatuses } from './schemas'

const provider = 'LiveChat'

/**
 * Finds out whether LiveChat knows app, organization and group, and whether the agent token can be one at all.
 * @throws ConfigurationError naming the setting
 */
export async function proveSettings(tools: InstallTools): Promise<void> {
  assertAgentTokenForm(tools.config)
  await proveIdentity(tools)
  await proveGroup(tools)
}

function assertAgentTokenForm({ agentToken }: InstallTools['config']): void {
  const decoded = Buffer.from(agentToken, 'base64').toString('utf8')
  if (/^[^:\s]+:\S+$/.test(decoded)) return
  throw wrong('agentToken', 'must be the Base64 text of "account ID:personal access token", without "Basic".')
}

async function proveIdentity({ probe, webhookUrl }: InstallTools): Promise<void> {
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
  throw wrong('groupId', `names group ${config.groupId}, which does not exist in LiveChat.`)
}

const wrong = (setting: string, problem: string) =>
  new ConfigurationError(setting, `The setting "${setting}" ${problem}`, { provider })
