import { ClientRequestInterceptor } from '@mswjs/interceptors/ClientRequest'
import { FetchInterceptor } from '@mswjs/interceptors/fetch'
import { CONTROL_PREFIX, EMULATED_HOST_HEADER, isLoopback } from './hosts'
import { callLoopback, isHopByHop, type RawResponse } from './loopback'
import { currentTrace, traceHeaders } from './trace'

export type RerouteOptions = {
  emulatorUrl: string
  /** Host names that are sent to the emulator. All others but loopback are refused. */
  hosts: readonly string[]
  onRefused?: (host: string) => void
}

type Outcome = { response: Response } | { error: Error } | undefined

/**
 * Sends requests of this process for the given hosts to the emulator, whether made with http, https or fetch, and
 * refuses every other host that is not loopback. Returns the function that undoes it.
 */
export function reroute(options: RerouteOptions): () => void {
  const hosts = new Set(options.hosts)
  const viaHttp = new ClientRequestInterceptor()
  const viaFetch = new FetchInterceptor()
  // Listeners are added after `apply`, since an interceptor that finds another one running hands them over to it.
  viaHttp.apply()
  viaHttp.on('request', async ({ request, controller }) => {
    const outcome = await redirect(request, options, hosts)
    if (outcome && 'response' in outcome) controller.respondWith(outcome.response)
    else if (outcome) controller.errorWith(outcome.error)
  })
  viaFetch.apply()
  viaFetch.on('request', async ({ request, controller }) => {
    const outcome = await redirect(request, options, hosts)
    if (outcome && 'response' in outcome) controller.respondWith(outcome.response)
    // What fetch rejects with when the network fails; the socket's own error is the cause.
    else if (outcome) controller.errorWith(new TypeError('fetch failed', { cause: outcome.error }))
  })
  return () => {
    viaFetch.dispose()
    viaHttp.dispose()
  }
}

/** Undefined lets the request pass untouched. */
async function redirect(request: Request, options: RerouteOptions, hosts: ReadonlySet<string>): Promise<Outcome> {
  const url = new URL(request.url)
  const isLocal = isLoopback(url.hostname)
  if (isLocal && !mayTakeTrace(url, options)) return undefined
  if (!isLocal && !hosts.has(url.hostname)) return { error: refuse(url, request.method, options) }
  const headers = Object.fromEntries([...request.headers].filter(([name]) => !isHopByHop(name)))
  delete headers['content-length']
  const body = new Uint8Array(await request.arrayBuffer())
  try {
    const answer = await callLoopback({
      url: new URL(url.pathname + url.search, options.emulatorUrl),
      method: request.method,
      headers: {
        ...headers,
        ...traceHeaders(),
        'content-length': String(body.byteLength),
        ...(isLocal ? {} : { [EMULATED_HOST_HEADER]: url.hostname }),
      },
      body,
      signal: request.signal,
    })
    return { response: toResponse(answer) }
  } catch (error) {
    // The interceptor rejects an aborted fetch itself, and fails when it finds that done already.
    if (request.signal.aborted) return undefined
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }
}

/** Requests for the emulator's own address need no new one: they only go through here to get the trace. */
function mayTakeTrace(url: URL, { emulatorUrl }: RerouteOptions): boolean {
  return currentTrace() !== undefined && url.host === new URL(emulatorUrl).host
}

function toResponse(answer: RawResponse): Response {
  const headers = new Headers()
  for (const [name, value] of answer.headers) if (!isHopByHop(name)) headers.append(name, value)
  const { status, statusText, body } = answer
  return new Response(body.byteLength > 0 ? new Uint8Array(body) : null, { status, statusText, headers })
}

function refuse(url: URL, method: string, options: RerouteOptions): Error {
  options.onRefused?.(url.hostname)
  const query = new URLSearchParams({ host: url.hostname, method })
  callLoopback({
    url: new URL(`${CONTROL_PREFIX}/refused?${query.toString()}`, options.emulatorUrl),
    method: 'POST',
    headers: traceHeaders(),
  }).catch(() => {
    // The report is a courtesy; the error below is what counts, and the emulator may be gone already.
  })
  return Object.assign(
    new Error(`Request to ${url.hostname} refused: it is not an emulated host (${options.hosts.join(', ')})`),
    { code: 'EREFUSEDHOST' }
  )
}
