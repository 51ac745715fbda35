import type { ProviderLimits } from '@hitl/core'

export const limits: ProviderLimits = {
  // No limit is documented; others keep to this one.
  text: { max: 10_000, unit: 'characters' },
  media: ['image', 'audio', 'video', 'file'],
  // As much as the channel announces; the upper bound is not documented.
  uploadBytes: 10_000_000,
  // HubSpot waits 5 s: developers.hubspot.com/docs/api-reference/error-handling
  webhookMs: 4_500,
}
