/**
 * The HITL plugin drops what it hears before it has noted down the conversation that `startHitl` returned. Until this
 * long after a session opened, what an agent does is scheduled instead of told at once. In ms.
 */
export const SETTLE_MS = 4_000

/**
 * Agents say goodbye and close the chat in the same second, and webhooks overtake each other: the end of a session is
 * told this much later, so that last words still find it open. In ms.
 */
export const LAST_WORDS_MS = 2_000

/** This long after a provider ended a session nothing of it is under way any more. In ms. */
export const QUIET_AFTER_MS = LAST_WORDS_MS + 1_000

/** No invocation lasts longer: after this long a stop that has not said that it is done has failed. In ms. */
export const STOP_LASTS_MS = 60_000

/** After this long a claim whose holder has announced nothing counts as abandoned. In ms. */
export const ABANDONED_AFTER_MS = 8_000

/** Clocks of Botpress and ours may differ by this much, in ms. */
export const CLOCK_MARGIN_MS = 2_000

/** A step that one of several instances won is settled within this time, in ms. */
export const STEP_MS = 5_000

/**
 * How long to hold back an event of a young session, in ms; 0 when it has settled. What came first stays first: the
 * time of delivery grows with the time of arrival.
 */
export function settleDelayMs(openedAt: number, now: number): number {
  const age = Math.max(0, now - openedAt)
  const deliverAt = SETTLE_MS + age / 10
  return age >= deliverAt ? 0 : Math.ceil(deliverAt - age)
}
