import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ASK, type InstanceReport, PORT_VARIABLE, readReport, type Visit } from './instance-report'
import type { MemorySample } from './memory-growth'

/** What is known of one process. */
export type InstanceFigures = {
  visits: Visit[]
  rssBytes: number
  peakRssBytes: number
  cpuMs: number
  memory: MemorySample[]
}

const ANSWER_WITHIN_MS = 10_000
const LOOK_EVERY_MS = 10

/** Listens to the processes of the bundles, each of which runs `instance-probe`. */
export class InstanceReports {
  readonly figures = new Map<number, InstanceFigures>()
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor() {
    this.#server = createServer((socket) => this.#listenTo(socket))
  }

  static async open(): Promise<InstanceReports> {
    const reports = new InstanceReports()
    reports.#server.listen(0, '127.0.0.1')
    await once(reports.#server, 'listening')
    return reports
  }

  /** What a process needs to report here. */
  get env(): Record<string, string> {
    const address = this.#server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const probe = new URL('instance-probe.ts', import.meta.url).href
    // The probe comes before the program's own preloads, so it brings along what reads TypeScript.
    const options = [process.env['NODE_OPTIONS'] ?? '', '--import tsx', `--import ${probe}`].join(' ').trim()
    return { NODE_OPTIONS: options, [PORT_VARIABLE]: String(port) }
  }

  /** Has every process collect its garbage and count what is left. Processes that do not answer are left out. */
  async takeMemory(): Promise<void> {
    const before = new Map([...this.figures].map(([pid, { memory }]) => [pid, memory.length]))
    for (const socket of this.#sockets) socket.write(ASK)
    const isOpen = () => [...before].some(([pid, count]) => this.figures.get(pid)?.memory.length === count)
    for (let waited = 0; waited < ANSWER_WITHIN_MS && isOpen(); waited += LOOK_EVERY_MS) await sleep(LOOK_EVERY_MS)
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #listenTo(socket: Socket): void {
    this.#sockets.add(socket)
    let rest = ''
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const report = readReport(line)
        if (report) this.#take(report)
      }
    })
  }

  #take({ pid, visits, rssBytes, cpuMs, heldBytes }: InstanceReport): void {
    const known = this.figures.get(pid) ?? { visits: [], rssBytes, peakRssBytes: 0, cpuMs, memory: [] }
    this.figures.set(pid, known)
    known.visits.push(...visits)
    known.rssBytes = rssBytes
    known.peakRssBytes = Math.max(known.peakRssBytes, rssBytes)
    known.cpuMs = cpuMs
    if (heldBytes !== undefined) known.memory.push({ heldBytes, invocations: known.visits.length })
  }
}
