import type { JournalEntry } from '@hitl/emulator'
import type { Check, LedgerRules } from '../ledger'
import type { Play, StepHook } from '../play'

/** One thing that goes wrong, how it is brought about, and how it shows that it really happened. */
export type Fault = {
  /** Value of `--fault`. */
  name: string
  /** One line for `--help`. */
  about: string
  /** Running instances of the integration; 1 when absent. */
  instances?: number
  rules?: Partial<Omit<LedgerRules, 'notices'>>
  /** Once, before anybody does anything. */
  prepare?(play: Play): void
  beforeStep?: StepHook
  afterStep?: StepHook
  /** The three journeys when absent. */
  play?(play: Play): Promise<void>
  /** What neither the ledger nor `play` has found out: first of all that the fault has happened. */
  checks?(play: Play): Check[]
}

/** That something was journaled so many times, which proves that the fault was no empty threat. */
export function happened(play: Play, what: string, matches: (entry: JournalEntry) => boolean, atLeast = 1): Check {
  const found = play.emulator.journal.entries.filter(matches).length
  return { ok: found >= atLeast, text: `${what}: ${found} times` }
}

/** How much the platform holds of what an integration can create. */
export function holdings({ emulator }: Play): string {
  const { conversations, messages, users, events } = emulator.botpress.store
  const sizes = { conversations, messages, users, events }
  return Object.entries(sizes)
    .map(([name, rows]) => `${rows.size} ${name}`)
    .join(', ')
}
