import { currentTrace } from './trace'

/** What can go wrong with one HTTP exchange. */
export type Fault =
  | { kind: 'status'; status: number; body?: unknown; headers?: Record<string, string> }
  /** Answer only after `ms` of real time. */
  | { kind: 'slow'; ms: number }
  /** Close the connection. `after` means the call has taken effect and only the answer is lost. */
  | { kind: 'drop'; when: 'before' | 'after' }

export type FaultRule = {
  /** `botpress`, or the provider's name. */
  target: string
  /** Part of the label of the call, for example `send_event` or `POST /v1/chat/messages`; all calls when absent. */
  match?: string
  /** Only calls that follow from this step; all calls when absent. */
  step?: string
  /** Names it for `remove`. */
  name?: string
  /** How many calls it hits; 1 when absent. */
  times?: number
  fault: Fault
}

/** Faults waiting for the next matching call. Servers ask with `take` before they handle a request. */
export class Faults {
  #rules: (FaultRule & { left: number })[] = []

  add(rule: FaultRule): void {
    this.#rules.push({ ...rule, left: rule.times ?? 1 })
  }

  take(target: string, label: string): Fault | undefined {
    const step = currentTrace()?.step
    const rule = this.#rules.find(
      (r) =>
        r.target === target &&
        (r.match === undefined || label.includes(r.match)) &&
        (r.step === undefined || r.step === step)
    )
    if (!rule) return undefined
    rule.left -= 1
    if (rule.left <= 0) this.#rules = this.#rules.filter((r) => r !== rule)
    return rule.fault
  }

  /** Those that were added with this name. */
  remove(name: string): void {
    this.#rules = this.#rules.filter((r) => r.name !== name)
  }

  clear(): void {
    this.#rules = []
  }

  get pending(): readonly FaultRule[] {
    return this.#rules
  }
}
