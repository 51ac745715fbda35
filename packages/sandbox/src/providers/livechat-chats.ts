import { type ChatSnapshot, defaultSeed, type ThreadSnapshot } from '@hitl/emulator/livechat'
import type { DeskAgent, DeskChat, DeskEntry, DeskMessage, DeskWords } from '../desk'
import { type DeskRecord, detailsOf, messagesOf } from './desk-record'

type ChatEvent = ThreadSnapshot['events'][number]

/** As the LiveChat app has them. */
export const livechatWords: DeskWords = {
  desk: 'LiveChat',
  agent: 'Agent',
  chat: 'Chat',
  chats: 'Chats',
  waiting: 'Unassigned',
  active: 'My chats',
  closed: 'Archives',
  take: 'Start chatting',
  reply: 'Send',
  attach: 'Send file',
  note: 'Private note',
  noteName: 'Private note',
  transfer: 'Transfer',
  close: 'Archive',
  miss: 'Nobody available',
}

/** By e-mail address; bots have ids. */
export function livechatAgent(id: string): DeskAgent {
  const agent = defaultSeed.agents.find(({ email }) => email === id)
  const { name, avatar } = agent ?? defaultSeed.bots?.find((bot) => bot.id === id) ?? { name: id, avatar: undefined }
  return { id, name, ...(avatar === undefined ? {} : { picture: avatar }) }
}

/** LiveChat goes on with a contact's chat; each session is a thread in it. */
export const livechatRecords = (chat: ChatSnapshot): DeskRecord[] =>
  chat.threads.map((thread) => {
    const agents = thread.active ? chat.agents : []
    return {
      chat: chatFrom(chat, thread, agents),
      contact: chat.customer.email ?? '',
      agents,
      messages: thread.events.flatMap((event) => toMessages(event, chat.customer.name ?? '')),
    }
  })

function chatFrom(chat: ChatSnapshot, thread: ThreadSnapshot, agents: readonly string[]): DeskChat {
  const { name = '', email } = chat.customer
  const [agent] = agents
  const closing = thread.events.findLast(({ type }) => type === 'system_message')
  return {
    key: `${chat.id}/${thread.id}`,
    contact: { name, ...(email === undefined ? {} : { email }) },
    state: thread.active ? (agent === undefined ? 'waiting' : 'active') : 'closed',
    ...(thread.active || !closing ? {} : { outcome: String(closing.content['text']) }),
    ...(agent === undefined ? {} : { agent: livechatAgent(agent) }),
    entries: thread.events.map((event) => toEntry(event, name)),
    details: detailsOf([
      ['Group', thread.groupIds.map((id) => groupNameOf(id)).join(', ')],
      ['Tags', thread.tags.join(', ')],
      ['Queue position', thread.queue && String(thread.queue.position)],
      ...chat.customer.sessionFields.flatMap((field) => Object.entries(field)),
      ['Chat ID', chat.id],
      ['Thread ID', thread.id],
    ]),
  }
}

const groupNameOf = (id: number) => defaultSeed.groups.find((group) => group.id === id)?.name ?? String(id)

/** What a customer and an agent have said to each other in texts and files. */
function toMessages(event: ChatEvent, contact: string): DeskMessage[] {
  const { type, visibility, author } = event
  const isSaid = visibility === 'all' && author !== undefined && author.kind !== 'bot'
  return isSaid && (type === 'message' || type === 'file') ? messagesOf(toEntry(event, contact)) : []
}

function toEntry(event: ChatEvent, contact: string): DeskEntry {
  const { id, createdAt, type, content } = event
  const url = content['url']
  return {
    id,
    at: Date.parse(createdAt),
    ...byline(event, contact),
    ...(type === 'file' && typeof url === 'string' ? { file: fileOf(url, content) } : { text: textOf(event) }),
  }
}

function byline({ type, visibility, author }: ChatEvent, contact: string): Pick<DeskEntry, 'kind' | 'author'> {
  if (type === 'system_message' || !author) return { kind: 'system', author: 'LiveChat' }
  if (author.kind === 'customer') return { kind: 'contact', author: contact }
  return { kind: visibility === 'agents' ? 'note' : 'agent', author: livechatAgent(author.id).name }
}

function fileOf(url: string, content: ChatEvent['content']): NonNullable<DeskEntry['file']> {
  const contentType = content['content_type']
  return { name: String(content['name']), url, ...(typeof contentType === 'string' ? { contentType } : {}) }
}

/** The integration sends no forms and no cards; others may, and an agent has to see that something is there. */
const textOf = ({ type, content }: ChatEvent): string =>
  typeof content['text'] === 'string' ? content['text'] : `[${type.replace('_', ' ')}]`
