import type { Agent, Organization, Queue } from './entities'
import { invalid, refuse } from './errors'
import { addUser, announceUser, causeFields, leaveChat, type Cause } from './membership'
import { enqueue, freeAgentIn, isFree, markUnassigned } from './routing'
import { requireActive, requireGroups } from './state'
import { activeThreadId, systemMessage } from './threads'
import { responders, type Scene, type Source } from './world'

export type TransferTarget = { type: 'group'; ids: number[] } | { type: 'agent'; ids: string[] }

export type Transfer = {
  target: TransferTarget
  /** Who asked; absent when the router did. */
  requesterId?: string
  /** Queue the chat, or hand it to a busy agent, instead of failing. */
  ignoreAvailability: boolean
  source: Source
}

const agentsNamed = (organization: Organization, emails: readonly string[]): Agent[] =>
  emails.map((email) => {
    const agent = organization.agents.get(email)
    if (!agent) throw refuse('not_found', `Agent ${email} not found`)
    return agent
  })

/** Who takes it over now; nobody means that it is queued. */
const pickAgent = ({ organization, chat }: Scene, { target, ignoreAvailability }: Transfer): Agent | undefined => {
  if (target.type === 'group') {
    requireGroups(organization, target.ids)
    const present = responders(chat).map((user) => user.id)
    const agent = freeAgentIn(organization, target.ids, present)
    // Message as seen in third-party clients; the one for agents is formed after it.
    if (!agent && !ignoreAvailability) throw invalid('Cannot assign any agent from requested groups')
    return agent
  }
  const agents = agentsNamed(organization, target.ids)
  const agent = agents.find((candidate) => isFree(organization, candidate))
  if (agent) return agent
  if (!ignoreAvailability) throw invalid('Cannot assign any agent from requested agents')
  return agents[0]
}

const emitTransferred = (
  scene: Scene,
  cause: Cause,
  to: Record<string, unknown>,
  source: Source,
  queue?: Queue
): void =>
  scene.world.webhooks.emit({
    organization: scene.organization,
    chat: scene.chat,
    action: 'chat_transferred',
    payload: {
      chat_id: scene.chat.id,
      ...activeThreadId(scene.chat),
      ...causeFields(cause),
      transferred_to: to,
      ...(queue ? { queue } : {}),
    },
    source,
  })

const moveToGroups = ({ world, organization, chat }: Scene, groupIds: number[], source: Source): void => {
  chat.access = { group_ids: [...groupIds] }
  requireActive(chat).access = { group_ids: [...groupIds] }
  world.webhooks.emit({
    organization,
    chat,
    action: 'chat_access_updated',
    payload: { id: chat.id, access: chat.access },
    source,
  })
}

export const transferChat = (scene: Scene, transfer: Transfer): void => {
  const { chat } = scene
  const { target, source, requesterId } = transfer
  const thread = requireActive(chat)
  if (target.ids.length === 0) throw invalid("'target.ids' must not be empty")
  const agent = pickAgent(scene, transfer)
  const cause: Cause = requesterId === undefined ? { reason: 'other' } : { reason: 'manual', requesterId }

  const leaving = responders(chat).filter((user) => user.id !== agent?.email)
  for (const user of leaving) leaveChat(scene, user, cause, source)
  if (target.type === 'group') moveToGroups(scene, target.ids, source)
  const newcomer = agent && addUser(scene, { id: agent.email, kind: 'agent' })
  if (!newcomer) markUnassigned(thread)
  const queue = newcomer ? undefined : enqueue(scene, thread)

  const to = {
    ...(target.type === 'group' ? { group_ids: target.ids } : {}),
    ...(agent ? { agent_ids: [agent.email] } : {}),
  }
  systemMessage(scene, { type: 'chat_transferred', text: 'Chat transferred' }, source)
  emitTransferred(scene, cause, to, source, queue)
  if (newcomer) announceUser(scene, newcomer, cause, source)
}

/** The chat has lost its last agent and waits again for someone in its groups. */
export const returnToWaiting = (scene: Scene): void => {
  const thread = requireActive(scene.chat)
  markUnassigned(thread)
  emitTransferred(scene, { reason: 'unassigned' }, { group_ids: scene.chat.access.group_ids }, 'system')
}
