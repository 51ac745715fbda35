import { randomUUID } from 'node:crypto'
import * as z from 'zod/mini'
import type { Agent } from './adapter'
import { agentUserId, withProfile } from './agents'
import { conversationTag, event, state } from './botpress/names'
import type { StateAddress } from './botpress/port'
import { claimState, removeState } from './botpress/state'
import { wasAnnounced } from './end-session'
import { HitlError } from './errors'
import type { Invocation } from './invocation'
import type { FoundSession, Session } from './sessions'
import { ABANDONED_AFTER_MS, HANDOVER_MS, settleDelayMs } from './timing'

const assignedSchema = z.object({
  claim: z.string(),
  at: z.number(),
  agentId: z.string(),
  userId: z.string(),
})
type Assigned = z.infer<typeof assignedSchema>

const handoverSchema = z.object({ claim: z.string(), from: z.string(), agentId: z.string() })

/** Another hand-over of the same session is being settled; the provider should deliver this one again. */
export class HandoverBusyError extends HitlError {
  readonly code = 'session_not_found'
}

export type AssignOutcome = 'assigned' | 'already assigned' | 'outdated'

type AnyInvocation<Thread> = Invocation<unknown, Thread, unknown>

/**
 * Tells the bot who answers now, once per real change. The first agent is one atomic claim. A change of agent is
 * checked against the provider (or its time stamps), since a late copy of an old assignment looks just like a change.
 * @param at the provider's time of the event in epoch ms, when it gives one
 */
export async function assignAgent<Thread>(
  invocation: AnyInvocation<Thread>,
  found: FoundSession<Thread>,
  agent: Agent,
  at?: number
): Promise<AssignOutcome> {
  const { session } = found
  const profiled = await withProfile(invocation, session, agent)
  const userId = await agentUserId(invocation, profiled)
  const mine: Assigned = { claim: randomUUID(), at: at ?? Date.now(), agentId: agent.id, userId }
  const current = await claimState(invocation.client, assignedAddress(session), mine, assignedSchema)

  if (current.claim === mine.claim) {
    await announce(invocation, found, mine, () => removeState(invocation.client, assignedAddress(session)))
    return 'assigned'
  }
  if (current.agentId === agent.id) return finishAbandoned(invocation, found, current)
  if (at === undefined ? !(await isStillThere(invocation, session, agent)) : at <= current.at) return 'outdated'
  return handOver(invocation, found, current, mine)
}

async function handOver<Thread>(
  invocation: AnyInvocation<Thread>,
  found: FoundSession<Thread>,
  from: Assigned,
  to: Assigned
): Promise<AssignOutcome> {
  const { client } = invocation
  const { session } = found
  const step = { claim: to.claim, from: from.claim, agentId: to.agentId }
  const winner = await claimState(client, handoverAddress(session), step, handoverSchema, HANDOVER_MS)
  if (winner.claim !== step.claim) {
    if (winner.from === step.from && winner.agentId === step.agentId) return 'already assigned'
    throw new HandoverBusyError('Another change of agent is being told to the bot.', { retryable: true })
  }
  await client.setState({ ...assignedAddress(session), payload: { ...to } })
  await announce(invocation, found, to, async () => {
    await client.setState({ ...assignedAddress(session), payload: { ...from } })
    await removeState(client, handoverAddress(session))
  })
  return 'assigned'
}

/** The same agent again: a repetition, unless the call that claimed it was killed before it told the bot. */
async function finishAbandoned<Thread>(
  invocation: AnyInvocation<Thread>,
  found: FoundSession<Thread>,
  current: Assigned
): Promise<AssignOutcome> {
  const { conversationId } = found.session
  if (Date.now() - current.at < ABANDONED_AFTER_MS) return 'already assigned'
  if (await wasAnnounced(invocation.client, conversationId, event.assigned, current.userId)) return 'already assigned'
  await announce(invocation, found, current, async () => undefined)
  return 'assigned'
}

async function announce<Thread>(
  { client, log }: AnyInvocation<Thread>,
  { session, warm }: FoundSession<Thread>,
  { agentId, userId }: Assigned,
  undo: () => Promise<unknown>
): Promise<void> {
  const { conversationId } = session
  const delay = settleDelayMs(session.openedAt, Date.now())
  try {
    await client.createEvent({
      type: event.assigned,
      payload: { conversationId, userId },
      conversationId,
      ...(delay > 0 ? { schedule: { delay } } : {}),
    })
  } catch (error) {
    await undo().catch(() => undefined)
    throw error
  }
  session.agentId = agentId
  // The note saves other instances a look-up of the profile. A cold call has spent its calls already.
  if (!warm) return
  await client
    .updateConversation({ id: conversationId, tags: { [conversationTag.agentId]: agentId } })
    .catch(() => log.warn(`The agent could not be noted on the conversation (${session.threadKey}).`))
}

async function isStillThere<Thread>(invocation: AnyInvocation<Thread>, session: Session<Thread>, agent: Agent) {
  const api = invocation.connect(session.conversationId)
  return api.isAgentInThread ? api.isAgentInThread(agent.id, session.thread) : true
}

const address =
  (name: StateAddress['name']) =>
  <Thread>({ conversationId }: Session<Thread>): StateAddress => ({
    type: 'conversation',
    id: conversationId,
    name,
  })
const assignedAddress = address(state.assigned)
const handoverAddress = address(state.handover)
