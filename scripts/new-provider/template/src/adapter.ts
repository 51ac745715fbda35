import type { ProviderAdapter } from '@hitl/core'
import { type AcmeChatThread, connect } from './api'
import { type AcmeChatConfig, settings } from './config'
import type { AcmeChatOptions } from './form'
import { readWebhook, verifyWebhook } from './webhook'

export const acmeChatAdapter: ProviderAdapter<AcmeChatConfig, AcmeChatThread, AcmeChatOptions> = {
  name: 'Acme Chat',
  // TODO (step 6): the documented limits; media kinds that are left out reach the agent as a link.
  limits: {
    text: { max: 4_000, unit: 'characters' },
    media: ['image', 'audio', 'video', 'file'],
    uploadBytes: 0,
    webhookMs: 8_000,
  },
  settings,
  // TODO (step 6): how calls are authorised; `kind: 'token'` where the credential expires.
  auth: ({ apiKey }) => ({ kind: 'static', headers: { authorization: `Bearer ${apiKey}` } }),
  threadKey: ({ id }) => id,
  verifyWebhook,
  readWebhook,
  connect,
}
