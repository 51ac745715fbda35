import type { AbandonedStart } from '@hitl/core'
import { closeThread } from './close-thread'
import { identify } from './identity'
import { openingKey, type OpenTools } from './open-thread'
import { publish } from './publish'
import type { HubSpotThread } from './thread'

const NOTICE = 'The bot has lost this conversation before it began. It is closed.'

/**
 * HubSpot lists no threads by our id, but a message with that id goes into the same thread and tells which one that is;
 * with the key of the opening it is not even shown. Where the start was killed before it opened anything, this makes a
 * thread, which is closed at once.
 */
export async function closeAbandoned(
  { client, placeFor, helpDeskId: inboxId }: OpenTools,
  { sessionId, contact }: AbandonedStart<HubSpotThread>
): Promise<void> {
  const { deliveryIdentifier } = identify(contact, undefined)
  const target = { ...(await placeFor(inboxId)), sessionId, inboxId, sender: { deliveryIdentifier } }
  await closeThread(client, await publish(client, target, { key: openingKey(sessionId), text: NOTICE }))
}
