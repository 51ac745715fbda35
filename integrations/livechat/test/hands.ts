import type { AgentIndex, ContractUser } from '@hitl/core/testing/contract-kit'
import type { LiveChatEmulator } from '@hitl/emulator/livechat'
import { livechatStage, WEBHOOK_SECRET } from '@hitl/sandbox/livechat'
import { type Hands, type HandsOf, sessionTags } from '@hitl/sandbox/contract-world'

const EMAILS = ['anna@example.com', 'ben@example.com'] as const

/** What agents do in the emulated LiveChat, for the contract suite. */
export const livechatHands: HandsOf<LiveChatEmulator> = (stage): Hands => {
  const { provider, emulator } = stage
  const threadOf = (sessionId: string | undefined) => {
    const [chatId = '', threadId = ''] = (sessionTags(stage, sessionId)['threadKey'] ?? '').split('/')
    return { chatId, threadId }
  }
  const chatOf = (user: ContractUser) => threadOf(user.sessionId).chatId
  const agent = (index: AgentIndex) => provider.agent(EMAILS[index])
  const eventsOf = (user: ContractUser) => {
    const { chatId, threadId } = threadOf(user.sessionId)
    return provider.chat(chatId).threads.find(({ id }) => id === threadId)?.events ?? []
  }
  const isOpening = (user: ContractUser, customId: string | undefined) =>
    customId?.startsWith(`${user.sessionId}:`) ?? false
  const fromCustomer = (user: ContractUser) => eventsOf(user).filter(({ author }) => author?.kind === 'customer')
  const settings = livechatStage.settings(provider)
  const message = (chatId: string, threadId: string, id: string, authorId: string, text: string) => ({
    chat_id: chatId,
    thread_id: threadId,
    event: {
      id,
      type: 'message',
      author_id: authorId,
      created_at: '2026-01-01T00:00:00.000000Z',
      visibility: 'all',
      text,
    },
  })
  const addedAgent = (chatId: string, threadId: string, index: AgentIndex) => ({
    chat_id: chatId,
    thread_id: threadId,
    user: {
      id: EMAILS[index],
      type: 'agent',
      name: NAMES[index],
      avatar: 'https://cdn.livechatinc.com/a.png',
      visibility: 'all',
    },
    reason: 'manual',
  })

  return {
    agentNames: NAMES,
    take: (user, index) => agent(index).join(chatOf(user)),
    write: (user, index, text) => void agent(index).write(chatOf(user), text),
    note: (user, index, text) => void agent(index).note(chatOf(user), text),
    sendFile: (user, index) =>
      void agent(index).sendFile(chatOf(user), {
        name: 'manual.pdf',
        contentType: 'application/pdf',
        bytes: Buffer.from('%PDF-1.7'),
      }),
    transfer: (user, from, to) => agent(from).transferToAgent(chatOf(user), EMAILS[to]),
    close: (user, index) => agent(index).close(chatOf(user)),
    async repeatAssignment(user, index) {
      const { chatId, threadId } = threadOf(user.sessionId)
      await provider.webhook.raw('user_added_to_chat', addedAgent(chatId, threadId, index))
    },
    async repeatMessage(_user, index, text, sessionId) {
      const { chatId, threadId } = threadOf(sessionId)
      await provider.webhook.raw('incoming_event', message(chatId, threadId, `${threadId}_late`, EMAILS[index], text))
    },
    received: (user) =>
      fromCustomer(user)
        .filter(({ customId }) => !isOpening(user, customId))
        .map(({ content, type }) =>
          String(content['text'] ?? `[${String(content['content_type'] ?? type).split('/')[0]}]`)
        ),
    opening: (user) =>
      fromCustomer(user)
        .filter(({ customId }) => isOpening(user, customId))
        .map(({ content }) => String(content['text'])),
    threads() {
      const threads = provider.chats.flatMap((chat) => chat.threads)
      return { all: threads.length, open: threads.filter(({ active }) => active).length }
    },
    async foreignThread() {
      const [chatId, threadId] = ['PFOREIGN01', 'KFOREIGN01']
      const { raw } = provider.webhook
      await raw('user_added_to_chat', addedAgent(chatId, threadId, 0))
      await raw('incoming_event', message(chatId, threadId, `${threadId}_1`, EMAILS[0], 'for somebody else'))
      await raw('chat_transferred', {
        chat_id: chatId,
        thread_id: threadId,
        reason: 'manual',
        transferred_to: { agent_ids: [EMAILS[1]] },
      })
      await raw('chat_deactivated', { chat_id: chatId, thread_id: threadId, user_id: EMAILS[1] })
    },
    forgeries(user) {
      const { chatId, threadId } = threadOf(user.sessionId)
      const payload = message(chatId, threadId, `${threadId}_forged`, EMAILS[0], 'forged words')
      const request = (secret: unknown) => ({
        headers: {},
        body: JSON.stringify({
          webhook_id: 'forged',
          ...(secret === undefined ? {} : { secret_key: secret }),
          action: 'incoming_event',
          organization_id: settings['organizationId'],
          payload,
          additional_data: {},
        }),
      })
      return [
        { reason: 'no secret', request: request(undefined) },
        { reason: 'an empty secret', request: request('') },
        { reason: 'another secret', request: request('another-webhook-secret') },
        { reason: 'another secret of the same length', request: request(`x${WEBHOOK_SECRET.slice(1)}`) },
        { reason: 'the beginning of the secret', request: request(WEBHOOK_SECRET.slice(0, -1)) },
        { reason: 'more than the secret', request: request(`${WEBHOOK_SECRET}x`) },
        { reason: 'the secret inside a list', request: request([WEBHOOK_SECRET]) },
        { reason: 'true instead of a secret', request: request(true) },
      ]
    },
    greetEarly(text) {
      provider.configure({ autoAssign: { delayMs: 0 } })
      const stop = emulator.journal.onEntry((entry) => {
        if (entry.kind !== 'webhook' || !entry.label.includes('user_added_to_chat')) return
        stop()
        const [chat] = provider.chats
        if (chat?.agents[0]) provider.agent(chat.agents[0]).write(chat.id, text)
      })
    },
    secrets: [
      WEBHOOK_SECRET,
      String(settings['agentToken']),
      'dal:emulated-personal-access-token',
      '__lc_cst',
      'Bearer ',
      'Basic ',
    ],
    calls: { open: 'start_chat', send: 'send_event', close: 'deactivate_chat' },
  }
}

const NAMES = ['Anna Nowak', 'Ben Carter'] as const
