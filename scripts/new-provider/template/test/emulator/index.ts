import { setTimeout as sleep } from 'node:timers/promises'
import type { ProviderEmulator, ProviderServices } from '@hitl/emulator'
import { HOST, routes } from './routes'
import { agents, type EmulatedMessage, type EmulatedThread, newState, type State } from './state'
import { type WebhookEvent, Webhooks } from './webhooks'

export { agents, API_KEY, SIGNING_KEY } from './state'
export { signedHeaders } from './webhooks'

/** How long the answer to an opening waits for its webhooks, in ms of real time. */
const HOLD_MS = 200

type AgentFile = { url: string; name: string; contentType: string }

/** Acme Chat as its documentation describes it, with the hands of its agents. An agent is named by index. */
export type AcmeChatEmulator = ProviderEmulator & {
  readonly threads: readonly EmulatedThread[]
  /** @throws Error when there is none */
  thread(threadId: string): EmulatedThread
  join(threadId: string, agent: number): void
  write(threadId: string, agent: number, content: { text?: string; file?: AgentFile; isPrivate?: boolean }): void
  close(threadId: string): void
  /** From now on an agent joins and greets each thread before its opening is answered. */
  greetEarly(text: string): void
  /** Any event, also of threads that do not exist. */
  send(event: WebhookEvent): Promise<void>
  /** The latest such event once more. */
  repeat(isMeant: (event: WebhookEvent) => boolean): Promise<void>
}

// TODO (step 5): with the first request that the vendor documents differently, write the emulator from its documentation.
export const acmeChat = (services: ProviderServices): AcmeChatEmulator => {
  let state: State = newState()
  let greeting: string | undefined
  const webhooks = new Webhooks(services, () => state)
  const send = (event: WebhookEvent) => webhooks.send(event)
  const opened = async (threadId: string) => {
    if (greeting === undefined) return
    const deliveries = [join(threadId, 0), write(threadId, 0, { text: greeting })]
    await Promise.race([Promise.all(deliveries), sleep(HOLD_MS)])
  }
  const app = routes(() => state, opened)
  const thread = (threadId: string) => {
    const found = state.threads.find(({ id }) => id === threadId)
    if (!found) throw new Error(`There is no thread ${threadId}`)
    return found
  }
  const join = (threadId: string, agent: number) =>
    send({ type: 'agent_joined', threadId: thread(threadId).id, agentId: agents[agent]?.id })
  const write: (...args: Parameters<AcmeChatEmulator['write']>) => Promise<void> = (threadId, agent, content) => {
    const { messages } = thread(threadId)
    const id = `${threadId}-message-${messages.length + 1}`
    const message: EmulatedMessage = { id, from: 'agent', kind: content.file ? 'file' : 'text' }
    messages.push(content.text === undefined ? message : { ...message, text: content.text })
    const shown = { id, authorId: agents[agent]?.id, authorType: 'agent', ...content }
    return send({ type: 'message_created', threadId, message: shown })
  }
  return {
    name: 'acme-chat',
    hosts: { [HOST]: app },
    coverage: app.routes.map(({ method, path }) => ({ route: `${method} ${HOST}${path}`, status: 'supported' })),
    get threads() {
      return state.threads
    },
    thread,
    join: (threadId, agent) => void join(threadId, agent),
    write: (...args) => void write(...args),
    close: (threadId) => {
      thread(threadId).isOpen = false
      void send({ type: 'thread_closed', threadId, closedBy: 'agent' })
    },
    greetEarly: (text) => {
      greeting = text
    },
    send,
    repeat: (isMeant) => webhooks.repeat(isMeant),
    reset: () => {
      state = newState()
      greeting = undefined
      webhooks.reset()
    },
    save: () => structuredClone(state),
    restore: (saved) => {
      state = { ...newState(), ...structuredClone(saved as State) }
    },
  }
}
