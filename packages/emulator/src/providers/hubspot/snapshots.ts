import type { Channel, ChannelAccount, Subscription, WebhookSettings } from './entities'
import type { Attachment, Thread, ThreadItem } from './thread-entities'
import { fileUrl } from './files'
import type { StoredFile } from './entities'
import type { World } from './world'

export type AttachmentSnapshot = {
  readonly type: string
  readonly fileId?: string
  readonly fileUsageType?: string
  readonly content?: unknown
}

/** A message, or a comment. */
export type MessageSnapshot = {
  readonly id: string
  readonly createdAt: number
  readonly isComment: boolean
  /** Absent on comments, as `status` is. */
  readonly direction?: 'INCOMING' | 'OUTGOING'
  readonly status?: 'FAILED' | 'READ' | 'RECEIVED' | 'SENT'
  readonly failure?: string
  readonly text: string
  readonly richText?: string
  readonly createdBy: string
  readonly sender?: {
    readonly actorId?: string
    readonly name?: string
    readonly deliveryIdentifier?: { readonly type: string; readonly value: string }
  }
  readonly attachments: readonly AttachmentSnapshot[]
}

/** That the thread was given to somebody, or to nobody, or has changed its status. */
export type ActivitySnapshot = {
  readonly id: string
  readonly createdAt: number
  readonly createdBy: string
  readonly activity: { readonly assignedTo: string | null } | { readonly newStatus: 'OPEN' | 'CLOSED' }
}

export type ThreadSnapshot = {
  readonly id: string
  readonly integrationThreadIds: readonly string[]
  readonly channelId: string
  readonly channelAccountId: string
  readonly inboxId: string
  readonly status: 'OPEN' | 'CLOSED'
  readonly archived: boolean
  readonly assignedTo?: string
  readonly associatedContactId: string
  readonly ticketId?: string
  readonly messages: readonly MessageSnapshot[]
  /** The messages among what else has happened, in order. */
  readonly items: readonly (MessageSnapshot | ActivitySnapshot)[]
}

export type ChannelSnapshot = Readonly<Channel>
export type ChannelAccountSnapshot = Readonly<ChannelAccount>
export type SubscriptionSnapshot = Readonly<Subscription>
export type WebhookSettingsSnapshot = Readonly<WebhookSettings>
export type FileSnapshot = Readonly<StoredFile> & { readonly url: string }

const attachmentSnapshot = (attachment: Attachment): AttachmentSnapshot => ({ ...attachment })

const messageSnapshot = (item: ThreadItem): MessageSnapshot[] => {
  if (item.type !== 'MESSAGE' && item.type !== 'COMMENT') return []
  const { id, createdAt, text, richText, createdBy } = item
  const shared = {
    id,
    createdAt,
    text,
    createdBy,
    attachments: item.attachments.map(attachmentSnapshot),
    ...(richText === undefined ? {} : { richText }),
  }
  if (item.type === 'COMMENT') return [{ ...shared, isComment: true }]
  const { direction, status, failure, senders } = item
  return [
    {
      ...shared,
      isComment: false,
      direction,
      status,
      ...(failure === undefined ? {} : { failure }),
      ...(senders[0] ? { sender: senders[0] } : {}),
    },
  ]
}

const itemSnapshot = (item: ThreadItem): (MessageSnapshot | ActivitySnapshot)[] => {
  const { id, createdAt, createdBy } = item
  if (item.type === 'ASSIGNMENT') {
    return [{ id, createdAt, createdBy, activity: { assignedTo: item.assignedTo ?? null } }]
  }
  if (item.type === 'THREAD_STATUS_CHANGE') {
    return [{ id, createdAt, createdBy, activity: { newStatus: item.newStatus } }]
  }
  return messageSnapshot(item)
}

/** A copy: what happens later does not change it, and changing it changes nothing. */
export const threadSnapshot = (thread: Thread): ThreadSnapshot => {
  const { id, integrationThreadIds, channelId, channelAccountId, inboxId, status, assignedTo, ticketId } = thread
  return structuredClone({
    id,
    integrationThreadIds,
    channelId,
    channelAccountId,
    inboxId,
    status,
    archived: thread.archived,
    associatedContactId: thread.associatedContactId,
    ...(assignedTo === undefined ? {} : { assignedTo }),
    ...(ticketId === undefined ? {} : { ticketId }),
    messages: thread.items.flatMap(messageSnapshot),
    items: thread.items.flatMap(itemSnapshot),
  })
}

export type Snapshots = {
  readonly threads: readonly ThreadSnapshot[]
  /** Archived ones too. */
  readonly channels: readonly ChannelSnapshot[]
  readonly channelAccounts: readonly ChannelAccountSnapshot[]
  readonly subscriptions: readonly SubscriptionSnapshot[]
  readonly webhookSettings: WebhookSettingsSnapshot | undefined
  /** Uploaded ones, and those of agents. */
  readonly files: readonly FileSnapshot[]
  file(id: string): FileSnapshot | undefined
}

const copies = <T>(items: ReadonlyMap<unknown, T>): T[] => structuredClone([...items.values()])

export const snapshots = (world: World): Snapshots => ({
  get threads() {
    return [...world.state.threads.values()].map(threadSnapshot)
  },
  get channels() {
    return copies(world.state.channels)
  },
  get channelAccounts() {
    return copies(world.state.channelAccounts)
  },
  get subscriptions() {
    return copies(world.state.subscriptions)
  },
  get webhookSettings() {
    return structuredClone(world.state.webhookSettings)
  },
  get files() {
    return copies(world.state.files).map((file) => ({ ...file, url: fileUrl(world, file) }))
  },
  file: (id) => {
    const file = structuredClone(world.state.files.get(id))
    return file && { ...file, url: fileUrl(world, file) }
  },
})
