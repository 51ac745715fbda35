import { ThreadClosedError } from '@hitl/core'
import type { HubSpotClient } from './client'
import { isAboutAccess, isRefusal, isRepetition } from './client'
import { closeThread, isClosed, pathOf } from './close-thread'
import { asText, itemsIn, page, published, threadItem } from './schemas'
import type { HubSpotThread } from './thread'

export const CHANNELS = '/conversations/v3/custom-channels'

/** What an agent's answer goes out from; HubSpot wants one per account. */
export const accountIdentifier = (inboxId: string) =>
  ({ type: 'CHANNEL_SPECIFIC_OPAQUE_ID', value: `botpress-${inboxId}` }) as const

/** What closing the thread takes when a start fails half-way. */
export const CLOSING_MS = 4_000

export type FileAttachment = { type: 'FILE'; fileId: string; fileUsageType: 'IMAGE' | 'AUDIO' | 'OTHER' }

export type Incoming = {
  /** Unique for good: a repeated call makes no second message. */
  key: string
  text: string
  attachments?: readonly FileAttachment[]
}

/**
 * Writes into the thread as the end user. Returns HubSpot's id of the thread.
 * Source: developers.hubspot.com/docs/api-reference/conversations-custom-channels-v3/guide, `PublicChannelIntegrationMessageEgg`.
 */
export async function publish(
  client: HubSpotClient,
  { sessionId, channelId, accountId, inboxId, sender, contactId }: Omit<HubSpotThread, 'id' | 'portalId'>,
  { key, text, attachments = [] }: Incoming
): Promise<string> {
  const answer = await client.ask(
    {
      method: 'POST',
      path: `${CHANNELS}/${channelId}/messages`,
      // It carries an idempotency key.
      repeatable: true,
      reserveMs: CLOSING_MS,
      json: {
        messageDirection: 'INCOMING',
        channelAccountId: accountId,
        integrationThreadId: sessionId,
        integrationIdempotencyId: key,
        text,
        timestamp: new Date().toISOString(),
        senders: [sender],
        recipients: [{ deliveryIdentifier: accountIdentifier(inboxId) }],
        attachments,
        ...(contactId === undefined ? {} : { associateWithContactId: contactId }),
      },
    },
    published
  )
  return answer.conversationsThreadId
}

/** One message of a session. @throws ThreadClosedError */
export async function publishTo(client: HubSpotClient, thread: HubSpotThread, message: Incoming): Promise<void> {
  let threadId: string
  const since = Date.now() - CLOCKS_MS
  try {
    threadId = await publish(client, thread, message)
  } catch (error) {
    // What HubSpot answers to a repeated key is not documented, nor whether a conflict is always that.
    if (isRepetition(error) && (await isShown(client, thread, message, since))) return
    // What HubSpot says to a message for a closed thread is not documented: it is asked for the state.
    if (!isRefusal(error) || isAboutAccess(error)) throw error
    throw (await isClosed(client, thread.id).catch(() => false)) ? hasClosed() : error
  }
  if (threadId === thread.id) return
  // HubSpot has begun another thread, of which no bot would ever hear.
  await closeThread(client, threadId).catch(() => undefined)
  throw hasClosed()
}

/** Clocks of HubSpot and ours may differ by this much. */
const CLOCKS_MS = 5_000

/** Whether the thread holds this message. @param since epoch ms: the same may have been said before */
async function isShown(
  client: HubSpotClient,
  { id }: HubSpotThread,
  { text }: Incoming,
  since: number
): Promise<boolean> {
  const call = {
    method: 'GET',
    path: `${pathOf(id)}/messages`,
    query: { sort: '-createdAt' },
    repeatable: true,
  } as const
  const latest = await client.ask(call, page).catch(() => undefined)
  return itemsIn(threadItem, latest?.results).some(
    (item) =>
      item.direction === 'INCOMING' && asText(item.text) === text && Date.parse(asText(item.createdAt) ?? '') > since
  )
}

const hasClosed = () =>
  new ThreadClosedError('The HubSpot thread is closed. Start a new session to reach an agent.', { provider: 'HubSpot' })
