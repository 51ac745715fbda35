import {
  type Agent,
  constantTimeEqual,
  type CloseReason,
  type Part,
  type ProviderEvent,
  WebhookPayloadError,
  type WebhookRequest,
  WebhookVerificationError,
} from '@hitl/core'
import type * as z from 'zod/mini'
import type { LiveChatConfig } from './config'
import {
  chatDeactivated,
  chatTransferred,
  envelope,
  incomingEvent,
  type LiveChatEvent,
  type RichElement,
  userAdded,
} from './schemas'
import { toThreadKey } from './thread'

const provider = 'LiveChat'

/**
 * LiveChat signs nothing: the secret given at registration comes back inside the body.
 * Source: platform.text.com/docs/management/webhooks.
 */
export function verifyWebhook(request: WebhookRequest, config: LiveChatConfig): void {
  const { secret_key: secret } = readEnvelope(request)
  if (typeof secret !== 'string' || !constantTimeEqual(config.webhookSecret, secret)) {
    throw new WebhookVerificationError('The webhook does not carry the webhook secret of the settings.', { provider })
  }
}

export function readWebhook(request: WebhookRequest, config: LiveChatConfig): ProviderEvent[] {
  const { action, organization_id: organization, payload } = readEnvelope(request)
  if (organization && organization.toLowerCase() !== config.organizationId.toLowerCase()) {
    return [ignored('it belongs to another organization')]
  }
  switch (action) {
    case 'incoming_event':
      return [readIncomingEvent(parse(incomingEvent, payload, action))]
    case 'chat_deactivated':
      return [readDeactivation(parse(chatDeactivated, payload, action))]
    case 'chat_transferred':
      return [readTransfer(parse(chatTransferred, payload, action))]
    case 'user_added_to_chat':
      return [readAddedUser(parse(userAdded, payload, action))]
    default:
      return [ignored('its action is none that we need')]
  }
}

function readEnvelope({ rawBody }: WebhookRequest): z.infer<typeof envelope> {
  let body: unknown
  try {
    body = JSON.parse(rawBody)
  } catch {
    throw new WebhookPayloadError('The webhook body is not JSON.', { provider })
  }
  return parse(envelope, body, 'webhook')
}

function parse<T>(schema: z.ZodMiniType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const field = parsed.error.issues[0]?.path.join('.') ?? ''
  throw new WebhookPayloadError(`The ${what} payload cannot be read: ${field || 'the body'} is not as documented.`, {
    provider,
  })
}

type IncomingEvent = z.infer<typeof incomingEvent>

function readIncomingEvent({ chat_id: chatId, thread_id: threadId, event }: IncomingEvent): ProviderEvent {
  if (event.visibility !== 'all') return ignored('it is not visible to the customer')
  if (!event.author_id) return ignored('it is a system message')
  if (!isAgentId(event.author_id)) return ignored('no human agent wrote it')
  const parts = readParts(event)
  if (parts.length === 0) return ignored(`it holds nothing to show (${event.type})`)
  return {
    type: 'agentMessage',
    threadKey: toThreadKey({ chatId, threadId }),
    agent: { id: event.author_id },
    messageId: event.id,
    parts,
  }
}

function readParts(event: LiveChatEvent): Part[] {
  switch (event.type) {
    case 'message':
      return text(event.text)
    case 'file':
      return event.url
        ? [{ kind: mediaKind(event.content_type), url: event.url, ...(event.name ? { name: event.name } : {}) }]
        : []
    case 'rich_message':
      return (event.elements ?? []).flatMap(readElement)
    default:
      return []
  }
}

const text = (value: string | null | undefined): Part[] => (value?.trim() ? [{ kind: 'text', text: value }] : [])

const MEDIA = ['image', 'audio', 'video'] as const
const mediaKind = (contentType: string | null | undefined) =>
  MEDIA.find((kind) => contentType?.startsWith(`${kind}/`)) ?? 'file'

/** A card as its picture followed by its words; a button's link is shown, since it cannot be pressed elsewhere. */
function readElement({ title, subtitle, image, buttons }: RichElement): Part[] {
  const lines = [
    title,
    subtitle,
    ...(buttons ?? []).map(({ text: label, type, value }) => bullet(label, type === 'url' ? value : undefined)),
  ]
  const picture: Part[] = image?.url
    ? [{ kind: 'image', url: image.url, ...(image.name ? { name: image.name } : {}) }]
    : []
  return [...picture, ...text(lines.filter(Boolean).join('\n'))]
}

const bullet = (label: string | null | undefined, link: string | null | undefined) =>
  [label && `• ${label}`, link].filter(Boolean).join(' ')

function readDeactivation({
  chat_id: chatId,
  thread_id: threadId,
  user_id: userId,
}: z.infer<typeof chatDeactivated>): ProviderEvent {
  const reason: CloseReason = userId && isAgentId(userId) ? 'resolved' : 'left'
  return { type: 'threadClosed', threadKey: toThreadKey({ chatId, threadId }), reason }
}

function readTransfer({
  chat_id: chatId,
  thread_id: threadId,
  transferred_to: target,
}: z.infer<typeof chatTransferred>): ProviderEvent {
  const agentId = target?.agent_ids?.find(isAgentId)
  if (agentId === undefined) return ignored('the chat waits in a queue')
  return assigned(chatId, threadId, { id: agentId })
}

function readAddedUser({ chat_id: chatId, thread_id: threadId, user }: z.infer<typeof userAdded>): ProviderEvent {
  if (user.type !== 'agent' || !isAgentId(user.id)) return ignored('no human agent was added')
  if (user.visibility === 'agents') return ignored('the agent only watches')
  return assigned(chatId, threadId, {
    id: user.id,
    ...(user.name ? { name: user.name } : {}),
    ...(user.avatar ? { pictureUrl: toPictureUrl(user.avatar) } : {}),
  })
}

function assigned(chatId: string, threadId: string | null | undefined, agent: Agent): ProviderEvent {
  // LiveChat names the thread only while the chat is active.
  if (!threadId) return ignored('the chat is not active')
  return { type: 'agentAssigned', threadKey: toThreadKey({ chatId, threadId }), agent }
}

/** Agents are e-mail addresses here; customers are UUIDs and LiveChat's own bots 32 hexadecimal digits. */
const isAgentId = (id: string) => id.includes('@')

/** LiveChat gives some avatar addresses without a scheme. */
export const toPictureUrl = (avatar: string) =>
  /^https?:\/\//.test(avatar) ? avatar : `https://${avatar.replace(/^\/+/, '')}`

const ignored = (why: string): ProviderEvent => ({ type: 'ignored', why })
