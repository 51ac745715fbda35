import {
  type AgentProfile,
  HitlError,
  type HttpCredential,
  isDoubtful,
  type ProviderApi,
  type ProviderContext,
  ThreadClosedError,
  ReauthorizationRequiredError,
  type Token,
  type TokenSource,
  type TokenSourceOptions,
} from '@hitl/core'
import type * as z from 'zod/mini'
import { toAgent } from './agent'
import { type Call, createClient, type LiveChatClient } from './client'
import type { LiveChatConfig } from './config'
import type { LiveChatOptions } from './form'
import { customerCredential, forgotten, grantIdentity } from './identity'
import { install, uninstall } from './installation'
import { openThread } from './open-thread'
import { agentProfile, chat, chatMembers } from './schemas'
import { sendMessage } from './send-message'
import { isGone, nothing } from './session-calls'
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
        // Without its customer a session can say nothing more.
        throw new ThreadClosedError(error.message, { provider: 'LiveChat' })
      }
    },
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

const MAX_ATTEMPTS = 3

type Send = <T>(call: Call, answer: z.ZodMiniType<T>) => Promise<T>

/**
 * As the customer; should that fail, as the owner of the agent token. LiveChat closes whatever thread of the chat is
 * active, so it is asked first whether that still is ours.
 */
async function closeThread(client: LiveChatClient, credential: HttpCredential, thread: LiveChatThread): Promise<void> {
  const { chatId, threadId } = thread
  const closeAs = async (send: Send, more = {}) => {
    const look = { action: 'get_chat', body: { chat_id: chatId, thread_id: threadId }, repeatable: true }
    for (let attempt = 1; ; attempt += 1) {
      if (!(await send(look, chat)).thread.active) return
      try {
        await send({ action: 'deactivate_chat', body: { id: chatId, ...more }, repeatable: false }, nothing)
        return
      } catch (error) {
        // Looked at again before each repetition: a lost answer may hide that the next thread is active by now.
        if (attempt === MAX_ATTEMPTS || !isDoubtful(error)) throw error
      }
    }
  }
  try {
    await closeAs((call, answer) => client.customer(credential, call, answer))
  } catch (error) {
    if (isGone(error)) return
    if (!(error instanceof HitlError)) throw error
    await closeAs(client.agent, { ignore_requester_presence: true }).catch((second: unknown) => {
      if (!isGone(second)) throw error
    })
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
