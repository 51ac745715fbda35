import type { Context } from 'hono'
import type { Agent, AgentCredential, Chat, Organization, Thread } from './entities'
import { refuse } from './errors'
import { filledText, type Fields } from './fields'
import { checkRegion } from './http'
import type { PropertyWriter } from './properties'
import { requireChatAccess, type Caller } from './scopes'
import { chatOf, threadOf } from './state'
import { userIn } from './threads'
import type { Scene, Source, World } from './world'

/** One authenticated call of the Agent Chat or Configuration API. */
export type AgentCall = Caller & { world: World; fields: Fields }

type Presented = { kind: AgentCredential['kind']; accountId?: string; token: string }

/** A PAT is sent as `Basic base64(account_id:PAT)` and never as Bearer; OAuth agent tokens are sent as Bearer. */
const presented = (c: Context): Presented => {
  const header = c.req.header('authorization')
  if (header === undefined) throw refuse('authentication', 'Authorization header is missing')
  const [scheme, value = ''] = header.split(' ', 2)
  if (scheme === 'Bearer') return { kind: 'oauth', token: value }
  if (scheme !== 'Basic') throw refuse('authentication', 'Authorization header must be Basic or Bearer')
  const decoded = Buffer.from(value, 'base64').toString()
  const colon = decoded.indexOf(':')
  if (colon < 1) throw refuse('authentication', 'Basic credentials must be base64(account_id:PAT)')
  return { kind: 'pat', accountId: decoded.slice(0, colon), token: decoded.slice(colon + 1) }
}

const matches = (credential: AgentCredential, { kind, accountId, token }: Presented): boolean =>
  credential.kind === kind &&
  credential.token === token &&
  (accountId === undefined || credential.accountId === accountId)

const ownerOf = (organization: Organization, credential: AgentCredential): Agent => {
  const agent = [...organization.agents.values()].find((candidate) => candidate.accountId === credential.accountId)
  if (!agent) throw refuse('authentication', 'The account of this token is not an agent of the organization')
  return agent
}

export const authenticateAgent = (world: World, c: Context): Caller => {
  const sent = presented(c)
  for (const organization of world.state.organizations.values()) {
    const credential = organization.credentials.find((candidate) => matches(candidate, sent))
    if (!credential) continue
    checkRegion(world, organization, c)
    return { organization, credential, agent: ownerOf(organization, credential) }
  }
  throw refuse('authentication', 'Invalid access token')
}

/** A PAT is not tied to an app, so what it causes comes from another client. */
export const agentSource = ({ credential }: Caller): Source =>
  credential.clientId === undefined ? {} : { clientId: credential.clientId }

export const agentWriter = ({ organization, credential }: Caller): PropertyWriter => ({
  organization,
  side: 'agent',
  ...(credential.clientId === undefined ? {} : { clientId: credential.clientId }),
})

export const agentScene = ({ world, organization }: AgentCall, chat: Chat): Scene => ({ world, organization, chat })

/** The chat that a field names, if the caller's scopes reach it. */
export const reachableChat = (call: AgentCall, field: string, mode: 'ro' | 'rw'): Chat => {
  const chat = chatOf(call.organization, call.fields.required(field, filledText))
  requireChatAccess(call, mode, chat)
  return chat
}

export const reachableThread = (call: AgentCall, chat: Chat): Thread =>
  threadOf(chat, call.fields.required('thread_id', filledText))

/** The error type is not documented for this case [?]. */
export const requirePresence = ({ agent }: Caller, chat: Chat): void => {
  if (userIn(chat, agent.email)?.present === true) return
  throw refuse('validation', 'Requester is not user of the chat')
}
