import { query, type Answer, type Call } from './call'
import type { Conversation } from './entities'
import { invalid } from './errors'
import { digitsBetween, id, oneOf, text, type Reader } from './fields'
import { isOpen } from './state'
import type { View } from './view'
import { conversationView } from './views'

const projectable: ReadonlySet<string> = new Set([
  'visitor',
  'department',
  'question',
  'start_time',
  'attended_time',
  'missed_time',
  'end_time',
  'owner',
  'attender',
  'supervisors',
  'participants',
  'status',
])

const sortKeys = {
  in_time: ({ openedAt }: Conversation) => openedAt,
  end_time: ({ endedAt }: Conversation) => endedAt ?? 0,
  updated_time: ({ changedAt }: Conversation) => changedAt,
}

const projectableNames: Reader<string[]> = (value, path, where) => {
  const names = text(value, path, where).split(',')
  const odd = names.find((name) => !projectable.has(name))
  if (odd !== undefined) throw invalid(`'${odd}' is not a known field`, { param: path })
  return names
}

const project = (view: View, names: readonly string[] | undefined): View =>
  names ? Object.fromEntries(Object.entries(view).filter(([name]) => names.includes(name))) : view

const hasStatus = (conversation: Conversation, wanted: string | undefined): boolean => {
  if (wanted === undefined) return true
  if (wanted === 'open') return isOpen(conversation)
  return wanted === 'closed' ? !isOpen(conversation) : conversation.state === wanted
}

/**
 * https://www.zoho.com/salesiq/help/developer-section/get-conversation-list-details-v2.html
 * Without `department_id` an operator sees the own departments; for an org token all are listed [?].
 */
export const listConversations = async (call: Call): Promise<Answer> => {
  const { world } = call
  const fields = query(call)
  const page = fields.optional('page', digitsBetween(1)) ?? 1
  const limit = fields.optional('limit', digitsBetween(1, 99)) ?? 20
  const status = fields.optional('status', oneOf('open', 'closed', 'waiting', 'connected', 'missed', 'end'))
  const departmentId = fields.optional('department_id', id)
  const appId = fields.optional('app_id', id)
  const attenderId = fields.optional('attender_id', id)
  const email = fields.optional('email', text)
  const [from, to, updatedFrom, updatedTill] = ['from_time', 'to_time', 'updated_from_time', 'updated_till_time'].map(
    (name) => fields.optional(name, digitsBetween(0))
  )
  const projection = fields.optional('fields', projectableNames)
  const sortKey = sortKeys[fields.optional('sort_by', oneOf('in_time', 'end_time', 'updated_time')) ?? 'in_time']
  fields.end()
  const data = [...world.state.conversations.values()]
    .filter((one) => hasStatus(one, status))
    .filter((one) => departmentId === undefined || one.departmentId === departmentId)
    .filter((one) => appId === undefined || one.appId === appId)
    .filter((one) => attenderId === undefined || one.operatorId === attenderId)
    .filter((one) => email === undefined || one.visitor.email?.toLowerCase() === email.toLowerCase())
    .filter(({ openedAt }) => openedAt > (from ?? -1) && openedAt < (to ?? Infinity))
    .filter(({ changedAt }) => changedAt > (updatedFrom ?? -1) && changedAt < (updatedTill ?? Infinity))
    .toSorted((a, b) => sortKey(b) - sortKey(a))
    .slice((page - 1) * limit, page * limit)
    .map((one) => project(conversationView(world.state, one), projection))
  return { object: 'list', data }
}
