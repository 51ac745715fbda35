import * as z from 'zod/mini'

/*
 * Exactly the vendor fields we read; unknown fields pass, and what is not needed may be null.
 * Sources: zoho.com/salesiq/help/developer-section, REST API and webhooks version 2, and live answers of 2026.
 */

/** For what no decision rests on: anything goes, `null` too, and it is read as text where it is one. */
const undecisive = z.optional(z.unknown())

export const asText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** SalesIQ writes times as texts of epoch milliseconds, and ids as texts or, in older answers, numbers. */
export const asNumber = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** Whatever `error` is, it is no success. */
export const apiError = z.object({ error: z.unknown() })
export const errorDetails = z.object({ code: undecisive, message: undecisive, param: undecisive, json_key: undecisive })

/** Older samples have no `conversation_id`. */
export const openedConversation = z.object({ conversation_id: undecisive, id: undecisive })

export const person = z.object({ id: undecisive, name: undecisive, type: undecisive, is_bot: undecisive })
export type Person = z.infer<typeof person>
export const personIn = (value: unknown): Person | undefined => person.safeParse(value).data

export const conversation = z.object({
  attender: undecisive,
  owner: undecisive,
  chat_status: z.object({ state_key: undecisive }),
})

export const conversationList = z.array(
  z.object({ id: undecisive, question: undecisive, visitor: undecisive, start_time: undecisive })
)
export const visitorOfList = z.object({ user_id: undecisive, email: undecisive })

const transcriptItem = z.looseObject({ id: undecisive, time: undecisive, sender: undecisive, message: undecisive })
export const transcript = z.array(transcriptItem)
export type TranscriptItem = z.infer<typeof transcriptItem>

export const sender = z.object({ id: undecisive })
export const messageText = z.object({ text: undecisive })

/** A brand holds secrets: nothing else of it is read. */
export const brand = z.object({ enabled: undecisive, name: undecisive, departments: undecisive })
const departmentNames = z.array(z.looseObject({}))
/** Names by ID, from objects `{"<id>": "<name>"}`. Empty when the brand tells them in another way. */
export const departmentsOfBrand = (value: unknown): Map<string, string> => {
  const parsed = departmentNames.safeParse(value)
  const entries = parsed.success ? parsed.data.flatMap((item) => Object.entries(item)) : []
  return new Map(entries.flatMap(([id, name]) => (/^\d+$/.test(id) ? [[id, String(name)]] : [])))
}

export const departmentList = z.array(z.object({ id: z.string() }))

export const webhook = z.object({
  id: z.string(),
  url: undecisive,
  status: undecisive,
  secured: undecisive,
  events: undecisive,
  app_ids: undecisive,
  public_keys: undecisive,
})
export type Webhook = z.infer<typeof webhook>

/** Others' webhooks may look otherwise than ours: what cannot be read is none of ours. */
const items = z.array(z.unknown())
const readItems = <T>(schema: z.ZodMiniType<T>, value: unknown): T[] => {
  const list = items.safeParse(value)
  return (list.success ? list.data : []).flatMap((item) => {
    const parsed = schema.safeParse(item)
    return parsed.success ? [parsed.data] : []
  })
}
export const webhookList = items
export const webhooksIn = (value: unknown) => readItems(webhook, value)
export const textsIn = (value: unknown) => readItems(z.string(), value)
export const anythingIn = (value: unknown) => readItems(z.unknown(), value)
const publicKey = z.object({ key: z.string() })
export const keysIn = (value: unknown) => readItems(publicKey, value).map(({ key }) => key)
export const webhookKeys = z.object({ public_keys: z.unknown() })

export const envelope = z.object({
  event: z.string(),
  entity_id: z.unknown(),
  entity: undecisive,
  event_time: undecisive,
  attempt: undecisive,
  app_id: undecisive,
  webhook: undecisive,
})

export const webhookReference = z.object({ id: z.unknown() })

export const assignment = z.object({ owner: undecisive })
export const reply = z.object({
  message: z.looseObject({
    msgid: undecisive,
    text: undecisive,
    sender: person,
  }),
})
export const ending = z.object({ ended_by: undecisive })
