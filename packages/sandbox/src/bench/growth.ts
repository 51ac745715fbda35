import type { Invoke } from '@hitl/emulator'
import { type GrowthCase, growthCases, type Step, stepTitles } from './growth-cases'
import type { Recording, Request } from './recording'
import { type Calls, callsOf, Replay } from './replay'
import { type Cost, costOf, warmUp } from './sample'
import { median } from './statistics'
import { growthProblems } from './verdicts'

export const SIZES = [10, 1_000, 10_000] as const

/** What one message costs with so much of something. */
export type GrowthPoint = { size: number; calls: Calls; microseconds: number; bytes: number }

export type GrowthRow = { of: string; step: string; points: readonly GrowthPoint[] }

const BATCH = 40
const REPETITIONS = 5

/** Cost per message with little and much of everything, each size with an instance of its own. */
export async function measureGrowth(recording: Recording, bundle: string): Promise<GrowthRow[]> {
  const rows: GrowthRow[] = []
  for (const one of growthCases) rows.push(...(await measureCase(recording, bundle, one, SIZES, FULL)))
  return rows
}

/** Calls per message alone, which any process can count. */
export async function countGrowth(
  recording: Recording,
  bundle: string,
  sizes: readonly number[]
): Promise<GrowthRow[]> {
  const rows: GrowthRow[] = []
  for (const one of growthCases) rows.push(...(await measureCase(recording, bundle, one, sizes, CALLS_ONLY)))
  return rows
}

type Grown = { size: number; invoke: Invoke; request(step: Step): Request }
type Measure = {
  /** How often an instance has done it before: the engine is to be as quick with little as with much. */
  warmUp: number
  /** Machines have other things to do: what costs more is looked at again before it counts. */
  attempts: number
  costs(replay: Replay, grown: readonly Grown[], one: GrowthCase, step: Step): Promise<Cost[]>
}

async function measureCase(
  recording: Recording,
  bundle: string,
  one: GrowthCase,
  sizes: readonly number[],
  measure: Measure
): Promise<GrowthRow[]> {
  const replay = new Replay(recording, one.population(0))
  try {
    const grown: Grown[] = []
    for (const size of sizes) grown.push(await grow(replay, bundle, one, size, Math.max(0, measure.warmUp - size)))
    const rows: GrowthRow[] = []
    for (const step of one.steps) rows.push(await measureStep(replay, grown, one, step, measure))
    return rows
  } finally {
    replay.close()
  }
}

async function measureStep(
  replay: Replay,
  grown: readonly Grown[],
  one: GrowthCase,
  step: Step,
  measure: Measure
): Promise<GrowthRow> {
  for (let attempt = 1; ; attempt += 1) {
    const costsBySize = await measure.costs(replay, grown, one, step)
    const points: GrowthPoint[] = []
    for (const [index, { size, invoke, request }] of grown.entries()) {
      replay.population = one.population(size)
      const calls = await callsOf(replay, () =>
        warmUp(
          invoke,
          some(BATCH, () => request(step))
        )
      )
      points.push({ size, calls: perMessage(calls), ...(costsBySize[index] ?? NOTHING) })
    }
    const row = { of: one.title, step: stepTitles[step], points }
    if (attempt === measure.attempts || growthProblems([row]).length === 0) return row
  }
}

const NOTHING: Cost = { microseconds: 0, bytes: 0 }

const perMessage = ({ vendor, botpress }: Calls): Calls => ({ vendor: vendor / BATCH, botpress: botpress / BATCH })

async function grow(replay: Replay, bundle: string, one: GrowthCase, size: number, times: number): Promise<Grown> {
  replay.population = one.population(size)
  const invoke = replay.load(bundle)
  for (const [step, which] of one.history(size)) await warmUp(invoke, [replay.request(step, which)])
  let n = 0
  const request = (step: Step) => replay.request(step, one.message(size, ++n))
  for (const step of one.steps)
    await warmUp(
      invoke,
      some(times, () => request(step))
    )
  return { size, invoke, request }
}

/** In turn, so that what else the machine does hits all sizes alike. */
async function costs(replay: Replay, grown: readonly Grown[], one: GrowthCase, step: Step): Promise<Cost[]> {
  const taken: Cost[][] = grown.map(() => [])
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    for (const [index, { size, invoke, request }] of grown.entries()) {
      replay.population = one.population(size)
      taken[index]?.push(await costOf(invoke, () => some(BATCH, () => request(step)), OK))
    }
  }
  return taken.map((some) => ({
    microseconds: median(some.map(({ microseconds }) => microseconds)),
    bytes: median(some.map(({ bytes }) => bytes)),
  }))
}

const some = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

const OK = 200

const FULL: Measure = { warmUp: 500, attempts: 3, costs }
const CALLS_ONLY: Measure = { warmUp: 0, attempts: 1, costs: async () => [] }
