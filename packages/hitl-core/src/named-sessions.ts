import { isApiError } from '@botpress/sdk'
import type { AgentMessage } from './adapter'
import type { Written } from './apply-event'
import { LIVE_TAG } from './botpress/names'
import type { BotpressConversation } from './botpress/port'
import { findConversation } from './botpress/state'
import { BusyError, SessionNotFoundError } from './errors'
import { sleep } from './http/deadline'
import type { Invocation } from './invocation'
import { YES } from './live-look'
import {
  type FoundSession,
  isOpening,
  OPENING_LOOKS_MS,
  readSession,
  recallSession,
  rememberSession,
  type Session,
} from './sessions'
import { settleDelayMs } from './timing'

type AnyInvocation<Thread> = Invocation<unknown, Thread, unknown>

export const noSession = () => new SessionNotFoundError('No session of a bot belongs to this conversation.')
const hasEnded = () => new SessionNotFoundError('The session has ended. The user did not get this message.')

/** This long after its conversation was made a session has its thread, or is about to fail. In ms. */
const BOUND_AFTER_MS = 8_000

/** A message that says everything needs no session but its name. */
export async function findNamed<Thread>(
  invocation: AnyInvocation<Thread>,
  { agent, isIncomplete, threadKey }: AgentMessage,
  sessionId: string
): Promise<FoundSession<Thread>> {
  const known = recallSession<Thread>(invocation, sessionId)
  if (known) {
    // What is scheduled is not looked at afterwards.
    if (settleDelayMs(known.openedAt, Date.now()) > 0) await assertStillLive(invocation, sessionId)
    return { session: known, warm: true }
  }
  const isOld = Date.now() - createdAt(sessionId) > BOUND_AFTER_MS
  const isEnough = isOld && Boolean(agent.name) && !isIncomplete
  return { session: isEnough ? unread(sessionId, threadKey) : await loadBound(invocation, sessionId), warm: false }
}

const unread = (conversationId: string, threadKey: string): Session<never> => ({
  conversationId,
  threadKey,
  contactUserId: '',
  openedAt: 0,
  get thread(): never {
    throw noSession()
  },
})

const ULID = /_([0-9A-HJKMNP-TV-Z]{10})[0-9A-HJKMNP-TV-Z]{16}$/
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Ids of Botpress begin with the time, in epoch ms. The present for an id of another kind: nothing is known of it. */
function createdAt(id: string): number {
  const time = ULID.exec(id)?.[1]
  return time ? [...time].reduce((sum, digit) => sum * DIGITS.length + DIGITS.indexOf(digit), 0) : Date.now()
}

/** Time that must be left to deliver the message, in ms. */
const LEFT_MS = 500

/** The session of a conversation, once it has its thread. @throws SessionNotFoundError, BusyError */
async function loadBound<Thread>(invocation: AnyInvocation<Thread>, conversationId: string): Promise<Session<Thread>> {
  for (const wait of [0, ...OPENING_LOOKS_MS]) {
    if (invocation.deadline.remainingMs() < wait + LEFT_MS) break
    if (wait > 0) await sleep(wait)
    const conversation = await findConversation(invocation.client, conversationId)
    const session = conversation && readSession<Thread>(conversation)
    if (session) {
      assertLive(conversation)
      rememberSession(invocation, session)
      return session
    }
    if (!conversation || !isOpening(conversation)) throw noSession()
  }
  throw new BusyError('The session of this message is being opened.', { retryable: true })
}

async function assertStillLive<Thread>({ client }: AnyInvocation<Thread>, conversationId: string): Promise<void> {
  const conversation = await findConversation(client, conversationId)
  if (conversation) assertLive(conversation)
}

/** The tag holds `yes`, or when the bot hears of the end, in epoch ms. */
function assertLive({ tags }: BotpressConversation): void {
  const live = tags[LIVE_TAG]
  if (live !== YES && Number(live || 0) <= Date.now()) throw hasEnded()
}

/** Clocks of Botpress and ours may differ by this much, in ms. */
const CLOCK_MARGIN_MS = 2_000

/** A message that came before the bot could hear of it is taken back, and delivered again in its time. */
export function checkAfterwards<Thread>(invocation: AnyInvocation<Thread>): Written<Thread> {
  const askedAt = Date.now()
  return async (conversation, written) => {
    const session = readSession<Thread>(conversation)
    const message = written && ('id' in written ? written : written.message)
    const writtenAt = Date.parse(message?.createdAt ?? '') || Date.now()
    if (!session || isTooEarly(session, writtenAt, askedAt)) {
      if (message) await takeBack(invocation, message.id)
      return loadBound(invocation, conversation.id)
    }
    assertLive(conversation)
    if (!recallSession(invocation, session.conversationId)) rememberSession(invocation, session)
    return undefined
  }
}

/** A redelivery finds what was delivered, or is scheduled, already: nothing is scheduled before a session has its thread. */
const isTooEarly = <Thread>({ openedAt }: Session<Thread>, writtenAt: number, askedAt: number) =>
  writtenAt < openedAt - CLOCK_MARGIN_MS ||
  (writtenAt >= askedAt - CLOCK_MARGIN_MS && settleDelayMs(openedAt, askedAt) > 0)

/** Another instance that got the same webhook may have taken it back already. */
async function takeBack<Thread>({ client }: AnyInvocation<Thread>, id: string): Promise<void> {
  try {
    await client.deleteMessage({ id })
  } catch (error) {
    if (!isApiError(error) || !error.type.endsWith('NotFound')) throw error
  }
}
