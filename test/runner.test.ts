import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { countLine, countSkippedBrowserTests, countTests, skippedLine } from '../scripts/count-tests.mjs'
import { findBrowser, type Machine } from '../scripts/runner/browser.mjs'
import { runCommand } from '../scripts/runner/command.mjs'
import { explainInstallFailure, explainNpxFailure } from '../scripts/runner/diagnose.mjs'
import { nodeVersionProblem } from '../scripts/runner/node-version.mjs'
import { provideBrowser, skippedNotice } from '../scripts/runner/provide-browser.mjs'
import { failed, Failure, Stopped } from '../scripts/runner/report.mjs'
import { buildHash, installHash, pageHash } from '../scripts/runner/stamps.mjs'

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

  test('it is ended after its time, together with what it leaves open', async () => {
    const child = `require('child_process').spawn('sleep', ['8'], { stdio: 'inherit' }); setInterval(() => {}, 1000)`
    const startedAt = Date.now()
    const result = await runCommand(process.execPath, ['-e', child], { cwd: tmpdir(), mode: 'capture', timeoutMs: 500 })
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGTERM' })
    expect(Date.now() - startedAt).toBeLessThan(5_000)
  })

  test('it gets further environment variables', async () => {
    const script = `console.log(process.env.NUMBER, Boolean(process.env.PATH))`
    const options = { cwd: tmpdir(), mode: 'capture', env: { NUMBER: '7' } } as const
    const result = await runCommand(process.execPath, ['-e', script], options)
    expect(result).toMatchObject({ output: '7 true\n', timedOut: false })
  })
})

describe('how a command ended', () => {
  const ended = { code: 1, signal: null, output: '', missing: false, timedOut: false }

  test.each([{ code: 130 }, { signal: 'SIGINT' as const }, { signal: 'SIGTERM' as const }])(
    '%o is somebody who ended it, no failure',
    (how) => {
      expect(failed({ ...ended, ...how }, 'It failed.', true)).toBeInstanceOf(Stopped)
    }
  )

  test('any other signal is named', () => {
    const failure = failed({ ...ended, signal: 'SIGKILL' }, 'It failed.', true)
    expect(failure).toBeInstanceOf(Failure)
    expect(failure.message).toBe('It failed. It was ended by SIGKILL.')
  })
})

const machine = (programs: readonly string[], changes: Partial<Machine> = {}): Machine => ({
  platform: 'linux',
  env: { PATH: '/usr/local/bin:/usr/bin', ...changes.env },
  isRoot: changes.isRoot ?? false,
  isProgram: (path) => programs.includes(path),
  answers: changes.answers ?? (() => true),
  ...(changes.platform ? { platform: changes.platform } : {}),
})

describe('finding a browser', () => {
  const none = { reason: 'no Chromium was found', advice: expect.stringContaining('CHROMIUM_PATH') }

  test('the one that is asked for comes first', () => {
    const found = findBrowser(machine(['/usr/bin/chromium', '/opt/chrome'], { env: { CHROMIUM_PATH: '/opt/chrome' } }))
    expect(found).toEqual({ path: '/opt/chrome' })
  })

  test.each(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'])(
    '%s is found on PATH',
    (name) => {
      expect(findBrowser(machine([`/usr/local/bin/${name}`]))).toEqual({ path: `/usr/local/bin/${name}` })
    }
  )

  test('Chromium is preferred to Chrome, wherever it is on PATH', () => {
    const found = findBrowser(machine(['/usr/local/bin/google-chrome', '/usr/bin/chromium']))
    expect(found).toEqual({ path: '/usr/bin/chromium' })
  })

  test('the usual place is looked at without PATH', () => {
    expect(findBrowser(machine(['/usr/bin/chromium'], { env: { PATH: undefined } }))).toEqual({
      path: '/usr/bin/chromium',
    })
  })

  test('applications are looked at on macOS only', () => {
    const path = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
    expect(findBrowser(machine([path], { platform: 'darwin' }))).toEqual({ path })
    expect(findBrowser(machine([path]))).toEqual(none)
  })

  test('a stand-in that does not run is passed over', () => {
    const programs = ['/usr/bin/chromium-browser', '/usr/bin/google-chrome']
    const answers = (path: string) => path.endsWith('google-chrome')
    expect(findBrowser(machine(programs, { answers }))).toEqual({ path: '/usr/bin/google-chrome' })
  })

  test('a wrong CHROMIUM_PATH is named when there is nothing else', () => {
    expect(findBrowser(machine([], { env: { CHROMIUM_PATH: '/opt/none' } }))).toMatchObject({
      reason: 'CHROMIUM_PATH is no browser that runs (/opt/none), and no other was found',
    })
  })

  test.each(['1', 'yes'])('SKIP_BROWSER_TESTS=%s wins over a browser that is there', (value) => {
    const found = findBrowser(machine(['/usr/bin/chromium'], { env: { SKIP_BROWSER_TESTS: value } }))
    expect(found).toEqual({ reason: 'SKIP_BROWSER_TESTS is set', advice: 'Unset it to run them.' })
  })

  test.each(['', '0', 'false'])('SKIP_BROWSER_TESTS=%s means no', (value) => {
    const env = { PATH: '/usr/bin', SKIP_BROWSER_TESTS: value }
    expect(findBrowser(machine(['/usr/bin/chromium'], { env }))).toEqual({ path: '/usr/bin/chromium' })
  })
})

describe('installing a browser', () => {
  const CHROMIUM = '/usr/bin/chromium'
  const INSTALL = 'apt-get install -y --no-install-recommends chromium'
  type Ended = { code: number; timedOut?: boolean; brings?: string }

  /** Runs `provideBrowser` where the commands end one after the other as told. */
  async function provide(ends: readonly Ended[], changes: Partial<Machine> = {}, programs = ['/usr/bin/apt-get']) {
    const there = [...programs]
    const ran: { line: string; timeoutMs: number }[] = []
    const said: string[] = []
    let now = 0
    const result = await provideBrowser({
      machine: machine(there, { isRoot: true, ...changes }),
      run: (program, args, timeoutMs) => {
        const { code, timedOut = false, brings } = ends[ran.length] ?? { code: 0 }
        ran.push({ line: [program, ...args].join(' '), timeoutMs })
        now += 60_000
        if (brings) there.push(brings)
        return Promise.resolve({ code, timedOut })
      },
      say: (text) => said.push(text),
      now: () => now,
    })
    return { result, ran, said, lines: ran.map(({ line }) => line) }
  }

  test('nothing is installed where there is one', async () => {
    const { result, ran, said } = await provide([], {}, ['/usr/bin/apt-get', CHROMIUM])
    expect({ result, ran, said }).toEqual({ result: { path: CHROMIUM }, ran: [], said: [] })
  })

  test('it is installed, and said so', async () => {
    const { result, lines, said } = await provide([{ code: 0, brings: CHROMIUM }])
    expect(result).toEqual({ path: CHROMIUM })
    expect(lines).toEqual([INSTALL])
    expect(said).toEqual([expect.stringContaining('installing')])
  })

  test('the package lists are read only when the first try fails, and all of it within five minutes', async () => {
    const { result, lines, ran } = await provide([{ code: 100 }, { code: 0 }, { code: 0, brings: CHROMIUM }])
    expect(result).toEqual({ path: CHROMIUM })
    expect(lines).toEqual([INSTALL, 'apt-get update', INSTALL])
    expect(ran.map(({ timeoutMs }) => timeoutMs)).toEqual([300_000, 240_000, 180_000])
  })

  test('a failed installation is told with the reason', async () => {
    const { result } = await provide([{ code: 100 }, { code: 100 }, { code: 100 }])
    expect(result).toMatchObject({
      reason: 'no Chromium was found, and apt-get could not install it (exit code 100)',
      advice: expect.stringContaining('Install Chromium'),
    })
  })

  test('an installation that takes too long is given up', async () => {
    const { result, lines } = await provide([{ code: 1, timedOut: true }])
    expect(lines).toEqual([INSTALL])
    expect(result).toMatchObject({ reason: 'no Chromium was found, and installing it took longer than 5 minutes' })
  })

  test.each<[string, Partial<Machine>, string[]]>([
    ['by somebody who is not root', { isRoot: false }, ['/usr/bin/apt-get']],
    ['on macOS', { platform: 'darwin' }, ['/usr/bin/apt-get']],
    ['without apt-get', {}, []],
    ['when the tests are not wanted', { env: { SKIP_BROWSER_TESTS: '1' } }, ['/usr/bin/apt-get']],
  ])('nothing is installed %s', async (_, changes, programs) => {
    const { result, ran } = await provide([{ code: 0, brings: CHROMIUM }], changes, programs)
    expect(ran).toEqual([])
    expect(result).toHaveProperty('reason')
  })
})

test('the notice says what is not run, why, and what to do', () => {
  const notice = skippedNotice({ reason: 'no Chromium was found', advice: 'Install one.' })
  expect(notice).toContain('THE BROWSER TESTS ARE NOT RUN: no Chromium was found.')
  expect(notice).toContain('Install one.')
  expect(notice).toMatch(/^\n!{80}\n/)
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
    write('packages/sandbox-page/package.json', '{}')
    write('packages/sandbox-page/src/page.tsx', 'a')
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
    'packages/sandbox-page/src/page.tsx',
    'packages/sandbox-page/src/new.ts',
    'packages/sandbox-page/package.json',
    'packages/sandbox-page/vite.config.ts',
    'packages/sandbox-page/index.html',
    'pnpm-lock.yaml',
  ])('a change of %s asks for a new page', (path) => {
    const before = pageHash(root)
    expect(pageHash(root)).toBe(before)
    write(path, 'changed')
    expect(pageHash(root)).not.toBe(before)
  })

  test.each([
    'packages/sandbox-page/dist/index.html',
    'packages/sandbox-page/.screenshots/desk.png',
    'packages/sandbox-page/test/a.test.ts',
    'packages/emulator/src/index.ts',
  ])('a change of %s asks for no new page', (path) => {
    const before = pageHash(root)
    write(path, 'changed')
    expect(pageHash(root)).toBe(before)
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
    name: '/repository/packages/emulator/test/a.test.ts',
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

  test('skipped browser tests are counted apart, with the reason', () => {
    const browserFile = { ...file('passed', 'skipped', 'pending'), name: '/r/packages/sandbox-page/test/a.test.ts' }
    const skipped = countSkippedBrowserTests([browserFile, file('passed', 'skipped', 'passed')])
    expect(skippedLine(skipped, { reason: 'no Chromium was found', advice: 'Install one.' })).toBe(
      '2 browser tests were skipped: no Chromium was found. Install one.'
    )
  })

  test('nothing is said about browser tests when none was skipped', () => {
    expect(skippedLine(0, { reason: 'no Chromium was found', advice: 'Install one.' })).toBeUndefined()
  })
})
