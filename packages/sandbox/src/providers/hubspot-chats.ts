import {
  type ActivitySnapshot,
  defaultSeed,
  type FileSnapshot,
  type MessageSnapshot,
  type ThreadSnapshot,
} from '@hitl/emulator/hubspot'
import type { DeskAgent, DeskChat, DeskEntry, DeskMessage, DeskWords } from '../desk'
import { type DeskRecord, detailsOf, messagesOf } from './desk-record'

/** As the help desk of HubSpot has them. It knows no missed conversations: they are closed before anybody replied. */
export const hubspotWords: DeskWords = {
  desk: 'HubSpot Help Desk',
  agent: 'Agent',
  chat: 'Conversation',
  chats: 'Conversations',
  waiting: 'Unassigned',
  active: 'Assigned',
  closed: 'Closed',
  take: 'Assign to me',
  reply: 'Reply',
  attach: 'Attach file',
  note: 'Comment',
  noteName: 'Comment',
  transfer: 'Reassign',
  close: 'Close conversation',
  miss: 'Close unanswered',
}

/** What is kept outside of the threads. */
export type HubSpotRecords = {
  file(id: string): FileSnapshot | undefined
  /** Addresses under which agents' files went out, by file id. */
  sent: ReadonlyMap<string, string>
  /** Name of the integration's channel. */
  channel: string
}

export const ACTOR = 'A-'

export function hubspotAgent(actorId: string): DeskAgent {
  const user = defaultSeed.users.find(({ id }) => `${ACTOR}${id}` === actorId)
  const { name, avatar } = user ?? { name: actorId, avatar: undefined }
  return { id: actorId, name, ...(avatar === undefined ? {} : { picture: avatar }) }
}

export function hubspotAgents(): readonly [DeskAgent, DeskAgent] {
  const [first, second] = defaultSeed.users.map(({ id }) => hubspotAgent(`${ACTOR}${id}`))
  if (!first || !second) throw new Error('The emulated HubSpot portal needs two users')
  return [first, second]
}

export const isOurs = ({ integrationThreadIds }: ThreadSnapshot): boolean => integrationThreadIds.length > 0

export function hubspotRecord(thread: ThreadSnapshot, records: HubSpotRecords): DeskRecord {
  const { status, assignedTo, messages } = thread
  const sender = openingOf(thread)
  const contact = sender?.name ?? ''
  const agents = status === 'OPEN' && assignedTo !== undefined ? [assignedTo] : []
  return {
    chat: chatFrom(thread, agents, records),
    contact: sender?.deliveryIdentifier?.value ?? '',
    agents,
    messages: handOverFirst(messages).flatMap((message) => toMessages(message, contact, records)),
  }
}

const openingOf = ({ messages }: ThreadSnapshot) => messages.find(({ direction }) => direction === 'INCOMING')?.sender

function chatFrom(thread: ThreadSnapshot, [assignee]: readonly string[], records: HubSpotRecords): DeskChat {
  const { id, status, inboxId, ticketId, associatedContactId } = thread
  const { name = '', deliveryIdentifier: identifier } = openingOf(thread) ?? {}
  const isContact = defaultSeed.contacts.some((contact) => contact.id === associatedContactId)
  const by = (type: string) => (identifier?.type === type ? identifier.value : undefined)
  const email = by('HS_EMAIL_ADDRESS')
  return {
    key: id,
    contact: { name, ...(email === undefined ? {} : { email }) },
    state: status === 'CLOSED' ? 'closed' : assignee === undefined ? 'waiting' : 'active',
    ...(status === 'CLOSED' ? { outcome: outcomeOf(thread, records) } : {}),
    ...(assignee === undefined ? {} : { agent: hubspotAgent(assignee) }),
    entries: thread.items.flatMap((item) =>
      'activity' in item ? [toActivity(item, name, records)] : toEntries(item, name, records)
    ),
    details: detailsOf([
      ['Inbox', defaultSeed.inboxes.find((inbox) => inbox.id === inboxId)?.name ?? inboxId],
      ['Channel', records.channel],
      ['Phone', by('HS_PHONE_NUMBER')],
      ['Identifier', by('CHANNEL_SPECIFIC_OPAQUE_ID')],
      [isContact ? 'Contact ID' : 'Visitor ID', associatedContactId],
      ['Ticket ID', ticketId],
      ['Thread ID', id],
    ]),
  }
}

function outcomeOf({ items, messages }: ThreadSnapshot, { channel }: HubSpotRecords): string {
  const closing = items.findLast((item) => 'activity' in item && 'newStatus' in item.activity)
  const wasTaken = items.some((item) => 'activity' in item && 'assignedTo' in item.activity)
  const wasAnswered = wasTaken || messages.some(({ direction }) => direction === 'OUTGOING')
  const by = closing ? ` by ${nameOf(closing.createdBy, '', channel)}` : ''
  return wasAnswered ? `Closed${by}` : `Closed${by} without a reply`
}

function nameOf(actorId: string, contact: string, channel: string): string {
  if (actorId.startsWith('I-')) return channel
  if (actorId.startsWith('V-')) return contact
  return actorId.startsWith('S-') ? 'HubSpot' : hubspotAgent(actorId).name
}

function toActivity(
  { id, createdAt: at, createdBy, activity }: ActivitySnapshot,
  contact: string,
  records: HubSpotRecords
): DeskEntry {
  const author = nameOf(createdBy, contact, records.channel)
  return { id, at, kind: 'system', author, text: activityText(activity) }
}

function activityText(activity: ActivitySnapshot['activity']): string {
  if ('newStatus' in activity)
    return activity.newStatus === 'CLOSED' ? 'Conversation closed' : 'Conversation opened again'
  return activity.assignedTo === null ? 'Unassigned' : `Assigned to ${hubspotAgent(activity.assignedTo).name}`
}

/** Each attachment is a line of its own. */
function toEntries(message: MessageSnapshot, contact: string, { file, channel }: HubSpotRecords): DeskEntry[] {
  const { id, createdAt: at, direction, text, attachments, failure } = message
  const by = { at, ...bylineOf(message, contact, channel) }
  const found = attachments.flatMap(({ fileId }) => (fileId === undefined ? [] : (file(fileId) ?? [])))
  // The integration has to give files a text, and gives them their names.
  const isName = direction === 'INCOMING' && found.some(({ name }) => name === text)
  return [
    ...(text !== '' && !isName ? [{ id, ...by, text }] : []),
    ...found.map(({ id: fileId, name, url, contentType }) => ({
      id: `${id}-${fileId}`,
      ...by,
      file: { name, url, contentType },
    })),
    ...(failure === undefined
      ? []
      : [{ id: `${id}-failure`, at, kind: 'system', author: channel, text: `Not delivered: ${failure}` } as const]),
  ]
}

function bylineOf(message: MessageSnapshot, contact: string, channel: string): Pick<DeskEntry, 'kind' | 'author'> {
  const { isComment, direction, createdBy, sender } = message
  if (isComment) return { kind: 'note', author: nameOf(createdBy, contact, channel) }
  if (direction === 'INCOMING') return { kind: 'contact', author: sender?.name ?? contact }
  return { kind: 'agent', author: nameOf(sender?.actorId ?? createdBy, contact, channel) }
}

const isHandOver = ({ isComment, createdBy }: MessageSnapshot) => isComment && !createdBy.startsWith(ACTOR)

/** An agent may be quicker than the comment with the history. */
const handOverFirst = ([opening, ...rest]: readonly MessageSnapshot[]): MessageSnapshot[] => [
  ...(opening ? [opening] : []),
  ...rest.filter(isHandOver),
  ...rest.filter((message) => !isHandOver(message)),
]

/** The integration tells what was said before as a comment; agents' own comments are none of the contact's business. */
function toMessages(message: MessageSnapshot, contact: string, records: HubSpotRecords): DeskMessage[] {
  if (message.isComment) return isHandOver(message) ? [{ from: 'contact', author: contact, text: message.text }] : []
  const file = (id: string) => {
    const found = records.file(id)
    return found && { ...found, url: records.sent.get(id) ?? found.url }
  }
  const said = toEntries(message, contact, { ...records, file }).filter(({ kind }) => kind !== 'system')
  const withFiles = said.filter(({ file }) => file !== undefined)
  // A text beside a file of the end user is its name or its title.
  const isNamed = message.direction === 'INCOMING' && withFiles.length > 0
  return (isNamed ? withFiles : said).flatMap(messagesOf)
}
