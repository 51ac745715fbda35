import { vi } from 'vitest'
import type { ProviderEvent } from '../src/adapter'
import type { CreateUserInput } from '../src/actions'
import type { OutgoingDelivery } from '../src/channels'
import type { InvocationInput } from '../src/invocation'
import type { StartHitlInput } from '../src/start-hitl'
import {
  createFakeBotpress,
  createFakeProvider,
  type FakeAdapter,
  type FakeAdapterOptions,
  type FakeBotpress,
  type FakeBotpressOptions,
  type FakeConfig,
  type FakeProvider,
} from '../src/testing'
import type { PlatformRequest, PlatformResponse } from '../src/webhook'

export const CONFIG: FakeConfig = { apiKey: 'key-of-the-account', webhookSecret: 'secret-of-the-webhook' }

/** Older than any delay for young sessions. In ms. */
export const SETTLED_MS = 60_000

export type World = {
  botpress: FakeBotpress
  provider: FakeProvider
  webhookId: string
  log: string[]
  adapterOptions: FakeAdapterOptions
  /** What a test adds to the fake adapter, made of the modules of the instance that gets it. */
  extend(adapter: FakeAdapter, modules: InstanceModules): FakeAdapter
}

type InstanceModules = typeof import('../src/errors') & Pick<typeof import('../src/live-sessions'), 'liveSessions'>

/** One process that runs the integration. Its memory is its own. */
export type Instance = {
  createUser(input: CreateUserInput): Promise<string>
  start(input: Partial<StartHitlInput> & { userId: string }): Promise<string>
  stop(conversationId: string): Promise<unknown>
  apply(event: ProviderEvent): Promise<string>
  webhook(request: PlatformRequest): Promise<PlatformResponse>
  send(delivery: OutgoingDelivery): Promise<void>
}

let worlds = 0

export function createWorld(adapterOptions: FakeAdapterOptions = {}, options: FakeBotpressOptions = {}): World {
  return {
    botpress: createFakeBotpress(options),
    provider: createFakeProvider(),
    webhookId: `webhook-${(worlds += 1)}`,
    log: [],
    adapterOptions,
    extend: (adapter) => adapter,
  }
}

/** An instance with modules of its own: nothing in memory is shared with other instances. */
export async function createInstance(world: World, change: Partial<InvocationInput> = {}): Promise<Instance> {
  vi.resetModules()
  const [invocations, actions, starts, events, webhooks, channels, fakes, errors, books] = await Promise.all([
    import('../src/invocation'),
    import('../src/actions'),
    import('../src/start-hitl'),
    import('../src/apply-event'),
    import('../src/webhook'),
    import('../src/channels'),
    import('../src/testing/fake-adapter'),
    import('../src/errors'),
    import('../src/live-sessions'),
  ])
  const modules = { ...errors, liveSessions: books.liveSessions }
  const adapter = world.extend(fakes.createFakeAdapter(world.provider, world.adapterOptions), modules)
  const note = (message: string) => void world.log.push(message)
  const open = () =>
    invocations.createInvocation(adapter, {
      client: world.botpress,
      log: { info: note, warn: note, error: note },
      integrationId: 'integration-1',
      webhookId: world.webhookId,
      configuration: CONFIG,
      budgetMs: 40_000,
      ...change,
    })
  return {
    createUser: async (input) => (await actions.createUser(open(), input)).userId,
    start: async (input) => (await starts.startHitl(open(), { messageHistory: [], ...input })).conversationId,
    stop: (conversationId) => actions.stopHitl(open(), { conversationId }),
    apply: (event) => events.applyEvent(open(), event),
    webhook: (request) => webhooks.handleWebhook(open(), request),
    send: (delivery) => channels.sendMessage(open(), delivery),
  }
}

export async function createInstances(world: World, count: number): Promise<Instance[]> {
  const instances: Instance[] = []
  for (let made = 0; made < count; made += 1) instances.push(await createInstance(world))
  return instances
}

/** Opens a session and says its ids. */
export async function openSession(world: World, instance: Instance, name = 'Uma') {
  const userId = await instance.createUser({ name, email: `${name.toLowerCase()}@people.test` })
  const conversationId = await instance.start({ userId, title: `Help ${name}` })
  const threadKey = threadKeyOf(world, conversationId)
  world.botpress.calls.length = 0
  world.provider.calls.length = 0
  return { userId, conversationId, threadKey }
}

/** Opens a session long enough ago that the bot hears everything at once. The clock has to be fake. */
export async function openSettledSession(world: World, instance: Instance, name?: string) {
  const session = await openSession(world, instance, name)
  vi.setSystemTime(Date.now() + SETTLED_MS)
  return session
}

export function threadKeyOf({ botpress }: World, conversationId: string): string {
  return botpress.conversations().find(({ id }) => id === conversationId)?.tags.threadKey ?? 'none'
}

/** Settles a promise while fake time jumps from timer to timer, whenever nothing else is left to do. */
export async function withTimePassing<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false
  const watched = promise.finally(() => (isSettled = true))
  watched.catch(() => undefined)
  while (!isSettled) {
    for (let turn = 0; turn < 10; turn += 1) await new Promise<void>((resolve) => void realImmediate(resolve))
    if (!isSettled && vi.getTimerCount() > 0) await vi.advanceTimersToNextTimerAsync()
  }
  return watched
}

const realImmediate = globalThis.setImmediate

/** Lets calls that are under way come as far as they can. */
export async function untilQuiet(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await new Promise<void>((resolve) => void realImmediate(resolve))
}

/** The instance dies at its next announcement: what it claimed stays stored, nothing is told, and nothing tidied up. */
export function killAtAnnouncement({ botpress }: World): void {
  botpress.failNext('createEvent', new Error('killed'))
  botpress.interceptNext('createEvent', () => botpress.failNext('setState', new Error('killed')))
}

/** The clock stands still unless moved; timers stay real. */
export const freezeClock = () => vi.useFakeTimers({ toFake: ['Date'] })

/** Clock and timers move only when told to. */
export const freezeTime = () => vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })

/** Resolves with the outcome of every promise: `ok` or the error. */
export async function outcomes(promises: readonly Promise<unknown>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(promises)
  return settled.map((result) => (result.status === 'fulfilled' ? 'ok' : result.reason))
}

/** Resolves with what a promise fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const none = Symbol('no failure')
  const failure = await promise.then(
    () => none,
    (error: unknown) => error
  )
  if (failure === none) throw new Error('expected a failure, and there was none')
  return failure
}

export const assigned = (threadKey: string, agentId: string, at?: number): ProviderEvent => ({
  type: 'agentAssigned',
  threadKey,
  agent: { id: agentId, name: `Agent ${agentId}` },
  ...(at === undefined ? {} : { at }),
})

export const said = (threadKey: string, messageId: string, text: string, agentId = 'agent-1'): ProviderEvent => ({
  type: 'agentMessage',
  threadKey,
  agent: { id: agentId, name: `Agent ${agentId}` },
  messageId,
  parts: [{ kind: 'text', text }],
})

export const closed = (threadKey: string): ProviderEvent => ({ type: 'threadClosed', threadKey, reason: 'resolved' })

/** What the bot hears of agents, in the order it hears it: the texts. */
export const heardTexts = ({ botpress }: World, conversationId: string): string[] =>
  botpress.messages(conversationId).map(({ payload }) => ('text' in payload ? payload.text : ''))

/** Names of the agents in the order in which the bot was told of them. */
export function announcedAgents({ botpress }: World, conversationId: string): (string | undefined)[] {
  const users = new Map(botpress.users().map((user) => [user.id, user.tags.agentId]))
  return botpress
    .events(conversationId)
    .filter(({ type }) => type === 'hitlAssigned')
    .map(({ payload }) => users.get(String(payload['userId'])))
}

export const stops = ({ botpress }: World, conversationId: string): number =>
  botpress.events(conversationId).filter(({ type }) => type === 'hitlStopped').length
