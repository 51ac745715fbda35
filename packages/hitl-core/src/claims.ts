import { randomUUID } from 'node:crypto'
import * as z from 'zod/mini'
import { event, state } from './botpress/names'
import type { BotpressEvent, BotpressPort, StateAddress } from './botpress/port'
import { claimState, removeState } from './botpress/state'
import { BusyError } from './errors'
import { sleep } from './http/deadline'
import { ABANDONED_AFTER_MS, CLOCK_MARGIN_MS, STEP_MS } from './timing'

const stepSchema = z.object({ claim: z.string() })

const stepAddress = (conversationId: string): StateAddress => ({
  type: 'conversation',
  id: conversationId,
  name: state.step,
})

/**
 * The right to change the session, for a few seconds.
 * @throws BusyError while somebody else has it
 */
export async function claimStep(client: BotpressPort, conversationId: string): Promise<void> {
  const mine = { claim: randomUUID() }
  const winner = await claimState(client, stepAddress(conversationId), mine, stepSchema, STEP_MS)
  if (winner.claim !== mine.claim) throw busy()
}

const busy = () => new BusyError('The session is being changed by another event.', { retryable: true })

export const releaseStep = (client: BotpressPort, conversationId: string) =>
  removeState(client, stepAddress(conversationId))

export type Announcement = {
  type: (typeof event)[keyof typeof event]
  conversationId: string
  /** The agent's user, for an assignment. */
  userId?: string
  /** When the right to announce it was claimed, in epoch ms. */
  claimedAt: number
  /** Hold it back this long, in ms. */
  delayMs: number
}

/**
 * Creates the event. When that fails without a clear answer the platform is asked whether the event is there, so that
 * it is neither lost nor told twice. `undo` gives the claim back when it is not there for sure; in doubt the claim
 * stays, and a later delivery looks again. @throws the Botpress error unless it is there
 */
export async function announce(
  client: BotpressPort,
  announcement: Announcement,
  undo: () => Promise<unknown>
): Promise<void> {
  const { type, conversationId, userId, delayMs } = announcement
  try {
    await client.createEvent({
      type,
      payload: { conversationId, ...(userId === undefined ? {} : { userId }) },
      conversationId,
      ...(delayMs > 0 ? { schedule: { delay: delayMs } } : {}),
    })
  } catch (error) {
    const isThere = await wasAnnounced(client, announcement).catch(() => undefined)
    if (isThere) return
    if (isThere === false) await undo().catch(() => undefined)
    throw error
  }
}

/** More events than this in the seconds since a claim are no answer. */
const MAX_PAGES = 10

/** Whether the event was created since its claim. Types may come back with the integration's alias before them. */
export async function wasAnnounced(
  client: BotpressPort,
  { type, conversationId, userId, claimedAt }: Announcement
): Promise<boolean> {
  const since = claimedAt - CLOCK_MARGIN_MS
  for (let page = 0, token: string | undefined; page < MAX_PAGES; page += 1) {
    const { events, meta } = await client.listEvents({ conversationId, ...(token ? { nextToken: token } : {}) })
    const recent = events.filter(({ createdAt }) => Date.parse(createdAt) >= since)
    const isIt = (known: BotpressEvent) =>
      (known.type === type || known.type.endsWith(`:${type}`)) &&
      known.payload['conversationId'] === conversationId &&
      (userId === undefined || known.payload['userId'] === userId)
    if (recent.some(isIt)) return true
    // Newest first: behind an older event there is nothing of interest.
    if (!meta?.nextToken || recent.length < events.length) return false
    token = meta.nextToken
  }
  throw busy()
}

/** When somebody else holds the claim, the event is looked for this long before the delivery is put off, in ms. */
const LOOKS_MS = [0, 300, 900]

/**
 * Waits until the announcement of a claim that is held by somebody else is made, or its holder counts as killed.
 * @throws BusyError when it takes too long
 */
export async function letThrough(client: BotpressPort, announcement: Announcement): Promise<void> {
  for (const wait of LOOKS_MS) {
    if (wait > 0) await sleep(wait)
    if (Date.now() - announcement.claimedAt >= ABANDONED_AFTER_MS) return
    if (await wasAnnounced(client, announcement)) return
  }
  throw busy()
}

/**
 * Whether the holder of a claim has made its announcement. When it has not, it may be at work (then this delivery is
 * put off, since nobody knows whether it succeeds) or was killed (then the claim is taken over: false).
 * @throws BusyError when the delivery has to be repeated
 */
export async function isAnnouncedByOther(client: BotpressPort, announcement: Announcement): Promise<boolean> {
  for (const wait of LOOKS_MS) {
    if (wait > 0) await sleep(wait)
    if (await wasAnnounced(client, announcement)) return true
    if (Date.now() - announcement.claimedAt < ABANDONED_AFTER_MS) continue
    await claimStep(client, announcement.conversationId)
    return false
  }
  throw busy()
}
