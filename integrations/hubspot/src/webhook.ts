import { type ProviderEvent, WebhookPayloadError, type WebhookRequest } from '@hitl/core'
import { readAppEvent } from './app-event'
import { readChannelEvent } from './channel-event'
import { appEvent, channelEvent } from './schemas'

/**
 * Both kinds come to the same address: messages of agents as one object to the channel, and what happens to threads as a
 * list of up to 100 to the app. Sources: the guides of the Custom Channels API and of webhooks.
 */
export function readWebhook({ rawBody }: WebhookRequest): ProviderEvent[] {
  const body = parseJson(rawBody)
  const events = (Array.isArray(body) ? body : [body]).map(readOne)
  const readable = events.filter((event) => event !== undefined)
  if (readable.length === 0 && events.length > 0) throw unreadable('It holds no event.')
  return readable.toSorted((a, b) => timeOf(a) - timeOf(b))
}

function readOne(item: unknown): ProviderEvent | undefined {
  const ofChannel = channelEvent.safeParse(item)
  if (ofChannel.success) return readChannelEvent(ofChannel.data)
  const ofApp = appEvent.safeParse(item)
  return ofApp.success ? readAppEvent(ofApp.data) : undefined
}

/** HubSpot delivers in any order. */
const timeOf = (event: ProviderEvent) => ('at' in event && event.at !== undefined ? event.at : 0)

function parseJson(rawBody: string): unknown {
  try {
    return JSON.parse(rawBody)
  } catch {
    throw unreadable('It is no JSON.')
  }
}

const unreadable = (why: string) =>
  new WebhookPayloadError(`The webhook cannot be read. ${why}`, { provider: 'HubSpot' })
