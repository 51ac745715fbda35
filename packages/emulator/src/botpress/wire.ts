import { present, type JsonRecord } from '../json'
import type { Caller } from './declared'
import type { ConversationRow, EventRow, FileRow, MessageRow, Row, StateRow, UserRow } from './model'
import { ownTags } from './tags'

/** Rows as the API shows them. Integrations do not see the tags of plugins. */

export function conversationToWire(row: ConversationRow, caller: Caller): JsonRecord {
  return { ...base(row), channel: row.channel, integration: row.integration, tags: visibleTags(row, caller) }
}

export function userToWire(row: UserRow, caller: Caller): JsonRecord {
  const { name, pictureUrl, attributes } = row
  return present({ ...base(row), tags: visibleTags(row, caller), name, pictureUrl, attributes })
}

export function messageToWire(row: MessageRow, caller: Caller): JsonRecord {
  const { type, payload, direction, userId, conversationId, origin } = row
  const tags = visibleTags(row, caller)
  return present({ ...base(row), type, payload, direction, userId, conversationId, tags, origin })
}

export function eventToWire(row: EventRow): JsonRecord {
  const { id, type, payload, status, failureReason, conversationId, userId, messageId } = row
  const createdAt = iso(row.createdAt)
  return present({ id, createdAt, type, payload, conversationId, userId, messageId, status, failureReason })
}

export function stateToWire(row: StateRow, botId: string): JsonRecord {
  const subject =
    row.type === 'conversation'
      ? { conversationId: row.subjectId }
      : row.type === 'user'
        ? { userId: row.subjectId }
        : { integrationId: row.subjectId }
  return { ...base(row), botId, ...subject, name: row.name, type: row.type, payload: row.payload }
}

export function fileToWire(row: FileRow, botId: string, url: string): JsonRecord {
  const { key, contentType, tags, metadata, accessPolicies, index } = row
  const size = row.content ? row.content.byteLength : null
  const status = row.content ? 'upload_completed' : 'upload_pending'
  const owner = { type: 'integration', id: row.ownerId }
  return { ...base(row), botId, key, url, size, contentType, tags, metadata, accessPolicies, index, status, owner }
}

export function iso(at: number): string {
  return new Date(at).toISOString()
}

function base(row: Row): { id: string; createdAt: string; updatedAt: string } {
  return { id: row.id, createdAt: iso(row.createdAt), updatedAt: iso(row.updatedAt) }
}

function visibleTags(row: Row, caller: Caller): JsonRecord {
  return { ...(caller.kind === 'bot' ? row.tags : ownTags(row.tags)) }
}
