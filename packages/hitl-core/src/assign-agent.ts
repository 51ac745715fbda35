import { randomUUID } from 'node:crypto'
import * as z from 'zod/mini'
import type { Agent, AgentProfile } from './adapter'
import { agentTag, agentUserId, withProfile } from './agents'
import { conversationTag, event, state } from './botpress/names'
import type { StateAddress } from './botpress/port'
import { claimState, readState, removeState } from './botpress/state'
import { type Announcement, announce, claimStep, isAnnouncedByOther, letThrough, releaseStep } from './claims'
import type { Invocation } from './invocation'
import type { FoundSession, Session } from './sessions'
import { settleDelayMs } from './timing'

const assignedSchema = z.object({
  claim: z.string(),
  /** When it was claimed, by our clock. */
  at: z.number(),
  /** When it happened, by the provider's clock. */
  eventAt: z.optional(z.number()),
  agentId: z.string(),
  userId: z.string(),
})
type Assigned = z.infer<typeof assignedSchema>

export type AssignOutcome = 'assigned' | 'already assigned' | 'outdated'

type AnyInvocation<Thread> = Invocation<unknown, Thread, unknown>
type Assignment<Thread> = {
  invocation: AnyInvocation<Thread>
  found: FoundSession<Thread>
  agent: AgentProfile
  mine: Assigned
}

/** Providers tell of one change in several webhooks within this time, in ms. */
const SAME_CHANGE_MS = 2_000

/** After this long, what was read before has to be read again, in ms. */
const STALE_MS = 1_000

/**
 * Tells the bot who answers now, once per real change. The first agent is one atomic claim. A change of agent is
 * checked against the provider (or its time stamps), since a late copy of an old assignment looks just like a change.
 * @param eventAt the provider's time of the event in epoch ms, when it gives one
 */
export async function assignAgent<Thread>(
  invocation: AnyInvocation<Thread>,
  found: FoundSession<Thread>,
  named: Agent,
  eventAt?: number
): Promise<AssignOutcome> {
  const agent = await withProfile(invocation, found.session, named)
  const userId = await agentUserId(invocation, agent)
  const mine: Assigned = {
    claim: randomUUID(),
    at: Date.now(),
    ...(eventAt === undefined ? {} : { eventAt }),
    agentId: agent.id,
    userId,
  }
  const assignment = { invocation, found, agent, mine }
  const address = assignedAddress(found.session)
  const current = await claimState(invocation.client, address, mine, assignedSchema)
  if (current.claim !== mine.claim) return follow(assignment, current)
  await tell(assignment, mine, () => removeState(invocation.client, address))
  return 'assigned'
}

/** Somebody was assigned before: the same agent, an earlier one, or (when this event is late) a later one. */
async function follow<Thread>(assignment: Assignment<Thread>, current: Assigned): Promise<AssignOutcome> {
  const { invocation, found, agent, mine } = assignment
  const { eventAt } = mine
  const isOutdated = eventAt !== undefined && current.eventAt !== undefined && eventAt <= current.eventAt
  if (current.agentId === agent.id) {
    const isLater = eventAt !== undefined && eventAt - (current.eventAt ?? 0) > SAME_CHANGE_MS
    if (isLater) await moveTime(assignment, { ...current, eventAt })
    return repeat(assignment, current)
  }
  if (isOutdated) return 'outdated'
  if (eventAt === undefined && !(await isStillThere(assignment))) return 'outdated'

  const latest = Date.now() - mine.at > STALE_MS ? await readAssigned(assignment) : current
  if (latest && latest.claim !== current.claim) return follow(assignment, latest)
  // Agents are heard in order, and an agent whose announcement fails can be forgotten without losing the next one.
  await letThrough(invocation.client, announcementOf(found.session, current))
  await claimStep(invocation.client, found.session.conversationId)
  await store(assignment, mine)
  await tell(assignment, mine, async () => {
    await store(assignment, current)
    await releaseStep(invocation.client, found.session.conversationId)
  })
  return 'assigned'
}

/** The same agent at a later time: keeps an event from in between from counting as news. */
async function moveTime<Thread>(assignment: Assignment<Thread>, current: Assigned): Promise<void> {
  const { invocation, found } = assignment
  const { conversationId } = found.session
  await claimStep(invocation.client, conversationId)
  await store(assignment, current)
  await releaseStep(invocation.client, conversationId)
}

/** The same agent again: a repetition, unless the call that claimed it was killed before it told the bot. */
async function repeat<Thread>(assignment: Assignment<Thread>, current: Assigned): Promise<AssignOutcome> {
  const { client } = assignment.invocation
  const { session } = assignment.found
  if (await isAnnouncedByOther(client, announcementOf(session, current))) return 'already assigned'
  await tell(assignment, current, () => releaseStep(client, session.conversationId))
  return 'assigned'
}

async function tell<Thread>(
  { invocation, found, agent }: Assignment<Thread>,
  assigned: Assigned,
  undo: () => Promise<unknown>
): Promise<void> {
  const { client, log } = invocation
  const { session, warm } = found
  const announcement = announcementOf(session, assigned)
  await announce(client, announcement, async () => {
    // Somebody may have gone on from here meanwhile.
    const latest = await readState(client, assignedAddress(session), assignedSchema)
    if (latest?.claim === assigned.claim) await undo()
  })
  // What the agent says comes after it.
  if (announcement.delayMs > 0) session.lastDueAt = Date.now() + announcement.delayMs
  if (!agent.name) return
  session.agentId = agent.id
  // The note saves other instances a look-up of the profile. A cold call has spent its calls already.
  if (!warm) return
  await client
    .updateConversation({ id: session.conversationId, tags: { [conversationTag.agentId]: agentTag(agent.id) } })
    .catch(() => log.warn(`The agent could not be noted (${session.threadKey}).`))
}

const announcementOf = <Thread>(session: Session<Thread>, { userId, at }: Assigned): Announcement => ({
  type: event.assigned,
  conversationId: session.conversationId,
  userId,
  claimedAt: at,
  delayMs: settleDelayMs(session.openedAt, Date.now()),
})

async function isStillThere<Thread>({ invocation, found, agent }: Assignment<Thread>): Promise<boolean> {
  if (agent.inThread !== undefined) return agent.inThread
  const { thread } = found.session
  const api = invocation.connect()
  return api.isAgentInThread ? api.isAgentInThread(agent.id, thread) : true
}

const assignedAddress = <Thread>({ conversationId }: Session<Thread>): StateAddress => ({
  type: 'conversation',
  id: conversationId,
  name: state.assigned,
})

const readAssigned = <Thread>({ invocation, found }: Assignment<Thread>) =>
  readState(invocation.client, assignedAddress(found.session), assignedSchema)

const store = <Thread>({ invocation, found }: Assignment<Thread>, assigned: Assigned) =>
  invocation.client.setState({ ...assignedAddress(found.session), payload: { ...assigned } })
