import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TextLimit } from '../src/adapter'
import { splitText } from '../src/split-text'

const characters = (max: number): TextLimit => ({ max, unit: 'characters' })
const bytes = (max: number): TextLimit => ({ max, unit: 'bytes' })
const size = (text: string, { unit }: TextLimit) => (unit === 'bytes' ? Buffer.byteLength(text) : text.length)
const nonSpace = (value: string) => value.replace(/\s+/g, '')
const isWellFormed = (value: string) => !/\p{Surrogate}/u.test(value)
const family = '👩‍👩‍👧'

const pieceOfText = fc.constantFrom(
  'a',
  'word ',
  'é',
  '漢',
  '。',
  ' ',
  '\n',
  '\r\n',
  '\n\n',
  '. ',
  '!',
  family,
  '🇫🇷',
  'e\u0301'
)
const anyText = fc.oneof(
  fc.string({ unit: pieceOfText, maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 200 })
)
const anyLimit = fc.record({
  max: fc.integer({ min: 4, max: 60 }),
  unit: fc.constantFrom<TextLimit['unit']>('bytes', 'characters'),
})

describe('where splitText cuts', () => {
  it.each<[string, string, TextLimit, string[]]>([
    ['not at all when the text fits exactly', ' abc\n', characters(5), [' abc\n']],
    ['between paragraphs', 'One. Two.\n\nThree four', characters(17), ['One. Two.', 'Three four']],
    [
      'between paragraphs rather than lines',
      'One two three\n\nfo\nur five',
      characters(18),
      ['One two three', 'fo\nur five'],
    ],
    ['between paragraphs with CRLF', 'One two\r\n\r\nThree four', characters(15), ['One two', 'Three four']],
    ['between lines when there is no paragraph', 'One. Two\nThree four', characters(15), ['One. Two', 'Three four']],
    ['between sentences when there is no line', 'One two. Three four', characters(15), ['One two.', 'Three four']],
    ['after a closing quote', 'He said "no." Then left', characters(18), ['He said "no."', 'Then left']],
    ['between sentences without spaces', '你好吗我很好。谢谢你们', characters(9), ['你好吗我很好。', '谢谢你们']],
    ['between words when there is no sentence', 'one two three four', characters(10), ['one two', 'three four']],
    [
      'between words rather than leave a sentence nearly empty',
      'A. bbbb cccc dddd',
      characters(12),
      ['A. bbbb cccc', 'dddd'],
    ],
    [
      'before a long word that fits alone',
      'see https://x.test/abcdef',
      characters(21),
      ['see', 'https://x.test/abcdef'],
    ],
    ['inside a word that is too long', 'abcdefgh', characters(3), ['abc', 'def', 'gh']],
    ['exactly at the limit when a word ends there', 'abc def', characters(3), ['abc', 'def']],
    ['dropping white space at the cut only', '  ab   cd  ', characters(6), ['  ab', 'cd  ']],
    ['without blank pieces', `ab${' '.repeat(50)}cd`, characters(4), ['ab', 'cd']],
    ['without a blank piece in front', `${' '.repeat(50)}cd`, characters(4), ['cd']],
    ['a blank text into nothing', ' \n\t ', characters(2), []],
    ['an empty text into nothing', '', characters(2), []],
  ])('%s', (_, text, limit, pieces) => {
    expect(splitText(text, limit)).toEqual(pieces)
  })

  it.each<[string, string, TextLimit, string[]]>([
    ['a surrogate pair', 'a😀b', characters(2), ['a', '😀', 'b']],
    ['a combining accent', 'abe\u0301d', characters(3), ['ab', 'e\u0301d']],
    ['a family emoji', `a${family}b`, characters(8), ['a', family, 'b']],
    ['a flag', '🇫🇷🇩🇪', characters(6), ['🇫🇷', '🇩🇪']],
    ['the bytes of a character', 'éé', bytes(3), ['é', 'é']],
    ['the bytes of an emoji', 'a😀', bytes(4), ['a', '😀']],
  ])('does not cut %s', (_, text, limit, pieces) => {
    expect(splitText(text, limit)).toEqual(pieces)
  })

  it('cuts a grapheme larger than the limit between code points', () => {
    const pieces = splitText(family, characters(4))
    expect(pieces.join('')).toBe(family)
    expect(pieces.every((piece) => isWellFormed(piece) && piece.length <= 4)).toBe(true)
  })

  it('keeps a single code point that alone is larger than the limit', () => {
    expect(splitText('😀😀', characters(1))).toEqual(['😀', '😀'])
    expect(splitText('漢a', bytes(1))).toEqual(['漢', 'a'])
  })

  it.each([
    ['\u007f\u007f', 1],
    ['\u0080\u0080', 2],
    ['\u07ff\u07ff', 2],
    ['\u0800\u0800', 3],
    ['\uffff\uffff', 3],
    ['\u{10000}\u{10000}', 4],
  ])('counts the bytes of each character of %j as %i', (text, length) => {
    expect(splitText(text, bytes(2 * length))).toEqual([text])
    expect(splitText(text, bytes(2 * length - 1))).toHaveLength(2)
  })

  it('counts a lone surrogate as the three bytes it is sent as', () => {
    expect(splitText('\ud800\ud800', bytes(5))).toEqual(['\ud800', '\ud800'])
  })
})

describe('what splitText promises for any text', () => {
  it('keeps every non-space character in order', () => {
    fc.assert(
      fc.property(anyText, anyLimit, (text, limit) => {
        expect(nonSpace(splitText(text, limit).join(''))).toBe(nonSpace(text))
      }),
      { numRuns: 300 }
    )
  })

  it('gives pieces that fit and are not blank', () => {
    fc.assert(
      fc.property(anyText, anyLimit, (text, limit) => {
        for (const piece of splitText(text, limit)) {
          expect(size(piece, limit)).toBeLessThanOrEqual(limit.max)
          expect(piece.trim()).not.toBe('')
        }
      }),
      { numRuns: 300 }
    )
  })

  it('only drops white space: the pieces occur in the text in order with nothing else between them', () => {
    fc.assert(
      fc.property(anyText, anyLimit, (text, limit) => {
        let rest = text
        for (const piece of splitText(text, limit)) {
          const at = rest.indexOf(piece)
          expect(at).toBeGreaterThanOrEqual(0)
          expect(rest.slice(0, at).trim()).toBe('')
          rest = rest.slice(at + piece.length)
        }
        expect(rest.trim()).toBe('')
      }),
      { numRuns: 300 }
    )
  })

  it('keeps well-formed text well-formed', () => {
    const wellFormed = fc.string({ unit: fc.constantFrom('a', ' ', '😀', family, '漢'), maxLength: 200 })
    fc.assert(
      fc.property(wellFormed, anyLimit, (text, limit) => {
        expect(splitText(text, limit).every((piece) => isWellFormed(piece))).toBe(true)
      })
    )
  })

  it('keeps graphemes whole when each fits', () => {
    const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
    const segments = (value: string) => Array.from(graphemes.segment(value), ({ segment }) => segment)
    const unit = fc.constantFrom('a', 'e\u0301', '🇫🇷', '👍🏽', family, '각')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 100 }), fc.integer({ min: 8, max: 30 }), (text, max) => {
        expect(splitText(text, characters(max)).flatMap(segments)).toEqual(segments(text))
      })
    )
  })

  it('needs no more than twice the smallest number of pieces when words are short', () => {
    const text = 'Some words here. '.repeat(500)
    expect(splitText(text, characters(200)).length).toBeLessThanOrEqual((text.length / 200) * 2)
  })

  it.each([
    ['words', 'word '.repeat(210_000)],
    ['one word', 'x'.repeat(1_048_576)],
    ['lines', 'a line of text\n'.repeat(70_000)],
    ['blank lines', '\n'.repeat(1_048_576)],
    ['a far end', `a${' '.repeat(1_048_576)}b`],
    ['emoji', family.repeat(130_000)],
    ['one endless grapheme', `a${'\u0301'.repeat(1_048_576)}`],
    ['line ends followed by long space', `\n${' '.repeat(1023)}`.repeat(1024)],
  ])('splits 1 MB of %s within a few seconds', (_, text) => {
    const began = performance.now()
    const inCharacters = splitText(text, characters(2000))
    splitText(text, bytes(16_000))
    expect(nonSpace(inCharacters.join('')).length).toBe(nonSpace(text).length)
    expect(performance.now() - began).toBeLessThan(5000)
  })
})
