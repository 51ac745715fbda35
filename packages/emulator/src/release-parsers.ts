import { subscribe } from 'node:diagnostics_channel'
import { ClientRequest } from 'node:http'
import { isRecord } from './json'

/**
 * The interceptors make two HTTP parsers for each request and never close them. Node holds on to every one, and with it
 * to the request, its answer and whoever waited for them: about 50 KB for good. From now on they are closed with the
 * socket they belong to.
 */
export function releaseParsers(): void {
  subscribe('http.client.request.start', (message) => {
    const request = isRecord(message) ? message['request'] : undefined
    if (!(request instanceof ClientRequest)) return
    if (request.socket) closeWith(request.socket)
    else request.once('socket', closeWith)
  })
}

function closeWith(socket: NodeJS.EventEmitter): void {
  const parsers = [Reflect.get(socket, 'requestParser'), Reflect.get(socket, 'responseParser')].filter(isParser)
  // As Node does it: not before whatever the parser has called has returned.
  if (parsers.length > 0) socket.once('close', () => setImmediate(() => parsers.forEach((parser) => parser.close())))
}

const isParser = (value: unknown): value is { close(): void } =>
  typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function'
