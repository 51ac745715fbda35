import type { ProviderLimits } from '@hitl/core'

/** Source: platform.text.com/docs/messaging/customer-chat-api/data-structures and the LiveChat apps guide. */
export const limits: ProviderLimits = {
  // "16 KB", which leaves open whether that is 16,000 or 16,384.
  text: { max: 16_000, unit: 'bytes' },
  media: ['image', 'audio', 'video', 'file'],
  uploadBytes: 10_000_000,
  // LiveChat waits about 10 s.
  webhookMs: 8_000,
}
