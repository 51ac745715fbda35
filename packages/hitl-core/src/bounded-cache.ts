/**
 * Keeps the `maxEntries` values used last. Only a cache: a value may be gone at any time, and nothing is shared between
 * processes, so correctness must never rest on it.
 */
export class BoundedCache<V> {
  private readonly maxEntries: number
  private readonly entries = new Map<string, { value: V }>()

  constructor({ maxEntries }: { maxEntries: number }) {
    this.maxEntries = maxEntries
  }

  get(key: string): V | undefined {
    const entry = this.entries.get(key)
    if (entry === undefined) return undefined
    this.entries.delete(key)
    this.entries.set(key, entry)
    return entry.value
  }

  set(key: string, value: V): void {
    this.entries.delete(key)
    this.entries.set(key, { value })
    if (this.entries.size <= this.maxEntries) return
    const [oldest] = this.entries.keys()
    if (oldest !== undefined) this.entries.delete(oldest)
  }

  delete(key: string): void {
    this.entries.delete(key)
  }
}
