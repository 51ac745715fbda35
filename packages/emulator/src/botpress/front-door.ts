import { DELIVERY_HEADER, EMULATED_HOST_HEADER, WEBHOOK_HOST } from '../hosts'
import type { JsonRecord } from '../json'
import { isHopByHop } from '../loopback'
import { TRACE_HEADER } from '../trace'
import type { Installation } from './installation'

/** What the emulator says to itself. */
const OWN_HEADERS: ReadonlySet<string> = new Set([EMULATED_HOST_HEADER, DELIVERY_HEADER, TRACE_HEADER])

type Target = { installation: Installation; path: string }

/** `https://webhook.botpress.cloud`: passes requests on as `webhook_received` and their answers back unchanged. */
export async function frontDoor(request: Request, installations: Iterable<Installation>): Promise<Response> {
  const url = new URL(request.url)
  if (url.pathname === '/oauth/interstitial') return new Response('You may close this page.', { status: 200 })
  const body = await request.text()
  const query = url.search.replace(/^\?/, '')
  const target = findTarget([...installations], request, url, body)
  if (!target) return Response.json({ message: 'No integration is installed at this address' }, { status: 404 })
  const req: JsonRecord = { method: request.method, path: target.path, query, headers: forwarded(request.headers) }
  if (body !== '') req['body'] = body
  const answer = await target.installation.invoke('webhook_received', { req })
  return new Response(hasBody(request.method, answer.status) ? answer.body : null, {
    status: answer.status,
    headers: answer.headers,
  })
}

function findTarget(all: readonly Installation[], request: Request, url: URL, body: string): Target | undefined {
  const [first = '', ...rest] = url.pathname.slice(1).split('/')
  const path = `/${rest.join('/')}`
  if (first === 'oauth') {
    const installation = all.find((one) => one.webhookId === url.searchParams.get('state'))
    return installation && { installation, path: url.pathname }
  }
  if (url.pathname.startsWith('/integration/global/')) return byIdentifier(all, request, url, body)
  const installation = all.find((one) => one.webhookId === first)
  return installation && { installation, path }
}

/** What the extract script finds decides; `configureIntegration` said which installation it belongs to. */
function byIdentifier(all: readonly Installation[], request: Request, url: URL, body: string): Target | undefined {
  const [name, ...rest] = url.pathname.slice('/integration/global/'.length).split('/')
  const path = `/${rest.join('/')}`
  const headers = forwarded(request.headers)
  const installation = all.find((one) => {
    if (one.name !== name || one.identifier === null) return false
    const found = one.options.identify?.({ method: request.method, path, query: url.search.slice(1), headers, body })
    return found === one.identifier
  })
  return installation && { installation, path }
}

/** The Fetch standard has lower-cased the names already, as official integrations expect. */
function forwarded(headers: Headers): Record<string, string> {
  const theirs = [...headers].filter(([name]) => !OWN_HEADERS.has(name) && !isHopByHop(name))
  return { ...Object.fromEntries(theirs), host: WEBHOOK_HOST }
}

function hasBody(method: string, status: number): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304
}
