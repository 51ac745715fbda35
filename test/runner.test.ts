import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { countLine, countTests } from '../scripts/count-tests.mjs'
import { runCommand } from '../scripts/runner/command.mjs'
import { explainInstallFailure, explainNpxFailure } from '../scripts/runner/diagnose.mjs'
import { nodeVersionProblem } from '../scripts/runner/node-version.mjs'
import { buildHash, installHash } from '../scripts/runner/stamps.mjs'

describe('the Node version', () => {
  test.each(['v20.19.0', 'v20.20.2', 'v22.0.0', 'v24.1.0-nightly'])('%s is new enough', (version) => {
    expect(nodeVersionProblem(version)).toBeUndefined()
  })

  test.each(['v12.22.0', 'v18.1.0', 'v20.18.3', 'unknown'])('%s is refused in one sentence', (version) => {
    expect(nodeVersionProblem(version)).toBe(`This project needs Node 20.19 or newer; you have ${version}.`)
  })
})

describe('a failed installation is explained', () => {
  test.each([
    ['npm error code ENOTFOUND', 'The package registry cannot be reached'],
    ['npm error code ECONNREFUSED', 'The package registry cannot be reached'],
    ['getaddrinfo EAI_AGAIN example.test', 'The package registry cannot be reached'],
    ['connect ETIMEDOUT 192.0.2.1:443', 'The package registry cannot be reached'],
    ['ERR_PNPM_META_FETCH_FAIL  GET https://example.test/axios', 'The package registry cannot be reached'],
    ['ERR_PNPM_OUTDATED_LOCKFILE  Cannot install', 'pnpm-lock.yaml does not match'],
    ['ENOSPC: no space left on device', 'The disk is full'],
    ['EACCES: permission denied', 'cannot be written'],
    ['something else', 'Installing the packages failed; the lines above say why.'],
  ])('%s', (output, sentence) => {
    expect(explainInstallFailure(`some lines\n${output}\nmore lines`)).toContain(sentence)
  })
})

test('a failure of npx is told from a failure of what it ran', () => {
  expect(explainNpxFailure('npm error code ENOTFOUND')).toContain('The package registry cannot be reached')
  expect(explainNpxFailure('npm warn something\nBuild failed with 1 error: ENOTFOUND')).toBeUndefined()
})

describe('running a program', () => {
  const node = (script: string, mode: 'capture' | 'tee' = 'capture') =>
    runCommand(process.execPath, ['-e', script], { cwd: tmpdir(), mode })

  test('warnings on stderr do not make it a failure', async () => {
    const result = await node(`console.error('npm warn something'); console.log('fine')`)
    expect(result).toMatchObject({ code: 0, missing: false })
    expect(result.output).toContain('npm warn something')
  })

  test('its exit code and the end of its output are kept', async () => {
    const result = await node(`console.log('x'.repeat(100_000)); console.log('the end'); process.exitCode = 3`)
    expect(result.code).toBe(3)
    expect(result.output.length).toBeLessThanOrEqual(64_000)
    expect(result.output).toMatch(/the end\n$/)
  })

  test('a program that does not exist is told from one that fails', async () => {
    const result = await runCommand('no-such-program-here', [], { cwd: tmpdir(), mode: 'capture' })
    expect(result).toMatchObject({ code: 1, missing: true })
  })
})

describe('stamps', () => {
  let root: string
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'stamps-'))
    write('package.json', '{}')
    write('pnpm-lock.yaml', 'a')
    write('pnpm-workspace.yaml', 'a')
    write('packages/hitl-core/package.json', '{}')
    write('packages/hitl-core/src/index.ts', 'a')
    write('packages/emulator/package.json', '{}')
    write('packages/emulator/src/index.ts', 'a')
    write('integrations/acme/package.json', '{}')
    write('integrations/acme/src/index.ts', 'a')
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const acme = () => buildHash(root, join(root, 'integrations/acme'))

  test.each(['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', 'integrations/acme/package.json'])(
    'a change of %s asks for an installation',
    (path) => {
      const before = installHash(root)
      expect(installHash(root)).toBe(before)
      write(path, 'changed')
      expect(installHash(root)).not.toBe(before)
    }
  )

  test.each([
    'integrations/acme/src/index.ts',
    'packages/hitl-core/src/index.ts',
    'integrations/acme/hub.md',
    'pnpm-lock.yaml',
  ])('a change of %s asks for a build', (path) => {
    const before = acme()
    write(path, 'changed')
    expect(acme()).not.toBe(before)
  })

  test.each([
    'integrations/acme/test/a.test.ts',
    'integrations/acme/.botpress/index.ts',
    'packages/emulator/src/index.ts',
  ])('a change of %s asks for no build', (path) => {
    const before = acme()
    write(path, 'changed')
    expect(acme()).toBe(before)
  })
})

describe('the count of tests', () => {
  const file = (status: string, ...tests: string[]) => ({
    status,
    assertionResults: tests.map((each) => ({ status: each })),
  })

  test('tests are counted by outcome', () => {
    const counts = countTests([file('passed', 'passed', 'passed', 'pending'), file('failed', 'failed', 'passed')])
    expect(countLine(counts)).toBe('3 passed, 1 failed, 1 skipped')
  })

  test('a file that cannot be loaded counts as one failure', () => {
    expect(countLine(countTests([file('failed')]))).toBe('0 passed, 1 failed')
  })
})
