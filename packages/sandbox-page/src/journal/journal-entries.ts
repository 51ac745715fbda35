import type { Call, Step } from '../protocol'
import { BACKGROUND, type JournalState, startOf } from '../state/journal-state'

export const kindFilters = ['all', 'webhook', 'botpress', 'vendor'] as const
export type KindFilter = (typeof kindFilters)[number]
export type JournalFilter = { user: string; kind: KindFilter; errorsOnly: boolean }

/** A step with its calls, or calls of the background that came between two steps. */
export type JournalEntry = {
  key: string
  step?: Step
  calls: readonly Call[]
  /** Whether a call of it failed, shown or not. */
  failed: boolean
}

export const noFilter: JournalFilter = { user: '', kind: 'all', errorsOnly: false }

const kinds: Record<KindFilter, readonly Call['kind'][]> = {
  all: ['invoke', 'botpress', 'vendor', 'webhook', 'note'],
  webhook: ['webhook'],
  botpress: ['invoke', 'botpress'],
  vendor: ['vendor'],
}

const none: readonly Call[] = []

export function journalEntries({ steps, calls }: JournalState, filter: JournalFilter): JournalEntry[] {
  const entries = steps.flatMap((step) => stepEntry(step, calls.get(step.id) ?? none, filter))
  const background = (calls.get(BACKGROUND) ?? none).filter((call) => matches(call, filter, false))
  return background.length === 0 ? entries : interleaved(entries, background)
}

function stepEntry(step: Step, calls: readonly Call[], filter: JournalFilter): JournalEntry[] {
  if (filter.user && !step.users.includes(filter.user)) return []
  const kept = isOpen(filter) ? calls : calls.filter((call) => matches(call, filter, true))
  const narrowed = filter.kind !== 'all' || filter.errorsOnly
  if (narrowed && kept.length === 0 && !(filter.errorsOnly && step.error !== undefined)) return []
  return [{ key: step.id, step, calls: kept, failed: calls.some(hasFailed) }]
}

const hasFailed = ({ kind, status = 599 }: Call): boolean => kind !== 'note' && status >= 500

/** Whether everything passes. */
export const isOpen = ({ user, kind, errorsOnly }: JournalFilter): boolean => !user && kind === 'all' && !errorsOnly

function matches({ kind, ok, users }: Call, filter: JournalFilter, inStep: boolean): boolean {
  if (!kinds[filter.kind].includes(kind)) return false
  if (filter.errorsOnly && ok) return false
  if (!filter.user || users.includes(filter.user)) return true
  return inStep && users.length === 0
}

/** By time, so that what happened in the background stands where it happened. */
function interleaved(entries: readonly JournalEntry[], background: readonly Call[]): JournalEntry[] {
  const result: JournalEntry[] = []
  let next = 0
  const until = (at: number): void => {
    const start = next
    for (let call = background[next]; call && startOf(call) < at; call = background[next]) next += 1
    const calls = background.slice(start, next)
    if (calls[0]) result.push({ key: `background-${calls[0].seq}`, calls, failed: false })
  }
  for (const entry of entries) {
    until(entry.step?.at ?? 0)
    result.push(entry)
  }
  until(Number.POSITIVE_INFINITY)
  return result
}
