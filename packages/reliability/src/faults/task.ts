import type { CallCounts } from './causes'
import type { RunResult } from './play-run'

/** What a worker is asked for: one run, or how many calls a step makes while nothing goes wrong. */
export type Task = { provider: string; step: string; speed: number } & (
  | { kind: 'count' }
  | { kind: 'run'; cause: string; run: string; calls: CallCounts }
)

export type Answer = { counts: CallCounts } | { result: RunResult } | { error: string }
