import type { AbandonedStart, Log } from '@hitl/core'
import type { SalesIqClient } from './client'
import { closeEarlier } from './close-thread'
import { listOpenSince } from './open-thread'
import type { ZohoSalesIqThread } from './thread'

/** No start lasts longer, in ms. */
const START_LASTS_MS = 60_000

/** The chats of this visitor that were opened while the start was at work. */
export async function closeAbandoned(
  client: SalesIqClient,
  log: Log,
  { contact: { userId, email }, startedAt }: AbandonedStart<ZohoSalesIqThread>
): Promise<void> {
  const visitor = { user_id: userId, ...(email === undefined ? {} : { email }) }
  const listed = await listOpenSince(client, startedAt, visitor)
  for (const chat of listed) {
    if (chat.startedAt <= startedAt + START_LASTS_MS) await closeEarlier(client, log, chat)
  }
}
