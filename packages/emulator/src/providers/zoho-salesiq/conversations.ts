import type { Conversation, EndedBy, Message, NewFile, PastMessage, Transfer, Visitor } from './entities'
import { emitAttenderUpdated, emitCompleted, emitCreated, emitMissed, emitReopened, emitReplied } from './events'
import { digits, hex64 } from './ids'
import { storeFile } from './files'
import type { World } from './world'

export type Opening = {
  appId: string
  departmentId: string
  question: string
  visitor: Omit<Visitor, 'id'>
  pastMessages?: PastMessage[]
  customerInfo?: Record<string, string>
  waitTime?: number
}

const visitorIdFor = ({ state }: World, userId: string): string => {
  const id = state.visitorIds.get(userId) ?? state.nextId()
  state.visitorIds.set(userId, id)
  return id
}

const newConversation = (world: World, opening: Opening): Conversation => {
  const { state, services } = world
  const now = services.clock.now()
  const { appId, departmentId, question, visitor, pastMessages = [], customerInfo = {}, waitTime } = opening
  return {
    id: state.nextId(),
    hexId: hex64(),
    chatId: `LD_${digits(19)}_${digits(9)}`,
    wmsChatId: digits(19),
    referenceId: String(state.conversations.size + 1),
    appId,
    departmentId,
    state: 'waiting',
    visitor: { ...visitor, id: visitorIdFor(world, visitor.userId) },
    question,
    pastMessages,
    customerInfo,
    ...(waitTime === undefined ? {} : { waitTime }),
    operatorIds: [],
    messages: [],
    notes: [],
    openedAt: now,
    changedAt: now,
  }
}

const touch = (world: World, conversation: Conversation): number => {
  conversation.changedAt = world.services.clock.now()
  return conversation.changedAt
}

/** Appends without telling anybody. */
const append = (world: World, conversation: Conversation, said: Omit<Message, 'id' | 'at'>): Message => {
  const at = Math.max(touch(world, conversation), (conversation.messages.at(-1)?.at ?? 0) + 1)
  const message = { id: String(at), at, ...said }
  conversation.messages.push(message)
  return message
}

/** The question is the visitor's first message and raises `conversation.created` only. */
export const openConversation = (world: World, opening: Opening): Conversation => {
  const conversation = newConversation(world, opening)
  world.state.conversations.set(conversation.id, conversation)
  append(world, conversation, { by: 'visitor', text: conversation.question })
  emitCreated(world, conversation)
  ring(world, conversation)
  return conversation
}

/** Until somebody picks up, or nobody does in time. */
const ring = (world: World, conversation: Conversation): void => {
  const { state, settings, services } = world
  const whileWaiting = (delayMs: number, run: () => void): void => {
    services.clock.after(delayMs, () => {
      if (world.state === state && conversation.state === 'waiting') run()
    })
  }
  const { waitTime } = conversation
  if (waitTime !== undefined && settings.missAfterWaitTime) {
    whileWaiting(waitTime * 1000, () => missConversation(world, conversation))
  }
  const { autoAssign } = settings
  if (autoAssign && autoAssign.delayMs > 0) {
    whileWaiting(autoAssign.delayMs, () => attend(world, conversation, autoAssign.operatorId))
  }
}

/** With a delay of 0 the caller says when, because the answer to the open call must not know of it yet. */
export const assignAtOnce = (world: World, conversation: Conversation): void => {
  const { autoAssign } = world.settings
  if (autoAssign?.delayMs === 0) attend(world, conversation, autoAssign.operatorId)
}

export type Said = { text?: string; file?: NewFile }

export const say = (
  world: World,
  conversation: Conversation,
  author: { by: 'visitor' } | { by: 'operator'; operatorId: string },
  said: Said
): Message => {
  const file = said.file && storeFile(world, said.file)
  const text = said.text === undefined ? {} : { text: said.text }
  const message = append(world, conversation, { ...author, ...text, ...(file ? { file } : {}) })
  emitReplied(world, conversation, message)
  return message
}

/** Makes an operator the one who answers, without telling anybody. */
export const assign = (world: World, conversation: Conversation, operatorId: string): void => {
  const now = touch(world, conversation)
  conversation.state = 'connected'
  conversation.operatorId = operatorId
  conversation.attendedAt ??= now
  if (!conversation.operatorIds.includes(operatorId)) conversation.operatorIds.push(operatorId)
  delete conversation.transfer
}

export const attend = (world: World, conversation: Conversation, operatorId: string): void => {
  assign(world, conversation, operatorId)
  emitAttenderUpdated(world, conversation)
}

export const endConversation = (world: World, conversation: Conversation, endedBy: EndedBy): void => {
  conversation.endedAt = touch(world, conversation)
  conversation.endedBy = endedBy
  conversation.state = 'end'
  delete conversation.transfer
  emitCompleted(world, conversation)
}

export const missConversation = (world: World, conversation: Conversation): void => {
  conversation.missedAt = touch(world, conversation)
  conversation.state = 'missed'
  emitMissed(world, conversation)
}

/** A missed or ended conversation goes on, as brands with `allow_chat_reopen` can have it [I]. */
export const reopenConversation = (world: World, conversation: Conversation, operatorId: string): void => {
  delete conversation.endedAt
  delete conversation.endedBy
  delete conversation.missedAt
  assign(world, conversation, operatorId)
  emitReopened(world, conversation)
  emitAttenderUpdated(world, conversation)
}

export const noteTransfer = (world: World, conversation: Conversation, transfer: Transfer): void => {
  touch(world, conversation)
  conversation.transfer = transfer
}
