import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

export type Watchdog = {
  /** Says that another piece of work begins, and which. */
  begin(index: number): void
  stop(): Promise<void>
}

/** Looks on from a thread of its own, since a program that is busy cannot look at itself. */
const WATCH = `
const { writeSync } = require('node:fs')
const { workerData } = require('node:worker_threads')
const { shared, limitMs, sentence } = workerData
const at = new Int32Array(shared)
let last = -1
const used = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
let since = used()
setInterval(() => {
  const now = Atomics.load(at, 0)
  if (now !== last) {
    last = now
    since = used()
  } else if (used() - since > limitMs) {
    writeSync(2, sentence.replace('%', String(now)) + '\\n')
    process.kill(process.pid, 'SIGKILL')
  }
}, 100)
`

/**
 * Kills this program with one sentence when the same piece of work takes more of a processor than that: code that does
 * not come back cannot be stopped otherwise. @param sentence with `%` for the number of the piece
 */
export async function startWatchdog(limitMs: number, sentence: string): Promise<Watchdog> {
  const shared = new SharedArrayBuffer(4)
  const at = new Int32Array(shared)
  // Without the loaders of this program, which would have to help it start.
  const worker = new Worker(WATCH, { eval: true, execArgv: [], workerData: { shared, limitMs, sentence } })
  await once(worker, 'online')
  worker.unref()
  return {
    begin: (index) => void Atomics.store(at, 0, index),
    stop: async () => void (await worker.terminate()),
  }
}
