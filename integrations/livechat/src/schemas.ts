import * as z from 'zod/mini'

/*
 * Exactly the vendor fields we read; unknown fields pass.
 * Sources: platform.text.com/docs, Customer Chat API, Agent Chat API, Configuration API and Webhooks, version 3.6.
 */

export const apiError = z.object({
  error: z.object({
    type: z.string(),
    message: z.optional(z.string()),
    data: z.optional(z.looseObject({ region: z.optional(z.string()) })),
  }),
})

export const accountsError = z.object({
  oauth_exception: z.string(),
  exception_description: z.optional(z.string()),
})

export const customerToken = z.object({
  access_token: z.string(),
  entity_id: z.string(),
  expires_in: z.number(),
})

export const startedChat = z.object({ chat_id: z.string(), thread_id: z.string() })
export const resumedChat = z.object({ thread_id: z.string() })
export const sentEvent = z.object({ event_id: z.string() })
export const uploadedFile = z.object({ url: z.string() })

export const chat = z.object({
  thread: z.object({
    id: z.string(),
    active: z.boolean(),
    events: z.optional(z.array(z.looseObject({ custom_id: z.optional(z.string()) }))),
  }),
})

export const chatMembers = z.object({
  users: z.array(z.object({ id: z.string(), present: z.optional(z.boolean()) })),
})

export const chatList = z.object({ chats_summary: z.array(z.object({ id: z.string() })) })
export const groupStatuses = z.object({ groups_status: z.looseObject({}) })
export const agentProfile = z.object({ name: z.optional(z.string()), avatar: z.optional(z.string()) })

export const webhookList = z.array(
  z.object({ id: z.string(), url: z.string(), action: z.string(), description: z.optional(z.string()) })
)
export const licenseWebhooks = z.object({ license_webhooks_enabled: z.boolean() })

export const envelope = z.object({
  secret_key: z.optional(z.unknown()),
  action: z.string(),
  organization_id: z.optional(z.string()),
  payload: z.unknown(),
})

const button = z.object({
  text: z.optional(z.string()),
  type: z.optional(z.string()),
  value: z.optional(z.string()),
})
const element = z.object({
  title: z.optional(z.string()),
  subtitle: z.optional(z.string()),
  image: z.optional(z.object({ url: z.optional(z.string()), name: z.optional(z.string()) })),
  buttons: z.optional(z.array(button)),
})
export type RichElement = z.infer<typeof element>

export const incomingEvent = z.object({
  chat_id: z.string(),
  thread_id: z.string(),
  event: z.object({
    id: z.string(),
    type: z.string(),
    author_id: z.optional(z.string()),
    created_at: z.optional(z.string()),
    visibility: z.optional(z.string()),
    text: z.optional(z.string()),
    url: z.optional(z.string()),
    name: z.optional(z.string()),
    content_type: z.optional(z.string()),
    elements: z.optional(z.array(element)),
  }),
})
export type LiveChatEvent = z.infer<typeof incomingEvent>['event']

export const chatDeactivated = z.object({
  chat_id: z.string(),
  thread_id: z.string(),
  user_id: z.optional(z.string()),
})

export const chatTransferred = z.object({
  chat_id: z.string(),
  thread_id: z.optional(z.string()),
  reason: z.optional(z.string()),
  transferred_to: z.optional(z.object({ agent_ids: z.optional(z.array(z.string())) })),
})

export const userAdded = z.object({
  chat_id: z.string(),
  thread_id: z.optional(z.string()),
  user: z.object({
    id: z.string(),
    type: z.string(),
    name: z.optional(z.string()),
    avatar: z.optional(z.string()),
    visibility: z.optional(z.string()),
  }),
})
