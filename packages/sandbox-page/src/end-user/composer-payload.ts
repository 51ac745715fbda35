import type { Message } from '../protocol'

type Fields = Readonly<Record<string, unknown>>

/**
 * What the webchat's composer hands over, as a message: one file or text as such, several as a bloc whose items carry
 * their fields under `payload`. `titleOf` names an uploaded file, which the composer leaves out for media.
 */
export function messageOf(payload: unknown, titleOf: (url: string) => string | undefined): Message | undefined {
  if (!isFields(payload)) return undefined
  const text = (name: string): string => (typeof payload[name] === 'string' ? payload[name] : '')
  const titled = (url: string): { title?: string } => {
    const title = titleOf(url) ?? text('title')
    return title ? { title } : {}
  }
  switch (payload['type']) {
    case 'text':
      return { type: 'text', text: text('text') }
    case 'image':
      return { type: 'image', imageUrl: text('imageUrl'), ...titled(text('imageUrl')) }
    case 'audio':
      return { type: 'audio', audioUrl: text('audioUrl'), ...titled(text('audioUrl')) }
    case 'video':
      return { type: 'video', videoUrl: text('videoUrl'), ...titled(text('videoUrl')) }
    case 'file':
      return { type: 'file', fileUrl: text('fileUrl'), ...titled(text('fileUrl')) }
    case 'bloc':
      return { type: 'bloc', items: itemsOf(payload['items'], titleOf) }
    default:
      return undefined
  }
}

function itemsOf(items: unknown, titleOf: (url: string) => string | undefined): Message[] {
  if (!Array.isArray(items)) return []
  return items.flatMap((item: unknown) => {
    if (!isFields(item) || !isFields(item['payload'])) return []
    const message = messageOf({ ...item['payload'], type: item['type'] }, titleOf)
    return message ? [message] : []
  })
}

/** Whether one of the buttons that offer a human was pressed. */
export const asksForHuman = (payload: unknown): boolean => isFields(payload) && payload['value'] === 'human'

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
