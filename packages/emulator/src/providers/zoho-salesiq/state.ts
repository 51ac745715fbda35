import type {
  AccessToken,
  Account,
  Brand,
  Conversation,
  Department,
  GrantCode,
  Operator,
  RefreshToken,
  StoredFile,
  Webhook,
} from './entities'
import { refuse } from './errors'
import { idSequence } from './ids'
import { accountFrom, refreshTokensFrom, type ZohoSeed } from './seed'

/** Everything this SalesIQ remembers. */
export class State {
  readonly account: Account
  readonly refreshTokens: Map<string, RefreshToken>
  readonly accessTokens = new Map<string, AccessToken>()
  readonly grantCodes = new Map<string, GrantCode>()
  readonly conversations = new Map<string, Conversation>()
  /** Visitor record ids by `user_id`: who comes back is the same visitor. */
  readonly visitorIds = new Map<string, string>()
  readonly webhooks = new Map<string, Webhook>()
  readonly files = new Map<string, StoredFile>()
  readonly nextId = idSequence()
  /** Calls of the token endpoint, refused ones too. */
  tokenRequests = 0

  constructor(seed: ZohoSeed) {
    this.account = accountFrom(seed)
    this.refreshTokens = new Map(refreshTokensFrom(seed).map((token) => [token.value, token]))
  }
}

/** By numeric id or, where `hex` says so, by the 64 hex digits. */
export const findConversation = (state: State, id: string, { hex }: { hex: boolean }): Conversation | undefined =>
  state.conversations.get(id) ??
  (hex ? [...state.conversations.values()].find((conversation) => conversation.hexId === id) : undefined)

export const conversationOf = (state: State, id: string, ids: { hex: boolean }): Conversation => {
  const found = findConversation(state, id, ids)
  if (!found) throw refuse('NOT_FOUND', 'Conversation not found')
  return found
}

export const isOpen = ({ state }: Conversation): boolean => state === 'waiting' || state === 'connected'

export const requireOpen = (conversation: Conversation): void => {
  if (!isOpen(conversation)) throw refuse('CLOSED', 'Conversation is already closed')
}

export const brandOf = (state: State, id: string): Brand => {
  const brand = state.account.brands.get(id)
  if (!brand) throw refuse('NOT_FOUND', 'App not found')
  return brand
}

export const departmentOf = (state: State, id: string): Department => {
  const department = state.account.departments.get(id)
  if (!department) throw refuse('NOT_FOUND', 'Department not found')
  return department
}

export const operatorOf = (state: State, id: string): Operator => {
  const operator = state.account.operators.get(id)
  if (!operator) throw refuse('NOT_FOUND', 'Operator not found')
  return operator
}

export const webhookOf = (state: State, id: string): Webhook => {
  const webhook = state.webhooks.get(id)
  if (!webhook) throw refuse('NOT_FOUND', 'Webhook not found')
  return webhook
}
