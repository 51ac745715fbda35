import type { Emulator, JournalEntry } from '@hitl/emulator'
import type { Desk } from '@hitl/sandbox/desk'
import { kindOf, type StepKind, stepKinds } from './steps'

export type Calls = { vendor: number; botpress: number; media: number }

export type CallFigures = {
  byStep: Readonly<Record<StepKind, Calls>>
  /** Calls that followed from no step of ours, the registration for example. */
  other: Calls
  faults: Map<string, number>
  /** Steps in which the answer to making an event was lost. */
  lostEvents: Set<string>
  /** Tokens given out, and how many of them at the start of a session. */
  tokens: number
  tokensAtStarts: number
  webhooks: number
  webhooksRepeated: number
  /** Webhooks answered with a request to try again. */
  webhooksPostponed: number
}

const LOST = 'drop after'
const NEW_EVENT = 'POST /v1/chat/events'

const none = (): Calls => ({ vendor: 0, botpress: 0, media: 0 })

/** Counts while the journal forgets. Returns the figures, which go on changing, and the function that ends it. */
export function countCalls(journal: Emulator['journal'], desk: Desk): { figures: CallFigures; end: () => void } {
  const figures: CallFigures = {
    byStep: { start: none(), join: none(), user: none(), agent: none(), transfer: none(), close: none(), stop: none() },
    other: none(),
    faults: new Map(),
    lostEvents: new Set(),
    tokens: 0,
    tokensAtStarts: 0,
    webhooks: 0,
    webhooksRepeated: 0,
    webhooksPostponed: 0,
  }
  return { figures, end: journal.onEntry((entry) => count(figures, entry, desk)) }
}

function count(figures: CallFigures, entry: JournalEntry, desk: Desk): void {
  const { kind, provider, label, trace, status, fault } = entry
  if (kind === 'webhook') countWebhook(figures, entry)
  if (kind !== 'vendor' && kind !== 'botpress') return
  const step = kindOf(trace)
  const calls = step === undefined ? figures.other : figures.byStep[step]
  calls[kind === 'botpress' ? 'botpress' : provider === undefined ? 'media' : 'vendor'] += 1
  if (fault !== undefined) {
    const what = `${kind === 'botpress' ? 'Botpress' : 'provider'}: ${fault === 'status' ? `status ${status}` : fault}`
    figures.faults.set(what, (figures.faults.get(what) ?? 0) + 1)
  }
  if (fault === LOST && label === NEW_EVENT && trace) figures.lostEvents.add(trace.step)
  const isToken = kind === 'vendor' && label.includes(desk.calls.token)
  if (!isToken || desk.isRefused(entry) || (status ?? 0) >= 400) return
  figures.tokens += 1
  if (step === 'start') figures.tokensAtStarts += 1
}

function countWebhook(figures: CallFigures, { label, status }: JournalEntry): void {
  figures.webhooks += 1
  if (label.includes('(attempt')) figures.webhooksRepeated += 1
  if (status !== undefined && status >= 500) figures.webhooksPostponed += 1
}

export const sumOf = (calls: readonly Calls[]): Calls => ({
  vendor: calls.reduce((sum, { vendor }) => sum + vendor, 0),
  botpress: calls.reduce((sum, { botpress }) => sum + botpress, 0),
  media: calls.reduce((sum, { media }) => sum + media, 0),
})

export const allCalls = ({ byStep, other }: CallFigures): Calls =>
  sumOf([other, ...stepKinds.map((kind) => byStep[kind])])
