import { type ConversationSnapshot, defaultSeed, type MessageSnapshot } from '@hitl/emulator/zoho-salesiq'
import type { DeskAgent, DeskChat, DeskEntry, DeskWords } from '../desk'
import { type DeskRecord, detailsOf, messagesOf } from './desk-record'

/** As the operators' pages of SalesIQ have them. */
export const zohoSalesIqWords: DeskWords = {
  desk: 'Zoho SalesIQ',
  agent: 'Operator',
  chat: 'Chat',
  chats: 'Chats',
  waiting: 'Waiting',
  active: 'Ongoing',
  closed: 'Closed',
  take: 'Pick up',
  reply: 'Send',
  attach: 'Share file',
  note: 'Add note',
  noteName: 'Note',
  transfer: 'Transfer',
  close: 'End chat',
  miss: 'Miss chat',
}

/** SalesIQ names no address for the pictures of its operators. */
export function operatorOf(operatorId: string | undefined): DeskAgent {
  const id = String(operatorId)
  return { id, name: defaultSeed.operators.find((operator) => operator.id === id)?.name ?? id }
}

export function zohoSalesIqRecord(conversation: ConversationSnapshot): DeskRecord {
  const { visitor, state, operatorId } = conversation
  const agents = isOpen(state) && operatorId !== undefined ? [operatorId] : []
  const past = pastEntries(conversation)
  const said = conversation.messages.map((message) => toEntry(message, visitor.name ?? ''))
  return {
    chat: chatFrom(conversation, agents, [...past, ...inOrder([...said, ...noteEntries(conversation)])]),
    contact: visitor.email ?? '',
    agents,
    messages: [...past, ...said.filter(({ kind }) => kind !== 'system')].flatMap(messagesOf),
  }
}

const isOpen = (state: ConversationSnapshot['state']) => state === 'waiting' || state === 'connected'

const states = { waiting: 'waiting', connected: 'active', missed: 'closed', end: 'closed' } as const

function chatFrom(
  conversation: ConversationSnapshot,
  [operatorId]: readonly string[],
  entries: readonly DeskEntry[]
): DeskChat {
  const { id, visitor, state, departmentId, appId, customerInfo, waitTime, referenceId } = conversation
  const { name, email, phone } = visitor
  const outcome = outcomeOf(conversation)
  return {
    key: id,
    contact: { name: name ?? `Visitor ${referenceId}`, ...(email === undefined ? {} : { email }) },
    state: states[state],
    ...(outcome === undefined ? {} : { outcome }),
    ...(operatorId === undefined ? {} : { agent: operatorOf(operatorId) }),
    entries,
    details: detailsOf([
      ['Department', nameIn(defaultSeed.departments, departmentId)],
      ['Brand', nameIn(defaultSeed.brands, appId)],
      ['Phone', phone],
      ['Wait time', waitTime === undefined ? undefined : `${waitTime} s`],
      ...Object.entries(customerInfo),
      ['Question', conversation.question],
      ['Chat ID', referenceId],
    ]),
  }
}

const nameIn = (items: readonly { id: string; name: string }[], id: string) =>
  items.find((item) => item.id === id)?.name ?? id

const endings: Readonly<Record<string, string>> = {
  agent: 'Ended by operator',
  visitor: 'Ended by visitor',
  scheduler: 'Ended for inactivity',
  system: 'Ended by SalesIQ',
}

function outcomeOf({ state, endedBy }: ConversationSnapshot): string | undefined {
  if (state === 'missed') return 'Missed'
  return state === 'end' ? (endings[endedBy ?? ''] ?? 'Ended') : undefined
}

/** What the visitor and the bot have said before. */
const pastEntries = ({ id, pastMessages }: ConversationSnapshot): DeskEntry[] =>
  pastMessages.map(({ sender_name: author, time: at, text }, index) => ({
    id: `${id}-past-${index}`,
    at,
    kind: 'contact',
    author,
    text,
  }))

const noteEntries = ({ id, notes }: ConversationSnapshot): DeskEntry[] =>
  notes.map(({ at, operatorId, text }, index) => ({
    id: `${id}-note-${index}`,
    at,
    kind: 'note',
    author: operatorOf(operatorId).name,
    text,
  }))

const inOrder = (entries: readonly DeskEntry[]) => entries.toSorted((a, b) => a.at - b.at)

function toEntry({ id, at, by, operatorId, text, file }: MessageSnapshot, contact: string): DeskEntry {
  const authors = {
    visitor: { kind: 'contact', author: contact },
    operator: { kind: 'agent', author: by === 'operator' ? operatorOf(operatorId).name : '' },
    system: { kind: 'system', author: 'SalesIQ' },
  } as const
  return {
    id,
    at,
    ...authors[by],
    ...(text === undefined ? {} : { text }),
    ...(file ? { file: { name: file.name, url: file.url, contentType: file.contentType } } : {}),
  }
}
