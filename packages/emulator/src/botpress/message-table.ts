import type { MessageRow } from './model'

/** Messages by their id. Those of one conversation are found without looking at all others. */
export class MessageTable extends Map<string, MessageRow> {
  /** A message never changes its conversation. */
  readonly #conversations = new Map<string, Map<string, MessageRow>>()

  /** Oldest first. */
  of(conversationId: string): MessageRow[] {
    return [...(this.#conversations.get(conversationId)?.values() ?? [])]
  }

  override set(id: string, row: MessageRow): this {
    const own = this.#conversations.get(row.conversationId) ?? new Map<string, MessageRow>()
    this.#conversations.set(row.conversationId, own.set(id, row))
    return super.set(id, row)
  }

  override delete(id: string): boolean {
    this.#conversations.get(this.get(id)?.conversationId ?? '')?.delete(id)
    return super.delete(id)
  }

  override clear(): void {
    this.#conversations.clear()
    super.clear()
  }
}
