import type { SandboxProvider } from '@hitl/sandbox/providers'
import type { Paint } from '@hitl/sandbox/paint'
import type { Failure, FuzzResult } from './run-fuzz'
import { timesOf, type Times } from './tally'

export type FuzzReport = {
  provider: string
  title: string
  seed: number
  seconds: number
  requests: number
  authentic: number
  lookedUp: number
  applied: number
  statuses: Readonly<Record<string, number>>
  times: Times
  /** At the end of the first round, of the last one, and at most; in MB. */
  heapMb: Record<'first' | 'last' | 'most', number>
  refusals: readonly { what: string; count: number; example: string }[]
  problems: readonly string[]
  failure?: Failure
}

/** Fewer say nothing about how deep the requests go. */
const ENOUGH_REQUESTS = 1_000

/** A run that is refused at the door proves nothing: of all requests, so many must be told to the bot. */
const LEAST_APPLIED = 0.05

/** What may be added to the memory of a program that has warmed up, in MB. */
const MOST_GROWTH_MB = 100

export function toReport(
  { name, title }: SandboxProvider,
  { tally, failure, heap }: FuzzResult,
  { seed, seconds }: { seed: number; seconds: number }
): FuzzReport {
  const { requests, authentic, lookedUp, applied, statuses, refusals } = tally
  const mb = (bytes = 0) => Math.round(bytes / 1e6)
  const heapMb = { first: mb(heap[0]), last: mb(heap.at(-1)), most: mb(Math.max(...heap, 0)) }
  const isShallow = requests >= ENOUGH_REQUESTS && applied < requests * LEAST_APPLIED
  return {
    provider: name,
    title,
    seed,
    seconds,
    requests,
    authentic,
    lookedUp,
    applied,
    statuses: Object.fromEntries([...statuses].toSorted(([a], [b]) => a - b)),
    times: timesOf(tally),
    heapMb,
    refusals: [...refusals].map(([what, one]) => ({ what, ...one })).toSorted((a, b) => b.count - a.count),
    problems: [
      ...(failure ? [`${failure.what}${failure.details === '' ? '' : `: ${failure.details}`}`] : []),
      ...(isShallow ? [`only ${applied} of ${requests} requests were told to the bot`] : []),
      ...(heapMb.last > heapMb.first + MOST_GROWTH_MB ? ['the memory in use grows'] : []),
    ],
    ...(failure ? { failure } : {}),
  }
}

export function reportText(report: FuzzReport, paint: Paint): string {
  const { title, requests, seed, seconds, authentic, lookedUp, applied, statuses, times, heapMb } = report
  const share = (n: number) => `${grouped(n)} (${((100 * n) / Math.max(1, requests)).toFixed(1)} %)`
  const rows = [
    ['requests', `${grouped(requests)} in ${seconds.toFixed(0)} s, seed ${seed}`],
    ['proven', share(authentic)],
    ['asked Botpress', share(lookedUp)],
    ['told to the bot', share(applied)],
    ...Object.entries(statuses).map(([status, n]) => [`answered ${status}`, share(n)]),
    ['time', `median ${ms(times.medianMs)}, 99.9 % under ${ms(times.p999Ms)}, longest ${ms(times.maxMs)}`],
    ['memory', `${heapMb.first} MB after the first round, ${heapMb.last} MB after the last, ${heapMb.most} MB at most`],
    ...report.refusals.map(({ what, count }) => ['Botpress refused', `${grouped(count)} × ${what}`]),
  ]
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(18)} ${value}`)
  return [paint.bold(title), ...lines, ...report.problems.map((problem) => paint.bad(`  ! ${problem}`))].join('\n')
}

/** What failed, and how to see it again. */
export const failureText = ({ provider, seed, failure }: FuzzReport): string =>
  failure
    ? `\n${failure.request}\n\nSee it again: pnpm fuzz --provider ${provider} --seed ${seed} --path ${failure.path}`
    : ''

const grouped = (n: number) => n.toLocaleString('en-US')
const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`
