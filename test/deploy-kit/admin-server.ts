import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const TOKEN = 'bp-token-nobody-may-see'
export const WORKSPACE = 'wkspace_01'

type Answer = { status: number; headers?: Record<string, string>; body?: unknown }

export type AdminServer = {
  url: string
  /** Handle of the only workspace; undefined for one without. */
  handle: string | undefined
  /** `<handle>/<name>@<version>` of what the workspace has published. */
  own: Set<string>
  /** The same for public ones of others. */
  hub: Set<string>
  /** Answers to give before any right one; `hang` gives none. */
  faults: (Answer | 'hang' | 'cut')[]
  /** Path of every request, in order. */
  requests: string[]
  /** Requests that Botpress does not know. */
  strange: string[]
  close(): Promise<void>
}

const error = (status: number, type: string): Answer => ({
  status,
  body: { id: 'err_20260102030405x01234567', code: status, type, message: `${type} with ${TOKEN}` },
})
const notFound = error(404, 'ResourceNotFound')

/** The three calls of Botpress's admin API that come before a deployment. */
export async function startAdminServer(): Promise<AdminServer> {
  const server = createServer((request, response) => handle(request, response))
  const state: AdminServer = {
    url: '',
    handle: 'team',
    own: new Set(),
    hub: new Set(),
    faults: [],
    requests: [],
    strange: [],
    close: () => new Promise((resolve) => void server.close(() => resolve()).closeAllConnections()),
  }
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    state.requests.push(request.url ?? '')
    const fault = state.faults.shift()
    if (fault === 'hang') return
    if (fault === 'cut') return void request.socket.destroy()
    const { status, headers, body } = fault ?? answer(request, state)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return state
}

function answer({ method, url = '', headers }: IncomingMessage, state: AdminServer): Answer {
  if (headers.authorization !== `Bearer ${TOKEN}`) return error(401, 'Unauthorized')
  if (headers['x-workspace-id'] !== WORKSPACE || headers['x-multiple-integrations'] !== 'true') {
    return error(403, 'Forbidden')
  }
  const workspace = /^\/v1\/admin\/workspaces\/([^/]+)$/.exec(url)
  if (method === 'GET' && workspace) {
    return workspace[1] === WORKSPACE ? { status: 200, body: { id: WORKSPACE, handle: state.handle } } : notFound
  }
  const integration = /^\/v1\/admin\/(hub\/)?integrations\/([^/]+)\/([^/]+)$/.exec(url)
  if (method === 'GET' && integration) {
    const [, hub, name = '', version = ''] = integration
    const known = (hub ? state.hub : state.own).has(`${decodeURIComponent(name)}@${decodeURIComponent(version)}`)
    return known ? { status: 200, body: { integration: { id: 'intver_01' } } } : notFound
  }
  state.strange.push(`${method} ${url}`)
  return error(405, 'MethodNotFound')
}
