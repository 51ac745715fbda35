import { randomUUID } from 'node:crypto'
import * as z from 'zod/mini'
import { BoundedCache } from './bounded-cache'
import { event, state } from './botpress/names'
import type { BotpressPort, StateAddress } from './botpress/port'
import { claimState, readState, removeState } from './botpress/state'
import type { Invocation } from './invocation'
import type { Session } from './sessions'
import { ABANDONED_AFTER_MS, LAST_WORDS_MS, settleDelayMs } from './timing'

export type EndedBy = 'provider' | 'bot'

const closedSchema = z.object({ claim: z.string(), at: z.number(), by: z.string() })

export const closedAddress = (conversationId: string): StateAddress => ({
  type: 'conversation',
  id: conversationId,
  name: state.closed,
})

/** Sessions this instance has seen open; saves a call per message. */
const seenOpen = new BoundedCache<true>({ maxEntries: 2_000 })

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

export type EndClaim = { won: boolean; by: string; at: number; claim: string }

/** Ends the session in our books. Exactly one caller wins, on whatever instance. */
export async function claimEnd(
  client: BotpressPort,
  conversationId: string,
  by: EndedBy,
  reason?: string
): Promise<EndClaim> {
  seenOpen.delete(conversationId)
  const mine = { claim: randomUUID(), at: Date.now(), by, ...(reason === undefined ? {} : { reason }) }
  const current = await claimState(client, closedAddress(conversationId), mine, closedSchema)
  return { ...current, won: current.claim === mine.claim }
}

/**
 * Tells the bot once that the provider ended the session. A call that fails half-way leaves the claim free again, and
 * one that was killed half-way is finished by a later delivery. Returns what happened, for the log.
 */
export async function endByProvider<Thread>(
  { client }: Pick<Invocation<unknown, Thread, unknown>, 'client'>,
  session: Session<Thread>,
  reason?: string
): Promise<'ended' | 'already ended'> {
  const { conversationId } = session
  const claim = await claimEnd(client, conversationId, 'provider', reason)
  if (!claim.won && !(await isAbandoned(client, conversationId, claim))) return 'already ended'
  try {
    await client.createEvent({
      type: event.stopped,
      payload: { conversationId },
      conversationId,
      schedule: { delay: Math.max(LAST_WORDS_MS, settleDelayMs(session.openedAt, Date.now())) },
    })
  } catch (error) {
    await removeState(client, closedAddress(conversationId)).catch(() => undefined)
    throw error
  }
  return 'ended'
}

async function isAbandoned(client: BotpressPort, conversationId: string, claim: EndClaim): Promise<boolean> {
  if (claim.by !== 'provider' || Date.now() - claim.at < ABANDONED_AFTER_MS) return false
  return !(await wasAnnounced(client, conversationId, event.stopped))
}

/** Whether an event of this type was created for the conversation. Types may come back with the integration's alias. */
export async function wasAnnounced(
  client: BotpressPort,
  conversationId: string,
  type: string,
  userId?: string
): Promise<boolean> {
  const { events } = await client.listEvents({ conversationId })
  return events.some(
    (known) =>
      (known.type === type || known.type.endsWith(`:${type}`)) &&
      known.payload['conversationId'] === conversationId &&
      (userId === undefined || known.payload['userId'] === userId)
  )
}
