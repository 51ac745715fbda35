import {
  BoundedCache,
  fileName,
  type HttpClient,
  type HttpFile,
  isDoubtful,
  mediaAsText,
  MediaError,
  type MediaPart,
  type OutgoingMessage,
  ThreadClosedError,
} from '@hitl/core'
import { findAttachment } from './attachment'
import { isAboutAccess, isRefusal, type SalesIqClient } from './client'
import { isOver } from './close-thread'
import { limits } from './limits'
import type { ZohoSalesIqThread } from './thread'
import { isFromVisitor, readTranscript, textOf } from './transcript'
import { asNumber, type TranscriptItem } from './schemas'

const DOWNLOAD_MS = 15_000
const UPLOAD_MS = 30_000

type Tools = {
  client: SalesIqClient
  http: HttpClient
  /** Tells installations apart that share a process. */
  webhookUrl: string
}
/** One message as SalesIQ takes it. */
type Content = { json: { text: string } } | { file: HttpFile }

/** What this instance has sent lately, by conversation: the transcript shows that as well. */
const recent = new BoundedCache<readonly { content: Content; at: number }[]>({ maxEntries: 500 })

/** Parts go out one after the other: SalesIQ shows them in the order of arrival. */
export async function sendMessage(tools: Tools, thread: ZohoSalesIqThread, message: OutgoingMessage): Promise<void> {
  const sendOne = (content: Content) => send(tools, thread, content)
  for (const part of message.parts) {
    if (part.kind === 'text') await sendOne({ json: { text: part.text } })
    else await sendMedia(tools, sendOne, part)
  }
}

/** A file that cannot be fetched, or that SalesIQ does not take, goes out as its link. */
async function sendMedia(tools: Tools, sendOne: (content: Content) => Promise<void>, part: MediaPart): Promise<void> {
  try {
    const { bytes, contentType } = await tools.http.download(part.url, {
      maxBytes: limits.uploadBytes,
      timeoutMs: DOWNLOAD_MS,
    })
    await sendOne({ file: { field: 'file', name: fileName(part, contentType), contentType, bytes } })
  } catch (error) {
    const isAboutTheFile = error instanceof MediaError || (isRefusal(error) && !isAboutAccess(error))
    if (!isAboutTheFile) throw error
    await sendOne({ json: { text: mediaAsText(part).text } })
  }
}

/**
 * Sends exactly once. The answer is empty and SalesIQ takes no key of ours, so after a call whose outcome is in doubt
 * the transcript is read; only a message that is not there is sent again.
 */
async function send(tools: Tools, thread: ZohoSalesIqThread, content: Content): Promise<void> {
  const { client, webhookUrl } = tools
  const call = {
    method: 'POST' as const,
    path: `conversations/${thread.id}/messages`,
    ...content,
    repeatable: false,
    ...('file' in content ? { timeoutMs: UPLOAD_MS } : {}),
  }
  const key = `${webhookUrl}/${thread.id}`
  const since = Date.now() - CLOCKS_MS
  const before = (recent.get(key) ?? []).filter(({ at }) => at >= since - CLOCKS_MS)
  const sent = () =>
    recent.set(key, [...before, { content: withoutBytes(content), at: Date.now() }].slice(-MOST_RECENT))
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.tell('visitor', call)
      return sent()
    } catch (error) {
      if (isRefusal(error)) throw (await hasEnded(client, thread, error)) ? chatClosed() : error
      if (!isDoubtful(error)) throw error
      const found = await countOf(client, thread, content, since)
      // The same may have been said a moment earlier.
      if (found !== undefined && found > before.filter((one) => isSame(one.content, content)).length) return sent()
      if (found === undefined || attempt === MOST_ATTEMPTS) throw error
    }
  }
}

const withoutBytes = (content: Content): Content =>
  'file' in content ? { file: { ...content.file, bytes: new Uint8Array() } } : content

const MOST_ATTEMPTS = 2
/** Nobody writes more in so short a time. */
const MOST_RECENT = 20

/** SalesIQ's code for a closed conversation is not documented: after a refusal it is asked for the state. */
async function hasEnded(client: SalesIqClient, thread: ZohoSalesIqThread, error: unknown): Promise<boolean> {
  if (isRefusal(error) && isAboutAccess(error)) return false
  return isOver(client, thread).catch(() => false)
}

const chatClosed = () =>
  new ThreadClosedError('The Zoho SalesIQ chat is closed. Start a new session to reach an agent.', {
    provider: 'Zoho SalesIQ',
  })

const CLOCKS_MS = 5_000

const isSame = (one: Content, other: Content) =>
  'json' in one
    ? 'json' in other && one.json.text === other.json.text
    : 'file' in other && one.file.name === other.file.name

/** How often the visitor has said it since then; undefined when the transcript cannot be read. */
async function countOf(
  client: SalesIqClient,
  thread: ZohoSalesIqThread,
  content: Content,
  since: number
): Promise<number | undefined> {
  const items = await readTranscript(client, thread, since).catch(() => undefined)
  return items?.filter((item) => isFromVisitor(item) && (asNumber(item.time) ?? since) >= since && isIn(item, content))
    .length
}

function isIn(item: TranscriptItem, content: Content): boolean {
  if ('file' in content) {
    const isNamed = JSON.stringify(item).includes(JSON.stringify(content.file.name).slice(1, -1))
    // A text may speak of the file; the file itself comes as an attachment, or at least without words.
    return isNamed && (findAttachment(item) !== undefined || !textOf(item))
  }
  const [shown, text] = [(textOf(item) ?? '').trim(), content.json.text.trim()]
  return shown === text || unescaped(shown) === text
}

const ENTITIES: readonly (readonly [string, string])[] = [
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
  ['&amp;', '&'],
]

/** Transcripts may hold texts escaped for HTML. */
const unescaped = (text: string) =>
  ENTITIES.reduce((current, [entity, plain]) => current.replaceAll(entity, plain), text)
