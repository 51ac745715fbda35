import { AsyncLocalStorage } from 'node:async_hooks'
import { isRecord, parseJson } from './json'

/** What a call followed from: the step somebody did, and the invocation in between where there is one. */
export type Trace = {
  step: string
  operation?: string
  /** The running instance that made the call, where several are told apart. */
  instance?: string
}

/** Carries the trace over HTTP, between the emulator and the processes of the bundles. */
export const TRACE_HEADER = 'x-emulated-trace'

const storage = new AsyncLocalStorage<Trace | undefined>()

/** Everything that `run` starts belongs to the trace, or to none. */
export function traced<T>(trace: Trace | undefined, run: () => T): T {
  return storage.run(trace, run)
}

export function currentTrace(): Trace | undefined {
  return storage.getStore()
}

/** Makes a callback run in the trace of whoever calls this, however late and by whomever it is run. */
export function keepTrace(run: () => void): () => void {
  const trace = currentTrace()
  return () => traced(trace, run)
}

/** The header of the current trace; empty without one. */
export function traceHeaders(): Record<string, string> {
  const trace = currentTrace()
  return trace ? { [TRACE_HEADER]: encodeURIComponent(JSON.stringify(trace)) } : {}
}

/** Undefined for anything that `traceHeaders` has not written. */
export function readTrace(header: string | null | undefined): Trace | undefined {
  const value = header ? parseJson(decoded(header)) : undefined
  if (!isRecord(value)) return undefined
  const { step, operation, instance } = value
  if (typeof step !== 'string' || step === '') return undefined
  return {
    step,
    ...(typeof operation === 'string' ? { operation } : {}),
    ...(typeof instance === 'string' ? { instance } : {}),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
