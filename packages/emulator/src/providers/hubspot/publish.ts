import { emitOutgoing } from './channel-events'
import { contactByIdentifier } from './contacts'
import type { Channel, DeliveryIdentifier } from './entities'
import type { Message, Party, Thread } from './thread-entities'
import { invalid } from './errors'
import { messageId } from './ids'
import type { Publish } from './publish-reading'
import { addMessage, appDoer, autoAssign, openThread, setStatus, visitorIdFor } from './threads'
import type { World } from './world'

/** Of INCOMING messages the sender, of OUTGOING ones the first recipient. */
const visitorOf = ({ direction, senders, recipients }: Publish): Party | undefined =>
  direction === 'INCOMING' ? senders[0] : recipients[0]

const noIdentifier: DeliveryIdentifier = { type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: 'nobody' }

/** A CRM contact when told or matched by address, else a visitor. */
const contactIdFor = (world: World, publish: Publish): string => {
  if (publish.contactId !== undefined) return publish.contactId
  const identifier = visitorOf(publish)?.deliveryIdentifier ?? noIdentifier
  return contactByIdentifier(world, identifier)?.id ?? visitorIdFor(world, identifier)
}

const isThreadOf =
  (publish: Publish) =>
  (thread: Thread): boolean => {
    if (thread.archived || thread.channelAccountId !== publish.account.id) return false
    if (publish.threadKey !== undefined) return thread.integrationThreadIds.includes(publish.threadKey)
    const wanted = visitorOf(publish)?.deliveryIdentifier ?? noIdentifier
    return thread.visitorIdentifier?.type === wanted.type && thread.visitorIdentifier.value === wanted.value
  }

const newThread = (world: World, channel: Channel, publish: Publish): Thread => {
  const visitor = visitorOf(publish)
  const opening = {
    channelId: channel.id,
    channelAccountId: publish.account.id,
    inboxId: publish.account.inboxId,
    integrationThreadId: publish.threadKey,
    associatedContactId: contactIdFor(world, publish),
    ...(visitor?.name === undefined ? {} : { visitorName: visitor.name }),
    visitorIdentifier: visitor?.deliveryIdentifier ?? noIdentifier,
  }
  return openThread(world, opening, appDoer(world))
}

/** The newest thread of the key, unless it is closed and the settings want another one [?]. */
const threadToJoin = (world: World, channel: Channel, publish: Publish): { thread: Thread; isNew: boolean } => {
  const found = [...world.state.threads.values()].findLast(isThreadOf(publish))
  const { closedThread } = world.settings
  const isClosedFor = found?.status === 'CLOSED' && publish.direction === 'INCOMING'
  if (isClosedFor && closedThread === 'refuse') throw invalid('The thread is closed and takes no more messages')
  if (!found || (isClosedFor && closedThread === 'new-thread')) {
    return { thread: newThread(world, channel, publish), isNew: true }
  }
  if (publish.contactId !== undefined) found.associatedContactId = publish.contactId
  return { thread: found, isNew: false }
}

/** Who created an INCOMING message is inferred: the visitor. */
const messageFrom = (world: World, channel: Channel, thread: Thread, publish: Publish): Message => {
  const { direction, senders, recipients, richText, inReplyToId } = publish
  const visitor = `V-${thread.associatedContactId}`
  const isIncoming = direction === 'INCOMING'
  const doer = appDoer(world)
  return {
    id: messageId(),
    type: 'MESSAGE',
    threadId: thread.id,
    channelId: channel.id,
    channelAccountId: publish.account.id,
    createdAt: publish.sentAt,
    createdBy: isIncoming ? visitor : doer.actorId,
    clientType: doer.clientType,
    direction,
    text: publish.text,
    ...(richText === undefined ? {} : { richText }),
    senders: senders.map((sender) => ({ actorId: isIncoming ? visitor : doer.actorId, ...sender })),
    recipients: recipients.map((one) => (isIncoming ? one : { actorId: visitor, ...one })),
    attachments: publish.attachments,
    status: isIncoming ? 'RECEIVED' : 'SENT',
    ...(inReplyToId === undefined ? {} : { inReplyToId }),
  }
}

const findMessage = ({ state }: World, id: string): Message | undefined => {
  for (const { items } of state.threads.values()) {
    for (const item of items) if (item.id === id && item.type === 'MESSAGE') return item
  }
  return undefined
}

export const messageInChannel = (world: World, channel: Channel, id: string): Message | undefined => {
  const message = findMessage(world, id)
  return message?.channelId === channel.id ? message : undefined
}

/** A repeated key answers the first message; for how long is not known [?], here for ever. */
export const publishMessage = (world: World, channel: Channel, publish: Publish): Message => {
  const { state, settings } = world
  const key = publish.idempotencyKey === undefined ? undefined : `${publish.account.id} ${publish.idempotencyKey}`
  const firstId = key === undefined ? undefined : state.published.get(key)
  const first = firstId === undefined ? undefined : findMessage(world, firstId)
  if (first && settings.idempotency === 'honoured') return first
  const { thread, isNew } = threadToJoin(world, channel, publish)
  const message = messageFrom(world, channel, thread, publish)
  if (key !== undefined) state.published.set(key, message.id)
  addMessage(world, thread, message)
  if (publish.direction === 'INCOMING') setStatus(world, thread, 'OPEN', appDoer(world))
  else if (settings.echoPublished) emitOutgoing(world, channel, thread, message)
  if (isNew) autoAssign(world, thread)
  return message
}
