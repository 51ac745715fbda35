import type { ChatSnapshot, LiveChatEmulator, ThreadSnapshot } from '@hitl/emulator/livechat'
import { defaultSeed } from '@hitl/emulator/livechat'
import type { Desk, DeskAgent, DeskMessage, DeskThread, ForgedWebhook } from '../desk'
import { downloadFrom } from '../download'
import type { Stage } from '../stage'

type ChatEvent = ThreadSnapshot['events'][number]

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
  return {
    agents: cast(),
    threads: () => provider.chats.flatMap((chat) => chat.threads.map((thread) => toThread(chat, thread))),
    join: (thread, agent) => as(agent).join(chatOf(thread)),
    write: (thread, agent, text) => void as(agent).write(chatOf(thread), text),
    sendFile: (thread, agent, file) => void as(agent).sendFile(chatOf(thread), file),
    transfer: (thread, from, to) => as(from).transferToAgent(chatOf(thread), to.id),
    close: (thread, agent) => as(agent).close(chatOf(thread)),
    download: (url) => downloadFrom(emulator.url, url),
    calls: { send: 'send_event', start: 'start_chat', token: '/customer/token' },
    refusals: {
      tooMany: { error: { type: 'too_many_requests', message: 'Too many requests' } },
      internal: { error: { type: 'internal', message: 'Internal server error' } },
    },
    isRefused: ({ status }) => (status ?? 0) >= 400,
    spoil: (invocation) => invocation.replace(/(secret_key\\":\\")[^"\\]*/, '$1another-secret'),
    expireTokens: () => provider.expireCustomerTokens(),
    joinAtOnce: () => provider.configure({ autoAssign: { delayMs: 0 } }),
    forge: send,
    secrets,
  }
}

function cast(): readonly [DeskAgent, DeskAgent] {
  const [first, second] = defaultSeed.agents
  if (!first || !second) throw new Error('The emulated LiveChat account needs two agents')
  return [
    { id: first.email, name: first.name },
    { id: second.email, name: second.name },
  ]
}

const nameOf = (email: string) => defaultSeed.agents.find((agent) => agent.email === email)?.name ?? email

function toThread(chat: ChatSnapshot, thread: ThreadSnapshot): DeskThread {
  const contact = chat.customer.name ?? ''
  return {
    key: `${chat.id}/${thread.id}`,
    contact: chat.customer.email ?? '',
    active: thread.active,
    agents: thread.active ? chat.agents : [],
    messages: thread.events.flatMap((event) => toMessage(event, contact)),
  }
}

function toMessage({ type, visibility, author, content }: ChatEvent, contact: string): DeskMessage[] {
  if (visibility !== 'all' || !author || author.kind === 'bot') return []
  const by: DeskMessage =
    author.kind === 'customer' ? { from: 'contact', author: contact } : { from: 'agent', author: nameOf(author.id) }
  if (type === 'message') return [{ ...by, text: String(content['text']) }]
  return type === 'file' ? [{ ...by, url: String(content['url']) }] : []
}

const chatOf = ({ key }: DeskThread) => key.split('/')[0] ?? key

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
