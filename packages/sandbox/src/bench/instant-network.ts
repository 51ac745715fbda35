import http from 'node:http'
import https from 'node:https'
import { Duplex } from 'node:stream'

export type InstantAnswer = { status: number; body: unknown; headers?: Readonly<Record<string, string>> }

/** What was asked, beside method and path. `host` as in the header. */
export type InstantRequest = { host: string; method: string; path: string; query: string; body: string }

/** A request as it went out. Names of headers are in lower case. */
export type SentRequest = { method: string; target: string; headers: Readonly<Record<string, string>>; body: Buffer }

/** Gets the bytes of an HTTP answer, once. `isLast` closes the connection, which is kept for another request otherwise. */
type Reply = (answer: string | Buffer, isLast?: boolean) => void

/** Answers every HTTP and HTTPS connection of this process in memory, at once. Returns the function that undoes it. */
export const answerInstantly = (answer: (call: string, request: InstantRequest) => InstantAnswer): (() => void) =>
  answerConnections(({ method, target, headers, body }, reply) => {
    const [path = '', query = ''] = target.split('?')
    const request = { host: headers['host'] ?? '', method, path, query, body: body.toString() }
    reply(toHttp(answer(`${method} ${path}`, request)))
  })

/** The same for answers that take a moment to be made. */
export function answerConnections(answer: (request: SentRequest, reply: Reply) => void): () => void {
  const owners = [http.Agent.prototype, https.Agent.prototype]
  const sockets = new Set<InstantSocket>()
  const undo = owners.map((owner) => {
    const before = Object.getOwnPropertyDescriptor(owner, 'createConnection')
    Object.defineProperty(owner, 'createConnection', {
      configurable: true,
      writable: true,
      value: () => {
        const socket = new InstantSocket(answer)
        sockets.add(socket)
        return socket.once('close', () => sockets.delete(socket))
      },
    })
    return () => {
      if (before) Object.defineProperty(owner, 'createConnection', before)
      else Reflect.deleteProperty(owner, 'createConnection')
    }
  })
  return () => {
    for (const one of undo) one()
    // Agents keep connections for later.
    for (const socket of sockets) socket.destroy()
  }
}

/** As much of a socket as the HTTP client touches. */
class InstantSocket extends Duplex {
  readonly #answer: (request: SentRequest, reply: Reply) => void
  #received: Buffer = Buffer.alloc(0)

  constructor(answer: (request: SentRequest, reply: Reply) => void) {
    super()
    this.#answer = answer
  }

  override _read(): void {
    // Pushed when a request is complete.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const request = readRequest(this.#received)
    if (request) {
      this.#received = Buffer.alloc(0)
      this.#answer(request, (answer, isLast = false) => {
        this.push(answer, 'latin1')
        if (isLast) this.push(null)
      })
    }
    done()
  }

  setKeepAlive = () => this
  setNoDelay = () => this
  setTimeout = () => this
  ref = () => this
  unref = () => this
}

/** Undefined while something is missing. */
function readRequest(received: Buffer): SentRequest | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = received.toString('latin1', 0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    })
  )
  const body = received.subarray(end + 4)
  if (body.length < Number(headers['content-length'] ?? 0)) return undefined
  const [method = '', target = ''] = first.split(' ', 2)
  return { method, target, headers, body }
}

function toHttp({ status, body, headers = {} }: InstantAnswer): string {
  const json = Buffer.from(body === undefined ? '' : JSON.stringify(body))
  const lines = [
    `HTTP/1.1 ${status} OK`,
    'content-type: application/json',
    `content-length: ${json.length}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return `${lines.join('\r\n')}\r\n\r\n${json.toString('latin1')}`
}
