import type { Conversation, ConversationState, Message, PastMessage } from './entities'
import type { World } from './world'

export type MessageSnapshot = {
  readonly id: string
  readonly at: number
  readonly by: 'visitor' | 'operator' | 'system'
  readonly operatorId?: string
  readonly text?: string
  readonly file?: {
    readonly name: string
    readonly contentType: string
    readonly bytes: Uint8Array
    readonly url: string
  }
}

export type ConversationSnapshot = {
  /** Numeric: what webhooks call `entity_id`. */
  readonly id: string
  readonly hexId: string
  readonly referenceId: string
  readonly appId: string
  readonly departmentId: string
  readonly state: ConversationState
  readonly visitor: {
    readonly userId: string
    readonly name?: string
    /** As it was given. */
    readonly email?: string
    readonly phone?: string
  }
  readonly question: string
  readonly pastMessages: readonly PastMessage[]
  readonly customerInfo: Readonly<Record<string, string>>
  readonly waitTime?: number
  /** Who answers now, or answered last. */
  readonly operatorId?: string
  /** Ids of everybody who ever answered. */
  readonly operators: readonly string[]
  readonly endedBy?: string
  /** The first is the question. */
  readonly messages: readonly MessageSnapshot[]
  readonly notes: readonly { readonly at: number; readonly operatorId: string; readonly text: string }[]
}

const messageSnapshot = ({ id, at, by, operatorId, text, file }: Message): MessageSnapshot => ({
  id,
  at,
  by,
  ...(operatorId === undefined ? {} : { operatorId }),
  ...(text === undefined ? {} : { text }),
  ...(file ? { file: { name: file.name, contentType: file.contentType, bytes: file.bytes, url: file.url } } : {}),
})

/** A copy: what happens later does not change it, and changing it changes nothing. */
export const conversationSnapshot = (conversation: Conversation): ConversationSnapshot => {
  const { userId, name, email, phone } = conversation.visitor
  return structuredClone({
    id: conversation.id,
    hexId: conversation.hexId,
    referenceId: conversation.referenceId,
    appId: conversation.appId,
    departmentId: conversation.departmentId,
    state: conversation.state,
    visitor: {
      userId,
      ...(name === undefined ? {} : { name }),
      ...(email === undefined ? {} : { email }),
      ...(phone === undefined ? {} : { phone }),
    },
    question: conversation.question,
    pastMessages: conversation.pastMessages,
    customerInfo: conversation.customerInfo,
    ...(conversation.waitTime === undefined ? {} : { waitTime: conversation.waitTime }),
    ...(conversation.operatorId === undefined ? {} : { operatorId: conversation.operatorId }),
    operators: conversation.operatorIds,
    ...(conversation.endedBy === undefined ? {} : { endedBy: conversation.endedBy }),
    messages: conversation.messages.map(messageSnapshot),
    notes: conversation.notes,
  })
}

export const allConversations = (world: World): ConversationSnapshot[] =>
  [...world.state.conversations.values()].map(conversationSnapshot)
