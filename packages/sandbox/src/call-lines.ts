import type { JournalEntry } from '@hitl/emulator'
import { directionOf, labelOf } from './call-words'
import type { NarratorOptions } from './narrator'
import { redacted, withoutSecrets } from './redact'

const LONGEST_BODY = 600

type Style = Pick<NarratorOptions, 'paint' | 'provider' | 'verbose' | 'secrets'>
type Group = { causes: JournalEntry[]; calls: JournalEntry[] }

/** The calls of one step: each invocation or webhook, and indented below it what the integration called meanwhile. */
export function callLines(entries: readonly JournalEntry[], style: Style): string[] {
  return groups(entries).flatMap(({ causes, calls }) => [
    ...causes.flatMap((entry) => linesOf(entry, style)),
    ...calls.flatMap((entry) => linesOf(entry, style)).map((line) => `  ${line}`),
  ])
}

/**
 * The journal holds calls before what caused them, in order of completion. Causes that ran at the same time share one
 * group: nothing tells their calls apart.
 */
function groups(entries: readonly JournalEntry[]): Group[] {
  const found: Group[] = []
  let current: Group = { causes: [], calls: [] }
  const told = entries.filter(({ kind, label }) => kind !== 'upstream' && !isInsideWebhook(kind, label))
  for (const [index, entry] of told.entries()) {
    if (!isCause(entry)) {
      current.calls.push(entry)
      continue
    }
    current.causes.push(entry)
    const overlaps = told.slice(index + 1).some((later) => isCause(later) && startOf(later) < entry.at)
    if (overlaps) continue
    found.push(current)
    current = { causes: [], calls: [] }
  }
  return current.calls.length > 0 ? [...found, current] : found
}

/** Each webhook is told once: as the provider's request, not again as the invocation it becomes. */
const isInsideWebhook = (kind: JournalEntry['kind'], label: string) =>
  kind === 'invoke' && label.startsWith('webhook_received')
const isCause = ({ kind }: JournalEntry) => kind === 'invoke' || kind === 'webhook'
const startOf = ({ at, durationMs = 0 }: JournalEntry) => at - durationMs

function linesOf(entry: JournalEntry, style: Style): string[] {
  const { paint } = style
  if (entry.kind === 'note') return [paint.dim(`note: ${withoutSecrets(entry.label, style.secrets)}`)]
  const status = entry.status === undefined ? 'none' : String(entry.status)
  const isFine = entry.status !== undefined && entry.status < 400
  const time = `${String(entry.durationMs ?? 0).padStart(5)} ms`
  const fault = entry.fault === undefined ? '' : paint.bad(`  injected fault: ${entry.fault}`)
  const what = `${directionOf(entry, style.provider).padEnd(26)} ${labelOf(entry).padEnd(66)}`
  const line = `${paint.dim(what)} ${isFine ? paint.good(status) : paint.bad(status)} ${paint.dim(time)}${fault}`
  return style.verbose ? [line, ...bodyLines(entry, style)] : [line]
}

function bodyLines({ request, response }: JournalEntry, { paint, secrets }: Style): string[] {
  const show = (arrow: string, body: unknown) => {
    if (body === undefined || body === '') return []
    const text = JSON.stringify(redacted(body, secrets))
    const shown = text.length > LONGEST_BODY ? `${text.slice(0, LONGEST_BODY)}… (${text.length} characters)` : text
    return [paint.dim(`    ${arrow} ${shown}`)]
  }
  return [...show('sent', request), ...show('got ', response)]
}
