import type { Emulator } from '@hitl/emulator'
import { answerConnections, type SentRequest } from './bench/instant-network'

/** One call of an integration, or a webhook of the emulator, and its answer. */
export type MemoryCall = { method: string; url: URL; body: string; status: number; answer: string }

/** Joins what runs in this process with the emulator without any connection. Returns the function that undoes it. */
export function connectInMemory(emulator: Emulator, onCall: (call: MemoryCall) => void): () => void {
  return answerConnections((sent, reply) => {
    void exchange(emulator, sent, onCall)
      .catch(failed)
      // A connection that is kept would lead the next one who joins to this emulator.
      .then((answer) => reply(answer, true))
  })
}

async function exchange(
  emulator: Emulator,
  { method, target, headers, body }: SentRequest,
  onCall: (call: MemoryCall) => void
): Promise<Buffer> {
  const { host = 'localhost' } = headers
  // Only the emulator's own address is called without encryption.
  const url = new URL(`${/^(127\.|localhost)/.test(host) ? 'http' : 'https'}://${host}${target}`)
  const { connection: _connection, host: _host, 'content-length': _length, ...passed } = headers
  const hasBody = body.length > 0 && method !== 'GET' && method !== 'HEAD'
  const init = { method, headers: passed, ...(hasBody ? { body: new Uint8Array(body) } : {}) }
  const response = await emulator.fetch(new Request(url, init))
  const answer = Buffer.from(await response.arrayBuffer())
  onCall({ method, url, body: body.toString(), status: response.status, answer: answer.toString() })
  return toBytes(response.status, [...response.headers], answer)
}

function toBytes(status: number, headers: readonly (readonly [string, string])[], body: Buffer): Buffer {
  const kept = headers.filter(([name]) => name !== 'content-length').map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `HTTP/1.1 ${status} OK\r\n${kept.join('')}connection: close\r\ncontent-length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}

/** What the emulator itself cannot answer must be seen. */
const failed = (error: unknown) => toBytes(500, [], Buffer.from(`The emulator failed: ${String(error)}`))
