import type { ProviderEvent } from './adapter'
import { CHANNEL, conversationTag, LIVE_TAG, OPENING } from './botpress/names'
import type { BotpressConversation, BotpressPort, ConversationTags } from './botpress/port'
import { BusyError } from './errors'
import { sleep } from './http/deadline'
import type { Invocation } from './invocation'
import {
  isForeign,
  isOpening,
  lookUp,
  noteForeign,
  OPENING_LOOKS_MS,
  readSession,
  recallThread,
  rememberSession,
  type Session,
} from './sessions'

/** Value of the tag while a session is being opened or goes on. */
export const YES = 'yes'

type AnyInvocation<Thread> = Invocation<unknown, Thread, unknown>

/** One look for all events of a webhook. */
type Look = {
  /** Sessions that have their thread are known. */
  first: Promise<unknown>
  /** Threads that may yet turn out to be of a session that is being opened. */
  unsure: Promise<ReadonlySet<string>>
}

const looks = new WeakMap<readonly ProviderEvent[], Look>()

/**
 * The session of a thread this instance does not know, or undefined for a thread that is not ours.
 * @throws BusyError while it may be the thread of a session that is being opened
 */
export async function lookUpThreads<Thread>(
  invocation: AnyInvocation<Thread>,
  threadKey: string,
  events: readonly ProviderEvent[]
): Promise<Session<Thread> | undefined> {
  if (isForeign(invocation, threadKey)) return undefined
  const look = looks.get(events) ?? startLook(invocation, events)
  await look.first
  const session = recallThread<Thread>(invocation, threadKey)
  if (session) return session
  if (!(await look.unsure).has(threadKey)) return recallThread<Thread>(invocation, threadKey)
  throw new BusyError('A session this event may belong to is being opened.', { retryable: true })
}

function startLook<Thread>(invocation: AnyInvocation<Thread>, events: readonly ProviderEvent[]): Look {
  const keys = new Set(events.flatMap((event) => (event.type === 'ignored' ? [] : [event.threadKey])))
  const unknown = [...keys].filter((key) => !recallThread(invocation, key) && !isForeign(invocation, key))
  const first = readAll(invocation, unknown)
  const unsure = first.then((starts) => awaitStarts(invocation, unknown, starts))
  // Nobody may be waiting for it.
  unsure.catch(() => undefined)
  const look = { first, unsure }
  looks.set(events, look)
  return look
}

/** With so many pages of live sessions, the rest is looked up one by one. */
const MOST_PAGES = 4
/** So few threads are looked up one by one when there is more than a page of live sessions. */
const FEW = 3
const AT_ONCE = 10

/**
 * Reads live sessions: all of them, or as many pages as cost less than to look each of these threads up. Returns the
 * conversations of those that are being opened.
 */
async function readAll<Thread>(invocation: AnyInvocation<Thread>, threadKeys: readonly string[]): Promise<string[]> {
  const areFew = threadKeys.length > 0 && threadKeys.length <= FEW
  const { conversations, isComplete } = await listLive(invocation.client, {}, areFew ? 1 : MOST_PAGES)
  for (const conversation of conversations) {
    const session = readSession<Thread>(conversation)
    if (session && !recallThread(invocation, session.threadKey)) rememberSession(invocation, session)
  }
  const missing = isComplete ? [] : threadKeys.filter((key) => !recallThread(invocation, key))
  // Before the threads are looked up: one that is bound in between is found then.
  const isEnough = !areFew || missing.length === 0
  const asOpening = { [conversationTag.threadKey]: OPENING }
  const opening = isEnough ? undefined : await listLive(invocation.client, asOpening, MOST_PAGES)
  for (let index = 0; index < missing.length; index += AT_ONCE) {
    await Promise.all(missing.slice(index, index + AT_ONCE).map((key) => lookUp(invocation, key)))
  }
  const starts = (opening ?? { conversations }).conversations.filter((conversation) => !readSession(conversation))
  // A start that was killed: one at a time, they must not fill the pages.
  const abandoned = starts.find((conversation) => !isOpening(conversation))
  if (abandoned) {
    const untag = invocation.client.updateConversation({ id: abandoned.id, tags: { [LIVE_TAG]: '' } })
    await untag.catch(() => undefined)
  }
  return starts.filter(isOpening).map(({ id }) => id)
}

async function listLive(client: BotpressPort, tags: ConversationTags, mostPages: number) {
  const conversations: BotpressConversation[] = []
  const query = { channel: CHANNEL, tags: { [LIVE_TAG]: YES, ...tags } } as const
  for (let page = 0, nextToken: string | undefined; page < mostPages; page += 1) {
    const listed = await client.listConversations(nextToken ? { ...query, nextToken } : query)
    conversations.push(...listed.conversations)
    nextToken = listed.meta?.nextToken
    if (!nextToken) return { conversations, isComplete: true }
  }
  return { conversations, isComplete: false }
}

/** Threads of the sessions that have not ended; undefined when they are too many to be read. */
export async function readLiveThreads(client: BotpressPort): Promise<readonly unknown[] | undefined> {
  const { conversations, isComplete } = await listLive(client, {}, MOST_PAGES)
  return isComplete ? conversations.flatMap((one) => readSession(one)?.thread ?? []) : undefined
}

/** Time that must be left to apply what was found, in ms. */
const LEFT_MS = 1_000

/** Waits for the starts that were at work when the webhook came; later ones have nothing to do with it. */
async function awaitStarts<Thread>(
  invocation: AnyInvocation<Thread>,
  threadKeys: readonly string[],
  atFirst: readonly string[]
): Promise<ReadonlySet<string>> {
  const missing = () => threadKeys.filter((key) => !recallThread(invocation, key))
  let mayBecomeOurs = atFirst.length > 0
  for (const wait of OPENING_LOOKS_MS) {
    const isLate = invocation.deadline.remainingMs() < wait + LEFT_MS
    if (!mayBecomeOurs || isLate || missing().length === 0) break
    await sleep(wait)
    const rest = missing()
    const starts = await readAll(invocation, rest.length > FEW ? [] : rest)
    mayBecomeOurs = atFirst.some((id) => starts.includes(id))
  }
  const rest = missing()
  if (mayBecomeOurs) return new Set(rest)
  for (const key of rest) noteForeign(invocation, key)
  if (rest.length > 0) {
    invocation.log.info(`${invocation.adapter.name} webhook: ${rest.length} threads that no bot opened, ignored.`)
  }
  return new Set()
}
