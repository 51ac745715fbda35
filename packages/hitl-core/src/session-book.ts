import type { ProviderEvent } from './adapter'
import type { BotpressPort, ConversationTags } from './botpress/port'
import type { Invocation } from './invocation'

/** Keeps book of the sessions that have not ended, for adapters that name one; only `liveSessions` is one. */
export type SessionBook = {
  /** On the conversation of a session from its first moment. */
  tags: ConversationTags
  /**
   * The session has ended. Never fails.
   * @param toldAt when the bot hears of it, in epoch ms; last words still reach it until then
   */
  ended(client: BotpressPort, conversationId: string, toldAt?: number): Promise<void>
  /** Threads of the sessions that have not ended; undefined when they are too many to be read. */
  threads(client: BotpressPort): Promise<readonly unknown[] | undefined>
  /**
   * Takes one event over into Botpress. Returns one line for the log, empty when it is not worth one. The webhook is not
   * verified again once a thread is known: only for adapters that verify without asking for the thread.
   * @param events all events of the webhook
   */
  apply<Thread>(
    invocation: Invocation<unknown, Thread, unknown>,
    event: ProviderEvent,
    events: readonly ProviderEvent[]
  ): Promise<string>
}
