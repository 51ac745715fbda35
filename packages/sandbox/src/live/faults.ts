import type { FaultRule } from '@hitl/emulator'
import type { FaultScope, FaultSwitch } from '@hitl/sandbox-page/protocol'
import type { Desk } from '../desk'

/** What the page can let go wrong, as switches that stay on until they are switched off. */
export type LiveFault = {
  name: string
  title: string
  about: string
  /** The fault that hits a call, where it is one of those. */
  call?: (desk: Desk) => { target: 'provider' | 'botpress'; fault: FaultRule['fault'] }
}

/** Longer than a person overlooks, shorter than any deadline. */
const SLOW_MS = 2_000

const refused = (status: 401 | 429 | 500, headers?: Record<string, string>): NonNullable<LiveFault['call']> => {
  const bodies = { 401: 'unauthorized', 429: 'tooMany', 500: 'internal' } as const
  return ({ refusals }) => ({
    target: 'provider',
    fault: { kind: 'status', status, body: refusals[bodies[status]], ...(headers ? { headers } : {}) },
  })
}

const INTERNAL = { code: 500, type: 'Internal', message: 'Injected', id: 'err_1' }

export const liveFaults = [
  {
    name: 'token-expired',
    title: 'Access token expired',
    about:
      'Access tokens stop working before each step. They are renewed, and the call is repeated. Where they are rationed, three times in ten minutes.',
  },
  {
    name: 'unauthorized',
    title: 'Provider answers 401',
    about: 'The call that opens a session or carries a message is refused as not authorized.',
    call: refused(401),
  },
  {
    name: 'rate-limited',
    title: 'Provider answers 429',
    about: 'The call is refused with Retry-After: 1. It goes out again a second later.',
    call: refused(429, { 'retry-after': '1' }),
  },
  {
    name: 'server-error',
    title: 'Provider answers 500',
    about: 'The call fails at the provider. It is repeated where that cannot double anything.',
    call: refused(500),
  },
  {
    name: 'slow',
    title: 'Provider is slow',
    about: 'The call is answered after two seconds.',
    call: () => ({ target: 'provider', fault: { kind: 'slow', ms: SLOW_MS } }),
  },
  {
    name: 'dropped-before',
    title: 'Connection lost before the call',
    about: 'The call never arrives. It is repeated where that cannot double anything.',
    call: () => ({ target: 'provider', fault: { kind: 'drop', when: 'before' } }),
  },
  {
    name: 'dropped-after',
    title: 'Connection lost before the answer',
    about: 'The provider has acted, but its answer is lost. Nothing is done twice.',
    call: () => ({ target: 'provider', fault: { kind: 'drop', when: 'after' } }),
  },
  {
    name: 'botpress-error',
    title: 'Botpress answers 500',
    about: 'A call to Botpress fails. The provider delivers its webhook again later: move the clock by a minute.',
    call: () => ({ target: 'botpress', fault: { kind: 'status', status: 500, body: INTERNAL } }),
  },
  {
    name: 'webhook-twice',
    title: 'Webhooks delivered twice',
    about: 'Each webhook comes twice at the same time. Everything is told once.',
  },
  {
    name: 'webhook-reordered',
    title: 'Webhooks out of order',
    about: 'Webhooks are held back until they are released or this is switched off; the newest comes first.',
  },
  {
    name: 'before-the-answer',
    title: 'Agent joins before the answer',
    about: 'A free agent is in the chat before the start of the session is answered.',
  },
  {
    name: 'instance-killed',
    title: 'Instance killed between calls',
    about: 'Before each step the process is killed, and a fresh one takes over with an empty memory.',
  },
] as const satisfies readonly LiveFault[]

export type LiveFaultName = (typeof liveFaults)[number]['name']

const all: readonly LiveFault[] = liveFaults

export const isFaultName = (name: string): name is LiveFaultName => all.some((fault) => fault.name === name)

export const faultSwitches = (on: ReadonlySet<string>): FaultSwitch[] =>
  all.map(({ name, title, about, call }) => ({ name, title, about, on: on.has(name), scoped: call !== undefined }))

export const faultTitles = (on: ReadonlySet<string>): string[] =>
  all.flatMap(({ name, title }) => (on.has(name) ? [title] : []))

/** What brings about the faults that are switched on for the calls of one step, which opens a session or does not. */
export function rulesFor(
  on: ReadonlySet<string>,
  step: { id: string; desk: Desk; provider: string; scope: FaultScope; opens: boolean }
): FaultRule[] {
  const { id, desk, provider, scope, opens } = step
  const times = scope === 'every' ? Number.POSITIVE_INFINITY : 1
  const match = opens ? desk.calls.start : desk.calls.send
  return all.flatMap(({ name, call }) => {
    if (!call || !on.has(name)) return []
    const { target, fault } = call(desk)
    const rule = { name, step: id, times, fault }
    return [target === 'botpress' ? { target, ...rule } : { target: provider, match, ...rule }]
  })
}
