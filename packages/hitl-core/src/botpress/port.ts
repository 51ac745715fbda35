import type { PartKind } from '../adapter'
import type { HitlIntegration } from './integration-type'
import type {
  CHANNEL,
  conversationTag,
  event,
  LIVE_TAG,
  messageTag,
  SET_UP_STATE,
  state,
  THREAD_TAGS,
  userTag,
} from './names'

/** The few Botpress calls core needs, as a structural type: the SDK's client fits it, and so does a fake. */
type NameOf<T> = T[keyof T]
export type ConversationTag = NameOf<typeof conversationTag> | (typeof THREAD_TAGS)[number] | typeof LIVE_TAG
export type MessageTag = NameOf<typeof messageTag>
export type UserTag = NameOf<typeof userTag>
export type ConversationTags = Partial<Record<ConversationTag, string>>
export type MessageTags = Partial<Record<MessageTag, string>>
export type UserTags = Partial<Record<UserTag, string>>
export type StateKind = 'integration' | 'conversation'
export type StateAddress = { type: StateKind; id: string; name: NameOf<typeof state> | typeof SET_UP_STATE }
export type Payload = Record<string, unknown>
type States = HitlIntegration['states']
export type StatePayload = { [K in keyof States]: States[K]['payload'] }[keyof States]

/** What an agent's message may hold. */
export type AgentPayload =
  | { text: string }
  | { imageUrl: string; title?: string }
  | { audioUrl: string; title?: string }
  | { videoUrl: string; title?: string }
  | { fileUrl: string; title?: string }
export type Schedule = { delay: number }

export type BotpressConversation = { id: string; createdAt: string; channel: string; tags: ConversationTags }
export type BotpressUser = { id: string; tags: UserTags; name?: string; pictureUrl?: string }
export type BotpressMessage = { id: string }
/** The API answers with the message; the SDK's types say that it is wrapped once more. */
export type WrittenMessage = DatedMessage | { message: DatedMessage }
type DatedMessage = BotpressMessage & { createdAt?: string }
export type BotpressEvent = { id: string; type: string; payload: Payload; createdAt: string }

export interface BotpressPort {
  getConversation(input: { id: string }): Promise<{ conversation: BotpressConversation }>
  listConversations(input: {
    channel: typeof CHANNEL
    tags: ConversationTags
    nextToken?: string
  }): Promise<{ conversations: BotpressConversation[]; meta?: { nextToken?: string | undefined } }>
  getOrCreateConversation(input: {
    channel: typeof CHANNEL
    tags: ConversationTags
    discriminateByTags: ConversationTag[]
  }): Promise<{ conversation: BotpressConversation }>
  updateConversation(input: { id: string; tags: ConversationTags }): Promise<{ conversation: BotpressConversation }>
  deleteConversation(input: { id: string }): Promise<unknown>
  getUser(input: { id: string }): Promise<{ user: BotpressUser }>
  getOrCreateUser(input: {
    tags: UserTags
    name?: string
    pictureUrl?: string
    discriminateByTags: UserTag[]
  }): Promise<{ user: BotpressUser }>
  updateUser(input: {
    id: string
    tags?: UserTags
    name?: string
    pictureUrl?: string
  }): Promise<{ user: BotpressUser }>
  getOrCreateMessage(input: {
    type: PartKind
    payload: AgentPayload
    userId: string
    conversationId: string
    tags: MessageTags
    discriminateByTags: MessageTag[]
    schedule?: Schedule
  }): Promise<{ message: BotpressMessage }>
  initializeIncomingMessage(input: {
    user: { tags: UserTags; name?: string; pictureUrl?: string; discriminateByTags: UserTag[] }
    conversationId: string
    message: { type: PartKind; payload: AgentPayload; tags: MessageTags; discriminateByTags: MessageTag[] }
  }): Promise<{ user: BotpressUser; conversation: BotpressConversation; message?: WrittenMessage }>
  deleteMessage(input: { id: string }): Promise<unknown>
  configureIntegration(input: { scheduleRegisterCall: 'hourly' | 'daily' | 'monthly' }): Promise<unknown>
  createEvent(input: {
    type: NameOf<typeof event>
    payload: { conversationId: string; userId: string } | { conversationId: string }
    conversationId: string
    schedule?: Schedule
  }): Promise<unknown>
  listEvents(input: {
    conversationId: string
    nextToken?: string
  }): Promise<{ events: BotpressEvent[]; meta?: { nextToken?: string | undefined } }>
  getState(input: StateAddress): Promise<{ state: { payload: Payload } }>
  setState(input: StateAddress & { payload: StatePayload | null; expiry?: number }): Promise<unknown>
  getOrSetState(
    input: StateAddress & { payload: StatePayload; expiry?: number }
  ): Promise<{ state: { payload: Payload } }>
}
