import { chatNamed, type CustomerAction } from './customer-call'
import type { Chat, Organization, Thread } from './entities'
import { invalid } from './errors'
import { filledText, flag, integer, listOf, oneOf } from './fields'
import { listThreads } from './paging'
import { readable } from './properties'
import { activeThread, chatOfCustomer, lastThread, threadOf } from './state'
import { chatView, eventView, usersView } from './views'

const lastEvents = (thread: Thread): Record<string, unknown> => {
  const seen = thread.events.filter((event) => event.visibility === 'all')
  return Object.fromEntries(
    seen.map((event) => [event.type, { thread_id: thread.id, event: eventView(event, 'customer') }])
  )
}

/** What is inside `last_event_per_type` is not in the fact sheet; the shape here is ours [?]. */
const summary = (organization: Organization, chat: Chat): Record<string, unknown> => {
  const thread = lastThread(chat)
  return {
    id: chat.id,
    last_thread_id: thread.id,
    last_thread_created_at: thread.createdAt,
    last_event_per_type: lastEvents(thread),
    users: usersView(organization, chat, 'customer'),
    access: chat.access,
    properties: readable(chat.properties),
    active: activeThread(chat) !== undefined,
  }
}

/** With at most one chat per customer there is never a second page, so no `page_id` can be valid. */
const listChats: CustomerAction = ({ organization, customer, fields }) => {
  fields.optional('limit', integer(1, 25))
  fields.optional('sort_order', oneOf('asc', 'desc'))
  if (fields.optional('page_id', filledText) !== undefined) throw invalid("'page_id' is not valid")
  fields.end()
  const chat = chatOfCustomer(organization, customer.id)
  return { chats_summary: chat ? [summary(organization, chat)] : [], total_chats: chat ? 1 : 0 }
}

const getChat: CustomerAction = (call) => {
  const chat = chatNamed(call, 'chat_id')
  const threadId = call.fields.optional('thread_id', filledText)
  call.fields.end()
  const thread = threadId === undefined ? lastThread(chat) : threadOf(chat, threadId)
  return chatView(call.organization, chat, thread, 'customer')
}

const listOwnThreads: CustomerAction = (call) => listThreads(call.fields, chatNamed(call, 'chat_id'), 'customer')

/** Unknown groups are left out of the answer. */
const listGroupStatuses: CustomerAction = ({ organization, fields }) => {
  const all = fields.optional('all', flag)
  const ids = fields.optional('group_ids', listOf(integer(0)))
  fields.end()
  if ((all === true) === (ids !== undefined)) throw invalid("Exactly one of 'all' and 'group_ids' is required")
  const groups = [...organization.groups.values()].filter((group) => ids === undefined || ids.includes(group.id))
  return { groups_status: Object.fromEntries(groups.map((group) => [String(group.id), group.status])) }
}

export const customerReadingActions = {
  list_chats: listChats,
  get_chat: getChat,
  list_threads: listOwnThreads,
  list_group_statuses: listGroupStatuses,
} satisfies Record<string, CustomerAction>
