import { vi } from 'vitest'
import type { AgentMessage, ProviderEvent } from '../src/adapter'
import { LIVE_TAG } from '../src/botpress/names'
import type { ConversationTags } from '../src/botpress/port'
import { bindingTags } from '../src/sessions'
import { type FakeAdapterOptions, type FakeBotpress, signedWebhook } from '../src/testing'
import type { StoredMessage } from '../src/testing/fake-botpress'
import { CONFIG, createWorld, type Instance, SETTLED_MS, untilQuiet, type World } from './support'

type IdForm = (createdAt: number, nth: number) => string

export type LiveOptions = FakeAdapterOptions & {
  /** How ids of conversations look; those of Botpress when absent. */
  ids?: IdForm
  /** The provider cannot be told what became of a message. */
  isMute?: boolean
  /** The provider does not let anybody but its agents close threads. */
  staysOpen?: boolean
}

/** A world whose adapter keeps book of its live sessions. */
export type LiveWorld = World & {
  /** A thread is open at once, and the answer that says so is on its way until this settles. */
  answersAfter?: Promise<void>
}

export function createLiveWorld({ ids = ulid, isMute, staysOpen, ...options }: LiveOptions = {}): LiveWorld {
  const world: LiveWorld = createWorld(options)
  world.botpress = withIds(world.botpress, ids)
  world.extend = (adapter, { liveSessions }) => ({
    ...adapter,
    sessions: liveSessions,
    connect(context) {
      const api = adapter.connect(context)
      const reportDelivery = ({ messageId }: AgentMessage, failure?: string) =>
        world.provider.run(
          'reportDelivery',
          { messageId, ...(failure === undefined ? {} : { failure }) },
          () => undefined
        )
      return {
        ...api,
        async openThread(request) {
          const thread = await api.openThread(request)
          await world.answersAfter
          return thread
        },
        closeThread: async (thread) => (staysOpen ? 'still open' : api.closeThread(thread)),
        ...(isMute ? {} : { reportDelivery }),
      }
    },
  })
  return world
}

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** An id of a conversation as Botpress makes them: the time, then what makes it unique. */
export function ulid(createdAt: number, nth: number): string {
  let time = ''
  for (let left = createdAt; time.length < 10; left = Math.floor(left / 32)) time = DIGITS.charAt(left % 32) + time
  return `conv_${time}${String(nth).padStart(16, '0')}`
}

export const uuid: IdForm = (_createdAt, nth) => `conv_7d3a2f10-0000-4000-8000-${String(nth).padStart(12, '0')}`

const CONTROLS: ReadonlySet<string | symbol> = new Set(['failNext', 'interceptNext'])

/** The same Botpress with other ids of conversations. */
function withIds(botpress: FakeBotpress, form: IdForm): FakeBotpress {
  const ids = new Map<string, string>()
  const outer = (inner: string) => {
    const id = ids.get(inner) ?? form(Date.now(), ids.size)
    ids.set(inner, id)
    return id
  }
  const change = <T>(value: T, by: (text: string) => string): T =>
    value === undefined ? value : JSON.parse(by(JSON.stringify(value)))
  const outward = <T>(value: T) => change(value, (text) => text.replaceAll(/conv_\d{26}/g, outer))
  const inward = <T>(value: T) =>
    change(value, (text) => [...ids].reduce((changed, [inner, id]) => changed.replaceAll(id, inner), text))
  return new Proxy(botpress, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function' || CONTROLS.has(name)) return member
      return (input: unknown) => {
        const result: unknown = member(inward(input))
        return result instanceof Promise ? result.then(outward) : outward(result)
      }
    },
  })
}

/** The tags of a conversation; none when it is gone. */
export const tagsOf = ({ botpress }: World, conversationId: string): ConversationTags =>
  botpress.conversations().find(({ id }) => id === conversationId)?.tags ?? {}

/** When the bot hears that the session has ended, in epoch ms. */
export function hearsOfEndAt({ botpress }: World, conversationId: string): number {
  const [stop, ...others] = botpress.events(conversationId).filter(({ type }) => type === 'hitlStopped')
  if (!stop || others.length > 0) throw new Error('one end')
  return stop.dueAt
}

/** The clock has to be fake. */
export const passMs = (ms: number) => void vi.setSystemTime(Date.now() + ms)

/** A thread that is found to be foreign again this long after the first time is so for certain. In ms. */
export const CERTAIN_AFTER_MS = 60_000

/** Lets an instance find out for certain that threads are not ours. The clock has to be fake. */
export async function makeCertain(instance: Instance, ...events: ProviderEvent[]): Promise<void> {
  await deliver(instance, ...events)
  passMs(CERTAIN_AFTER_MS + 1)
  await deliver(instance, ...events)
}

/** What the provider was told about messages: their ids, and why they were not delivered. */
export const reportsOf = ({ provider }: World) => provider.callsOf('reportDelivery')

/** The calls to Botpress since they were last forgotten. */
export const operationsOf = ({ botpress }: World) => botpress.calls.map(({ operation }) => operation)

export function forgetCalls({ botpress, provider, log }: World): void {
  for (const list of [botpress.calls, provider.calls, log]) list.length = 0
}

/** One webhook with all these events, answered. */
export const deliver = async (instance: Instance, ...events: ProviderEvent[]): Promise<number> =>
  (await instance.webhook(signedWebhook(events, CONFIG))).status

/** A message that names its session, from an agent who is named too. */
export const wrote = (
  { conversationId, threadKey }: { conversationId: string; threadKey: string },
  messageId: string,
  text: string,
  change: Partial<AgentMessage> = {}
): AgentMessage => ({
  type: 'agentMessage',
  threadKey,
  sessionId: conversationId,
  agent: { id: 'agent-1', name: 'Ann' },
  messageId,
  parts: [{ kind: 'text', text }],
  ...change,
})

/** A start whose thread is open at the provider, and whose answer is on its way until `answer` is called. */
export async function startSlowly(world: LiveWorld, instance: Instance, name = 'Sven') {
  const userId = await instance.createUser({ name, email: `${name.toLowerCase()}@people.test` })
  let answer: () => void = () => undefined
  world.answersAfter = new Promise((resolve) => (answer = resolve))
  const starting = instance.start({ userId, title: 'slow' })
  await untilQuiet()
  delete world.answersAfter
  const opened = world.provider.openThreads().find(({ opening }) => opening.contact.userId === userId)
  if (!opened) throw new Error('a thread')
  forgetCalls(world)
  return { starting, answer, threadKey: opened.id, conversationId: opened.opening.sessionId }
}

/**
 * A bot that hears each message when it is due. What was deleted later has been heard all the same: the same message
 * written again would be told twice.
 */
export function listen({ botpress }: World) {
  const told = new Map<string, StoredMessage & { deletedAt: number }>()
  const look = () => {
    const present = botpress.messages()
    for (const message of present) {
      if (!told.has(message.id)) told.set(message.id, { ...message, deletedAt: Number.POSITIVE_INFINITY })
    }
    const ids = new Set(present.map(({ id }) => id))
    for (const message of told.values()) {
      if (!ids.has(message.id)) message.deletedAt = Math.min(message.deletedAt, Date.now())
    }
  }
  const { initializeIncomingMessage, getOrCreateMessage, deleteMessage } = botpress
  botpress.initializeIncomingMessage = (input) => initializeIncomingMessage(input).finally(look)
  botpress.getOrCreateMessage = (input) => getOrCreateMessage(input).finally(look)
  botpress.deleteMessage = (input) => deleteMessage(input).finally(look)
  const heard = () =>
    [...told.values()]
      .filter(({ dueAt, deletedAt }) => dueAt <= Math.min(deletedAt, Date.now()))
      .toSorted((a, b) => a.dueAt - b.dueAt)
  return {
    /** What it has heard by now: the texts. */
    texts: () => heard().map(({ payload }) => ('text' in payload ? payload.text : '')),
    /** When it heard them, in epoch ms. */
    times: () => heard().map(({ dueAt }) => dueAt),
  }
}

let abandonedStarts = 0

/** A start that was killed before it had its thread. */
export async function abandonStart({ botpress }: World): Promise<string> {
  const tags = { [LIVE_TAG]: 'yes', threadKey: 'opening', request: `abandoned-${(abandonedStarts += 1)}` }
  const { conversation } = await botpress.getOrCreateConversation({
    channel: 'hitl',
    tags,
    discriminateByTags: ['request'],
  })
  forgetBotpress(botpress)
  return conversation.id
}

const forgetBotpress = ({ calls }: FakeBotpress) => void (calls.length = 0)

/** Settled live sessions that other instances have opened, oldest first, with these thread keys. */
export async function addLiveSessions({ botpress }: World, threadKeys: readonly string[]): Promise<string[]> {
  const ids: string[] = []
  for (const threadKey of threadKeys) {
    const binding = bindingTags(threadKey, { id: threadKey }, Date.now() - SETTLED_MS)
    const { conversation } = await botpress.getOrCreateConversation({
      channel: 'hitl',
      tags: { [LIVE_TAG]: 'yes', request: threadKey, contactUserId: 'user-1', ...binding },
      discriminateByTags: ['request'],
    })
    ids.push(conversation.id)
  }
  forgetBotpress(botpress)
  return ids
}

/** `count` keys: `<prefix>-0` and so on. */
export const keys = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}-${index}`)
