import { ProviderHttpError } from '@hitl/core'
import { isMissing, MOVING, reasonOf } from './client'
import type { HubSpotConfig } from './config'
import { asText, itemsIn, page, type Subscription, subscription, webhookSettings } from './schemas'
import { change, current, type LookTools, type SetUpTools } from './set-up'

/** What we need to hear of threads. */
const EVENT = 'conversation.propertyChange'
const PROPERTIES = ['assignedTo', 'status'] as const

/** How many requests HubSpot may have under way at once; more than 5 is asked for. */
const THROTTLING = { maxConcurrentRequests: 10 }

const pathOf = ({ appId }: HubSpotConfig, rest: string) => `/webhooks/v3/${appId}/${rest}`

/**
 * Sees to it that HubSpot tells the bot about assignment and closing. An app has one address for that. Returns what is
 * left to do by hand, once. Source: developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide.
 */
export async function ensureAppWebhook(tools: SetUpTools): Promise<readonly string[]> {
  const before = await current(tools)
  const byHand = await register(tools).catch((error: unknown) => {
    const isRefused = error instanceof ProviderHttpError && (!error.retryable || error.status < 300)
    if (!isRefused || error.status === MOVING) throw error
    return `HubSpot does not let the developer API key do it (${error.message})`
  })
  if (before.told === byHand) return []
  await change(tools, { told: byHand })
  return byHand === undefined ? [] : [instructions(tools, byHand)]
}

/** Returns why it has to be done by hand. */
async function register(tools: SetUpTools): Promise<string | undefined> {
  const { client, config, webhookUrl } = tools
  const target = await readTarget(tools)
  if (target !== undefined && !isSame(target, webhookUrl))
    return 'The app sends its webhooks to another address already'
  if (target === undefined) {
    const json = { targetUrl: webhookUrl, throttling: THROTTLING }
    await client.tell({ method: 'PUT', path: pathOf(config, 'settings'), asApp: true, json, repeatable: true })
    await change(tools, { hasTarget: true })
  }
  return subscribe(tools, await readSubscriptions(tools))
}

export async function readSubscriptions({ client, config }: LookTools): Promise<readonly Subscription[]> {
  const call = { method: 'GET' as const, path: pathOf(config, 'subscriptions'), asApp: true, repeatable: true }
  return itemsIn(subscription, (await client.ask(call, page)).results)
}

/** Made by hand it may end with a slash. */
export const isSame = (target: string | undefined, webhookUrl: string) => target?.replace(/\/$/, '') === webhookUrl

export async function readTarget({ client, config }: LookTools): Promise<string | undefined> {
  try {
    const call = { method: 'GET' as const, path: pathOf(config, 'settings'), asApp: true, repeatable: true }
    return asText((await client.ask(call, webhookSettings)).targetUrl)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/**
 * Each that is made or switched on is noted at once: only those are switched off again. One of those that is paused was
 * paused by somebody. Returns why it has to be done by hand.
 */
async function subscribe(tools: SetUpTools, existing: readonly Subscription[]): Promise<string | undefined> {
  const { client, config } = tools
  const path = pathOf(config, 'subscriptions')
  const { subscriptions: ours = [] } = await current(tools)
  const paused: string[] = []
  for (const propertyName of PROPERTIES) {
    const found = existing.find((one) => isAbout(one, propertyName))
    if (found?.active === true) continue
    if (found && ours.includes(found.id)) paused.push(propertyName)
    else if (found) {
      const call = { method: 'PATCH' as const, path: `${path}/${found.id}`, asApp: true, repeatable: true }
      await client.tell({ ...call, json: { active: true } })
      await noteSubscription(tools, found.id)
    } else {
      const json = { eventType: EVENT, propertyName, active: true }
      const made = await client.ask({ method: 'POST', path, asApp: true, json, repeatable: false }, subscription)
      await noteSubscription(tools, made.id)
    }
  }
  return paused.length > 0 ? `The subscription to ${paused.join(' and ')} was paused in HubSpot` : undefined
}

const isAbout = ({ eventType, propertyName }: Subscription, property: string) =>
  eventType === EVENT && propertyName === property

/** What we need to hear of and do not. */
export const missingIn = (existing: readonly Subscription[]) =>
  PROPERTIES.filter((property) => !existing.some((one) => isAbout(one, property) && one.active === true))

async function noteSubscription(tools: SetUpTools, id: string): Promise<void> {
  const { subscriptions = [] } = await current(tools)
  await change(tools, { subscriptions: [...new Set([...subscriptions, id])] })
}

/** Takes back what `ensureAppWebhook` made, as far as HubSpot lets it. Never fails. */
export async function releaseAppWebhook(tools: SetUpTools): Promise<void> {
  const { client, config, log, webhookUrl } = tools
  const { hasTarget, subscriptions = [] } = await current(tools)
  const attempt = async (releasing: Promise<void>) => {
    try {
      await releasing
    } catch (error) {
      if (isMissing(error)) return
      log.warn(
        `The webhooks of the HubSpot app could not be taken back: ${reasonOf(error)} Remove them under Apps > Webhooks.`
      )
    }
  }
  for (const id of subscriptions) {
    const path = `${pathOf(config, 'subscriptions')}/${id}`
    await attempt(client.tell({ method: 'PATCH', path, asApp: true, json: { active: false }, repeatable: true }))
  }
  const release = async () => {
    if (!isSame(await readTarget(tools), webhookUrl)) return
    await client.tell({ method: 'DELETE', path: pathOf(config, 'settings'), asApp: true, repeatable: true })
  }
  if (hasTarget) await attempt(release())
}

const instructions = ({ webhookUrl }: SetUpTools, why: string) =>
  `The webhooks of the app have to be set up by hand: ${why}. In the HubSpot developer account open Apps > your app > ` +
  `Webhooks, set the target URL to ${webhookUrl}, and subscribe to Conversation > Property changed for "assignedTo" and ` +
  '"status"; activate both. Without them the bot does not learn who answers and when the conversation ends.'
