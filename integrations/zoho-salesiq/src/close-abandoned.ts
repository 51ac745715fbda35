import type { AbandonedStart, Log } from '@hitl/core'
import type { SalesIqClient } from './client'
import { closeThread } from './close-thread'
import { listOpenSince } from './open-thread'
import type { ZohoSalesIqThread } from './thread'

/** No start lasts longer, in ms. */
const START_LASTS_MS = 60_000

/**
 * The chats of this visitor that were opened while the start was at work. Where lists do not show our id of the visitor
 * nothing is closed: an address may belong to somebody else's live chat.
 */
export async function closeAbandoned(
  client: SalesIqClient,
  log: Log,
  { contact: { userId, email }, startedAt, earlier }: AbandonedStart<ZohoSalesIqThread>
): Promise<void> {
  const visitor = { user_id: userId, ...(email === undefined ? {} : { email }) }
  const listed = await listOpenSince(client, startedAt, visitor, { to_time: String(startedAt + START_LASTS_MS) })
  const bound = new Set(earlier.map(({ id }) => id))
  for (const chat of listed) {
    if (chat.known === 'by id' && !bound.has(chat.id)) await closeThread(client, log, chat)
  }
}
