/** What an end user of the contract suite can do, and what they have seen. */
export type ContractUser = {
  /** Starts a session. @throws Error with the integration's text */
  escalate(input?: { title?: string; description?: string; hitlSession?: Record<string, unknown> }): Promise<unknown>
  say(text: string): Promise<void>
  sendImage(): Promise<void>
  /** Writes the close command. */
  end(): Promise<void>
  readonly active: boolean
  /** Messages of agents, in order. */
  readonly heard: readonly { type: string; text: string; agentName?: string; agentPicture?: string }[]
  /** Notices of the HITL plugin, in order. */
  readonly notices: readonly string[]
  /** Texts of failed deliveries to the agent. */
  readonly failures: readonly string[]
  readonly sessionId: string | undefined
}

export type AgentIndex = 0 | 1
export type Numbers = { users: number; conversations: number; messages: number; events: number }
export type ContractFault = { kind: 'status'; status: number } | { kind: 'drop'; when: 'before' | 'after' }

/** Emulated Botpress and provider with the built bundle in between, in the provider's hands. */
export type ContractWorld = {
  user(options?: { name?: string; email?: string; pictureUrl?: string }): ContractUser
  agentNames: readonly [string, string]
  /** The agent takes the latest thread of this user. */
  take(user: ContractUser, agent: AgentIndex): void
  write(user: ContractUser, agent: AgentIndex, text: string): void
  /** A remark that only agents may see; undefined when the provider has none. */
  note?: (user: ContractUser, agent: AgentIndex, text: string) => void
  sendFile(user: ContractUser, agent: AgentIndex): void
  transfer(user: ContractUser, from: AgentIndex, to: AgentIndex): void
  close(user: ContractUser, agent: AgentIndex): void
  /** A late copy of the webhook that said this agent took over. */
  repeatAssignment(user: ContractUser, agent: AgentIndex): Promise<void>
  /** A late copy of a message of this agent in the given session's thread. */
  repeatMessage(user: ContractUser, agent: AgentIndex, text: string, sessionId: string): Promise<void>
  /** What agents see from the user's side in the latest thread, after what opened it. Media as `[image]`. */
  received(user: ContractUser): readonly string[]
  /** The texts that opened the latest thread. */
  opening(user: ContractUser): readonly string[]
  threads(): { all: number; open: number }
  /** Somebody chats with an agent, unrelated to any bot: start, message, transfer and close arrive as webhooks. */
  foreignThread(): Promise<void>
  /** Posts to the webhook address; resolves with the status of the answer. */
  post(request: { method?: string; body?: string; headers?: Record<string, string> }): Promise<number>
  /** Requests that are not authentic, each for one reason, and otherwise would say something in this user's thread. */
  forgeries(
    user: ContractUser
  ): readonly { reason: string; request: { body: string; headers: Record<string, string> } }[]
  botpress(): Numbers
  /** Fresh instances, each with memory of its own; requests go to them in turn. */
  restart(count: number): Promise<void>
  webhooks(mode: 'normal' | 'twice at once' | 'held'): void
  /** Delivers what was held, the newest first. */
  releaseReversed(): Promise<void>
  failBotpress(match: string, fault: ContractFault, times?: number): void
  /** Faults the call that opens a thread, or the one that sends a message. */
  failProvider(call: 'open' | 'send' | 'close', fault: ContractFault, times?: number): void
  /** From now on an agent takes and greets each thread before the provider has answered the opening call. */
  greetEarly(text: string): void
  /** Lets everything finish and time pass until nothing is scheduled any more. */
  settle(): Promise<void>
  /** Lets young sessions grow out of the time in which events are held back. */
  mature(): void
  /** Everything the bundle has logged. */
  logs(): string
  /** Texts that may appear in no log, error or answer. */
  secrets: readonly string[]
  shut(): Promise<void>
}

export type ContractKit = {
  /** Name of the provider, for the titles of the tests. */
  name: string
  /** False when the provider tells no address of an agent's picture. */
  agentPictures?: boolean
  /**
   * What becomes of a live session when the same contact starts another one: both go on (when absent), or the older one
   * ends, because the provider would otherwise show the contact twice.
   */
  secondSession?: 'beside' | 'instead'
  open(options?: { instances?: number; settings?: Record<string, unknown> }): Promise<ContractWorld>
}
