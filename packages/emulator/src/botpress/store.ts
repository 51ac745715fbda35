import type { Clock } from '../clock'
import { newId, type IdPrefix } from './ids'
import type { ConversationRow, EventRow, FileRow, MessageRow, Row, StateRow, Tags, UserRow } from './model'

/** Everything one bot's Runtime API knows. Operations on it are synchronous, which makes each of them atomic. */
export class Store {
  readonly clock: Clock
  readonly conversations = new Map<string, ConversationRow>()
  readonly users = new Map<string, UserRow>()
  readonly messages = new Map<string, MessageRow>()
  readonly events = new Map<string, EventRow>()
  /** By `stateKey`. */
  readonly states = new Map<string, StateRow>()
  readonly files = new Map<string, FileRow>()
  #seq = 0

  constructor(clock: Clock) {
    this.clock = clock
  }

  stamp(prefix: IdPrefix, ownerId: string, tags: Tags = {}): Row {
    const now = this.clock.now()
    return { id: newId(prefix, now), seq: ++this.#seq, createdAt: now, updatedAt: now, ownerId, tags }
  }

  touch(row: Row): void {
    row.updatedAt = this.clock.now()
  }

  clear(): void {
    for (const table of [this.conversations, this.users, this.messages, this.events, this.states, this.files]) {
      table.clear()
    }
  }
}

export function stateKey(ownerId: string, type: string, subjectId: string, name: string): string {
  return [ownerId, type, subjectId, name].join('|')
}
