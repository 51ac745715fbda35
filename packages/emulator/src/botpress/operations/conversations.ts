import type { JsonRecord } from '../../json'
import { owned, ownerId, owns, param, type Api, type Operation } from '../api'
import { invalid, notFound } from '../api-error'
import { text } from '../fields'
import { listPage, matches } from '../listing'
import type { ConversationRow } from '../model'
import { findByTags, mergeTags, readTags, withoutEmpty } from '../tags'
import { conversationToWire, userToWire } from '../wire'

export function createConversation(api: Api, body: JsonRecord): ConversationRow {
  const owner = ownerId(api)
  const channel = text(body, 'channel', 200)
  const tags = withoutEmpty(readTags(body, channelTags(api, channel), `conversations of channel "${channel}"`))
  const integration = api.caller.kind === 'integration' ? api.caller.name : ''
  const stamp = api.store.stamp('conv', owner, tags)
  const row: ConversationRow = { ...stamp, channel, integration, participantIds: new Set() }
  api.store.conversations.set(row.id, row)
  return row
}

export function getOrCreateConversation(api: Api, body: JsonRecord): ConversationRow {
  const channel = text(body, 'channel', 200)
  const tags = readTags(body, channelTags(api, channel), `conversations of channel "${channel}"`)
  const own = [...api.store.conversations.values()].filter((row) => owns(api, row) && row.channel === channel)
  return findByTags(own, tags, body) ?? createConversation(api, body)
}

function channelTags(api: Api, channel: string): readonly string[] | undefined {
  if (api.caller.kind === 'bot') return undefined
  if (!(channel in api.caller.declared.channels)) throw invalid(`Channel "${channel}" is not declared`)
  return api.caller.declared.conversationTags[channel] ?? []
}

const find = (api: Api, id: string) => owned(api, api.store.conversations, id, 'Conversation')

function deleteConversation(api: Api, id: string): void {
  find(api, id)
  const { conversations, messages, states } = api.store
  conversations.delete(id)
  for (const message of messages.of(id)) messages.delete(message.id)
  for (const [key, state] of states) if (state.subjectId === id) states.delete(key)
}

function participant(api: Api, conversationId: string, userId: string): JsonRecord {
  const user = api.store.users.get(userId)
  if (!user || !find(api, conversationId).participantIds.has(userId)) throw notFound('Participant', userId)
  return userToWire(user, api.caller)
}

const one = (api: Api, row: ConversationRow) => ({ conversation: conversationToWire(row, api.caller) })

export const conversationOperations: readonly Operation[] = [
  {
    name: 'createConversation',
    method: 'POST',
    path: '/chat/conversations',
    status: 201,
    run: (api, { body }) => one(api, createConversation(api, body)),
  },
  {
    name: 'getOrCreateConversation',
    method: 'POST',
    path: '/chat/conversations/get-or-create',
    status: 200,
    run: (api, { body }) => one(api, getOrCreateConversation(api, body)),
  },
  {
    name: 'getConversation',
    method: 'GET',
    path: '/chat/conversations/:id',
    status: 200,
    run: (api, input) => one(api, find(api, param(input, 'id'))),
  },
  {
    name: 'listConversations',
    method: 'GET',
    path: '/chat/conversations',
    status: 200,
    run: (api, { query }) => {
      const wanted = query.getAll('participantIds')
      const rows = [...api.store.conversations.values()].filter(
        (row) =>
          owns(api, row) &&
          matches(query, 'channel', row.channel) &&
          matches(query, 'integrationName', row.integration) &&
          wanted.every((id) => row.participantIds.has(id))
      )
      const page = listPage(rows, query)
      return { conversations: page.rows.map((row) => conversationToWire(row, api.caller)), meta: page.meta }
    },
  },
  {
    name: 'updateConversation',
    method: 'PUT',
    path: '/chat/conversations/:id',
    status: 200,
    run: (api, input) => {
      const row = find(api, param(input, 'id'))
      mergeTags(row, readTags(input.body, channelTags(api, row.channel), `conversations of channel "${row.channel}"`))
      api.store.touch(row)
      return one(api, row)
    },
  },
  {
    name: 'deleteConversation',
    method: 'DELETE',
    path: '/chat/conversations/:id',
    status: 200,
    run: (api, input) => {
      deleteConversation(api, param(input, 'id'))
      return {}
    },
  },
  {
    name: 'listParticipants',
    method: 'GET',
    path: '/chat/conversations/:id/participants',
    status: 200,
    run: (api, input) => {
      const ids = find(api, param(input, 'id')).participantIds
      const page = listPage(
        [...api.store.users.values()].filter((user) => ids.has(user.id)),
        input.query
      )
      return { participants: page.rows.map((user) => userToWire(user, api.caller)), meta: page.meta }
    },
  },
  {
    name: 'addParticipant',
    method: 'POST',
    path: '/chat/conversations/:id/participants',
    status: 201,
    run: (api, input) => {
      const user = owned(api, api.store.users, text(input.body, 'userId'), 'User')
      find(api, param(input, 'id')).participantIds.add(user.id)
      return { participant: userToWire(user, api.caller) }
    },
  },
  {
    name: 'getParticipant',
    method: 'GET',
    path: '/chat/conversations/:id/participants/:userId',
    status: 200,
    run: (api, input) => ({ participant: participant(api, param(input, 'id'), param(input, 'userId')) }),
  },
  {
    name: 'removeParticipant',
    method: 'DELETE',
    path: '/chat/conversations/:id/participants/:userId',
    status: 200,
    run: (api, input) => {
      find(api, param(input, 'id')).participantIds.delete(param(input, 'userId'))
      return {}
    },
  },
]
