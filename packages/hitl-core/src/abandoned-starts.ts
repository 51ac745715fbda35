import type { OpenRequest } from './adapter'
import { ABANDONED, conversationTag, OPENING } from './botpress/names'
import type { BotpressConversation } from './botpress/port'
import { ProviderHttpError } from './errors'
import { isDoubtful } from './http/retry'
import type { Invocation } from './invocation'
import { isOpening } from './sessions'
import { isTransient } from './webhook'

/** A call that may have opened a thread all the same. What the provider says itself to have failed has failed. */
export const mayHaveOpened = (error: unknown): boolean =>
  isDoubtful(error) && !(error instanceof ProviderHttpError && error.status >= 500)

type AnyInvocation<Thread> = Invocation<unknown, Thread, unknown>

/** So many in one start; the rest is left to the next one. */
const MOST_ABANDONED = 3
const CLEAN_UP_MS = 10_000

/**
 * Starts of the same contact whose process was ended half-way, or whose outcome nobody could find out: an agent may see a chat with nobody behind it. Trouble
 * with that must not keep the user from an agent; the next start tries again.
 */
export async function closeAbandoned<Thread>(
  { adapter, client, connectAfter, log }: AnyInvocation<Thread>,
  earlier: readonly BotpressConversation[],
  request: Pick<OpenRequest<Thread, unknown>, 'contact' | 'previous'>
): Promise<void> {
  const isAbandoned = (one: BotpressConversation) => {
    const threadKey = one.tags[conversationTag.threadKey]
    return threadKey === ABANDONED || (threadKey === OPENING && !isOpening(one))
  }
  for (const { id, createdAt } of earlier.filter(isAbandoned).slice(0, MOST_ABANDONED)) {
    try {
      await connectAfter(CLEAN_UP_MS).closeAbandoned?.({ sessionId: id, startedAt: Date.parse(createdAt), ...request })
    } catch (error) {
      log.warn(`${adapter.name}: what a broken-off session has left could not be closed (${id}).`)
      if (isTransient(error)) continue
    }
    await client.deleteConversation({ id }).catch(() => undefined)
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
