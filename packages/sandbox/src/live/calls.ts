import type { JournalEntry } from '@hitl/emulator'
import type { Call, CallDetail } from '@hitl/sandbox-page/protocol'
import { directionOf, labelOf } from '../call-words'
import { redacted, withoutSecrets } from '../redact'

/** What the emulator notes of an injected fault, in words. */
const INJECTED: Readonly<Record<string, string>> = {
  status: 'refused on purpose',
  slow: 'slow on purpose',
  'drop before': 'connection lost before the call',
  'drop after': 'connection lost before the answer',
}

type Shown = { provider: string; secrets: readonly string[]; usersOf(entry: JournalEntry): readonly string[] }

/** An exchange as the journal of the page lists it; undefined for what is told elsewhere. */
export function toCall(entry: JournalEntry, { provider, secrets, usersOf }: Shown): Call | undefined {
  const { seq, at, kind, status, durationMs, fault, trace } = entry
  // What people see is in their chats, and each webhook is told once: as the request of the provider.
  if (kind === 'upstream' || isInsideWebhook(entry)) return undefined
  return {
    seq,
    ...(trace ? { step: trace.step } : {}),
    at,
    kind,
    direction: kind === 'note' ? 'Note' : directionOf(entry, provider),
    label: withoutSecrets(kind === 'note' ? entry.label : labelOf(entry), secrets),
    ...(status === undefined ? {} : { status }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ok: kind === 'note' || isAbsentState(entry) || (status !== undefined && status > 0 && status < 400),
    ...(fault === undefined ? {} : { fault: INJECTED[fault] ?? fault }),
    users: usersOf(entry),
  }
}

const isInsideWebhook = ({ kind, label }: JournalEntry): boolean =>
  kind === 'invoke' && label.startsWith('webhook_received')

/** A state that was never set is asked for as well: that there is none is an answer. */
const isAbsentState = ({ kind, label, status, fault }: JournalEntry): boolean =>
  kind === 'botpress' && status === 404 && fault === undefined && label.startsWith('GET /v1/chat/states/')

export function toDetail(entry: JournalEntry, secrets: readonly string[]): CallDetail {
  const { request, response, requestHeaders, responseHeaders } = entry
  return {
    ...(request === undefined ? {} : { request: redacted(request, secrets) }),
    ...(response === undefined ? {} : { response: redacted(response, secrets) }),
    ...(requestHeaders ? { requestHeaders: headers(requestHeaders, secrets) } : {}),
    ...(responseHeaders ? { responseHeaders: headers(responseHeaders, secrets) } : {}),
  }
}

const headers = (all: Record<string, string>, secrets: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(redacted(value, secrets, name))]))
