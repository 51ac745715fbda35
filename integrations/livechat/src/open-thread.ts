import {
  HitlError,
  type HttpCredential,
  isDoubtful,
  type OpenRequest,
  ProviderHttpError,
  RateLimitedError,
  ReauthorizationRequiredError,
  splitText,
  type TokenSource,
} from '@hitl/core'
import { isExplained, type LiveChatClient } from './client'
import { LATEST_CHAT } from './close-abandoned'
import type { LiveChatConfig } from './config'
import type { LiveChatOptions } from './form'
import { customerCredential } from './identity'
import { limits } from './limits'
import { chatList, resumedChat, startedChat } from './schemas'
import { type ChatLook, type CustomerEvent, isGone, lookAtChat, nothing } from './session-calls'
import type { LiveChatThread } from './thread'

export type OpenTools = {
  client: LiveChatClient
  config: LiveChatConfig
  /** The customer that an earlier session was the first to use. */
  identityOf(sessionId: string): TokenSource
  /** A customer of this session's own. */
  newIdentity(): Promise<TokenSource>
  warn(message: string): void
}

type Request = OpenRequest<LiveChatThread, LiveChatOptions>

/**
 * A customer has one chat per LiveChat account, made of threads of which the last may be active. So a returning user
 * resumes the chat of the session before. While that session is alive (the same person on a second channel), the new
 * one gets a customer of its own: two live sessions never share a chat.
 */
export async function openThread(tools: OpenTools, request: Request): Promise<LiveChatThread> {
  const thread = (await resumeEarlier(tools, request)) ?? (await start(tools, request))
  await addTags(tools, thread, request.brief.options.tags ?? [])
  return thread
}

/** Undefined when there is no earlier chat to go on with, or LiveChat has forgotten its customer. */
async function resumeEarlier(tools: OpenTools, request: Request): Promise<LiveChatThread | undefined> {
  const { previous } = request
  if (!previous || !(await previous.isOver())) return undefined
  try {
    return await resume(tools, request, previous.thread)
  } catch (error) {
    if (error instanceof ReauthorizationRequiredError) return undefined
    throw error
  }
}

async function start(tools: OpenTools, request: Request): Promise<LiveChatThread> {
  const { client } = tools
  const owner = request.sessionId
  const credential = customerCredential(await tools.newIdentity())
  await describeCustomer(tools, credential, request)
  const body = { chat: openingOf(tools, request), active: true, continuous: true }
  try {
    const call = { action: 'start_chat', body, repeatable: false, reserveMs: LOOKING_MS }
    const { chat_id: chatId, thread_id: threadId } = await client.customer(credential, call, startedChat)
    return { chatId, threadId, owner }
  } catch (error) {
    const found = await findOurs(error, request, async () => {
      const { chats_summary: chats } = await client.customer(credential, LATEST_CHAT, chatList)
      return chats[0] && lookAtChat(client, credential, chats[0].id)
    })
    if (!found) throw error
    return { ...found, owner }
  }
}

/** Undefined when the chat cannot be had: it is gone, or in use by another session. */
async function resume(
  tools: OpenTools,
  request: Request,
  earlier: LiveChatThread
): Promise<LiveChatThread | undefined> {
  const { client } = tools
  const { chatId, owner } = earlier
  const identity = tools.identityOf(owner)
  const credential = customerCredential(identity)
  const body = { chat: { id: chatId, ...openingOf(tools, request) }, active: true, continuous: true }
  const call = { action: 'resume_chat', body, repeatable: false, reserveMs: LOOKING_MS }
  const attempt = async (): Promise<LiveChatThread> => {
    try {
      const { thread_id: threadId } = await client.customer(credential, call, resumedChat)
      return { chatId, threadId, owner }
    } catch (error) {
      const found = await findOurs(error, request, () => lookAtChat(client, credential, chatId))
      if (!found) throw error
      return { ...found, owner }
    }
  }
  // A renewal that fails must not look like a call whose outcome is in doubt.
  await identity.get()
  await describeCustomer(tools, credential, request)
  try {
    return await attempt()
  } catch (error) {
    if (isGone(error)) return undefined
    if (!mayBeActive(error)) throw error
    const look = await lookAtChat(client, credential, chatId)
    const { active, threadId } = look
    if (!active) throw error
    if (isOurs(look, request.sessionId)) return { chatId, threadId, owner }
    // Only the thread that we know to be over may be closed; any other one is somebody's live session.
    if (threadId !== earlier.threadId) return undefined
    await client.customer(credential, { action: 'deactivate_chat', body: { id: chatId }, repeatable: true }, nothing)
    return attempt()
  }
}

/** How long to look for a thread that a lost call may still open, in ms between the looks. */
const LOOKS_MS = [0, 1_000, 2_000, 4_000]
/** What all looks together may take, in ms. */
const LOOKING_MS = 12_000

/** After a call whose outcome is in doubt: the thread it opened, known by an event of this very session. */
async function findOurs(
  failure: unknown,
  { sessionId }: Request,
  look: () => Promise<ChatLook | undefined>
): Promise<Pick<LiveChatThread, 'chatId' | 'threadId'> | undefined> {
  if (!isDoubtful(failure)) return undefined
  for (const wait of LOOKS_MS) {
    await new Promise((resolve) => setTimeout(resolve, wait))
    const seen = await look().catch(() => undefined)
    if (seen && isOurs(seen, sessionId)) return { chatId: seen.chatId, threadId: seen.threadId }
  }
  return undefined
}

const isOurs = ({ active, holds }: ChatLook, sessionId: string) =>
  active && holds((id) => id.startsWith(`${sessionId}:`))

/** LiveChat does not document the type of "chat is already active": any refusal may be it that says nothing else. */
const mayBeActive = (error: unknown) =>
  isDoubtful(error) ||
  (error instanceof ProviderHttpError &&
    !(error instanceof RateLimitedError) &&
    (error.type === 'limit_reached' || !isExplained(error.type)))

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
