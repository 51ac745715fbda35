import { agentSource, reachableChat } from './agent-call'
import type { AgentAction } from './agent-chats'
import { filledText, integer, listOf, nested } from './fields'
import { listThreads } from './paging'
import { changeProfile, readProfile } from './profiles'
import { chatsOfAgent, isFree } from './routing'
import { requireScope } from './scopes'
import { chatOf, chatOfCustomer, customerOf, lastThread, threadOf } from './state'
import { chatView, customerView } from './views'

const getChat: AgentAction = (call) => {
  const chat = reachableChat(call, 'chat_id', 'ro')
  const threadId = call.fields.optional('thread_id', filledText)
  call.fields.end()
  const thread = threadId === undefined ? lastThread(chat) : threadOf(chat, threadId)
  return chatView(call.organization, chat, thread, 'agent')
}

const listChatThreads: AgentAction = (call) => listThreads(call.fields, reachableChat(call, 'chat_id', 'ro'), 'agent')

/** Needs no scope. Who can take it: agents who are free and not in the chat [I]. */
const listAgentsForTransfer: AgentAction = ({ organization, fields }) => {
  const chat = chatOf(organization, fields.required('chat_id', filledText))
  fields.end()
  const present = new Set(chat.users.filter((user) => user.present).map((user) => user.id))
  return [...organization.agents.values()]
    .filter((agent) => isFree(organization, agent) && !present.has(agent.email))
    .map((agent) => ({
      agent_id: agent.email,
      total_active_chats: chatsOfAgent(organization, agent.email).length,
    }))
}

const listRoutingStatuses: AgentAction = (call) => {
  const { organization, fields } = call
  requireScope(call, 'agents--all:ro')
  requireScope(call, 'agents-bot--all:ro')
  const groupIds = fields.optional('filters', nested)?.optional('group_ids', listOf(integer(0)))
  fields.end()
  return [...organization.agents.values()]
    .filter((agent) => !groupIds || groupIds.some((id) => agent.groupIds.includes(id)))
    .map((agent) => ({ agent_id: agent.email, status: agent.status }))
}

const getCustomer: AgentAction = (call) => {
  const { organization, fields } = call
  requireScope(call, 'customers:ro')
  const customer = customerOf(organization, fields.required('id', filledText))
  fields.end()
  const chat = chatOfCustomer(organization, customer.id)
  return { ...customerView(customer), chat_ids: chat ? [chat.id] : [] }
}

const updateCustomer: AgentAction = (call) => {
  const { world, organization, fields } = call
  requireScope(call, 'customers:rw')
  const customer = customerOf(organization, fields.required('id', filledText))
  changeProfile(world, organization, customer, readProfile(fields), agentSource(call))
  return undefined
}

export const agentReadingActions = {
  get_chat: getChat,
  list_threads: listChatThreads,
  list_agents_for_transfer: listAgentsForTransfer,
  list_routing_statuses: listRoutingStatuses,
  get_customer: getCustomer,
  update_customer: updateCustomer,
} satisfies Record<string, AgentAction>
