import { constantTimeEqual, isFresh, sign, type WebhookRequest, WebhookVerificationError } from '@hitl/core'
import type { HubSpotConfig } from './config'

const WINDOW_MS = 5 * 60_000

/**
 * Version 3 of HubSpot's signatures, for both kinds of webhooks. The older versions, which HubSpot sends along, protect
 * neither the address nor the time, and prove nothing here.
 * Source: developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests.
 */
export function verifyWebhook(
  { method, url, headers, rawBody }: WebhookRequest,
  { clientSecret }: HubSpotConfig,
  now: number
): void {
  const given = headers['x-hubspot-signature-v3'] ?? ''
  const timestamp = headers['x-hubspot-request-timestamp'] ?? ''
  if (!/^\d{1,15}$/.test(timestamp) || !isFresh(Number(timestamp), now, WINDOW_MS)) throw notProven()
  // An address registered by hand may end with a slash.
  const isGenuine = [url, `${url}/`].some((uri) =>
    constantTimeEqual(given, sign('sha256', clientSecret, `${method}${decodeUri(uri)}${rawBody}${timestamp}`, 'base64'))
  )
  if (!isGenuine) throw notProven()
}

const notProven = () =>
  new WebhookVerificationError('The webhook is not signed (version 3) with the client secret of the settings.', {
    provider: 'HubSpot',
  })

/** What HubSpot decodes before it signs; all else stays as it is. */
const DECODED: Readonly<Record<string, string>> = {
  '3A': ':',
  '2F': '/',
  '3F': '?',
  '40': '@',
  '21': '!',
  '24': '$',
  '27': "'",
  '28': '(',
  '29': ')',
  '2A': '*',
  '2C': ',',
  '3B': ';',
}

export const decodeUri = (uri: string): string =>
  uri.replace(/%([0-9a-f]{2})/gi, (escape, hex: string) => DECODED[hex.toUpperCase()] ?? escape)
