import { HitlError, type HttpCredential, isDoubtful } from '@hitl/core'
import type * as z from 'zod/mini'
import type { Call, LiveChatClient } from './client'
import { chat } from './schemas'
import { isGone, nothing } from './session-calls'
import type { LiveChatThread } from './thread'

const MAX_ATTEMPTS = 3

type Send = <T>(call: Call, answer: z.ZodMiniType<T>) => Promise<T>

/**
 * As the customer; should that fail, as the owner of the agent token. LiveChat closes whatever thread of the chat is
 * active, so it is asked first whether that still is ours.
 */
export async function closeThread(
  client: LiveChatClient,
  credential: HttpCredential,
  thread: LiveChatThread
): Promise<void> {
  const { chatId, threadId } = thread
  const closeAs = async (send: Send, more = {}) => {
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
  try {
    await closeAs((call, answer) => client.customer(credential, call, answer))
  } catch (error) {
    if (isGone(error)) return
    if (!(error instanceof HitlError)) throw error
    await closeAs(client.agent, { ignore_requester_presence: true }).catch((second: unknown) => {
      if (!isGone(second)) throw error
    })
  }
}
