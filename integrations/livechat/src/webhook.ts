import {
  type Agent,
  type CloseReason,
  constantTimeEqual,
  type MediaKind,
  type Part,
  type ProviderEvent,
  WebhookPayloadError,
  type WebhookRequest,
  WebhookVerificationError,
} from '@hitl/core'
import type * as z from 'zod/mini'
import { isAgentId, toAgent } from './agent'
import type { LiveChatConfig } from './config'
import {
  asText,
  chatDeactivated,
  chatTransferred,
  envelope,
  fileAddress,
  incomingEvent,
  type LiveChatEvent,
  richButtons,
  type RichElement,
  richElements,
  transferTarget,
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
  const author = asText(event.author_id)
  if (!author) return ignored('it is a system message')
  if (!isAgentId(author)) return ignored('no human agent wrote it')
  const parts = readParts(event)
  if (parts.length === 0) return ignored(`it holds nothing to show (${event.type})`)
  return {
    type: 'agentMessage',
    threadKey: toThreadKey({ chatId, threadId }),
    agent: { id: author },
    messageId: event.id,
    parts,
  }
}

function readParts(event: LiveChatEvent): Part[] {
  switch (event.type) {
    case 'message':
      return text(event.text)
    case 'file':
      return media(mediaKind(asText(event.content_type)), event)
    case 'rich_message':
      return parse(richElements, event.elements ?? [], 'rich_message').flatMap(readElement)
    default:
      return []
  }
}

const text = (value: unknown): Part[] => (asText(value)?.trim() ? [{ kind: 'text', text: String(value) }] : [])

function media(kind: MediaKind, file: unknown): Part[] {
  const { data } = fileAddress.safeParse(file)
  const name = asText(data?.name)
  return data?.url ? [{ kind, url: data.url, ...(name ? { name } : {}) }] : []
}

const MEDIA = ['image', 'audio', 'video'] as const
const mediaKind = (contentType = '') => MEDIA.find((kind) => contentType.startsWith(`${kind}/`)) ?? 'file'

/** A card as its picture followed by its words; a button's link is shown, since it cannot be pressed elsewhere. */
function readElement({ title, subtitle, image, buttons }: RichElement): Part[] {
  const { data = [] } = richButtons.safeParse(buttons)
  const bullets = data.map(({ text: label, type, value }) =>
    [asText(label) && `• ${label}`, type === 'url' ? asText(value) : ''].filter(Boolean).join(' ')
  )
  return [...media('image', image), ...text([asText(title), asText(subtitle), ...bullets].filter(Boolean).join('\n'))]
}

function readDeactivation({
  chat_id: chatId,
  thread_id: threadId,
  user_id: userId,
}: z.infer<typeof chatDeactivated>): ProviderEvent {
  const reason: CloseReason = isAgentId(userId) ? 'resolved' : 'left'
  return { type: 'threadClosed', threadKey: toThreadKey({ chatId, threadId }), reason }
}

function readTransfer({
  chat_id: chatId,
  thread_id: threadId,
  transferred_to: target,
}: z.infer<typeof chatTransferred>): ProviderEvent {
  const agentId = transferTarget.safeParse(target).data?.agent_ids.find(isAgentId)
  if (agentId === undefined) return ignored('the chat waits in a queue')
  return assigned(chatId, threadId, { id: agentId })
}

function readAddedUser({ chat_id: chatId, thread_id: threadId, user }: z.infer<typeof userAdded>): ProviderEvent {
  if (user.type !== 'agent' || !isAgentId(user.id)) return ignored('no human agent was added')
  if (user.visibility === 'agents') return ignored('the agent only watches')
  return assigned(chatId, threadId, toAgent(user.id, user))
}

function assigned(chatId: string, given: unknown, agent: Agent): ProviderEvent {
  // LiveChat names the thread only while the chat is active.
  const threadId = asText(given)
  if (!threadId) return ignored('the chat is not active')
  return { type: 'agentAssigned', threadKey: toThreadKey({ chatId, threadId }), agent }
}

const ignored = (why: string): ProviderEvent => ({ type: 'ignored', why })
