import http from 'node:http'
import https from 'node:https'
import { Duplex } from 'node:stream'

export type InstantAnswer = { status: number; body: unknown; headers?: Readonly<Record<string, string>> }

/** What was asked, beside method and path. `host` as in the header. */
export type InstantRequest = { host: string; method: string; path: string; query: string; body: string }

/** Answers every HTTP and HTTPS connection of this process in memory, at once. Returns the function that undoes it. */
export function answerInstantly(answer: (call: string, request: InstantRequest) => InstantAnswer): () => void {
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
  readonly #answer: (call: string, request: InstantRequest) => InstantAnswer
  #received = ''

  constructor(answer: (call: string, request: InstantRequest) => InstantAnswer) {
    super()
    this.#answer = answer
  }

  override _read(): void {
    // Pushed when a request is complete.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#received += chunk.toString('latin1')
    const end = this.#received.indexOf('\r\n\r\n')
    const length = Number(/content-length: (\d+)/i.exec(this.#received)?.[1] ?? 0)
    if (end >= 0 && this.#received.length >= end + 4 + length) {
      const request = readRequest(this.#received.slice(0, end), this.#received.slice(end + 4))
      this.#received = ''
      this.push(toHttp(this.#answer(`${request.method} ${request.path}`, request)))
    }
    done()
  }

  setKeepAlive = () => this
  setNoDelay = () => this
  setTimeout = () => this
  ref = () => this
  unref = () => this
}

function readRequest(head: string, body: string): InstantRequest {
  const [method = '', target = ''] = head.split(' ', 2)
  const [path = '', query = ''] = target.split('?')
  const host = /^host: (.*)$/im.exec(head)?.[1]?.trim() ?? ''
  return { host, method, path, query, body: Buffer.from(body, 'latin1').toString('utf8') }
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
