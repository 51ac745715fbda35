import type { JsonRecord } from '../json'
import { copyOf } from '../saved-copy'
import type { HitlPlugin } from './bot'
import { existing } from './hitl-start'
import { TAGS, type StartInput, type UpstreamMessage } from './hitl-terms'
import type { Installation } from './installation'
import { UPSTREAM, type ConversationRow, type MessageRow, type UserRow } from './model'
import type { Store } from './store'

export type TranscriptItem = {
  /** Of the message in the user's conversation. */
  id: string
  from: 'user' | 'bot' | 'agent' | 'notice'
  type: string
  payload: JsonRecord
  /** Epoch ms by the emulator's clock. */
  at: number
  agentName?: string
  agentPicture?: string
}

/** A `message_created` invocation that did not answer 200. Cloud does not repeat it. */
export type DeliveryError = {
  /** Of the message in the conversation with the agent. */
  messageId: string
  /** Epoch ms by the emulator's clock. */
  at: number
  status: number
  message: string
  type: string
  payload: JsonRecord
}

export type EndUserOptions = {
  name?: string
  /** Given to the plugin as `userEmail`; it makes one up otherwise. */
  email?: string
  /** The one installed last when absent. */
  installation?: Installation
}

/** What there is of an end user besides the rows in the store. */
export type SavedEndUser = {
  userId: string
  conversationId: string
  installationId: string
  email?: string
  transcript: readonly TranscriptItem[]
  deliveryErrors: readonly DeliveryError[]
}

export type EndUserServices = {
  store: Store
  plugin: HitlPlugin
  /** Counts the work as under way until it ends. */
  track<T>(work: Promise<T>): Promise<T>
  closeCommand(): string
  reply(text: string): string | undefined
  botSays(conversationId: string, type: string, payload: JsonRecord): MessageRow
  settled(): Promise<void>
  journaled(item: TranscriptItem, userName: string): void
}

/** A person who talks to the bot, in a conversation of their own. */
export class EndUser {
  readonly transcript: TranscriptItem[]
  readonly lastDeliveryErrors: DeliveryError[]
  readonly user: UserRow
  readonly conversation: ConversationRow
  readonly #email: string | undefined
  readonly #installation: Installation
  readonly #services: EndUserServices

  constructor(saved: SavedEndUser, installation: Installation, services: EndUserServices) {
    const { userId, conversationId, email, transcript, deliveryErrors } = copyOf(saved)
    this.user = existing(services.store.users, userId, 'User')
    this.conversation = existing(services.store.conversations, conversationId, 'Conversation')
    this.transcript = [...transcript]
    this.lastDeliveryErrors = [...deliveryErrors]
    this.#email = email
    this.#installation = installation
    this.#services = services
  }

  save(): SavedEndUser {
    const { id: userId, conversation, transcript, lastDeliveryErrors: deliveryErrors } = this
    const email = this.#email === undefined ? {} : { email: this.#email }
    const ids = { userId, conversationId: conversation.id, installationId: this.#installation.id }
    return copyOf({ ...ids, ...email, transcript, deliveryErrors })
  }

  get id(): string {
    return this.user.id
  }

  get name(): string {
    return this.user.name ?? 'Unknown User'
  }

  get email(): string | undefined {
    return this.#email
  }

  get hitlActive(): boolean {
    return this.#services.plugin.isActive(this.conversation.id)
  }

  /** Of the latest session, active or not. */
  get downstreamConversationId(): string | undefined {
    return this.conversation.tags[TAGS.downstream]
  }

  say(text: string): Promise<void> {
    return this.send({ type: 'text', payload: { text } })
  }

  /** Resolves when the bot has the message; the integration is invoked in the background. */
  async send(message: { type: string; payload: JsonRecord }): Promise<void> {
    const { store, plugin } = this.#services
    const row: MessageRow = {
      ...store.stamp('msg', UPSTREAM),
      ...message,
      direction: 'incoming',
      userId: this.user.id,
      conversationId: this.conversation.id,
    }
    store.messages.set(row.id, row)
    this.#add({ id: row.id, from: 'user', ...message, at: row.createdAt })
    if (await this.#services.track(plugin.onUpstreamMessage(row))) return
    const answer = message.type === 'text' ? this.#services.reply(String(message.payload['text'])) : undefined
    if (answer !== undefined) this.botSays(answer)
  }

  /** Puts words of the bot into the conversation, for example as history before a hand-off. */
  botSays(text: string): void {
    const { id } = this.#services.botSays(this.conversation.id, 'text', { text })
    this.receive({ id, from: 'bot', type: 'text', payload: { text } })
  }

  /**
   * The bot's "start HITL" card. Resolves to false where the plugin does nothing: when a session is active, or when the
   * user has not written since the last one began.
   * @throws ActionError with the integration's text
   */
  escalate(input: StartInput = {}): Promise<boolean> {
    const email = input.userEmail ?? this.#email
    const full = email === undefined ? input : { ...input, userEmail: email }
    return this.#services.track(
      this.#services.plugin.start(this.conversation.id, this.user.id, this.#installation, full)
    )
  }

  /** Writes the close command. @throws ActionError when the integration's `stopHitl` fails */
  end(): Promise<void> {
    return this.say(this.#services.closeCommand())
  }

  /** The plugin's stop action, as called by the bot. @throws ActionError when the integration's `stopHitl` fails */
  stop(): Promise<void> {
    return this.#services.track(this.#services.plugin.stop(this.conversation.id, 'close-action-called'))
  }

  settled(): Promise<void> {
    return this.#services.settled()
  }

  receive(message: UpstreamMessage): void {
    this.#add({ ...message, at: this.#services.store.clock.now() })
  }

  #add(item: TranscriptItem): void {
    this.transcript.push(item)
    this.#services.journaled(item, this.name)
  }
}

/** Somebody new, with the rows of their own in the store. */
export function newEndUser(options: EndUserOptions, installation: Installation, store: Store): SavedEndUser {
  const { name, email } = options
  const user: UserRow = { ...store.stamp('user', UPSTREAM), ...(name === undefined ? {} : { name }) }
  const conversation: ConversationRow = {
    ...store.stamp('conv', UPSTREAM),
    channel: 'channel',
    integration: 'webchat',
    participantIds: new Set([user.id]),
  }
  store.users.set(user.id, user)
  store.conversations.set(conversation.id, conversation)
  const ids = { userId: user.id, conversationId: conversation.id, installationId: installation.id }
  return { ...ids, ...(email === undefined ? {} : { email }), transcript: [], deliveryErrors: [] }
}
