import { type AgentMessage, HitlError, type Part } from '@hitl/core'
import { findAttachment, toPart } from './attachment'
import type { SalesIqClient } from './client'
import { asNumber, asText, messageText, sender, transcript, type TranscriptItem } from './schemas'
import type { ZohoSalesIqThread } from './thread'

/** Most that one page holds. Source: get-chat-transcripts-conversation-v2.html. */
const PAGE = '99'

export async function readTranscript(
  client: SalesIqClient,
  { id }: ZohoSalesIqThread,
  since: number,
  more: { timeoutMs?: number } = {}
): Promise<readonly TranscriptItem[]> {
  const query = { from_time: String(since), limit: PAGE }
  const call = { method: 'GET' as const, path: `conversations/${id}/messages`, query, repeatable: true, ...more }
  return client.ask('rest', call, transcript)
}

const idOf = (item: TranscriptItem) => asText(item.id) ?? asNumber(item.id)

export const textOf = ({ message }: TranscriptItem): string | undefined => {
  const parsed = messageText.safeParse(message)
  return parsed.success ? asText(parsed.data.text) : undefined
}

/** Visitors have ids that begin with `$`. */
export function isFromVisitor(item: TranscriptItem): boolean {
  const parsed = sender.safeParse(item.sender)
  return parsed.success && (asText(parsed.data.id)?.startsWith('$') ?? false)
}

const toText = (text: string): Part => ({ kind: 'text', text })

const AROUND_MS = 60_000
/** SalesIQ waits 5 s for the answer to its webhook; Botpress needs some of them. */
const LOOK_MS = 2_500

/**
 * What the transcript says about a message of which the webhook did not say all. The last of its parts is the line that
 * says so; it stays when the transcript knows nothing better. While SalesIQ would deliver again, trouble is thrown.
 */
export async function completeMessage(
  client: SalesIqClient,
  thread: ZohoSalesIqThread,
  { messageId, parts, at = Date.now(), isLastAttempt }: AgentMessage
): Promise<readonly Part[]> {
  const look = { timeoutMs: LOOK_MS }
  const items = await readTranscript(client, thread, at - AROUND_MS, look).catch((error: unknown) => {
    if (error instanceof HitlError && error.retryable && !isLastAttempt) throw error
    return []
  })
  const ofAgents = items.filter((one) => !isFromVisitor(one))
  const item =
    ofAgents.find((one) => String(idOf(one)) === messageId) ?? ofAgents.find(({ time }) => String(time) === messageId)
  const file = item && findAttachment(item)
  const text = item && textOf(item)
  const words = parts.slice(0, -1)
  if (file?.url) return [...(words.length === 0 && text ? [toText(text)] : words), toPart(file)]
  return words.length === 0 && text && !file ? [toText(text)] : parts
}
