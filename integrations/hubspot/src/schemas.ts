import * as z from 'zod/mini'

/*
 * Exactly the vendor fields we read; unknown fields pass, and what is not needed may be null.
 * Sources: HubSpot/HubSpot-public-api-spec-collection (Conversations, Files, Contacts, Webhooks, Oauth) and the guides
 * of developers.hubspot.com.
 */

/** For what no decision rests on: anything goes, `null` too. */
const undecisive = z.optional(z.unknown())

export const asText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** Ids are texts in the Conversations API and numbers in app webhooks. */
export const asId = (value: unknown): string | undefined => {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : asText(value)
  return text && WELL_FORMED.test(text) ? text : undefined
}

/** Half a character can stand in no address. */
const WELL_FORMED = /^\P{Surrogate}*$/u

export const id = z.pipe(
  z.union([z.string().check(z.minLength(1), z.regex(WELL_FORMED)), z.number()]),
  z.transform(String)
)

export const apiError = z.object({
  category: undecisive,
  subCategory: undecisive,
  errorType: undecisive,
  policyName: undecisive,
})

export const introspection = z.object({
  active: undecisive,
  hub_id: undecisive,
  app_id: undecisive,
  scopes: undecisive,
})

export const channel = z.object({
  id,
  name: undecisive,
  webhookUrl: undecisive,
  capabilities: undecisive,
  channelLogoUrl: undecisive,
  channelAccountConnectionRedirectUrl: undecisive,
  archived: undecisive,
})
export type Channel = z.infer<typeof channel>

export const channelAccount = z.object({
  id,
  inboxId: undecisive,
  authorized: undecisive,
  archived: undecisive,
  deliveryIdentifier: undecisive,
})
export type ChannelAccount = z.infer<typeof channelAccount>
export const identifierValue = (value: unknown) => z.object({ value: z.string() }).safeParse(value).data?.value

/** A page of a list. */
export const page = z.object({ results: z.array(z.unknown()), paging: undecisive })
export const nextPage = (paging: unknown) =>
  z.object({ next: z.object({ after: id }) }).safeParse(paging).data?.next.after

export const inbox = z.object({ type: undecisive, archived: undecisive, name: undecisive })
export const namedInbox = z.object({ id, name: undecisive })

export const published = z.object({ conversationsThreadId: id })

export const thread = z.object({ status: undecisive, archived: undecisive })
export const threadItem = z.object({ type: undecisive, text: undecisive, direction: undecisive, createdAt: undecisive })

export const uploaded = z.object({ id })
export const signedUrl = z.object({ url: z.string() })

export const contact = z.object({ id })

export const actor = z.object({ name: undecisive, avatar: undecisive })

export const originalContent = z.object({ text: undecisive, richText: undecisive })

export const webhookSettings = z.object({ targetUrl: undecisive })
export const subscription = z.object({ id, eventType: undecisive, propertyName: undecisive, active: undecisive })
export type Subscription = z.infer<typeof subscription>

/** What both kinds of webhooks are told apart by. */
export const appEvent = z.object({
  subscriptionType: undecisive,
  eventType: undecisive,
  objectId: undecisive,
  portalId: undecisive,
  propertyName: undecisive,
  propertyValue: undecisive,
  occurredAt: undecisive,
})
export type AppEvent = z.infer<typeof appEvent>

export const channelEvent = z.object({
  type: z.string(),
  portalId: undecisive,
  channelIntegrationThreadIds: undecisive,
  message: undecisive,
})
export type ChannelEvent = z.infer<typeof channelEvent>

export const outgoingMessage = z.object({
  id,
  type: undecisive,
  direction: undecisive,
  conversationsThreadId: undecisive,
  createdAt: undecisive,
  createdBy: undecisive,
  text: undecisive,
  richText: undecisive,
  senders: undecisive,
  attachments: undecisive,
  truncationStatus: undecisive,
  status: undecisive,
})
export type OutgoingMessage = z.infer<typeof outgoingMessage>

export const sender = z.object({ actorId: undecisive, name: undecisive })
export const attachment = z.object({
  type: undecisive,
  fileId: undecisive,
  name: undecisive,
  url: undecisive,
  fileUsageType: undecisive,
})
export type Attachment = z.infer<typeof attachment>
export const messageStatus = z.object({ statusType: undecisive })

/** The items of a list that can be read; the others are none of ours. */
export function itemsIn<T>(schema: z.ZodMiniType<T>, value: unknown): T[] {
  return (Array.isArray(value) ? value : []).flatMap((item: unknown) => {
    const parsed = schema.safeParse(item)
    return parsed.success ? [parsed.data] : []
  })
}
