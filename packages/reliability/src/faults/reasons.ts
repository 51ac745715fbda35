import type { Verdict } from './judge'

/** A bad verdict that the provider, or a budget of ours, makes unavoidable. */
export type Reason = {
  provider?: string
  steps: RegExp
  causes: RegExp
  /** Which of the runs; all when absent. */
  runs?: RegExp
  verdict: Verdict
  /** One or two sentences for docs/reliability.md. */
  why: string
}

type Named = { provider: string; step: string; cause: string; run: string; verdict: Verdict }

export const reasons: readonly Reason[] = []

export const reasonOf = (played: Named): Reason | undefined =>
  reasons.find(
    ({ provider, steps, causes, runs, verdict }) =>
      (provider === undefined || provider === played.provider) &&
      verdict === played.verdict &&
      steps.test(played.step) &&
      causes.test(played.cause) &&
      (runs === undefined || runs.test(played.run))
  )

export const isKnown = (played: Named): boolean => reasonOf(played) !== undefined
