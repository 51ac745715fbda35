import { randomUUID } from 'node:crypto'
import * as z from 'zod/mini'
import { BoundedCache } from './bounded-cache'
import { conversationTag, event, state } from './botpress/names'
import type { BotpressPort, StateAddress } from './botpress/port'
import { claimState, readState, removeState } from './botpress/state'
import { type Announcement, announce, isAnnouncedByOther } from './claims'
import { sleep } from './http/deadline'
import type { Invocation } from './invocation'
import type { Session } from './sessions'
import { LAST_WORDS_MS, QUIET_AFTER_MS, settleDelayMs, STOP_LASTS_MS } from './timing'

export type EndedBy = 'provider' | 'bot'

const closedSchema = z.object({
  claim: z.string(),
  at: z.number(),
  by: z.string(),
  /** For the bot's end: whether closing succeeded. Absent while it is at work. */
  done: z.optional(z.boolean()),
})
type Closed = z.infer<typeof closedSchema>

export const closedAddress = (conversationId: string): StateAddress => ({
  type: 'conversation',
  id: conversationId,
  name: state.closed,
})

/** Sessions this instance has seen open; saves a call per message. */
const seenOpen = new BoundedCache<true>({ maxEntries: 20_000 })

export function rememberOpen(conversationId: string): void {
  seenOpen.set(conversationId, true)
}

/** Like `isClosed`, but a session this instance has seen open and not closed since is taken to be open. */
export async function isKnownClosed(client: BotpressPort, conversationId: string): Promise<boolean> {
  if (seenOpen.get(conversationId)) return false
  const closed = await isClosed(client, conversationId)
  if (!closed) rememberOpen(conversationId)
  return closed
}

export async function isClosed(client: BotpressPort, conversationId: string): Promise<boolean> {
  return (await readState(client, closedAddress(conversationId), closedSchema)) !== undefined
}

/** Whether it has ended and nothing of it is under way any more; waits for the rest of the time that takes. */
export async function isOver(client: BotpressPort, conversationId: string): Promise<boolean> {
  const closed = await readState(client, closedAddress(conversationId), closedSchema)
  if (!closed) return false
  // While the bot's own stop is closing the thread, its repeated calls may still hit what comes after it.
  if (closed.by === 'bot') return closed.done !== undefined || Date.now() - closed.at >= STOP_LASTS_MS
  await sleep(Math.max(0, closed.at + QUIET_AFTER_MS - Date.now()))
  return true
}

/** Whether the provider has closed the thread, of its own accord or because the bot's stop succeeded. */
export async function isThreadClosed(client: BotpressPort, conversationId: string): Promise<boolean> {
  const closed = await readState(client, closedAddress(conversationId), closedSchema)
  return closed !== undefined && (closed.by === 'provider' || closed.done === true)
}

type EndClaim = Closed & { won: boolean }

/** Ends the session in our books. Exactly one caller wins, on whatever instance. */
async function claimEnd(client: BotpressPort, conversationId: string, by: EndedBy, reason?: string): Promise<EndClaim> {
  const mine = { claim: randomUUID(), at: Date.now(), by, ...(reason === undefined ? {} : { reason }) }
  const current = await claimState(client, closedAddress(conversationId), mine, closedSchema)
  seenOpen.delete(conversationId) // a message that was on its way may have noted it again
  return { ...current, won: current.claim === mine.claim }
}

type AnyInvocation<Thread> = Pick<Invocation<unknown, Thread, unknown>, 'client' | 'adapter'>

/**
 * Tells the bot once that the provider ended the session. A call that fails half-way leaves the claim free again, and
 * one that was killed half-way is finished by a later delivery. Returns what happened, for the log.
 */
export async function endByProvider<Thread>(
  { client, adapter }: AnyInvocation<Thread>,
  session: Session<Thread>,
  reason?: string
): Promise<'ended' | 'already ended'> {
  const { conversationId } = session
  const claim = await claimEnd(client, conversationId, 'provider', reason)
  const announcement: Announcement = {
    type: event.stopped,
    conversationId,
    claimedAt: claim.at,
    delayMs: settleDelayMs(session.openedAt, Date.now()) + LAST_WORDS_MS,
  }
  if (!claim.won) {
    if (claim.by !== 'provider' || (await isAnnouncedByOther(client, announcement))) return 'already ended'
  }
  // Noted beforehand, so that a bot that hears of the end can read why: the interface has no room for it.
  if (reason === 'missed') {
    const tags = { [conversationTag.closeReason]: reason }
    await client.updateConversation({ id: conversationId, tags }).catch(() => undefined)
  }
  const toldAt = Date.now() + announcement.delayMs
  await announce(client, announcement, async () => {
    if (claim.won) await removeState(client, closedAddress(conversationId))
  })
  await adapter.sessions?.ended(client, conversationId, toldAt)
  return 'ended'
}

/**
 * Ends the session because the bot says so, `close` being the provider's part. Nothing is left to do when the provider
 * ended it first, or an earlier call has closed the thread: the contact may be in another session by now, which is not
 * ours to end. A close that failed is made up for by the next call.
 */
export async function endByBot<Thread>(
  { client, adapter }: AnyInvocation<Thread>,
  conversationId: string,
  close: () => Promise<void | 'still open'>
): Promise<void> {
  const { won, done, ...claim } = await claimEnd(client, conversationId, 'bot')
  if (!won && (claim.by === 'provider' || done)) return
  const note = (success: boolean) =>
    client.setState({ ...closedAddress(conversationId), payload: { ...claim, done: success } })
  // The bot has gone on, whether the thread can be closed or not.
  const closing = close().finally(() => adapter.sessions?.ended(client, conversationId))
  const outcome = await closing.catch(async (error: unknown) => {
    await note(false).catch(() => undefined)
    throw error
  })
  await note(outcome === undefined)
}
