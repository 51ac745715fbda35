import http from 'node:http'
import https from 'node:https'
import { Duplex } from 'node:stream'

export type InstantAnswer = { status: number; body: unknown }

/** Answers every HTTP and HTTPS connection of this process in memory, at once. Returns the function that undoes it. */
export function answerInstantly(answer: (request: string) => InstantAnswer): () => void {
  const owners = [http.Agent.prototype, https.Agent.prototype]
  const undo = owners.map((owner) => {
    const before = Object.getOwnPropertyDescriptor(owner, 'createConnection')
    Object.defineProperty(owner, 'createConnection', {
      configurable: true,
      writable: true,
      value: () => new InstantSocket(answer),
    })
    return () => {
      if (before) Object.defineProperty(owner, 'createConnection', before)
      else Reflect.deleteProperty(owner, 'createConnection')
    }
  })
  return () => undo.forEach((one) => one())
}

/** As much of a socket as the HTTP client touches. */
class InstantSocket extends Duplex {
  readonly #answer: (request: string) => InstantAnswer
  #received = ''

  constructor(answer: (request: string) => InstantAnswer) {
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
      const [method = '', target = ''] = this.#received.split(' ', 2)
      this.#received = ''
      this.push(toHttp(this.#answer(`${method} ${target.split('?')[0]}`)))
    }
    done()
  }

  setKeepAlive = () => this
  setNoDelay = () => this
  setTimeout = () => this
  ref = () => this
  unref = () => this
}

function toHttp({ status, body }: InstantAnswer): string {
  const json = Buffer.from(JSON.stringify(body))
  const head = `HTTP/1.1 ${status} OK\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n`
  return `${head}${json.toString('latin1')}`
}
