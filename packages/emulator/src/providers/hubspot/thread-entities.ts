import type { ActorId, DeliveryIdentifier } from './entities'

export type Party = { actorId?: ActorId; name?: string; deliveryIdentifier?: DeliveryIdentifier }

export type FileUsage = 'AUDIO' | 'IMAGE' | 'OTHER' | 'STICKER' | 'VOICE_RECORDING'

export type FileAttachment = { type: 'FILE'; fileId: string; fileUsageType?: FileUsage }

/** Other types are kept as they came. */
export type Attachment = FileAttachment | { type: string; content: Readonly<Record<string, unknown>> }

type Item = { id: string; createdAt: number; createdBy: ActorId; clientType: 'HUBSPOT' | 'INTEGRATION' | 'SYSTEM' }

export type MessageStatus = 'FAILED' | 'READ' | 'RECEIVED' | 'SENT'

export type Message = Item & {
  type: 'MESSAGE'
  threadId: string
  channelId: string
  channelAccountId: string
  direction: 'INCOMING' | 'OUTGOING'
  text: string
  richText?: string
  senders: Party[]
  recipients: Party[]
  attachments: Attachment[]
  status: MessageStatus
  failure?: string
  inReplyToId?: string
}

export type Comment = Item & { type: 'COMMENT'; text: string; richText?: string; attachments: Attachment[] }

export type Assignment = Item & { type: 'ASSIGNMENT'; assignedFrom?: ActorId; assignedTo?: ActorId }

export type StatusChange = Item & { type: 'THREAD_STATUS_CHANGE'; newStatus: ThreadStatus }

export type ThreadItem = Message | Comment | Assignment | StatusChange

export type ThreadStatus = 'OPEN' | 'CLOSED'

export type Thread = {
  id: string
  /** Of a custom channel, or a generic one: 1000 is live chat, 1002 e-mail. */
  channelId: string
  channelAccountId: string
  inboxId: string
  /** As given by the integration; empty for other threads. */
  integrationThreadIds: string[]
  status: ThreadStatus
  /** A CRM contact, or a visitor nobody knows. */
  associatedContactId: string
  visitorName?: string
  visitorIdentifier?: DeliveryIdentifier
  ticketId?: string
  assignedTo?: ActorId
  /** Deleted by hand or by API: no call finds it any more. */
  archived: boolean
  items: ThreadItem[]
  createdAt: number
  closedAt?: number
}
