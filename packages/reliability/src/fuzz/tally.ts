import { quantile } from '@hitl/sandbox/statistics'
import { type Exchange, isWrite } from './fuzz-world'
import { isDone, isOfBotpress, labelOf } from './judge'
import type { MadeRequest } from './make-request'

/** What is known of a kind of refusal: how often, and one request that met it. */
export type Refusals = { count: number; example: string }

/** What a run has met. */
export type Tally = {
  requests: number
  authentic: number
  /** Requests after which Botpress held a message or an event more. */
  applied: number
  /** Requests that made the integration ask Botpress for something. */
  lookedUp: number
  statuses: Map<number, number>
  /** What Botpress refused of what it was asked to write, by kind. */
  refusals: Map<string, Refusals>
  times: Float64Array
}

export const newTally = (expected: number): Tally => ({
  requests: 0,
  authentic: 0,
  applied: 0,
  lookedUp: 0,
  statuses: new Map(),
  refusals: new Map(),
  times: new Float64Array(expected),
})

/** @param describe tells a request in words that may be printed */
export function count(tally: Tally, made: MadeRequest, { answer, calls, ms }: Exchange, describe: () => string): void {
  if (tally.requests < tally.times.length) tally.times[tally.requests] = ms
  tally.requests += 1
  if (made.isAuthentic) tally.authentic += 1
  const status = answer?.status ?? 0
  tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1)
  const ofBotpress = calls.filter(isOfBotpress)
  if (ofBotpress.length > 0) tally.lookedUp += 1
  const writes = ofBotpress.filter(isWrite)
  if (writes.some((call) => isDone(call) && TOLD.test(call.url.pathname))) tally.applied += 1
  for (const call of writes.filter(({ status }) => status >= 400)) {
    const kind = `${labelOf(call)} ${sentenceOf(call.answer)}`
    const known = tally.refusals.get(kind)
    if (known) known.count += 1
    else if (tally.refusals.size < MOST_KINDS) tally.refusals.set(kind, { count: 1, example: describe() })
  }
}

/** What the bot hears of: messages and events. */
const TOLD = /^\/v1\/chat\/(messages|events|initialize-incoming-message)/

const MOST_KINDS = 100

/** What Botpress says, without what it quotes. */
function sentenceOf(answer: string): string {
  const message = /"message":"((?:[^"\\]|\\.)*)"/.exec(answer)?.[1] ?? ''
  return message
    .replace(/\\"([^"]{25,}|[^"]*\d[^"]*)\\"/g, '…')
    .replace(/\d{3,}/g, '…')
    .slice(0, 160)
}

export type Times = { medianMs: number; p999Ms: number; maxMs: number }

export function timesOf({ times, requests }: Tally): Times {
  const measured = [...times.subarray(0, requests)]
  return {
    medianMs: quantile(measured, 0.5),
    p999Ms: quantile(measured, 0.999),
    maxMs: quantile(measured, 1),
  }
}
