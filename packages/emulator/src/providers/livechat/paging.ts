import type { Chat, Thread } from './entities'
import { invalid } from './errors'
import { Fields, filledText, integer, oneOf } from './fields'
import { threadView, type Side } from './views'

type View = Record<string, unknown>

const encodePage = (offset: number): string => Buffer.from(`page:${offset}`).toString('base64url')

/** A `page_id` is opaque to clients; here it is where the page begins. The documented month of validity is not kept. */
const readPage = (fields: Fields): number => {
  const pageId = fields.optional('page_id', filledText)
  if (pageId === undefined) return 0
  const offset = /^page:(\d+)$/.exec(Buffer.from(pageId, 'base64url').toString())?.[1]
  if (offset === undefined) throw invalid("'page_id' is not valid")
  return Number(offset)
}

/** How many threads from `offset` on hold at least `minEvents` events together. */
const threadsHolding = (threads: readonly Thread[], offset: number, minEvents: number): number => {
  let events = 0
  let count = 0
  for (const thread of threads.slice(offset)) {
    if (events >= minEvents) break
    events += thread.events.length
    count += 1
  }
  return count
}

/** list_threads of both sides: `limit` (3, at most 100) or `min_events_count` (1 to 100), never both. Newest first [?]. */
export const listThreads = (fields: Fields, chat: Chat, side: Side): View => {
  const order = fields.optional('sort_order', oneOf('asc', 'desc')) ?? 'desc'
  const limit = fields.optional('limit', integer(1, 100))
  const minEvents = fields.optional('min_events_count', integer(1, 100))
  const offset = readPage(fields)
  fields.end()
  if (limit !== undefined && minEvents !== undefined) throw invalid("'limit' and 'min_events_count' exclude each other")
  const threads = order === 'asc' ? chat.threads : chat.threads.toReversed()
  const size = minEvents === undefined ? (limit ?? 3) : threadsHolding(threads, offset, minEvents)
  const next = offset + size
  return {
    threads: threads.slice(offset, next).map((thread) => threadView(chat, thread, side)),
    found_threads: threads.length,
    ...(next < threads.length ? { next_page_id: encodePage(next) } : {}),
    ...(offset > 0 ? { previous_page_id: encodePage(Math.max(0, offset - size)) } : {}),
  }
}
