import * as z from 'zod/mini'
import type { Part, PastMessage } from './adapter'
import { mediaAsText } from './parts'
import { decoration, oneLine, readParts } from './payloads'

const entrySchema = z.object({
  source: z.object({ type: z.string(), userId: decoration }),
  type: z.string(),
  payload: z.unknown(),
})

/**
 * The history Botpress gives to `startHitl`, in the same order. Never throws (as long as `names` does not): entries that
 * cannot be read are counted in one line in their place. `names` gives the name of a downstream user by id.
 */
export function readHistory(messageHistory: unknown, names: (userId: string) => string): PastMessage[] {
  const history: PastMessage[] = []
  let unreadable = 0
  const noteUnreadable = () => {
    if (unreadable > 0) history.push({ speaker: 'bot', name: 'Bot', text: unreadableText(unreadable) })
    unreadable = 0
  }
  for (const entry of Array.isArray(messageHistory) ? messageHistory : []) {
    const message = readEntry(entry, names)
    if (message === undefined) {
      unreadable++
    } else if (message.text !== '') {
      noteUnreadable()
      history.push(message)
    }
  }
  noteUnreadable()
  return history
}

/** The history as lines `Name: text`, with further lines of a text indented. Empty when there is no history. */
export function renderTranscript(history: readonly PastMessage[]): string {
  return history.map(({ name, text }) => `${oneLine(name)}: ${indentFurtherLines(text.trim())}`).join('\n')
}

function readEntry(entry: unknown, names: (userId: string) => string): PastMessage | undefined {
  const parsed = entrySchema.safeParse(entry)
  if (!parsed.success) return undefined
  const { source, type, payload } = parsed.data
  const text = readParts(type, payload)?.map(partText).join('\n')
  if (text === undefined) return undefined
  if (source.type === 'bot') return { speaker: 'bot', name: 'Bot', text }
  const name = typeof source.userId === 'string' ? oneLine(names(source.userId)) : ''
  return { speaker: 'user', name: name === '' ? 'User' : name, text }
}

function partText(part: Part): string {
  return part.kind === 'text' ? part.text : mediaAsText(part).text
}

function unreadableText(count: number): string {
  return count === 1 ? '[1 message could not be shown]' : `[${count} messages could not be shown]`
}

// Indentation keeps a text from passing for a line of somebody else.
function indentFurtherLines(text: string): string {
  return text.split(/\r\n|[\n\v\f\r\u0085\u2028\u2029]/).join('\n  ')
}
