import { randomUUID } from 'node:crypto'
import { readContact } from './actions'
import { closeAbandoned, mayHaveOpened, askedTags, rememberAbandoned } from './abandoned-starts'
import type { Brief, Contact, PreviousSession } from './adapter'
import { ABANDONED, CHANNEL, conversationTag, OPENING } from './botpress/names'
import type { BotpressConversation } from './botpress/port'
import { findConversation } from './botpress/state'
import { isClosed, isOver, isThreadClosed, rememberOpen } from './end-session'
import { SessionNotFoundError } from './errors'
import { hash } from './hash'
import { sleep } from './http/deadline'
import type { Invocation } from './invocation'
import { bindingTags, readSession, rememberSession, type Session } from './sessions'
import { readHistory, renderTranscript } from './transcript'

export type StartHitlInput = {
  userId: string
  title?: string | undefined
  description?: string | undefined
  hitlSession?: Record<string, unknown> | undefined
  messageHistory: unknown
}

type AnyInvocation<Thread> = Invocation<unknown, Thread, unknown>

/** A repetition of the same request within this time means the same session, in ms. */
const REPETITION_MS = 60_000
/** A call that is repeated because its answer was lost comes this soon after the session opened, in ms. */
const LOST_ANSWER_MS = 15_000
const LOOK_EVERY_MS = 500
const CLEAN_UP_MS = 10_000
const MAX_CLAIMS = 3

/**
 * Opens a session: the downstream conversation first, marked as opening, so that the provider's first webhooks find
 * something to wait for; then the thread; then both are bound. Whatever fails, nothing stays open.
 */
export async function startHitl<Thread>(
  invocation: AnyInvocation<Thread>,
  input: StartHitlInput
): Promise<{ conversationId: string }> {
  const { client, log, adapter } = invocation
  const [contact, earlier] = await Promise.all([
    client.getUser({ id: input.userId }).then(({ user }) => readContact(user)),
    client.listConversations({ channel: CHANNEL, tags: { [conversationTag.contactUserId]: input.userId } }),
  ])
  const claimed = await claimConversation(invocation, input)
  if ('running' in claimed) return { conversationId: claimed.running }

  const session = await openSession(invocation, claimed.created, contact, input, earlier.conversations)
  log.info(`${adapter.name}: session opened (conversation ${session.conversationId}, thread ${session.threadKey}).`)
  return { conversationId: session.conversationId }
}

/**
 * Makes the downstream conversation. A repeated request (the platform calls again when an answer is lost) finds the
 * conversation of the first one and gets that session instead of a second thread.
 */
async function claimConversation<Thread>(
  invocation: AnyInvocation<Thread>,
  input: StartHitlInput
): Promise<{ created: BotpressConversation } | { running: string }> {
  const { client, adapter } = invocation
  const claim = randomUUID()
  const tags = {
    ...adapter.sessions?.tags,
    [conversationTag.threadKey]: OPENING,
    [conversationTag.contactUserId]: input.userId,
    [conversationTag.request]: hash(JSON.stringify(input)),
    [conversationTag.claim]: claim,
    ...askedTags({ title: input.title, description: input.description, options: input.hitlSession }),
  }
  for (let tries = 1; tries <= MAX_CLAIMS; tries += 1) {
    const { conversation } = await client.getOrCreateConversation({
      channel: CHANNEL,
      tags,
      discriminateByTags: [conversationTag.request],
    })
    if (conversation.tags[conversationTag.claim] === claim) return { created: conversation }
    const first = await awaitRunning(invocation, conversation)
    if (first === 'open') return { running: conversation.id }
    // The same request long ago: it must not be found again. One that failed has deleted its conversation.
    if (first === 'over')
      await client.updateConversation({ id: conversation.id, tags: { [conversationTag.request]: '' } })
  }
  throw stillOpening()
}

/** What became of the young session of the same request; waits while it is being opened. */
async function awaitRunning<Thread>(
  invocation: AnyInvocation<Thread>,
  conversation: BotpressConversation
): Promise<'open' | 'over' | 'failed'> {
  const { client } = invocation
  const endsAt = Date.parse(conversation.createdAt) + REPETITION_MS
  for (let current = conversation; Date.now() < endsAt;) {
    if (current.tags[conversationTag.threadKey] === ABANDONED) return 'failed'
    const session = readSession(current)
    if (session) {
      const isRepetition = Date.now() - session.openedAt < LOST_ANSWER_MS
      return isRepetition && !(await isClosed(client, current.id)) ? 'open' : 'over'
    }
    if (invocation.deadline.remainingMs() <= LOOK_EVERY_MS) throw stillOpening()
    await sleep(LOOK_EVERY_MS)
    const next = await findConversation(client, current.id)
    if (!next) return 'failed'
    current = next
  }
  return 'over'
}

const stillOpening = () =>
  new SessionNotFoundError('The same session is being opened by another call. Try again.', {
    retryable: true,
  })

async function openSession<Thread>(
  invocation: AnyInvocation<Thread>,
  conversation: BotpressConversation,
  contact: Contact,
  input: StartHitlInput,
  earlier: readonly BotpressConversation[]
): Promise<Session<Thread>> {
  const { adapter, client } = invocation
  const conversationId = conversation.id
  const api = invocation.connect()
  const sessions = sessionsAmong<Thread>(earlier, conversationId)
  const previous = previousSession(invocation, sessions)
  await closeAbandoned(invocation, earlier, sessions, contact)
  let thread: Thread | undefined
  try {
    const brief = writeBrief(contact, input)
    thread = await api.openThread({ sessionId: conversationId, contact, brief, ...(previous ? { previous } : {}) })
    const threadKey = adapter.threadKey(thread)
    const openedAt = Date.now()
    await client.updateConversation({ id: conversationId, tags: bindingTags(threadKey, thread, openedAt) })
    const session = { conversationId, threadKey, thread, contactUserId: contact.userId, openedAt }
    rememberSession(invocation, session)
    rememberOpen(conversationId)
    return session
  } catch (error) {
    const isInDoubt = thread === undefined && api.closeAbandoned !== undefined && mayHaveOpened(error)
    if (isInDoubt) await rememberAbandoned(invocation, conversationId)
    else await leaveNothingOpen(invocation, conversationId, thread)
    throw error
  }
}

async function leaveNothingOpen<Thread>(
  invocation: AnyInvocation<Thread>,
  conversationId: string,
  thread: Thread | undefined
): Promise<void> {
  const { client, log, adapter } = invocation
  if (thread !== undefined) {
    const closing = invocation.connectAfter(CLEAN_UP_MS).closeThread(thread)
    await closing.catch(() => log.error(`${adapter.name}: a thread of a failed session was not closed.`))
  }
  await client
    .deleteConversation({ id: conversationId })
    .catch(() => log.warn(`The conversation of a failed session was not deleted (${conversationId}).`))
}

/** The latest first. */
const sessionsAmong = <Thread>(earlier: readonly BotpressConversation[], conversationId: string): Session<Thread>[] =>
  earlier
    .filter(({ id }) => id !== conversationId)
    .flatMap((conversation) => readSession<Thread>(conversation) ?? [])
    .toSorted((a, b) => b.openedAt - a.openedAt)

/** The contact's latest session before this one. */
function previousSession<Thread>(
  invocation: AnyInvocation<Thread>,
  [latest]: readonly Session<Thread>[]
): PreviousSession<Thread> | undefined {
  if (!latest) return undefined
  return {
    thread: latest.thread,
    isOver: () => isOver(invocation.client, latest.conversationId),
    isClosed: () => isThreadClosed(invocation.client, latest.conversationId),
  }
}

function writeBrief(contact: Contact, input: StartHitlInput): Brief<Record<string, unknown>> {
  const history = readHistory(input.messageHistory, (userId) =>
    userId === contact.userId && contact.name ? contact.name : 'User'
  )
  return {
    ...(input.title ? { title: input.title } : {}),
    ...(input.description ? { description: input.description } : {}),
    history,
    transcript: renderTranscript(history),
    options: input.hitlSession ?? {},
  }
}
