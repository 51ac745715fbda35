/** What an integration's definition declares, as far as the Runtime API checks it. */
export type Declared = {
  userTags: readonly string[]
  /** By channel. */
  conversationTags: Readonly<Record<string, readonly string[]>>
  messageTags: readonly string[]
  states: Readonly<Record<string, 'integration' | 'conversation' | 'user'>>
  /** Names without the integration's alias. */
  events: readonly string[]
  /** Message types by channel. */
  channels: Readonly<Record<string, readonly string[]>>
}

/** Who calls the Runtime API. The bot (with its plugins) may use everything. */
export type Caller =
  | { kind: 'bot' }
  | { kind: 'integration'; id: string; name: string; alias: string; declared: Declared }
