import { accountView } from './accounts-api'
import { ok, pathPart, query, type Answer, type Call } from './call'
import { isPropagated } from './channels-api'
import type { Inbox } from './entities'
import { notFound } from './errors'
import { oneOf, text } from './fields'
import { pageOf, readPage } from './paging'
import { iso, type View } from './view'
import type { World } from './world'

const inboxView = (inbox: Inbox): View => ({
  id: inbox.id,
  name: inbox.name,
  type: inbox.type,
  createdAt: iso(inbox.createdAt),
  updatedAt: iso(inbox.createdAt),
  archived: false,
})

const pageSizes = { limit: 100, most: 500 }

export const listInboxes = async (call: Call): Promise<Answer> => {
  const fields = query(call)
  const page = readPage(fields, pageSizes)
  const archived = fields.optional('archived', oneOf('true', 'false'))
  fields.end()
  const inboxes = archived === 'true' ? [] : [...call.world.state.inboxes.values()]
  return ok(pageOf(inboxes.map(inboxView), page))
}

export const getInbox = async (call: Call): Promise<Answer> => {
  query(call).end()
  const inbox = call.world.state.inboxes.get(pathPart(call))
  if (!inbox) throw notFound('Inbox not found')
  return ok(inboxView(inbox))
}

export const liveChatChannel = '1000'
export const emailChannel = '1002'

const genericChannels: readonly View[] = [
  { id: liveChatChannel, name: 'Live chat' },
  { id: '1001', name: 'Facebook Messenger' },
  { id: emailChannel, name: 'Email' },
]

/** Custom channels stand beside the generic ones. */
const channelsOf = (world: World): View[] => [
  ...genericChannels,
  ...[...world.state.channels.values()]
    .filter((channel) => !channel.archived && isPropagated(world, channel))
    .map(({ id, name }) => ({ id, name })),
]

export const listConversationChannels = async (call: Call): Promise<Answer> => {
  const fields = query(call)
  const page = readPage(fields, pageSizes)
  fields.end()
  return ok(pageOf(channelsOf(call.world), page))
}

export const getConversationChannel = async (call: Call): Promise<Answer> => {
  query(call).end()
  const found = channelsOf(call.world).find(({ id }) => id === pathPart(call))
  if (!found) throw notFound('Channel not found')
  return ok(found)
}

/** Accounts of custom channels only. */
export const listConversationAccounts = async (call: Call): Promise<Answer> => {
  const fields = query(call)
  const page = readPage(fields, pageSizes)
  const channelId = fields.optional('channelId', text)
  const inboxId = fields.optional('inboxId', text)
  fields.end()
  const found = [...call.world.state.channelAccounts.values()]
    .filter((account) => channelId === undefined || account.channelId === channelId)
    .filter((account) => inboxId === undefined || account.inboxId === inboxId)
  return ok(pageOf(found.map(accountView), page))
}
