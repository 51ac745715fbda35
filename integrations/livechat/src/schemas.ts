import * as z from 'zod/mini'

/*
 * Exactly the vendor fields we read; unknown fields pass, and what is not needed may be null.
 * Sources: platform.text.com/docs, Customer Chat API, Agent Chat API, Configuration API and Webhooks, version 3.6.
 */

/** For what no decision rests on: anything goes, `null` too, and it is read as text where it is one. */
const undecisive = z.optional(z.unknown())

export const asText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

export const apiError = z.object({
  error: z.object({
    type: z.string(),
    data: undecisive,
  }),
})

export const regionHint = z.object({ region: z.string() })

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
    events: z.optional(z.array(z.looseObject({ custom_id: undecisive }))),
  }),
})

export const chatMembers = z.object({
  users: z.array(
    z.object({
      id: z.string(),
      present: undecisive,
      name: undecisive,
      avatar: undecisive,
    })
  ),
})

export const chatList = z.object({ chats_summary: z.array(z.object({ id: z.string() })) })
export const groupStatuses = z.object({ groups_status: z.looseObject({}) })
export type GroupStatuses = z.infer<typeof groupStatuses>
export const agentProfile = z.object({ name: undecisive, avatar: undecisive })

export const webhookList = z.array(
  z.object({ id: z.string(), url: z.string(), action: z.string(), description: undecisive })
)
export const licenseWebhooks = z.object({ license_webhooks_enabled: z.boolean() })

export const envelope = z.object({
  secret_key: undecisive,
  action: z.string(),
  organization_id: z.optional(z.string()),
  payload: z.unknown(),
})

export const fileAddress = z.object({ url: z.string(), name: undecisive })
export const richButtons = z.array(z.object({ text: undecisive, type: undecisive, value: undecisive }))
export const richElements = z.array(
  z.object({ title: undecisive, subtitle: undecisive, image: undecisive, buttons: undecisive })
)
export type RichElement = z.infer<typeof richElements>[number]

export const incomingEvent = z.object({
  chat_id: z.string(),
  thread_id: z.string(),
  event: z.object({
    id: z.string(),
    type: z.string(),
    author_id: undecisive,
    created_at: undecisive,
    visibility: undecisive,
    text: undecisive,
    url: undecisive,
    name: undecisive,
    content_type: undecisive,
    elements: undecisive,
  }),
})
export type LiveChatEvent = z.infer<typeof incomingEvent>['event']

export const chatDeactivated = z.object({
  chat_id: z.string(),
  thread_id: z.string(),
  user_id: undecisive,
})

export const chatTransferred = z.object({
  chat_id: z.string(),
  thread_id: undecisive,
  reason: undecisive,
  transferred_to: undecisive,
})

/** Missing while the chat waits in a queue. */
export const transferTarget = z.object({ agent_ids: z.array(z.string()) })

export const userAdded = z.object({
  chat_id: z.string(),
  thread_id: undecisive,
  user: z.object({
    id: z.string(),
    type: z.string(),
    name: undecisive,
    avatar: undecisive,
    visibility: undecisive,
  }),
})
