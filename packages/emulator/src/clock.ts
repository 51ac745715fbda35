type Timer = { id: number; dueAt: number; run: () => void }

/** Node fires at once when a delay is larger than this (docs of setTimeout). */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

/**
 * Time that tests can move by hand. Real time passes as well; `advance` adds to it and runs what became due, in order.
 * All times are epoch ms.
 */
export class Clock {
  #offsetMs = 0
  #nextId = 1
  readonly #timers = new Map<number, Timer>()
  readonly #handles = new Map<number, NodeJS.Timeout>()
  readonly #settle: () => Promise<void>

  /** `settle` is awaited after each timer that `advance` runs, so that work it starts may set the next timer. */
  constructor(settle: () => Promise<void> = () => Promise.resolve()) {
    this.#settle = settle
  }

  now(): number {
    return Date.now() + this.#offsetMs
  }

  iso(): string {
    return new Date(this.now()).toISOString()
  }

  /** Runs `run` once, `delayMs` of emulated time from now. Returns a function that cancels it. */
  after(delayMs: number, run: () => void): () => void {
    const timer: Timer = { id: this.#nextId++, dueAt: this.now() + delayMs, run }
    this.#timers.set(timer.id, timer)
    this.#arm(timer)
    return () => this.#forget(timer.id)
  }

  async advance(ms: number): Promise<void> {
    const target = this.now() + ms
    for (;;) {
      const next = [...this.#timers.values()]
        .filter((timer) => timer.dueAt <= target)
        .toSorted((a, b) => a.dueAt - b.dueAt)[0]
      if (!next) break
      this.#offsetMs += Math.max(0, next.dueAt - this.now())
      this.#fire(next)
      await new Promise((resolve) => setImmediate(resolve))
      await this.#settle()
    }
    this.#offsetMs += Math.max(0, target - this.now())
    for (const timer of this.#timers.values()) this.#arm(timer)
  }

  /** Cancels every timer and goes back to real time. */
  reset(): void {
    for (const id of this.#timers.keys()) this.#forget(id)
    this.#offsetMs = 0
  }

  #arm(timer: Timer): void {
    clearTimeout(this.#handles.get(timer.id))
    const waitMs = Math.max(0, timer.dueAt - this.now())
    const handle =
      waitMs > LONGEST_TIMEOUT_MS
        ? setTimeout(() => this.#arm(timer), LONGEST_TIMEOUT_MS)
        : setTimeout(() => this.#fire(timer), waitMs)
    handle.unref()
    this.#handles.set(timer.id, handle)
  }

  #fire(timer: Timer): void {
    if (!this.#timers.has(timer.id)) return
    this.#forget(timer.id)
    timer.run()
  }

  #forget(id: number): void {
    clearTimeout(this.#handles.get(id))
    this.#handles.delete(id)
    this.#timers.delete(id)
  }
}
