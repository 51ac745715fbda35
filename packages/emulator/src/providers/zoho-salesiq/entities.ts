import type { DataCenter } from './data-centers'

export type ConversationState = 'waiting' | 'connected' | 'missed' | 'end'
export type EndedBy = 'agent' | 'visitor' | 'system' | 'scheduler'
export type TokenKind = 'org' | 'user'

export type Operator = { id: string; name: string; email: string; departmentIds: string[] }

export type Department = { id: string; name: string; displayName: string; isEnabled: boolean; isPublic: boolean }

export type Brand = { id: string; name: string; departmentIds: string[]; jwtSecret: string; widgetCode: string }

export type Client = { id: string; secret: string; redirectUris: string[] }

export type Account = {
  orgId: string
  screenName: string
  dataCenter: DataCenter
  client: Client
  brands: Map<string, Brand>
  departments: Map<string, Department>
  operators: Map<string, Operator>
}

export type RefreshToken = {
  value: string
  kind: TokenKind
  scopes: string[]
  /** When access tokens were issued from it, epoch ms. */
  issuedAt: number[]
}

export type AccessToken = { value: string; refreshToken: string; kind: TokenKind; scopes: string[]; expiresAt: number }

export type GrantCode = { value: string; kind: TokenKind; scopes: string[]; redirectUri: string; expiresAt: number }

export type NewFile = { name: string; contentType: string; bytes: Uint8Array<ArrayBuffer> }

export type StoredFile = NewFile & { id: string; url: string }

export type Message = {
  /** The webhooks' `msgid`: epoch ms as text, later than the message before. */
  id: string
  at: number
  by: 'visitor' | 'operator' | 'system'
  operatorId?: string
  text?: string
  file?: StoredFile
}

export type PastMessage = { sender_type: 'visitor' | 'bot'; sender_name: string; time: number; text: string }

export type Visitor = {
  /** SalesIQ's id of the visitor's record. */
  id: string
  userId: string
  name?: string
  email?: string
  phone?: string
  countryCode?: string
}

export type Transfer = { toOperatorId?: string; toDepartmentId: string; fromOperatorId?: string; note?: string }

export type Conversation = {
  id: string
  hexId: string
  chatId: string
  wmsChatId: string
  referenceId: string
  appId: string
  departmentId: string
  state: ConversationState
  visitor: Visitor
  question: string
  pastMessages: PastMessage[]
  customerInfo: Record<string, string>
  waitTime?: number
  /** Who answers now. */
  operatorId?: string
  /** Everybody who ever answered. */
  operatorIds: string[]
  transfer?: Transfer
  messages: Message[]
  notes: { at: number; operatorId: string; text: string }[]
  openedAt: number
  changedAt: number
  attendedAt?: number
  missedAt?: number
  endedAt?: number
  endedBy?: EndedBy
}

export type WebhookKey = { id: string; publicPem: string; privatePem: string; createdAt: number }

export type Webhook = {
  id: string
  type: 'data' | 'administration'
  url: string
  events: string[]
  /** Empty means every brand [I]. */
  appIds: string[]
  secured: boolean
  expiryMs: string
  /** At most two, the oldest first, which signs. */
  keys: WebhookKey[]
  failuresCount: number
  createdAt: number
  changedAt: number
}
