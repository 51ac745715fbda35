import type { Call, Step } from '../protocol'

/** Steps in order, and the calls of each. Lists that did not change keep their identity, so that rows can be reused. */
export type JournalState = {
  steps: readonly Step[]
  calls: ReadonlyMap<string, readonly Call[]>
}

/** Key of the calls that belong to no step. */
export const BACKGROUND = ''

export const emptyJournal: JournalState = { steps: [], calls: new Map() }

export const journalOf = (steps: readonly Step[], calls: readonly Call[]): JournalState =>
  withCalls(withSteps(emptyJournal, steps), calls)

export function withSteps(journal: JournalState, changed: readonly Step[]): JournalState {
  const steps = [...journal.steps]
  for (const step of changed) {
    const index = steps.findLastIndex(({ id }) => id === step.id)
    if (index < 0) steps.push(step)
    else steps[index] = step
  }
  return { ...journal, steps }
}

export function withCalls(journal: JournalState, changed: readonly Call[]): JournalState {
  const calls = new Map(journal.calls)
  for (const [key, group] of byStep(changed)) {
    calls.set(key, merged(calls.get(key) ?? [], group))
    if (key !== BACKGROUND) takeFromBackground(calls, group)
  }
  return { ...journal, calls }
}

function byStep(changed: readonly Call[]): ReadonlyMap<string, Call[]> {
  const groups = new Map<string, Call[]>()
  for (const call of changed) {
    const key = call.step ?? BACKGROUND
    const group = groups.get(key)
    if (group) group.push(call)
    else groups.set(key, [call])
  }
  return groups
}

function merged(before: readonly Call[], changed: readonly Call[]): readonly Call[] {
  const list = [...before]
  for (const call of changed) {
    const index = list.findLastIndex(({ seq }) => seq === call.seq)
    if (index < 0) list.push(call)
    else list[index] = call
  }
  return list.sort((a, b) => startOf(a) - startOf(b) || a.seq - b.seq)
}

/** Calls are recorded at their end; what caused another is to stand above it. */
export const startOf = ({ at, durationMs }: Call): number => at - (durationMs ?? 0)

/** A call may be listed before it is known what it belongs to. */
function takeFromBackground(calls: Map<string, readonly Call[]>, found: readonly Call[]): void {
  const background = calls.get(BACKGROUND) ?? []
  const taken = new Set(found.map(({ seq }) => seq))
  if (background.some(({ seq }) => taken.has(seq))) {
    calls.set(
      BACKGROUND,
      background.filter(({ seq }) => !taken.has(seq))
    )
  }
}
