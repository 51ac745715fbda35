import { defaultSeed, type LiveChatEmulator } from '@hitl/emulator/livechat'
import type { Desk, DeskAgent, ForgedWebhook, ThreadRef } from '../desk'
import { downloadFrom } from '../download'
import type { Stage } from '../stage'
import { threadOf } from './desk-record'
import { deskRules, ifKnown } from './desk-rules'
import { joinSwitch } from './join-switch'
import { livechatAgent, livechatRecords, livechatWords as words } from './livechat-chats'
import { livechatWebhooks } from './livechat-webhooks'

const SETTLE_ROUNDS_MS = [10_000, 20_000, 30_000]

/** LiveChat's agents, as the journeys need them. */
export function livechatDesk({ provider, emulator }: Stage<LiveChatEmulator>, secrets: readonly string[]): Desk {
  const as = (agent: DeskAgent) => provider.agent(agent.id)
  const send = async (forged: ForgedWebhook): Promise<readonly number[]> => {
    const { action, payload } = forgedPayload(forged)
    const envelope = forged.secret === undefined ? {} : { envelope: { secret_key: forged.secret } }
    const sending = provider.webhook.raw(action, payload, envelope)
    for (const delayMs of SETTLE_ROUNDS_MS) {
      await emulator.settled()
      await emulator.clock.advance(delayMs)
    }
    return (await sending).map(({ status }) => status)
  }
  const records = () => provider.chats.flatMap(livechatRecords)
  const recordOf = (thread: ThreadRef) => {
    const chat = ifKnown(() => provider.chat(chatOf(thread)))
    return chat && livechatRecords(chat).find((record) => record.chat.key === thread.key)
  }
  const rules = deskRules(recordOf, words)
  return {
    words,
    agents: cast(),
    threads: () => records().map(threadOf),
    chats: () => records().map(({ chat }) => chat),
    join: (thread, agent) =>
      rules.notAnswering(thread, agent, () => rules.open(thread, () => as(agent).join(chatOf(thread)))),
    write: (thread, agent, text) => rules.answering(thread, agent, () => as(agent).write(chatOf(thread), text)),
    note: (thread, agent, text) => rules.answering(thread, agent, () => as(agent).note(chatOf(thread), text)),
    sendFile: (thread, agent, file) => rules.answering(thread, agent, () => as(agent).sendFile(chatOf(thread), file)),
    transfer: (thread, from, to) =>
      rules.answering(thread, from, () =>
        rules.notAnswering(thread, to, () => as(from).transferToAgent(chatOf(thread), to.id))
      ),
    close: (thread, agent) => rules.answering(thread, agent, () => as(agent).close(chatOf(thread))),
    miss: (thread) => rules.waiting(thread, () => provider.system.archiveOffline(chatOf(thread))),
    downloadFile: (url) => downloadFrom(emulator.url, url),
    calls: { send: 'send_event', start: 'start_chat', token: '/customer/token' },
    refusals: {
      unauthorized: { error: { type: 'authentication', message: 'Access token expired' } },
      forbidden: { error: { type: 'authorization', message: 'Missing scope' } },
      missing: { error: { type: 'not_found', message: 'Not found' } },
      // The status is none that LiveChat documents, and so is the type.
      conflict: { error: { type: 'conflict', message: 'Conflict' } },
      tooMany: { error: { type: 'too_many_requests', message: 'Too many requests' } },
      internal: { error: { type: 'internal', message: 'Internal server error' } },
    },
    isRefused: ({ status }) => (status ?? 0) >= 400,
    spoil: (invocation) => invocation.replace(/(secret_key\\":\\")[^"\\]*/g, '$1another-secret'),
    expireTokens: () => provider.expireCustomerTokens(),
    answerAfterWebhooks: (isOn) => provider.configure({ answerAfterWebhooks: isOn }),
    joinAtOnce: joinSwitch<LiveChatEmulator['settings']['autoAssign']>(
      () => provider.settings.autoAssign,
      (autoAssign) => provider.configure({ autoAssign }),
      { delayMs: 0 }
    ),
    forge: send,
    webhooks: livechatWebhooks,
    secrets,
  }
}

function cast(): readonly [DeskAgent, DeskAgent] {
  const [first, second] = defaultSeed.agents.map(({ email }) => livechatAgent(email))
  if (!first || !second) throw new Error('The emulated LiveChat account needs two agents')
  return [first, second]
}

const chatOf = ({ key }: ThreadRef) => key.split('/')[0] ?? key

const FOREIGN = { chat_id: 'FOREIGNCH1', thread_id: 'FOREIGNTH1' }

function forgedPayload({ event, thread, text = 'Hello' }: ForgedWebhook): { action: string; payload: unknown } {
  const [chatId, threadId] = thread?.key.split('/') ?? []
  const at = thread ? { chat_id: chatId, thread_id: threadId } : FOREIGN
  const { email, name, avatar } = defaultSeed.agents[0] ?? { email: '', name: '', avatar: '' }
  switch (event) {
    case 'message': {
      const id = `${at.thread_id}_forged_${text.replace(/\W+/g, '-')}`
      const created_at = new Date().toISOString()
      const message = { id, created_at, type: 'message', text, author_id: email, visibility: 'all' }
      return { action: 'incoming_event', payload: { ...at, event: message } }
    }
    case 'assigned': {
      const user = { id: email, type: 'agent', name, avatar, present: true, visibility: 'all' }
      return { action: 'user_added_to_chat', payload: { ...at, user, reason: 'manual', requester_id: email } }
    }
    case 'closed':
      return { action: 'chat_deactivated', payload: { ...at, user_id: email } }
    default:
      return event satisfies never
  }
}
