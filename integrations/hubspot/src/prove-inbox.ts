import { ConfigurationError, type Findings } from '@hitl/core'
import { type HubSpotClient, isMissing, isRefusal } from './client'
import { CONVERSATIONS } from './close-thread'
import { asText, inbox, namedInbox } from './schemas'

/** @throws ConfigurationError when there is no such Help Desk or inbox */
export async function proveInbox(client: HubSpotClient, inboxId: string): Promise<Findings> {
  const path = `${CONVERSATIONS}/inboxes/${encodeURIComponent(inboxId)}`
  let found
  try {
    found = await client.ask({ method: 'GET', path, repeatable: true }, inbox)
  } catch (error) {
    const isUnknown = isMissing(error) || (isRefusal(error) && error.status === 400)
    if (!isUnknown) throw error
  }
  const type = asText(found?.type)
  if (found && found.archived !== true && (type === undefined || ['INBOX', 'HELP_DESK'].includes(type))) {
    return { inbox: asText(found.name) }
  }
  const message =
    `HubSpot knows no Help Desk or inbox "${inboxId}" (setting "helpDeskId", or "inboxId" of the session).` +
    (await nameInboxes(client))
  throw new ConfigurationError('helpDeskId', message, { provider: 'HubSpot' })
}

const MOST_NAMED = 10

/** Which there are, as far as that can be told. */
async function nameInboxes(client: HubSpotClient): Promise<string> {
  const inboxes = await client.list({ path: `${CONVERSATIONS}/inboxes` }, namedInbox).catch(() => [])
  const named = inboxes.slice(0, MOST_NAMED).map(({ id, name }) => `${asText(name) ?? 'without a name'} (${id})`)
  return named.length > 0 ? ` The account has: ${named.join(', ')}.` : ' Copy the ID from the list of inboxes.'
}
