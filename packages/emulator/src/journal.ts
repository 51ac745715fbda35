import { currentTrace, type Trace } from './trace'

/** Who called whom. `bp` is the Botpress platform, `bundle` the integration under test. */
export type JournalKind =
  | 'invoke' // platform to bundle: action, message, webhook, register
  | 'botpress' // bundle to Runtime API
  | 'vendor' // bundle to provider
  | 'webhook' // provider to platform front door
  | 'upstream' // what the end user and the bot see
  | 'note' // anything a narrator wants to say

export type JournalEntry = {
  seq: number
  /** Epoch ms by the emulator's clock. */
  at: number
  kind: JournalKind
  /** For HTTP: `POST /v1/chat/messages` or `livechat send_event`; for notes a sentence. */
  label: string
  provider?: string
  status?: number
  durationMs?: number
  request?: unknown
  response?: unknown
  /** Names in lower case, without those that only describe the connection. */
  requestHeaders?: Record<string, string>
  responseHeaders?: Record<string, string>
  /** The injected fault that hit this exchange, for example `drop before`. */
  fault?: string
  /** What it followed from; absent where nobody said so. */
  trace?: Trace
}

/** Every request and delivery, in order of completion. What demos print and tests assert. */
export class Journal {
  readonly #entries: JournalEntry[] = []
  readonly #listeners = new Set<(entry: JournalEntry) => void>()
  #seq = 0
  #most = Number.POSITIVE_INFINITY

  /** From now on only so many of the latest entries are kept, or a few more. Listeners are told about each all the same. */
  keepLatest(count: number): void {
    this.#most = count
  }

  add(entry: Omit<JournalEntry, 'seq'>): JournalEntry {
    const trace = currentTrace()
    const full = { seq: ++this.#seq, ...entry, ...(trace ? { trace } : {}) }
    this.#entries.push(full)
    // Seldom and much at a time, since everything that stays is moved.
    if (this.#entries.length >= 2 * this.#most) this.#entries.splice(0, this.#entries.length - this.#most)
    for (const listener of this.#listeners) listener(full)
    return full
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries
  }

  /** A mark to count from: `journal.since(journal.mark())`. */
  mark(): number {
    return this.#seq
  }

  since(mark: number, kind?: JournalKind): JournalEntry[] {
    const later = this.#entries.slice(Math.max(0, mark + 1 - (this.#entries[0]?.seq ?? 0)))
    return kind === undefined ? later : later.filter((entry) => entry.kind === kind)
  }

  onEntry(listener: (entry: JournalEntry) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  clear(): void {
    this.#entries.length = 0
  }
}
