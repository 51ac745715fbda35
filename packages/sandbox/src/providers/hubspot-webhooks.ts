import { defaultSeed, signatureV1, signatureV3 } from '@hitl/emulator/hubspot'
import { brokenSignatures, type RawWebhook, type WebhookHand, withHeaders } from '../webhook-hand'

const { clientSecret } = defaultSeed.app
const SIGNATURE = 'x-hubspot-signature-v3'
const TIMESTAMP = 'x-hubspot-request-timestamp'

/** The closest that is too old or too new: five minutes may pass. */
const OUT_OF_WINDOW_MS = 301_000

const signed = (webhook: RawWebhook, { secret = clientSecret, timestamp = String(Date.now()), of = webhook } = {}) => {
  const { method, url: uri, body } = of
  return withHeaders(webhook, {
    [SIGNATURE]: signatureV3(secret, { method, uri, body, timestamp }),
    [TIMESTAMP]: timestamp,
  })
}

const at = (timestamp: () => string) => (webhook: RawWebhook) => signed(webhook, { timestamp: timestamp() })

/** Stands for a signature: which forgeries there are does not depend on it. */
const SAMPLE = signatureV3('', { method: '', uri: '', body: '', timestamp: '' })

const broken = Object.keys(brokenSignatures(SAMPLE)).map((name) => {
  const forge = (webhook: RawWebhook) => {
    const proven = signed(webhook)
    return withHeaders(proven, { [SIGNATURE]: brokenSignatures(proven.headers[SIGNATURE] ?? '')[name] ?? '' })
  }
  return [`signature ${name}`, forge] as const
})

/** HubSpot signs method, address, body and time. */
export const hubspotWebhooks: WebhookHand = {
  names: ({ threadKey, conversationId }) => ({
    conversationsThreadId: threadKey,
    objectId: threadKey,
    portalId: String(defaultSeed.portalId),
    channelIntegrationThreadIds: conversationId,
  }),
  prove: (webhook) => signed(webhook),
  forgeries: {
    unsigned: (webhook) => webhook,
    ...Object.fromEntries(broken),
    'by a stranger': (webhook) => signed(webhook, { secret: `not-${clientSecret}` }),
    'of another body': (webhook) => signed(webhook, { of: { ...webhook, body: `${webhook.body} ` } }),
    'of another address': (webhook) => signed(webhook, { of: { ...webhook, url: `${webhook.url}-other` } }),
    'of another method': (webhook) => signed(webhook, { of: { ...webhook, method: 'PUT' } }),
    'too old': at(() => String(Date.now() - OUT_OF_WINDOW_MS)),
    'of the future': at(() => String(Date.now() + OUT_OF_WINDOW_MS)),
    'in seconds': at(() => String(Math.floor(Date.now() / 1000))),
    'at no time': at(() => 'NaN'),
    'at an empty time': at(() => ''),
    'at a fraction': at(() => `${Date.now()}.5`),
    'at a time in hexadecimal': at(() => `0x${Date.now().toString(16)}`),
    'at a time of many digits': at(() => '9'.repeat(400)),
    'at a negative time': at(() => `-${Date.now()}`),
    'by the first version': (webhook) =>
      withHeaders(webhook, {
        'x-hubspot-signature': signatureV1(clientSecret, webhook.body),
        'x-hubspot-signature-version': 'v1',
        [TIMESTAMP]: String(Date.now()),
      }),
  },
}
