import { type HubSpotClient, isMissing } from './client'
import { asText, thread } from './schemas'

/** Source: developers.hubspot.com/docs/api-reference/conversations-conversations-inbox-&-messages-v3/guide. */
export const CONVERSATIONS = '/conversations/v3/conversations'

export const pathOf = (threadId: string) => `${CONVERSATIONS}/threads/${threadId}`

/** Succeeds when it is closed already, or gone. */
export async function closeThread(client: HubSpotClient, threadId: string): Promise<void> {
  const json = { status: 'CLOSED' }
  await client
    .tell({ method: 'PATCH', path: pathOf(threadId), json, repeatable: true })
    .catch(async (error: unknown) => {
      // Believed only when it is told twice.
      if (!isMissing(error) || !(await isClosed(client, threadId))) throw error
    })
}

/** Closed, archived or deleted. */
export async function isClosed(client: HubSpotClient, threadId: string): Promise<boolean> {
  try {
    const { status, archived } = await client.ask({ method: 'GET', path: pathOf(threadId), repeatable: true }, thread)
    return asText(status) === 'CLOSED' || archived === true
  } catch (error) {
    if (isMissing(error)) return true
    throw error
  }
}
