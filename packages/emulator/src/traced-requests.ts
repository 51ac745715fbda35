import { IncomingMessage, Server, ServerResponse } from 'node:http'
import { isForThisMachine } from './hosts'
import { readTrace, TRACE_HEADER, traced } from './trace'

/**
 * From now on each HTTP server of this process handles a request in the trace that the request names, or in none. What a
 * web page could have sent is refused: it is not Botpress.
 */
export function traceRequests(): void {
  const emit = Server.prototype.emit
  Object.defineProperty(Server.prototype, 'emit', {
    value(this: Server, ...args: unknown[]): unknown {
      const [event, request, response] = args
      const run = (): unknown => Reflect.apply(emit, this, args)
      if (event !== 'request' || !(request instanceof IncomingMessage)) return run()
      if (isFromPage(request) && response instanceof ServerResponse) return refuse(response)
      return traced(readTrace(taken(request)), run)
    },
    configurable: true,
    writable: true,
  })
}

const isFromPage = ({ headers }: IncomingMessage): boolean =>
  headers.origin !== undefined || !isForThisMachine(headers.host ?? '')

function refuse(response: ServerResponse): true {
  response.writeHead(403, { 'content-type': 'text/plain' }).end('Only programs of this machine are answered.')
  return true
}

/** Takes the header out, so that the bundle sees what Botpress would send it. */
function taken({ headers, rawHeaders }: IncomingMessage): string | undefined {
  delete headers[TRACE_HEADER]
  const index = rawHeaders.findIndex((one, i) => i % 2 === 0 && one.toLowerCase() === TRACE_HEADER)
  return index < 0 ? undefined : rawHeaders.splice(index, 2)[1]
}
