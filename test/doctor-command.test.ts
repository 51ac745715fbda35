import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keepRefreshToken } from '../scripts/doctor/keep-refresh-token'
import { main } from '../scripts/doctor/main'
import { readSourceFile } from '../scripts/layout/source-file'
import { ROOT } from './doctor-kit/world'

const SECRET = 'a-secret-that-nobody-may-see'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hitl-doctor-test-'))
  file = join(folder, 'settings.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function run(...args: string[]) {
  const lines: string[] = []
  const code = await main(args, ROOT, (line) => void lines.push(line))
  expect(lines.join('\n')).not.toContain(SECRET)
  return { code, lines, said: lines.join('\n') }
}

describe('one clear sentence, and exit code 2', () => {
  test.each<[string, string[], string]>([
    ['no provider', [], 'Name the provider to try. Use --help for the list of options.'],
    [
      'an unknown provider',
      ['zendesk'],
      'There is no provider "zendesk"; choose one of: hubspot, livechat, zoho-salesiq.',
    ],
    ['two providers', ['livechat', 'hubspot'], 'Name one provider only; each has settings of its own.'],
    ['no file', ['livechat'], 'Give the file with the settings: --config <file.json>.'],
    ['an unknown option', ['livechat', '--verbose'], "Unknown option '--verbose'. Use --help for the list of options."],
    ['a file that is not there', ['livechat', '--config', 'no/such.json'], 'There is no file no/such.json.'],
    ['a folder', ['livechat', '--config', 'test'], 'The file test cannot be read (EISDIR).'],
    [
      'an address that is none',
      ['livechat', '--config', 'x', '--webhook-url', 'bot'],
      'The value of --webhook-url has to be',
    ],
    [
      'one without TLS',
      ['livechat', '--config', 'x', '--webhook-url', 'http://a.b/c'],
      'The value of --webhook-url has to be',
    ],
    [
      'one with a slash',
      ['livechat', '--config', 'x', '--webhook-url', 'https://a.b/c/'],
      'The value of --webhook-url has to be',
    ],
  ])('%s', async (_, args, sentence) => {
    const { code, lines } = await run(...args)
    expect(code).toBe(2)
    expect(lines).toEqual([expect.stringContaining(`Failed: ${sentence}`)])
  })

  const NO_OBJECT = 'is not one JSON object with the settings as in the Botpress form.'
  test.each<[string, string, string]>([
    ['no JSON', `{ "agentToken": "${SECRET}" `, NO_OBJECT],
    ['a list', `["${SECRET}"]`, NO_OBJECT],
    ['a text', `"${SECRET}"`, NO_OBJECT],
    ['an unknown setting', `{ "agenttoken": "${SECRET}" }`, 'LiveChat has no setting "agenttoken", which the file'],
    ['a secret as a name', `{ "${SECRET}": 1 }`, 'LiveChat has no setting (not shown), which the file'],
  ])('a file with %s', async (_, text, sentence) => {
    writeFileSync(file, text)
    const { code, lines } = await run('livechat', '--config', file)
    expect(code).toBe(2)
    expect(lines).toEqual([expect.stringContaining(sentence)])
  })
})

test.each([['--help'], ['-h'], ['--', '--help']])('%s shows the options', async (...args) => {
  const { code, said } = await run(...args)
  expect(code).toBe(0)
  for (const option of ['--config', '--webhook-url', '--dry-run']) expect(said).toContain(option)
})

describe('a file of settings', () => {
  const args = () => ['livechat', '--config', file, '--dry-run']
  const COMPLETE = {
    clientId: 'client',
    organizationId: '0f8c2f9e-5b4d-4c1a-9c55-2b1f7f0e6a31',
    webhookSecret: SECRET,
    agentToken: SECRET,
    groupId: 0,
  }
  const WARNING = /^Warning: others on this machine can read .*; do "chmod 600" with it\.$/

  test.skipIf(process.platform === 'win32').each([
    [0o600, false],
    [0o640, true],
    [0o604, true],
  ])('with permissions %o', async (mode, isWarned) => {
    writeFileSync(file, JSON.stringify(COMPLETE))
    chmodSync(file, mode)
    const { code, lines } = await run(...args())
    expect(lines.some((line) => WARNING.test(line))).toBe(isWarned)
    expect(code).toBe(0)
  })

  test('that lacks a setting fails a dry run too', async () => {
    writeFileSync(file, JSON.stringify({ clientId: SECRET }))
    const { code, said } = await run(...args())
    expect(said).toContain('The setting "organizationId" is missing. Correct it in the LiveChat settings.')
    expect(code).toBe(1)
  })
})

describe('another refresh token', () => {
  test.each<[string, string, string]>([
    ['in plain text', '{"a": "1", "refreshToken" : "old"}\n', '{"a": "1", "refreshToken" : "new$&"}\n'],
    ['with spaces around it', '{"refreshToken":" old\\n"}', '{"refreshToken":"new$&"}'],
    [
      'that is also another value',
      '{"a":"old","refreshToken":"old"}',
      '{\n  "a": "old",\n  "refreshToken": "new$&"\n}\n',
    ],
    ['written with escapes', '{"refreshToken":"\\u006fld"}', '{\n  "refreshToken": "new$&"\n}\n'],
  ])('replaces one %s', (_, before, after) => {
    writeFileSync(file, before)
    expect(keepRefreshToken(file, 'new$&')).toBe(file)
    expect(readFileSync(file, 'utf8')).toBe(after)
  })

  test('goes into the file that a link leads to', () => {
    const link = join(folder, 'link.json')
    writeFileSync(file, '{"refreshToken":"old"}')
    symlinkSync(file, link)
    keepRefreshToken(link, 'new')
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(readFileSync(file, 'utf8')).toBe('{"refreshToken":"new"}')
  })

  test('is kept elsewhere when the file is gone', () => {
    const kept = keepRefreshToken(file, 'new')
    expect(existsSync(file)).toBe(false)
    expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual({ refreshToken: 'new' })
    rmSync(dirname(kept), { recursive: true })
  })
})

test.each(['livechat', 'hubspot', 'zoho-salesiq'])('the bundle of %s has nothing of the doctor', (name) => {
  const sources = join(ROOT, 'integrations', name, 'src')
  const reached = new Set<string>()
  const follow = (path: string): void => {
    if (reached.has(path)) return
    reached.add(path)
    const { imports } = readSourceFile(path, readFileSync(path, 'utf8'))
    for (const one of imports) if (one.startsWith('.')) follow(`${join(dirname(path), one)}.ts`)
  }
  follow(join(sources, 'index.ts'))
  expect(reached).toContain(join(sources, 'prove-settings.ts'))
  expect(reached).not.toContain(join(sources, 'doctor.ts'))
})
