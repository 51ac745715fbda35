import type { DeliveryIdentifier } from './entities'
import type { Thread } from './thread-entities'
import { contactByIdentifier } from './contacts'
import { emailChannel, liveChatChannel } from './inboxes-api'
import { reply, type ReplyOptions } from './replies'
import { addMessage, newItem, openThread, systemDoer, visitorIdFor } from './threads'
import { threadFor, type World } from './world'

export type ElsewhereOpening = {
  channel?: 'chat' | 'email'
  /** The first inbox of the seed unless told. */
  inboxId?: string
  text?: string
  name?: string
  email?: string
}

/** What happens in HubSpot without the integration or an agent of the seed. */
export type SystemControls = {
  /** A visitor of the website's chat, or an e-mail, opens a thread. Returns its id. */
  openElsewhere(opening?: ElsewhereOpening): string
  /** The visitor of such a thread writes. Returns the id of the message. */
  writeElsewhere(threadId: string, text: string): string
  /** Another actor than an agent replies: `L-…`, `S-hubspot` or `I-…`. Returns the id of the message. */
  replyAs(actorId: string, threadId: string, text: string, options?: ReplyOptions): string
}

const write = (world: World, thread: Thread, text: string): string => {
  const actorId = `V-${thread.associatedContactId}`
  const { visitorName: name, visitorIdentifier: deliveryIdentifier } = thread
  const message = {
    ...newItem(world, { actorId, clientType: 'HUBSPOT' as const }),
    type: 'MESSAGE' as const,
    threadId: thread.id,
    channelId: thread.channelId,
    channelAccountId: thread.channelAccountId,
    direction: 'INCOMING' as const,
    text,
    senders: [
      { actorId, ...(name === undefined ? {} : { name }), ...(deliveryIdentifier ? { deliveryIdentifier } : {}) },
    ],
    recipients: [],
    attachments: [],
    status: 'RECEIVED' as const,
  }
  addMessage(world, thread, message)
  return message.id
}

const openElsewhere = (world: World, opening: ElsewhereOpening): string => {
  const { channel = 'chat', text = 'Hello from elsewhere', name, email } = opening
  const inboxId = opening.inboxId ?? [...world.state.inboxes.keys()][0] ?? ''
  if (!world.state.inboxes.has(inboxId)) throw new Error(`HubSpot has no inbox ${inboxId}`)
  const identifier: DeliveryIdentifier =
    email === undefined
      ? { type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: `elsewhere-${world.state.threads.size}` }
      : { type: 'HS_EMAIL_ADDRESS', value: email }
  const thread = openThread(
    world,
    {
      channelId: channel === 'chat' ? liveChatChannel : emailChannel,
      channelAccountId: '1',
      inboxId,
      associatedContactId: contactByIdentifier(world, identifier)?.id ?? visitorIdFor(world, identifier),
      visitorIdentifier: identifier,
      ...(name === undefined ? {} : { visitorName: name }),
    },
    systemDoer
  )
  write(world, thread, text)
  return thread.id
}

export const systemControls = (world: World): SystemControls => ({
  openElsewhere: (opening = {}) => openElsewhere(world, opening),
  writeElsewhere: (threadId, text) => {
    const thread = threadFor(world, threadId)
    if (world.state.channels.has(thread.channelId)) throw new Error(`thread ${threadId} belongs to a custom channel`)
    return write(world, thread, text)
  },
  replyAs: (actorId, threadId, text, options) => {
    if (!/^(L-.+|I-.+|S-hubspot)$/.test(actorId)) throw new Error(`${actorId} is not L-…, I-… or S-hubspot`)
    return reply(world, threadFor(world, threadId), actorId, text, options)
  },
})
