import { HitlError, type HttpCredential, isDoubtful, ThreadClosedError } from '@hitl/core'
import type * as z from 'zod/mini'
import type { Call, LiveChatClient } from './client'
import { chat } from './schemas'
import { isGone, nothing } from './session-calls'
import type { LiveChatThread } from './thread'

const MAX_ATTEMPTS = 3

type Send = <T>(call: Call, answer: z.ZodMiniType<T>) => Promise<T>

/**
 * As the customer; should that fail, as the owner of the agent token. That a chat does not exist any more is believed only
 * when both are told so, or when the second may not ask.
 */
export async function closeThread(
  client: LiveChatClient,
  credential: HttpCredential,
  thread: LiveChatThread
): Promise<void> {
  try {
    await closeAs((call, answer) => client.customer(credential, call, answer), thread)
  } catch (error) {
    if (error instanceof ThreadClosedError) return
    if (!(error instanceof HitlError)) throw error
    await closeAsAgent(client, thread).catch((second: unknown) => {
      const isBelieved = isGone(error) && second instanceof HitlError && !second.retryable
      if (!isBelieved) throw error
    })
  }
}

/** As the owner of the agent token. Succeeds when it is closed already, or gone. */
export async function closeAsAgent({ agent }: LiveChatClient, thread: LiveChatThread): Promise<void> {
  await closeAs(agent, thread, { ignore_requester_presence: true }).catch((error: unknown) => {
    if (!isGone(error)) throw error
  })
}

/** LiveChat closes whatever thread of the chat is active, so it is asked first whether that still is ours. */
async function closeAs(send: Send, { chatId, threadId }: LiveChatThread, more = {}): Promise<void> {
  const look = { action: 'get_chat', body: { chat_id: chatId, thread_id: threadId }, repeatable: true }
  for (let attempt = 1; ; attempt += 1) {
    if (!(await send(look, chat)).thread.active) return
    try {
      await send({ action: 'deactivate_chat', body: { id: chatId, ...more }, repeatable: false }, nothing)
      return
    } catch (error) {
      // Looked at again before each repetition: a lost answer may hide that the next thread is active by now.
      if (attempt === MAX_ATTEMPTS || !isDoubtful(error)) throw error
    }
  }
}
