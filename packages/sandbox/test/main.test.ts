import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { faults } from '../src/faults'
import { livechatSecrets } from '../src/providers/livechat'
import { zohoSalesIqSecrets } from '../src/providers/zoho-salesiq'
import { bundleOf } from '../src/stage'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

type Ended = { code: number | null; out: string; errors: string }

const start = (...args: string[]): Promise<Ended> => run(...args).ended

/** A test that fails must not leave its program behind. */
const started = new Set<ChildProcess>()
afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
})

type Running = { ended: Promise<Ended>; soFar: Ended; pid: number; stop(signal: 'SIGINT' | 'SIGTERM'): void }

/** `--import tsx` rather than the command of tsx: signals then go to the program itself. */
function run(...args: string[]): Running {
  const command = ['--import', 'tsx', 'packages/sandbox/src/main.ts', ...args]
  const child = spawn(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  started.add(child)
  const soFar: Ended = { code: null, out: '', errors: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (soFar.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (soFar.errors += text))
  const ended = once(child, 'close').then(() => ({ ...soFar, code: child.exitCode }))
  return { ended, soFar, pid: child.pid ?? 0, stop: (signal) => void child.kill(signal) }
}

/** The address the page is at, once it is there. */
async function ready({ soFar, ended }: Running, provider: string): Promise<URL> {
  const address = new RegExp(`^The sandbox is ready: (http://127\\.0\\.0\\.1:\\d+)/#/${provider}$`, 'm')
  const early = ended.then(({ errors }) => Promise.reject(new Error(`It has ended: ${errors}`)))
  const found = vi.waitFor(() => {
    const [, url = ''] = address.exec(soFar.out) ?? []
    return new URL(url)
  }, READY_WITHIN)
  return Promise.race([found, early])
}

const READY_WITHIN = { timeout: 40_000, interval: 50 }
const ENDS_WITHIN_MS = 5_000

/** Ids of the processes below, however deep. */
function below(pid: number): number[] {
  const rows = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number))
  const own = pairs.flatMap(([child = 0, parent]) => (parent === pid ? [child] : []))
  return own.flatMap((child) => [child, ...below(child)])
}

/** Of those, the ones that still do something: who has ended may wait for somebody to notice. */
const stillRunning = (pids: readonly number[]): string[] =>
  execFileSync('ps', ['-e', '-o', 'pid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((row) => pids.includes(Number.parseInt(row, 10)) && !/^\s*\d+\s+Z/.test(row))

const sentences = ({ errors }: Ended) =>
  errors
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('npm warn'))

// Each run is a process of its own that mostly waits, so they share the time.
describe.concurrent('npm start', () => {
  it(
    'plays the journeys with the built bundle in a process of its own, with no secret in what it prints',
    { timeout: 60_000 },
    async () => {
      const ended = await start('--journeys', '--verbose')
      expect(ended).toMatchObject({ code: 0 })
      expect(ended.out.trim().split('\n').at(-1)).toMatch(/^Done: (\d+) of \1 checks hold/)
      expect(ended.out).toContain('Ana sees Ben Carter: Glad to hear that. Goodbye!')
      expect(ended.out).toContain('LiveChat shows Ana: file printer.png')
      expect(ended.out).toMatch(/calls \(user text\): LiveChat 1 of at most 1, Botpress 0 of at most 0/)
      expect(ended.out).not.toContain('✗')
      expect(livechatSecrets.filter((secret) => ended.out.includes(secret))).toEqual([])
      expect(ended.out).not.toMatch(/bp_iak_|Bearer |\bdal:/)
      expect(ended.out.includes('\u001B[')).toBe(false)
    }
  )

  it('plays the journeys of another provider by name', { timeout: 60_000 }, async () => {
    const ended = await start('--journeys', '--provider', 'zoho-salesiq', '--verbose')
    expect(ended).toMatchObject({ code: 0 })
    expect(ended.out.trim().split('\n').at(-1)).toMatch(/^Done: (\d+) of \1 checks hold/)
    expect(ended.out).toContain('Zoho SalesIQ shows Ana: file printer.png')
    expect(ended.out).toMatch(/calls \(agent message\): Zoho SalesIQ 0 of at most 0, Botpress 1 of at most 1/)
    expect(zohoSalesIqSecrets.filter((secret) => ended.out.includes(secret))).toEqual([])
    expect(ended.out).not.toMatch(/Zoho-oauthtoken [^*\s"]/)
  })

  it('shows one fault by name', { timeout: 60_000 }, async () => {
    const ended = await start('--fault', 'two-users')
    expect(ended).toMatchObject({ code: 0 })
    expect(ended.out).toMatch(/Done: .* under the fault two-users/)
  })

  it('lists every option and every fault with --help', { timeout: 30_000 }, async () => {
    const { code, out } = await start('--help')
    expect(code).toBe(0)
    for (const option of ['provider', 'fault', 'port', 'verbose', 'help', 'journeys', 'keep', 'no-open']) {
      expect(out).toContain(`--${option}`)
    }
    for (const { name, about } of faults) expect(out).toMatch(new RegExp(`${name} +${about.slice(0, 20)}`))
  })

  it.each([
    { args: ['--fault', 'sunshine'], says: 'There is no fault "sunshine"' },
    { args: ['--provider', 'acme'], says: 'There is no provider "acme"' },
    { args: ['--port', 'many'], says: 'The port "many" is not a whole number' },
    { args: ['--colour'], says: '--colour' },
  ])('refuses $args in one sentence', { timeout: 30_000 }, async ({ args, says }) => {
    const ended = await start(...args)
    expect(ended.code).toBe(2)
    expect(sentences(ended)).toHaveLength(1)
    expect(ended.errors).toContain(says)
  })

  it(
    'says in one sentence that a port is taken, with the journeys and with the page',
    { timeout: 60_000 },
    async () => {
      const blocker = createServer().listen(0, '127.0.0.1')
      await once(blocker, 'listening')
      const address = blocker.address()
      const port = address !== null && typeof address === 'object' ? address.port : 0
      const [journeys, page] = await Promise.all([
        start('--journeys', '--port', String(port)),
        start('--no-open', '--port', String(port)),
      ])
      blocker.close()
      for (const ended of [journeys, page]) {
        expect(ended.code).toBe(1)
        expect(sentences(ended)).toEqual([expect.stringContaining(`Port ${port} is already in use`)])
      }
    }
  )

  it('says how to build an integration that is not built', () => {
    expect(() => bundleOf('not-there')).toThrow('The integration not-there is not built. Run "npm run build" first.')
  })
})

describe('the page of npm start', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'answers, and ends with all its processes within 5 s of %s',
    { timeout: 60_000 },
    async (signal) => {
      const running = run('--provider', 'hubspot', '--no-open')
      const url = await ready(running, 'hubspot')
      expect((await fetch(url)).status).toBe(200)
      const summaries = async (): Promise<unknown> => (await fetch(new URL('/api/providers', url))).json()
      expect(await summaries()).toContainEqual({ name: 'hubspot', title: 'HubSpot', state: 'ready' })
      // A page that stays open must not keep the program.
      const stream = await fetch(new URL('/api/providers/hubspot/stream', url))
      expect(stream.status).toBe(200)
      await vi.waitFor(async () => expect(JSON.stringify(await summaries())).not.toContain('starting'), READY_WITHIN)
      const processes = below(running.pid)
      expect(processes.length).toBeGreaterThanOrEqual(3)

      const askedAt = performance.now()
      running.stop(signal)
      const ended = await running.ended
      expect(performance.now() - askedAt).toBeLessThan(ENDS_WITHIN_MS)
      expect(ended).toMatchObject({ code: 0 })
      expect(sentences(ended).filter((line) => line !== '')).toEqual([])
      await vi.waitFor(() => expect(stillRunning([running.pid, ...processes])).toEqual([]), 3_000)
      await stream.body?.cancel().catch(() => undefined)
    }
  )

  it('ends as quickly while the other providers are still being started', { timeout: 60_000 }, async () => {
    const running = run('--no-open')
    await ready(running, 'livechat')
    const processes = below(running.pid)
    const askedAt = performance.now()
    running.stop('SIGTERM')
    const ended = await Promise.race([
      running.ended,
      new Promise<'still running'>((resolve) => setTimeout(() => resolve('still running'), 2 * ENDS_WITHIN_MS)),
    ])
    if (ended === 'still running') running.stop('SIGTERM')
    expect(ended).toMatchObject({ code: 0 })
    expect(performance.now() - askedAt).toBeLessThan(ENDS_WITHIN_MS)
    await vi.waitFor(() => expect(stillRunning([running.pid, ...processes])).toEqual([]), 3_000)
  })

  it('takes a free port beside another one, and ends for both', { timeout: 60_000 }, async () => {
    const both = [run('--no-open'), run('--no-open')]
    const urls = await Promise.all(both.map((one) => ready(one, 'livechat')))
    expect(new Set(urls.map(({ port }) => port)).size).toBe(2)
    for (const url of urls) expect((await fetch(url)).status).toBe(200)
    await Promise.all(
      urls.map((url) =>
        vi.waitFor(async () => {
          const text = await (await fetch(new URL('/api/providers', url))).text()
          expect(text).not.toContain('starting')
        }, READY_WITHIN)
      )
    )
    for (const one of both) one.stop('SIGTERM')
    for (const one of both) expect(await one.ended).toMatchObject({ code: 0 })
  })

  it('tells nothing secret in what it prints', { timeout: 60_000 }, async () => {
    const running = run('--no-open', '--verbose')
    const url = await ready(running, 'livechat')
    await vi.waitFor(async () => {
      const summaries = await (await fetch(new URL('/api/providers', url))).text()
      expect(summaries).not.toContain('starting')
    }, READY_WITHIN)
    running.stop('SIGINT')
    const { out, errors } = await running.ended
    expect([...livechatSecrets, ...zohoSalesIqSecrets].filter((secret) => `${out}${errors}`.includes(secret))).toEqual(
      []
    )
  })
})
