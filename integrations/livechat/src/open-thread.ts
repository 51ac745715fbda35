import {
  HitlError,
  type HttpCredential,
  type OpenRequest,
  ProviderHttpError,
  RateLimitedError,
  ReauthorizationRequiredError,
  splitText,
  ThreadClosedError,
  type Token,
  type TokenSource,
} from '@hitl/core'
import type { LiveChatClient } from './client'
import type { LiveChatConfig, LiveChatOptions } from './config'
import { customerCredential } from './identity'
import { limits } from './limits'
import { chatList, resumedChat, startedChat } from './schemas'
import { type ChatLook, type CustomerEvent, isDoubtful, lookAtChat, nothing } from './session-calls'
import type { LiveChatThread } from './thread'

export type OpenTools = {
  client: LiveChatClient
  config: LiveChatConfig
  /** Keeps the customer of this session. */
  identity: TokenSource
  grant(previous: Token | undefined): Promise<Token>
  warn(message: string): void
}

type Request = OpenRequest<LiveChatThread, LiveChatOptions>

/**
 * A customer has one chat per LiveChat account, made of threads of which the last may be active. So a returning user
 * resumes the chat of the session before. While that session is still alive (the same person on a second channel), the
 * new one gets a customer of its own: two live sessions never share a chat.
 */
export async function openThread(tools: OpenTools, request: Request): Promise<LiveChatThread> {
  const known = await adoptIdentity(tools, request)
  const thread = (known && (await resumeUnlessForgotten(tools, request, known))) ?? (await start(tools, request))
  await addTags(tools, thread, request.brief.options.tags ?? [])
  return thread
}

/** LiveChat may have forgotten the customer although the token looked valid. */
async function resumeUnlessForgotten(
  tools: OpenTools,
  request: Request,
  known: LiveChatThread
): Promise<LiveChatThread | undefined> {
  try {
    return await resume(tools, request, known)
  } catch (error) {
    if (error instanceof ReauthorizationRequiredError) return undefined
    throw error
  }
}

/** Carries the customer of the earlier session over. Undefined when there is none, or LiveChat has forgotten it. */
async function adoptIdentity(
  { identity, grant }: OpenTools,
  { previous }: Request
): Promise<LiveChatThread | undefined> {
  const token = await previous?.tokens.source({ grant }).stored()
  if (!previous || !token) return undefined
  try {
    const isFresh = token.expiresAt !== undefined && token.expiresAt - FRESH_MS > Date.now()
    await identity.save(isFresh ? token : await grant(token))
    return previous.thread
  } catch (error) {
    if (error instanceof ReauthorizationRequiredError) return undefined
    throw error
  }
}

/** A token that is about to expire is renewed at once instead of in the middle of the start, in ms. */
const FRESH_MS = 10 * 60_000

async function start(tools: OpenTools, request: Request): Promise<LiveChatThread> {
  const { client, identity } = tools
  await identity.save(await tools.grant(undefined))
  const credential = customerCredential(identity)
  await describeCustomer(tools, credential, request)
  const body = { chat: openingOf(tools, request), active: true, continuous: true }
  try {
    const call = { action: 'start_chat', body, repeatable: false }
    const { chat_id: chatId, thread_id: threadId } = await client.customer(credential, call, startedChat)
    return { chatId, threadId }
  } catch (error) {
    if (!isDoubtful(error)) throw error
    const call = { action: 'list_chats', body: { limit: 1 }, repeatable: true }
    const { chats_summary: chats } = await client.customer(credential, call, chatList)
    const chatId = chats[0]?.id
    const look = chatId === undefined ? undefined : await lookAtChat(client, credential, chatId)
    if (chatId === undefined || !look || !isOurs(look, request)) throw error
    return { chatId, threadId: look.threadId }
  }
}

/** Undefined when the chat cannot be had: it is gone, or in use by a session that is alive. */
async function resume(
  tools: OpenTools,
  request: Request,
  { chatId }: LiveChatThread
): Promise<LiveChatThread | undefined> {
  const { client } = tools
  const credential = customerCredential(tools.identity)
  const body = { chat: { id: chatId, ...openingOf(tools, request) }, active: true, continuous: true }
  const call = { action: 'resume_chat', body, repeatable: false }
  const attempt = async (): Promise<LiveChatThread> => {
    const { thread_id: threadId } = await client.customer(credential, call, resumedChat)
    return { chatId, threadId }
  }
  await describeCustomer(tools, credential, request)
  try {
    return await attempt()
  } catch (error) {
    if (isGone(error)) return undefined
    if (!mayBeActive(error)) throw error
    const look = await lookAtChat(client, credential, chatId)
    if (isOurs(look, request)) return { chatId, threadId: look.threadId }
    if (!look.active) throw error
    if (!(await request.previous?.isClosed())) return undefined
    await client.customer(credential, { action: 'deactivate_chat', body: { id: chatId }, repeatable: true }, nothing)
    return attempt()
  }
}

const isGone = (error: unknown) =>
  error instanceof ThreadClosedError || (error instanceof ProviderHttpError && error.type === 'not_found')

/** Refusals that have another cause for sure. LiveChat does not document the type of "chat is already active". */
const OTHER_CAUSES = new Set([
  'authorization',
  'authentication',
  'customer_banned',
  'groups_offline',
  'group_offline',
  'group_unavailable',
  'group_not_found',
  'license_expired',
  'license_not_found',
  'unsupported_version',
])

const mayBeActive = (error: unknown) =>
  isDoubtful(error) ||
  (error instanceof ProviderHttpError && !(error instanceof RateLimitedError) && !OTHER_CAUSES.has(error.type ?? ''))

/** Whether this is the thread of a call whose answer was lost: active, and it holds an event of this very session. */
const isOurs = ({ active, holds }: ChatLook, { sessionId }: Request) =>
  active && holds((id) => id.startsWith(`${sessionId}:`))

function openingOf({ config }: OpenTools, { sessionId, brief }: Request) {
  return {
    access: { group_ids: [brief.options.groupId ?? config.groupId] },
    // Without this LiveChat's own bots may take the chat before an agent does.
    thread: { events: openingEvents(sessionId, brief), properties: { routing: { ignore_bots: true } } },
  }
}

function openingEvents(sessionId: string, { title, description, transcript }: Request['brief']): CustomerEvent[] {
  const headline = [title, description].filter(Boolean).join('\n\n') || 'Would like to talk to a human agent.'
  const history = transcript === '' ? '' : `Conversation with the bot so far:\n\n${transcript}`
  const texts = [headline, history].flatMap((text) => (text === '' ? [] : splitText(text, limits.text)))
  return texts.map((text, index) => ({ type: 'message', text, custom_id: `${sessionId}:${index}`, recipients: 'all' }))
}

const MAX_SESSION_FIELDS = 100

async function describeCustomer(
  { client }: OpenTools,
  credential: HttpCredential,
  { contact, brief }: Request
): Promise<void> {
  const fields = Object.entries(brief.options.customFields ?? {}).slice(0, MAX_SESSION_FIELDS)
  const body = {
    ...(contact.name ? { name: contact.name } : {}),
    ...(contact.email ? { email: contact.email } : {}),
    ...(contact.pictureUrl?.startsWith('http') ? { avatar: contact.pictureUrl } : {}),
    ...(fields.length > 0 ? { session_fields: fields.map(([name, value]) => ({ [name]: String(value) })) } : {}),
  }
  // LiveChat refuses the call without any field.
  if (Object.keys(body).length === 0) return
  await client.customer(credential, { action: 'update_customer', body, repeatable: true }, nothing)
}

/** A tag that does not exist is no reason to leave the user without an agent. */
async function addTags({ client, warn }: OpenTools, thread: LiveChatThread, tags: readonly string[]): Promise<void> {
  const { chatId, threadId } = thread
  const adding = tags.map(async (tag) => {
    const body = { chat_id: chatId, thread_id: threadId, tag }
    await client.agent({ action: 'tag_thread', body, repeatable: true }, nothing)
  })
  for (const result of await Promise.allSettled(adding)) {
    if (result.status === 'fulfilled') continue
    const why = result.reason instanceof HitlError ? result.reason.message : 'unexpected answer.'
    warn(`A LiveChat tag could not be added: ${why}`)
  }
}
