import type { StepName, Temperature } from '../budgets'

/** In the first 4 s the integration holds events of a session back, which costs calls of its own. */
const HELD_BACK_MS = 4_600
/** Until then an instance that does not know a session looks at it more closely. */
const CLOSE_LOOK_MS = 60_000

type Side = 'user' | 'agent'

/** `servedBy` counts instances: the one that served this side of the session last. */
type Session = { startedAt: number; servedBy: Record<Side, number> }

const HELD_BACK: ReadonlySet<StepName> = new Set(['agentMessage', 'agentMessageUnseen'])
const BY_AGENT: ReadonlySet<StepName> = new Set([...HELD_BACK, 'agentAssigned', 'agentChanged', 'closed'])

const NOBODY = 0

/** Which column of the table of budgets fits a step: that depends on the age of the session and on who has served it. */
export class Temperatures {
  readonly #sessions = new Map<string, Session>()
  #instance = 1
  #hasServed = true

  /** @param saved when each user's session started; the instance is a fresh one then */
  constructor(saved?: Readonly<Record<string, number>>) {
    if (saved) this.restarted()
    for (const [user, startedAt] of Object.entries(saved ?? {})) {
      this.#sessions.set(user, { startedAt, servedBy: { user: NOBODY, agent: NOBODY } })
    }
  }

  /** When the latest session of each user started. */
  get startTimes(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#sessions].map(([user, { startedAt }]) => [user, startedAt]))
  }

  /** The instance was replaced by a fresh one. */
  restarted(): void {
    this.#instance += 1
    this.#hasServed = false
  }

  started(user: string, at: number): void {
    this.#sessions.set(user, { startedAt: at, servedBy: { user: this.#instance, agent: this.#instance } })
  }

  /** For steps that the table does not know. */
  served(user: string | undefined, side: Side): void {
    const session = user === undefined ? undefined : this.#sessions.get(user)
    if (session) session.servedBy[side] = this.#instance
    this.#hasServed = true
  }

  /** Undefined when the table says nothing for this moment. To be called once per step. */
  of(user: string | undefined, name: StepName, at: number): Temperature | undefined {
    const session = user === undefined ? undefined : this.#sessions.get(user)
    const side: Side = BY_AGENT.has(name) ? 'agent' : 'user'
    const isWarm = session ? session.servedBy[side] === this.#instance : this.#hasServed
    this.#hasServed = true
    if (!session) return isWarm ? 'warm' : 'cold'
    session.servedBy[side] = this.#instance
    const age = at - session.startedAt
    if (isWarm) return HELD_BACK.has(name) && age < HELD_BACK_MS ? undefined : 'warm'
    return age < CLOSE_LOOK_MS ? undefined : 'cold'
  }
}
