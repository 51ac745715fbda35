import type { GroupStatus, RoutingStatus } from './entities'
import { joinChat } from './membership'
import { mergeProperties } from './properties'
import { assignFromWaiting, freeAgentIn } from './routing'
import { sceneFor } from './snapshots'
import { activeThread, customerOf, requireActive } from './state'
import { appendEvent, deactivate, systemMessage, type SystemMessage } from './threads'
import { responders, type World } from './world'

/** What LiveChat itself does: nobody asked for it, so its webhooks carry no user. */
export type SystemControls = {
  /** Closed for inactivity: `chat_deactivated` without `user_id`. */
  archiveInactive(chatId: string): void
  /** Left the queue because nobody is available. */
  archiveOffline(chatId: string): void
  /** Quiet on both sides; the chat stays active. */
  idle(chatId: string): void
  /** The router finds a free agent for a waiting chat, and says whom. */
  assign(chatId: string): string
  /** Bans the customer and closes the active chat; every later customer call is refused. */
  banCustomer(chatId: string): void
  message(chatId: string, message: SystemMessage): string
}

export const systemControls = (world: World): SystemControls => {
  const archive = (chatId: string, type: string, text: string): void =>
    deactivate(sceneFor(world, chatId), { type, text }, 'system')

  return {
    archiveInactive: (chatId) =>
      archive(chatId, 'routing.archived_inactive', 'Chat archived due to customer inactivity'),
    archiveOffline: (chatId) => archive(chatId, 'routing.archived_offline', 'Chat archived: no agent is available'),
    idle: (chatId) => {
      const scene = sceneFor(world, chatId)
      mergeProperties(requireActive(scene.chat).properties, { routing: { idle: true } })
      systemMessage(scene, { type: 'routing.idle', text: 'Chat is idle due to inactivity' }, 'system')
    },
    assign: (chatId) => {
      const scene = sceneFor(world, chatId)
      const thread = requireActive(scene.chat)
      const agent = freeAgentIn(scene.organization, thread.access.group_ids)
      if (!agent) throw new Error(`no agent is free for chat ${chatId}`)
      assignFromWaiting(scene, thread, { id: agent.email, kind: 'agent' })
      return agent.email
    },
    banCustomer: (chatId) => {
      const { organization, chat } = sceneFor(world, chatId)
      customerOf(organization, chat.customerId).banned = true
      if (activeThread(chat)) archive(chatId, 'customer_banned', 'Customer was banned')
    },
    message: (chatId, message) => {
      const scene = sceneFor(world, chatId)
      return systemMessage(scene, message, 'system').id
    },
  }
}

/** The LiveChat bot, which takes chats that are not marked `routing.ignore_bots`. */
export type BotControls = {
  join(chatId: string, botId: string): void
  write(chatId: string, text: string): string
}

export const botControls = (world: World): BotControls => ({
  join: (chatId, botId) =>
    joinChat(sceneFor(world, chatId), { id: botId, kind: 'bot' }, { reason: 'assigned' }, 'system'),
  write: (chatId, text) => {
    const scene = sceneFor(world, chatId)
    const bot = responders(scene.chat).find((user) => user.kind === 'bot')
    if (!bot) throw new Error(`no bot is in chat ${chatId}`)
    const draft = { type: 'message', visibility: 'all', content: { text } } as const
    return appendEvent(scene, requireActive(scene.chat), draft, {}, { id: bot.id, kind: 'bot' }).id
  },
})

export const setGroupStatus = (world: World, groupId: number, status: GroupStatus): void => {
  const groups = [...world.state.organizations.values()].map((organization) => organization.groups.get(groupId))
  const found = groups.filter((group) => group !== undefined)
  if (found.length === 0) throw new Error(`LiveChat has no group ${groupId}`)
  for (const group of found) group.status = status
}

/** Announces `routing_status_set`. */
export const setAgentStatus = (world: World, email: string, status: RoutingStatus): void => {
  const organization = [...world.state.organizations.values()].find((one) => one.agents.has(email))
  const agent = organization?.agents.get(email)
  if (!organization || !agent) throw new Error(`LiveChat has no agent ${email}`)
  agent.status = status
  const payload = { agent_id: email, status }
  world.webhooks.emit({ organization, action: 'routing_status_set', payload, source: {} })
}
