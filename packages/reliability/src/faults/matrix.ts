import { type CallCounts, type Cause, causes, type Run } from './causes'
import type { RunResult } from './play-run'
import { isKnown } from './reasons'
import { type Step, steps } from './steps'
import type { Workers } from './workers'

/** One run with what came of it. */
export type Played = RunResult & { provider: string; step: string; cause: string; run: string }

export type MatrixOptions = {
  providers: readonly string[]
  steps?: readonly string[]
  causes?: readonly string[]
  /** A sample: of each nth pair of step and fault one run. All runs when absent. */
  every?: number
  /** How many times as fast as real time. */
  speed: number
  told?(line: string): void
}

export type Matrix = {
  runs: Played[]
  /** Runs that went wrong at full speed and not when they were played again at leisure. */
  unsteady: Played[]
  /** What kept a run from being played, twice. */
  broken: string[]
}

type Planned = { provider: string; step: Step; cause: Cause; run: Run; calls: CallCounts }

/** A machine that is busy makes quick time hurry: what looks bad is looked at again this much slower. */
const LEISURE = 4
/** So often, so that what goes wrong now and then is not taken for the fault of the machine. */
const REPLAYS = 3

/** Plays every step of every provider under every fault. */
export async function playMatrix(workers: Workers, options: MatrixOptions): Promise<Matrix> {
  const { providers, told = () => undefined } = options
  const chosen = (await Promise.all(providers.map((provider) => plan(workers, provider, options)))).flat()
  const matrix: Matrix = { runs: [], unsteady: [], broken: [] }
  let left = chosen.length
  told(`${left} runs of ${providers.join(', ')}`)
  await Promise.all(
    chosen.map(async (planned) => {
      await playOne(workers, planned, { speed: options.speed, told }, matrix)
      left -= 1
      if (left % 100 === 0) told(`${left} runs left`)
    })
  )
  return matrix
}

async function plan(workers: Workers, provider: string, options: MatrixOptions): Promise<Planned[]> {
  const { speed } = options
  const planned = steps
    .filter(({ name }) => options.steps?.includes(name) ?? true)
    .map(async (step) => {
      const answer = await workers.play({ kind: 'count', provider, step: step.name, speed })
      const calls = 'counts' in answer ? answer.counts : { vendor: 0, botpress: 0 }
      if (calls.vendor + calls.botpress === 0) throw new Error(`${provider}: the step ${step.name} makes no call`)
      return causes
        .filter(({ name }) => options.causes?.includes(name) ?? true)
        .flatMap((cause) => {
          const runs = sampled(cause.runs(calls, step), steps.indexOf(step) + causes.indexOf(cause), options.every)
          return runs.map((run) => ({ provider, step, cause, run, calls }))
        })
    })
  return (await Promise.all(planned)).flat()
}

/** Along the diagonals of the matrix, so that every step and every fault comes up. */
function sampled(runs: readonly Run[], place: number, every: number | undefined): readonly Run[] {
  if (every === undefined) return runs
  const run = runs[place % Math.max(1, runs.length)]
  return run && place % every === 0 ? [run] : []
}

const isGood = (played: Played) =>
  played.hit && played.leaks.length === 0 && (['once', 'failed'].includes(played.verdict) || isKnown(played))

type Playing = { speed: number; told(line: string): void }

async function playOne(workers: Workers, planned: Planned, { speed, told }: Playing, matrix: Matrix): Promise<void> {
  try {
    const first = await playAt(workers, planned, speed)
    if (isGood(first)) return void matrix.runs.push(first)
    for (let time = 1; time <= REPLAYS; time += 1) {
      const again = await playAt(workers, planned, speed / LEISURE)
      if (time === REPLAYS || !isGood(again)) {
        matrix.runs.push(again)
        if (!isGood(again)) return told(lineOf(again))
      }
    }
    matrix.unsteady.push(first)
  } catch (error) {
    matrix.broken.push(error instanceof Error ? error.message : String(error))
  }
}

/** One run for a person to read. */
export const lineOf = ({ provider, step, cause, run, verdict, notes, leaks, hit }: Played): string => {
  const outcome = hit ? verdict : `${verdict}, and the fault met no call`
  const details = [...notes, ...leaks].map((note) => `\n    ${note}`).join('')
  return `${provider} · ${step} · ${cause}, ${run}: ${outcome}${details}`
}

async function playAt(workers: Workers, planned: Planned, speed: number): Promise<Played> {
  const { provider, calls } = planned
  const names = { provider, step: planned.step.name, cause: planned.cause.name, run: planned.run.label }
  const answer = await workers.play({ kind: 'run', ...names, calls, speed })
  if (!('result' in answer)) throw new Error('The worker has answered something else')
  return { ...names, ...answer.result }
}
