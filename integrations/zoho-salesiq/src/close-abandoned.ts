import type { AbandonedStart, Log } from '@hitl/core'
import type { SalesIqClient } from './client'
import { closeThread } from './close-thread'
import type { ZohoSalesIqConfig } from './config'
import type { ZohoSalesIqOptions } from './form'
import { listOpenSince, questionOf } from './open-thread'
import type { ZohoSalesIqThread } from './thread'

/** No start lasts longer, in ms. */
const START_LASTS_MS = 60_000

type Tools = { client: SalesIqClient; config: ZohoSalesIqConfig; log: Log }

/**
 * The chat of this visitor that was opened while the start was at work. Where lists do not show our id of the visitor, it
 * has to be the only one with this address, this question and this brand: another one may be somebody else's live chat.
 */
export async function closeAbandoned(
  { client, config, log }: Tools,
  { contact: { userId, email }, startedAt, earlier, asked }: AbandonedStart<ZohoSalesIqThread>
): Promise<void> {
  const options: ZohoSalesIqOptions = asked.options && typeof asked.options === 'object' ? asked.options : {}
  const visitor = { user_id: userId, ...(email === undefined ? {} : { email }) }
  const listed = await listOpenSince(client, startedAt, visitor, {
    app_id: options.appId || config.appId,
    to_time: String(startedAt + START_LASTS_MS),
  })
  const bound = new Set(earlier.map(({ id }) => id))
  const [only, ...others] = listed.filter(
    ({ id, known, question }) => !bound.has(id) && (known === 'by id' || question === questionOf(asked))
  )
  if (only && others.length === 0) await closeThread(client, log, only)
}
