import {
  agentScene,
  agentSource,
  agentWriter,
  reachableChat,
  reachableThread,
  requirePresence,
  type AgentCall,
} from './agent-call'
import type { Answer } from './customer-call'
import type { Visibility } from './entities'
import { invalid, refuse } from './errors'
import { readEvent } from './events'
import { filledText, flag, integer, listOf, nested, oneOf, timestamp } from './fields'
import { joinChat, leaveChat } from './membership'
import { mergeProperties, propertiesFor, readable } from './properties'
import { requireActive } from './state'
import { appendEvent, deactivate, seenBy, userIn } from './threads'
import { returnToWaiting, transferChat, type TransferTarget } from './transfer'
import { responders } from './world'

export type AgentAction = (call: AgentCall) => Answer

/** `event.author_id` is seen in third-party code but not documented for send_event, so it is an unknown field here. */
const sendEvent: AgentAction = (call) => {
  const { world, agent, fields } = call
  const chat = reachableChat(call, 'chat_id', 'rw')
  const draft = readEvent(world, fields.required('event', nested), agentWriter(call))
  fields.end()
  const thread = requireActive(chat)
  requirePresence(call, chat)
  const author = { id: agent.email, kind: 'agent' } as const
  return { event_id: appendEvent(agentScene(call, chat), thread, draft, agentSource(call), author).id }
}

const deactivateChat: AgentAction = (call) => {
  const { agent, fields } = call
  const chat = reachableChat(call, 'id', 'rw')
  const absent = fields.optional('ignore_requester_presence', flag) ?? false
  fields.end()
  requireActive(chat)
  if (!absent) requirePresence(call, chat)
  const message = {
    type: 'manual_archived_agent',
    text: `${agent.name} archived the chat`,
    textVars: { agent: agent.name },
  }
  deactivate(agentScene(call, chat), message, agentSource(call), agent.email)
  return undefined
}

const readTarget = ({ fields }: AgentCall): TransferTarget | undefined => {
  const target = fields.optional('target', nested)
  if (!target) return undefined
  const type = target.required('type', oneOf('group', 'agent'))
  return type === 'group'
    ? { type, ids: target.required('ids', listOf(integer(0))) }
    : { type, ids: target.required('ids', listOf(filledText)) }
}

/** The flags were called `force` up to 3.3; without a target the chat stays in its groups [I]. */
const transfer: AgentAction = (call) => {
  const { fields, agent } = call
  const chat = reachableChat(call, 'id', 'rw')
  const target = readTarget(call) ?? { type: 'group', ids: chat.access.group_ids }
  const ignoreAvailability = fields.optional('ignore_agents_availability', flag) ?? false
  const absent = fields.optional('ignore_requester_presence', flag) ?? false
  fields.end()
  requireActive(chat)
  if (!absent) requirePresence(call, chat)
  transferChat(agentScene(call, chat), {
    target,
    requesterId: agent.email,
    ignoreAvailability,
    source: agentSource(call),
  })
  return undefined
}

/** A chat has its one customer from the start, so adding another is always too many. */
const addUserToChat: AgentAction = (call) => {
  const { organization, agent, fields } = call
  const chat = reachableChat(call, 'chat_id', 'rw')
  const userId = fields.required('user_id', filledText)
  const type = fields.required('user_type', oneOf('agent', 'customer'))
  const visibility = fields.required('visibility', oneOf<Visibility>('all', 'agents'))
  const absent = fields.optional('ignore_requester_presence', flag) ?? false
  fields.end()
  requireActive(chat)
  if (!absent) requirePresence(call, chat)
  if (type === 'customer') throw invalid('A chat can have at most one customer')
  const kind = organization.bots.has(userId) ? 'bot' : 'agent'
  if (kind === 'agent' && !organization.agents.has(userId)) throw refuse('not_found', 'Agent not found')
  const cause = { reason: 'manual', requesterId: agent.email } as const
  joinChat(agentScene(call, chat), { id: userId, kind, visibility }, cause, agentSource(call))
  return undefined
}

const removeUserFromChat: AgentAction = (call) => {
  const { agent, fields } = call
  const chat = reachableChat(call, 'chat_id', 'rw')
  const userId = fields.required('user_id', filledText)
  fields.required('user_type', oneOf('agent'))
  const absent = fields.optional('ignore_requester_presence', flag) ?? false
  fields.end()
  requireActive(chat)
  if (!absent) requirePresence(call, chat)
  const user = userIn(chat, userId)
  if (!user?.present || user.kind === 'customer') throw refuse('not_found', 'Agent is not in the chat')
  const scene = agentScene(call, chat)
  leaveChat(scene, user, { reason: 'manual', requesterId: agent.email }, agentSource(call))
  if (responders(chat).length === 0) returnToWaiting(scene)
  return undefined
}

/** Nobody is told: typing of agents reaches no webhook. */
const sendTypingIndicator: AgentAction = (call) => {
  const chat = reachableChat(call, 'chat_id', 'rw')
  call.fields.required('is_typing', flag)
  call.fields.optional('visibility', oneOf<Visibility>('all', 'agents'))
  call.fields.end()
  requireActive(chat)
  return undefined
}

const markEventsAsSeen: AgentAction = (call) => {
  const { world, organization, agent, fields } = call
  const chat = reachableChat(call, 'chat_id', 'ro')
  const upTo = fields.required('seen_up_to', timestamp)
  fields.end()
  seenBy(chat, agent.email, upTo)
  const payload = { user_id: agent.email, chat_id: chat.id, seen_up_to: upTo }
  world.webhooks.emit({ organization, chat, action: 'events_marked_as_seen', payload, source: agentSource(call) })
  return undefined
}

const updateChatProperties: AgentAction = (call) => {
  const { world, organization, fields } = call
  const chat = reachableChat(call, 'id', 'rw')
  const changes = fields.required('properties', propertiesFor(agentWriter(call), 'chat'))
  fields.end()
  mergeProperties(chat.properties, changes)
  const payload = { chat_id: chat.id, properties: readable(changes) }
  world.webhooks.emit({ organization, chat, action: 'chat_properties_updated', payload, source: agentSource(call) })
  return undefined
}

const changeTag = (call: AgentCall, action: 'thread_tagged' | 'thread_untagged'): undefined => {
  const { world, organization, fields } = call
  const chat = reachableChat(call, 'chat_id', 'rw')
  const thread = reachableThread(call, chat)
  const tag = fields.required('tag', filledText)
  fields.end()
  // Names are case-sensitive, and a tag must exist in the organization first.
  if (!organization.tags.has(tag)) throw refuse('not_found', `Tag ${tag} does not exist`)
  thread.tags = thread.tags.filter((name) => name !== tag)
  if (action === 'thread_tagged') thread.tags.push(tag)
  const payload = { chat_id: chat.id, thread_id: thread.id, tag }
  world.webhooks.emit({ organization, chat, action, payload, source: agentSource(call) })
  return undefined
}

export const agentChatActions = {
  send_event: sendEvent,
  deactivate_chat: deactivateChat,
  transfer_chat: transfer,
  add_user_to_chat: addUserToChat,
  remove_user_from_chat: removeUserFromChat,
  send_typing_indicator: sendTypingIndicator,
  mark_events_as_seen: markEventsAsSeen,
  update_chat_properties: updateChatProperties,
  tag_thread: (call) => changeTag(call, 'thread_tagged'),
  untag_thread: (call) => changeTag(call, 'thread_untagged'),
} satisfies Record<string, AgentAction>
