import type { AppEvent } from './app-events'

export type BatchOptions = { size: number; waitMs: number }

/** Collects app events until there are enough of them for one request, or none has come for long enough. */
export class EventBatches {
  #waiting: AppEvent[] = []
  #cancel: (() => void) | undefined

  constructor(
    readonly options: () => BatchOptions,
    readonly after: (delayMs: number, run: () => void) => () => void,
    readonly send: (events: readonly AppEvent[]) => void
  ) {}

  add(event: AppEvent): void {
    const { size, waitMs } = this.options()
    this.#waiting.push(event)
    if (this.#waiting.length >= size) return this.flush()
    this.#cancel?.()
    this.#cancel = this.after(waitMs, () => this.flush())
  }

  flush(): void {
    const events = this.#waiting
    this.reset()
    if (events.length > 0) this.send(events)
  }

  reset(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#waiting = []
  }
}
