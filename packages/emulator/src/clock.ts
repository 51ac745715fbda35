import { keepTrace } from './trace'

/** Told how far the clock is from real time whenever that changes. */
export type ClockListener = (offsetMs: number) => Promise<void> | void

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
  readonly #listeners = new Set<ClockListener>()
  readonly #settle: () => Promise<void>

  /** `settle` is awaited after each timer that `advance` runs, so that work it starts may set the next timer. */
  constructor(settle: () => Promise<void> = () => Promise.resolve()) {
    this.#settle = settle
  }

  now(): number {
    return Date.now() + this.#offsetMs
  }

  get offsetMs(): number {
    return this.#offsetMs
  }

  iso(): string {
    return new Date(this.now()).toISOString()
  }

  /** `advance` waits for the listener before it runs what became due. Returns the function that ends it. */
  follow(listener: ClockListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Begins that far from real time, as the clock that a saved state was taken with did. */
  async startAt(offsetMs: number): Promise<void> {
    await this.#moveTo(offsetMs)
    for (const timer of this.#timers.values()) this.#arm(timer)
  }

  /** Runs `run` once, `delayMs` of emulated time from now, in the trace of whoever asks for it. Returns a function that cancels it. */
  after(delayMs: number, run: () => void): () => void {
    const timer: Timer = { id: this.#nextId++, dueAt: this.now() + delayMs, run: keepTrace(run) }
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
      const told = this.#moveOn(next.dueAt)
      if (told) await told
      this.#fire(next)
      await new Promise((resolve) => setImmediate(resolve))
      await this.#settle()
    }
    const told = this.#moveOn(target)
    if (told) await told
    for (const timer of this.#timers.values()) this.#arm(timer)
  }

  /** Cancels every timer and goes back to real time. */
  reset(): void {
    for (const id of this.#timers.keys()) this.#forget(id)
    // Whoever could not be told is forgotten by now.
    this.#moveTo(0)?.catch(() => undefined)
  }

  /** Undefined when there is nothing to wait for, so that a clock nobody follows takes no turn more. */
  #moveTo(offsetMs: number): Promise<unknown> | undefined {
    if (offsetMs === this.#offsetMs) return undefined
    this.#offsetMs = offsetMs
    if (this.#listeners.size === 0) return undefined
    return Promise.all([...this.#listeners].map(async (listener) => listener(offsetMs)))
  }

  /** Time never goes back by itself: a moment that is over leaves the clock as it is. */
  #moveOn(to: number): Promise<unknown> | undefined {
    return this.#moveTo(this.#offsetMs + Math.max(0, to - this.now()))
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
