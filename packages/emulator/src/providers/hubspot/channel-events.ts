import type { Channel, ChannelAccount } from './entities'
import type { Attachment, Message, Party, Thread } from './thread-entities'
import { signedFileUrl } from './files'
import { given, iso, type View } from './view'
import { messageView } from './message-views'
import type { World } from './world'

const idNames = new Set(['portalId', 'channelId', 'channelAccountId', 'conversationsThreadId', 'fileId'])

/** Some code has seen numbers where the documentation has texts. */
const withNumberIds = (value: unknown, name = ''): unknown => {
  if (Array.isArray(value)) return value.map((one) => withNumberIds(one))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withNumberIds(one, key)]))
  }
  return idNames.has(name) && typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
}

const send = (world: World, channel: Channel, payload: View & { type: string }): void => {
  const { webhookUrl } = channel
  if (webhookUrl === undefined || channel.archived) return
  const body = JSON.stringify(world.settings.channelIdsAsNumbers ? withNumberIds(payload) : payload)
  void world.webhooks.send({ kind: 'channel', url: webhookUrl, label: payload.type, bodyOf: () => body })
}

/** Links to files live this long in webhooks; the real time is not documented [?]. */
const linkLifeMs = 60 * 60 * 1000

const webhookAttachment = (world: World, attachment: Attachment): View => {
  if (!('fileId' in attachment)) return { type: attachment.type, ...attachment.content }
  const file = world.state.files.get(attachment.fileId)
  const { fileId, fileUsageType } = attachment
  const expiresAt = world.services.clock.now() + linkLifeMs
  const url = file && world.settings.attachmentUrls ? signedFileUrl(world, file, expiresAt) : undefined
  return given({ type: 'FILE', fileId, name: file?.name, url, fileUsageType })
}

const senderView = (world: World, { actorId, name }: Party): View =>
  given({ actorId, name: world.settings.nameSenders ? name : undefined })

/** An agent, or whoever else speaks for the business, wrote. The payload rests on code that runs, not on a page. */
export const emitOutgoing = (world: World, channel: Channel, thread: Thread, message: Message): void => {
  const { state } = world
  const { client: _client, archived: _archived, ...view } = messageView(world, message)
  send(world, channel, {
    type: 'OUTGOING_CHANNEL_MESSAGE_CREATED',
    portalId: String(state.portalId),
    channelId: channel.id,
    eventId: String(state.nextEventId()),
    eventTimestamp: iso(world.services.clock.now()),
    channelIntegrationThreadIds: thread.integrationThreadIds,
    message: {
      ...view,
      senders: message.senders.map((sender) => senderView(world, sender)),
      attachments: message.attachments.map((attachment) => webhookAttachment(world, attachment)),
    },
  })
}

export const emitAccount = (world: World, account: ChannelAccount, what: 'CREATED' | 'UPDATED'): void => {
  const channel = world.state.channels.get(account.channelId)
  if (!channel) return
  send(world, channel, {
    type: `CHANNEL_ACCOUNT_${what}`,
    ...given({
      portalId: String(world.state.portalId),
      channelId: channel.id,
      channelAccountId: account.id,
      channelAccountDeliveryIdentifier: account.deliveryIdentifier,
      eventTimestamp: iso(world.services.clock.now()),
    }),
  })
}
