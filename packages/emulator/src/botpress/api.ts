import type { JsonRecord } from '../json'
import { ApiError, invalid, notFound } from './api-error'
import type { Caller } from './declared'
import { isRecord } from '../json'
import { optionalNumber } from './fields'
import type { EventRow, MessageRow, Row } from './model'
import type { Store } from './store'

/** What the platform does after an operation took effect. */
export type Effects = {
  messageCreated(message: MessageRow): void
  eventCreated(event: EventRow): void
  integrationConfigured(integrationId: string, request: JsonRecord): void
}

/** The Runtime API as one caller may use it. */
export type Api = { store: Store; caller: Caller; effects: Effects; botId: string; baseUrl: string }

export type Input = { params: Readonly<Record<string, string>>; query: URLSearchParams; body: JsonRecord }

export type Operation = {
  name: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Relative to `/v1`. */
  path: string
  status: 200 | 201
  run(api: Api, input: Input): JsonRecord
}

/** A part of the path, which the router has decoded. */
export function param(input: Input, name: string): string {
  return input.params[name] ?? ''
}

export function owns(api: Api, row: Row): boolean {
  return api.caller.kind === 'bot' || row.ownerId === api.caller.id
}

/** Objects of another integration answer like missing ones; what Cloud says there is not documented. */
export function owned<T extends Row>(api: Api, rows: ReadonlyMap<string, T>, id: string, what: string): T {
  const row = rows.get(id)
  if (!row || !owns(api, row)) throw notFound(what, id)
  return row
}

/** The id under which new objects are filed. The bot creates nothing of its own through this API. */
export function ownerId(api: Api): string {
  if (api.caller.kind === 'bot') throw new ApiError('Forbidden', 'The bot creates objects through its conversations')
  return api.caller.id
}

/** Ms to wait, or undefined when the body asks for no schedule. */
export function scheduleDelayMs(api: Api, body: JsonRecord): number | undefined {
  const schedule = body['schedule']
  if (schedule === undefined) return undefined
  if (!isRecord(schedule)) throw invalid('"schedule" must be an object')
  const delay = optionalNumber(schedule, 'delay', 0, Number.MAX_SAFE_INTEGER)
  if (delay !== undefined) return delay
  const dateTime = schedule['dateTime']
  if (
    typeof dateTime !== 'string' ||
    dateTime.length < 24 ||
    dateTime.length > 28 ||
    Number.isNaN(Date.parse(dateTime))
  ) {
    throw invalid('"schedule" needs "delay" in ms or "dateTime" in ISO form')
  }
  return Math.max(0, Date.parse(dateTime) - api.store.clock.now())
}
