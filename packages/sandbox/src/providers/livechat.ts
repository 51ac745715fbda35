import { defaultSeed, livechat, type LiveChatEmulator } from '@hitl/emulator/livechat'
import definition from '../../../../integrations/livechat/integration.definition'
import type { StageProvider } from '../stage'

export const WEBHOOK_SECRET = 'sandbox-webhook-secret'

export const livechatStage: StageProvider<LiveChatEmulator> = {
  folder: 'livechat',
  emulate: livechat,
  definition,
  settings: () => ({
    clientId: defaultSeed.clientId,
    organizationId: defaultSeed.organizationId,
    webhookSecret: WEBHOOK_SECRET,
    agentToken: Buffer.from(`${defaultSeed.pat.accountId}:${defaultSeed.pat.token}`).toString('base64'),
    groupId: 2,
  }),
}
