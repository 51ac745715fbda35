import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { titleOf } from '../scripts/new-provider/names'
import { helpText, readOptions } from '../scripts/new-provider/options'
import { scaffold, templateFiles } from '../scripts/new-provider/scaffold'
import { runCommand } from '../scripts/runner/command.mjs'
import { readManifest } from './scratch-repository'

const ROOT = resolve(import.meta.dirname, '..')

const roots: string[] = []
const temporaryFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'new-provider-'))
  roots.push(folder)
  return folder
}
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

describe('the title', () => {
  test.each([
    ['zendesk-ai-agents', 'Zendesk AI Agents'],
    ['crisp', 'Crisp'],
    ['acme-2', 'Acme 2'],
    ['acme-crm', 'Acme CRM'],
  ])('of %s is %s', (name, title) => {
    expect(titleOf(name)).toBe(title)
    expect(readOptions(ROOT, [name])).toEqual({ name, title })
  })

  test('may be said', () => {
    const said = { name: 'freshchat', title: 'Freshworks Chat' }
    expect(readOptions(ROOT, ['freshchat', '--title', 'Freshworks Chat'])).toEqual(said)
    expect(readOptions(ROOT, ['--', 'freshchat', '--title=Freshworks Chat'])).toEqual(said)
  })
})

describe('one sentence refuses', () => {
  test.each([
    [[], 'comes first'],
    [['--title', 'Acme'], 'comes first'],
    [['Acme'], 'kebab-case'],
    [['acme_chat'], 'kebab-case'],
    [['acme--chat'], 'kebab-case'],
    [['acme-'], 'kebab-case'],
    [['3cx'], 'kebab-case'],
    [['../acme'], 'kebab-case'],
    [[''], 'kebab-case'],
    [['a'.repeat(41)], 'kebab-case'],
    [['livechat'], 'integrations/livechat exists already'],
    [['core'], 'is taken by a package'],
    [['sandbox-page'], 'is taken by a package'],
    [['acme', '--title', "Acme's Chat"], 'The title'],
    [['acme', '--title', '<b>'], 'The title'],
    [['acme', '--title', ''], 'The title'],
    [['acme', '--titel', 'Acme'], '--titel'],
    [['acme', 'chat'], 'chat'],
  ])('%j', (args, reason) => {
    expect(() => readOptions(ROOT, args)).toThrow(reason)
    expect(() => readOptions(ROOT, args)).toThrow(/^[^\n]+\.$/)
  })

  test('and the exit code is 2', async () => {
    const args = ['--import', 'tsx', 'scripts/new-provider/main.ts', 'livechat']
    const { code, output } = await runCommand(process.execPath, args, { cwd: ROOT, mode: 'capture' })
    expect([code, output]).toEqual([2, expect.stringMatching(/^Failed: .* already; .*\.\n$/)])
  })
})

test('help is given wherever it is asked for', () => {
  for (const args of [['--help'], ['-h'], ['acme', '--help']]) expect(readOptions(ROOT, args)).toBeUndefined()
  expect(helpText()).toContain('pnpm new:provider <name>')
})

describe('the files', () => {
  test('bear the new name in every spelling, and nothing of the template', () => {
    const folder = join(temporaryFolder(), 'integrations', 'big-desk')
    expect(scaffold(folder, 'big-desk', 'BigDesk')).toEqual(templateFiles())
    const texts = templateFiles().map((file) => readFileSync(join(folder, file), 'utf8'))
    expect(texts.filter((text) => /acme/i.test(text))).toEqual([])
    const all = texts.join('\n')
    for (const name of ["name: 'big-desk'", 'bigDeskAdapter', 'BigDeskConfig', "name: 'BigDesk'", '@hitl/big-desk']) {
      expect(all).toContain(name)
    }
  })

  test('never replace what is there', () => {
    const folder = join(temporaryFolder(), 'big-desk')
    mkdirSync(folder)
    writeFileSync(join(folder, 'notes.txt'), 'mine')
    expect(() => scaffold(folder, 'big-desk', 'Big Desk')).toThrow('EEXIST')
    expect(readdirSync(folder)).toEqual(['notes.txt'])
  })

  test('ask for the versions that the other integrations use', () => {
    const template = readManifest(join(ROOT, 'scripts/new-provider/template'))
    const livechat = readManifest(join(ROOT, 'integrations/livechat'))
    const { hono } = readManifest(join(ROOT, 'packages/emulator')).dependencies ?? {}
    expect(template.dependencies).toEqual(livechat.dependencies)
    expect(template.devDependencies).toEqual({ ...livechat.devDependencies, hono })
  })
})
