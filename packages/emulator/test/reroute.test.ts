import http from 'node:http'
import https from 'node:https'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { reroute } from '../src/index'
import { startWorld } from './world'

type Answer = { status: number; body: string; headers: Record<string, unknown> }
type Send = (
  url: string,
  options: { method: string; body?: string | Buffer; headers?: Record<string, string> }
) => Promise<Answer>

let emulator: Awaited<ReturnType<typeof startWorld>>
let undo = () => {}
let refused: string[] = []

beforeAll(async () => {
  emulator = await startWorld()
})

afterAll(() => emulator.close())

beforeEach(() => {
  emulator.reset()
  emulator.providers[0].received.length = 0
  refused = []
  undo = reroute({ emulatorUrl: emulator.url, hosts: emulator.hosts, onRefused: (host) => refused.push(host) })
})

afterEach(() => undo())

const viaNode: Send = (url, { method, body, headers = {} }) =>
  new Promise((resolve, reject) => {
    const { request } = url.startsWith('https:') ? https : http
    const outgoing = request(url, { method, headers }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString(), headers: incoming.headers })
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })

const viaFetch: Send = async (url, { method, body, headers = {} }) => {
  const answer = await fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
  })
  return { status: answer.status, body: await answer.text(), headers: Object.fromEntries(answer.headers) }
}

describe.each([
  ['http(s).request', viaNode],
  ['fetch', viaFetch],
])('%s', (_name, send) => {
  it.each(['https', 'http'])('reaches the emulated vendor over %s', async (protocol) => {
    const answer = await send(`${protocol}://api.vendor.test/messages?q=a%20b`, {
      method: 'PUT',
      body: 'exact ✓',
      headers: { authorization: 'Bearer t', 'content-type': 'text/plain' },
    })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toEqual({ ok: true, method: 'PUT', q: 'a b' })
    expect(answer.headers['x-vendor']).toBe('yes')
    expect(emulator.providers[0].received).toEqual(['exact ✓'])
    expect(emulator.journal.entries[0]?.requestHeaders).toMatchObject({ authorization: 'Bearer t' })
  })

  it('forwards a multipart upload byte by byte', async () => {
    const part = 'Content-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Type: image/png'
    const bytes = Buffer.from([0, 255, 137, 80])
    const body = Buffer.concat([Buffer.from(`--xx\r\n${part}\r\n\r\n`), bytes, Buffer.from('\r\n--xx--\r\n')])
    const headers = { 'content-type': 'multipart/form-data; boundary=xx' }
    await send('https://api.vendor.test/messages', { method: 'POST', body, headers })
    expect(emulator.journal.entries[0]?.request).toEqual({ file: 'file a.bin (4 bytes, image/png)' })
  })

  it('downloads demo media with type and length, and HEAD without body', async () => {
    const url = emulator.files.put('cat.png', new Uint8Array([1, 2, 3]), 'image/png')
    const expected = { 'content-type': 'image/png', 'content-length': '3' }
    const answer = await send(url, { method: 'GET' })
    expect(answer).toMatchObject({ status: 200, body: '\u0001\u0002\u0003', headers: expected })
    expect(await send(url, { method: 'HEAD' })).toMatchObject({ status: 200, body: '', headers: expected })
  })

  it('fails like the network when the emulator drops the connection', async () => {
    emulator.faults.add({ target: 'vendor', fault: { kind: 'drop', when: 'after' } })
    const error: unknown = await send('https://api.vendor.test/messages', { method: 'POST', body: 'x' }).catch(
      (e: unknown) => e
    )
    const codes = [error, error instanceof Error ? error.cause : undefined].map((one) =>
      Reflect.get(Object(one), 'code')
    )
    expect(codes).toContain('ECONNRESET')
    expect(emulator.providers[0].received).toEqual(['x'])
  })

  it('refuses a host nobody emulates, names it and records it', async () => {
    const error: unknown = await send('https://api.unknown.test/x', { method: 'GET' }).catch((e: unknown) => e)
    const texts = [error, error instanceof Error ? error.cause : undefined].map(String).join(' ')
    expect(texts).toContain('api.unknown.test refused')
    expect(refused).toEqual(['api.unknown.test'])
    await expect.poll(() => emulator.unlisted).toEqual(['GET api.unknown.test (refused host)'])
  })

  it('lets loopback requests pass', async () => {
    const answer = await send(`${emulator.url}/_emulator/health`, { method: 'GET' })
    expect([answer.status, answer.body]).toEqual([200, 'ok'])
  })
})

describe('a caller that does not wait', () => {
  beforeEach(() => emulator.faults.add({ target: 'vendor', fault: { kind: 'slow', ms: 400 } }))

  it('gets its timeout event with http.request', async () => {
    const timedOut = new Promise((resolve) => {
      const outgoing = https.request('https://api.vendor.test/messages', { method: 'POST', timeout: 60 })
      outgoing.on('error', () => {})
      outgoing.on('timeout', () => resolve(outgoing.destroy()))
      outgoing.on('response', () => resolve('answered'))
      outgoing.end('x')
    })
    expect(await timedOut).not.toBe('answered')
  })

  it('can abort http.request and fetch by signal', async () => {
    const aborted = new Promise((resolve) => {
      const signal = AbortSignal.timeout(60)
      const outgoing = https.request('https://api.vendor.test/messages', { method: 'POST', signal })
      outgoing.on('error', (error) => resolve(error.name))
      outgoing.on('response', () => resolve('answered'))
      outgoing.end('x')
    })
    expect(await aborted).toBe('AbortError')
    emulator.faults.add({ target: 'vendor', fault: { kind: 'slow', ms: 400 } })
    const call = fetch('https://api.vendor.test/messages', {
      method: 'POST',
      body: 'x',
      signal: AbortSignal.timeout(60),
    })
    await expect(call).rejects.toThrow('aborted')
  })
})

it('leaves nothing patched', () => {
  const patched = [globalThis.fetch, http.request, https.request, http.ClientRequest]
  undo()
  const restored = [globalThis.fetch, http.request, https.request, http.ClientRequest]
  expect(restored.map((one, i) => one === patched[i])).toEqual([false, false, false, false])
  const again = reroute({ emulatorUrl: emulator.url, hosts: [] })
  again()
  expect([globalThis.fetch, http.request, https.request, http.ClientRequest]).toEqual(restored)
})
