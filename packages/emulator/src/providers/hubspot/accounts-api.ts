import { created, ok, pathPart, query, readJson, type Answer, type Call } from './call'
import { emitAccount } from './channel-events'
import { knownChannel } from './channels-api'
import { identifierTypes, type ChannelAccount } from './entities'
import { conflict, invalid, notFound } from './errors'
import { digits, filledText, flag, oneOf, text } from './fields'
import { isSame, readIdentifier } from './identifiers'
import { pageOf, readPage } from './paging'
import { given, iso, type View } from './view'
import type { World } from './world'

/** `active` is not explained anywhere; here it follows `authorized` [?]. */
export const accountView = (account: ChannelAccount): View =>
  given({
    id: account.id,
    channelId: account.channelId,
    inboxId: account.inboxId,
    name: account.name,
    active: account.authorized,
    authorized: account.authorized,
    archived: false,
    createdAt: iso(account.createdAt),
    deliveryIdentifier: account.deliveryIdentifier,
  })

const accountsOf = ({ state }: World, channelId: string): ChannelAccount[] =>
  [...state.channelAccounts.values()].filter((account) => account.channelId === channelId)

/** https://github.com/HubSpot/HubSpot-public-api-spec-collection (`PublicChannelAccountEgg`) */
export const postAccount = async (call: Call): Promise<Answer> => {
  const { world } = call
  query(call).end()
  const channel = knownChannel(world, pathPart(call, 'channelId'))
  const fields = await readJson(call)
  const inboxId = fields.required('inboxId', digits)
  const name = fields.required('name', filledText)
  const authorized = fields.required('authorized', flag)
  const deliveryIdentifier = readIdentifier(fields)
  fields.end()
  const { state, services } = world
  if (!state.inboxes.has(inboxId)) throw invalid(`No inbox with id ${inboxId} exists`)
  const isTaken = accountsOf(world, channel.id).some((one) => isSame(deliveryIdentifier, one.deliveryIdentifier))
  if (isTaken) throw conflict('A channel account with this delivery identifier exists already')
  const account: ChannelAccount = {
    id: String(state.nextAccountId()),
    channelId: channel.id,
    inboxId,
    name,
    authorized,
    createdAt: services.clock.now(),
    ...(deliveryIdentifier ? { deliveryIdentifier } : {}),
  }
  state.channelAccounts.set(account.id, account)
  emitAccount(world, account, 'CREATED')
  return created(accountView(account))
}

/** `sort` is accepted and changes nothing: its values are not listed. No account is ever archived here. */
export const listAccounts = async (call: Call): Promise<Answer> => {
  const { world } = call
  const channel = knownChannel(world, pathPart(call, 'channelId'))
  const fields = query(call)
  const page = readPage(fields, { limit: 10, most: 100 })
  const archived = fields.optional('archived', oneOf('true', 'false'))
  const type = fields.optional('deliveryIdentifierType', oneOf(...identifierTypes))
  const value = fields.optional('deliveryIdentifierValue', text)
  fields.optional('sort', text)
  fields.end()
  const found = accountsOf(world, channel.id)
    .filter(() => archived !== 'true')
    .filter(({ deliveryIdentifier }) => type === undefined || deliveryIdentifier?.type === type)
    .filter(({ deliveryIdentifier }) => value === undefined || deliveryIdentifier?.value === value)
  return ok(pageOf(found.map(accountView), page))
}

const accountIn = (call: Call): ChannelAccount => {
  const channel = knownChannel(call.world, pathPart(call, 'channelId'))
  const id = pathPart(call, 'accountId')
  const account = call.world.state.channelAccounts.get(id)
  if (account?.channelId !== channel.id) throw notFound(`No channel account with id ${id} exists`)
  return account
}

export const getAccount = async (call: Call): Promise<Answer> => {
  const fields = query(call)
  const archived = fields.optional('archived', oneOf('true', 'false'))
  fields.end()
  const account = accountIn(call)
  if (archived === 'true') throw notFound(`No archived channel account with id ${account.id} exists`)
  return ok(accountView(account))
}

/** An account keeps its inbox for ever. */
export const patchAccount = async (call: Call): Promise<Answer> => {
  query(call).end()
  const account = accountIn(call)
  const fields = await readJson(call)
  const name = fields.optional('name', filledText)
  const authorized = fields.optional('authorized', flag)
  fields.end()
  if (name !== undefined) account.name = name
  if (authorized !== undefined) account.authorized = authorized
  emitAccount(call.world, account, 'UPDATED')
  return ok(accountView(account))
}
