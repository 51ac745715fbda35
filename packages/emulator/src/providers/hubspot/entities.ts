/** `A-` and `V-` are documented for people, `I-` for apps, `L-` for the Breeze customer agent, `S-hubspot` for HubSpot. */
export type ActorId = string

export type User = { id: number; name: string; email: string; avatar?: string }

export type InboxType = 'INBOX' | 'HELP_DESK'

export type Inbox = { id: string; name: string; type: InboxType; createdAt: number }

export type Contact = {
  id: string
  properties: Record<string, string>
  createdAt: number
  updatedAt: number
  /** From when on a search finds it. */
  searchableAt: number
}

export type DeveloperApp = {
  id: string
  /** The developer API key: `hapikey` in queries. */
  developerKey: string
  clientId: string
  clientSecret: string
  redirectUris: string[]
}

/** One consent. Refresh and access tokens come and go below it. */
export type Grant = { id: number; scopes: readonly string[]; userId: number }

export type AccessToken = { value: string; grant: Grant; expiresAt: number }

export type GrantCode = { value: string; scopes: readonly string[]; userId: number; redirectUri: string }

export const identifierTypes = [
  'CHANNEL_SPECIFIC_OPAQUE_ID',
  'HS_EMAIL_ADDRESS',
  'HS_PHONE_NUMBER',
  'HS_SHORT_CODE',
] as const

export type IdentifierType = (typeof identifierTypes)[number]

export type DeliveryIdentifier = { type: IdentifierType; value: string }

export type Capabilities = {
  deliveryIdentifierTypes?: IdentifierType[]
  threadingModel?: 'INTEGRATION_THREAD_ID' | 'DELIVERY_IDENTIFIER'
  richText?: string[]
  allowInlineImages?: boolean
  allowOutgoingMessages?: boolean
  allowConversationStart?: boolean
  allowMultipleRecipients?: boolean
  outgoingAttachmentTypes?: string[]
  allowedFileAttachmentMimeTypes?: string[]
  maxFileAttachmentCount?: number
  maxFileAttachmentSizeBytes?: number
  maxTotalFileAttachmentSizeBytes?: number
}

/** What a caller can say about a channel. */
export type ChannelFields = {
  name: string
  capabilities: Capabilities
  webhookUrl?: string
  channelDescription?: string
  channelLogoUrl?: string
  channelAccountConnectionRedirectUrl?: string
}

export type Channel = ChannelFields & {
  id: string
  createdAt: number
  /** From when on lists and channel accounts know it. */
  propagatedAt: number
  archived: boolean
}

export type ChannelAccount = {
  id: string
  channelId: string
  inboxId: string
  name: string
  authorized: boolean
  createdAt: number
  deliveryIdentifier?: DeliveryIdentifier
}

export type NewFile = { name: string; contentType: string; bytes: Uint8Array<ArrayBuffer> }

export type StoredFile = NewFile & { id: string; access: string; path: string; createdAt: number }

export type WebhookSettings = {
  targetUrl: string
  throttling: { maxConcurrentRequests: number; period?: string }
  createdAt: number
  updatedAt: number
}

export type Subscription = {
  id: number
  eventType: string
  propertyName?: string
  active: boolean
  createdAt: number
  updatedAt: number
}
