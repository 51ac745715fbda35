import {
  constantTimeEqual,
  isFresh,
  type MediaKind,
  type Part,
  type ProviderEvent,
  sign,
  WebhookPayloadError,
  type WebhookRequest,
  WebhookVerificationError,
} from '@hitl/core'
import type * as z from 'zod/mini'
import type { AcmeChatConfig } from './config'
import { agentJoined, anyEvent, messageCreated, threadClosed } from './schemas'

const provider = 'Acme Chat'
const SIGNATURE_HEADER = 'x-acme-chat-signature'
const TIMESTAMP_HEADER = 'x-acme-chat-timestamp'
const WINDOW_MS = 5 * 60_000

// TODO (step 4): the vendor's own scheme. This one is the most common: HMAC over time and raw body.
export function verifyWebhook({ headers, rawBody }: WebhookRequest, { signingKey }: AcmeChatConfig, now: number): void {
  const timestamp = headers[TIMESTAMP_HEADER] ?? ''
  const expected = sign('sha256', signingKey, `${timestamp}.${rawBody}`, 'hex')
  if (!constantTimeEqual(headers[SIGNATURE_HEADER] ?? '', expected)) {
    throw new WebhookVerificationError('The webhook is not signed with the signing key of the settings.', { provider })
  }
  if (!isFresh(Number(timestamp), now, WINDOW_MS)) {
    throw new WebhookVerificationError('The webhook was signed more than five minutes ago.', { provider })
  }
}

// TODO (step 4): the events of the vendor; whatever is not for the user is ignored for a reason.
export function readWebhook({ rawBody }: WebhookRequest): readonly ProviderEvent[] {
  const body = readJson(rawBody)
  const { type } = read(anyEvent, body)
  switch (type) {
    case 'agent_joined': {
      const { threadId: threadKey, agentId, at } = read(agentJoined, body)
      return [{ type: 'agentAssigned', threadKey, agent: { id: agentId }, at }]
    }
    case 'thread_closed': {
      const { threadId: threadKey, closedBy, at } = read(threadClosed, body)
      return [{ type: 'threadClosed', threadKey, reason: closedBy === 'agent' ? 'resolved' : 'left', at }]
    }
    case 'message_created':
      return [readMessage(read(messageCreated, body))]
    default:
      return ignored('its type is none that we need')
  }
}

function readMessage({ threadId: threadKey, at, message }: z.infer<typeof messageCreated>): ProviderEvent {
  const { id: messageId, authorId, authorType, isPrivate } = message
  if (authorType !== 'agent') return { type: 'ignored', why: 'no human agent wrote it' }
  if (isPrivate) return { type: 'ignored', why: 'it is a note among agents' }
  const parts = partsOf(message)
  if (parts.length === 0) return { type: 'ignored', why: 'it holds nothing to show' }
  return { type: 'agentMessage', threadKey, agent: { id: authorId }, messageId, parts, at }
}

function partsOf({ text = '', file }: z.infer<typeof messageCreated>['message']): Part[] {
  const parts: Part[] = text.trim() === '' ? [] : [{ kind: 'text', text }]
  if (!file) return parts
  const { url, name, contentType } = file
  return [...parts, { kind: kindOf(contentType), url, ...(name === undefined ? {} : { name }) }]
}

const KINDS: readonly MediaKind[] = ['image', 'audio', 'video']

const kindOf = (contentType: string): MediaKind => KINDS.find((kind) => contentType.startsWith(`${kind}/`)) ?? 'file'

const ignored = (why: string): ProviderEvent[] => [{ type: 'ignored', why }]

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new WebhookPayloadError('The webhook body is no JSON.', { provider })
  }
}

function read<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new WebhookPayloadError('The webhook body is not as documented.', { provider })
}
