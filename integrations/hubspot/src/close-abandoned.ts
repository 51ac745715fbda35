import type { AbandonedStart } from '@hitl/core'
import { closeThread } from './close-thread'
import type { HubSpotOptions } from './form'
import { inboxOf, type OpenTools, senderOf } from './open-thread'
import { publish } from './publish'
import type { HubSpotThread } from './thread'

const NOTICE = 'The bot has lost this conversation before it began. It is closed.'

/**
 * HubSpot lists no threads by our id, but a message with that id goes into the same thread, and the answer tells which one
 * that is. Where the start was killed before it opened anything, this makes a thread, which is closed at once.
 */
export async function closeAbandoned(
  tools: OpenTools,
  { sessionId, contact, asked: { options } }: AbandonedStart<HubSpotThread>
): Promise<void> {
  const chosen: HubSpotOptions = options && typeof options === 'object' ? options : {}
  const inboxId = inboxOf(tools, chosen)
  const target = { ...(await tools.placeFor(inboxId)), sessionId, inboxId, sender: senderOf(contact, chosen) }
  // A key of its own: what HubSpot answers to a repeated one is not documented.
  const message = { key: `${sessionId}-abandoned`, text: NOTICE }
  await closeThread(tools.client, await publish(tools.client, target, message))
}
