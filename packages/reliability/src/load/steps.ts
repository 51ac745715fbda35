import type { Trace } from '@hitl/emulator'

/** What somebody does; every call is told by it which of these it followed from. */
export const stepKinds = ['start', 'join', 'user', 'agent', 'transfer', 'close', 'stop'] as const
export type StepKind = (typeof stepKinds)[number]

let steps = 0

/** A name that no other step has. */
export const newStep = (kind: StepKind): string => `${kind}:${(steps += 1)}`

/** Undefined for what followed from none of our steps. */
export function kindOf(trace: Trace | undefined): StepKind | undefined {
  const [name] = trace?.step.split(':') ?? []
  return stepKinds.find((kind) => kind === name)
}
