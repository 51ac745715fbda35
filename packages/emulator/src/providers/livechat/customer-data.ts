import {
  chatNamed,
  eventNamed,
  sourceOf,
  threadNamed,
  writerOf,
  type CustomerAction,
  type CustomerCall,
} from './customer-call'
import type { Chat, Properties, Thread } from './entities'
import { timestamp } from './fields'
import { changeProfile, readProfile, sessionFields } from './profiles'
import { mergeProperties, propertiesFor, readable } from './properties'
import { seenBy } from './threads'
import { customerView } from './views'

const getCustomer: CustomerAction = ({ customer, fields }) => {
  fields.end()
  return customerView(customer)
}

const updateCustomer: CustomerAction = (call) => {
  changeProfile(call.world, call.organization, call.customer, readProfile(call.fields), sourceOf(call))
  return undefined
}

const setCustomerSessionFields: CustomerAction = (call) => {
  const added = call.fields.required('session_fields', sessionFields)
  call.fields.end()
  changeProfile(call.world, call.organization, call.customer, { sessionFields: added }, sourceOf(call))
  return undefined
}

const markEventsAsSeen: CustomerAction = (call) => {
  const { world, organization, customer, fields } = call
  const chat = chatNamed(call, 'chat_id')
  const upTo = fields.required('seen_up_to', timestamp)
  fields.end()
  seenBy(chat, customer.id, upTo)
  world.webhooks.emit({
    organization,
    chat,
    action: 'events_marked_as_seen',
    payload: { user_id: customer.id, chat_id: chat.id, seen_up_to: upTo },
    source: sourceOf(call),
  })
  return undefined
}

/** Announces only what changed, and nothing of what is write-only. */
const announce = (
  call: CustomerCall,
  chat: Chat,
  thread: Thread | undefined,
  action: 'chat_properties_updated' | 'thread_properties_updated',
  changes: Properties
): void =>
  call.world.webhooks.emit({
    organization: call.organization,
    chat,
    action,
    payload: { chat_id: chat.id, ...(thread ? { thread_id: thread.id } : {}), properties: readable(changes) },
    source: sourceOf(call),
  })

const updateChatProperties: CustomerAction = (call) => {
  const chat = chatNamed(call, 'id')
  const changes = call.fields.required('properties', propertiesFor(writerOf(call), 'chat'))
  call.fields.end()
  mergeProperties(chat.properties, changes)
  announce(call, chat, undefined, 'chat_properties_updated', changes)
  return undefined
}

const updateThreadProperties: CustomerAction = (call) => {
  const chat = chatNamed(call, 'chat_id')
  const thread = threadNamed(call, chat)
  const changes = call.fields.required('properties', propertiesFor(writerOf(call), 'thread'))
  call.fields.end()
  mergeProperties(thread.properties, changes)
  announce(call, chat, thread, 'thread_properties_updated', changes)
  return undefined
}

/** No webhook for event properties is listed in the fact sheet, so none is sent. */
const updateEventProperties: CustomerAction = (call) => {
  const chat = chatNamed(call, 'chat_id')
  const { event } = eventNamed(call, chat)
  const changes = call.fields.required('properties', propertiesFor(writerOf(call), 'event'))
  call.fields.end()
  event.properties = { ...event.properties }
  mergeProperties(event.properties, changes)
  return undefined
}

export const customerDataActions = {
  get_customer: getCustomer,
  update_customer: updateCustomer,
  set_customer_session_fields: setCustomerSessionFields,
  mark_events_as_seen: markEventsAsSeen,
  update_chat_properties: updateChatProperties,
  update_thread_properties: updateThreadProperties,
  update_event_properties: updateEventProperties,
} satisfies Record<string, CustomerAction>
