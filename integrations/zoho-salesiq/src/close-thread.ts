import { HitlError, type HttpMethod, type Log, ProviderHttpError } from '@hitl/core'
import { CODE, isRefusal, type SalesIqClient } from './client'
import { asText, conversation } from './schemas'
import type { ZohoSalesIqThread } from './thread'

/** A missed chat is over as well, though an agent may still answer it by e-mail. */
const OVER = new Set(['end', 'missed', 'closed'])

export async function readConversation(client: SalesIqClient, { id }: Pick<ZohoSalesIqThread, 'id'>) {
  return client.ask('rest', { method: 'GET', path: `conversations/${id}`, repeatable: true }, conversation)
}

export async function isOver(client: SalesIqClient, thread: Pick<ZohoSalesIqThread, 'id'>): Promise<boolean> {
  const { chat_status: status } = await readConversation(client, thread)
  return OVER.has(asText(status.state_key) ?? '')
}

const GOODBYE = 'The user has ended this conversation.'

/**
 * Closes as the operator's side, else as the visitor's; where neither is allowed the agent at least reads that the user
 * is gone. Which of them a token of an ORG client may do is not documented (close-chat-v2.html,
 * rest-api-conversation-visitor-close-v2.html).
 */
export async function closeThread(
  client: SalesIqClient,
  log: Log,
  thread: Pick<ZohoSalesIqThread, 'id' | 'hexId'>
): Promise<void | 'still open'> {
  const { id, hexId } = thread
  const ways: (() => Promise<void>)[] = [() => close(client, 'rest', id), () => close(client, 'visitorV2', hexId ?? id)]
  for (const way of ways) {
    try {
      return await way()
    } catch (error) {
      // Trouble of their own with one way is no reason not to try the other.
      const isTrouble = error instanceof ProviderHttpError && error.status >= 500
      if (!isRefusal(error) && !isTrouble) throw error
    }
  }
  if (await isOver(client, thread).catch(() => false)) return
  await client.tell('visitor', {
    method: 'POST',
    path: `conversations/${id}/messages`,
    json: { text: GOODBYE },
    repeatable: false,
  })
  log.warn(`Zoho SalesIQ does not let the chat be closed from here: the agent has to close it (thread ${id}).`)
  return 'still open'
}

/** PUT, as the page reads; where SalesIQ wants another method, POST. */
export async function close(client: SalesIqClient, area: 'rest' | 'visitorV2', id: string): Promise<void> {
  const call = (method: HttpMethod) =>
    client.tell(area, { method, path: `conversations/${id}/close`, repeatable: true })
  try {
    await call('PUT')
  } catch (error) {
    if (!isRefusal(error) || (error.type !== CODE.method && error.status !== 405)) throw error
    await call('POST')
  }
}

/** For the chat of an earlier session that is still open: failing to close it must not keep the user from an agent. */
export async function closeEarlier(
  client: SalesIqClient,
  log: Log,
  thread: Pick<ZohoSalesIqThread, 'id' | 'hexId'>
): Promise<void> {
  try {
    await closeThread(client, log, thread)
  } catch (error) {
    const why = error instanceof HitlError ? error.message : 'unexpected answer.'
    log.warn(`An earlier chat of the same user could not be closed (thread ${thread.id}): ${why}`)
  }
}
