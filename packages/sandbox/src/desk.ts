import type { JournalEntry } from '@hitl/emulator'

/** One human who answers. `id` is the provider's. */
export type DeskAgent = { id: string; name: string }

export type DeskFile = { name: string; contentType: string; bytes: Uint8Array }

/** One message as the other side of the desk sees it. Notes among agents and system messages are left out. */
export type DeskMessage = {
  from: 'contact' | 'agent'
  /** Name of who wrote it. */
  author: string
  text?: string
  /** Address of a file, in place of a text. */
  url?: string
}

export type DeskThread = {
  /** Names the thread for the provider; the other actions take it. */
  key: string
  /** E-mail address of the contact. */
  contact: string
  active: boolean
  /** Ids of the agents who answer now. */
  agents: readonly string[]
  messages: readonly DeskMessage[]
}

export type ForgedWebhook = {
  event: 'message' | 'assigned' | 'closed'
  /** Absent for a thread the bot did not open. */
  thread?: DeskThread
  /** Repeats this text on each call as the same message. */
  text?: string
  /** Sent in place of the right one. */
  secret?: string
}

/** What the people on the provider's side can do and see, in our words, so that one journey fits every provider. */
export type Desk = {
  agents: readonly [DeskAgent, DeskAgent]
  /** Oldest first. */
  threads(): readonly DeskThread[]
  join(thread: DeskThread, agent: DeskAgent): void
  write(thread: DeskThread, agent: DeskAgent, text: string): void
  sendFile(thread: DeskThread, agent: DeskAgent, file: DeskFile): void
  transfer(thread: DeskThread, from: DeskAgent, to: DeskAgent): void
  close(thread: DeskThread, agent: DeskAgent): void
  /** The bytes behind the address of a file message. */
  download(url: string): Promise<Uint8Array>
  /** Parts of the labels of the calls that faults aim at. */
  calls: { send: string; start: string; token: string }
  /** Bodies of refusals as the provider writes them. */
  refusals: { tooMany: unknown; internal: unknown }
  /** Whether the provider refused this call; not all of them say so by the status. */
  isRefused(entry: JournalEntry): boolean
  /** Access tokens stop working; the right to renew them stays. */
  expireTokens(): void
  /** From now on a free agent is in the thread before its opening is answered. */
  joinAtOnce(): void
  /** Sends a webhook by hand. Returns the status of each delivery, after all attempts. */
  forge(webhook: ForgedWebhook): Promise<readonly number[]>
  /** For providers that put many events into one webhook: one with so many, all of threads of others. */
  forgeBatch?(count: number): Promise<unknown>
  /** An invocation with a webhook in it, spoilt so that the webhook no longer is authentic. */
  spoil(invocation: string): string
  /** Settings that must not be printed. */
  secrets: readonly string[]
}
