import type { MediaPart, Part, PartKind, ProviderLimits } from './adapter'
import type { AgentPayload } from './botpress/port'
import { oneLine, readParts, unsupported } from './payloads'
import { splitText } from './split-text'

export { splitText } from './split-text'

/**
 * A Botpress message as parts, in order. Never throws: a message that cannot be read becomes the text
 * `[unsupported message: <type>]`, so that the agent sees that something was said. Empty when there is only blank text.
 */
export function toParts(type: string, payload: unknown): Part[] {
  return readParts(type, payload) ?? [unsupported(type)]
}

/** Longer names help nobody, and Botpress takes no payload of more than 128 KiB. */
const MAX_TITLE_LENGTH = 500

/** A part as the Botpress message the bot receives. Botpress refuses an empty text. */
export function toPayload(part: Part): { type: PartKind; payload: AgentPayload } {
  if (part.kind === 'text') return { type: 'text', payload: { text: part.text } }
  const name = part.name?.trim().slice(0, MAX_TITLE_LENGTH)
  return { type: part.kind, payload: { ...mediaUrl(part), ...(name ? { title: name } : {}) } }
}

function mediaUrl({ kind, url }: MediaPart) {
  switch (kind) {
    case 'image':
      return { imageUrl: url }
    case 'audio':
      return { audioUrl: url }
    case 'video':
      return { videoUrl: url }
    case 'file':
      return { fileUrl: url }
    default:
      return kind satisfies never
  }
}

/**
 * Parts the provider can take: long texts split by `limits.text`, media kinds it cannot take turned into texts with the
 * link, blank texts left out. Label before fitting, since a label makes a text longer.
 */
export function fitParts(parts: readonly Part[], limits: Pick<ProviderLimits, 'text' | 'media'>): Part[] {
  return parts.flatMap((part): Part[] => {
    if (part.kind !== 'text' && limits.media.includes(part.kind)) return [part]
    const { text } = part.kind === 'text' ? part : mediaAsText(part)
    return splitText(text, limits.text).map((piece) => ({ kind: 'text', text: piece }))
  })
}

/**
 * Shows who speaks when it is not the contact, for example `[Bot] Goodbye`. A message that begins with media gets a
 * text part of its own before it. Without a speaker nothing changes.
 */
export function labelParts(parts: readonly Part[], speaker: string | undefined): Part[] {
  const name = oneLine(speaker ?? '')
  const [first, ...rest] = parts
  if (name === '' || first === undefined) return [...parts]
  if (first.kind === 'text') return [{ kind: 'text', text: `[${name}] ${first.text}` }, ...rest]
  return [{ kind: 'text', text: `[${name}]` }, ...parts]
}

/** A media item as the text `name: url`, or only the link when it has no name. */
export function mediaAsText(part: MediaPart): { kind: 'text'; text: string } {
  const name = oneLine(part.name ?? '')
  return { kind: 'text', text: name === '' ? part.url : `${name}: ${part.url}` }
}
