import { type Emulator, type Installation, type JournalEntry, traced } from '@hitl/emulator'
import type { Desk } from '@hitl/sandbox/desk'
import type { Arrivals, Sign } from './arrivals'
import type { Gate } from './gate'
import type { Slots } from './slots'
import { newStep, type StepKind } from './steps'
import type { Tally } from './tally'

/** What all conversations of a run share. */
export type Scene = {
  emulator: Pick<Emulator, 'botpress' | 'files'>
  installation: Installation
  desk: Desk
  /** Over how long the starts are spread, and later the ends. In ms. */
  spreadMs: number
  /** Closed while time is moved. */
  gate: Gate
  /** How much may be under way at once, so that the machine is not what is measured. */
  slots: Slots
  arrivals: Arrivals
  tally: Tally
}

/** A webhook that waits for its next attempt is no load, and gives its place to others. In ms. */
const HOLD_MS = 3_000

/** Longer than a provider's first attempts take, with the jumps of the clock in between. In ms. */
export const ARRIVES_WITHIN_MS = 180_000

/** The entry that was waited for, and the ms until it came. */
export type Outcome = { entry: JournalEntry; afterMs: number }

/** What somebody has done shows some time later, or never; then `shown` resolves to undefined. */
export type Act = { step: string; shown: Promise<Outcome | undefined> }

/** Somebody does something when it is their turn. Resolves when it is done. */
export async function act(
  { gate, slots, arrivals }: Scene,
  kind: StepKind,
  sign: Sign,
  run: () => Promise<unknown> | void
): Promise<Act> {
  const giveBack = await slots.take()
  await gate.passed()
  const step = newStep(kind)
  const startedAt = performance.now()
  const timer = setTimeout(giveBack, HOLD_MS)
  const shown = arrivals.next(step, sign, ARRIVES_WITHIN_MS).then((entry) => {
    clearTimeout(timer)
    giveBack()
    return entry && { entry, afterMs: performance.now() - startedAt }
  })
  try {
    await traced({ step }, run)
    return { step, shown }
  } catch (error) {
    arrivals.forget(step)
    throw error
  }
}

/** The same for what is over when its promise is. */
export async function actAlone({ gate, slots }: Scene, kind: StepKind, run: () => Promise<unknown>): Promise<void> {
  const giveBack = await slots.take()
  await gate.passed()
  try {
    await traced({ step: newStep(kind) }, run)
  } finally {
    giveBack()
  }
}
