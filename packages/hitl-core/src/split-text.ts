import type { TextLimit } from './adapter'
import { lazy } from './lazy'

const PARAGRAPH = /\n[^\S\n]*\n/y
const LINE = /\n/y
const SENTENCE = /(?<=[.!?…]["'”’)\]]{0,2})\s|(?<=[。！？][」』”]?)(?![」』”])/y
const WORD = /\s/y
/** Takes milliseconds to make, and only a text without any break needs it. */
const graphemes = lazy(() => new Intl.Segmenter(undefined, { granularity: 'grapheme' }))

/**
 * Splits a text into pieces that each fit the limit: UTF-8 bytes, or characters as UTF-16 code units.
 * Cuts between paragraphs, lines or sentences when that leaves a piece at least half full, else between words, else
 * between graphemes, and inside a grapheme only when it is larger than the limit. Only white space next to a cut is
 * dropped; blank pieces are left out, so a blank text gives none. A single code point larger than the limit stays whole.
 */
export function splitText(text: string, limit: TextLimit): string[] {
  const pieces: string[] = []
  let start = 0
  while (start < text.length) {
    const end = reach(text, start, limit)
    const isLast = end === text.length
    const cut = isLast ? end : findCut(text, start, end)
    const piece = text.slice(start, cut)
    if (piece.trim() !== '') pieces.push(isLast ? piece : piece.trimEnd())
    start = isLast ? cut : skipWhiteSpace(text, cut)
  }
  return pieces
}

/** The largest index up to which the text from `start` fits, never inside a surrogate pair. */
function reach(text: string, start: number, limit: TextLimit): number {
  let end = start
  let size = 0
  while (end < text.length) {
    const codePoint = text.codePointAt(end) ?? 0
    const units = codePoint > 0xffff ? 2 : 1
    size += limit.unit === 'bytes' ? utf8Length(codePoint) : units
    if (size > limit.max && end > start) return end
    end += units
  }
  return end
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1
  if (codePoint < 0x800) return 2
  return codePoint < 0x10000 ? 3 : 4
}

function findCut(text: string, start: number, end: number): number {
  const half = start + Math.ceil((end - start) / 2)
  return (
    lastBreak(PARAGRAPH, text, half, end) ??
    lastBreak(LINE, text, half, end) ??
    lastBreak(SENTENCE, text, half, end) ??
    lastBreak(WORD, text, start + 1, end) ??
    graphemeBreak(text, start, end)
  )
}

function lastBreak(pattern: RegExp, text: string, from: number, to: number): number | undefined {
  for (let index = to; index >= from; index--) {
    pattern.lastIndex = index
    if (pattern.test(text)) return index
  }
  return undefined
}

function graphemeBreak(text: string, start: number, end: number): number {
  const afterNextCodePoint = end + 2
  const cluster = graphemes()
    .segment(text.slice(start, afterNextCodePoint))
    .containing(end - start)
  return cluster !== undefined && cluster.index > 0 ? start + cluster.index : end
}

function skipWhiteSpace(text: string, from: number): number {
  const length = text.length
  let index = from
  while (index < length && text.charAt(index).trim() === '') index++
  return index
}
