import { generateKeyPairSync, sign } from 'node:crypto'
import { defaultSeed, type ZohoSalesIqEmulator } from '@hitl/emulator/zoho-salesiq'
import { brokenSignatures, type RawWebhook, type WebhookHand, withHeaders } from '../webhook-hand'

const SIGNATURE = 'x-siqsignature'

/** SalesIQ signs the body with the key of the webhook. */
export function zohoSalesIqWebhooks({ webhook: controls }: Pick<ZohoSalesIqEmulator, 'webhook'>): WebhookHand {
  const signature = (body: string) => controls.proof(body)[SIGNATURE] ?? ''
  const signed = (webhook: RawWebhook, body = webhook.body) => withHeaders(webhook, { [SIGNATURE]: signature(body) })
  // Signing takes longer than all else here, and a broken signature may be that of any body.
  let sample: string | undefined
  const broken = Object.keys(brokenSignatures('')).map((name) => {
    const forge = (webhook: RawWebhook) => {
      sample ??= signature('{}')
      return withHeaders(webhook, { [SIGNATURE]: brokenSignatures(sample)[name] ?? '' })
    }
    return [`signature ${name}`, forge] as const
  })
  return {
    names: ({ threadKey }) => ({ entity_id: threadKey, app_id: defaultSeed.brands[0]?.id ?? '' }),
    prove: (webhook) => signed(webhook),
    forgeries: {
      unsigned: (webhook) => webhook,
      ...Object.fromEntries(broken),
      'by a stranger': (webhook) => withHeaders(webhook, { [SIGNATURE]: strangersSignature(webhook.body) }),
      'of another body': (webhook) => signed(webhook, `${webhook.body} `),
      'twice in one header': (webhook) => {
        const { headers } = signed(webhook, '{}')
        return withHeaders(webhook, { [SIGNATURE]: `${headers[SIGNATURE]}, ${headers[SIGNATURE]}` })
      },
    },
  }
}

let strangersKey: string | undefined

function strangersSignature(body: string): string {
  strangersKey ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey
  return sign('RSA-SHA256', Buffer.from(body, 'utf8'), strangersKey).toString('base64')
}
