import type { AgentIndex, ContractUser } from '@hitl/core/testing/contract-kit'
import { type Hands, type HandsOf, sessionTags } from '@hitl/sandbox/contract-world'
import { type AcmeChatEmulator, agents, API_KEY, SIGNING_KEY, signedHeaders } from './emulator'

const FOREIGN = 'thread-of-somebody-else'
const OLD_MS = 10 * 60_000

/** What agents do in the emulated Acme Chat, for the contract suite. */
export const acmeChatHands: HandsOf<AcmeChatEmulator> = (stage): Hands => {
  const { provider, emulator } = stage
  const threadIdOf = (sessionId: string | undefined) => sessionTags(stage, sessionId)['threadKey'] ?? ''
  const threadOf = (user: ContractUser) => provider.thread(threadIdOf(user.sessionId))
  const message = (index: AgentIndex, text: string) => ({
    id: `message-${text}`,
    authorId: agents[index].id,
    authorType: 'agent',
    text,
  })

  return {
    agentNames: [agents[0].name, agents[1].name],
    take: (user, index) => provider.join(threadOf(user).id, index),
    write: (user, index, text) => provider.write(threadOf(user).id, index, { text }),
    note: (user, index, text) => provider.write(threadOf(user).id, index, { text, isPrivate: true }),
    sendFile(user, index) {
      const url = emulator.files.put('manual.pdf', '%PDF-1.7', 'application/pdf')
      provider.write(threadOf(user).id, index, { file: { url, name: 'manual.pdf', contentType: 'application/pdf' } })
    },
    transfer: (user, _from, to) => provider.join(threadOf(user).id, to),
    close: (user) => provider.close(threadOf(user).id),
    repeatAssignment(user, index) {
      const { id } = threadOf(user)
      return provider.repeat(({ threadId, agentId }) => threadId === id && agentId === agents[index].id)
    },
    repeatMessage: (_user, index, text, sessionId) =>
      provider.send({ type: 'message_created', threadId: threadIdOf(sessionId), message: message(index, text) }),
    received: (user) =>
      threadOf(user)
        .messages.filter(({ from }) => from === 'contact')
        .map(({ kind, text = '' }) => (kind === 'text' ? text : `[${kind}]`)),
    opening: (user) => threadOf(user).opening,
    threads: () => ({ all: provider.threads.length, open: provider.threads.filter(({ isOpen }) => isOpen).length }),
    async foreignThread() {
      await provider.send({ type: 'agent_joined', threadId: FOREIGN, agentId: agents[0].id })
      await provider.send({ type: 'message_created', threadId: FOREIGN, message: message(0, 'for somebody else') })
      await provider.send({ type: 'agent_joined', threadId: FOREIGN, agentId: agents[1].id })
      await provider.send({ type: 'thread_closed', threadId: FOREIGN, closedBy: 'agent' })
    },
    forgeries(user) {
      const now = emulator.clock.now()
      const event = { type: 'message_created', threadId: threadOf(user).id, at: now, message: message(0, 'forged') }
      const body = JSON.stringify(event)
      const headers = signedHeaders(body, now)
      const { 'x-acme-chat-signature': signature = '', ...unsigned } = headers
      const withSignature = (text: string) => ({ body, headers: { ...unsigned, 'x-acme-chat-signature': text } })
      return [
        { reason: 'no signature', request: { body, headers: unsigned } },
        { reason: 'an empty signature', request: withSignature('') },
        { reason: 'the beginning of the signature', request: withSignature(signature.slice(0, -1)) },
        { reason: 'more than the signature', request: withSignature(`${signature}0`) },
        { reason: 'another key', request: { body, headers: signedHeaders(body, now, 'another-signing-key') } },
        { reason: 'another body', request: { body: body.replace('forged', 'changed'), headers } },
        {
          reason: 'another time',
          request: { body, headers: { ...headers, 'x-acme-chat-timestamp': String(now + 1) } },
        },
        { reason: 'a signature of long ago', request: { body, headers: signedHeaders(body, now - OLD_MS) } },
      ]
    },
    greetEarly: (text) => provider.greetEarly(text),
    secrets: [API_KEY, SIGNING_KEY],
    calls: { open: 'POST /v1/threads', send: '/messages', close: '/closed' },
  }
}
