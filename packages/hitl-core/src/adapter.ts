import type { Platform } from './botpress/platform'
import type { Check } from './check'
import type { BrowserConnection } from './connect/browser-connection'
import type { HttpClient, HttpCredential } from './http/request'
import type { TokenSource, TokenSourceOptions } from './oauth/token-source'
import type { SessionBook } from './session-book'

export type MediaKind = 'image' | 'audio' | 'video' | 'file'

/** One piece of a message: a text, or one media item that the receiver can fetch from `url`. */
export type Part = { kind: 'text'; text: string } | MediaPart
export type PartKind = Part['kind']
export type MediaPart = { kind: MediaKind; url: string; name?: string }

/**
 * The end user as Botpress knows them. `email` is set only when it is a real address, never a made-up one; or what the
 * adapter's `readAddress` gives.
 */
export type Contact = {
  /** Botpress id of the downstream user. */
  userId: string
  /** Provider's id of this person, when the adapter has `saveContact`; else absent. */
  id?: string
  name?: string
  email?: string
  pictureUrl?: string
}

/** `id` is the provider's id of the human who answers; core keeps one Botpress user per `id`. */
export type Agent = { id: string; name?: string; pictureUrl?: string }

export type AgentProfile = Agent & { inThread?: boolean }

/** One line of the conversation before the hand-off, oldest first. `at` is epoch ms where known. */
export type PastMessage = { speaker: 'user' | 'bot'; name: string; text: string; at?: number }

/** What the agent gets to see when a session begins. */
export type Brief<Options> = {
  title?: string
  description?: string
  /** The history as readable lines, empty when there is none. */
  transcript: string
  /** The same history message by message, for providers that can show it so. */
  history: readonly PastMessage[]
  /** The `hitlSession` fields the bot builder filled in. */
  options: Options
}

/** The latest earlier session of the same contact, when there is one. */
export type PreviousSession<Thread> = {
  thread: Thread
  /**
   * Whether that session is over and nothing of it is under way any more, so that what it used may be used again.
   * Costs one Botpress call, and waits up to three seconds for a session that has ended just now.
   */
  isOver(): Promise<boolean>
  /** Whether its thread is known to be closed at the provider. Costs one Botpress call. */
  isClosed(): Promise<boolean>
}

export type OpenRequest<Thread, Options> = {
  /** The downstream conversation id. Exists already; it may be given to the provider as a thread id. */
  sessionId: string
  contact: Contact
  brief: Brief<Options>
  previous?: PreviousSession<Thread>
}

/** A start that never came to its end. */
export type AbandonedStart<Thread> = Pick<OpenRequest<Thread, unknown>, 'sessionId' | 'contact'> & {
  /** Epoch ms. */
  startedAt: number
  /** What it was asked for, as far as that was kept. */
  asked: { title?: string | undefined; description?: string | undefined; options?: unknown }
  /** Threads of other sessions of this contact, the latest first. */
  earlier: readonly Thread[]
}

/** Parts to send as the contact. `id` is the Botpress message id: the natural idempotency key. */
export type OutgoingMessage = { id: string; parts: readonly Part[] }

/**
 * One fact from a webhook in our words. `ignored` is a result, not an absence, so that tests can name the reason.
 * `at` (epoch ms) is the provider's own time of the event; leave it out when the provider gives none.
 */
export type ProviderEvent =
  | AgentAssigned
  | AgentMessage
  | { type: 'threadClosed'; threadKey: string; reason: CloseReason; at?: number }
  | { type: 'ignored'; why: string }

/** Without an `agent` the provider is asked who is in charge (`agentInCharge`). */
export type AgentAssigned = { type: 'agentAssigned'; threadKey: string; agent?: Agent; at?: number }

export type AgentMessage = {
  type: 'agentMessage'
  threadKey: string
  /** The downstream conversation, when the provider names it: saves finding it. Only with `sessions`. */
  sessionId?: string
  /** The provider wants to hear that it was delivered (`reportDelivery`). */
  wantsReceipt?: boolean
  agent: Agent
  messageId: string
  parts: readonly Part[]
  /** The webhook does not say all of it: the provider is asked (`completeMessage`) before it is shown. */
  isIncomplete?: boolean
  /** The provider will not deliver it again: what cannot be completed now is shown as it is. */
  isLastAttempt?: boolean
  at?: number
}

export type CloseReason = 'resolved' | 'missed' | 'left'

export type WebhookRequest = {
  /** Upper case. */
  method: string
  /** The public address the provider called, query included; some providers sign it. */
  url: string
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>
  /** Exactly as received. */
  rawBody: string
}

/** A place where one credential is kept, and the way to make a renewing source of it. */
export type TokenSlot = {
  source(options: TokenSourceOptions): TokenSource
}

/** What an adapter may ask while it verifies a webhook. Nothing is asked of the provider. */
export type WebhookKnowledge<Thread> = {
  /** The thread of this key, if we opened it. Costs one Botpress call unless it is in memory. */
  thread(threadKey: string): Promise<Thread | undefined>
  /** What `install` noted. Costs one Botpress call unless it was read within the last minute. */
  installation(): Promise<unknown>
}

export type WebhookProof = void | 'unproven'

/** What an adapter has to know about its installation, as plain JSON; core keeps it and never looks inside. */
export type InstallationNote = {
  /** What this instance has read within the last minute, else what is stored; with `fresh` always the latter. */
  read(fresh?: boolean): Promise<unknown>
  /** Undefined removes it. */
  write(note: unknown): Promise<void>
}

export type Log = {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

export type ProviderContext<Config> = {
  config: Config
  /** Bound to this journey step's deadline. */
  http: HttpClient
  /** The credential named by `auth`, for calls that speak as the integration. */
  credential: HttpCredential
  /** Credential slot that lives with a session. A thread that goes on with an earlier session's credential names it. */
  tokensOf(sessionId: string): TokenSlot
  /** Credential slot of the installation. */
  installationTokens: TokenSlot
  installation: InstallationNote
  /** Threads of the sessions that have not ended, for adapters with `sessions`; undefined when that cannot be told. */
  liveThreads(): Promise<readonly unknown[] | undefined>
  /** Public address of this installation's webhook. */
  webhookUrl: string
  /** For `oneAtATime` and `repeatRegistration`. */
  platform: Platform
  log: Log
}

/** A setting schema as zui makes it. */
export type SettingsSchema<Config> = {
  safeParse(
    value: unknown
  ):
    | { success: true; data: Config }
    | { success: false; error: { issues: readonly { path: readonly (string | number)[]; message: string }[] } }
}

export type TextLimit = { max: number; unit: 'bytes' | 'characters' }

export type ProviderLimits = {
  text: TextLimit
  /** Media kinds that can be sent as real uploads; others become a text with the link. */
  media: readonly MediaKind[]
  /** Largest upload in bytes; a larger file becomes a text with the link. */
  uploadBytes: number
  /** How long the provider waits for the answer to a webhook, in ms, less a margin. */
  webhookMs: number
}

/** How calls that speak as the integration are authorised. */
export type ProviderAuth =
  | { kind: 'static'; headers: Readonly<Record<string, string>> }
  | { kind: 'token'; header(accessToken: string): Readonly<Record<string, string>>; source: TokenSourceOptions }

/**
 * Everything a provider adds. The first members are pure; `connect` gives the ones that use the network.
 * Core calls nothing else, and knows no provider by name.
 */
export interface ProviderAdapter<Config, Thread, Options = unknown> {
  /** Product name as people read it, for example in errors. */
  readonly name: string
  readonly limits: ProviderLimits
  readonly settings: SettingsSchema<Config>
  /** `liveSessions`, for providers that report all their threads, or name our session in a webhook. */
  readonly sessions?: SessionBook
  /**
   * For providers that reach people by more than e-mail: the address to keep as `contact.email`, made uniform.
   * @throws HitlError when it looks like an address but cannot be read
   */
  readAddress?(given: string | undefined): string | undefined
  /** Settings that texts may quote. The values of all others are kept out of logs and errors. */
  readonly quotable?: readonly string[]
  auth(config: Config, http: HttpClient): ProviderAuth
  /** For providers whose accounts can be connected in a browser: `browserConnection`. */
  readonly connection?: BrowserConnection<Config>
  /** The string the provider repeats in every webhook about the thread. At most 500 characters. */
  threadKey(thread: Thread): string
  /**
   * `unproven` when it is let in although anybody could have sent it, because it can change nothing.
   * @throws WebhookVerificationError when not authentic, WebhookPayloadError when it cannot be read at all.
   */
  verifyWebhook(
    request: WebhookRequest,
    config: Config,
    now: number,
    knowledge: WebhookKnowledge<Thread>
  ): WebhookProof | Promise<WebhookProof>
  /** Called only after `verifyWebhook` passed. @throws WebhookPayloadError when unreadable. */
  readWebhook(request: WebhookRequest, config: Config): readonly ProviderEvent[]
  connect(context: ProviderContext<Config>): ProviderApi<Thread, Options>
}

export interface ProviderApi<Thread, Options = unknown> {
  /**
   * Proves every setting and makes what the provider needs to call us.
   * Returns sentences the bot builder has to read (for example steps to do by hand).
   * @throws ConfigurationError naming the setting.
   */
  install(): Promise<readonly string[]>
  /** What `install` proves before it makes anything, in order: these very checks, for whoever wants to know beforehand. */
  checks?(): readonly Check[]
  /** Removes what `install` made. */
  uninstall(): Promise<void>
  /** For providers whose contacts exist before a thread does. Idempotent by `contact.userId`. */
  saveContact?(contact: Contact): Promise<{ id: string }>
  /** Opens one thread or fails leaving none open. The result is plain JSON under 2,000 characters. */
  openThread(request: OpenRequest<Thread, Options>): Promise<Thread>
  /**
   * Closes what a start has left open whose process was ended before it could note its thread, if anything, and nothing
   * else. For providers at which such a thread can be found by what `openThread` gave along. @throws when that may remain
   */
  closeAbandoned?(start: AbandonedStart<Thread>): Promise<void>
  /** Sends the parts in order. @throws ThreadClosedError when the provider takes no more messages. */
  sendMessage(thread: Thread, message: OutgoingMessage): Promise<void>
  /**
   * Closes exactly this thread, never a later one of the same contact. Succeeds when it is closed already. `still open`
   * when the provider does not allow it and the agent was told instead: the session is over all the same.
   */
  closeThread(thread: Thread): Promise<void | 'still open'>
  /** Who is in charge of the thread now, for events that do not say; one provider call. */
  agentInCharge?(thread: Thread): Promise<Agent | undefined>
  /**
   * Tells the agent's side what became of a message: delivered, when `message.wantsReceipt`, or why it never will be, in
   * words for the agent. Only with `sessions`. Core goes on whether it succeeds or not.
   */
  reportDelivery?(message: AgentMessage, failure?: string): Promise<void>
  /**
   * All parts of a message of which the webhook told only some; one provider call. Throws only what another delivery may
   * mend: what is known already must not get lost.
   */
  completeMessage?(thread: Thread, message: AgentMessage): Promise<readonly Part[]>
  /** Name and picture of an agent, and whether they are in the thread now if that is known too; one provider call. */
  getAgent(agentId: string, thread: Thread): Promise<AgentProfile>
  /** For providers whose events carry no time: is this agent in the thread now? At most one provider call. */
  isAgentInThread?(agentId: string, thread: Thread): Promise<boolean>
}
