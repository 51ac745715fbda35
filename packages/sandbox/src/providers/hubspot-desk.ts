import type { JournalEntry } from '@hitl/emulator'
import type { HubSpotEmulator } from '@hitl/emulator/hubspot'
import type { Desk, DeskAgent, ThreadRef } from '../desk'
import { downloadFrom } from '../download'
import type { Stage } from '../stage'
import { threadOf } from './desk-record'
import { deskRules, ifKnown } from './desk-rules'
import {
  ACTOR,
  hubspotAgents,
  hubspotRecord,
  type HubSpotRecords,
  hubspotWords as words,
  isOurs,
} from './hubspot-chats'
import { forgedBody } from './hubspot-forged'
import { hubspotWebhooks } from './hubspot-webhooks'
import { joinSwitch } from './join-switch'

/** Users of HubSpot, as the journeys need them. */
export function hubspotDesk({ provider, emulator }: Stage<HubSpotEmulator>, secrets: readonly string[]): Desk {
  const userOf = ({ id }: DeskAgent) => Number(id.slice(ACTOR.length))
  const as = (agent: DeskAgent) => provider.agent(userOf(agent))
  const agents = hubspotAgents()
  const sent = sentAddresses(emulator)
  const recordsKept = (): HubSpotRecords => ({
    file: (id) => provider.file(id),
    sent,
    channel: provider.channels[0]?.name ?? 'Integration',
  })
  const records = () => {
    const kept = recordsKept()
    return provider.threads.filter(isOurs).map((thread) => hubspotRecord(thread, kept))
  }
  const recordOf = ({ key }: ThreadRef) => {
    const thread = ifKnown(() => provider.thread(key))
    return thread && isOurs(thread) ? hubspotRecord(thread, recordsKept()) : undefined
  }
  const rules = deskRules(recordOf, words)
  /** Who replies to what is nobody's becomes its assignee; a reply opens a closed thread again. */
  const answer = ({ key }: ThreadRef, agent: DeskAgent) => {
    if (provider.thread(key).assignedTo === undefined) {
      as(agent).reopen(key)
      as(agent).take(key)
    }
    return as(agent)
  }
  return {
    words,
    agents,
    threads: () => records().map(threadOf),
    chats: () => records().map(({ chat }) => chat),
    join: (thread, agent) =>
      rules.notAnswering(thread, agent, () => rules.open(thread, () => as(agent).take(thread.key))),
    write: (thread, agent, text) => rules.known(thread, () => answer(thread, agent).reply(thread.key, text)),
    note: (thread, agent, text) => rules.known(thread, () => as(agent).comment(thread.key, text)),
    sendFile: (thread, agent, file) => rules.known(thread, () => answer(thread, agent).attach(thread.key, file)),
    transfer: (thread, from, to) =>
      rules.notAnswering(thread, to, () => rules.open(thread, () => as(from).assign(thread.key, userOf(to)))),
    close: (thread, agent) => rules.open(thread, () => as(agent).close(thread.key)),
    miss: (thread) => rules.waiting(thread, () => as(agents[0]).close(thread.key)),
    // What users have sent is private: agents see it inside HubSpot only.
    downloadFile: async (url) => provider.files.find((file) => file.url === url) ?? downloadFrom(emulator.url, url),
    get calls() {
      const publish = `/custom-channels/${provider.channels[0]?.id ?? ''}/messages`
      return { send: publish, start: publish, token: '/oauth/2026-03/token' }
    },
    refusals: {
      unauthorized: {
        status: 'error',
        category: 'EXPIRED_AUTHENTICATION',
        message: 'The OAuth token used to make this call expired 1 minute(s) ago.',
      },
      forbidden: { status: 'error', category: 'MISSING_SCOPES', message: 'This app lacks the scopes of this call' },
      missing: { status: 'error', category: 'OBJECT_NOT_FOUND', message: 'Resource not found' },
      conflict: { status: 'error', category: 'CONFLICT', message: 'Conflict' },
      tooMany: { status: 'error', errorType: 'RATE_LIMIT', policyName: 'SECONDLY', message: 'Too many requests' },
      internal: { status: 'error', category: 'SERVER_ERROR', message: 'Internal server error' },
    },
    isRefused: ({ status }: JournalEntry) => (status ?? 0) >= 400,
    spoil: (invocation) => invocation.replace(/(x-hubspot-signature-v3":")[^"]{8}/i, '$1AAAAAAAA'),
    expireTokens: () => provider.expireAccessTokens(),
    answerAfterWebhooks: (isOn) => provider.configure({ answerAfterWebhooks: isOn }),
    joinAtOnce: joinSwitch<HubSpotEmulator['settings']['autoAssign']>(
      () => provider.settings.autoAssign,
      (autoAssign) => provider.configure({ autoAssign }),
      { userId: userOf(agents[0]), delayMs: 0 }
    ),
    async forge(forged) {
      const { kind, body } = forgedBody(forged)
      const options = forged.secret === undefined ? {} : ({ sign: 'wrong-secret' } as const)
      const { status } = await provider.webhook.raw(kind, body, options)
      await emulator.settled()
      return [status]
    },
    webhooks: hubspotWebhooks,
    forgeBatch: (count) => provider.webhook.foreignEvents(count),
    secrets,
  }
}

/** The addresses that webhooks told, by file. Agents' files go out with signed addresses, which are not made twice. */
function sentAddresses({ journal }: Stage<HubSpotEmulator>['emulator']): ReadonlyMap<string, string> {
  const sent = new Map<string, string>()
  const read = ({ kind, request }: JournalEntry) => {
    if (kind !== 'webhook') return
    for (const [, fileId = '', url = ''] of (JSON.stringify(request) ?? '').matchAll(SENT_FILE)) sent.set(fileId, url)
  }
  for (const entry of journal.entries) read(entry)
  journal.onEntry(read)
  return sent
}

const SENT_FILE = /"fileId":"(\d+)"[^}]*?"url":"([^"]+)"/g
