export type GroupStatus = 'online' | 'offline' | 'online_for_queue'
export type RoutingStatus = 'accepting_chats' | 'not_accepting_chats' | 'offline'
export type Visibility = 'all' | 'agents'
export type Role = 'owner' | 'viceowner' | 'administrator' | 'normal'
export type Properties = Record<string, Record<string, unknown>>
export type SessionFields = Record<string, string>[]

export type App = { clientId: string; redirectUris: string[]; licenseWebhooksEnabled: boolean }

export type Group = { id: number; name: string; status: GroupStatus }

export type Agent = {
  email: string
  accountId: string
  name: string
  avatar: string
  jobTitle?: string
  role: Role
  groupIds: number[]
  status: RoutingStatus
  maxChats: number
}

export type Bot = { id: string; name: string; avatar: string; groupIds: number[]; ownerClientId?: string }

/** What may call the Agent Chat and Configuration APIs. A PAT is sent as Basic, an OAuth token as Bearer. */
export type AgentCredential = {
  kind: 'pat' | 'oauth'
  token: string
  accountId: string
  scopes: string[]
  clientId?: string
}

export type Customer = {
  id: string
  name?: string
  email?: string
  avatar?: string
  phoneNumber?: string
  address?: Record<string, unknown>
  omnichannel?: Record<string, unknown>
  sessionFields: SessionFields
  banned: boolean
  createdAt: string
  /** Every `__lc_cst` given out and when it stops working, epoch ms. */
  secrets: Map<string, number>
}

export type CustomerToken = {
  value: string
  customerId: string
  clientId: string
  organizationId: string
  /** Epoch ms. */
  expiresAt: number
}

export type EventType = 'message' | 'file' | 'filled_form' | 'rich_message' | 'custom' | 'system_message' | 'form'
export type AuthorKind = 'customer' | 'agent' | 'bot'

/** An event before the server gave it an id and a time. */
export type EventDraft = {
  type: EventType
  visibility: Visibility
  customId?: string
  properties?: Properties
  /** The fields that belong to the type, in LiveChat's own words. */
  content: Record<string, unknown>
}

export type ChatEvent = EventDraft & {
  id: string
  createdAt: string
  author?: { id: string; kind: AuthorKind }
}

export type Queue = { position: number; wait_time: number; queued_at: string }

export type Thread = {
  id: string
  active: boolean
  userIds: string[]
  events: ChatEvent[]
  /** How many events it ever had, for the next event id. */
  eventCount: number
  properties: Properties
  access: { group_ids: number[] }
  createdAt: string
  tags: string[]
  queue?: Queue
  previousThreadId?: string
  nextThreadId?: string
}

export type ChatUser = {
  id: string
  kind: AuthorKind
  present: boolean
  visibility: Visibility
  eventsSeenUpTo: string
}

export type Chat = {
  id: string
  customerId: string
  /** Client id of the token that started it; absent for chats no app started. */
  sourceClientId?: string
  properties: Properties
  access: { group_ids: number[] }
  users: ChatUser[]
  threads: Thread[]
  continuous: boolean
}

export type WebhookFilters = {
  author_type?: 'customer' | 'agent'
  only_my_chats?: boolean
  source_type?: ('my_client' | 'other_clients' | 'system')[]
  chat_presence?: { user_ids?: { values?: string[]; exclude_values?: string[] }; my_bots?: boolean }
}

export type Webhook = {
  id: string
  action: string
  url: string
  secretKey: string
  ownerClientId: string
  type: 'license' | 'bot'
  description?: string
  additionalData: ('chat_properties' | 'chat_presence_user_ids')[]
  filters: WebhookFilters
  /** Epoch ms; LiveChat takes up to two minutes to apply a configuration change. */
  effectiveAt: number
}

export type PropertyType = 'string' | 'int' | 'bool' | 'tokenized_string'
export type PropertyLevel = 'chat' | 'thread' | 'event'
export type PropertyAccess = { agent: ('read' | 'write')[]; customer: ('read' | 'write')[] }

export type RegisteredProperty = {
  name: string
  ownerClientId: string
  type: PropertyType
  access: Partial<Record<PropertyLevel, PropertyAccess>>
}

export type UploadedFile = {
  url: string
  name: string
  contentType: string
  bytes: Uint8Array<ArrayBuffer>
  /** Epoch ms; absent once the file was used in an event. */
  expiresAt?: number
}

export type Organization = {
  id: string
  region: string
  apps: Map<string, App>
  credentials: AgentCredential[]
  groups: Map<number, Group>
  agents: Map<string, Agent>
  bots: Map<string, Bot>
  customers: Map<string, Customer>
  chats: Map<string, Chat>
  webhooks: Map<string, Webhook>
  properties: RegisteredProperty[]
  tags: Set<string>
}
