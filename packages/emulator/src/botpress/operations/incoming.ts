import type { JsonRecord } from '../../json'
import { owned, type Api, type Operation } from '../api'
import { invalid } from '../api-error'
import { optionalRecord, optionalText, optionalTextList } from '../fields'
import type { ConversationRow, UserRow } from '../model'
import { conversationToWire, messageToWire, userToWire } from '../wire'
import { getOrCreateConversation } from './conversations'
import { getOrCreateMessage } from './messages'
import { getOrCreateUser } from './users'

/** Get-or-create of user, conversation and message in one call. What exists already is not changed. */
function initializeIncomingMessage(api: Api, body: JsonRecord): JsonRecord {
  const user = findUser(api, body)
  const conversation = findConversation(api, body)
  const found = { user: userToWire(user, api.caller), conversation: conversationToWire(conversation, api.caller) }
  const draft = optionalRecord(body, 'message')
  if (!draft) return found
  requireDiscriminator(draft, 'message')
  const message = getOrCreateMessage(api, { ...draft, userId: user.id, conversationId: conversation.id })
  return { ...found, message: messageToWire(message, api.caller) }
}

function findUser(api: Api, body: JsonRecord): UserRow {
  const id = optionalText(body, 'userId')
  if (id !== undefined) return owned(api, api.store.users, id, 'User')
  const draft = optionalRecord(body, 'user')
  if (!draft) throw invalid('Either "userId" or "user" is needed')
  requireDiscriminator(draft, 'user')
  return getOrCreateUser(api, draft)
}

function findConversation(api: Api, body: JsonRecord): ConversationRow {
  const id = optionalText(body, 'conversationId')
  if (id !== undefined) return owned(api, api.store.conversations, id, 'Conversation')
  const draft = optionalRecord(body, 'conversation')
  if (!draft) throw invalid('Either "conversationId" or "conversation" is needed')
  requireDiscriminator(draft, 'conversation')
  return getOrCreateConversation(api, draft)
}

function requireDiscriminator(draft: JsonRecord, what: string): void {
  if (!optionalTextList(draft, 'discriminateByTags')) throw invalid(`"${what}.discriminateByTags" is needed`)
}

export const incomingOperations: readonly Operation[] = [
  {
    name: 'initializeIncomingMessage',
    method: 'POST',
    path: '/chat/initialize-incoming-message',
    status: 200,
    run: (api, { body }) => initializeIncomingMessage(api, body),
  },
]
