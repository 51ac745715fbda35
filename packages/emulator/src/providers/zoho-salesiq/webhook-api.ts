import { pathId, readJson, readNothing, type Answer, type Call } from './call'
import type { Webhook } from './entities'
import { invalid, refuse } from './errors'
import { newKeyPair } from './signing'
import { webhookOf } from './state'
import { readWebhookChanges } from './webhook-reading'
import { addKey, addWebhook, webhookView } from './webhook-store'
import type { World } from './world'

const maxKeys = 2
const headTimeoutMs = 5_000

const answer = (world: World, webhook: Webhook): Answer => ({ object: 'webhook', data: webhookView(world, webhook) })

/** A new address must answer HEAD with exactly 200. */
const checkUrl = async ({ services }: World, url: string): Promise<void> => {
  const status = await services.probe('zoho-salesiq', url, headTimeoutMs)
  if (status === 200) return
  throw refuse('WEBHOOK_URL_REFUSED', `HEAD ${url} did not answer 200`, { json_key: 'url' })
}

export const postWebhook = async (call: Call): Promise<Answer> => {
  const { world } = call
  const { url, events, ...rest } = readWebhookChanges(world, await readJson(call))
  if (url === undefined) throw invalid("'url' is required", { json_key: 'url' })
  if (!events) throw invalid("'events' is required", { json_key: 'events' })
  await checkUrl(world, url)
  return answer(world, addWebhook(world, { url, events, ...rest }))
}

const webhookIn = (call: Call): Webhook => webhookOf(call.world.state, pathId(call))

export const listWebhooks = async ({ world }: Call): Promise<Answer> => ({
  object: 'list',
  data: [...world.state.webhooks.values()].map((webhook) => webhookView(world, webhook)),
})

export const getWebhook = async (call: Call): Promise<Answer> => answer(call.world, webhookIn(call))

/** https://www.zoho.com/salesiq/help/developer-section/update-webhook-v2.html: `type` is mandatory here too. */
export const putWebhook = async (call: Call): Promise<Answer> => {
  const { world } = call
  const webhook = webhookIn(call)
  const changes = readWebhookChanges(world, await readJson(call))
  if (changes.url !== undefined && changes.url !== webhook.url) await checkUrl(world, changes.url)
  Object.assign(webhook, changes, { changedAt: world.services.clock.now() })
  return answer(world, webhook)
}

/** What a deletion answers is not documented [?]. */
export const deleteWebhook = async (call: Call): Promise<Answer> => {
  const webhook = webhookIn(call)
  await readNothing(call)
  call.world.state.webhooks.delete(webhook.id)
  return { object: 'webhook', data: { id: webhook.id } }
}

/** https://www.zoho.com/salesiq/help/developer-section/generate-public-key-webhook-v2.html */
export const postKey = async (call: Call): Promise<Answer> => {
  const { world } = call
  const webhook = webhookIn(call)
  await readNothing(call)
  const pair = await newKeyPair()
  if (webhook.keys.length >= maxKeys) throw refuse('TOO_MANY_KEYS', 'A webhook has at most two public keys')
  addKey(world, webhook, pair.publicKey, pair.privateKey)
  return answer(world, webhook)
}

export const deleteKey = async (call: Call): Promise<Answer> => {
  const webhook = webhookIn(call)
  await readNothing(call)
  const keyId = pathId(call, 'key')
  if (!webhook.keys.some((key) => key.id === keyId)) throw refuse('NOT_FOUND', 'Public key not found')
  webhook.keys = webhook.keys.filter((key) => key.id !== keyId)
  return answer(call.world, webhook)
}
