/** `ttlMs` counts from `set`, by the clock `now` (epoch ms); without it entries do not expire. */
export type BoundedCacheOptions = { maxEntries: number } | { maxEntries: number; ttlMs: number; now: () => number }

/**
 * Keeps the `maxEntries` values used last. Only a cache: a value may be gone at any time, and nothing is shared between
 * processes, so correctness must never rest on it.
 */
export class BoundedCache<V> {
  readonly #options: BoundedCacheOptions
  readonly #entries = new Map<string, { value: V; setAt: number }>()

  constructor(options: BoundedCacheOptions) {
    this.#options = options
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    if (this.#isExpired(entry.setAt)) return undefined
    this.#entries.set(key, entry)
    return entry.value
  }

  set(key: string, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, { value, setAt: 'now' in this.#options ? this.#options.now() : 0 })
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#options.maxEntries) return
      this.#entries.delete(oldest)
    }
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }

  #isExpired(setAt: number): boolean {
    return 'now' in this.#options && this.#options.now() - setAt >= this.#options.ttlMs
  }
}
