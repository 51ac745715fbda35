import { ConfigurationError, ProviderHttpError } from '@hitl/core'
import { customerCredential, IdentityRefusedError } from './identity'
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
  const message =
    'The setting "agentToken" must be the Base64 text of "account ID:personal access token", without "Basic".'
  throw new ConfigurationError('agentToken', message, { provider })
}

async function proveIdentity({ probe, webhookUrl }: InstallTools): Promise<void> {
  try {
    await probe.get()
  } catch (error) {
    if (!(error instanceof IdentityRefusedError)) throw error
    if (error.about === 'redirect') throw redirectError(webhookUrl)
    if (error.about === 'organization') {
      const message = 'The setting "organizationId" is not an organization LiveChat knows for this app.'
      throw new ConfigurationError('organizationId', message, { provider })
    }
    // The code covers an unknown client ID as well as a redirect address that is not on the app's list.
    const hint = `If it is right, add ${webhookUrl} to the redirect addresses of the app's Authorization block.`
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
    `Your LiveChat app (setting "clientId") does not allow the redirect address ${webhookUrl}. Add it in the app's Authorization block.`,
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
