import type { Paint } from '@hitl/sandbox/paint'
import type { Calls } from './call-figures'
import type { LoadCheck } from './checks'
import { figuresOf, type Percentiles } from './figures'
import type { MemoryGrowth } from './memory-growth'
import type { LoadRun } from './run-load'

const LABEL_WIDTH = 34
const DETAILS_SHOWN = 10

/** The table of one provider, ready to print. */
export function reportText(title: string, run: LoadRun, paint: Paint): string {
  const rows = [...talkRows(run), ...costRows(run), ...troubleRows(run), ...memoryRows(run)]
  return [
    paint.bold(title),
    ...rows.map(([label, value]) => `  ${label.padEnd(LABEL_WIDTH)} ${value}`),
    ...run.checks.flatMap((check) => checkLines(check, paint)),
  ].join('\n')
}

type Row = readonly [label: string, value: string]

function talkRows({ tally, talkMs, totalMs, ...run }: LoadRun): Row[] {
  const { messages, perSecond, arrivalMs } = figuresOf({ tally, talkMs, totalMs, ...run })
  const { user, agent } = tally.arrived
  const extras = `${thousands(tally.media)} of them files, ${thousands(tally.transfers)} transfers`
  return [
    ['messages', `${thousands(messages)}: ${thousands(user)} of users, ${thousands(agent)} of agents; ${extras}`],
    ['throughput', `${perSecond.toFixed(1)} messages per second, in ${seconds(talkMs)} (${seconds(totalMs)} in all)`],
    ['from writing to arriving, users', spread(arrivalMs.user)],
    ['from writing to arriving, agents', `${spread(arrivalMs.agent)}; jumps of the clock cut waits short`],
  ]
}

function costRows(run: LoadRun): Row[] {
  const { ownMs, cpuMsPerMessage, callsPerMessage, calls } = figuresOf(run)
  const { undisturbed, disturbed } = ownMs
  return [
    ['time in our code', `${spread(undisturbed)}; ${thousands(undisturbed.count)} invocations without a failed call`],
    ['', `${spread(disturbed)}; ${thousands(disturbed.count)} with one, waits before the next attempt included`],
    ['CPU of the bundles', `${cpuMsPerMessage.toFixed(1)} ms per message, SDK, HTTP and rerouting included`],
    ['calls per message of a user', callText(callsPerMessage.user, 2)],
    ['calls per message of an agent', callText(callsPerMessage.agent, 2)],
    ['calls in all', callText(calls, 0)],
  ]
}

function troubleRows(run: LoadRun): Row[] {
  const { tally, calls, jumps, expirations, doubled } = run
  const faults = [...calls.faults].toSorted(([a], [b]) => a.localeCompare(b))
  const total = faults.reduce((sum, [, count]) => sum + count, 0)
  const { webhooks, webhooksPostponed, webhooksRepeated } = calls
  const reasons = [...tally.reasons].toSorted(([, a], [, b]) => b - a)
  return [
    ['faults injected', thousands(total)],
    ...faults.map(([what, count]): Row => ['', `${thousands(count)} × ${what}`]),
    ['webhooks', `${thousands(webhooks)}, ${thousands(doubled)} of them in moments in which each came twice`],
    ['', `${thousands(webhooksPostponed)} put off by us, ${thousands(webhooksRepeated)} later attempts`],
    [
      'tokens',
      `${thousands(calls.tokens)} given out, ${thousands(calls.tokens - calls.tokensAtStarts)} after the starts`,
    ],
    ['', `all expired ${times(expirations)} at once, and time was moved ${times(jumps)} by 20 minutes`],
    ['refused loudly and repeated', `${thousands(tally.refused)} messages, ${starts(tally)}`],
    ...reasons.map(([reason, count]): Row => ['', `${thousands(count)} × ${reason}`]),
  ]
}

const starts = ({ startsRepeated, stopsRepeated }: LoadRun['tally']) =>
  `${thousands(startsRepeated)} starts, ${thousands(stopsRepeated)} ends`

function memoryRows(run: LoadRun): Row[] {
  const { memory } = figuresOf(run)
  return [
    ...memory.map((one, index): Row => [`memory of process ${index + 1}`, memoryText(one)]),
    ['memory of the emulator', `${megabytes(run.emulatorPeakBytes)} at the peak`],
  ]
}

function memoryText(growth: MemoryGrowth & { peakRssBytes: number }): string {
  const { earlyBytes, lateBytes, growthBytes, perThousandBytes, peakRssBytes } = growth
  const held = `${megabytes(earlyBytes)} held early, ${megabytes(lateBytes)} late (${signed(growthBytes)})`
  return `${megabytes(peakRssBytes)} at the peak; ${held}, ${signed(perThousandBytes)} per 1,000 invocations`
}

function checkLines({ ok, text, details = [] }: LoadCheck, paint: Paint): string[] {
  const shown = ok ? [] : details.slice(0, DETAILS_SHOWN)
  const rest = ok ? 0 : details.length - shown.length
  return [
    `  ${ok ? paint.good('✓') : paint.bad('✗')} ${text}`,
    ...shown.map((detail) => `      ${detail}`),
    ...(rest > 0 ? [`      and ${rest} more`] : []),
  ]
}

const thousands = (n: number) => Math.round(n).toLocaleString('en-US')
const seconds = (ms: number) => `${(ms / 1_000).toFixed(0)} s`
const spread = ({ count, p50, p99 }: Percentiles) =>
  count === 0 ? 'none' : `p50 ${milliseconds(p50)}, p99 ${milliseconds(p99)}`
const times = (n: number) => (n === 1 ? 'once' : `${thousands(n)} times`)
const milliseconds = (ms: number) => `${ms.toFixed(ms < 100 ? 1 : 0)} ms`
const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`
const signed = (bytes: number) => `${bytes < 0 ? '−' : '+'}${megabytes(Math.abs(bytes))}`

const callText = ({ vendor, botpress, media }: Calls, digits: number) => {
  const number = (n: number) => (digits === 0 ? thousands(n) : n.toFixed(digits))
  return `provider ${number(vendor)}, Botpress ${number(botpress)}, files fetched ${number(media)}`
}
