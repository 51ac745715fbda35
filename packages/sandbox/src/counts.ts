import type { JournalEntry } from '@hitl/emulator'
import type { Budget } from './budgets'

/** `media` are downloads of files that end users sent, from wherever those lie. */
export type Counts = { vendor: number; botpress: number; media: number }

export function countCalls(entries: readonly JournalEntry[]): Counts {
  const of = (kind: JournalEntry['kind'], isProvider: boolean) =>
    entries.filter((entry) => entry.kind === kind && (entry.provider !== undefined) === isProvider).length
  return { vendor: of('vendor', true), botpress: of('botpress', false), media: of('vendor', false) }
}

/**
 * The calls that belong to one invocation: what was journaled since the invocation before it. Only for steps whose
 * invocations follow one another, such as `createUser` and `startHitl`.
 */
export function callsOf(entries: readonly JournalEntry[], invocation: string): readonly JournalEntry[] {
  const end = entries.findIndex(({ kind, label }) => kind === 'invoke' && label.endsWith(invocation))
  if (end < 0) return []
  const start = entries.slice(0, end).findLastIndex(({ kind }) => kind === 'invoke') + 1
  return entries.slice(start, end)
}

export const isWithin = ({ vendor, botpress }: Counts, budget: Budget): boolean =>
  vendor <= (budget.vendor ?? Infinity) && botpress <= (budget.botpress ?? Infinity)
