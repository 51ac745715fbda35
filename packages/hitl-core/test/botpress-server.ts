import { createServer, type IncomingMessage, type Server } from 'node:http'
import { isApiError } from '@botpress/sdk'
import type { FakeBotpress } from '../src/testing'

type Route = { method: string; path: RegExp; operation: string; names?: readonly string[] }

const ROUTES: readonly Route[] = [
  { method: 'POST', path: /^conversations\/get-or-create$/, operation: 'getOrCreateConversation' },
  { method: 'GET', path: /^conversations$/, operation: 'listConversations' },
  { method: 'GET', path: /^conversations\/([^/]+)$/, operation: 'getConversation', names: ['id'] },
  { method: 'PUT', path: /^conversations\/([^/]+)$/, operation: 'updateConversation', names: ['id'] },
  { method: 'DELETE', path: /^conversations\/([^/]+)$/, operation: 'deleteConversation', names: ['id'] },
  { method: 'POST', path: /^users\/get-or-create$/, operation: 'getOrCreateUser' },
  { method: 'GET', path: /^users\/([^/]+)$/, operation: 'getUser', names: ['id'] },
  { method: 'PUT', path: /^users\/([^/]+)$/, operation: 'updateUser', names: ['id'] },
  { method: 'POST', path: /^messages\/get-or-create$/, operation: 'getOrCreateMessage' },
  { method: 'POST', path: /^initialize-incoming-message$/, operation: 'initializeIncomingMessage' },
  { method: 'DELETE', path: /^messages\/([^/]+)$/, operation: 'deleteMessage', names: ['id'] },
  { method: 'POST', path: /^integrations\/configure$/, operation: 'configureIntegration' },
  { method: 'POST', path: /^events$/, operation: 'createEvent' },
  { method: 'GET', path: /^events$/, operation: 'listEvents' },
  {
    method: 'POST',
    path: /^states\/([^/]+)\/([^/]+)\/([^/]+)\/get-or-set$/,
    operation: 'getOrSetState',
    names: ['type', 'id', 'name'],
  },
  { method: 'GET', path: /^states\/([^/]+)\/([^/]+)\/([^/]+)$/, operation: 'getState', names: ['type', 'id', 'name'] },
  { method: 'POST', path: /^states\/([^/]+)\/([^/]+)\/([^/]+)$/, operation: 'setState', names: ['type', 'id', 'name'] },
]

/** The fake Botpress over HTTP, as the SDK's own client calls it. */
export async function startBotpressServer(current: () => FakeBotpress): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    void answer(current(), request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${portOf(server)}`, close: () => void server.close() }
}

async function answer(botpress: FakeBotpress, request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const path = url.pathname.replace(/^\/v1\/chat\//, '')
  const route = ROUTES.find((known) => known.method === request.method && known.path.test(path))
  if (!route) return { status: 404, body: { code: 404, type: 'MethodNotFound', message: `${request.method} ${path}` } }
  const captured = route.path.exec(path)?.slice(1).map(decodeURIComponent) ?? []
  const fromPath = Object.fromEntries((route.names ?? []).map((name, index) => [name, captured[index]]))
  const input = { ...fromQuery(url.searchParams), ...(await bodyOf(request)), ...fromPath }
  try {
    const operation: unknown = Reflect.get(botpress, route.operation)
    if (typeof operation !== 'function') throw new Error(`no operation ${route.operation}`)
    return { status: 200, body: await operation(input) }
  } catch (error) {
    if (!isApiError(error)) return { status: 500, body: { code: 500, type: 'Internal', message: String(error) } }
    return { status: error.code, body: { id: 'err_1', code: error.code, type: error.type, message: error.message } }
  }
}

/** `tags.threadKey=a` is `{ tags: { threadKey: 'a' } }`. */
function fromQuery(params: URLSearchParams): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  const tags: Record<string, string> = {}
  for (const [name, value] of params) {
    if (name.startsWith('tags.')) tags[name.slice('tags.'.length)] = value
    else input[name] = value
  }
  return Object.keys(tags).length === 0 ? input : { ...input, tags }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? {} : JSON.parse(text)
}

function portOf(server: Server): number {
  const address = server.address()
  return address && typeof address === 'object' ? address.port : 0
}
