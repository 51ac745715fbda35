import type { JournalEntry } from '@hitl/emulator'
import type { DeskAgent, DeskChat, DeskWords } from '@hitl/sandbox-page/protocol'
import type { WebhookHand } from './webhook-hand'

export type { DeskAgent, DeskChat, DeskEntry, DeskWords } from '@hitl/sandbox-page/protocol'

/** Names a thread, or a chat, in actions. */
export type ThreadRef = { readonly key: string }

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

export type Download = { bytes: Uint8Array; contentType: string }

export type ForgedWebhook = {
  event: 'message' | 'assigned' | 'closed'
  /** Absent for a thread the bot did not open. */
  thread?: ThreadRef
  /** Repeats this text on each call as the same message. */
  text?: string
  /** Sent in place of the right one. */
  secret?: string
}

/**
 * What the people on the provider's side can do and see, in our words, so that one journey fits every provider. Actions
 * that the provider's app would not offer throw an Error with one plain sentence.
 */
export type Desk = {
  /** How the provider calls things. */
  words: DeskWords
  agents: readonly [DeskAgent, DeskAgent]
  /** Oldest first. */
  threads(): readonly DeskThread[]
  /** The same threads with everything that the agents' app shows of them. */
  chats(): readonly DeskChat[]
  join(thread: ThreadRef, agent: DeskAgent): void
  write(thread: ThreadRef, agent: DeskAgent, text: string): void
  /** Among agents only. */
  note(thread: ThreadRef, agent: DeskAgent, text: string): void
  sendFile(thread: ThreadRef, agent: DeskAgent, file: DeskFile): void
  transfer(thread: ThreadRef, from: DeskAgent, to: DeskAgent): void
  close(thread: ThreadRef, agent: DeskAgent): void
  /** Nobody answers a thread that waits, which ends it. */
  miss?(thread: ThreadRef): void
  /** The bytes behind the address of a file or a picture, and of what kind they are. */
  downloadFile(url: string): Promise<Download>
  /** Parts of the labels of the calls that faults aim at. */
  calls: { send: string; start: string; token: string }
  /** Bodies of refusals as the provider writes them. */
  refusals: Record<'unauthorized' | 'forbidden' | 'missing' | 'conflict' | 'tooMany' | 'internal', unknown>
  /** Whether the provider refused this call; not all of them say so by the status. */
  isRefused(entry: JournalEntry): boolean
  /** Access tokens stop working; the right to renew them stays. */
  expireTokens(): void
  /** While it is on, calls are answered after the webhooks they caused. */
  answerAfterWebhooks(isOn: boolean): void
  /** While it is on, a free agent is in the thread before its opening is answered. */
  joinAtOnce(isOn: boolean): void
  /** Sends a webhook by hand. Returns the status of each delivery, after all attempts. */
  forge(webhook: ForgedWebhook): Promise<readonly number[]>
  /** For providers that put many events into one webhook: one with so many, all of threads of others. */
  forgeBatch?(count: number): Promise<unknown>
  /** An invocation with a webhook in it, spoilt so that the webhook no longer is authentic. */
  spoil(invocation: string): string
  /** For webhooks that are made up. */
  webhooks: WebhookHand
  /** Settings that must not be printed. */
  secrets: readonly string[]
}
