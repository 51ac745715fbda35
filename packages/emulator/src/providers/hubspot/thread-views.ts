import type { Message, Thread } from './thread-entities'
import { messagesOf } from './threads'
import { given, iso, isoIfAny, type View } from './view'

const lastAt = (messages: readonly Message[]): number | undefined =>
  messages.length === 0 ? undefined : Math.max(...messages.map(({ createdAt }) => createdAt))

export const latestMessageAt = (thread: Thread): number | undefined => lastAt(messagesOf(thread))

/** https://github.com/HubSpot/HubSpot-public-api-spec-collection (`PublicThread`). Associations only when asked for. */
export const threadView = (thread: Thread, withTicket: boolean): View => {
  const messages = messagesOf(thread)
  const directed = (wanted: Message['direction']) => messages.filter(({ direction }) => direction === wanted)
  return given({
    id: thread.id,
    status: thread.status,
    inboxId: thread.inboxId,
    associatedContactId: thread.associatedContactId,
    assignedTo: thread.assignedTo,
    originalChannelId: thread.channelId,
    originalChannelAccountId: thread.channelAccountId,
    createdAt: iso(thread.createdAt),
    closedAt: isoIfAny(thread.closedAt),
    latestMessageTimestamp: isoIfAny(lastAt(messages)),
    latestMessageSentTimestamp: isoIfAny(lastAt(directed('OUTGOING'))),
    latestMessageReceivedTimestamp: isoIfAny(lastAt(directed('INCOMING'))),
    spam: false,
    archived: false,
    threadAssociations:
      withTicket && thread.ticketId !== undefined ? { associatedTicketId: thread.ticketId } : undefined,
  })
}
