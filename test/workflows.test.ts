import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { load } from 'js-yaml'
import { describe, expect, test } from 'vitest'
import { visibilities } from '../scripts/deploy/create-body'

const ROOT = resolve(import.meta.dirname, '..')
const FOLDER = join(ROOT, '.github', 'workflows')
const FILES = readdirSync(FOLDER)

type Step = { name?: string; uses?: string; run?: string; env?: Record<string, string>; with?: Record<string, unknown> }
type Job = {
  steps: Step[]
  permissions?: unknown
  environment?: string
  'timeout-minutes'?: number
  strategy?: { matrix: Record<string, string[]> }
}
type Input = { type: string; required?: boolean; options?: string[]; default?: unknown }
type Workflow = {
  on: Record<string, { tags?: string[]; inputs?: Record<string, Input> } | null>
  permissions?: Record<string, string>
  jobs: Record<string, Job>
}

const textOf = (file: string) => readFileSync(join(FOLDER, file), 'utf8')
const read = (file: string) => load(textOf(file)) as Workflow
const stepsOf = (workflow: Workflow) => Object.values(workflow.jobs).flatMap(({ steps }) => steps)
const manifest: { scripts: Record<string, string>; packageManager: string } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8')
)

const PINNED = /^ *-? *uses: [\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)+$/

/** What is wrong with a workflow, one line each; the last tests prove that each of them is found. */
function problemsOf(text: string): string[] {
  const workflow = load(text) as Workflow
  const steps = stepsOf(workflow)
  const uses = text.split('\n').filter((line) => /\buses:/.test(line))
  const { pull_request_target: target } = workflow.on
  return [
    ...uses.filter((line) => !PINNED.test(line)).map((line) => `not pinned: ${line.trim()}`),
    ...(target === undefined ? [] : ['runs code of strangers with secrets']),
    ...(JSON.stringify(workflow.permissions) === '{"contents":"read"}' ? [] : ['may more than read']),
    ...Object.values(workflow.jobs).flatMap((job) => [
      ...(job.permissions === undefined ? [] : ['a job may more than read']),
      ...(job['timeout-minutes'] === undefined ? ['a job without a time limit'] : []),
    ]),
    ...steps.filter(({ run }) => run?.includes('${{')).map(({ run }) => `puts an expression into a shell: ${run}`),
    ...steps
      .filter((step) => step.uses?.startsWith('actions/checkout@') && step.with?.['persist-credentials'] !== false)
      .map(() => 'leaves credentials in the checkout'),
    ...steps.flatMap(({ run = '' }) => unknownNames(run)),
  ]
}

function unknownNames(run: string): string[] {
  const scripts = [
    ...[...run.matchAll(/\bp?npm(?:@[\d.]+)? run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name),
    ...[...run.matchAll(/\bnpm (start|test)\b/g)].map(([, name = '']) => name),
  ]
  const paths = [...run.matchAll(/(?<![\w/])((?:scripts|packages|integrations|\.ci)\/[\w./-]+)/g)].map(([path]) => path)
  const pnpm = [...run.matchAll(/pnpm@[\d.]+/g)].map(([name]) => name)
  return [
    ...scripts.filter((name) => !(name in manifest.scripts)).map((name) => `no such script: ${name}`),
    ...paths.filter((path) => !existsSync(join(ROOT, path))).map((path) => `no such file: ${path}`),
    ...pnpm.filter((name) => name !== manifest.packageManager).map((name) => `another pnpm: ${name}`),
  ]
}

test.each(FILES)('%s may only read, pins what it uses and names only what exists', (file) => {
  expect(problemsOf(textOf(file))).toEqual([])
})

describe('each problem is found', () => {
  const right = textOf('ci.yml')
  const pinned = 'actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2'

  test.each([
    ['a tag in place of a hash', pinned, 'actions/checkout@v4', 'not pinned'],
    ['a hash without a version', pinned, pinned.replace(/ #.*/, ''), 'not pinned'],
    ['pull_request_target', '  pull_request:', '  pull_request_target:', 'runs code of strangers'],
    ['a right to write', 'contents: read', 'contents: write', 'may more than read'],
    ['an expression in a shell', 'npm run lint', 'echo ${{ github.event.head_commit.message }}', 'into a shell'],
    ['credentials left behind', 'persist-credentials: false', 'fetch-depth: 1', 'leaves credentials'],
    ['an unknown script', 'npm run lint', 'npm run no-such-script', 'no such script: no-such-script'],
    ['an unknown file', 'npm run lint', 'node scripts/no-such-file.mjs', 'no such file: scripts/no-such-file.mjs'],
    ['another pnpm', 'pnpm@10.34.9 run build', 'pnpm@9.0.0 run build', 'another pnpm: pnpm@9.0.0'],
    ['no time limit', '    timeout-minutes: 45\n', '', 'without a time limit'],
  ])('%s', (_, part, instead, problem) => {
    expect(right).toContain(part)
    expect(problemsOf(right.replace(part, instead)).join('\n')).toContain(problem)
  })
})

test('ci runs on two versions of Node', () => {
  const versions = Object.values(read('ci.yml').jobs).flatMap(({ strategy }) => strategy?.matrix['node'] ?? [])
  expect(versions.length).toBeGreaterThanOrEqual(2)
})

describe('deploy', () => {
  const workflow = read('deploy.yml')
  const inputs = workflow.on['workflow_dispatch']?.inputs ?? {}

  test('starts with a tag of a version or by hand, and offers what there is', () => {
    expect(workflow.on['push']).toEqual({ tags: ['*@*'] })
    expect(inputs['integration']).toMatchObject({ type: 'string', required: true })
    expect(inputs['visibility']?.options).toEqual(visibilities)
    expect([inputs['dry-run'], inputs['force']].map((input) => input?.default)).toEqual([true, false])
  })

  test('waits for whoever protects the environment, and gives the secrets to the deploying steps alone', () => {
    expect(Object.values(workflow.jobs).map(({ environment }) => environment)).toEqual(['botpress'])
    const withSecrets = stepsOf(workflow).filter((step) => JSON.stringify(step).includes('secrets.'))
    expect(withSecrets.map(({ run }) => run?.includes('npm run deploy:integration'))).toEqual([true, true])
    const named = textOf('deploy.yml').matchAll(/secrets\.(\w+)/g)
    expect([...new Set([...named].map(([, name]) => name))].sort()).toEqual(['BP_TOKEN', 'BP_WORKSPACE_ID'])
  })

  test('has the whole history, where earlier tags are looked for', () => {
    const [checkout] = stepsOf(workflow)
    expect(checkout?.with).toMatchObject({ 'fetch-depth': 0 })
  })
})

test('only deploy knows secrets', () => {
  expect(FILES.filter((file) => textOf(file).includes('secrets.'))).toEqual(['deploy.yml'])
})
