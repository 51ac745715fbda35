import type { Agent, EventDraft, Organization, Visibility } from './entities'
import { maxTextBytes, readRichMessage } from './events'
import { Fields } from './fields'
import { joinChat, leaveChat } from './membership'
import { activeChats, assignFromWaiting } from './routing'
import { chatSnapshot, sceneFor, type ChatSnapshot } from './snapshots'
import { requireActive } from './state'
import { appendEvent, deactivate, systemMessage, userIn, type SystemMessage } from './threads'
import { returnToWaiting, transferChat, type TransferTarget } from './transfer'
import { fileContent, storeUpload } from './uploads'
import { responders, type Scene, type Source, type World } from './world'

/** What an agent does in the LiveChat app. Every writing method returns the id of the event. */
export type AgentControls = {
  readonly email: string
  /** Active chats in the agent's groups that nobody answers. */
  waiting(): ChatSnapshot[]
  /** Takes a chat, or with `visibility: 'agents'` supervises it unseen. */
  join(chatId: string, options?: { visibility?: Visibility }): void
  write(chatId: string, text: string): string
  /** A private note, which the customer must never see. */
  note(chatId: string, text: string): string
  sendFile(chatId: string, file: { name: string; contentType: string; bytes: Uint8Array }): string
  sendRichMessage(chatId: string, message: RichMessage): string
  transferToAgent(chatId: string, email: string): void
  transferToGroup(chatId: string, groupId: number): void
  leave(chatId: string): void
  close(chatId: string): void
}

export type RichMessage = {
  template_id: 'cards' | 'quick_replies' | 'sticker'
  elements: Record<string, unknown>[]
}

/** The LiveChat app is another client than the one under test. */
const source: Source = { clientId: 'livechat-agent-app' }

const findAgent = (world: World, email: string): { organization: Organization; agent: Agent } => {
  for (const organization of world.state.organizations.values()) {
    const agent = organization.agents.get(email)
    if (agent) return { organization, agent }
  }
  throw new Error(`LiveChat has no agent ${email}`)
}

const requireJoined = ({ chat }: Scene, email: string): void => {
  requireActive(chat)
  if (userIn(chat, email)?.present !== true) throw new Error(`${email} has not joined chat ${chat.id}`)
}

const systemText = (type: string, agent: Agent, text: string): SystemMessage => ({
  type,
  text: `${agent.name} ${text}`,
  textVars: { agent: agent.name },
})

/** An agent who takes a chat replaces the bot in it [I]. */
const join = (scene: Scene, agent: Agent, visibility: Visibility): void => {
  const { chat } = scene
  const thread = requireActive(chat)
  if (userIn(chat, agent.email)?.present === true) throw new Error(`${agent.email} is already in chat ${chat.id}`)
  const newcomer = { id: agent.email, kind: 'agent', visibility } as const
  const cause = { reason: 'manual', requesterId: agent.email } as const
  if (visibility === 'agents') return joinChat(scene, newcomer, cause, source)
  for (const bot of responders(chat).filter((user) => user.kind === 'bot')) leaveChat(scene, bot, cause, source)
  systemMessage(scene, systemText('agent_joined', agent, 'joined the chat'), source)
  if (thread.queue) return assignFromWaiting(scene, thread, newcomer)
  return joinChat(scene, newcomer, cause, source)
}

const leave = (scene: Scene, agent: Agent): void => {
  const { chat } = scene
  const user = userIn(chat, agent.email)
  if (!user) return
  systemMessage(scene, systemText('agent_left', agent, 'left the chat'), source)
  leaveChat(scene, user, { reason: 'manual', requesterId: agent.email }, source)
  if (responders(chat).length === 0) returnToWaiting(scene)
}

export const agentControls = (world: World, email: string): AgentControls => {
  findAgent(world, email)
  const me = (): Agent => findAgent(world, email).agent
  const scene = (chatId: string): Scene => sceneFor(world, chatId)

  const joined = (chatId: string): Scene => {
    const found = scene(chatId)
    requireJoined(found, email)
    return found
  }

  /** What a supervisor writes is private whatever it is [I]. */
  const say = (chatId: string, draft: EventDraft): string => {
    const found = joined(chatId)
    const visibility = userIn(found.chat, email)?.visibility === 'agents' ? 'agents' : draft.visibility
    const author = { id: email, kind: 'agent' } as const
    return appendEvent(found, requireActive(found.chat), { ...draft, visibility }, source, author).id
  }

  const sayText = (chatId: string, text: string, visibility: Visibility): string => {
    if (Buffer.byteLength(text) > maxTextBytes) throw new Error(`LiveChat messages have at most ${maxTextBytes} bytes`)
    return say(chatId, { type: 'message', visibility, content: { text } })
  }

  const transfer = (chatId: string, target: TransferTarget): void =>
    transferChat(joined(chatId), { target, requesterId: email, ignoreAvailability: true, source })

  return {
    email,
    waiting: () => {
      const { organization, agent } = findAgent(world, email)
      return activeChats(organization)
        .filter((chat) => responders(chat).length === 0)
        .filter((chat) => chat.access.group_ids.some((id) => id === 0 || agent.groupIds.includes(id)))
        .map((chat) => chatSnapshot(organization, chat))
    },
    join: (chatId, options) => join(scene(chatId), me(), options?.visibility ?? 'all'),
    write: (chatId, text) => sayText(chatId, text, 'all'),
    note: (chatId, text) => sayText(chatId, text, 'agents'),
    sendFile: (chatId, file) => {
      joined(chatId)
      const { url } = storeUpload(world, { ...file, bytes: new Uint8Array(file.bytes) })
      return say(chatId, { type: 'file', visibility: 'all', content: fileContent(world, url) })
    },
    sendRichMessage: (chatId, message) =>
      say(chatId, { type: 'rich_message', visibility: 'all', content: readRichMessage(new Fields(message, 'event')) }),
    transferToAgent: (chatId, to) => transfer(chatId, { type: 'agent', ids: [to] }),
    transferToGroup: (chatId, groupId) => transfer(chatId, { type: 'group', ids: [groupId] }),
    leave: (chatId) => leave(joined(chatId), me()),
    close: (chatId) =>
      deactivate(joined(chatId), systemText('manual_archived_agent', me(), 'archived the chat'), source, email),
  }
}
