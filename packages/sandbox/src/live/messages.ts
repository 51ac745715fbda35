import type { TranscriptItem } from '@hitl/emulator'
import type { Message } from '@hitl/sandbox-page/protocol'

type Payload = Record<string, unknown>

const MEDIA_FIELDS = { image: 'imageUrl', audio: 'audioUrl', video: 'videoUrl', file: 'fileUrl' } as const

/** A message of the page as Botpress has it: the type beside the payload. */
export function toPayload(message: Message): { type: string; payload: Payload } {
  switch (message.type) {
    case 'bloc':
      return { type: 'bloc', payload: { items: message.items.map(toPayload) } }
    case 'other':
      return { type: 'text', payload: { text: message.text } }
    default: {
      const { type, ...payload } = message
      return { type, payload }
    }
  }
}

/** What a person sees of a message; kinds that the page does not draw are told in words. */
export function toMessage({ type, payload }: Pick<TranscriptItem, 'type' | 'payload'>): Message {
  const title = typeof payload['title'] === 'string' ? { title: payload['title'] } : {}
  switch (type) {
    case 'text':
      return { type, text: textOf(payload['text']) }
    case 'markdown':
      return { type: 'text', text: textOf(payload['markdown']) }
    case 'image':
      return { type, imageUrl: textOf(payload[MEDIA_FIELDS[type]]), ...title }
    case 'audio':
      return { type, audioUrl: textOf(payload[MEDIA_FIELDS[type]]), ...title }
    case 'video':
      return { type, videoUrl: textOf(payload[MEDIA_FIELDS[type]]), ...title }
    case 'file':
      return { type, fileUrl: textOf(payload[MEDIA_FIELDS[type]]), ...title }
    case 'location':
      return locationOf(payload)
    case 'bloc':
      return { type, items: itemsOf(payload['items']).map(toMessage) }
    default:
      return { type: 'other', name: type, text: inWords(payload) }
  }
}

function locationOf(payload: Payload): Message {
  const text = (name: 'title' | 'address') =>
    typeof payload[name] === 'string' ? { [name]: String(payload[name]) } : {}
  const [latitude, longitude] = [Number(payload['latitude']), Number(payload['longitude'])]
  return { type: 'location', latitude, longitude, ...text('address'), ...text('title') }
}

function itemsOf(items: unknown): { type: string; payload: Payload }[] {
  return Array.isArray(items) ? items.filter(isItem) : []
}

function isItem(value: unknown): value is { type: string; payload: Payload } {
  return isRecord(value) && typeof value['type'] === 'string' && isRecord(value['payload'])
}

/** Every text of a card, a carousel or a list of choices, in order. */
function inWords(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(inWords).filter(Boolean).join('\n')
  return isRecord(value) ? Object.values(value).map(inWords).filter(Boolean).join('\n') : ''
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function isRecord(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
