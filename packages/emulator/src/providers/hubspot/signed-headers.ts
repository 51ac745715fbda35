import { signatureV1, signatureV3 } from './signing'

/**
 * Deliveries made wrong on purpose: without any signature, with a stranger's secret, over another body, with a timestamp
 * outside the five minutes, or with the v1 header alone.
 */
export type SignMode = false | 'wrong-secret' | 'tampered' | 'stale' | 'future' | 'v1-only'

/** Receivers refuse what is older than five minutes; one second more is the closest wrong one. */
const outOfWindowMs = 5 * 60 * 1000 + 1000

const shiftMs = { stale: -outOfWindowMs, future: outOfWindowMs }

export type ToSign = { clientSecret: string; url: string; body: string; now: number; mode?: SignMode | undefined }

/** Both kinds of webhooks carry v3, and v1 beside it. That channel webhooks do is seen in shipped code, not documented. */
export const signedHeaders = ({ clientSecret, url, body, now, mode }: ToSign): Record<string, string> => {
  if (mode === false) return {}
  const secret = mode === 'wrong-secret' ? `not-${clientSecret}` : clientSecret
  const signed = mode === 'tampered' ? `${body} ` : body
  const v1 = { 'x-hubspot-signature': signatureV1(secret, signed), 'x-hubspot-signature-version': 'v1' }
  if (mode === 'v1-only') return v1
  const timestamp = String(now + (mode === 'stale' || mode === 'future' ? shiftMs[mode] : 0))
  return {
    ...v1,
    'x-hubspot-signature-v3': signatureV3(secret, { method: 'POST', uri: url, body: signed, timestamp }),
    'x-hubspot-request-timestamp': timestamp,
  }
}
