import { present, type JsonRecord } from '../../json'
import { owned, ownerId, owns, param, scheduleDelayMs, type Api, type Operation } from '../api'
import { invalid } from '../api-error'
import { optionalText, record, text } from '../fields'
import { listPage, matches } from '../listing'
import type { EventRow } from '../model'
import { checkSize } from '../payloads'
import { armEvent } from '../schedule'
import { eventToWire } from '../wire'

/** Required strings of the events of the `hitl` interface (2.0.0 and 2.1.0). */
const HITL_EVENT_FIELDS: Readonly<Record<string, readonly string[]>> = {
  hitlAssigned: ['conversationId', 'userId'],
  hitlStopped: ['conversationId'],
}

export function createEvent(api: Api, body: JsonRecord): EventRow {
  const type = text(body, 'type', 200)
  if (api.caller.kind === 'integration' && !api.caller.declared.events.includes(type)) {
    throw invalid(`Event "${type}" is not declared`)
  }
  const payload = record(body, 'payload')
  checkSize(payload)
  for (const field of HITL_EVENT_FIELDS[type] ?? []) text(payload, field)
  const delayMs = scheduleDelayMs(api, body)
  const row: EventRow = {
    ...api.store.stamp('evt', ownerId(api)),
    type,
    payload,
    status: delayMs === undefined ? 'pending' : 'scheduled',
    failureReason: null,
    ...(delayMs === undefined ? {} : { dueAt: api.store.clock.now() + delayMs }),
    ...present({
      conversationId: optionalText(body, 'conversationId'),
      userId: optionalText(body, 'userId'),
      messageId: optionalText(body, 'messageId'),
    }),
  }
  api.store.events.set(row.id, row)
  if (delayMs === undefined) api.effects.eventCreated(row)
  else armEvent(api, row)
  return row
}

const one = (row: EventRow): JsonRecord => ({ event: eventToWire(row) })

export const eventOperations: readonly Operation[] = [
  {
    name: 'createEvent',
    method: 'POST',
    path: '/chat/events',
    status: 201,
    run: (api, { body }) => one(createEvent(api, body)),
  },
  {
    name: 'getEvent',
    method: 'GET',
    path: '/chat/events/:id',
    status: 200,
    run: (api, input) => one(owned(api, api.store.events, param(input, 'id'), 'Event')),
  },
  {
    name: 'listEvents',
    method: 'GET',
    path: '/chat/events',
    status: 200,
    run: (api, { query }) => {
      const rows = [...api.store.events.values()].filter(
        (row) =>
          owns(api, row) &&
          matches(query, 'type', row.type) &&
          matches(query, 'conversationId', row.conversationId) &&
          matches(query, 'userId', row.userId) &&
          matches(query, 'messageId', row.messageId) &&
          matches(query, 'status', row.status)
      )
      const page = listPage(rows, query)
      return { events: page.rows.map((row) => eventToWire(row)), meta: page.meta }
    },
  },
]
