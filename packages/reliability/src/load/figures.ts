import { quantile } from '@hitl/sandbox/statistics'
import { allCalls, type Calls } from './call-figures'
import { memoryGrowth, type MemoryGrowth } from './memory-growth'
import type { LoadRun } from './run-load'
import { messagesOf } from './tally'

export type Percentiles = { count: number; p50: number; p99: number }

/** One provider's run in numbers. Times in ms, memory in bytes. */
export type LoadFigures = {
  messages: number
  perSecond: number
  /** Of the process, without the time in which it waited for calls. */
  ownMs: { undisturbed: Percentiles; disturbed: Percentiles }
  /** Of all processes of the bundle together, for each message. */
  cpuMsPerMessage: number
  arrivalMs: { user: Percentiles; agent: Percentiles }
  callsPerMessage: { user: Calls; agent: Calls }
  calls: Calls
  memory: readonly (MemoryGrowth & { peakRssBytes: number })[]
}

const percentiles = (values: readonly number[]): Percentiles => ({
  count: values.length,
  p50: quantile(values, 0.5),
  p99: quantile(values, 0.99),
})

export function figuresOf(run: LoadRun): LoadFigures {
  const { tally, calls, instances, talkMs } = run
  const messages = messagesOf(tally)
  const visits = instances.flatMap((one) => one.visits)
  const ownOf = (disturbed: boolean) =>
    percentiles(visits.filter((visit) => visit.disturbed === disturbed).map(({ ownMs }) => ownMs))
  const cpuMs = instances.reduce((sum, one) => sum + one.cpuMs, 0)
  const { arrived, arrivalMs } = tally
  return {
    messages,
    perSecond: messages / (talkMs / 1_000),
    ownMs: { undisturbed: ownOf(false), disturbed: ownOf(true) },
    cpuMsPerMessage: cpuMs / messages,
    arrivalMs: { user: percentiles(arrivalMs.user), agent: percentiles(arrivalMs.agent) },
    callsPerMessage: { user: per(calls.byStep.user, arrived.user), agent: per(calls.byStep.agent, arrived.agent) },
    calls: allCalls(calls),
    memory: instances.map(({ memory, peakRssBytes }) => ({ ...memoryGrowth(memory), peakRssBytes })),
  }
}

const per = ({ vendor, botpress, media }: Calls, messages: number): Calls => ({
  vendor: vendor / messages,
  botpress: botpress / messages,
  media: media / messages,
})
