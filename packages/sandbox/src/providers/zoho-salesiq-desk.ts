import type { JournalEntry } from '@hitl/emulator'
import { defaultSeed, type ZohoSalesIqEmulator } from '@hitl/emulator/zoho-salesiq'
import type { Desk, DeskAgent, ForgedWebhook, ThreadRef } from '../desk'
import { downloadFrom } from '../download'
import type { Stage } from '../stage'
import { threadOf } from './desk-record'
import { deskRules, ifKnown } from './desk-rules'
import { joinSwitch } from './join-switch'
import { operatorOf, zohoSalesIqRecord, zohoSalesIqWords as words } from './zoho-salesiq-chats'
import { zohoSalesIqWebhooks } from './zoho-salesiq-webhooks'

/** Zoho gives ten tokens in ten minutes: an account in which every token dies at once is none. */
const MOST_EXPIRATIONS = 3
const WINDOW_MS = 600_000

const OPEN = `POST /api/visitor/v1/${defaultSeed.screenName}/conversations`

const SETTLE_ROUNDS_MS = [60_000, 60_000, 60_000]

/** Operators of SalesIQ, as the journeys need them. */
export function zohoSalesIqDesk({ provider, emulator }: Stage<ZohoSalesIqEmulator>, secrets: readonly string[]): Desk {
  const as = (agent: DeskAgent) => provider.agent(agent.id)
  let expirations: number[] = []
  const agents = cast()
  const records = () => provider.conversations.map(zohoSalesIqRecord)
  const recordOf = ({ key }: ThreadRef) => {
    const conversation = ifKnown(() => provider.conversation(key))
    return conversation && zohoSalesIqRecord(conversation)
  }
  const rules = deskRules(recordOf, words)
  return {
    words,
    agents,
    threads: () => records().map(threadOf),
    chats: () => records().map(({ chat }) => chat),
    join: (thread, agent) => rules.waiting(thread, () => as(agent).pickUp(thread.key)),
    write: (thread, agent, text) => rules.answering(thread, agent, () => as(agent).write(thread.key, text)),
    note: (thread, agent, text) => rules.answering(thread, agent, () => as(agent).note(thread.key, text)),
    sendFile: (thread, agent, file) => rules.answering(thread, agent, () => as(agent).sendFile(thread.key, file)),
    transfer: (thread, from, to) =>
      rules.answering(thread, from, () => rules.notAnswering(thread, to, () => as(from).transfer(thread.key, to.id))),
    close: (thread, agent) => rules.answering(thread, agent, () => as(agent).close(thread.key)),
    miss: (thread) => rules.waiting(thread, () => provider.miss(thread.key)),
    downloadFile: (url) => downloadFrom(emulator.url, url),
    // Only messages go below a conversation; the call that opens one is the first with this beginning.
    calls: { send: `${OPEN}/`, start: OPEN, token: '/oauth/v2/token' },
    refusals: {
      unauthorized: { error: { code: 1008, message: 'Invalid OAuth token' } },
      forbidden: { error: { code: 1009, message: 'Invalid OAuth scope' } },
      missing: { error: { code: 1006, message: 'Invalid URL' } },
      // No code for it is documented.
      conflict: { error: { code: 1032, message: 'Conflict' } },
      tooMany: { error: { code: 1030, message: 'Too many requests' } },
      internal: { error: { code: 1031, message: 'Internal server error' } },
    },
    isRefused,
    spoil: (invocation) => invocation.replace(/(x-siqsignature":")[^"]{8}/i, '$1AAAAAAAA'),
    expireTokens: () => {
      const now = emulator.clock.now()
      expirations = expirations.filter((at) => at > now - WINDOW_MS)
      if (expirations.length >= MOST_EXPIRATIONS) return
      expirations.push(now)
      provider.expireAccessTokens()
    },
    answerAfterWebhooks: (isOn) => provider.configure({ answerAfterWebhooks: isOn }),
    joinAtOnce: joinSwitch<ZohoSalesIqEmulator['settings']['autoAssign']>(
      () => provider.settings.autoAssign,
      (autoAssign) => provider.configure({ autoAssign }),
      { operatorId: agents[0].id, delayMs: 0 }
    ),
    async forge(forged) {
      const { event, entity } = forgedPayload(forged)
      const sending = provider.webhook.raw(event, entity, forged.secret === undefined ? {} : { sign: 'wrong-key' })
      for (const delayMs of SETTLE_ROUNDS_MS) {
        await emulator.settled()
        await emulator.clock.advance(delayMs)
      }
      return (await sending).map(({ status }) => status)
    },
    webhooks: zohoSalesIqWebhooks(provider),
    secrets,
  }
}

/** Errors come with status 200. */
const isRefused = ({ response }: JournalEntry): boolean =>
  typeof response === 'object' && response !== null && 'error' in response

function cast(): readonly [DeskAgent, DeskAgent] {
  const [first, second] = defaultSeed.operators.map(({ id }) => operatorOf(id))
  if (!first || !second) throw new Error('The emulated SalesIQ portal needs two operators')
  return [first, second]
}

const FOREIGN = '402199000099999999'

function forgedPayload({ event, thread, text = 'Hello' }: ForgedWebhook): { event: string; entity: object } {
  const { id, name, email } = defaultSeed.operators[0] ?? { id: '', name: '', email: '' }
  const conversation = { id: thread?.key ?? FOREIGN }
  const operator = { id, name, type: 'operator' }
  switch (event) {
    case 'message': {
      const msgid = `forged-${text.replace(/\W+/g, '-')}`
      const message = { msgid, text, meta: {}, sender: operator }
      return { event: 'conversation.operator.replied', entity: { ...conversation, message } }
    }
    case 'assigned':
      return { event: 'conversation.attender.updated', entity: { ...conversation, owner: { ...operator, email } } }
    case 'closed':
      return { event: 'conversation.completed', entity: { ...conversation, ended_by: 'agent' } }
    default:
      return event satisfies never
  }
}
