import type { StepName, Temperature } from '../budgets'

/** In the first 4 s the integration holds events of a session back, which costs calls of its own. */
const HELD_BACK_MS = 4_600
/** Until then an instance that does not know a session looks at it more closely. */
const CLOSE_LOOK_MS = 60_000

type Session = { startedAt: number; servedBy: number }

const HELD_BACK: ReadonlySet<StepName> = new Set(['agentMessage', 'agentMessageUnseen'])

/** Which column of the table of budgets fits a step: that depends on the age of the session and on who has served it. */
export class Temperatures {
  readonly #sessions = new Map<string, Session>()
  #generation = 1
  #hasServed = true

  /** The instance was replaced by a fresh one. */
  restarted(): void {
    this.#generation += 1
    this.#hasServed = false
  }

  started(user: string, at: number): void {
    this.#sessions.set(user, { startedAt: at, servedBy: this.#generation })
  }

  /** Undefined when the table says nothing for this moment. To be called once per step. */
  of(user: string | undefined, name: StepName, at: number): Temperature | undefined {
    const session = user === undefined ? undefined : this.#sessions.get(user)
    const isWarm = session ? session.servedBy === this.#generation : this.#hasServed
    this.#hasServed = true
    if (!session) return isWarm ? 'warm' : 'cold'
    session.servedBy = this.#generation
    const age = at - session.startedAt
    if (isWarm) return HELD_BACK.has(name) && age < HELD_BACK_MS ? undefined : 'warm'
    return age < CLOSE_LOOK_MS ? undefined : 'cold'
  }
}
