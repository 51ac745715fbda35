import { BoundedCache } from './bounded-cache'
import { ABANDONED, CHANNEL, conversationTag, MAX_TAG_LENGTH, OPENING, THREAD_TAGS } from './botpress/names'
import type { BotpressConversation, ConversationTags } from './botpress/port'
import { BusyError, SessionNotFoundError } from './errors'
import { sleep } from './http/deadline'
import type { Invocation } from './invocation'

/** One HITL session: a downstream conversation and the provider's thread, bound to each other for good. */
export type Session<Thread> = {
  conversationId: string
  threadKey: string
  thread: Thread
  contactUserId: string
  /** Epoch ms at which `startHitl` had everything in place. */
  openedAt: number
  /** Agent seen last, when known. */
  agentId?: string
  /** When the bot hears the last of what this instance has scheduled, in epoch ms. */
  lastDueAt?: number
}

/** Sessions never change their thread, so a hit stays true; the cache only saves calls. */
const byConversation = new BoundedCache<Session<unknown>>({ maxEntries: 20_000 })
const byThreadKey = new BoundedCache<string>({ maxEntries: 20_000 })
/** When a thread was first found to be nobody's of ours, in epoch ms; 0 once that is certain. */
const foreign = new BoundedCache<number>({ maxEntries: 5_000 })
/** A thread unknown for so long stays unknown: ours are bound within the seconds of their start. In ms. */
const CERTAIN_AFTER_MS = 60_000

/** A start that takes longer than an invocation may last has failed. */
const OPENING_LASTS_MS = 60_000
export const OPENING_LOOKS_MS = [250, 500, 1_000, 1_000]

const NO_THREADS: ReadonlySet<string> = new Set([OPENING, ABANDONED])

type AnyInvocation<Thread> = Pick<Invocation<unknown, Thread, unknown>, 'installation' | 'client'> &
  Partial<Pick<Invocation<unknown, Thread, unknown>, 'lookedUp' | 'unproven'>>

export function rememberSession<Thread>({ installation }: AnyInvocation<Thread>, session: Session<Thread>): void {
  byConversation.set(`${installation}/${session.conversationId}`, session)
  byThreadKey.set(`${installation}/${session.threadKey}`, session.conversationId)
  foreign.delete(`${installation}/${session.threadKey}`)
}

/** Tags that bind a conversation to a thread. @throws SessionNotFoundError when the thread does not fit into tags */
export function bindingTags<Thread>(threadKey: string, thread: Thread, openedAt: number): ConversationTags {
  const json = JSON.stringify(thread)
  const isTooLong = json.length > MAX_TAG_LENGTH * THREAD_TAGS.length || threadKey.length > MAX_TAG_LENGTH
  if (isTooLong || NO_THREADS.has(threadKey)) {
    throw new SessionNotFoundError('The thread has an id that Botpress cannot store.')
  }
  const tags: ConversationTags = {
    [conversationTag.threadKey]: threadKey,
    [conversationTag.openedAt]: String(openedAt),
  }
  for (const [index, tag] of THREAD_TAGS.entries()) {
    const piece = json.slice(index * MAX_TAG_LENGTH, (index + 1) * MAX_TAG_LENGTH)
    if (piece) tags[tag] = piece
  }
  return tags
}

/** The session a conversation stands for, or undefined while it is being opened or when it is not one of ours. */
export function readSession<Thread>({
  id,
  tags,
}: Pick<BotpressConversation, 'id' | 'tags'>): Session<Thread> | undefined {
  const threadKey = tags[conversationTag.threadKey]
  const json = THREAD_TAGS.map((tag) => tags[tag] ?? '').join('')
  if (!threadKey || NO_THREADS.has(threadKey) || !json) return undefined
  const agentId = tags[conversationTag.agentId]
  return {
    conversationId: id,
    threadKey,
    // Written by `bindingTags` from this very type.
    thread: JSON.parse(json) as Thread,
    contactUserId: tags[conversationTag.contactUserId] ?? '',
    openedAt: Number(tags[conversationTag.openedAt] ?? 0),
    ...(agentId ? { agentId } : {}),
  }
}

/** What this instance knows of a session. */
export const recallSession = <Thread>({ installation }: AnyInvocation<Thread>, conversationId: string) =>
  byConversation.get(`${installation}/${conversationId}`) as Session<Thread> | undefined

/** The session of a thread, if this instance knows it. */
export const recallThread = <Thread>(invocation: AnyInvocation<Thread>, threadKey: string) =>
  recallSession(invocation, byThreadKey.get(`${invocation.installation}/${threadKey}`) ?? '')

/** Whether a thread is known for certain not to be ours. */
export const isForeign = <Thread>({ installation }: AnyInvocation<Thread>, threadKey: string) =>
  foreign.get(`${installation}/${threadKey}`) === 0

/** A thread that was found to be nobody's of ours. What anybody may send proves nothing about one that may become ours. */
export function noteForeign<Thread>({ installation, unproven }: AnyInvocation<Thread>, threadKey: string): void {
  const key = `${installation}/${threadKey}`
  const since = foreign.get(key) ?? Date.now()
  if (!unproven) foreign.set(key, Date.now() - since > CERTAIN_AFTER_MS ? 0 : since)
}

/** @throws SessionNotFoundError when the conversation has no thread; a Botpress error when it does not exist */
export async function loadSession<Thread>(
  invocation: AnyInvocation<Thread>,
  conversationId: string
): Promise<Session<Thread>> {
  const cached = recallSession(invocation, conversationId)
  if (cached) return cached
  const { conversation } = await invocation.client.getConversation({ id: conversationId })
  const session = readSession<Thread>(conversation)
  if (!session) throw new SessionNotFoundError('This conversation is not connected to a chat with an agent.')
  rememberSession(invocation, session)
  return session
}

export type FoundSession<Thread> = { session: Session<Thread>; warm: boolean }

/** The session of a thread as far as it is bound already; does not wait for one that is being opened. */
export async function peekSession<Thread>(
  invocation: AnyInvocation<Thread>,
  threadKey: string
): Promise<FoundSession<Thread> | undefined> {
  if (isForeign(invocation, threadKey)) return undefined
  const cached = recallThread(invocation, threadKey)
  if (cached) return { session: cached, warm: !invocation.lookedUp?.has(threadKey) }
  return lookUp(invocation, threadKey)
}

/**
 * The session of a thread, or undefined for a thread we did not open. While some `startHitl` is at work the thread may
 * be one that is about to be bound, so it waits a little. @throws BusyError when it then still is unknown
 * @param peeked whether `peekSession` has found nothing a moment ago
 */
export async function findSession<Thread>(
  invocation: AnyInvocation<Thread>,
  threadKey: string,
  peeked = false
): Promise<FoundSession<Thread> | undefined> {
  const found = peeked ? undefined : await peekSession<Thread>(invocation, threadKey)
  if (found || isForeign(invocation, threadKey)) return found
  const late = await awaitOpening<Thread>(invocation, threadKey)
  if (!late) noteForeign(invocation, threadKey)
  return late
}

async function awaitOpening<Thread>(
  invocation: AnyInvocation<Thread>,
  threadKey: string
): Promise<FoundSession<Thread> | undefined> {
  for (const wait of OPENING_LOOKS_MS) {
    const opening = await isAnyOpening(invocation)
    if (opening) await sleep(wait)
    // Once more also when none is opening: one may have been bound since the look before.
    const late = await lookUp(invocation, threadKey)
    if (late || !opening) return late
  }
  if (!(await isAnyOpening(invocation))) return lookUp(invocation, threadKey)
  throw new BusyError('A session is being opened.', { retryable: true })
}

export async function lookUp<Thread>(
  invocation: AnyInvocation<Thread>,
  threadKey: string
): Promise<FoundSession<Thread> | undefined> {
  if (NO_THREADS.has(threadKey)) return undefined
  const tags = { [conversationTag.threadKey]: threadKey }
  const { conversations } = await invocation.client.listConversations({ channel: CHANNEL, tags })
  for (const conversation of conversations) {
    const session = readSession<Thread>(conversation)
    if (session?.threadKey !== threadKey) continue
    rememberSession(invocation, session)
    invocation.lookedUp?.add(threadKey)
    return { session, warm: false }
  }
  return undefined
}

async function isAnyOpening<Thread>({ client }: AnyInvocation<Thread>): Promise<boolean> {
  const tags = { [conversationTag.threadKey]: OPENING }
  const { conversations } = await client.listConversations({ channel: CHANNEL, tags })
  return conversations.some(isOpening)
}

/** Whether a conversation whose thread is not known yet may still get one. */
export const isOpening = ({ createdAt }: BotpressConversation) => Date.now() - Date.parse(createdAt) < OPENING_LASTS_MS
