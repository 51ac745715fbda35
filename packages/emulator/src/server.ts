import type { IncomingMessage } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { Clock } from './clock'
import { describeBody } from './describe-body'
import type { Fault, Faults } from './faults'
import { DELIVERY_HEADER, EMULATED_HOST_HEADER, isForThisMachine, VIEWER_HEADER } from './hosts'
import type { Journal, JournalKind } from './journal'
import { isHopByHop } from './loopback'
import { readTrace, TRACE_HEADER, traced } from './trace'

/** Whatever serves one host name. A Hono app is one. */
export type App = { fetch(request: Request): Response | Promise<Response> }

/** Requests of the emulator's own routes are not journaled. */
export const CONTROL_TARGET = 'emulator'

export type HostEntry = {
  app: App
  kind: JournalKind
  /** For faults: `botpress`, `webhook`, `files` or a provider's name. */
  target: string
  /** Set for providers; their labels start with it. */
  provider?: string
}

export type ServerServices = {
  clock: Clock
  journal: Journal
  faults: Faults
  /** `host` is empty for requests that came without the rerouter. */
  route(host: string, path: string): HostEntry | undefined
  /** Told about each request nobody answers for. */
  unlisted(label: string): void
}

export type RunningServer = { url: string; close(): Promise<void> }

/** Serves every emulated host on one loopback port. `port` 0 takes a free one. */
export async function startServer(services: ServerServices, port: number): Promise<RunningServer> {
  const server = createAdaptorServer({
    fetch: (request, env) => received(services, request, env.incoming as IncomingMessage),
    // Interceptors in the same process replace the global classes as well; two owners would undo each other's work.
    overrideGlobalObjects: false,
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`Port ${port} is already in use: choose another one, or none to get a free one.`)
          : error
      )
    )
    server.listen(port, '127.0.0.1', () => resolve())
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return { url: `http://127.0.0.1:${address.port}`, close: () => closeServer(server) }
}

type ClosableServer = ReturnType<typeof createAdaptorServer>

function closeServer(server: ClosableServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
}

/** Without a header there is no trace, whatever the one was in which the server was started. */
function received(services: ServerServices, request: Request, incoming: IncomingMessage): Response | Promise<Response> {
  const { host = '', origin } = incoming.headers
  // A vendor's own SDK may name an origin; a web page cannot add the header of the rerouter without being asked.
  const isFromPage = origin !== undefined && !request.headers.has(EMULATED_HOST_HEADER)
  if (!isForThisMachine(host) || isFromPage) return misdirected()
  return traced(readTrace(request.headers.get(TRACE_HEADER)), () => exchange(services, request, incoming))
}

function misdirected(): Response {
  const message = 'The emulator only answers programs of this machine: no foreign Host header, no Origin of a web page.'
  return Response.json({ error: 'host_not_allowed', message }, { status: 403 })
}

async function exchange(services: ServerServices, request: Request, incoming: IncomingMessage): Promise<Response> {
  const startedAt = performance.now()
  const host = request.headers.get(EMULATED_HOST_HEADER) ?? ''
  const { pathname, search } = new URL(request.url)
  const entry = services.route(host, pathname)
  const label = [entry?.provider, request.method, pathname].filter(Boolean).join(' ')
  const bytes = new Uint8Array(await request.arrayBuffer())
  const isViewer = request.headers.has(VIEWER_HEADER)
  const fault = entry && !isViewer ? services.faults.take(entry.target, label) : undefined
  const isJournaled = !isViewer && !request.headers.has(DELIVERY_HEADER)
  const inner = rebuild(request, host === '' ? request.url : `https://${host}${pathname}${search}`, bytes)
  const answer = await answerTo(entry, inner, fault)
  const headers = answer?.headers ?? new Headers()
  const whole = new Uint8Array((await answer?.arrayBuffer()) ?? new ArrayBuffer(0))
  const content = fault?.kind === 'cut' ? whole.slice(0, Math.floor(whole.length / 2)) : whole
  const isUnlisted = answer !== undefined && !fault && entry?.target !== 'webhook' && isNobody(answer, content)
  const final =
    isUnlisted && content.byteLength < 32
      ? unlistedAnswer(label, host)
      : answer && replay(answer, content, fault?.kind === 'cut')
  if (isUnlisted) services.unlisted(host === '' ? label : `${label} at ${host}`)
  if (isJournaled && entry?.target !== CONTROL_TARGET) {
    services.journal.add({
      at: services.clock.now(),
      kind: entry?.kind ?? 'vendor',
      label: isUnlisted ? `${label} (unlisted route)` : label,
      ...(entry?.provider === undefined ? {} : { provider: entry.provider }),
      ...(final ? { status: final.status } : {}),
      durationMs: Math.round(performance.now() - startedAt),
      request: await describeBody(bytes, request.headers.get('content-type') ?? ''),
      response: await describeBody(content, headers.get('content-type') ?? ''),
      requestHeaders: notable(request.headers),
      responseHeaders: notable(headers),
      ...(fault ? { fault: 'when' in fault ? `${fault.kind} ${fault.when}` : fault.kind } : {}),
    })
  }
  if (fault?.kind === 'drop' || fault?.kind === 'call') incoming.socket.destroy()
  return final ?? new Response(null, { status: 500 })
}

/** Undefined when the connection is dropped before the request takes effect. */
async function answerTo(entry: HostEntry | undefined, request: Request, fault: Fault | undefined) {
  if (fault?.kind === 'hang') return new Promise<never>(() => undefined)
  if (fault?.kind === 'call' && fault.when === 'before') fault.run()
  if ((fault?.kind === 'drop' || fault?.kind === 'call') && fault.when === 'before') return undefined
  if (fault?.kind === 'status') return injected(fault)
  const answer = entry ? await entry.app.fetch(request) : new Response(null, { status: 501 })
  if (fault?.kind === 'call') fault.run()
  if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms).unref())
  return answer
}

function injected(fault: Extract<Fault, { kind: 'status' }>): Response {
  const isText = typeof fault.body === 'string'
  const type = isText ? 'text/plain' : 'application/json'
  const body = fault.body === undefined ? null : isText ? String(fault.body) : JSON.stringify(fault.body)
  return new Response(body, { status: fault.status, headers: { 'content-type': type, ...fault.headers } })
}

/** Providers answer 501 themselves; the second case is a router's default left in place. */
function isNobody(answer: Response, content: Uint8Array): boolean {
  return answer.status === 501 || (answer.status === 404 && new TextDecoder().decode(content) === '404 Not Found')
}

function unlistedAnswer(label: string, host: string): Response {
  const message = `The emulator has no route for ${label}${host === '' ? '' : ` at ${host}`}`
  return Response.json({ error: 'unlisted_route', message }, { status: 501 })
}

function rebuild(request: Request, url: string, bytes: Uint8Array<ArrayBuffer>): Request {
  const { method, headers } = request
  return new Request(url, { method, headers, ...(bytes.byteLength > 0 ? { body: bytes } : {}) })
}

function replay(answer: Response, content: Uint8Array<ArrayBuffer>, isCut: boolean): Response {
  const { status } = answer
  const headers = new Headers(answer.headers)
  // Of an answer that was cut off it would tell the length of the whole.
  if (isCut) headers.delete('content-length')
  return new Response(content.byteLength > 0 ? content : null, { status, headers })
}

const DULL = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-length',
  'date',
  'sec-fetch-mode',
  'user-agent',
])

function notable(headers: Headers): Record<string, string> {
  const kept = [...headers].filter(([name]) => !DULL.has(name) && !isHopByHop(name) && !name.startsWith('x-emulated-'))
  return Object.fromEntries(kept)
}
