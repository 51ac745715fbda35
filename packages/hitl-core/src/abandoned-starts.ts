import type { AbandonedStart } from './adapter'
import { ABANDONED, conversationTag, MAX_TAG_LENGTH, OPENING, THREAD_TAGS } from './botpress/names'
import type { BotpressConversation, ConversationTags } from './botpress/port'
import { findConversation } from './botpress/state'
import { mayHaveRun, wasInDoubt } from './http/retry'
import type { Invocation } from './invocation'
import { isOpening, type Session } from './sessions'
import { isTransient } from './webhook'

type AnyInvocation<Thread> = Invocation<unknown, Thread, unknown>

/** So many in one start; the rest is left to the next one. */
const MOST_ABANDONED = 3
/** What tidying up all of them may take of the time of a start, in ms. */
const CLEAN_UP_MS = 8_000
const MOST_EARLIER = 5

/** Whether a start that failed so may have opened a thread all the same. */
export const mayHaveOpened = (error: unknown): boolean => wasInDoubt(error) || mayHaveRun(error)

const isAbandoned = (conversation: BotpressConversation): boolean => {
  const threadKey = conversation.tags[conversationTag.threadKey]
  return threadKey === ABANDONED || (threadKey === OPENING && !isOpening(conversation))
}

/**
 * Starts of the same contact whose process was ended half-way, or whose outcome nobody could find out: an agent may see a
 * chat with nobody behind it. Trouble with that must not keep the user from an agent; the next start tries again.
 */
export async function closeAbandoned<Thread>(
  { adapter, client, connectAfter, log }: AnyInvocation<Thread>,
  earlier: readonly BotpressConversation[],
  sessions: readonly Session<Thread>[],
  contact: AbandonedStart<Thread>['contact']
): Promise<void> {
  const left = earlier.filter(isAbandoned).slice(0, MOST_ABANDONED)
  const api = left.length > 0 ? connectAfter(CLEAN_UP_MS) : undefined
  const threads = sessions.slice(0, MOST_EARLIER).map(({ thread }) => thread)
  for (const { id: sessionId } of left) {
    try {
      // It may have been bound since it was listed.
      const latest = await findConversation(client, sessionId)
      if (!latest || !isAbandoned(latest)) continue
      const startedAt = Date.parse(latest.createdAt)
      await api?.closeAbandoned?.({ sessionId, contact, startedAt, asked: readAsked(latest), earlier: threads })
    } catch (error) {
      log.warn(`${adapter.name}: what a broken-off session has left could not be closed (${sessionId}).`)
      if (isTransient(error)) continue
    }
    await client.deleteConversation({ id: sessionId }).catch(() => undefined)
  }
}

/** Nobody knows whether the provider has opened a thread: the conversation stays, for the next start of the contact. */
export async function rememberAbandoned<Thread>(
  { client, adapter }: AnyInvocation<Thread>,
  conversationId: string
): Promise<void> {
  const unset = Object.fromEntries(Object.keys(adapter.sessions?.tags ?? {}).map((tag) => [tag, '']))
  const tags = { ...unset, [conversationTag.threadKey]: ABANDONED, [conversationTag.request]: '' }
  await client.updateConversation({ id: conversationId, tags }).catch(() => undefined)
}

/** Until the thread is known its tag keeps what the start was asked for. */
const [ASKED_TAG] = THREAD_TAGS

/** Tags of a conversation that is being opened. What does not fit is left out: it only helps to tidy up. */
export function askedTags(asked: AbandonedStart<unknown>['asked']): ConversationTags {
  const json = JSON.stringify(asked)
  return json.length > MAX_TAG_LENGTH ? {} : { [ASKED_TAG]: json }
}

function readAsked({ tags }: BotpressConversation): AbandonedStart<unknown>['asked'] {
  const asked: AbandonedStart<unknown>['asked'] = JSON.parse(tags[ASKED_TAG] ?? '{}')
  return asked
}
