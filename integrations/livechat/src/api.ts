import {
  type AgentProfile,
  HitlError,
  type ProviderApi,
  type ProviderContext,
  ThreadClosedError,
  ReauthorizationRequiredError,
  type Token,
  type TokenSource,
  type TokenSourceOptions,
} from '@hitl/core'
import { toAgent } from './agent'
import { createClient, type LiveChatClient } from './client'
import { closeAbandoned } from './close-abandoned'
import { closeAsAgent, closeThread } from './close-thread'
import type { LiveChatConfig } from './config'
import type { LiveChatOptions } from './form'
import { customerCredential, forgotten, grantIdentity } from './identity'
import { install, uninstall } from './installation'
import { openThread } from './open-thread'
import { checksOf } from './prove-settings'
import { agentProfile, chatMembers } from './schemas'
import { sendMessage } from './send-message'
import type { LiveChatThread } from './thread'

export function connect(context: ProviderContext<LiveChatConfig>): ProviderApi<LiveChatThread, LiveChatOptions> {
  const { config, http, webhookUrl, log } = context
  const client = createClient(http, context.credential, config)
  const grant = (previous: Token | undefined) => grantIdentity(http, config, webhookUrl, previous)
  const probe = context.installationTokens.source({ grant: (previous) => grantAnyIdentity(grant, previous) })
  const setUp = { client, config, probe, webhookUrl, log }
  /** The customer of a session. Renewed, never replaced: another customer would be another chat. */
  const identityOf = (sessionId: string): TokenSource =>
    context
      .tokensOf(sessionId)
      .source({ grant: (previous) => (previous ? grant(previous) : Promise.reject(forgotten())) })

  return {
    install: () => install(setUp),
    checks: () => checksOf(setUp),
    uninstall: () => uninstall(setUp),
    openThread: (request) => {
      const newIdentity = async () => {
        const identity = identityOf(request.sessionId)
        await identity.save(await grant(undefined))
        return identity
      }
      return openThread({ client, config, identityOf, newIdentity, warn: log.warn }, request)
    },
    async sendMessage(thread, message) {
      const credential = customerCredential(identityOf(thread.owner))
      try {
        await sendMessage(client, http, credential, thread, message)
      } catch (error) {
        if (!(error instanceof ReauthorizationRequiredError)) throw error
        // Without its customer a session can say nothing more: the agent must not wait for it.
        await closeAsAgent(client, thread).catch(() => Promise.reject(error))
        throw new ThreadClosedError(error.message, { provider: 'LiveChat' })
      }
    },
    closeAbandoned: (start) => closeAbandoned(client, identityOf, start),
    closeThread: (thread) => closeThread(client, customerCredential(identityOf(thread.owner)), thread),
    getAgent: (agentId, thread) => getAgent(client, agentId, thread),
    isAgentInThread: async (agentId, thread) => (await findMember(client, agentId, thread))?.inThread ?? false,
  }
}

/** For checks any customer will do: one that LiveChat has forgotten is replaced. */
async function grantAnyIdentity(grant: TokenSourceOptions['grant'], previous: Token | undefined): Promise<Token> {
  try {
    return await grant(previous)
  } catch (error) {
    if (!(error instanceof ReauthorizationRequiredError) || !previous) throw error
    return grant(undefined)
  }
}

/** The chat names its members; only where it does not, the profile is asked for. */
async function getAgent(client: LiveChatClient, agentId: string, thread: LiveChatThread): Promise<AgentProfile> {
  const member = await findMember(client, agentId, thread)
  if (member?.name) return member
  const call = { action: 'get_agent', body: { id: agentId }, repeatable: true }
  const profile = await client.configuration(call, agentProfile)
  return { ...member, ...toAgent(agentId, profile) }
}

/**
 * The agent as a member of the chat. LiveChat's events carry no time, so a late copy of an old assignment is told from
 * a new one by looking. A token that may not look is no answer: then the webhook is believed.
 */
async function findMember(
  client: LiveChatClient,
  agentId: string,
  { chatId, threadId }: LiveChatThread
): Promise<AgentProfile | undefined> {
  const call = { action: 'get_chat', body: { chat_id: chatId, thread_id: threadId }, repeatable: true }
  try {
    const { users } = await client.agent(call, chatMembers)
    const user = users.find(({ id }) => id === agentId)
    return user && { ...toAgent(agentId, user), inThread: user.present !== false }
  } catch (error) {
    if (error instanceof HitlError && !error.retryable) return { id: agentId, inThread: true }
    throw error
  }
}
