import type { ProviderLimits } from '@hitl/core'

export const limits: ProviderLimits = {
  // No limit is documented.
  text: { max: 4_000, unit: 'characters' },
  media: ['image', 'audio', 'video', 'file'],
  // zoho.com/salesiq/help/developer-section/send-message-visitor-conversation-v2.html
  uploadBytes: 50_000_000,
  // SalesIQ waits 5 s: zoho.com/salesiq/help/developer-section/failure-list-webhook-v2.html
  webhookMs: 4_500,
}
