import { BoundedCache } from './bounded-cache'
import { findUser } from './botpress/state'
import type { ConversationTags, Payload } from './botpress/port'
import { endByProvider, isKnownClosed } from './end-session'
import { SessionNotFoundError, ThreadClosedError } from './errors'
import type { Invocation } from './invocation'
import { fitParts, labelParts, toParts } from './parts'
import { serial } from './serial'
import { loadSession, readSession, rememberSession, type Session } from './sessions'

export type OutgoingDelivery = {
  type: string
  payload: Payload
  conversation: { id: string; tags: ConversationTags }
  message: { id: string }
}

type AnyInvocation<Thread> = Invocation<unknown, Thread, unknown>

/** Messages this instance has sent or is sending: a delivery that comes twice is sent once. */
const deliveries = new BoundedCache<Promise<void>>({ maxEntries: 5_000 })
const names = new BoundedCache<string>({ maxEntries: 2_000 })

/**
 * Sends one message of the bot's side to the agent, in the order of arrival. A session whose thread is gone is ended,
 * and the delivery fails in plain words.
 */
export function sendMessage<Thread>(invocation: AnyInvocation<Thread>, delivery: OutgoingDelivery): Promise<void> {
  const { conversation, message } = delivery
  const running = deliveries.get(message.id)
  if (running) return running
  const sending = serial(conversation.id, () => send(invocation, delivery))
  deliveries.set(message.id, sending)
  sending.catch(() => deliveries.delete(message.id))
  return sending
}

async function send<Thread>(invocation: AnyInvocation<Thread>, delivery: OutgoingDelivery): Promise<void> {
  const { adapter, log } = invocation
  const { conversation, message, payload, type } = delivery
  const session = readSession<Thread>(conversation) ?? (await loadSession(invocation, conversation.id))
  rememberSession(invocation, session)
  await assertOpen(invocation, session)

  const speaker = await speakerOf(invocation, session, payload['userId'])
  const parts = fitParts(labelParts(toParts(type, payload), speaker), adapter.limits)
  try {
    await invocation.connect().sendMessage(session.thread, { id: message.id, parts })
  } catch (error) {
    if (error instanceof ThreadClosedError) await endClosed(invocation, session)
    throw error
  }
  log.info(`${adapter.name}: ${type} message sent (conversation ${conversation.id}, thread ${session.threadKey}).`)
}

async function assertOpen<Thread>({ client, adapter }: AnyInvocation<Thread>, session: Session<Thread>): Promise<void> {
  const { conversationId } = session
  if (!(await isKnownClosed(client, conversationId))) return
  throw new SessionNotFoundError(`The ${adapter.name} session has ended. Start a new one to reach an agent again.`)
}

async function endClosed<Thread>(invocation: AnyInvocation<Thread>, session: Session<Thread>): Promise<void> {
  const { log, adapter } = invocation
  // The message has failed in any case; a session whose end cannot be told now is ended by the next message or webhook.
  const outcome = await endByProvider(invocation, session, 'resolved').catch(() => 'not ended yet')
  log.info(`${adapter.name}: thread closed meanwhile, session ${outcome} (${session.conversationId}).`)
}

/** Undefined when the contact speaks; else the name the agent has to see. */
async function speakerOf<Thread>(
  { client }: AnyInvocation<Thread>,
  session: Session<Thread>,
  userId: unknown
): Promise<string | undefined> {
  if (typeof userId !== 'string' || userId === '') return 'Bot'
  if (userId === session.contactUserId) return undefined
  const cached = names.get(userId)
  if (cached) return cached
  const name = (await findUser(client, userId))?.name ?? 'Another participant'
  names.set(userId, name)
  return name
}
