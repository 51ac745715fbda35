import type { RawWebhook, WebhookHand } from '@hitl/sandbox/webhook-hand'
import { type Change, changed, named } from './json-changes'
import type { HeaderChange, Plan } from './plan'
import type { Recording } from './recordings'
import { textChanges } from './text-changes'
import { writeJson } from './written-json'

/** What Botpress forwards to an integration. */
export type ForwardedRequest = {
  method: string
  path: string
  query: string
  headers: Readonly<Record<string, string>>
  body?: string
}

/** A session of ours that is alive when the requests come. */
export type LiveSession = { threadKey: string; conversationId: string }

export type MadeRequest = {
  forwarded: ForwardedRequest
  /** Whether it proves that the provider sent it. */
  isAuthentic: boolean
  /** Undefined when it is about none of ours. */
  session: LiveSession | undefined
  recording: string
  forgery: string | undefined
}

export type Makings = {
  recordings: readonly Recording[]
  sessions: readonly LiveSession[]
  hand: WebhookHand
  webhookUrl: string
}

export function makeRequest(plan: Plan, { recordings, sessions, hand, webhookUrl }: Makings): MadeRequest {
  const recording = recordings[plan.recording % recordings.length]
  if (!recording) throw new Error('There are no recorded webhooks')
  const session = plan.session === undefined ? undefined : sessions[plan.session % sessions.length]
  const rest = `${plan.path === '/' ? '' : plan.path}${plan.query === '' ? '' : `?${plan.query}`}`
  const raw: RawWebhook = {
    // However it is written on its way, the provider has sent this.
    method: plan.method.toUpperCase() === 'POST' ? 'POST' : plan.method,
    url: webhookUrl + rest,
    headers: recording.headers,
    body: bodyOf(plan, recording, session && hand.names(session)),
  }
  const forgery = forgeryOf(plan, hand)
  const proven = forgery ? undefined : hand.prove(raw)
  const { url, headers, body } = proven ?? (forgery ? forgery.forge(raw) : raw)
  const query = url === raw.url ? plan.query : url.slice(url.lastIndexOf('?') + 1)
  return {
    forwarded: {
      method: plan.method,
      path: plan.path,
      query,
      headers: plan.headers.reduce(changedHeaders, headers),
      ...(plan.text === 'left out' && body === '' ? {} : { body }),
    },
    isAuthentic: proven !== undefined,
    session,
    recording: recording.name,
    forgery: forgery?.name,
  }
}

function bodyOf(plan: Plan, recording: Recording, names: Readonly<Record<string, string>> = {}): string {
  if (plan.text === 'left out') return ''
  const recorded: unknown = JSON.parse(recording.body)
  const changes = plan.session === undefined ? plan.changes : plan.changes.map(inReason)
  const body = writeJson(changes.reduce(changed, aimed(recorded, names)))
  return plan.text === undefined ? body : textChanges[plan.text](body)
}

/** Each event of a session is written: more than a provider sends at once would only take time. */
const MOST_REPEATED = 100

const inReason = ({ at, how }: Change): Change =>
  how.do === 'repeat' ? { at, how: { do: 'repeat', times: how.times % MOST_REPEATED } } : { at, how }

/** Of a long list, the first events only: most of what a provider reports at once is about others. */
const MOST_AIMED = 3

const aimed = (recorded: unknown, names: Readonly<Record<string, string>>): unknown =>
  Array.isArray(recorded)
    ? recorded.map((event: unknown, index) => (index < MOST_AIMED ? named(event, names) : event))
    : named(recorded, names)

function forgeryOf({ forgery }: Plan, { forgeries }: WebhookHand) {
  if (forgery === undefined) return undefined
  const all = Object.entries(forgeries)
  const [name, forge] = all[forgery % all.length] ?? []
  return name === undefined || forge === undefined ? undefined : { name, forge }
}

/** What is there keeps its value, so that a proof stays one. */
function changedHeaders(headers: Readonly<Record<string, string>>, change: HeaderChange): Record<string, string> {
  const all = Object.entries(headers)
  switch (change.do) {
    case 'add':
      return Object.fromEntries([[change.name, change.value], ...all])
    case 'double': {
      const [name, value] = all[change.at % all.length] ?? []
      return name === undefined || value === undefined ? headers : { ...headers, [name.toUpperCase()]: value }
    }
    case 'capitals':
      return Object.fromEntries(all.map(([name, value]) => [capitals(name), value]))
    default:
      return change satisfies never
  }
}

const capitals = (name: string) => name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())
