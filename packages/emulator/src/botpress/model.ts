import type { JsonRecord } from '../json'

export type Tags = Record<string, string>

/** `seq` orders objects made within the same millisecond. `ownerId` is an installation, or `upstream`. */
export type Row = { id: string; seq: number; createdAt: number; updatedAt: number; ownerId: string; tags: Tags }

export type ConversationRow = Row & { channel: string; integration: string; participantIds: Set<string> }

export type UserRow = Row & { name?: string; pictureUrl?: string; attributes?: JsonRecord }

export type MessageRow = Row & {
  type: string
  payload: JsonRecord
  direction: 'incoming' | 'outgoing'
  userId: string
  conversationId: string
  origin?: 'synthetic'
  /** Epoch ms; as long as the message is scheduled. */
  dueAt?: number
}

export type EventStatus = 'pending' | 'processed' | 'ignored' | 'failed' | 'scheduled' | 'canceled'

export type EventRow = Row & {
  type: string
  payload: JsonRecord
  status: EventStatus
  failureReason: string | null
  conversationId?: string
  userId?: string
  messageId?: string
  /** Epoch ms; as long as the event is scheduled. */
  dueAt?: number
}

export type StateType = 'integration' | 'conversation' | 'user'

export type StateRow = Row & {
  name: string
  type: StateType
  /** The integration, conversation or user the state belongs to. */
  subjectId: string
  payload: JsonRecord
  expiresAt?: number
}

export type FileRow = Row & {
  key: string
  size: number
  contentType: string
  metadata: JsonRecord
  accessPolicies: readonly string[]
  index: boolean
  content?: Uint8Array<ArrayBuffer>
}

/** Owner of everything on the end user's side. */
export const UPSTREAM = 'upstream'
