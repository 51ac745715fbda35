import { z } from '@botpress/sdk'
import type {
  AbandonedStart,
  Agent,
  AgentMessage,
  Contact,
  OpenRequest,
  OutgoingMessage,
  Part,
  ProviderAdapter,
  ProviderApi,
  ProviderAuth,
  ProviderContext,
  ProviderEvent,
  ProviderLimits,
  WebhookRequest,
} from '../adapter'
import { ThreadClosedError, WebhookPayloadError, WebhookVerificationError } from '../errors'
import type { HttpClient } from '../http/request'
import { constantTimeEqual, sign } from '../signature/hmac'

export const fakeSettings = z.object({
  apiKey: z.string().min(1, 'must not be empty').title('API key').describe('Key of the account'),
  webhookSecret: z.string().min(8, 'must have at least 8 characters').title('Secret').describe('Signs webhooks'),
  region: z.enum(['eu', 'us']).optional().title('Region').describe('Where the account lives'),
})
export type FakeConfig = z.infer<typeof fakeSettings>
export type FakeThread = { id: string; note?: string }
export type FakeOptions = Record<string, unknown>

export type FakeProviderCall = keyof Required<ProviderApi<FakeThread>>
export type FakeThreadRecord = { id: string; isOpen: boolean; opening: OpenRequest<FakeThread, FakeOptions> }
export type SentMessage = { threadId: string; message: OutgoingMessage }

/** The provider behind the fake adapter. Holds no errors of core, so several module graphs can share one. */
export type FakeProvider = {
  readonly calls: { call: FakeProviderCall; input: unknown }[]
  readonly threads: Map<string, FakeThreadRecord>
  readonly agents: Map<string, Agent>
  readonly sent: SentMessage[]
  /** Who is in which thread, for providers that can tell: `<thread>/<agent>`. */
  readonly present: Set<string>
  /** Who is in charge of which thread, by thread, for providers whose events do not say. */
  readonly inCharge: Map<string, Agent>
  /** All parts of a message, by message id, for providers whose webhooks tell only some. */
  readonly wholeMessages: Map<string, readonly Part[]>
  openThreads(): FakeThreadRecord[]
  callsOf(call: FakeProviderCall): unknown[]
  /** The next such call fails; `after` means that it took effect all the same. */
  failNext(call: FakeProviderCall, error: Error, when?: 'before' | 'after'): void
  /** The next such call waits until the returned function is called. */
  holdNext(call: FakeProviderCall): () => void
  run<T>(call: FakeProviderCall, input: unknown, effect: () => T): Promise<T>
}

type Waiting = { call: FakeProviderCall; error?: Error; when?: 'before' | 'after'; gate?: Promise<void> }

const realImmediate = globalThis.setImmediate
let lastThread = 0

export function createFakeProvider(): FakeProvider {
  const waiting: Waiting[] = []
  const calls: FakeProvider['calls'] = []
  const threads: FakeProvider['threads'] = new Map()
  const take = (matches: (entry: Waiting) => boolean) => {
    const index = waiting.findIndex(matches)
    return index === -1 ? undefined : waiting.splice(index, 1)[0]
  }
  return {
    calls,
    threads,
    agents: new Map([['agent-1', { id: 'agent-1', name: 'Ann', pictureUrl: 'https://acme.test/ann.png' }]]),
    sent: [],
    present: new Set(),
    inCharge: new Map(),
    wholeMessages: new Map(),
    openThreads: () => [...threads.values()].filter(({ isOpen }) => isOpen),
    callsOf: (call) => calls.filter((entry) => entry.call === call).map(({ input }) => input),
    failNext: (call, error, when = 'before') => void waiting.push({ call, error, when }),
    holdNext(call) {
      let release: () => void = () => undefined
      const gate = new Promise<void>((resolve) => (release = resolve))
      waiting.push({ call, gate })
      return () => release()
    },
    async run(call, input, effect) {
      calls.push({ call, input })
      await take((entry) => entry.call === call && entry.gate !== undefined)?.gate
      const failure = take((entry) => entry.call === call && entry.error !== undefined)
      await new Promise<void>((resolve) => void realImmediate(resolve))
      if (failure?.error && failure.when !== 'after') throw failure.error
      const result = effect()
      if (failure?.error) throw failure.error
      return result
    },
  }
}

export type FakeAdapterOptions = {
  limits?: Partial<ProviderLimits>
  /** Contacts exist before threads do. */
  savesContacts?: boolean
  /** The provider can tell who is in a thread. */
  tellsPresence?: boolean
  /** Profiles of agents say whether they are in the thread. */
  profilesTellPresence?: boolean
  /** The provider can tell who is in charge of a thread. */
  tellsInCharge?: boolean
  /** The provider can tell all parts of a message. */
  completesMessages?: boolean
  /** What a start has left open can be found by its session. */
  findsAbandoned?: boolean
  /** How calls are authorised; a static header with the API key when absent. */
  auth?: (config: FakeConfig, http: HttpClient) => ProviderAuth
  /** More to put into every thread. */
  note?: string
  install?: (context: ProviderContext<FakeConfig>) => Promise<readonly string[]>
  /** Runs before a thread is closed, for calls that have to get through. */
  beforeClose?: (context: ProviderContext<FakeConfig>) => Promise<unknown>
}

export type FakeAdapter = ProviderAdapter<FakeConfig, FakeThread, FakeOptions>

const LIMITS: ProviderLimits = {
  text: { max: 1_000, unit: 'characters' },
  media: ['image', 'file'],
  uploadBytes: 1_000_000,
  webhookMs: 8_000,
}

/** A complete small adapter for a provider called Acme. */
export function createFakeAdapter(provider: FakeProvider, options: FakeAdapterOptions = {}): FakeAdapter {
  return {
    name: 'Acme',
    limits: { ...LIMITS, ...options.limits },
    settings: fakeSettings,
    auth: options.auth ?? (({ apiKey }) => ({ kind: 'static', headers: { authorization: `Bearer ${apiKey}` } })),
    threadKey: ({ id }) => id,
    verifyWebhook,
    readWebhook,
    connect: (context) => createApi(provider, options, context),
  }
}

function createApi(
  provider: FakeProvider,
  options: FakeAdapterOptions,
  context: ProviderContext<FakeConfig>
): ProviderApi<FakeThread, FakeOptions> {
  const { install, note } = options
  const saveContact = (contact: Contact) =>
    provider.run('saveContact', contact, () => ({ id: `acme-${contact.userId}` }))
  const isAgentInThread = (agentId: string, { id }: FakeThread) =>
    provider.run('isAgentInThread', { agentId, id }, () => provider.present.has(`${id}/${agentId}`))
  const agentInCharge = ({ id }: FakeThread) => provider.run('agentInCharge', id, () => provider.inCharge.get(id))
  const completeMessage = ({ id }: FakeThread, { messageId, parts }: AgentMessage) =>
    provider.run('completeMessage', { id, messageId }, () => provider.wholeMessages.get(messageId) ?? parts)
  const closeAbandoned = (start: AbandonedStart<FakeThread>) =>
    provider.run('closeAbandoned', start, () => {
      for (const thread of provider.openThreads()) {
        if (thread.opening.sessionId === start.sessionId) thread.isOpen = false
      }
    })
  return {
    install: async () => (await provider.run('install', undefined, () => install?.(context))) ?? [],
    uninstall: () => provider.run('uninstall', undefined, () => undefined),
    ...(options.savesContacts ? { saveContact } : {}),
    openThread: (opening) =>
      provider.run('openThread', opening, () => {
        const id = `thread-${(lastThread += 1)}`
        provider.threads.set(id, { id, isOpen: true, opening })
        return { id, ...(note === undefined ? {} : { note }) }
      }),
    sendMessage: (thread, message) =>
      provider.run('sendMessage', { thread, message }, () => {
        if (!provider.threads.get(thread.id)?.isOpen) {
          throw new ThreadClosedError('Acme has closed this chat.', { provider: 'Acme' })
        }
        provider.sent.push({ threadId: thread.id, message })
      }),
    closeThread: async (thread) => {
      await options.beforeClose?.(context)
      return provider.run('closeThread', thread, () => {
        const known = provider.threads.get(thread.id)
        if (known) known.isOpen = false
      })
    },
    getAgent: (agentId, { id }) =>
      provider.run('getAgent', agentId, () => ({
        ...(provider.agents.get(agentId) ?? { id: agentId }),
        ...(options.profilesTellPresence ? { inThread: provider.present.has(`${id}/${agentId}`) } : {}),
      })),
    ...(options.tellsPresence ? { isAgentInThread } : {}),
    ...(options.tellsInCharge ? { agentInCharge } : {}),
    ...(options.completesMessages ? { completeMessage } : {}),
    ...(options.findsAbandoned ? { closeAbandoned } : {}),
  }
}

const SIGNATURE_HEADER = 'x-acme-signature'

function verifyWebhook({ headers, rawBody }: WebhookRequest, { webhookSecret }: FakeConfig): void {
  const expected = sign('sha256', webhookSecret, rawBody, 'hex')
  if (!constantTimeEqual(headers[SIGNATURE_HEADER] ?? '', expected)) {
    throw new WebhookVerificationError('The signature of the webhook is missing or wrong.', { provider: 'Acme' })
  }
}

function readWebhook({ rawBody }: WebhookRequest): readonly ProviderEvent[] {
  try {
    const events: unknown = JSON.parse(rawBody)
    // The fake provider speaks in our words already.
    if (Array.isArray(events)) return events as ProviderEvent[]
  } catch {
    // Said below.
  }
  throw new WebhookPayloadError('The body of the webhook is not a list of events.', { provider: 'Acme' })
}

/** A webhook as the fake provider sends it, signed. */
export function signedWebhook(events: readonly ProviderEvent[], { webhookSecret }: Pick<FakeConfig, 'webhookSecret'>) {
  const body = JSON.stringify(events)
  return {
    method: 'POST',
    path: '/',
    query: '',
    headers: { 'X-Acme-Signature': sign('sha256', webhookSecret, body, 'hex') },
    body,
  }
}
