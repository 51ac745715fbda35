import type { Agent } from './adapter'
import { BoundedCache } from './bounded-cache'
import { userTag } from './botpress/names'
import type { UserTag, UserTags } from './botpress/port'
import type { Invocation } from './invocation'
import type { Session } from './sessions'

/** What this instance knows of agents; saves look-ups of profiles and users. */
const known = new BoundedCache<{ userId?: string; name?: string; pictureUrl?: string }>({ maxEntries: 5_000 })

const MAX_NAME_LENGTH = 200

export type AgentUserInput = {
  tags: UserTags
  name?: string
  pictureUrl?: string
  discriminateByTags: UserTag[]
}

/** The Botpress user of an agent, as input of a get-or-create call. */
export function agentUserInput(agent: Agent): AgentUserInput {
  return {
    tags: { [userTag.agentId]: agent.id },
    ...(agent.name ? { name: agent.name.slice(0, MAX_NAME_LENGTH) } : {}),
    ...(agent.pictureUrl ? { pictureUrl: agent.pictureUrl } : {}),
    discriminateByTags: [userTag.agentId],
  }
}

type AnyInvocation<Thread> = Invocation<unknown, Thread, unknown>

/**
 * Fills in name and picture unless the agent's Botpress user has them already: known to this instance, or noted on the
 * conversation. At most one provider call; when that fails the message still goes through, nameless.
 */
export async function withProfile<Thread>(
  invocation: AnyInvocation<Thread>,
  session: Session<Thread>,
  agent: Agent
): Promise<Agent> {
  if (agent.name || session.agentId === agent.id || known.get(key(invocation, agent.id))) return agent
  try {
    return {
      ...agent,
      ...(await invocation.connect(session.conversationId).getAgent(agent.id, session.thread)),
      id: agent.id,
    }
  } catch {
    // Asked once per instance: a token that may not read agents never may.
    rememberAgent(invocation, agent)
    invocation.log.warn(`The name of an agent could not be read (${session.threadKey}).`)
    return agent
  }
}

export function rememberAgent<Thread>(invocation: AnyInvocation<Thread>, agent: Agent, userId?: string): void {
  const before = known.get(key(invocation, agent.id))
  const { name, pictureUrl } = agent
  known.set(key(invocation, agent.id), {
    ...before,
    ...(name ? { name } : {}),
    ...(pictureUrl ? { pictureUrl } : {}),
    ...(userId ? { userId } : {}),
  })
}

/** Id of the agent's Botpress user, made when missing and brought up to date when the profile has changed. */
export async function agentUserId<Thread>(invocation: AnyInvocation<Thread>, agent: Agent): Promise<string> {
  const cached = known.get(key(invocation, agent.id))
  if (cached?.userId && isUpToDate(cached, agent)) return cached.userId
  const { user } = await invocation.client.getOrCreateUser(agentUserInput(agent))
  if (!isUpToDate(user, agent)) {
    const { name, pictureUrl } = agentUserInput(agent)
    await invocation.client.updateUser({
      id: user.id,
      ...(name ? { name } : {}),
      ...(pictureUrl ? { pictureUrl } : {}),
    })
  }
  rememberAgent(invocation, agent, user.id)
  return user.id
}

const isUpToDate = (user: { name?: string; pictureUrl?: string }, { name, pictureUrl }: Agent) =>
  (!name || user.name === name.slice(0, MAX_NAME_LENGTH)) && (!pictureUrl || user.pictureUrl === pictureUrl)

const key = <Thread>({ installation }: AnyInvocation<Thread>, agentId: string) => `${installation}/${agentId}`
