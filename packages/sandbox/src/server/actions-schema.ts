import type { Action } from '@hitl/sandbox-page/protocol'
import { z } from 'zod'

/** Longer than any message of a person, shorter than the platform's 128 KiB. */
const LONGEST_TEXT = 50_000
const LONGEST_NAME = 200
const MOST_ITEMS = 50
const YEAR_MS = 366 * 24 * 60 * 60 * 1000

const text = z
  .string()
  .min(1, 'There is no text.')
  .max(LONGEST_TEXT, `The text is longer than ${LONGEST_TEXT.toLocaleString('en')} characters.`)
const name = z
  .string()
  .trim()
  .min(1, 'There is no name.')
  .max(LONGEST_NAME, `The name is longer than ${LONGEST_NAME} characters.`)
const id = z.string().min(1).max(LONGEST_NAME)
const url = z.url({ protocol: /^https?$/ }).max(2_000)
const title = z.string().max(LONGEST_NAME).exactOptional()
const values = z.record(z.string(), z.unknown())

const flat = [
  z.object({ type: z.literal('text'), text }),
  z.object({ type: z.literal('image'), imageUrl: url, title }),
  z.object({ type: z.literal('audio'), audioUrl: url, title }),
  z.object({ type: z.literal('video'), videoUrl: url, title }),
  z.object({ type: z.literal('file'), fileUrl: url, title }),
  z.object({
    type: z.literal('location'),
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
    address: title,
    title,
  }),
] as const

const message = z.discriminatedUnion('type', [
  ...flat,
  z.object({ type: z.literal('bloc'), items: z.array(z.discriminatedUnion('type', flat)).min(1).max(MOST_ITEMS) }),
])

const agentAction = { chat: id, agent: id }

const action = z.discriminatedUnion('type', [
  z.object({ type: z.literal('addUser'), name, email: z.email('This is no e-mail address.').exactOptional() }),
  z.object({ type: z.literal('userSays'), user: id, message }),
  z.object({
    type: z.literal('userAsksForHuman'),
    user: id,
    title,
    description: z.string().max(LONGEST_TEXT).exactOptional(),
    options: values.exactOptional(),
  }),
  z.object({ type: z.literal('agentTakes'), ...agentAction }),
  z.object({ type: z.literal('agentWrites'), ...agentAction, text }),
  z.object({ type: z.literal('agentNotes'), ...agentAction, text }),
  z.object({ type: z.literal('agentSendsFile'), ...agentAction, upload: id }),
  z.object({ type: z.literal('agentTransfers'), ...agentAction, to: id }),
  z.object({ type: z.literal('agentCloses'), ...agentAction }),
  z.object({ type: z.literal('chatIsMissed'), chat: id }),
  z.object({ type: z.literal('saveSettings'), values }),
  z.object({ type: z.literal('useOwnSettings') }),
  z.object({ type: z.literal('setAssignmentTimeout'), seconds: z.int().min(0).max(86_400) }),
  z.object({ type: z.literal('setFault'), name: id, on: z.boolean() }),
  z.object({ type: z.literal('setFaultScope'), scope: z.enum(['first', 'every']) }),
  z.object({ type: z.literal('releaseWebhooks') }),
  z.object({ type: z.literal('killInstance') }),
  z.object({ type: z.literal('moveClock'), ms: z.int().min(1).max(YEAR_MS) }),
  z.object({ type: z.literal('startOver') }),
])

/** @returns the action, or one sentence about what is wrong with it */
export function readAction(body: unknown): { action: Action } | { problem: string } {
  const result = action.safeParse(body)
  if (result.success) return { action: result.data }
  const [issue] = result.error.issues
  // What a person can get wrong has a sentence of its own; the rest is a mistake of a program.
  if (issue?.message.endsWith('.')) return { problem: issue.message }
  return {
    problem: `The request is not understood: ${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'invalid'}`,
  }
}
