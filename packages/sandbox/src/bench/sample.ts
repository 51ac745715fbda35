import { setImmediate as nextTurn } from 'node:timers/promises'
import { PerformanceObserver } from 'node:perf_hooks'
import type { Invoke } from '@hitl/emulator'
import type { Request } from './recording'

/** What one request costs in the mean of a batch: time of the processor, which other programs do not lengthen. */
export type Cost = { microseconds: number; bytes: number }

const ATTEMPTS = 3

/**
 * Time and allocations of each request in the mean, one after the other, without a collection in between: `gc` has to be
 * exposed, and the young generation to be large enough. Bytes are those of the heap, which leaves the contents of buffers
 * out. @throws Error when one is not answered as expected, or collections cannot be avoided
 */
export async function costOf(invoke: Invoke, makeRequests: () => readonly Request[], status: number): Promise<Cost> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const requests = makeRequests()
    const collections = await collectionsDuring(async () => {
      const bytesBefore = process.memoryUsage().heapUsed
      const before = process.cpuUsage()
      for (const request of requests) assertStatus(await invoke(request), status)
      const { user, system } = process.cpuUsage(before)
      const bytes = process.memoryUsage().heapUsed - bytesBefore
      return { microseconds: (user + system) / requests.length, bytes: bytes / requests.length }
    })
    if (collections.count === 0) return collections.cost
  }
  throw new Error('Memory was collected in the middle of a batch; the young generation is too small for it.')
}

function assertStatus(answer: { status: number; body: string }, expected: number): void {
  if (answer.status !== expected) throw new Error(`Answered ${answer.status}, not ${expected}: ${answer.body}`)
}

async function collectionsDuring(run: () => Promise<Cost>): Promise<{ cost: Cost; count: number }> {
  collect()
  const from = performance.now()
  let count = 0
  const observer = new PerformanceObserver((list) => {
    count += list.getEntries().filter(({ startTime }) => startTime > from).length
  })
  observer.observe({ entryTypes: ['gc'] })
  try {
    const cost = await run()
    // What was observed is told a turn later.
    await nextTurn()
    await nextTurn()
    return { cost, count }
  } finally {
    observer.disconnect()
  }
}

function collect(): void {
  if (typeof globalThis.gc !== 'function') throw new Error('Node has to run with --expose-gc')
  globalThis.gc({ type: 'minor' })
}

/** Runs requests until the engine has seen enough of them to be quick. */
export async function warmUp(invoke: Invoke, requests: readonly Request[]): Promise<void> {
  for (const request of requests) await invoke(request)
}
