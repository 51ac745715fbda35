import { currentTrace } from './trace'

/** What can go wrong with one HTTP exchange. */
export type Fault =
  | { kind: 'status'; status: number; body?: unknown; headers?: Record<string, string> }
  /** Answer only after `ms` of real time. */
  | { kind: 'slow'; ms: number }
  /** Close the connection. `after` means the call has taken effect and only the answer is lost. */
  | { kind: 'drop'; when: 'before' | 'after' }
  /** The call has taken effect; its answer ends in the middle of the body, with headers that say nothing of it. */
  | { kind: 'cut' }
  /** Neither an effect nor an answer, ever. */
  | { kind: 'hang' }
  /** Runs something of the caller's, `before` or `after` the call has taken effect; the answer is lost. */
  | { kind: 'call'; when: 'before' | 'after'; run: () => void }

export type FaultRule = {
  /** `botpress`, `files` or the provider's name; all of them when absent. */
  target?: string
  /** Part of the label of the call, for example `send_event` or `POST /v1/chat/messages`; all calls when absent. */
  match?: string
  /** Only calls that follow from this step; all calls when absent. */
  step?: string
  /** Only calls of this instance, as far as traces name it; all calls when absent. */
  instance?: string
  /** How many matching calls it lets pass before it hits the first one; none when absent. */
  skip?: number
  /** Names it for `remove`. */
  name?: string
  /** How many calls it hits; 1 when absent. */
  times?: number
  fault: Fault
}

/** Faults waiting for the next matching call. Servers ask with `take` before they handle a request. */
export class Faults {
  #rules: (FaultRule & { left: number; toSkip: number })[] = []
  readonly #taken = new Map<string, number>()

  add(rule: FaultRule): void {
    this.#rules.push({ ...rule, left: rule.times ?? 1, toSkip: rule.skip ?? 0 })
  }

  take(target: string, label: string): Fault | undefined {
    const { step, instance } = currentTrace() ?? {}
    const rule = this.#rules.find(
      (r) =>
        (r.target === undefined || r.target === target) &&
        (r.match === undefined || label.includes(r.match)) &&
        (r.step === undefined || r.step === step) &&
        (r.instance === undefined || r.instance === instance) &&
        r.toSkip-- <= 0
    )
    if (!rule) return undefined
    rule.left -= 1
    if (rule.name !== undefined) this.#taken.set(rule.name, this.taken(rule.name) + 1)
    if (rule.left <= 0) this.#rules = this.#rules.filter((r) => r !== rule)
    return rule.fault
  }

  /** How many calls those with this name have hit. */
  taken(name: string): number {
    return this.#taken.get(name) ?? 0
  }

  /** Those that were added with this name. */
  remove(name: string): void {
    this.#rules = this.#rules.filter((r) => r.name !== name)
  }

  clear(): void {
    this.#rules = []
    this.#taken.clear()
  }

  get pending(): readonly FaultRule[] {
    return this.#rules
  }
}
