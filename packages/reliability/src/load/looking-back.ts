import type { Conversation } from './conversation'

/** A start that failed may leave a thread, which holds nothing but what was handed over. */
export function countUnusedOpenings({ person: { openings, threads } }: Conversation): void {
  for (const { key, messages } of threads) {
    if (!openings.has(key)) openings.set(key, messages.filter(({ from }) => from === 'contact').length)
  }
}

/** Texts that failed with an error, and are there all the same. */
export function refusedButArrived({ person, refusedTexts }: Conversation): string[] {
  const there = new Set(person.threads.flatMap(({ messages }) => messages.map(({ text }) => text)))
  return refusedTexts.filter((text) => there.has(text))
}

/**
 * Assignments that were told once more because Botpress's own client makes the event again when the answer to the first
 * one is lost, which nobody above it can know or forbid. They are expected from now on.
 */
export function expectToldAgain(
  { person: { expected, user }, assigningSteps }: Conversation,
  lostEvents: ReadonlySet<string>,
  assignedText: string
): number {
  const told = user.transcript.filter(({ from, payload }) => from === 'notice' && payload['text'] === assignedText)
  const lost = assigningSteps.filter((step) => lostEvents.has(step)).length
  const again = Math.max(0, Math.min(lost, told.length - expected.assignments))
  expected.assignments += again
  return again
}
