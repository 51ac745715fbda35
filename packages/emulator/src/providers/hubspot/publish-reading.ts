import { attachmentList } from './attachments'
import { generationOf, readJson, type Call } from './call'
import type { Channel, ChannelAccount, DeliveryIdentifier } from './entities'
import type { Attachment, Party } from './thread-entities'
import { invalid } from './errors'
import {
  filledText,
  isoTime,
  listOf,
  nested,
  oneOf,
  text,
  wholeNumber,
  wrong,
  type Fields,
  type Reader,
} from './fields'
import { deliveryIdentifier } from './identifiers'
import type { World } from './world'

export type Publish = {
  direction: 'INCOMING' | 'OUTGOING'
  account: ChannelAccount
  threadKey: string | undefined
  idempotencyKey: string | undefined
  text: string
  richText: string | undefined
  sentAt: number
  senders: (Party & { deliveryIdentifier: DeliveryIdentifier })[]
  recipients: Party[]
  attachments: Attachment[]
  inReplyToId: string | undefined
  contactId: string | undefined
}

/** `senderActorId` exists in some versions only. */
const party =
  (takesActor: boolean): Reader<Publish['senders'][number]> =>
  (value, path) => {
    const fields = nested(value, path)
    const name = fields.optional('name', text)
    const actorId = takesActor ? fields.optional('senderActorId', filledText) : undefined
    const identifier = fields.required('deliveryIdentifier', deliveryIdentifier)
    fields.end()
    return {
      ...(actorId === undefined ? {} : { actorId }),
      ...(name === undefined ? {} : { name }),
      deliveryIdentifier: identifier,
    }
  }

const readAccount = (world: World, channel: Channel, fields: Fields): ChannelAccount => {
  const id = fields.required('channelAccountId', filledText)
  const account = world.state.channelAccounts.get(id)
  if (account?.channelId !== channel.id) throw wrong('is not an account of this channel', 'channelAccountId')
  if (!account.authorized) throw wrong('is an account that is not authorized', 'channelAccountId')
  return account
}

const readThreadKey = (channel: Channel, fields: Fields): string | undefined => {
  if (channel.capabilities.threadingModel !== 'DELIVERY_IDENTIFIER') {
    return fields.required('integrationThreadId', filledText)
  }
  if (fields.has('integrationThreadId')) throw wrong('must be absent with this threading model', 'integrationThreadId')
  return undefined
}

const knownContact = (world: World, id: number, path: string): string => {
  if (!world.state.contacts.has(String(id))) throw wrong('is not the id of a contact', path)
  return String(id)
}

/** The contact named outright, else the first of those the caller resolved. */
const readContact = (world: World, fields: Fields): string | undefined => {
  const direct = fields.optional('associateWithContactId', wholeNumber)
  const resolved = fields
    .optional('preResolvedContacts', nested)
    ?.required('contacts', listOf(nested))
    .map((contact) => {
      contact.optional('contactPropertiesLeadingToMatch', listOf(text))
      return contact.required('contactVid', wholeNumber)
    })
  if (direct !== undefined) return knownContact(world, direct, 'associateWithContactId')
  const first = resolved?.[0]
  return first === undefined ? undefined : knownContact(world, first, 'preResolvedContacts')
}

const readText = (world: World, fields: Fields, attachments: readonly Attachment[]): string => {
  const read = fields.required('text', text)
  const { maxTextLength } = world.settings
  if (read.length > maxTextLength) throw wrong(`must not be longer than ${maxTextLength} characters`, 'text')
  if (read.trim() === '' && attachments.length === 0) throw wrong('must not be empty without attachments', 'text')
  return read
}

const checkSenders = (world: World, channel: Channel, { senders }: Publish): void => {
  if (senders.length === 0) throw wrong('must have a sender', 'senders')
  const declared = channel.capabilities.deliveryIdentifierTypes ?? []
  const odd = senders.find(({ deliveryIdentifier: { type } }) => !declared.includes(type))
  if (odd && world.settings.senderIdentifiers === 'declared') {
    throw invalid(`The channel does not support delivery identifiers of type ${odd.deliveryIdentifier.type}`)
  }
}

/** As strict as the specification, although shipped code leaves out `recipients`, `attachments` and `timestamp`. */
export const readPublish = async (call: Call, channel: Channel): Promise<Publish> => {
  const { world } = call
  const fields = await readJson(call)
  const takesActor = ['v3', '2026-03'].includes(generationOf(call))
  const attachments = fields.required('attachments', attachmentList(world))
  const publish: Publish = {
    direction: fields.required('messageDirection', oneOf('INCOMING', 'OUTGOING')),
    account: readAccount(world, channel, fields),
    threadKey: readThreadKey(channel, fields),
    idempotencyKey: fields.optional('integrationIdempotencyId', filledText),
    text: readText(world, fields, attachments),
    richText: fields.optional('richText', text),
    sentAt: fields.required('timestamp', isoTime),
    senders: fields.required('senders', listOf(party(takesActor))),
    recipients: fields.required('recipients', listOf(party(false))),
    attachments,
    inReplyToId: fields.optional('inReplyToId', filledText),
    contactId: readContact(world, fields),
  }
  fields.end()
  checkSenders(world, channel, publish)
  return publish
}
