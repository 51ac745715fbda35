import nock from 'nock'
import { expect } from 'vitest'

/** One call as the vendor got it. */
export type Call = {
  /** What the vendor's own kit calls this kind of call; `download` for files of the end user. */
  name: string
  method: string
  url: string
  authorization: string | undefined
  contentType: string | undefined
  body: unknown
}

export type Answer = {
  status?: number
  json?: unknown
  /** The raw body, in place of `json`. */
  text?: string
  headers?: Record<string, string | string[]>
  /** Code of a connection failure, in place of an answer. */
  drop?: 'ECONNRESET' | 'ECONNREFUSED'
}

export type FileAnswer = {
  status?: number
  body?: Buffer | string
  headers?: Record<string, string>
  delayMs?: number
}

export type Endpoint = {
  origin: string
  method: string
  path: string
  /** Calls with any query are meant; else only those without. */
  anyQuery?: boolean
}

/** A call before anything of it is read. */
export type SentCall = {
  name: string
  method: string
  url: string
  headers: Readonly<Record<string, string | undefined>>
  body: string
}

export type Writing<Name extends string, C extends Call> = {
  /** Where calls of this name go. */
  endpoint(name: Name): Endpoint
  /** What a call of this name is answered when the test does not say. */
  usual(name: Name): Answer
  read(sent: SentCall): C
}

type NockRequest = Pick<SentCall, 'method' | 'headers'> & { path: string }
type Unmatched = { method?: string; path?: string; options?: { method?: string; path?: string } }

/** The vendor, as far as a test has written it down: any other call fails the test. */
export class WrittenVendor<Name extends string, C extends Call = Call> {
  readonly calls: C[] = []
  readonly unexpected: string[] = []
  readonly #writing: Writing<Name, C>

  constructor(writing: Writing<Name, C>) {
    this.#writing = writing
    nock.disableNetConnect()
    nock.emitter.on('no match', this.#noteUnexpected)
  }

  /** The next call of this name gets this answer. Several of them line up. */
  on(name: Name, answer: Answer = this.#writing.usual(name)): this {
    const { origin } = this.#writing.endpoint(name)
    return this.#answer(name, this.#interceptor(name, nock(origin)), answer)
  }

  /** Every call of this name gets this answer, however many there are. */
  whenever(name: Name, answer: Answer = this.#writing.usual(name)): this {
    const { origin } = this.#writing.endpoint(name)
    return this.#answer(name, this.#interceptor(name, nock(origin).persist()).optionally(), answer)
  }

  onDownload(address: string, answer: FileAnswer): this {
    const { origin, pathname, search } = new URL(address)
    const interceptor = nock(origin).get(`${pathname}${search}`)
    if (answer.delayMs !== undefined) interceptor.delay(answer.delayMs)
    const scope = interceptor.reply(answer.status ?? 200, answer.body ?? '', answer.headers ?? {})
    return this.#record('download', origin, scope)
  }

  names(): string[] {
    return this.calls.map(({ name }) => name)
  }

  count(name: Name): number {
    return this.bodies(name).length
  }

  bodies(name: Name): unknown[] {
    return this.calls.filter((call) => call.name === name).map(({ body }) => body)
  }

  /** Fails the test for calls that were not written down, and for answers that nothing asked for. */
  end(): void {
    nock.emitter.off('no match', this.#noteUnexpected)
    const unused = nock.pendingMocks()
    nock.abortPendingRequests()
    nock.cleanAll()
    expect({ unexpected: this.unexpected, unused }).toEqual({ unexpected: [], unused: [] })
  }

  readonly #noteUnexpected = ({ method, path, options }: Unmatched): void => {
    this.unexpected.push(`${method ?? options?.method} ${path ?? options?.path}`)
  }

  #interceptor(name: Name, scope: nock.Scope): nock.Interceptor {
    const { method, path, anyQuery = false } = this.#writing.endpoint(name)
    const interceptor = scope.intercept(path, method)
    return anyQuery ? interceptor.query(true) : interceptor
  }

  #answer(name: Name, interceptor: nock.Interceptor, answer: Answer): this {
    const { status = 200, json, text = JSON.stringify(json ?? {}), headers, drop } = answer
    const scope =
      drop === undefined
        ? interceptor.reply(status, text, { 'content-type': 'application/json', ...headers })
        : interceptor.replyWithError(Object.assign(new Error('socket hang up'), { code: drop }))
    return this.#record(name, this.#writing.endpoint(name).origin, scope)
  }

  #record(name: Name | 'download', origin: string, scope: nock.Scope): this {
    scope.on('request', ({ method, path, headers }: NockRequest, _: unknown, body: string) => {
      this.calls.push(this.#writing.read({ name, method, url: `${origin}${path}`, headers, body }))
    })
    return this
  }
}

/** The call with its JSON or form read; other bodies stay as they are. */
export function callOf({ name, method, url, headers, body }: SentCall): Call {
  const contentType = headers['content-type']
  return { name, method, url, authorization: headers['authorization'], contentType, body: readBody(contentType, body) }
}

function readBody(contentType: string | undefined, body: string): unknown {
  if (contentType?.startsWith('application/json')) return JSON.parse(body)
  return contentType === 'application/x-www-form-urlencoded' ? Object.fromEntries(new URLSearchParams(body)) : body
}
