import type { AbandonedStart, TokenSource } from '@hitl/core'
import type { LiveChatClient } from './client'
import { closeThread } from './close-thread'
import { customerCredential } from './identity'
import { chatList } from './schemas'
import { lookAtChat } from './session-calls'
import type { LiveChatThread } from './thread'

/**
 * A start that was killed may have started a chat of its own, or resumed that of an earlier session. The events it sent
 * name it, so no chat of another session is touched.
 */
export async function closeAbandoned(
  client: LiveChatClient,
  identityOf: (sessionId: string) => TokenSource,
  { sessionId, earlier }: AbandonedStart<LiveChatThread>
): Promise<void> {
  const owners = new Map(earlier.map(({ chatId, owner }) => [chatId, owner]))
  const own = identityOf(sessionId)
  if (await own.stored()) {
    const { chats_summary: chats } = await client.customer(customerCredential(own), LATEST_CHAT, chatList)
    if (chats[0]) owners.set(chats[0].id, sessionId)
  }
  for (const [chatId, owner] of owners) {
    const credential = customerCredential(identityOf(owner))
    const { active, threadId, holds } = await lookAtChat(client, credential, chatId)
    const isLeft = active && holds((id) => id.startsWith(`${sessionId}:`))
    if (isLeft) await closeThread(client, credential, { chatId, threadId, owner })
  }
}

export const LATEST_CHAT = { action: 'list_chats', body: { limit: 1 }, repeatable: true } as const
