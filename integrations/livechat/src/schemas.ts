import * as z from 'zod/mini'

/*
 * Exactly the vendor fields we read; unknown fields pass, and what is not needed may be null.
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
  users: z.array(
    z.object({
      id: z.string(),
      present: z.nullish(z.boolean()),
      name: z.nullish(z.string()),
      avatar: z.nullish(z.string()),
    })
  ),
})

export const chatList = z.object({ chats_summary: z.array(z.object({ id: z.string() })) })
export const groupStatuses = z.object({ groups_status: z.looseObject({}) })
export const agentProfile = z.object({ name: z.nullish(z.string()), avatar: z.nullish(z.string()) })

export const webhookList = z.array(
  z.object({ id: z.string(), url: z.string(), action: z.string(), description: z.optional(z.string()) })
)
export const licenseWebhooks = z.object({ license_webhooks_enabled: z.boolean() })

export const envelope = z.object({
  secret_key: z.nullish(z.unknown()),
  action: z.string(),
  organization_id: z.nullish(z.string()),
  payload: z.unknown(),
})

const button = z.object({
  text: z.nullish(z.string()),
  type: z.nullish(z.string()),
  value: z.nullish(z.string()),
})
const element = z.object({
  title: z.nullish(z.string()),
  subtitle: z.nullish(z.string()),
  image: z.nullish(z.object({ url: z.nullish(z.string()), name: z.nullish(z.string()) })),
  buttons: z.nullish(z.array(button)),
})
export type RichElement = z.infer<typeof element>

export const incomingEvent = z.object({
  chat_id: z.string(),
  thread_id: z.string(),
  event: z.object({
    id: z.string(),
    type: z.string(),
    author_id: z.nullish(z.string()),
    created_at: z.nullish(z.string()),
    visibility: z.nullish(z.string()),
    text: z.nullish(z.string()),
    url: z.nullish(z.string()),
    name: z.nullish(z.string()),
    content_type: z.nullish(z.string()),
    elements: z.nullish(z.array(element)),
  }),
})
export type LiveChatEvent = z.infer<typeof incomingEvent>['event']

export const chatDeactivated = z.object({
  chat_id: z.string(),
  thread_id: z.string(),
  user_id: z.nullish(z.string()),
})

export const chatTransferred = z.object({
  chat_id: z.string(),
  thread_id: z.nullish(z.string()),
  reason: z.nullish(z.string()),
  transferred_to: z.nullish(z.object({ agent_ids: z.nullish(z.array(z.string())) })),
})

export const userAdded = z.object({
  chat_id: z.string(),
  thread_id: z.nullish(z.string()),
  user: z.object({
    id: z.string(),
    type: z.string(),
    name: z.nullish(z.string()),
    avatar: z.nullish(z.string()),
    visibility: z.nullish(z.string()),
  }),
})
