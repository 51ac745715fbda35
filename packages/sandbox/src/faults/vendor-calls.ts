import type { FaultRule, JournalEntry } from '@hitl/emulator'
import type { StepName } from '../budgets'
import type { Play } from '../play'
import { type Fault, happened } from './fault'

const SENDING = new Set<StepName | undefined>(['userText', 'userImage'])

const isRefused =
  ({ desk }: Play) =>
  (entry: JournalEntry) =>
    entry.kind === 'vendor' && entry.provider !== undefined && desk.isRefused(entry)
const hasFault = (fault: string) => (entry: JournalEntry) => entry.fault === fault

/** Hits the call that carries a message to the agent, once for every message. */
function eachMessage(fault: (play: Play) => FaultRule['fault']): Required<Pick<Fault, 'beforeStep'>> {
  return {
    beforeStep: (step, play) => {
      if (SENDING.has(step)) hit(play, play.desk.calls.send, fault(play))
    },
  }
}

function hit({ emulator, stage }: Play, match: string, fault: FaultRule['fault']): void {
  emulator.faults.add({ target: stage.provider.name, match, fault })
}

const repeated = (play: Play, what: string, fault: string) => [
  happened(play, what, hasFault(fault), 3),
  { ok: play.emulator.faults.pending.length === 0, text: 'every injected fault has hit a call' },
]

/** What the provider's API does to the integration's calls. */
export const vendorCallFaults: readonly Fault[] = [
  {
    name: 'token-expired',
    about: 'access tokens expire in the middle of the conversation; they are renewed and the call is repeated',
    beforeStep: (step, { desk }) => {
      if (SENDING.has(step) || step === 'startHitlAgain' || step === 'stopHitl') desk.expireTokens()
    },
    checks: (play) => [
      happened(play, 'calls refused for an expired token', isRefused(play), 3),
      happened(play, 'tokens given out', ({ label }) => label.includes(play.desk.calls.token), 4),
    ],
  },
  {
    name: 'rate-limited',
    about: 'each message is first answered 429 with Retry-After: 1; it goes out a second later',
    ...eachMessage(({ desk }) => ({
      kind: 'status',
      status: 429,
      body: desk.refusals.tooMany,
      headers: { 'retry-after': '1' },
    })),
    checks: (play) => repeated(play, 'messages answered 429 at first', 'status'),
  },
  {
    name: 'server-error',
    about: 'each message is first answered 500; the chat is looked at before it is sent again',
    ...eachMessage(({ desk }) => ({ kind: 'status', status: 500, body: desk.refusals.internal })),
    checks: (play) => repeated(play, 'messages answered 500 at first', 'status'),
  },
  {
    name: 'slow',
    about: 'each message is answered after 0.7 s',
    ...eachMessage(() => ({ kind: 'slow', ms: 700 })),
    checks: (play) => repeated(play, 'messages answered slowly', 'slow'),
  },
  {
    name: 'dropped-before',
    about: 'the connection breaks before a message has arrived; it is sent again',
    ...eachMessage(() => ({ kind: 'drop', when: 'before' })),
    checks: (play) => repeated(play, 'connections dropped before the call took effect', 'drop before'),
  },
  {
    name: 'dropped-after',
    about: 'the connection breaks after the provider has acted: messages and the start; nothing is done twice',
    beforeStep: (step, play) => {
      if (SENDING.has(step)) hit(play, play.desk.calls.send, { kind: 'drop', when: 'after' })
      if (step === 'startHitl') hit(play, play.desk.calls.start, { kind: 'drop', when: 'after' })
    },
    checks: (play) => repeated(play, 'connections dropped after the call took effect', 'drop after'),
  },
]
