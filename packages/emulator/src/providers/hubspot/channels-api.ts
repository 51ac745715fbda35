import { created, noContent, ok, pathPart, query, readJson, type Answer, type Call } from './call'
import { readChannelChanges, readNewChannel } from './channel-reading'
import type { Channel } from './entities'
import { notFound } from './errors'
import { oneOf, text } from './fields'
import { pageOf, readPage } from './paging'
import { given, iso, type View } from './view'
import type { World } from './world'

const channelView = (channel: Channel): View =>
  given({
    id: channel.id,
    name: channel.name,
    webhookUrl: channel.webhookUrl,
    channelDescription: channel.channelDescription,
    channelLogoUrl: channel.channelLogoUrl,
    channelAccountConnectionRedirectUrl: channel.channelAccountConnectionRedirectUrl,
    capabilities: channel.capabilities,
    createdAt: iso(channel.createdAt),
  })

const existing = ({ state }: World, id: string): Channel => {
  const channel = state.channels.get(id)
  if (!channel || channel.archived) throw notFound(`No channel with id ${id} exists`)
  return channel
}

export const isPropagated = ({ services }: World, { propagatedAt }: Channel): boolean =>
  propagatedAt <= services.clock.now()

/** Without the newest ones, which are not known everywhere yet. */
export const knownChannel = (world: World, id: string): Channel => {
  const channel = existing(world, id)
  if (!isPropagated(world, channel)) throw notFound(`No channel with id ${id} exists`)
  return channel
}

export const postChannel = async (call: Call): Promise<Answer> => {
  const { world } = call
  query(call).end()
  const fields = readNewChannel(await readJson(call))
  const { state, services, settings } = world
  const createdAt = services.clock.now()
  const id = String(state.nextChannelId())
  const channel: Channel = {
    ...fields,
    id,
    createdAt,
    propagatedAt: createdAt + settings.channelPropagationMs,
    archived: false,
  }
  state.channels.set(id, channel)
  return created(channelView(channel), { location: `${call.c.req.path}/${id}` })
}

/** Paged: whoever looks for a channel has to follow `after`. */
export const listChannels = async (call: Call): Promise<Answer> => {
  const { world } = call
  const fields = query(call)
  const page = readPage(fields, { limit: world.settings.channelPageSize, most: 100 })
  const sort = fields.optional('sort', oneOf('createdAt', '-createdAt', 'id', '-id'))
  fields.optional('defaultPageLength', text)
  fields.end()
  const known = [...world.state.channels.values()].filter((one) => !one.archived && isPropagated(world, one))
  const ordered = sort?.startsWith('-') ? known.toReversed() : known
  return ok(pageOf(ordered.map(channelView), page))
}

export const getChannel = async (call: Call): Promise<Answer> => {
  query(call).end()
  return ok(channelView(knownChannel(call.world, pathPart(call, 'channelId'))))
}

export const patchChannel = async (call: Call): Promise<Answer> => {
  query(call).end()
  const channel = existing(call.world, pathPart(call, 'channelId'))
  Object.assign(channel, readChannelChanges(await readJson(call)))
  return ok(channelView(channel))
}

/** Archives it; its accounts are of no use from now on [I]. */
export const deleteChannel = async (call: Call): Promise<Answer> => {
  query(call).end()
  existing(call.world, pathPart(call, 'channelId')).archived = true
  return noContent
}
