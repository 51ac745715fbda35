import type { JsonRecord } from '../../json'
import { owned, owns, param, scheduleDelayMs, type Api, type Operation } from '../api'
import { invalid, notFound } from '../api-error'
import { record, text } from '../fields'
import { listPage, matches } from '../listing'
import { UPSTREAM, type ConversationRow, type MessageRow } from '../model'
import { checkPayload, checkSize } from '../payloads'
import { armMessage } from '../schedule'
import { findByTags, mergeTags, readTags, withoutEmpty } from '../tags'
import { messageToWire } from '../wire'

/** Created by an integration a message is incoming and goes to the bot; created by the bot it is outgoing. */
export function createMessage(api: Api, body: JsonRecord): MessageRow {
  const conversation = owned(api, api.store.conversations, text(body, 'conversationId'), 'Conversation')
  const user = api.store.users.get(text(body, 'userId'))
  if (!user || !owns(api, user)) throw notFound('User', text(body, 'userId'))
  const type = text(body, 'type', 200)
  const payload = record(body, 'payload')
  checkMessage(api, conversation, type, payload)
  const tags = withoutEmpty(messageTags(api, body))
  const delayMs = scheduleDelayMs(api, body)
  const row: MessageRow = {
    ...api.store.stamp('msg', conversation.ownerId, tags),
    type,
    payload,
    direction: api.caller.kind === 'bot' ? 'outgoing' : 'incoming',
    userId: user.id,
    conversationId: conversation.id,
    ...(body['origin'] === 'synthetic' ? { origin: 'synthetic' } : {}),
    ...(delayMs === undefined ? {} : { dueAt: api.store.clock.now() + delayMs }),
  }
  api.store.messages.set(row.id, row)
  conversation.participantIds.add(user.id)
  if (delayMs === undefined) api.effects.messageCreated(row)
  else armMessage(api, row)
  return row
}

export function getOrCreateMessage(api: Api, body: JsonRecord): MessageRow {
  const conversation = owned(api, api.store.conversations, text(body, 'conversationId'), 'Conversation')
  return findByTags(api.store.messages.of(conversation.id), messageTags(api, body), body) ?? createMessage(api, body)
}

function checkMessage(api: Api, conversation: ConversationRow, type: string, payload: JsonRecord): void {
  checkSize(payload)
  if (api.caller.kind === 'integration' && conversation.ownerId !== UPSTREAM) {
    const types = api.caller.declared.channels[conversation.channel] ?? []
    if (!types.includes(type)) {
      throw invalid(`Message type "${type}" is not declared for channel "${conversation.channel}"`)
    }
  }
  checkPayload(type, payload)
}

function messageTags(api: Api, body: JsonRecord) {
  return readTags(body, api.caller.kind === 'bot' ? undefined : api.caller.declared.messageTags, 'messages')
}

const find = (api: Api, id: string) => owned(api, api.store.messages, id, 'Message')
const one = (api: Api, row: MessageRow) => ({ message: messageToWire(row, api.caller) })

export const messageOperations: readonly Operation[] = [
  {
    name: 'createMessage',
    method: 'POST',
    path: '/chat/messages',
    status: 201,
    run: (api, { body }) => one(api, createMessage(api, body)),
  },
  {
    name: 'getOrCreateMessage',
    method: 'POST',
    path: '/chat/messages/get-or-create',
    status: 200,
    run: (api, { body }) => one(api, getOrCreateMessage(api, body)),
  },
  {
    name: 'getMessage',
    method: 'GET',
    path: '/chat/messages/:id',
    status: 200,
    run: (api, input) => one(api, find(api, param(input, 'id'))),
  },
  {
    name: 'updateMessage',
    method: 'PUT',
    path: '/chat/messages/:id',
    status: 200,
    run: (api, input) => {
      const row = find(api, param(input, 'id'))
      const tags = messageTags(api, input.body)
      if (input.body['payload'] !== undefined) {
        const payload = record(input.body, 'payload')
        checkSize(payload)
        checkPayload(row.type, payload)
        row.payload = payload
      }
      mergeTags(row, tags)
      api.store.touch(row)
      return one(api, row)
    },
  },
  {
    name: 'deleteMessage',
    method: 'DELETE',
    path: '/chat/messages/:id',
    status: 200,
    run: (api, input) => {
      api.store.messages.delete(find(api, param(input, 'id')).id)
      return {}
    },
  },
  {
    name: 'listMessages',
    method: 'GET',
    path: '/chat/messages',
    status: 200,
    run: (api, { query }) => {
      const rows = [...api.store.messages.values()].filter(
        (row) => owns(api, row) && matches(query, 'conversationId', row.conversationId)
      )
      const page = listPage(rows, query)
      return { messages: page.rows.map((row) => messageToWire(row, api.caller)), meta: page.meta }
    },
  },
]
