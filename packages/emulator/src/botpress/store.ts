import type { Clock } from '../clock'
import { copyOf } from '../saved-copy'
import { newId, type IdPrefix } from './ids'
import { MessageTable } from './message-table'
import type { ConversationRow, EventRow, FileRow, MessageRow, Row, StateRow, Tags, UserRow } from './model'

/** All rows, by the name of their table. */
export type SavedStore = { seq: number; messages: ReadonlyMap<string, MessageRow> } & Pick<
  Store,
  Exclude<(typeof TABLES)[number], 'messages'>
>

const TABLES = ['conversations', 'users', 'messages', 'events', 'states', 'files'] as const

/** Everything one bot's Runtime API knows. Operations on it are synchronous, which makes each of them atomic. */
export class Store {
  readonly clock: Clock
  readonly conversations = new Map<string, ConversationRow>()
  readonly users = new Map<string, UserRow>()
  readonly messages = new MessageTable()
  readonly events = new Map<string, EventRow>()
  /** By `stateKey`. */
  readonly states = new Map<string, StateRow>()
  readonly files = new Map<string, FileRow>()
  #seq = 0

  constructor(clock: Clock) {
    this.clock = clock
  }

  save(): SavedStore {
    const { conversations, users, messages, events, states, files } = this
    return copyOf({ seq: this.#seq, conversations, users, messages, events, states, files })
  }

  restore(saved: SavedStore): void {
    const { seq, ...tables } = saved
    this.#seq = seq
    refill(this.conversations, tables.conversations)
    refill(this.users, tables.users)
    refill(this.messages, tables.messages)
    refill(this.events, tables.events)
    refill(this.states, tables.states)
    refill(this.files, tables.files)
  }

  stamp(prefix: IdPrefix, ownerId: string, tags: Tags = {}): Row {
    const now = this.clock.now()
    return { id: newId(prefix, now), seq: ++this.#seq, createdAt: now, updatedAt: now, ownerId, tags }
  }

  touch(row: Row): void {
    row.updatedAt = this.clock.now()
  }

  clear(): void {
    for (const name of TABLES) this[name].clear()
  }
}

function refill<T>(table: Map<string, T>, rows: ReadonlyMap<string, T>): void {
  table.clear()
  for (const [key, row] of rows) table.set(key, row)
}

export function stateKey(ownerId: string, type: string, subjectId: string, name: string): string {
  return [ownerId, type, subjectId, name].join('|')
}
