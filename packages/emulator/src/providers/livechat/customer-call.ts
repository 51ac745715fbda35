import type { Chat, ChatEvent, Customer, CustomerToken, Organization, Properties, Thread } from './entities'
import { refuse } from './errors'
import { Fields, filledText } from './fields'
import type { PropertyWriter } from './properties'
import { chatOf, threadOf } from './state'
import type { Author } from './threads'
import type { Scene, Source, World } from './world'

/** One authenticated call of the Customer Chat API. */
export type CustomerCall = {
  world: World
  organization: Organization
  customer: Customer
  token: CustomerToken
  fields: Fields
}

/** What a call answers; nothing means an empty answer. */
export type Answer = Record<string, unknown> | unknown[] | undefined

export type CustomerAction = (call: CustomerCall) => Answer

export const writerOf = ({ organization, token }: CustomerCall): PropertyWriter => ({
  organization,
  side: 'customer',
  clientId: token.clientId,
})

export const authorOf = ({ customer }: CustomerCall): Author => ({ id: customer.id, kind: 'customer' })

export const sourceOf = ({ token }: CustomerCall): Source => ({ clientId: token.clientId })

export const sceneOf = ({ world, organization }: CustomerCall, chat: Chat): Scene => ({ world, organization, chat })

/** A customer sees no chat but the own one. */
export const ownChat = (call: CustomerCall, chatId: string): Chat => {
  const chat = chatOf(call.organization, chatId)
  if (chat.customerId !== call.customer.id) throw refuse('not_found', 'Chat not found')
  return chat
}

export const chatNamed = (call: CustomerCall, field: string): Chat =>
  ownChat(call, call.fields.required(field, filledText))

export const threadNamed = (call: CustomerCall, chat: Chat): Thread =>
  threadOf(chat, call.fields.required('thread_id', filledText))

export const eventNamed = (call: CustomerCall, chat: Chat): { thread: Thread; event: ChatEvent } => {
  const thread = threadNamed(call, chat)
  const eventId = call.fields.required('event_id', filledText)
  const event = thread.events.find((candidate) => candidate.id === eventId)
  if (!event) throw refuse('not_found', 'Event not found')
  return { thread, event }
}

export const sourceProperties = (clientId: string, continuous: boolean): Properties => ({
  routing: { continuous },
  source: { client_id: clientId, customer_client_id: clientId },
})
