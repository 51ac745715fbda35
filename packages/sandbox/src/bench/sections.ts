import { budgets, type StepName, stepsOf, type Temperature } from '../budgets'
import type { Compared } from './costs'
import type { GrowthPoint } from './growth'
import { table, thousands } from './markdown'
import type { Measurement } from './measurement'
import { PARTS } from './parts'
import type { Spread } from './statistics'

/** The tables of one integration. */

const KB = 1024

export function bundleTable(all: readonly Measurement[]): string {
  const head = ['integration', 'bytes', 'empty', 'ratio', 'added', 'allowed', 'load ms', 'empty', 'ratio']
  const rows = all.map(({ title, bundle }) => [
    title,
    thousands(bundle.bytes),
    thousands(bundle.emptyBytes),
    times(bundle.bytes / bundle.emptyBytes),
    thousands(bundle.addedBytes),
    thousands(bundle.addedBudget),
    bundle.load.median.toFixed(0),
    bundle.emptyLoad.median.toFixed(0),
    timesOf(bundle.loadRatio),
  ])
  return table(head, rows)
}

export function countTable({ provider, counts }: Measurement): string {
  const cell = (step: string, temperature: Temperature, kind: 'vendor' | 'botpress') => {
    const row = counts.find((one) => one.step === step && one.temperature === temperature)
    if (!row) return '–'
    const limit = row.budget[kind]
    return limit === undefined ? String(row.counts[kind]) : `${row.counts[kind]} of ${limit}`
  }
  const rows = stepsOf(provider)
    .filter(isStep)
    .map((step) => [
      budgets[step].title,
      cell(step, 'warm', 'vendor'),
      cell(step, 'warm', 'botpress'),
      cell(step, 'cold', 'vendor'),
      cell(step, 'cold', 'botpress'),
    ])
  return table(['calls', 'provider, warm', 'Botpress, warm', 'provider, cold', 'Botpress, cold'], rows)
}

const isStep = (name: string): name is StepName => name in budgets

export function costTable({ costs }: Measurement): string {
  const cells = ({ ours, empty, ratio }: Compared, unit: number) => [
    thousands(ours.median / unit),
    thousands(empty.median / unit),
    timesOf(ratio),
  ]
  const rows = costs.map(({ operation, calls, microseconds, bytes }) => [
    operation,
    String(calls.vendor + calls.botpress),
    ...cells(microseconds, 1),
    ...cells(bytes, KB),
  ])
  return table(['operation', 'calls', 'µs', 'empty', 'ratio', 'KB', 'empty', 'ratio'], rows)
}

export function growthTable({ growth }: Measurement): string {
  const sizes = growth[0]?.points.map(({ size }) => thousands(size)) ?? []
  const cell = ({ calls, microseconds, bytes }: GrowthPoint) =>
    `${shown(calls.vendor)} + ${shown(calls.botpress)}, ${thousands(microseconds)} µs, ${thousands(bytes / KB)} KB`
  const rows = growth.map(({ of, step, points }) => {
    const [least, most] = [points[0], points.at(-1)]
    const grown = least && most ? [most.microseconds / least.microseconds, most.bytes / least.bytes] : []
    return [`${of}: ${step}`, ...points.map(cell), ...grown.map(times)]
  })
  return table(['number of', ...sizes, 'µs', 'KB'], rows)
}

export function profileTable({ profile }: Measurement): string {
  const rows = profile.map(({ situation, milliseconds, shares }) => [
    `${situation} (${milliseconds.toFixed(0)} ms)`,
    ...PARTS.map((part) => percent(shares.find((one) => one.part === part)?.share ?? 0)),
  ])
  return table(['share of the time', ...PARTS], rows)
}

/** Who has the largest shares, and what is ours, when an instance is warm. */
export function dominantText({ profile }: Measurement): string {
  const warm = profile.slice(1)
  const mean = PARTS.map((part) => {
    const shares = warm.map(({ shares: all }) => all.find((one) => one.part === part)?.share ?? 0)
    return { part, share: shares.reduce((sum, one) => sum + one, 0) / warm.length }
  })
  const [first, second] = mean
    .toSorted((a, b) => b.share - a.share)
    .map(({ part, share }) => `${part} (${percent(share)})`)
  const ours = mean.filter(({ part }) => part.startsWith('our ')).reduce((sum, { share }) => sum + share, 0)
  return `In a warm instance ${first} and ${second} have most of it; our core and integration together ${percent(ours)}.`
}

const percent = (share: number) => `${(share * 100).toFixed(0)} %`
const shown = (count: number) => String(Number(count.toFixed(2)))
const times = (ratio: number) => `${ratio.toFixed(2)} ×`
const timesOf = ({ median, fastest, slowest }: Spread) =>
  `${median.toFixed(2)} × (${fastest.toFixed(2)} to ${slowest.toFixed(2)})`
