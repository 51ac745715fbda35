import {
  authorOf,
  chatNamed,
  eventNamed,
  ownChat,
  sceneOf,
  sourceOf,
  sourceProperties,
  writerOf,
  type CustomerAction,
  type CustomerCall,
} from './customer-call'
import type { Chat, Properties, Thread } from './entities'
import { LiveChatError, refuse } from './errors'
import { readEvent } from './events'
import { Fields, filledText, flag, integer, listOf, nested, text } from './fields'
import { shortId } from './ids'
import { mergeProperties, propertiesFor } from './properties'
import { checkGroups, routeNewThread } from './routing'
import { activeThread, chatOfCustomer, lastThread, requireActive } from './state'
import { appendEvent, deactivate, openThread, type ThreadRequest } from './threads'

type Opening = { thread: ThreadRequest; chatProperties: Properties; continuous?: boolean }

/** The part that start_chat and resume_chat share. Group 0 is everyone, and the default of both calls. */
const readOpening = (call: CustomerCall, chat: Fields | undefined): Opening => {
  const { world, fields } = call
  const writer = writerOf(call)
  const thread = chat?.optional('thread', nested)
  const groupIds = chat?.optional('access', nested)?.required('group_ids', listOf(integer(0)))
  const continuous = fields.optional('continuous', flag)
  const opening: Opening = {
    thread: {
      groupIds: groupIds ?? [0],
      active: fields.optional('active', flag) ?? true,
      events: (thread?.optional('events', listOf(nested)) ?? []).map((event) => readEvent(world, event, writer)),
      properties: thread?.optional('properties', propertiesFor(writer, 'thread')) ?? {},
    },
    chatProperties: chat?.optional('properties', propertiesFor(writer, 'chat')) ?? {},
    ...(continuous === undefined ? {} : { continuous }),
  }
  fields.end()
  return opening
}

const eventIds = (thread: Thread, sent: number): { event_ids?: string[] } =>
  sent > 0 ? { event_ids: thread.events.slice(0, sent).map((event) => event.id) } : {}

const open = (call: CustomerCall, chat: Chat, { thread: request, chatProperties }: Opening): Thread => {
  const scene = sceneOf(call, chat)
  mergeProperties(chat.properties, chatProperties)
  mergeProperties(chat.properties, { routing: { continuous: chat.continuous } })
  const thread = openThread(scene, request, authorOf(call))
  routeNewThread(scene, thread, call.token.clientId)
  return thread
}

const startChat: CustomerAction = (call) => {
  const { world, organization, customer, token } = call
  const opening = readOpening(call, call.fields.optional('chat', nested))
  if (chatOfCustomer(organization, customer.id)) {
    throw new LiveChatError(world.settings.chatLimitErrorType, 'Customer chats limit reached')
  }
  const continuous = opening.continuous ?? false
  checkGroups(organization, opening.thread.groupIds, continuous)
  const chat: Chat = {
    id: shortId(),
    customerId: customer.id,
    sourceClientId: token.clientId,
    properties: sourceProperties(token.clientId, continuous),
    access: { group_ids: [] },
    users: [{ id: customer.id, kind: 'customer', present: true, visibility: 'all', eventsSeenUpTo: world.timestamp() }],
    threads: [],
    continuous,
  }
  organization.chats.set(chat.id, chat)
  const thread = open(call, chat, opening)
  return { chat_id: chat.id, thread_id: thread.id, ...eventIds(thread, opening.thread.events.length) }
}

/** `continuous` left out keeps the mode of the chat; `access` left out does not keep the groups. */
const resumeChat: CustomerAction = (call) => {
  const { world, organization } = call
  const request = call.fields.required('chat', nested)
  const id = request.required('id', filledText)
  const opening = readOpening(call, request)
  const chat = ownChat(call, id)
  if (activeThread(chat)) throw new LiveChatError(world.settings.alreadyActiveErrorType, 'Chat is already active')
  const continuous = opening.continuous ?? chat.continuous
  checkGroups(organization, opening.thread.groupIds, continuous)
  chat.continuous = continuous
  const thread = open(call, chat, opening)
  return { thread_id: thread.id, ...eventIds(thread, opening.thread.events.length) }
}

const sendEvent: CustomerAction = (call) => {
  const { world, fields } = call
  const chat = chatNamed(call, 'chat_id')
  const draft = readEvent(world, fields.required('event', nested), writerOf(call))
  const attach = fields.optional('attach_to_last_thread', flag) ?? false
  fields.end()
  const thread = attach ? lastThread(chat) : requireActive(chat)
  return { event_id: appendEvent(sceneOf(call, chat), thread, draft, sourceOf(call), authorOf(call)).id }
}

/** The chat id is called `id` here. That `user_id` of the webhook is then the customer id is inferred [I]. */
const deactivateChat: CustomerAction = (call) => {
  const chat = chatNamed(call, 'id')
  call.fields.end()
  const message = { type: 'manual_archived_customer', text: 'Customer closed the chat' }
  deactivate(sceneOf(call, chat), message, sourceOf(call), call.customer.id)
  return undefined
}

/** The typing signal: agents see it, no webhook tells of it. */
const sendSneakPeek: CustomerAction = (call) => {
  const chat = chatNamed(call, 'chat_id')
  call.fields.required('sneak_peek_text', text)
  call.fields.end()
  requireActive(chat)
  return undefined
}

const deleteEvent: CustomerAction = (call) => {
  const { world, organization, fields } = call
  const chat = chatNamed(call, 'chat_id')
  const { thread, event } = eventNamed(call, chat)
  fields.end()
  if (event.author?.id !== call.customer.id) throw refuse('authorization', 'Only own events can be deleted')
  thread.events = thread.events.filter((candidate) => candidate !== event)
  world.webhooks.emit({
    organization,
    chat,
    action: 'event_deleted',
    payload: { chat_id: chat.id, thread_id: thread.id, event_id: event.id },
    source: sourceOf(call),
  })
  return undefined
}

export const customerChatActions = {
  start_chat: startChat,
  resume_chat: resumeChat,
  send_event: sendEvent,
  deactivate_chat: deactivateChat,
  send_sneak_peek: sendSneakPeek,
  delete_event: deleteEvent,
} satisfies Record<string, CustomerAction>
