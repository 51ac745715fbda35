import { spawnSync } from 'node:child_process'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { act, readView } from './kit/api'
import { type Sandbox, startSandbox } from './kit/sandbox'

const START_MS = 90_000
const API = '/api/providers/livechat'

type Asked = { method?: string; path: string; headers: Record<string, string>; body?: string }
type Answer = { status: number; text: string; headers: Record<string, unknown> }

describe('who may talk to the server of the page', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await startSandbox('livechat')
  }, START_MS)
  afterAll(() => sandbox.stop(), START_MS)

  /** `fetch` would set its own Host. */
  const ask = ({ method = 'GET', path, headers, body }: Asked): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const asking = request(`${sandbox.url}${path}`, { method, headers, agent: false }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }))
      })
      asking.once('error', reject)
      asking.end(body)
    })

  const port = () => new URL(sandbox.url).port
  const paths = ['/', '/api/providers', `${API}/stream`, `${API}/settings`, `${API}/log`]

  it.each(paths)('%s is refused under the name of another host', async (path) => {
    for (const host of ['example.com', `example.com:${port()}`, '127.0.0.1.example.com', `192.0.2.1:${port()}`]) {
      const { status, text } = await ask({ path, headers: { host } })
      expect({ host, status }).toEqual({ host, status: 403 })
      expect(text).not.toContain('webhook')
    }
  })

  const action = JSON.stringify({ type: 'addUser', name: 'Mallory' })
  const json = { 'content-type': 'application/json' }

  it.each([
    { origin: 'https://example.com' },
    { origin: 'http://127.0.0.1:1' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
  ])('an action with the headers %o of another web site is refused and not done', async (foreign) => {
    const answer = await ask({ method: 'POST', path: `${API}/actions`, headers: { ...json, ...foreign }, body: action })
    expect(answer.status).toBe(403)
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    const { users } = await readView(sandbox)
    expect(users.map(({ name }) => name)).not.toContain('Mallory')
  })

  it('an action that another web site could send without being asked about is refused', async () => {
    const headers = { 'content-type': 'text/plain' }
    const answer = await ask({ method: 'POST', path: `${API}/actions`, headers, body: action })
    expect(answer.status).toBe(415)
  })

  it('a file upload from another web site is refused', async () => {
    const headers = { 'content-type': 'image/png', origin: 'https://example.com' }
    const answer = await ask({ method: 'POST', path: `${API}/uploads?name=a.png`, headers, body: 'bytes' })
    expect(answer.status).toBe(403)
  })

  it('the page of this machine is served, by either of its names', async () => {
    for (const host of [`127.0.0.1:${port()}`, `localhost:${port()}`]) {
      const answer = await ask({ path: '/', headers: { host } })
      expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('<!doctype html>') })
    }
    expect(await act(sandbox, { type: 'addUser', name: 'Nora' })).toHaveProperty('user')
  })

  it('an address that no emulator serves is not fetched', async () => {
    const url = encodeURIComponent('http://169.254.169.254/latest/meta-data')
    const { status } = await ask({ path: `${API}/media?url=${url}`, headers: {} })
    expect(status).toBeGreaterThanOrEqual(400)
  })
})

describe('the end of the sandbox', () => {
  const childrenOf = (pid: number): number[] => {
    const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
    return rows.flatMap(([child, parent]) => (child !== undefined && parent === pid ? [child] : []))
  }
  const isRunning = (pid: number): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends it and its processes at once, even while the other providers are starting',
    async (signal) => {
      const sandbox = await startSandbox('livechat')
      const children = childrenOf(sandbox.pid)
      expect(children.length).toBeGreaterThan(0)
      await sandbox.stop(signal)
      await expect.poll(() => children.filter(isRunning)).toEqual([])
      expect(sandbox.printed()).not.toMatch(/Failed|Error/)
    },
    START_MS
  )
})
