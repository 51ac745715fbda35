import { emitOutgoing } from './channel-events'
import type { ActorId, Channel, NewFile } from './entities'
import type { FileUsage, Message, Thread } from './thread-entities'
import { storeFile } from './files'
import { addMessage, agentDoer, assignThread, newItem, setStatus } from './threads'
import type { World } from './world'

export type AgentFile = { name: string; contentType: string; bytes: Uint8Array }

/** `richText` is made from the text unless told; `null` leaves it out. */
export type ReplyOptions = { richText?: string | null; files?: readonly AgentFile[] }

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const richTextOf = (text: string, wanted: string | null | undefined): string | undefined => {
  if (wanted !== undefined) return wanted ?? undefined
  return text === '' ? undefined : `<div>${escapeHtml(text)}</div>`
}

const usageOf = ({ contentType }: AgentFile): FileUsage => {
  if (contentType.startsWith('image/')) return 'IMAGE'
  return contentType.startsWith('audio/') ? 'AUDIO' : 'OTHER'
}

const allows = (pattern: string, contentType: string): boolean =>
  pattern.endsWith('/*') ? contentType.startsWith(pattern.slice(0, -1)) : pattern === contentType

/** HubSpot's reply box does not let agents send what the channel cannot take. */
const checkFiles = ({ capabilities }: Channel, files: readonly AgentFile[]): void => {
  const {
    outgoingAttachmentTypes = [],
    allowedFileAttachmentMimeTypes: types,
    maxFileAttachmentCount = Infinity,
    maxFileAttachmentSizeBytes = Infinity,
    maxTotalFileAttachmentSizeBytes = Infinity,
  } = capabilities
  if (!outgoingAttachmentTypes.includes('FILE')) throw new Error('the channel takes no files')
  const odd = files.find(({ contentType }) => types && !types.some((pattern) => allows(pattern, contentType)))
  if (odd) throw new Error(`the channel takes no ${odd.contentType}`)
  const sizes = files.map(({ bytes }) => bytes.byteLength)
  const isTooLarge = sizes.some((size) => size > maxFileAttachmentSizeBytes)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (isTooLarge || total > maxTotalFileAttachmentSizeBytes || files.length > maxFileAttachmentCount) {
    throw new Error('the files are more than the channel takes')
  }
}

const nameOf = ({ state }: World, actorId: ActorId): string | undefined => {
  if (actorId.startsWith('L-')) return 'Customer agent'
  return actorId.startsWith('A-') ? state.users.get(Number(actorId.slice(2)))?.name : undefined
}

const copyOf = ({ name, contentType, bytes }: AgentFile): NewFile => ({
  name,
  contentType,
  bytes: new Uint8Array(bytes),
})

const messageFrom = (
  world: World,
  thread: Thread,
  actorId: ActorId,
  text: string,
  { richText, files = [] }: ReplyOptions
): Message => {
  const name = nameOf(world, actorId)
  const rich = richTextOf(text, richText)
  const { visitorIdentifier: identifier } = thread
  return {
    ...newItem(world, agentDoer(actorId)),
    type: 'MESSAGE',
    threadId: thread.id,
    channelId: thread.channelId,
    channelAccountId: thread.channelAccountId,
    direction: 'OUTGOING',
    text,
    ...(rich === undefined ? {} : { richText: rich }),
    senders: [{ actorId, ...(name === undefined ? {} : { name }) }],
    recipients: [
      { actorId: `V-${thread.associatedContactId}`, ...(identifier ? { deliveryIdentifier: identifier } : {}) },
    ],
    attachments: files.map((file) => ({
      type: 'FILE',
      fileId: storeFile(world, copyOf(file)).id,
      fileUsageType: usageOf(file),
    })),
    status: 'SENT',
  }
}

/** Somebody of the business writes to the visitor. A closed thread opens again [I]. Returns the message's id. */
export const reply = (
  world: World,
  thread: Thread,
  actorId: ActorId,
  text: string,
  options: ReplyOptions = {}
): string => {
  const channel = world.state.channels.get(thread.channelId)
  if (channel?.capabilities.allowOutgoingMessages === false) throw new Error('the channel takes no outgoing messages')
  if (channel && options.files && options.files.length > 0) checkFiles(channel, options.files)
  const doer = agentDoer(actorId)
  setStatus(world, thread, 'OPEN', doer)
  const isFirst = thread.assignedTo === undefined && actorId.startsWith('A-')
  if (isFirst && world.settings.assignOnReply) assignThread(world, thread, actorId, doer)
  const message = messageFrom(world, thread, actorId, text, options)
  addMessage(world, thread, message)
  if (channel) emitOutgoing(world, channel, thread, message)
  return message.id
}
