/** What people did and how it went, counted while it happens. */
export type Tally = {
  /** Messages that have arrived, by who wrote them. */
  arrived: { user: number; agent: number }
  /** From writing to arriving, in ms. */
  arrivalMs: { user: number[]; agent: number[] }
  media: number
  transfers: number
  /** Messages of users that failed with an error, and were written again. */
  refused: number
  /** Starts and ends of sessions that failed with an error, and were tried again. */
  startsRepeated: number
  stopsRepeated: number
  /** What the integration said when it failed, and how often. */
  reasons: Map<string, number>
}

export const newTally = (): Tally => ({
  arrived: { user: 0, agent: 0 },
  arrivalMs: { user: [], agent: [] },
  media: 0,
  transfers: 0,
  refused: 0,
  startsRepeated: 0,
  stopsRepeated: 0,
  reasons: new Map(),
})

export function countReason({ reasons }: Tally, reason: string): void {
  reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
}

export const messagesOf = ({ arrived: { user, agent } }: Tally): number => user + agent
