import type { Attachment, Comment, Message, ThreadItem } from './thread-entities'
import { given, iso, type View } from './view'
import type { World } from './world'

const attachmentView = ({ state }: World, attachment: Attachment): View => {
  if (!('fileId' in attachment)) return { type: attachment.type, ...attachment.content }
  const { fileId, fileUsageType } = attachment
  return given({ type: 'FILE', fileId, name: state.files.get(fileId)?.name, fileUsageType })
}

const attachmentViews = (world: World, { attachments }: Message | Comment): View[] =>
  attachments.map((attachment) => attachmentView(world, attachment))

const clientView = ({ state }: World, { clientType }: ThreadItem): View =>
  clientType === 'INTEGRATION' ? { clientType, integrationAppId: Number(state.app.id) } : { clientType }

const failureView = (failure: string | undefined): View | undefined =>
  failure === undefined ? undefined : { errorMessage: failure }

/** What is left of a long message; that it has no rich text then is inferred. */
const contentView = ({ settings }: World, { text, richText }: Message): View => {
  const longest = settings.truncateTextAt ?? Infinity
  if (text.length <= longest) return { text, richText, truncationStatus: 'NOT_TRUNCATED' }
  return { text: text.slice(0, longest), truncationStatus: 'TRUNCATED' }
}

/** A message, as the custom channels API and the conversations API show it. */
export const messageView = (world: World, message: Message): View =>
  given({
    id: message.id,
    type: message.type,
    conversationsThreadId: message.threadId,
    channelId: message.channelId,
    channelAccountId: message.channelAccountId,
    createdAt: iso(message.createdAt),
    createdBy: message.createdBy,
    client: clientView(world, message),
    ...contentView(world, message),
    direction: message.direction,
    senders: message.senders.map((sender) => ({ ...sender })),
    recipients: message.recipients.map((recipient) => ({ ...recipient })),
    attachments: attachmentViews(world, message),
    inReplyToId: message.inReplyToId,
    status: given({ statusType: message.status, failureDetails: failureView(message.failure) }),
    archived: false,
  })

/** Any item of a thread. Which members the others have beside their own is inferred. */
export const itemView = (world: World, threadId: string, item: ThreadItem): View => {
  if (item.type === 'MESSAGE') return messageView(world, item)
  const shared = {
    id: item.id,
    type: item.type,
    conversationsThreadId: threadId,
    createdAt: iso(item.createdAt),
    createdBy: item.createdBy,
    client: clientView(world, item),
    archived: false,
  }
  switch (item.type) {
    case 'COMMENT':
      return given({ ...shared, text: item.text, richText: item.richText, attachments: attachmentViews(world, item) })
    case 'ASSIGNMENT':
      return given({ ...shared, assignedFrom: item.assignedFrom, assignedTo: item.assignedTo })
    case 'THREAD_STATUS_CHANGE':
      return { ...shared, newStatus: item.newStatus }
  }
}
