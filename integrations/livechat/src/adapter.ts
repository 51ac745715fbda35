import type { ProviderAdapter } from '@hitl/core'
import { connect } from './api'
import { settings, type LiveChatConfig } from './config'
import type { LiveChatOptions } from './form'
import { limits } from './limits'
import { type LiveChatThread, toThreadKey } from './thread'
import { readWebhook, verifyWebhook } from './webhook'

export const livechatAdapter: ProviderAdapter<LiveChatConfig, LiveChatThread, LiveChatOptions> = {
  name: 'LiveChat',
  limits,
  settings,
  auth: ({ agentToken }) => ({ kind: 'static', headers: { authorization: `Basic ${agentToken}` } }),
  threadKey: toThreadKey,
  verifyWebhook,
  readWebhook,
  connect,
}
