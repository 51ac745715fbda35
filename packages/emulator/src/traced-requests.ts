import { IncomingMessage, Server } from 'node:http'
import { readTrace, TRACE_HEADER, traced } from './trace'

/** From now on each HTTP server of this process handles a request in the trace that the request names, or in none. */
export function traceRequests(): void {
  const emit = Server.prototype.emit
  Object.defineProperty(Server.prototype, 'emit', {
    value(this: Server, ...args: unknown[]): unknown {
      const [event, request] = args
      const run = (): unknown => Reflect.apply(emit, this, args)
      return event === 'request' && request instanceof IncomingMessage ? traced(readTrace(taken(request)), run) : run()
    },
    configurable: true,
    writable: true,
  })
}

/** Takes the header out, so that the bundle sees what Botpress would send it. */
function taken({ headers, rawHeaders }: IncomingMessage): string | undefined {
  delete headers[TRACE_HEADER]
  const index = rawHeaders.findIndex((one, i) => i % 2 === 0 && one.toLowerCase() === TRACE_HEADER)
  return index < 0 ? undefined : rawHeaders.splice(index, 2)[1]
}
