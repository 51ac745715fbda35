import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { faults } from '../src/faults'
import { livechatSecrets } from '../src/providers/livechat'
import { zohoSalesIqSecrets } from '../src/providers/zoho-salesiq'
import { bundleOf } from '../src/stage'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

type Ended = { code: number | null; out: string; errors: string }

async function start(...args: string[]): Promise<Ended> {
  const command = ['node_modules/tsx/dist/cli.mjs', 'packages/sandbox/src/main.ts', ...args]
  const child = spawn(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended: Ended = { code: null, out: '', errors: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ended.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ended.errors += text))
  await once(child, 'close')
  return { ...ended, code: child.exitCode }
}

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
      const ended = await start('--verbose')
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
    const ended = await start('--provider', 'zoho-salesiq', '--verbose')
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
    for (const option of ['--provider', '--fault', '--port', '--verbose', '--help']) expect(out).toContain(option)
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

  it('says in one sentence that a port is taken', { timeout: 30_000 }, async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await once(blocker, 'listening')
    const address = blocker.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    const ended = await start('--port', String(port))
    blocker.close()
    expect(ended.code).toBe(1)
    expect(sentences(ended)).toEqual([expect.stringContaining(`Port ${port} is already in use`)])
  })

  it('says how to build an integration that is not built', () => {
    expect(() => bundleOf('not-there')).toThrow('The integration not-there is not built. Run "npm run build" first.')
  })
})
