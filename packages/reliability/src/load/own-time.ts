/** From one moment to another, in ms of one clock. */
export type Span = { from: number; to: number }

/** The part of `whole` during which none of the calls was under way, in ms. Calls may overlap and outlast it. */
export function ownTime(whole: Span, calls: readonly Span[]): number {
  let own = 0
  let reached = whole.from
  for (const { from, to } of calls.toSorted((a, b) => a.from - b.from)) {
    if (from >= whole.to) break
    own += Math.max(0, from - reached)
    reached = Math.max(reached, to)
  }
  return own + Math.max(0, whole.to - reached)
}
