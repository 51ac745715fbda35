import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startEmulator } from '../src/index'
import { startWorld } from './world'

let emulator: Awaited<ReturnType<typeof startWorld>>

beforeAll(async () => {
  emulator = await startWorld()
})

afterAll(() => emulator.close())

beforeEach(() => {
  emulator.reset()
  emulator.providers[0].received.length = 0
})

const post = (path: string, body = '{"a":1}') =>
  fetch(`${emulator.url}${path}`, {
    method: 'POST',
    headers: { 'x-emulated-host': 'api.vendor.test', 'content-type': 'application/json' },
    body,
  })

it('journals an exchange with provider, label, bodies and headers', async () => {
  await post('/messages?q=1')
  expect(emulator.journal.entries).toMatchObject([
    {
      kind: 'vendor',
      provider: 'vendor',
      label: 'vendor POST /messages',
      status: 200,
      request: { a: 1 },
      response: { ok: true, q: '1' },
      requestHeaders: { 'content-type': 'application/json' },
      responseHeaders: { 'x-vendor': 'yes' },
    },
  ])
})

it('answers an unlisted route or host with 501 and remembers it', async () => {
  expect((await post('/nope')).status).toBe(501)
  const other = await fetch(`${emulator.url}/x`, { headers: { 'x-emulated-host': 'api.other.test' } })
  expect(other.status).toBe(501)
  expect(emulator.unlisted).toEqual(['vendor POST /nope at api.vendor.test', 'GET /x at api.other.test'])
})

it('injects a status with body and headers without handling the call, as often as told', async () => {
  const fault = { kind: 'status' as const, status: 429, body: { error: 'slow down' }, headers: { 'retry-after': '3' } }
  emulator.faults.add({ target: 'vendor', match: 'messages', times: 2, fault })
  const first = await post('/messages')
  expect([first.status, first.headers.get('retry-after')]).toEqual([429, '3'])
  expect(await first.json()).toEqual({ error: 'slow down' })
  expect((await post('/messages')).status).toBe(429)
  expect(emulator.providers[0].received).toEqual([])
  expect((await post('/messages')).status).toBe(200)
})

it('drops the connection before the call takes effect', async () => {
  emulator.faults.add({ target: 'vendor', fault: { kind: 'drop', when: 'before' } })
  await expect(post('/messages')).rejects.toThrow('fetch failed')
  expect(emulator.providers[0].received).toEqual([])
})

it('drops the connection after the call took effect', async () => {
  emulator.faults.add({ target: 'vendor', fault: { kind: 'drop', when: 'after' } })
  await expect(post('/messages')).rejects.toThrow('fetch failed')
  expect(emulator.providers[0].received).toHaveLength(1)
  expect(emulator.journal.entries.at(-1)).toMatchObject({ fault: 'drop after', response: { ok: true } })
})

it('answers late when told to', async () => {
  emulator.faults.add({ target: 'vendor', fault: { kind: 'slow', ms: 120 } })
  const startedAt = performance.now()
  await post('/messages')
  expect(performance.now() - startedAt).toBeGreaterThan(110)
})

it('hits the Runtime API by its own target', async () => {
  emulator.faults.add({ target: 'botpress', match: 'GET /v1/chat/users', fault: { kind: 'status', status: 502 } })
  expect((await fetch(`${emulator.url}/v1/chat/users`)).status).toBe(502)
  expect((await fetch(`${emulator.url}/v1/chat/users`)).status).toBe(401)
})

it('says in one sentence that a port is taken', async () => {
  const port = Number(new URL(emulator.url).port)
  await expect(startEmulator({ port, providers: [] })).rejects.toThrow(`Port ${port} is already in use`)
})
