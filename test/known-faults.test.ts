import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

const rows = read('docs/known-faults.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (fault|---)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))

test('every known fault has a row', () => {
  expect(rows.length).toBeGreaterThanOrEqual(12)
})

test.each(rows.map(([, fault = '', , file = '', title = '']) => [fault, file.replaceAll('`', ''), title]))(
  '%s: the test that keeps it out exists',
  (_fault, file, title) => {
    expect(title).not.toBe('')
    expect(read(file)).toContain(title)
  }
)
