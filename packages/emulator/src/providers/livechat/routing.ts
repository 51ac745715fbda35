import type { Agent, Bot, Chat, Organization, Queue, Thread } from './entities'
import { refuse } from './errors'
import { addUser, announceUser, type Newcomer } from './membership'
import { mergeProperties } from './properties'
import { activeThread, requireGroups } from './state'
import { chatView } from './views'
import { responders, type Scene, type World } from './world'

export const activeChats = (organization: Organization): Chat[] =>
  [...organization.chats.values()].filter((chat) => activeThread(chat) !== undefined)

export const chatsOfAgent = (organization: Organization, email: string): Chat[] =>
  activeChats(organization).filter((chat) => responders(chat).some((user) => user.id === email))

export const isFree = (organization: Organization, agent: Agent): boolean =>
  agent.status === 'accepting_chats' && chatsOfAgent(organization, agent.email).length < agent.maxChats

const inGroups = (groupIds: readonly number[], member: { groupIds: number[] }): boolean =>
  groupIds.some((id) => member.groupIds.includes(id))

/** The agent with the fewest chats in those of the groups that are online. */
export const freeAgentIn = (
  organization: Organization,
  groupIds: readonly number[],
  except: readonly string[] = []
): Agent | undefined => {
  const online = groupIds.filter((id) => organization.groups.get(id)?.status === 'online')
  return [...organization.agents.values()]
    .filter((agent) => inGroups(online, agent) && isFree(organization, agent) && !except.includes(agent.email))
    .toSorted((a, b) => chatsOfAgent(organization, a.email).length - chatsOfAgent(organization, b.email).length)[0]
}

/** Without `continuous` at least one of the groups must not be offline. */
export const checkGroups = (organization: Organization, groupIds: readonly number[], continuous: boolean): void => {
  requireGroups(organization, groupIds)
  const offline = groupIds.every((id) => organization.groups.get(id)?.status === 'offline')
  if (offline && !continuous) throw refuse('groups_offline', 'All requested groups are offline')
}

export const enqueue = ({ world, organization }: Scene, thread: Thread): Queue => {
  const waiting = activeChats(organization).filter((chat) => activeThread(chat)?.queue !== undefined)
  thread.queue = { position: waiting.length + 1, wait_time: 0, queued_at: world.timestamp() }
  return thread.queue
}

export const markUnassigned = (thread: Thread): void =>
  mergeProperties(thread.properties, { routing: { unassigned: true } })

/** A bot of the group takes every chat whose thread does not say `routing.ignore_bots`. */
const eagerBot = (organization: Organization, thread: Thread): Bot | undefined =>
  thread.properties['routing']?.['ignore_bots'] === true
    ? undefined
    : [...organization.bots.values()].find((bot) => inGroups(thread.access.group_ids, bot))

const routeLater = (scene: Scene, thread: Thread, delayMs: number): void => {
  const { world, organization, chat } = scene
  world.services.clock.after(delayMs, () => {
    // After a reset this organization is no longer the one that answers.
    if (world.state.organizations.get(organization.id) !== organization) return
    if (activeThread(chat) !== thread || responders(chat).length > 0) return
    const agent = freeAgentIn(organization, thread.access.group_ids)
    if (agent) assignFromWaiting(scene, thread, { id: agent.email, kind: 'agent' })
  })
}

/** Out of a queue an assignment is also a `chat_transferred` with reason `assigned` [I]. */
export const assignFromWaiting = (scene: Scene, thread: Thread, newcomer: Newcomer): void => {
  const { world, organization, chat } = scene
  const wasQueued = thread.queue !== undefined
  const user = addUser(scene, newcomer)
  if (wasQueued) {
    world.webhooks.emit({
      organization,
      chat,
      action: 'chat_transferred',
      payload: {
        chat_id: chat.id,
        thread_id: thread.id,
        reason: 'assigned',
        transferred_to: { agent_ids: [newcomer.id] },
      },
      source: 'system',
    })
  }
  announceUser(scene, user, { reason: 'assigned' }, 'system')
}

const assignAtOnce = (world: World, organization: Organization, thread: Thread): Newcomer | undefined => {
  const bot = eagerBot(organization, thread)
  if (bot) return { id: bot.id, kind: 'bot' }
  if (world.settings.autoAssign === false || world.settings.autoAssign.delayMs > 0) return undefined
  const agent = freeAgentIn(organization, thread.access.group_ids)
  return agent && { id: agent.email, kind: 'agent' }
}

/** Routes a thread that was just opened and announces it: `incoming_chat` already contains an agent assigned at once. */
export const routeNewThread = (scene: Scene, thread: Thread, clientId: string): void => {
  const { world, organization, chat } = scene
  const newcomer = thread.active ? assignAtOnce(world, organization, thread) : undefined
  const user = newcomer && addUser(scene, newcomer)
  if (thread.active && !user) {
    markUnassigned(thread)
    const statuses = new Set(thread.access.group_ids.map((id) => organization.groups.get(id)?.status))
    const full = statuses.has('online') && !freeAgentIn(organization, thread.access.group_ids)
    const queueOnly = !statuses.has('online') && statuses.has('online_for_queue')
    if (full || queueOnly) enqueue(scene, thread)
  }
  const payload = { chat: chatView(organization, chat, thread, 'agent'), requester_id: chat.customerId }
  world.webhooks.emit({ organization, chat, action: 'incoming_chat', payload, source: { clientId } })
  if (user) announceUser(scene, user, { reason: 'assigned' }, 'system')
  else if (thread.active && world.settings.autoAssign) routeLater(scene, thread, world.settings.autoAssign.delayMs)
}
