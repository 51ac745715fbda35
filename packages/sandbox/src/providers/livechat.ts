import { defaultSeed, livechat, type LiveChatEmulator } from '@hitl/emulator/livechat'
import definition from '../../../../integrations/livechat/integration.definition'
import { unwrapDefault } from '../declared'
import type { StageProvider } from '../stage'

export const WEBHOOK_SECRET = 'sandbox-webhook-secret'

const AGENT_TOKEN = Buffer.from(`${defaultSeed.pat.accountId}:${defaultSeed.pat.token}`).toString('base64')

/** What must not be printed although it is only the emulated account's. */
export const livechatSecrets: readonly string[] = [WEBHOOK_SECRET, AGENT_TOKEN, defaultSeed.pat.token]

export const livechatStage: StageProvider<LiveChatEmulator> = {
  folder: 'livechat',
  emulate: livechat,
  definition: unwrapDefault(definition),
  settings: () => ({
    clientId: defaultSeed.clientId,
    organizationId: defaultSeed.organizationId,
    webhookSecret: WEBHOOK_SECRET,
    agentToken: AGENT_TOKEN,
    groupId: 2,
  }),
}
