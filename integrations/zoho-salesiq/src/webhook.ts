import {
  type Agent,
  type CloseReason,
  type Part,
  type ProviderEvent,
  WebhookPayloadError,
  type WebhookRequest,
} from '@hitl/core'
import { toAgent } from './agent'
import { findAttachment, toPart } from './attachment'
import { type Envelope, parse, readEnvelope } from './envelope'
import { asNumber, assignment, asText, ending, person, reply } from './schemas'

const provider = 'Zoho SalesIQ'

/** The events we ask for. Source: zoho.com/salesiq/help/developer-section/workflows.html. */
export const EVENTS = [
  'conversation.attender.updated',
  'conversation.operator.replied',
  'conversation.completed',
  'conversation.missed',
  'conversation.transfer.accepted',
] as const

export function readWebhook(request: WebhookRequest): ProviderEvent[] {
  return [readEvent(readEnvelope(request))]
}

function readEvent(envelope: Envelope): ProviderEvent {
  switch (envelope.event) {
    case 'conversation.attender.updated':
    case 'conversation.transfer.accepted':
      return readAssignment(envelope)
    case 'conversation.operator.replied':
      return readReply(envelope)
    case 'conversation.completed':
      return closed(envelope, reasonOf(parse(ending, envelope.entity, envelope.event).ended_by))
    case 'conversation.missed':
      return closed(envelope, 'missed')
    default:
      return ignored('its event is none that we need')
  }
}

/** Whether a transfer names its new owner is not documented; when it does not, SalesIQ is asked. */
function readAssignment(envelope: Envelope): ProviderEvent {
  const { owner: given } = parse(assignment, envelope.entity, envelope.event)
  const owner = given && parse(person, given, envelope.event)
  const isTransfer = envelope.event === 'conversation.transfer.accepted'
  if (!owner) return isTransfer ? assigned(envelope, undefined) : ignored('it names nobody')
  const agent = toAgent(owner)
  return agent ? assigned(envelope, agent) : ignored('no human agent is in charge')
}

const assigned = ({ threadKey, at }: Envelope, agent: Agent | undefined): ProviderEvent => ({
  type: 'agentAssigned',
  threadKey,
  ...(agent ? { agent } : {}),
  ...timed(at),
})

function readReply({ threadKey, at, entity, event, isLastAttempt }: Envelope): ProviderEvent {
  const { message } = parse(reply, entity, event)
  const agent = toAgent(message.sender)
  if (!agent) return ignored('no human agent wrote it')
  const text = asText(message.text)?.trim() ? String(message.text) : ''
  const found = findAttachment(message)
  // Beside a text, an address alone may be the preview of a link in it.
  const file = text && !found?.isFile ? undefined : (found ?? {})
  const parts: Part[] = [...(text ? [{ kind: 'text' as const, text }] : []), ...(file ? [toPart(file)] : [])]
  // A file without an address, or a message without anything: the transcript may know more.
  const isIncomplete = file !== undefined && !file.url
  const messageId = asText(message.msgid) ?? asNumber(message.msgid) ?? at
  if (messageId === undefined) throw new WebhookPayloadError('The message has neither msgid nor time.', { provider })
  return {
    type: 'agentMessage',
    threadKey,
    agent,
    messageId: String(messageId),
    parts,
    ...(isIncomplete ? { isIncomplete } : {}),
    ...(isIncomplete && isLastAttempt ? { isLastAttempt } : {}),
    ...timed(at),
  }
}

const closed = ({ threadKey, at }: Envelope, reason: CloseReason): ProviderEvent => ({
  type: 'threadClosed',
  threadKey,
  reason,
  ...timed(at),
})

/** Values seen: agent, visitor, system, scheduler. */
const reasonOf = (endedBy: unknown): CloseReason => (asText(endedBy) === 'agent' ? 'resolved' : 'left')

const timed = (at: number | undefined) => (at === undefined ? {} : { at })

const ignored = (why: string): ProviderEvent => ({ type: 'ignored', why })
