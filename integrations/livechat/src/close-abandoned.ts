import type { AbandonedStart, TokenSource } from '@hitl/core'
import type { LiveChatClient } from './client'
import { closeThread } from './close-thread'
import { customerCredential } from './identity'
import { chatList } from './schemas'
import { lookAtChat } from './session-calls'
import type { LiveChatThread } from './thread'

/**
 * A start that was killed may have started a chat of its own, or resumed that of the session before. The events it sent
 * name it, so no chat of another session is touched.
 */
export async function closeAbandoned(
  client: LiveChatClient,
  identityOf: (sessionId: string) => TokenSource,
  { sessionId, previous }: AbandonedStart<LiveChatThread>
): Promise<void> {
  const close = async (owner: string, chatId: string) => {
    const credential = customerCredential(identityOf(owner))
    const { active, threadId, holds } = await lookAtChat(client, credential, chatId)
    if (!active || !holds((id) => id.startsWith(`${sessionId}:`))) return
    await closeThread(client, credential, { chatId, threadId, owner })
  }
  const own = identityOf(sessionId)
  if (await own.stored()) {
    const { chats_summary: chats } = await client.customer(customerCredential(own), LATEST_CHAT, chatList)
    if (chats[0]) await close(sessionId, chats[0].id)
  }
  if (previous) await close(previous.thread.owner, previous.thread.chatId)
}

export const LATEST_CHAT = { action: 'list_chats', body: { limit: 1 }, repeatable: true } as const
