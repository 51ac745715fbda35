import type { AgentAssigned, AgentMessage, CloseReason, ProviderEvent } from './adapter'
import { agentUserId, agentUserInput, refreshAgentUser, withProfile } from './agents'
import { assignAgent } from './assign-agent'
import { MAX_TAG_LENGTH, messageTag } from './botpress/names'
import type { BotpressConversation, MessageTag, WrittenMessage } from './botpress/port'
import { endByProvider } from './end-session'
import { hash } from './hash'
import type { Invocation } from './invocation'
import { fitParts, toPayload } from './parts'
import { findSession, type FoundSession, type Session } from './sessions'
import { settleDelayMs } from './timing'

/** Botpress takes payloads of 128 KiB and no empty texts. Source: its limits, `message payload`. */
const BOTPRESS_LIMITS = {
  text: { max: 100_000, unit: 'bytes' },
  media: ['image', 'audio', 'video', 'file'],
} as const

/** Keeps the parts of a scheduled message in order although each call takes its own time, in ms. */
const PART_GAP_MS = 50

type AnyInvocation<Thread> = Invocation<unknown, Thread, unknown>

/** @throws WebhookVerificationError */
export type VerifyAgain = () => Promise<unknown>

/**
 * Takes one event over into Botpress, however often and in whatever order it arrives. Returns one line for the log.
 * A thread we did not open changes nothing.
 * @param verifyAgain given when `peekSession` has just found no session of the event's thread, so that the webhook was
 * verified without one
 */
export async function applyEvent<Thread>(
  invocation: AnyInvocation<Thread>,
  event: ProviderEvent,
  verifyAgain?: VerifyAgain
): Promise<string> {
  if (event.type === 'ignored') return `ignored: ${event.why}`
  const found = await findSession<Thread>(invocation, event.threadKey, verifyAgain !== undefined)
  if (!found) return `ignored: ${event.type} of a thread that no bot opened`
  await verifyAgain?.()
  const outcome = await applyToSession(invocation, found, event)
  return `${event.type}: ${outcome} (conversation ${found.session.conversationId}, thread ${event.threadKey})`
}

export type AppliedEvent = Exclude<ProviderEvent, { type: 'ignored' }>

/** Called with what Botpress says about the conversation a message was written to; throws when it must not stay so. */
export type Written = (conversation: BotpressConversation, message: WrittenMessage | undefined) => Promise<void>

export function applyToSession<Thread>(
  invocation: AnyInvocation<Thread>,
  found: FoundSession<Thread>,
  event: AppliedEvent,
  written?: Written
): Promise<string> {
  switch (event.type) {
    case 'agentAssigned':
      return assign(invocation, found, event)
    case 'agentMessage':
      return deliverMessage(invocation, found.session, event, written)
    case 'threadClosed':
      return end(invocation, found, event.reason)
    default:
      return event satisfies never
  }
}

async function end<Thread>(
  invocation: AnyInvocation<Thread>,
  { session }: FoundSession<Thread>,
  reason: CloseReason
): Promise<string> {
  const outcome = await endByProvider(invocation, session, reason)
  return reason === 'resolved' ? outcome : `${outcome}, ${reason}`
}

async function assign<Thread>(
  invocation: AnyInvocation<Thread>,
  found: FoundSession<Thread>,
  { agent, at }: AgentAssigned
): Promise<string> {
  const inCharge = agent ?? (await invocation.connect().agentInCharge?.(found.session.thread))
  return inCharge ? assignAgent(invocation, found, inCharge, at) : 'nobody is in charge'
}

async function deliverMessage<Thread>(
  invocation: AnyInvocation<Thread>,
  session: Session<Thread>,
  event: AgentMessage,
  written?: Written
): Promise<string> {
  const agent = await withProfile(invocation, session, event.agent)
  const { conversationId } = session
  const complete = event.isIncomplete && (await invocation.connect().completeMessage?.(session.thread, event))
  for (const [index, part] of fitParts(complete || event.parts, BOTPRESS_LIMITS).entries()) {
    const message = { ...toPayload(part), tags: { [messageTag.providerMessageId]: messageKey(event, index) } }
    const discriminateByTags: MessageTag[] = [messageTag.providerMessageId]
    if (settleDelayMs(session.openedAt, Date.now()) === 0 && Date.now() > (session.lastDueAt ?? 0)) {
      const made = await invocation.client.initializeIncomingMessage({
        user: agentUserInput(agent),
        conversationId,
        message: { ...message, discriminateByTags },
      })
      await written?.(made.conversation, made.message)
      await refreshAgentUser(invocation, made.user, agent)
    } else {
      const userId = await agentUserId(invocation, agent)
      const now = Date.now()
      const dueAt = Math.max(
        now + settleDelayMs(session.openedAt, now) + 1,
        (session.lastDueAt ?? 0) + (index > 0 ? PART_GAP_MS : 1)
      )
      session.lastDueAt = dueAt
      const schedule = { delay: dueAt - now }
      await invocation.client.getOrCreateMessage({ ...message, userId, conversationId, discriminateByTags, schedule })
    }
  }
  return 'delivered'
}

/** Names one part of one provider message for good: what finds a message that was delivered before. */
function messageKey({ threadKey, messageId }: AgentMessage, index: number): string {
  const key = `${threadKey}:${messageId}${index === 0 ? '' : `#${index}`}`
  return key.length > MAX_TAG_LENGTH ? hash(key) : key
}
