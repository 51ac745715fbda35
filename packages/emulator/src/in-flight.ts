/** Work that was started and not awaited by whoever started it. */
export class InFlight {
  readonly #pending = new Set<Promise<unknown>>()

  /** Never rejects: the owner of the work reports its failures. */
  track<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(
      () => {},
      () => {}
    )
    this.#pending.add(settled)
    void settled.then(() => this.#pending.delete(settled))
    return work
  }

  /** Resolves when nothing is under way, including what the work itself started. */
  async settled(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#pending.size > 0) {
      await Promise.all(this.#pending)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}
