import { type Budget, budgets, type StepName, type Temperature } from '../budgets'
import type { Paint } from '../paint'
import type { BundleReport, Spread } from './bundles'
import type { CountRow } from './call-counts'
import type { HandlingRow } from './handling'

const STEP_WIDTH = 32
const CELL_WIDTH = 18

/** Calls per step, made and allowed. */
export function countText(rows: readonly CountRow[], paint: Paint): string {
  const cells = (step: StepName, temperature: Temperature): readonly [string, string] => {
    const row = rows.find((one) => one.step === step && one.temperature === temperature)
    return row ? [cell(row, 'vendor', paint), cell(row, 'botpress', paint)] : [pad('–'), pad('–')]
  }
  const steps = Object.keys(budgets).filter((name): name is StepName => name in budgets)
  const head = [
    'calls per step'.padEnd(STEP_WIDTH),
    ...['vendor warm', 'Botpress warm', 'vendor cold', 'Botpress cold'].map(pad),
  ]
  const lines = steps.map((step) =>
    [budgets[step].title.padEnd(STEP_WIDTH), ...cells(step, 'warm'), ...cells(step, 'cold')].join('')
  )
  return [paint.bold(head.join('')), ...lines].join('\n')
}

const pad = (text: string) => text.padEnd(CELL_WIDTH)

function cell({ counts, budget }: CountRow, kind: keyof Budget, paint: Paint): string {
  const limit = budget[kind]
  const count = counts[kind]
  if (limit === undefined) return paint.dim(pad(String(count)))
  return count > limit ? paint.bad(pad(`${count} > ${limit} !`)) : pad(`${count} of at most ${limit}`)
}

export function bundleText(report: BundleReport, paint: Paint): string {
  const { bytes, emptyBytes, addedBytes, addedBudget, load, emptyLoad, ok } = report
  const added = `${thousands(addedBytes)} bytes above it, at most ${thousands(addedBudget)}`
  return [
    paint.bold('bundle'),
    `size                 ${thousands(bytes)} bytes; an integration that does nothing: ${thousands(emptyBytes)}`,
    `added                ${ok ? added : paint.bad(`${added} !`)}`,
    `time to load         ${spreadText(load)}`,
    `  the empty one      ${spreadText(emptyLoad)}`,
  ].join('\n')
}

const spreadText = ({ median, fastest, slowest, repetitions }: Spread) =>
  `${median.toFixed(0)} ms (${fastest.toFixed(0)} to ${slowest.toFixed(0)}; median of ${repetitions} fresh processes)`

export function handlingText(rows: readonly HandlingRow[]): string {
  const lines = rows.map(
    ({ what, calls, medianMs, p95Ms, repetitions }) =>
      `${what.padEnd(42)} ${medianMs.toFixed(2)} ms, 95 % under ${p95Ms.toFixed(2)} ms (${calls} calls; ${repetitions} repetitions)`
  )
  return ['time to handle, with a network that answers at once', ...lines].join('\n')
}

const thousands = (n: number) => n.toLocaleString('en-US')
