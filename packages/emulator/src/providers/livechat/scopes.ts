import type { Agent, AgentCredential, Chat, Organization } from './entities'
import { refuse } from './errors'

export type Caller = { organization: Organization; agent: Agent; credential: AgentCredential }

const levels: Readonly<Record<string, number>> = { my: 0, groups: 1, access: 1, all: 2 }

const parse = (scope: string): { resource: string; level: number; mode: string } => {
  const [name = '', mode = ''] = scope.split(':')
  const [resource = '', level = 'my'] = name.split('--')
  return { resource, level: levels[level] ?? 0, mode }
}

/** `rw` includes `ro`; `all` includes `access`, which includes `my`. https://platform.text.com/docs/authorization/scopes */
export const covers = (granted: string, wanted: string): boolean => {
  const have = parse(granted)
  const need = parse(wanted)
  if (have.resource !== need.resource || have.level < need.level) return false
  return have.mode === need.mode || (have.mode === 'rw' && need.mode === 'ro')
}

/** Scopes that do nothing for a caller who is not an administrator. */
const adminOnly = (scope: string): boolean =>
  /^(webhooks\.|properties\.configuration|customers:own|chats--all)/.test(scope)

export const isAdmin = (agent: Agent): boolean => agent.role !== 'normal'

export const holds = ({ agent, credential }: Caller, wanted: string): boolean =>
  credential.scopes.some((granted) => covers(granted, wanted) && (isAdmin(agent) || !adminOnly(granted)))

/** At least one of `wanted` must be held. */
export const requireScope = (caller: Caller, ...wanted: readonly string[]): void => {
  if (wanted.some((scope) => holds(caller, scope))) return
  throw refuse('authorization', `Missing scope: one of ${wanted.join(', ')}`)
}

/** `chats--all` reaches every chat, `chats--access` only those whose groups overlap with the caller's. */
export const requireChatAccess = (caller: Caller, mode: 'ro' | 'rw', chat: Chat): void => {
  requireScope(caller, `chats--all:${mode}`, `chats--access:${mode}`)
  if (holds(caller, `chats--all:${mode}`)) return
  const overlap = chat.access.group_ids.some((id) => caller.agent.groupIds.includes(id))
  if (!overlap) throw refuse('authorization', 'Chat is not in a group of the requester')
}
