/**
 * JSON that no value of JavaScript stands for: numbers that lose digits, names that occur twice, nesting that no
 * recursion survives. Such pieces are texts with a mark until the whole is written.
 */
const MARK = '@@'

/** So deep that whoever reads it with a recursive function runs out of stack. */
const DEPTH = 10_000

const PIECES = [
  '1e400',
  '-1e400',
  '-0',
  '1e-400',
  '9007199254740993',
  '123456789012345678901234567890',
  '0.1e1',
  '9'.repeat(400),
  '"\\ud800"',
  '"\\udfff\\ud83d"',
  '"\\u0000"',
  `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`,
  `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`,
  '[1,]',
  'undefined',
  "'single'",
  '01',
] as const

/** Texts that stand for the pieces above. */
export const pieces: readonly string[] = PIECES.map((_, index) => `${MARK}${index}${MARK}`)

/** A field that may stand beside another one of the same name. */
export const twin = (name: string): string => `${name}${MARK}twin${MARK}`

export function writeJson(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  if (!text.includes(MARK)) return text
  return text
    .replace(/"@@(\d+)@@"/g, (_, index: string) => PIECES[Number(index)] ?? 'null')
    .replaceAll(`${MARK}twin${MARK}"`, '"')
}
