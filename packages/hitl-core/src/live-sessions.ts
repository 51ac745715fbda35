import { isApiError } from '@botpress/sdk'
import type { AgentMessage, ProviderEvent } from './adapter'
import { type AppliedEvent, applyToSession } from './apply-event'
import { LIVE_TAG } from './botpress/names'
import { HitlError, SessionNotFoundError } from './errors'
import type { Invocation } from './invocation'
import { lookUpThreads, readLiveThreads, YES } from './live-look'
import { checkAfterwards, findNamed, noSession } from './named-sessions'
import type { SessionBook } from './session-book'
import { type FoundSession, recallThread } from './sessions'
import { isTransient } from './webhook'

type AnyInvocation<Thread> = Invocation<unknown, Thread, unknown>

/**
 * For providers that report all their threads, most of them foreign, many in one webhook: one list of the live sessions
 * tells for all of them. Where a webhook names our session nothing is looked up at all: what Botpress answers to the
 * message tells whether the session goes on.
 */
export const liveSessions: SessionBook = {
  tags: { [LIVE_TAG]: YES },
  threads: readLiveThreads,
  async ended(client, conversationId, toldAt) {
    const tags = { [LIVE_TAG]: toldAt === undefined ? '' : String(toldAt) }
    const note = () => client.updateConversation({ id: conversationId, tags })
    await note()
      .catch(note)
      .catch(() => undefined)
  },
  async apply(invocation, event, events) {
    // Most are about threads of others.
    if (event.type === 'ignored') return ''
    if (event.type !== 'agentMessage') return apply(invocation, event, events)
    try {
      const line = await apply(invocation, event, events)
      if (event.wantsReceipt) await report(invocation, event)
      return line
    } catch (error) {
      const isFinal = (error instanceof HitlError || isApiError(error)) && !isTransient(error)
      if (isFinal) await report(invocation, event, explain(error))
      throw error
    }
  },
}

async function apply<Thread>(
  invocation: AnyInvocation<Thread>,
  event: AppliedEvent,
  events: readonly ProviderEvent[]
): Promise<string> {
  const found = await find(invocation, event, events)
  if (!found && event.type === 'agentMessage') throw noSession()
  if (!found) return ''
  const outcome = await applyToSession(invocation, found, event, checkAfterwards(invocation))
  return `${event.type}: ${outcome} (conversation ${found.session.conversationId}, thread ${event.threadKey})`
}

const explain = (error: unknown) =>
  error instanceof SessionNotFoundError ? error.message : 'Botpress did not take this message. The user did not get it.'

async function report<Thread>(
  invocation: AnyInvocation<Thread>,
  message: AgentMessage,
  failure?: string
): Promise<void> {
  try {
    await invocation.connect().reportDelivery?.(message, failure)
  } catch {
    const { adapter, log } = invocation
    log.warn(`${adapter.name} could not be told what became of a message (${message.threadKey}).`)
  }
}

async function find<Thread>(
  invocation: AnyInvocation<Thread>,
  event: AppliedEvent,
  events: readonly ProviderEvent[]
): Promise<FoundSession<Thread> | undefined> {
  if (event.type === 'agentMessage' && event.sessionId) return findNamed(invocation, event, event.sessionId)
  const known = recallThread<Thread>(invocation, event.threadKey)
  if (known) return { session: known, warm: true }
  const session = await lookUpThreads(invocation, event.threadKey, events)
  return session && { session, warm: false }
}
