import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkLayout } from '../scripts/check-layout'
import { templateFiles } from '../scripts/new-provider/scaffold'
import { runCommand } from '../scripts/runner/command.mjs'
import { copyRepository, linkDependencies } from './scratch-repository'

const ROOT = resolve(import.meta.dirname, '..')
const NAME = 'zendesk-ai-agents'
const FOLDER = `integrations/${NAME}`

/** This repository, in which the guide was followed. */
let copy: string

/** What vitest tells its own processes is not for the ones of the copy. */
const env = { VITEST: '', VITEST_WORKER_ID: '', NODE_ENV: '', TEST: '', FORCE_COLOR: '0' }
const node = (args: readonly string[], cwd = copy) => runCommand(process.execPath, args, { cwd, mode: 'capture', env })
const tool = (path: string, ...args: string[]) => node([join(copy, 'node_modules', path), ...args])
const newProvider = (...args: string[]) => node(['--import', 'tsx', 'scripts/new-provider/main.ts', ...args])
const edit = (path: string, change: (text: string) => string) => {
  const file = join(copy, FOLDER, path)
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}

async function build(): Promise<void> {
  const folder = join(copy, FOLDER)
  const { code, output } = await node(['node_modules/@botpress/cli/bin.js', 'build'], folder)
  expect([code, output]).toEqual([0, expect.stringContaining('Bundle available')])
}

type Counts = { numPassedTests: number; numFailedTests: number; numTotalTests: number }

async function runTests(...args: string[]): Promise<Counts & { output: string }> {
  const report = join(copy, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { output } = await tool('vitest/vitest.mjs', 'run', ...reporters, ...args)
  const counts: Counts = JSON.parse(readFileSync(report, 'utf8'))
  return { ...counts, output }
}

beforeAll(async () => {
  copy = copyRepository()
  const made = await newProvider(NAME)
  expect([made.code, made.output]).toEqual([0, expect.stringContaining('for Zendesk AI Agents')])
  linkDependencies(copy, join(copy, FOLDER))
}, 60_000)
afterAll(() => rmSync(copy, { recursive: true, force: true }))

describe('the guide', () => {
  const guide = readFileSync(join(ROOT, 'docs/adding-a-provider.md'), 'utf8')
  const steps = [...guide.matchAll(/^(\d)\. /gm)].map(([, step]) => Number(step))

  test('is short, and its first step is the command', () => {
    expect(guide.trimEnd().split('\n').length).toBeLessThan(150)
    expect(/^1\. .*`pnpm new:provider <name>`/m.test(guide)).toBe(true)
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('has the step that each TODO of the skeleton names', () => {
    const texts = templateFiles().map((file) => readFileSync(join(copy, FOLDER, file), 'utf8'))
    const named = texts.flatMap((text) =>
      [...text.matchAll(/TODO( \(step (\d)\))?/g)].map(([, , step]) => Number(step))
    )
    expect([...new Set(named)].toSorted()).toEqual([2, 3, 4, 5, 6, 8])
  })
})

describe('the skeleton', () => {
  test('is formatted and breaks no rule of the linter, however long its name', { timeout: 30_000 }, async () => {
    const others = [['x'], ['a-name-that-is-as-long-as-names-may-be40'], ['acme-chat', '--title', 'A.C.M.E. Live-Chat']]
    for (const args of others) expect(await newProvider(...args)).toMatchObject({ code: 0 })
    const folders = [FOLDER, ...others.map(([name]) => `integrations/${name}`)]
    expect(await tool('oxfmt/bin/oxfmt', '--check', ...folders)).toMatchObject({ code: 0 })
    expect(await tool('oxlint/bin/oxlint', '--deny-warnings', ...folders)).toMatchObject({ code: 0 })
    expect(checkLayout(copy)).toEqual([])
  })

  test('compiles, and would not if it broke the contract', { timeout: 60_000 }, async () => {
    const adapter = readFileSync(join(copy, FOLDER, 'src/adapter.ts'), 'utf8')
    writeFileSync(join(copy, FOLDER, 'src/broken.ts'), adapter.replace('  threadKey: ({ id }) => id,\n', ''))
    const config = {
      extends: './tsconfig.base.json',
      include: [`${FOLDER}/**/*.ts`, 'packages/hitl-core/src/http/axios.d.ts'],
      exclude: ['**/node_modules'],
    }
    writeFileSync(join(copy, 'tsconfig.skeleton.json'), JSON.stringify(config))
    const { output } = await tool('typescript/bin/tsc', '-p', 'tsconfig.skeleton.json')
    rmSync(join(copy, FOLDER, 'src/broken.ts'))
    const problems = output.split('\n').filter((line) => line.startsWith(`${FOLDER}/`))
    expect(problems).toEqual([expect.stringMatching(/src\/broken\.ts.*threadKey/)])
  })

  test('builds and passes the shared suite', { timeout: 120_000 }, async () => {
    await build()
    const { output, ...counts } = await runTests(FOLDER)
    expect([counts.numFailedTests, output]).toEqual([0, expect.stringContaining(`${FOLDER}/test/contract.test.ts`)])
    expect(counts.numPassedTests).toBeGreaterThan(30)
  })

  test('would not pass it if it let forged webhooks in', { timeout: 60_000 }, async () => {
    edit('src/webhook.ts', (text) => text.replace(/if \(!constantTimeEqual\(.*\)\)/, 'if (signingKey === expected)'))
    await build()
    const counts = await runTests(`${FOLDER}/test/contract.test.ts`, '-t', 'that are forged')
    expect([counts.numPassedTests, counts.numFailedTests]).toEqual([0, 1])
  })
})
