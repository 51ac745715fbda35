import type { MemoryCall } from '@hitl/sandbox/memory-network'
import { type Exchange, isWrite } from './fuzz-world'
import type { MadeRequest } from './make-request'

/** What must never happen, whatever the request. */
export type Offence = { what: string; details: string }

/** The largest body that an integration has to read, in bytes. */
const LARGEST_BODY = 1024 * 1024

/** Looks at one exchange from outside: at the answer, and at what was asked of Botpress and of the provider. */
export function judge(made: MadeRequest, exchange: Exchange, secrets: readonly string[]): Offence | undefined {
  const { answer, calls } = exchange
  if (!answer) return { what: 'no answer came', details: `within ${Math.round(exchange.ms)} ms` }
  const leaked = secrets.some((secret) => answer.body.includes(secret))
  if (leaked) return { what: 'the answer holds a secret', details: `status ${answer.status}` }
  if (isOfSdk(answer.body)) return { what: 'the handler has thrown', details: `answered ${answer.status}` }
  if (answer.status >= 500 && !mayBePutOff(made, answer.status))
    return { what: 'a 5xx was answered', details: `${answer.status} ${answer.body.slice(0, 200)}` }
  if (!allowedStatuses(made).includes(answer.status)) {
    return { what: 'the status is not what it should be', details: `${answer.status} ${answer.body.slice(0, 200)}` }
  }
  return judgeWrites(made, calls)
}

/** What the SDK answers in the name of a handler that has thrown. Our own answers hold a message only. */
function isOfSdk(body: string): boolean {
  return /^\{.*"(type|code|error|id)":/s.test(body)
}

function allowedStatuses({ forwarded, isAuthentic }: MadeRequest): readonly number[] {
  const method = forwarded.method.toUpperCase()
  if (method === 'GET' || method === 'HEAD') return [200]
  if (method !== 'POST') return [405]
  if (Buffer.byteLength(forwarded.body ?? '') > LARGEST_BODY) return [413]
  return isAuthentic ? [200, 400, PUT_OFF] : [400, 401]
}

const PUT_OFF = 503

/** Changes of agent follow each other at a distance: several in one list are told one by one, with each delivery. */
const mayBePutOff = ({ isAuthentic, session, forwarded: { body = '' } }: MadeRequest, status: number) =>
  status === PUT_OFF && isAuthentic && session !== undefined && /^\s*\[/.test(body)

function judgeWrites(
  { isAuthentic, session, forwarded }: MadeRequest,
  calls: readonly MemoryCall[]
): Offence | undefined {
  const writes = calls.filter(isWrite)
  const isTaken = isAuthentic && forwarded.method.toUpperCase() === 'POST'
  const [first] = isTaken ? [] : calls.filter((call) => isWrite(call) || !isOfBotpress(call))
  if (first) return { what: 'something was done without a proof', details: labelOf(first) }
  if (session === undefined) {
    const made = writes.find((call) => isOfBotpress(call) && isDone(call))
    return made && { what: 'something was made for a thread that no bot opened', details: labelOf(made) }
  }
  const told = writes.filter((call) => isOfBotpress(call) && isDone(call) && CONVERSATION.test(call.body))
  const astray = told.find(({ body }) => !body.includes(session.conversationId))
  return astray && { what: 'something was written into the conversation of another', details: labelOf(astray) }
}

const CONVERSATION = /"conversationId":/

export const isOfBotpress = ({ url }: MemoryCall): boolean => url.pathname.startsWith('/v1/')

export const isDone = ({ status }: MemoryCall): boolean => status >= 200 && status < 300

/** The call without ids, so that those of one kind look alike. */
export function labelOf({ method, url, status }: MemoryCall): string {
  return `${method} ${url.pathname.replace(/\/(?!v\d+\/)[^/]*\d[^/]*/g, '/…')} (${status})`
}
