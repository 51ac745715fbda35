import type { AgentAction } from './agent-chats'
import { ownApp, webhookConfigurationActions } from './configuration-webhooks'
import type { Agent, Group, PropertyAccess, RegisteredProperty } from './entities'
import { refuse } from './errors'
import { filledText, integer, listOf, nested, oneOf, text, type Fields } from './fields'
import { holds, requireScope } from './scopes'

/** Values of `fields` in get_agent and list_agents; the sheet names the first two and says that there are more [?]. */
const agentFields = oneOf('job_title', 'groups', 'last_logout', 'max_chats_count')

const extraFields = (agent: Agent, wanted: readonly string[]): Record<string, unknown> => ({
  ...(wanted.includes('job_title') ? { job_title: agent.jobTitle ?? '' } : {}),
  ...(wanted.includes('groups') ? { groups: agent.groupIds.map((id) => ({ id, priority: 'normal' })) } : {}),
  ...(wanted.includes('max_chats_count') ? { max_chats_count: agent.maxChats } : {}),
})

const base = (agent: Agent): Record<string, unknown> => ({
  id: agent.email,
  account_id: agent.accountId,
  name: agent.name,
  role: agent.role,
  login_status: agent.status === 'accepting_chats' ? 'accepting chats' : agent.status.replaceAll('_', ' '),
})

/** Does not return bots since 3.3. Without `agents--all` only the caller's own profile. */
const getAgent: AgentAction = (call) => {
  const { organization, fields } = call
  requireScope(call, 'agents--my:ro', 'agents--all:ro')
  const id = fields.required('id', filledText)
  const wanted = fields.optional('fields', listOf(agentFields)) ?? []
  fields.end()
  if (id !== call.agent.email && !holds(call, 'agents--all:ro')) {
    throw refuse('authorization', 'agents--my:ro reaches only the own profile')
  }
  const agent = organization.agents.get(id)
  if (!agent) throw refuse('not_found', 'Agent not found')
  return { ...base(agent), avatar: agent.avatar, ...extraFields(agent, wanted) }
}

/** The picture is called `avatar_path` here. */
const listAgents: AgentAction = (call) => {
  requireScope(call, 'agents--all:ro')
  const groupIds = call.fields.optional('filters', nested)?.optional('group_ids', listOf(integer(0)))
  const wanted = call.fields.optional('fields', listOf(agentFields)) ?? []
  call.fields.end()
  return [...call.organization.agents.values()]
    .filter((agent) => !groupIds || groupIds.some((id) => agent.groupIds.includes(id)))
    .map((agent) => ({ ...base(agent), avatar_path: agent.avatar, ...extraFields(agent, wanted) }))
}

const getBot: AgentAction = (call) => {
  requireScope(call, 'agents-bot--my:ro', 'agents-bot--all:ro')
  const id = call.fields.required('id', filledText)
  call.fields.end()
  const bot = call.organization.bots.get(id)
  if (!bot) throw refuse('not_found', 'Bot not found')
  return { id: bot.id, name: bot.name, avatar_path: bot.avatar }
}

/** Only what the fact sheet needs: whether the group exists and its name [?]. */
const groupView = (group: Group): Record<string, unknown> => ({ id: group.id, name: group.name })

const getGroup: AgentAction = (call) => {
  requireScope(call, 'groups--my:ro', 'groups--all:ro')
  const id = call.fields.required('id', integer(0))
  call.fields.end()
  const group = call.organization.groups.get(id)
  if (!group) throw refuse('group_not_found', 'Group not found')
  if (!call.agent.groupIds.includes(id) && !holds(call, 'groups--all:ro')) {
    throw refuse('authorization', 'groups--my:ro reaches only the own groups')
  }
  return groupView(group)
}

const listGroups: AgentAction = (call) => {
  requireScope(call, 'groups--all:ro')
  call.fields.end()
  return [...call.organization.groups.values()].map(groupView)
}

const createTag: AgentAction = (call) => {
  requireScope(call, 'tags--all:rw', 'tags--groups:rw')
  const name = call.fields.required('name', filledText)
  call.fields.optional('group_ids', listOf(integer(0)))
  call.fields.end()
  if (call.organization.tags.has(name)) throw refuse('already_exists', 'Tag already exists')
  call.organization.tags.add(name)
  return undefined
}

const rights = listOf(oneOf('read', 'write'))

const readAccess = (level: Fields | undefined): PropertyAccess | undefined =>
  level && { agent: level.optional('agent', rights) ?? [], customer: level.optional('customer', rights) ?? [] }

const registerProperty: AgentAction = (call) => {
  const { organization, fields } = call
  requireScope(call, 'properties.configuration:rw')
  const access = fields.required('access', nested)
  const levels = (['chat', 'thread', 'event'] as const).map((level) => ({
    [level]: readAccess(access.optional(level, nested)),
  }))
  const property: RegisteredProperty = {
    name: fields.required('name', filledText),
    ownerClientId: ownApp(call).clientId,
    type: fields.required('type', oneOf('string', 'int', 'bool', 'tokenized_string')),
    access: Object.assign({}, ...levels),
  }
  fields.optional('description', text)
  fields.end()
  const same = ({ name, ownerClientId }: RegisteredProperty): boolean =>
    name === property.name && ownerClientId === property.ownerClientId
  if (organization.properties.some(same)) throw refuse('already_exists', 'Property already exists')
  organization.properties.push(property)
  return undefined
}

export const configurationActions: Readonly<Record<string, AgentAction>> = {
  ...webhookConfigurationActions,
  get_agent: getAgent,
  list_agents: listAgents,
  get_bot: getBot,
  get_group: getGroup,
  list_groups: listGroups,
  create_tag: createTag,
  register_property: registerProperty,
}
