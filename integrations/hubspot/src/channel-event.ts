import type { Agent, Part, ProviderEvent } from '@hitl/core'
import { isUser, toAgentId } from './agent'
import { isUnfinished, REST_IS_MISSING, toPart } from './attachment'
import { readText } from './rich-text'
import {
  asId,
  asText,
  attachment,
  type ChannelEvent,
  id,
  itemsIn,
  messageStatus,
  type OutgoingMessage,
  outgoingMessage,
  sender,
} from './schemas'
import { asPortalId, toThreadKey } from './thread'

const ignored = (why: string): ProviderEvent => ({ type: 'ignored', why })

/** A message for the end user. Undefined when it is no event at all. */
export function readChannelEvent(event: ChannelEvent): ProviderEvent | undefined {
  // CHANNEL_ACCOUNT_CREATED, _UPDATED, _PURGED: of no interest.
  if (event.type !== 'OUTGOING_CHANNEL_MESSAGE_CREATED') return ignored('its type is none that we need')
  const parsed = outgoingMessage.safeParse(event.message)
  if (!parsed.success) return undefined
  const message = parsed.data
  if ((message.type ?? 'MESSAGE') !== 'MESSAGE') return ignored('it is not for the end user')
  if (message.direction === 'INCOMING') return ignored('it is our own message')
  const [sessionId] = itemsIn(id, event.channelIntegrationThreadIds)
  const threadId = asId(message.conversationsThreadId) ?? sessionId
  const portalId = asPortalId(event.portalId)
  if (!threadId || !portalId) return undefined
  return toAgentMessage(message, toThreadKey({ id: threadId, portalId }), sessionId)
}

function toAgentMessage(message: OutgoingMessage, threadKey: string, sessionId: string | undefined): ProviderEvent {
  const parts = readParts(message)
  if (parts.length === 0) return ignored('it is empty')
  const isIncomplete = parts.some(isUnfinished)
  const status = messageStatus.safeParse(message.status).data?.statusType
  const at = Date.parse(asText(message.createdAt) ?? '')
  return {
    type: 'agentMessage',
    threadKey,
    ...(sessionId ? { sessionId } : {}),
    agent: readAgent(message),
    messageId: message.id,
    parts,
    ...(isIncomplete ? { isIncomplete } : {}),
    // It counts as sent from the start, as a rule.
    ...(status === 'SENT' || status === 'READ' ? {} : { wantsReceipt: true }),
    ...(Number.isNaN(at) ? {} : { at }),
  }
}

function readAgent({ senders, createdBy }: OutgoingMessage): Agent {
  const [first] = itemsIn(sender, senders)
  const actorId = asId(first?.actorId) ?? asId(createdBy) ?? 'HUBSPOT'
  const id = toAgentId(actorId) ?? actorId
  const name = asText(first?.name) ?? (isUser(id) ? undefined : 'HubSpot')
  return { id, ...(name ? { name } : {}) }
}

const WHOLE = 'NOT_TRUNCATED'

function readParts({ text, richText, attachments, truncationStatus }: OutgoingMessage): Part[] {
  const isCut = (asText(truncationStatus) ?? WHOLE) !== WHOLE
  return [
    ...readText(asText(text), asText(richText)),
    ...(isCut ? [REST_IS_MISSING] : []),
    ...itemsIn(attachment, attachments).map(toPart),
  ]
}
