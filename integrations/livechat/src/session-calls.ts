import { type HttpCredential, isDoubtful, ProviderHttpError, ThreadClosedError } from '@hitl/core'
import * as z from 'zod/mini'
import type { LiveChatClient } from './client'
import { chat, sentEvent } from './schemas'
import type { LiveChatThread } from './thread'

/** An answer without content is `{}` or empty. */
export const nothing = z.unknown()

/** An event as a customer sends it. `custom_id` is ours and comes back: by it we find what has arrived. */
export type CustomerEvent = {
  type: 'message' | 'file'
  custom_id: string
  recipients: 'all'
  text?: string
  url?: string
}

/**
 * Sends one event exactly once. When the answer is lost the chat is asked whether the event has arrived before it is
 * sent again: LiveChat does not say that it drops events with a `custom_id` it has seen.
 */
export async function sendEvent(
  client: LiveChatClient,
  credential: HttpCredential,
  { chatId, threadId }: LiveChatThread,
  event: CustomerEvent
): Promise<void> {
  const send = () =>
    client.customer(
      credential,
      { action: 'send_event', body: { chat_id: chatId, event }, repeatable: false },
      sentEvent
    )
  for (let attempt = 1; ; attempt += 1) {
    try {
      await send()
      return
    } catch (error) {
      if (!isDoubtful(error)) throw error
      const state = await lookAtChat(client, credential, chatId, threadId)
      if (state.holds((id) => id === event.custom_id)) return
      if (attempt === MOST_ATTEMPTS) throw error
    }
  }
}

const MOST_ATTEMPTS = 2

export type ChatLook = {
  chatId: string
  active: boolean
  threadId: string
  holds(matches: (customId: string) => boolean): boolean
}

/** The given thread of a chat, or its latest one. */
export async function lookAtChat(
  client: LiveChatClient,
  credential: HttpCredential,
  chatId: string,
  threadId?: string
): Promise<ChatLook> {
  const body = { chat_id: chatId, ...(threadId === undefined ? {} : { thread_id: threadId }) }
  const { thread } = await client.customer(credential, { action: 'get_chat', body, repeatable: true }, chat)
  return {
    chatId,
    active: thread.active,
    threadId: thread.id,
    holds: (matches) => (thread.events ?? []).some(({ custom_id: id }) => typeof id === 'string' && matches(id)),
  }
}

/** Whether the thread takes no more messages, or does not exist any more. */
export const isGone = (error: unknown) =>
  error instanceof ThreadClosedError || (error instanceof ProviderHttpError && error.type === 'not_found')
