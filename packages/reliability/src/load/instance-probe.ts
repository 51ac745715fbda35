import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import { type ClientRequest, type IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ASK, PORT_VARIABLE, type Visit, writeReport } from './instance-report'
import { ownTime, type Span } from './own-time'

/**
 * `node --import tsx --import <this file>`: measures from the first line of the program on how long each invocation
 * takes beside its calls, and tells the parent. It listens to Node's own channels, so the bundle knows nothing of it.
 */

type Running = { operation: string; calls: Span[]; disturbed: boolean }

const REPORT_EVERY_MS = 500
const port = Number(process.env[PORT_VARIABLE] ?? 0)
const running = new AsyncLocalStorage<Running>()
let visits: Visit[] = []

setFlagsFromString('--expose-gc')
const collectGarbage: unknown = runInNewContext('gc')

subscribe('http.server.request.start', (message) => {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
  const operation = request.headers['x-bp-operation']
  if (typeof operation !== 'string') return
  const from = performance.now()
  const one: Running = { operation, calls: [], disturbed: false }
  running.enterWith(one)
  response.once('finish', () => {
    const whole = { from, to: performance.now() }
    visits.push({ operation, ownMs: ownTime(whole, one.calls), disturbed: one.disturbed })
  })
})

subscribe('http.client.request.start', (message) => {
  const { request } = message as { request: ClientRequest }
  const one = running.getStore()
  if (!one) return
  const call: Span = { from: performance.now(), to: Number.POSITIVE_INFINITY }
  one.calls.push(call)
  const end = () => {
    call.to = Math.min(call.to, performance.now())
  }
  request.once('response', (response: IncomingMessage) => {
    if ((response.statusCode ?? 0) >= 400) one.disturbed = true
    response.once('end', end)
  })
  request.once('error', () => {
    one.disturbed = true
    end()
  })
  request.once('close', end)
})

if (port > 0) report()

function report(): void {
  const socket = connect(port, '127.0.0.1')
  // The parent may be gone first; then nobody wants to know.
  socket.on('error', () => socket.destroy())
  socket.unref()
  const send = (held: { heldBytes?: number } = {}) => {
    const { user, system } = process.cpuUsage()
    const { rss: rssBytes } = process.memoryUsage()
    socket.write(writeReport({ pid: process.pid, visits, rssBytes, cpuMs: (user + system) / 1_000, ...held }))
    visits = []
  }
  send()
  setInterval(send, REPORT_EVERY_MS).unref()
  socket.setEncoding('utf8').on('data', (text: string) => {
    if (text.includes(ASK)) send({ heldBytes: heldBytes() })
  })
}

/** What finalizers let go of is collected the second time. */
function heldBytes(): number {
  if (typeof collectGarbage === 'function') for (let times = 0; times < 2; times += 1) collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
