import {
  type Download,
  type HttpClient,
  type HttpCredential,
  type MediaPart,
  fileName,
  mediaAsText,
  MediaError,
  type OutgoingMessage,
  type Part,
  ProviderHttpError,
} from '@hitl/core'
import type { LiveChatClient } from './client'
import { limits } from './limits'
import { uploadedFile } from './schemas'
import { sendEvent } from './session-calls'
import type { LiveChatThread } from './thread'

const DOWNLOAD_MS = 10_000

/** Parts go out one after the other: LiveChat shows them in the order of arrival. */
export async function sendMessage(
  client: LiveChatClient,
  http: HttpClient,
  credential: HttpCredential,
  thread: LiveChatThread,
  message: OutgoingMessage
): Promise<void> {
  for (const [index, part] of message.parts.entries()) {
    const content = await contentOf(client, http, credential, part)
    await sendEvent(client, credential, thread, { ...content, custom_id: `${message.id}:${index}`, recipients: 'all' })
  }
}

type Content = { type: 'message'; text: string } | { type: 'file'; url: string }

/** A file that cannot be fetched, or that LiveChat does not take, goes out as its link. */
async function contentOf(
  client: LiveChatClient,
  http: HttpClient,
  credential: HttpCredential,
  part: Part
): Promise<Content> {
  if (part.kind === 'text') return { type: 'message', text: part.text }
  try {
    const file = await http.download(part.url, { maxBytes: limits.uploadBytes, timeoutMs: DOWNLOAD_MS })
    return { type: 'file', url: await upload(client, credential, part, file) }
  } catch (error) {
    if (!isAboutTheFile(error)) throw error
    return { type: 'message', text: mediaAsText(part).text }
  }
}

const ABOUT_THE_FILE = new Set(['validation', 'entity_too_large', 'not_allowed'])

const isAboutTheFile = (error: unknown) =>
  error instanceof MediaError ||
  (error instanceof ProviderHttpError && (error.status === 413 || ABOUT_THE_FILE.has(error.type ?? '')))

async function upload(
  client: LiveChatClient,
  credential: HttpCredential,
  part: MediaPart,
  { bytes, contentType }: Download
): Promise<string> {
  const file = { field: 'file', name: fileName(part, contentType), contentType, bytes }
  const { url } = await client.customer(credential, { action: 'upload_file', file, repeatable: true }, uploadedFile)
  return url
}
