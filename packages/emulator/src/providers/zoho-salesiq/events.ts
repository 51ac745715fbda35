import type { Conversation, Message } from './entities'
import { operatorOf } from './state'
import { statusLabel, webhookStatus } from './status-views'
import { epoch, epochIfAny, given, type View } from './view'
import { senderView, visitorNames } from './views'
import type { World } from './world'

/** SalesIQ writes e-mails in lower case here, so an e-mail cannot join a webhook to what was sent. */
const webhookVisitor = (conversation: Conversation): View => {
  const { name, first, last } = visitorNames(conversation)
  const { id, email, phone } = conversation.visitor
  return given({
    id,
    name,
    first_name: first,
    last_name: last,
    salutation: '',
    email_id: email?.toLowerCase(),
    phone,
    channel: 'website',
    type: 'lead',
  })
}

const ownerView = (world: World, operatorId: string | undefined): View | undefined => {
  if (operatorId === undefined) return undefined
  const { id, name, email } = operatorOf(world.state, operatorId)
  return { id, name, email_id: email, email, type: 'operator' }
}

/** The conversation as most events have it. */
const shared = (world: World, conversation: Conversation, ownerId = conversation.operatorId): View =>
  given({
    id: conversation.id,
    visitor_conversation_id: conversation.hexId,
    reference_id: conversation.referenceId,
    question: conversation.question,
    department_id: conversation.departmentId,
    app_id: conversation.appId,
    status: statusLabel(conversation),
    opened_time: epoch(conversation.openedAt),
    attended_time: epochIfAny(conversation.attendedAt),
    participants: [...conversation.operatorIds],
    chat_status: webhookStatus(conversation),
    owner: ownerView(world, ownerId),
    visitor: webhookVisitor(conversation),
  })

export const emitCreated = (world: World, conversation: Conversation): void =>
  world.webhooks.emit('conversation.created', conversation, shared(world, conversation))

export const emitAttenderUpdated = (world: World, conversation: Conversation): void =>
  world.webhooks.emit('conversation.attender.updated', conversation, shared(world, conversation))

export const emitReopened = (world: World, conversation: Conversation): void =>
  world.webhooks.emit('conversation.reopened', conversation, shared(world, conversation))

export const emitCompleted = (world: World, conversation: Conversation): void =>
  world.webhooks.emit('conversation.completed', conversation, {
    ...shared(world, conversation),
    end_time: epochIfAny(conversation.endedAt),
    ended_by: conversation.endedBy,
  })

/** The exact payload was never captured; that it has no `owner` is expected [?]. */
export const emitMissed = (world: World, conversation: Conversation): void => {
  const { owner: _, ...entity } = shared(world, conversation)
  world.webhooks.emit('conversation.missed', conversation, {
    ...entity,
    missed_time: epochIfAny(conversation.missedAt),
  })
}

export type TransferStep = 'initiated' | 'accepted' | 'rejected'

/** Not captured either [?]: the shared conversation, with `owner` being who has the conversation after the step. */
export const emitTransfer = (world: World, conversation: Conversation, step: TransferStep): void => {
  const { owner, ...entity } = shared(world, conversation)
  const hasOwner = owner !== undefined && (step !== 'accepted' || world.settings.transferOwner)
  world.webhooks.emit(`conversation.transfer.${step}`, conversation, { ...entity, ...(hasOwner ? { owner } : {}) })
}

/** No capture with a file exists; the settings name the possibilities [?]. */
const contentOf = (world: World, { by, text = '', file }: Message): View => {
  if (!file) return { text }
  const where = by === 'operator' ? world.settings.agentFiles : 'payload'
  if (where === 'transcript') return { text: '' }
  if (where === 'nowhere') return { text }
  const { name, contentType, bytes, url } = file
  return { text, attachment: { name, content_type: contentType, size: bytes.byteLength, url } }
}

export const emitReplied = (world: World, conversation: Conversation, message: Message): void => {
  const type = message.by === 'operator' ? 'operator' : 'visitor'
  world.webhooks.emit(`conversation.${type}.replied`, conversation, {
    id: conversation.id,
    visitor_conversation_id: conversation.hexId,
    message: {
      msgid: message.id,
      ...contentOf(world, message),
      meta: {},
      sender: { ...senderView(world.state, conversation, message), type },
    },
    visitor: webhookVisitor(conversation),
  })
}
