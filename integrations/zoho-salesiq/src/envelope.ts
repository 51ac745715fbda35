import { WebhookPayloadError, type WebhookRequest } from '@hitl/core'
import type * as z from 'zod/mini'
import { asNumber, envelope, webhookReference } from './schemas'

const provider = 'Zoho SalesIQ'

export type Envelope = {
  event: string
  /** The numeric conversation id. */
  threadKey: string
  entity: unknown
  /** Epoch ms. */
  at?: number
  isLastAttempt: boolean
  appId: unknown
  webhookId: unknown
}

/** SalesIQ delivers again so often. Source: failure-list-webhook-v2.html. */
const RETRIES = 3

/** @throws WebhookPayloadError */
export function readEnvelope({ rawBody }: WebhookRequest): Envelope {
  let body: unknown
  try {
    body = JSON.parse(rawBody)
  } catch {
    throw new WebhookPayloadError('The webhook body is not JSON.', { provider })
  }
  const {
    event,
    entity_id: id,
    entity,
    event_time: time,
    attempt,
    app_id: appId,
    webhook,
  } = parse(envelope, body, 'webhook')
  const at = asNumber(time)
  const { data: reference } = webhookReference.safeParse(webhook)
  return {
    event,
    threadKey: readId(id, rawBody),
    entity,
    ...(at === undefined ? {} : { at }),
    isLastAttempt: (asNumber(attempt) ?? 1) > RETRIES,
    appId,
    webhookId: reference?.id,
  }
}

/** Ids have more digits than a JavaScript number: one that comes as a number is read from the text. */
function readId(id: unknown, rawBody: string): string {
  const text = typeof id === 'number' ? ownDigits(rawBody) : id
  if (typeof text === 'string' && /^\w{1,100}$/.test(text)) return text
  throw new WebhookPayloadError('The webhook cannot be read: entity_id is not as documented.', { provider })
}

const TOKENS = /("(?:[^"\\]|\\.)*")\s*:\s*(\d+(?![\d.eE]))?|"(?:[^"\\]|\\.)*"|[{}[\]]/g

/** The digits of the envelope's own `entity_id`; of several the last, as JSON has it. */
function ownDigits(rawBody: string): string | undefined {
  let depth = 0
  let digits: string | undefined
  for (const [token, name, number] of rawBody.matchAll(TOKENS)) {
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    else if (depth === 1 && name === '"entity_id"') digits = number
  }
  return digits
}

export function parse<T>(schema: z.ZodMiniType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const field = parsed.error.issues[0]?.path.join('.') ?? ''
  throw new WebhookPayloadError(`The ${what} payload cannot be read: ${field || 'the body'} is not as documented.`, {
    provider,
  })
}

/** Whether an id that may have come as a number, and then lost its last digits, is this one. */
export const isSameId = (given: unknown, id: string) =>
  typeof given === 'number' ? given === Number(id) : given === id
