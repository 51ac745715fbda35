import type { Api } from './api'
import type { EventRow, MessageRow } from './model'

/** The bot gets the message when it is due. */
export function armMessage(api: Api, row: MessageRow): void {
  arm(api, row, () => api.effects.messageCreated(row))
}

/** The bot gets the event when it is due, unless it was cancelled. */
export function armEvent(api: Api, row: EventRow): void {
  arm(api, row, () => {
    if (row.status !== 'scheduled') return
    row.status = 'pending'
    api.effects.eventCreated(row)
  })
}

/** After a restart: arms whatever the caller has scheduled, in the order in which it is due. */
export function armScheduled(api: Api, ownerId: string): void {
  const { messages, events } = api.store
  const armings = [
    ...[...messages.values()].map((row) => ({ row, run: () => armMessage(api, row) })),
    ...[...events.values()].map((row) => ({ row, run: () => armEvent(api, row) })),
  ]
  const due = armings.filter(({ row }) => row.ownerId === ownerId && row.dueAt !== undefined)
  for (const { run } of due.toSorted((a, b) => (a.row.dueAt ?? 0) - (b.row.dueAt ?? 0))) run()
}

/** The row keeps when it is due, since the timer ends with the process. */
function arm(api: Api, row: MessageRow | EventRow, run: () => void): void {
  if (row.dueAt === undefined) return
  api.store.clock.after(row.dueAt - api.store.clock.now(), () => {
    delete row.dueAt
    run()
  })
}
