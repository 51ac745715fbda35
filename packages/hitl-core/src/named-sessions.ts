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
import { CLOCK_MARGIN_MS, settleDelayMs } from './timing'

type AnyInvocation<Thread> = Invocation<unknown, Thread, unknown>

export const noSession = () => new SessionNotFoundError('No session of a bot belongs to this conversation.')
const hasEnded = () => new SessionNotFoundError('The session has ended. The user did not get this message.')

/**
 * This long after its conversation was made a start has come to its end, and what is told about the session is heard. In
 * ms: more than a start may last, and the first moments of a session.
 */
const SETTLED_AFTER_MS = 50_000

/** A message that says everything needs no session but its name. */
export async function findNamed<Thread>(
  invocation: AnyInvocation<Thread>,
  { agent, isIncomplete, threadKey }: AgentMessage,
  sessionId: string
): Promise<FoundSession<Thread>> {
  const known = recallSession<Thread>(invocation, sessionId)
  if (known) {
    if (isYoung(known)) await assertStillLive(invocation, sessionId)
    return { session: known, warm: true }
  }
  const isOld = Date.now() - createdAt(sessionId) > SETTLED_AFTER_MS
  const isEnough = isOld && Boolean(agent.name) && !isIncomplete
  return { session: isEnough ? unread(sessionId, threadKey) : await loadBound(invocation, sessionId), warm: false }
}

/** Its messages are scheduled, which is not looked at afterwards. */
const isYoung = <Thread>({ openedAt }: Session<Thread>) => settleDelayMs(openedAt, Date.now()) > 0

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
      if (isYoung(session)) assertLive(conversation)
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
const isLive = ({ tags }: BotpressConversation) => tags[LIVE_TAG] === YES || Number(tags[LIVE_TAG] || 0) > Date.now()

function assertLive(conversation: BotpressConversation): void {
  if (!isLive(conversation)) throw hasEnded()
}

/**
 * What Botpress answers to a message tells whether the session is there and goes on. A redelivery, which finds what was
 * written long before, says nothing about now.
 */
export function checkAfterwards<Thread>(invocation: AnyInvocation<Thread>): Written {
  const askedAt = Date.now()
  return async (conversation, written) => {
    const session = readSession<Thread>(conversation)
    const message = written && ('id' in written ? written : written.message)
    const isRedelivery = Date.parse(message?.createdAt ?? '') < askedAt - CLOCK_MARGIN_MS
    if (!session || (!isRedelivery && !isLive(conversation))) {
      // It would lie where nobody looks.
      if (message) await invocation.client.deleteMessage({ id: message.id }).catch(() => undefined)
      throw session ? hasEnded() : noSession()
    }
    if (!recallSession(invocation, session.conversationId)) rememberSession(invocation, session)
  }
}
