import {
  type Agent,
  HitlError,
  type ProviderApi,
  type ProviderContext,
  ProviderHttpError,
  ThreadClosedError,
  ReauthorizationRequiredError,
  type Token,
  type TokenSource,
  type TokenSourceOptions,
} from '@hitl/core'
import { createClient, type LiveChatClient } from './client'
import type { LiveChatConfig, LiveChatOptions } from './config'
import { customerCredential, grantIdentity } from './identity'
import { install, uninstall } from './installation'
import { openThread } from './open-thread'
import { agentProfile, chatMembers } from './schemas'
import { sendMessage } from './send-message'
import { nothing } from './session-calls'
import type { LiveChatThread } from './thread'
import { toPictureUrl } from './webhook'

export function connect(context: ProviderContext<LiveChatConfig>): ProviderApi<LiveChatThread, LiveChatOptions> {
  const { config, http, webhookUrl, log } = context
  const client = createClient(http, context.credential, config)
  const grant = (previous: Token | undefined) => grantIdentity(http, config, webhookUrl, previous)
  const identity = (): TokenSource => (context.sessionTokens ?? context.installationTokens).source({ grant })
  const probe = context.installationTokens.source({ grant: (previous) => grantAnyIdentity(grant, previous) })
  const setUp = { client, config, probe, webhookUrl, log }

  return {
    install: () => install(setUp),
    uninstall: () => uninstall(setUp),
    openThread: (request) => openThread({ client, config, identity: identity(), grant, warn: log.warn }, request),
    sendMessage: (thread, message) => sendMessage(client, http, customerCredential(identity()), thread, message),
    closeThread: (thread) => closeThread(client, identity(), thread),
    getAgent: (agentId) => getAgent(client, agentId),
    isAgentInThread: (agentId, thread) => isAgentInThread(client, agentId, thread),
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

/** As the customer; should that fail, as the owner of the agent token. A chat that is closed already is fine. */
async function closeThread(client: LiveChatClient, identity: TokenSource, { chatId }: LiveChatThread): Promise<void> {
  const close = (body: Readonly<Record<string, unknown>>) => ({ action: 'deactivate_chat', body, repeatable: true })
  try {
    await client.customer(customerCredential(identity), close({ id: chatId }), nothing)
  } catch (error) {
    if (error instanceof ThreadClosedError) return
    if (!(error instanceof HitlError)) throw error
    await client
      .agent(close({ id: chatId, ignore_requester_presence: true }), nothing)
      .catch((second: unknown) => (second instanceof ThreadClosedError ? undefined : Promise.reject(error)))
  }
}

async function getAgent(client: LiveChatClient, agentId: string): Promise<Agent> {
  const call = { action: 'get_agent', body: { id: agentId }, repeatable: true }
  const { name, avatar } = await client.configuration(call, agentProfile)
  return { id: agentId, ...(name ? { name } : {}), ...(avatar ? { pictureUrl: toPictureUrl(avatar) } : {}) }
}

/** LiveChat's events carry no time, so a late copy of an old assignment is told from a new one by looking. */
async function isAgentInThread(
  client: LiveChatClient,
  agentId: string,
  { chatId, threadId }: LiveChatThread
): Promise<boolean> {
  const call = { action: 'get_chat', body: { chat_id: chatId, thread_id: threadId }, repeatable: true }
  try {
    const { users } = await client.agent(call, chatMembers)
    return users.some(({ id, present }) => id === agentId && present !== false)
  } catch (error) {
    // A token without the right to read chats cannot answer: then the webhook is believed.
    if (error instanceof ProviderHttpError && error.type === 'authorization') return true
    throw error
  }
}
