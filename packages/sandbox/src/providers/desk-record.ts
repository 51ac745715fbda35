import type { DeskChat, DeskEntry, DeskMessage, DeskThread } from '../desk'

/** A thread of the provider, read once for the page and for the ledger. */
export type DeskRecord = {
  chat: DeskChat
  /** What names the contact: an e-mail address where there is one. */
  contact: string
  /** Ids of the agents who answer now. */
  agents: readonly string[]
  messages: readonly DeskMessage[]
}

export const threadOf = ({ chat, contact, agents, messages }: DeskRecord): DeskThread => ({
  key: chat.key,
  contact,
  active: chat.state !== 'closed',
  agents,
  messages,
})

/** A line as a message of somebody; a text and a file are two. */
export function messagesOf({ kind, author, text, file }: DeskEntry): DeskMessage[] {
  const by = { from: kind === 'agent' ? 'agent' : 'contact', author } as const
  return [...(text ? [{ ...by, text }] : []), ...(file ? [{ ...by, url: file.url }] : [])]
}

type Label = readonly [label: string, value: string]

/** Without what is not known. */
export const detailsOf = (labels: readonly (readonly [label: string, value: string | undefined])[]): Label[] =>
  labels.flatMap(([label, value]): Label[] => (value ? [[label, value]] : []))
