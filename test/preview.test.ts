import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { definitionDiff } from '../scripts/preview/definition-diff'
import { type Definitions, previewText } from '../scripts/preview/preview-text'
import { stableJson } from '../scripts/preview/stable-json'
import { readBody, type Scratch, scratchIntegration } from './deploy-kit/scratch-integration'

test('the order of keys makes no difference, that of lists does', () => {
  const one = { b: [{ d: 1, c: 2 }], a: null }
  const other = { a: null, b: [{ c: 2, d: 1 }] }
  expect(stableJson(one)).toBe(stableJson(other))
  expect(definitionDiff(one, other)).toBe('')
  expect(definitionDiff([1, 2], [2, 1])).not.toBe('')
})

test('what differs is shown with what stands around it', () => {
  expect(definitionDiff({ title: 'Acme', version: '1.2.3' }, { version: '1.2.4', title: 'Acme' })).toBe(
    ['@@ -1,4 +1,4 @@', ' {', '   "title": "Acme",', '-  "version": "1.2.3"', '+  "version": "1.2.4"', ' }', ''].join(
      '\n'
    )
  )
})

describe('the text', () => {
  const none: Definitions = new Map()
  const definition = (version: string, title = 'Acme'): Definitions =>
    new Map([['acme', { name: 'acme', version, title }]])
  const headline = (text: string) => text.split('\n').filter((line) => line.startsWith('## '))

  test.each([
    ['the same', definition('1.2.3'), definition('1.2.3'), '## acme: the same'],
    ['a new version', definition('1.2.3'), definition('1.3.0'), '## acme: version 1.2.3 becomes 1.3.0'],
    ['a change', definition('1.2.3'), definition('1.2.3', 'Acme Chat'), '## acme: changed, still version 1.2.3'],
    ['a new one', none, definition('0.1.0'), '## acme: new, version 0.1.0'],
    ['one that is gone', definition('1.2.3'), none, '## acme: removed'],
  ])('names %s', (_, before, after, line) => {
    expect(headline(previewText(before, after))).toEqual([line])
  })

  test('goes through all of them by name', () => {
    const two = new Map([...definition('1.2.3'), ['able', { name: 'able', version: '1.0.0' }]])
    expect(headline(previewText(two, two))).toEqual(['## able: the same', '## acme: the same'])
  })

  test('shows the difference as a block that no title can end', () => {
    const text = previewText(definition('1.2.3'), definition('1.2.3', '```\n# not a heading'))
    expect(text).toMatch(/\n````diff\n@@ [^]*\n````\n/)
    expect(text).not.toMatch(/^# not a heading/m)
  })

  test('is cut where a page could not take it', () => {
    const text = previewText(definition('1.2.3'), definition('1.2.3', 'x'.repeat(1_000_000)))
    expect(text.length).toBeLessThan(210_000)
    expect(text).toMatch(/… \d+ more characters\n```\n/)
  })
})

describe('`npm run preview`', () => {
  const root = resolve(import.meta.dirname, '..')
  const npm = (...args: string[]) =>
    spawnSync('npm', ['run', '--silent', 'preview', '--', ...args], { cwd: root, encoding: 'utf8' })
  let base: Scratch
  beforeEach(() => {
    base = scratchIntegration()
  })
  afterEach(() => base.remove())

  test('compares this checkout with another one', () => {
    const { status, stdout } = npm('--base', base.root)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^# What would be deployed\n/)
    expect(stdout).toContain('## acme: removed')
    expect(stdout).toContain(`-  "title": "${readBody.title}"`)
    expect(stdout).toMatch(/## livechat: new, version \d/)
  })

  test('ends with 2 when the command line is wrong, and with 1 when a definition cannot be read', () => {
    expect(npm()).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('Failed: Name the other') })
    expect(npm('--base', 'no-such-folder')).toMatchObject({ status: 2, stderr: expect.stringContaining('no checkout') })
    base.write({ 'integrations/acme/node_modules/.bin/definition.json': 'broken' })
    expect(npm('--base', base.root)).toMatchObject({ status: 1, stderr: expect.stringContaining('printed no JSON') })
  })
})
