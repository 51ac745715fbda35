import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { main } from '../scripts/deploy/main'
import { type AdminServer, startAdminServer, TOKEN, WORKSPACE } from './deploy-kit/admin-server'
import { type FakeNpx, fakeNpx } from './deploy-kit/fake-npx'
import { changelog, manifest, readBody, type Scratch, scratchIntegration } from './deploy-kit/scratch-integration'

const ROOT = resolve(import.meta.dirname, '..')

let server: AdminServer
let scratch: Scratch
let npx: FakeNpx
beforeEach(async () => {
  server = await startAdminServer()
  scratch = scratchIntegration()
  npx = fakeNpx()
})
afterEach(async () => {
  expect(server.strange).toEqual([])
  await server.close()
  scratch.remove()
  npx.remove()
})

const account = () => ({ BP_TOKEN: TOKEN, BP_WORKSPACE_ID: WORKSPACE, BP_API_URL: server.url })

/** Runs the command in the scratch repository; `account: false` stands for an environment without one. */
async function run(line: string, more: { account?: false; env?: Record<string, string> } = {}) {
  const printed: string[] = []
  const keep = (text: unknown) => void printed.push(String(text))
  vi.spyOn(console, 'log').mockImplementation(keep)
  vi.spyOn(console, 'error').mockImplementation(keep)
  const env = {
    ...process.env,
    BP_TOKEN: undefined,
    BP_WORKSPACE_ID: undefined,
    ...(more.account === false ? {} : account()),
    ...more.env,
    PATH: `${npx.folder}:${process.env['PATH']}`,
  }
  const code = await main(line.split(' ').filter(Boolean), scratch.root, env)
  vi.restoreAllMocks()
  expect(printed.join('\n')).not.toContain(TOKEN)
  return { code, printed, said: printed.join('\n'), last: printed.at(-1) ?? '' }
}

const commands = () => npx.calls().map(({ args }) => args.slice(3).join(' '))
const deployed = () => commands().filter((line) => line.includes(' deploy '))
const checks = ['run typecheck', '--filter ./integrations/acme run build']
const dlx = 'dlx @botpress/cli@5.5.6'

test('all steps are gone through in order, and each says so', async () => {
  const { code, printed } = await run('acme')
  expect(code).toBe(0)
  expect(printed.filter((line) => /^\[\d\/6\]/.test(line))).toEqual([
    '[1/6] Reading acme and its versions',
    '[2/6] Checking types',
    '[3/6] Building',
    '[4/6] Checking the definition and the request',
    '[5/6] Asking Botpress about this version',
    `[6/6] pnpm ${dlx} deploy --confirm --visibility private`,
  ])
  expect(printed.slice(-2)).toEqual([
    'bp says: token ***',
    expect.stringMatching(/^Done: acme 1\.2\.3 is deployed\. \(/),
  ])
  expect(commands()).toEqual([...checks, `${dlx} --version`, `${dlx} deploy --confirm --visibility private`])
  expect(npx.calls().at(-1)?.cwd).toBe(join(scratch.root, 'integrations/acme'))
})

test('with --dry-run Botpress only validates', async () => {
  const { code, last } = await run('acme --dry-run')
  expect(code).toBe(0)
  expect(last).toContain('Done: acme 1.2.3 could be deployed.')
  expect(deployed()).toEqual([`${dlx} deploy --confirm --visibility private --dryRun`])
})

test('a dry run without an account does what it can and says what it left out', async () => {
  const { code, said, last } = await run('acme --dry-run --visibility public', { account: false })
  expect(code).toBe(0)
  expect(said).toContain(
    'Left out: asking Botpress whether it has this version; BP_TOKEN and BP_WORKSPACE_ID are not set'
  )
  expect(said).toContain(`Left out: pnpm ${dlx} deploy --confirm --visibility public --dryRun`)
  expect(last).toContain('Done: acme 1.2.3 passes every check that needs no account.')
  expect(commands()).toEqual(checks)
  expect(server.requests).toEqual([])
})

test.each(['private', 'unlisted', 'public'])('--visibility %s is handed on', async (visibility) => {
  await run(`acme --visibility ${visibility}`)
  expect(deployed()).toEqual([`${dlx} deploy --confirm --visibility ${visibility}`])
})

describe('a published version', () => {
  beforeEach(() => void server.own.add('team/acme@1.2.3'))

  test('is not overwritten', async () => {
    const { code, last } = await run('acme')
    expect(code).toBe(1)
    expect(last).toBe(
      'Failed: team/acme 1.2.3 is published already; raise the version, or use --force to overwrite it.'
    )
    expect(deployed()).toEqual([])
  })

  test('is overwritten with --force', async () => {
    const { code, said } = await run('acme --force')
    expect(code).toBe(0)
    expect(said).toContain('team/acme 1.2.3 is published already and will be overwritten')
    expect(deployed().length).toBe(1)
  })
})

test('what a program said is shown when it fails, also under `npm run --silent`', async () => {
  npx.plan({ cli: 'unknown' })
  const { said } = await run('acme', { env: { npm_config_loglevel: 'silent' } })
  expect(said).toContain('No matching version found for @botpress/cli@5.5.6')
  expect(npx.calls().filter(({ env }) => 'npm_config_loglevel' in env)).toEqual([])
})

describe('what the programs are told', () => {
  const environments = async () => {
    const options = { BP_VISIBILITY: 'public', BP_SECRETS: 'A=b', BP_DRY_RUN: 'true', SECRET_KEY: 'x' }
    const vendors = { LIVECHAT_AGENT_TOKEN: 'vendor-secret', HUBSPOT_CLIENT_SECRET: 'vendor-secret' }
    const env = { ...options, ...vendors, NPM_TOKEN: 'npm', HTTPS_PROXY: 'proxy' }
    await run('acme', { env })
    return npx.calls().map((call) => call.env)
  }
  const interesting = /^BP_|TOKEN|SECRET|HTTPS_PROXY/

  test('the deploying call knows the account and nothing that would change its options', async () => {
    const last = (await environments()).at(-1) ?? {}
    const known = Object.entries(last).filter(([name]) => interesting.test(name) && !(name in process.env))
    expect(Object.fromEntries(known)).toEqual({ ...account(), NPM_TOKEN: 'npm', HTTPS_PROXY: 'proxy' })
  })

  test('no other call knows the account', async () => {
    const others = (await environments()).slice(0, -1)
    expect(others.length).toBe(3)
    expect(others.flatMap((env) => Object.keys(env).filter((name) => /^BP_|SECRET|AGENT_TOKEN/.test(name)))).toEqual([])
  })
})

describe('one clear sentence', () => {
  test.each<[string, Parameters<FakeNpx['plan']>[0], string, number]>([
    ['when the types are wrong', { typecheck: 2 }, 'The types are not right; the lines above say where.', 1],
    ['when the build fails', { build: 1 }, 'Building acme failed.', 2],
    [
      'when the registry has no such CLI',
      { cli: 'unknown' },
      'The Botpress CLI 5.5.6 cannot be had from the package registry; nothing was deployed.',
      3,
    ],
    [
      'when it has another one',
      { cli: 'another' },
      'The Botpress CLI 5.5.6 cannot be had from the package registry; nothing was deployed.',
      3,
    ],
    ['when the CLI fails', { deploy: 1 }, '`bp deploy` failed; the lines above say why.', 4],
    ['when somebody ends it', { deploy: 130 }, 'Stopped.', 4],
  ])('%s', async (_, plan, sentence, calls) => {
    npx.plan(plan)
    const { code, last } = await run('acme')
    expect(last).toBe(sentence === 'Stopped.' ? sentence : `Failed: ${sentence}`)
    expect(code).toBe(sentence === 'Stopped.' ? 130 : 1)
    expect(npx.calls().length).toBe(calls)
  })

  test('when files are not committed, unless it is a dry run', async () => {
    scratch.write({ 'docs/new.md': 'new\n' })
    expect(await run('acme')).toMatchObject({
      code: 1,
      last: 'Failed: 1 file is not committed; commit everything, or use --dry-run.',
    })
    expect(npx.calls()).toEqual([])
    const { code, said } = await run('acme --dry-run')
    expect(code).toBe(0)
    expect(said).toContain('1 file is not committed; without --dry-run that would be refused')
  })

  test('when a changed integration has no new version', async () => {
    scratch.git('tag', 'acme@1.2.3')
    scratch.write({ 'packages/hitl-core/src/index.ts': 'export const core = 2\n' })
    scratch.commit()
    const { code, printed } = await run('acme')
    expect(code).toBe(1)
    expect(printed.slice(-2)).toEqual([
      'integrations/acme: has changed since acme@1.2.3, but is still 1.2.3; raise it (packages/hitl-core/src/index.ts)',
      'Failed: The versions are not right; the line above says why.',
    ])
    expect(npx.calls()).toEqual([])
  })

  test('when the definition breaks rules of both kinds', async () => {
    scratch.define({ ...readBody, title: '', interfaces: {} })
    const { code, said, last } = await run('acme')
    expect(code).toBe(1)
    expect(said).toContain('the integration: has no title')
    expect(said).toContain('interfaces: the hitl interface is not implemented')
    expect(last).toMatch(/^Failed: The definition is not right; the \d+ lines above say why\.$/)
    expect(deployed()).toEqual([])
  })

  test('when the definition is called otherwise', async () => {
    scratch.define({ ...readBody, name: 'other' })
    expect((await run('acme')).last).toBe('Failed: The definition in integrations/acme is called other.')
  })

  test('when there is no account', async () => {
    expect(await run('acme', { account: false })).toMatchObject({
      code: 1,
      last: 'Failed: Set BP_TOKEN and BP_WORKSPACE_ID, or use --dry-run.',
    })
  })

  test('when Botpress refuses the token', async () => {
    const { last } = await run('acme', { env: { BP_TOKEN: 'another-token-than-that' } })
    expect(last).toBe('Failed: Botpress refuses BP_TOKEN for the workspace in BP_WORKSPACE_ID (401).')
    expect(deployed()).toEqual([])
  })
})

describe('a tag', () => {
  test('says what to deploy', async () => {
    scratch.git('tag', 'acme@1.2.3')
    expect(await run('--tag acme@1.2.3')).toMatchObject({ code: 0 })
    expect(deployed().length).toBe(1)
  })

  test('of another version is refused, also when that is written everywhere else', async () => {
    scratch.write({ 'CHANGELOG.md': changelog('1.2.4'), 'integrations/acme/package.json': manifest('1.2.4') })
    scratch.define({ ...readBody, version: '1.2.4' })
    scratch.commit()
    scratch.git('tag', 'acme@1.2.3')
    const { code, said } = await run('--tag acme@1.2.3')
    expect(code).toBe(1)
    expect(said).toContain('acme@1.2.3: the definition says acme 1.2.4')
  })
})

describe('the command line', () => {
  test.each([
    ['', 'Name the integration to deploy. Use --help for the list of options.'],
    ['nothing', 'There is no integration "nothing"; choose one of: acme.'],
    ['acme acme', 'Name one integration only; each is deployed on its own.'],
    ['acme --visibility secret', '--visibility "secret" is not one of: private, unlisted, public.'],
    ['acme --tag acme', '--tag "acme" is not of the form livechat@1.2.3.'],
    ['acme --tag other@1.2.3', '--tag "other@1.2.3" is not a tag of acme.'],
    ['--tag other@1.2.3', 'There is no integration "other"; choose one of: acme.'],
    ['acme --secrets A=b', `Unknown option '--secrets'. Use --help for the list of options.`],
    ['acme -- --dry-run', 'Name one integration only; each is deployed on its own.'],
  ])('"%s" is refused', async (line, sentence) => {
    expect(await run(line)).toMatchObject({ code: 2, printed: [`Failed: ${sentence}`] })
    expect(npx.calls()).toEqual([])
  })

  test('half an account is refused', async () => {
    expect(await run('acme --dry-run', { account: false, env: { BP_TOKEN: TOKEN } })).toMatchObject({ code: 2 })
  })

  test('pnpm hands a leading -- on', async () => {
    expect(await run('-- acme --dry-run', { account: false })).toMatchObject({ code: 0 })
  })

  test('--help names every option', async () => {
    const { code, said } = await run('--help')
    expect(code).toBe(0)
    for (const option of ['--dry-run', '--visibility', '--force', '--tag', 'BP_TOKEN', 'acme'])
      expect(said).toContain(option)
  })

  test('`npm run deploy:integration` ends with the same codes', () => {
    const npm = (...args: string[]) =>
      spawnSync('npm', ['run', '--silent', 'deploy:integration', '--', ...args], { cwd: ROOT, encoding: 'utf8' })
    expect(npm('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('livechat') })
    expect(npm('nothing')).toMatchObject({ status: 2, stderr: expect.stringContaining('Failed: There is no') })
  })
})
