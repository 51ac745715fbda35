import type { MediaKind, Part } from '@hitl/core'
import { asText } from './schemas'

export type Attachment = { name?: string; url?: string; contentType?: string; isFile?: boolean }

const ADDRESSES = ['url', 'download_url', 'file_url', 'link']
const NAMES = ['name', 'file_name', 'fileName', 'fName']
const TYPES = ['content_type', 'contentType', 'content', 'mime_type']
/** Only files have these. */
const FILE_MARKS = ['file_name', 'fileName', 'fName', 'fileId', 'file_id', 'content_type', 'contentType', 'mime_type']
const MARKS = [...ADDRESSES, ...FILE_MARKS]
const DEPTH = 4

/**
 * The file a message speaks of. How SalesIQ describes the file of an operator is documented for the transcript of its
 * first API version only, so every likely name is taken. Undefined when nothing speaks of a file.
 */
export function findAttachment(value: unknown, depth = DEPTH): Attachment | undefined {
  if (!value || typeof value !== 'object' || depth === 0) return undefined
  const fields = new Map<string, unknown>(Object.entries(value))
  if (MARKS.some((mark) => asText(fields.get(mark)))) {
    const pick = (keys: readonly string[]) => keys.map((key) => asText(fields.get(key))).find(Boolean)
    const [name, url, contentType] = [pick(NAMES), pick(ADDRESSES), pick(TYPES)]
    const isFile = FILE_MARKS.some((mark) => asText(fields.get(mark)))
    return {
      isFile,
      ...(name ? { name } : {}),
      ...(url && isPublic(url) ? { url } : {}),
      ...(contentType ? { contentType } : {}),
    }
  }
  // Who sent it has a name too.
  const inside = [...fields].filter(([key]) => key !== 'sender').map(([, inner]) => findAttachment(inner, depth - 1))
  return inside.find((found) => found?.url) ?? inside.find(Boolean)
}

/** Addresses of the API want a token: of no use to the end user. */
function isPublic(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, pathname } = new URL(address)
  return protocol === 'https:' && !pathname.startsWith('/api/')
}

/** The file, or a line that says what is missing. */
export function toPart({ name, url, contentType = '' }: Attachment): Part {
  if (url) return { kind: kindOf(contentType), url, ...(name ? { name } : {}) }
  const what = name ? `the file "${name}"` : 'a file'
  return { kind: 'text', text: `[The agent sent ${what}, which cannot be shown here. Ask the agent for a link.]` }
}

const MEDIA = ['image', 'audio', 'video'] as const
const kindOf = (contentType: string): MediaKind => MEDIA.find((kind) => contentType.startsWith(`${kind}/`)) ?? 'file'
