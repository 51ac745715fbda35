import type { Agent, AgentProfile } from './adapter'
import { BoundedCache } from './bounded-cache'
import { MAX_TAG_LENGTH, userTag } from './botpress/names'
import type { BotpressUser, UserTag, UserTags } from './botpress/port'
import { HitlError } from './errors'
import { hash } from './hash'
import type { Invocation } from './invocation'
import type { Session } from './sessions'

type Known = {
  /** Nothing more can be learnt by asking the provider for the profile. */
  settled: boolean
  userId?: string
  name?: string
  pictureUrl?: string
}

/** What this instance knows of agents; saves look-ups of profiles and users. */
const known = new BoundedCache<Known>({ maxEntries: 20_000 })

const MAX_NAME_LENGTH = 200
const MAX_PICTURE_URL_LENGTH = 40_000

export type AgentUserInput = {
  tags: UserTags
  name?: string
  pictureUrl?: string
  discriminateByTags: UserTag[]
}

/** The Botpress user of an agent, as input of a get-or-create call. */
export function agentUserInput(agent: Agent): AgentUserInput {
  return {
    tags: { [userTag.agentId]: agentTag(agent.id) },
    ...shownProfile(agent),
    discriminateByTags: [userTag.agentId],
  }
}

/** The id as far as a tag can hold it. */
export const agentTag = (id: string): string => (id.length > MAX_TAG_LENGTH ? hash(id) : id)

const shownProfile = ({ name, pictureUrl = '' }: Agent) => ({
  ...(name ? { name: name.slice(0, MAX_NAME_LENGTH) } : {}),
  ...(pictureUrl && pictureUrl.length <= MAX_PICTURE_URL_LENGTH ? { pictureUrl } : {}),
})

type AnyInvocation<Thread> = Invocation<unknown, Thread, unknown>

/**
 * Fills in name and picture unless the agent's Botpress user has them already: known to this instance, or noted on the
 * conversation. At most one provider call; when that fails the message still goes through, nameless.
 */
export async function withProfile<Thread>(
  invocation: AnyInvocation<Thread>,
  session: Session<Thread>,
  agent: Agent
): Promise<AgentProfile> {
  const { adapter, log } = invocation
  const before = known.get(key(invocation, agent.id))
  if (agent.name || session.agentId === agent.id || before?.settled)
    return { ...shownProfile({ ...before, id: agent.id }), ...agent }
  try {
    const profile = await invocation.connect().getAgent(agent.id, session.thread)
    return { ...profile, id: agent.id }
  } catch (error) {
    // A token that may not read agents never may: it is asked once per instance.
    const settled = !(error instanceof HitlError && error.retryable)
    if (settled) known.set(key(invocation, agent.id), { ...before, settled })
    log.warn(`${adapter.name} did not tell the name of an agent (${session.threadKey}).`)
    return agent
  }
}

/** Notes what `user` shows, and brings it up to date when the agent's profile says otherwise. */
export async function refreshAgentUser<Thread>(
  invocation: AnyInvocation<Thread>,
  user: BotpressUser,
  agent: Agent
): Promise<void> {
  const shown = shownProfile(agent)
  const isUpToDate =
    (!shown.name || user.name === shown.name) && (!shown.pictureUrl || user.pictureUrl === shown.pictureUrl)
  if (!isUpToDate) await invocation.client.updateUser({ id: user.id, ...shown })
  const { name = user.name, pictureUrl = user.pictureUrl } = shown
  const before = known.get(key(invocation, agent.id))
  known.set(key(invocation, agent.id), {
    settled: Boolean(name) || (before?.settled ?? false),
    userId: user.id,
    ...(name ? { name } : {}),
    ...(pictureUrl ? { pictureUrl } : {}),
  })
}

/** Id of the agent's Botpress user, made when missing. */
export async function agentUserId<Thread>(invocation: AnyInvocation<Thread>, agent: Agent): Promise<string> {
  const cached = known.get(key(invocation, agent.id))
  const shown = shownProfile(agent)
  const isSame =
    (!shown.name || cached?.name === shown.name) && (!shown.pictureUrl || cached?.pictureUrl === shown.pictureUrl)
  if (cached?.userId && isSame) return cached.userId
  const { user } = await invocation.client.getOrCreateUser(agentUserInput(agent))
  await refreshAgentUser(invocation, user, agent)
  return user.id
}

const key = <Thread>({ installation }: AnyInvocation<Thread>, agentId: string) => `${installation}/${agentId}`
