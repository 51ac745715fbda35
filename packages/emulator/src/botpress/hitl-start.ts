import type { JsonRecord } from '../json'
import { TAGS } from './hitl-terms'
import { ActionError, type Installation } from './installation'
import type { MessageRow, Row } from './model'
import type { Store } from './store'
import { mergeTags } from './tags'

/** The plugin reads one page of the history. */
const HISTORY_PAGE = 20

/** The downstream user linked to the end user, made by the integration where there is none for it yet. */
export async function linkedUser(
  store: Store,
  userId: string,
  installation: Installation,
  userEmail: string | undefined
): Promise<string> {
  const user = existing(store.users, userId, 'User')
  const known = user.tags[TAGS.downstream]
  const isSame = user.tags[TAGS.integrationName] === installation.name
  if (known && isSame && store.users.has(known)) return known
  const madeUp = `${userId}@no-reply.${installation.botId.replaceAll('_', '-')}.botpress.com`
  const output = await installation.action('createUser', {
    name: user.name ?? 'Unknown User',
    email: userEmail ?? madeUp,
  })
  const created = existing(store.users, String(output['userId']), 'User')
  const { name, alias } = installation
  mergeTags(user, { [TAGS.downstream]: created.id, [TAGS.integrationName]: name, [TAGS.integrationAlias]: alias })
  mergeTags(created, { [TAGS.upstream]: userId })
  return created.id
}

/** Oldest first, texts of the plugin included. */
export function history(store: Store, upstreamId: string, downstreamUserId: string): JsonRecord[] {
  return messagesOf(store, upstreamId)
    .slice(-HISTORY_PAGE)
    .map(({ direction, type, payload }) => ({
      source: direction === 'outgoing' ? { type: 'bot' } : { type: 'user', userId: downstreamUserId },
      type,
      payload: historyPayload(payload),
    }))
}

export function messagesOf(store: Store, conversationId: string): MessageRow[] {
  return store.messages.of(conversationId)
}

export function existing<T extends Row>(rows: ReadonlyMap<string, T>, id: string, what: string): T {
  const row = rows.get(id)
  if (!row) throw new ActionError(404, `${what} "${id}" doesn't exist`)
  return row
}

/** The action's schema knows neither the author nor the repeated type that relayed messages carry. */
function historyPayload(payload: JsonRecord): JsonRecord {
  const { type: _type, userId: _userId, ...rest } = payload
  return rest
}
