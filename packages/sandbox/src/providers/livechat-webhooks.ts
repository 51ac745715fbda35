import { defaultSeed } from '@hitl/emulator/livechat'
import { type RawWebhook, type WebhookHand, withHeaders } from '../webhook-hand'
import { WEBHOOK_SECRET as secret } from './livechat'

/** LiveChat proves its webhooks by a secret inside the body. */
export const livechatWebhooks: WebhookHand = {
  names: ({ threadKey }) => {
    const [chatId = '', threadId = ''] = threadKey.split('/')
    return { chat_id: chatId, thread_id: threadId, organization_id: defaultSeed.organizationId }
  },
  prove: (webhook) => {
    const body = withSecret(webhook.body, JSON.stringify(secret))
    return body === undefined ? undefined : { ...webhook, body }
  },
  forgeries: {
    'with a recorded secret': (webhook) => webhook,
    'with an empty secret': otherwise('""'),
    'with the beginning of the secret': otherwise(JSON.stringify(secret.slice(0, -1))),
    'with more than the secret': otherwise(JSON.stringify(`${secret} `)),
    'with the secret in capitals': otherwise(JSON.stringify(secret.toUpperCase())),
    'with the secret in a list': otherwise(JSON.stringify([secret])),
    'with the secret in an object': otherwise(JSON.stringify({ secret_key: secret })),
    'with null': otherwise('null'),
    'with true': otherwise('true'),
    'with a number': otherwise('1e400'),
    'with a very long secret': otherwise(JSON.stringify(secret.repeat(10_000))),
    'with a lone surrogate': otherwise('"\\ud800"'),
    'with the right secret before a wrong one': (webhook) =>
      otherwise('"wrong"')({ ...webhook, body: withSecret(webhook.body, JSON.stringify(secret)) ?? webhook.body }),
    'with the secret in a header': (webhook) => withHeaders(webhook, { secret_key: secret, authorization: secret }),
    'with the secret in the address': (webhook) => ({ ...webhook, url: `${webhook.url}?secret_key=${secret}` }),
  },
}

function otherwise(json: string): (webhook: RawWebhook) => RawWebhook {
  return (webhook) => ({ ...webhook, body: withSecret(webhook.body, json) ?? webhook.body })
}

/** As the last field: of several with one name the last counts. Undefined when the body is no object. */
function withSecret(body: string, json: string): string | undefined {
  if (!isObject(body)) return undefined
  const open = body.trimEnd().slice(0, -1).trimEnd()
  return `${open}${open === '{' ? '' : ','}"secret_key":${json}}`
}

function isObject(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
