import { request } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isLoopback } from '../src/hosts'
import { spawnInstance, type SpawnedInstance } from '../src/index'
import { isRecord, parseJson } from '../src/json'
import { withLocalAddress } from '../src/listen-locally'
import { callLoopback } from '../src/loopback'
import { startWorld } from './world'

let emulator: Awaited<ReturnType<typeof startWorld>>

beforeAll(async () => {
  emulator = await startWorld()
})

afterAll(() => emulator.close())

/** The addresses of this machine by which others can reach it. */
const outward = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .filter(({ internal, address }) => !internal && !address.startsWith('fe80'))
  .map(({ address }) => address)

const reaches = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 })
    const finish = (isOpen: boolean) => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
    socket.once('timeout', () => finish(false))
  })

const done = () => undefined

/** Those by which a connection comes about. */
async function reachedBy(hosts: readonly string[], port: number): Promise<string[]> {
  const answers = await Promise.all(hosts.map((host) => reaches(host, port)))
  return hosts.filter((_, i) => answers[i])
}

describe('the emulator', () => {
  const get = (path: string, host: string) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const outgoing = request(new URL(path, emulator.url), { headers: { host } }, (incoming) => {
        let body = ''
        incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body }))
      })
      outgoing.on('error', reject)
      outgoing.end()
    })

  it.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:80', '10.0.0.1', '127.evil.example'])(
    'refuses a request for the host %s in one sentence',
    async (host) => {
      const { status, body } = await get('/_emulator/health', host)
      expect(status).toBe(403)
      const answer = parseJson(body)
      expect(isRecord(answer) && answer['message']).toBe(
        'The emulator only answers programs of this machine: no foreign Host header, no Origin of a web page.'
      )
    }
  )

  it.each(['localhost', 'LOCALHOST:1234', '127.0.0.1', '127.8.9.10:80', '[::1]:80'])(
    'answers a request for the host %s',
    async (host) => expect(await get('/_emulator/health', host)).toEqual({ status: 200, body: 'ok' })
  )

  it('refuses what a web page sends', async () => {
    const headers = { origin: 'https://evil.example', 'content-type': 'text/plain' }
    const answer = await fetch(`${emulator.url}/_emulator/refused?host=x`, { method: 'POST', headers })
    expect(answer.status).toBe(403)
    expect(emulator.journal.entries).toEqual([])
  })

  it('listens to this machine only', async () => {
    const port = Number(new URL(emulator.url).port)
    expect(await reaches('127.0.0.1', port)).toBe(true)
    expect(await reachedBy(outward, port)).toEqual([])
  })
})

it('takes no name for a loopback address that only begins like one', () => {
  expect(['127.0.0.1', '127.1.2.3', 'localhost', '[::1]', '::1'].every(isLoopback)).toBe(true)
  expect(['127.0.0.1.example', '127.example', 'localhost.example', '128.0.0.1'].some(isLoopback)).toBe(false)
})

it.each([
  [[8080], [8080, '127.0.0.1']],
  [
    ['8080', done],
    ['8080', '127.0.0.1', done],
  ],
  [[], [0, '127.0.0.1']],
  [[done], [0, '127.0.0.1', done]],
  [
    [undefined, done],
    [0, '127.0.0.1', done],
  ],
  [
    [8080, undefined, done],
    [8080, '127.0.0.1', done],
  ],
  [
    [8080, 511, done],
    [8080, '127.0.0.1', 511, done],
  ],
  [
    [{ port: 8080, backlog: 1 }, done],
    [{ port: 8080, backlog: 1, host: '127.0.0.1' }, done],
  ],
])('puts the address into listen(%j)', (given, expected) => expect(withLocalAddress(given)).toEqual(expected))

it.each([
  [8080, '0.0.0.0', done],
  [{ port: 8080, host: '::' }],
  [{ path: '/tmp/socket' }],
  ['/tmp/socket', done],
  [{ fd: 3 }],
])('leaves alone what is named: listen(%j, …)', (...given) => expect(withLocalAddress(given)).toEqual(given))

describe('the process of a bundle that names no address', () => {
  let instance: SpawnedInstance
  let address: unknown

  beforeAll(async () => {
    const bundle = fileURLToPath(new URL('calling-bundle.cjs', import.meta.url))
    const base = { emulatorUrl: emulator.url, hosts: emulator.hosts, env: emulator.botpress.env }
    instance = await spawnInstance(bundle, base)
    const line = instance.logs.find((one) => one.startsWith('listening at ')) ?? ''
    address = parseJson(line.slice('listening at '.length))
  }, 30_000)

  afterAll(() => instance.stop())

  it.each([{ host: 'evil.example' }, { origin: 'https://evil.example' }])(
    'refuses what a web page sends: %j',
    async (headers: Record<string, string>) => {
      const port = isRecord(address) ? Number(address['port']) : 0
      const url = new URL(`http://127.0.0.1:${port}/health`)
      expect((await callLoopback({ url, method: 'GET', headers: {} })).status).toBe(200)
      expect((await callLoopback({ url, method: 'GET', headers })).status).toBe(403)
    }
  )

  it('listens to this machine only', async () => {
    expect(address).toMatchObject({ address: '127.0.0.1' })
    const port = isRecord(address) ? Number(address['port']) : 0
    expect(await reaches('127.0.0.1', port)).toBe(true)
    expect(await reachedBy(outward, port)).toEqual([])
  })
})
