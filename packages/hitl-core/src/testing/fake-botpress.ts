import { InvalidPayloadError, ReferenceNotFoundError, ResourceNotFoundError } from '@botpress/client'
import { MAX_TAG_LENGTH } from '../botpress/names'
import type {
  AgentPayload,
  BotpressConversation,
  BotpressPort,
  BotpressUser,
  ConversationTags,
  MessageTags,
  Payload,
  StateAddress,
  StatePayload,
  UserTags,
} from '../botpress/port'

export type BotpressOperation = keyof BotpressPort
export type BotpressCall = { operation: BotpressOperation; input: unknown }

/** `before` fails a call that then has no effect; `after` loses the answer of a call that took effect. */
export type FailureMoment = 'before' | 'after'

/** `dueAt` is when the bot gets to know of it, in epoch ms: later than now when it was scheduled. */
export type StoredMessage = {
  id: string
  createdAt: string
  conversationId: string
  userId: string
  type: string
  payload: AgentPayload
  tags: MessageTags
  dueAt: number
}
export type StoredEvent = {
  id: string
  createdAt: string
  conversationId: string
  type: string
  payload: Payload
  dueAt: number
}

/** Botpress does not document how long a page is. */
const EVENTS_PER_PAGE = 20

export type FakeBotpressOptions = {
  /** How many macrotasks a call travels there, and its answer back; 1 when absent, so that calls really interleave. */
  ticks?: () => number
}

/** An in-memory Botpress with the calls core needs, and controls for tests. */
export type FakeBotpress = BotpressPort & {
  /** Every call, in the order they were made. */
  readonly calls: BotpressCall[]
  callsOf(operation: BotpressOperation): unknown[]
  /** The next call of this operation fails with `error`. Several of them line up. */
  failNext(operation: BotpressOperation, error: Error, when?: FailureMoment): void
  /** Runs `task` right before the next call of this operation takes effect. */
  interceptNext(operation: BotpressOperation, task: () => unknown): void
  conversations(): BotpressConversation[]
  users(): BotpressUser[]
  /** In the order in which the bot gets them. */
  messages(conversationId?: string): StoredMessage[]
  /** In the order in which the bot gets them. */
  events(conversationId?: string): StoredEvent[]
  /** A state as it is now, without a call. */
  peekState(address: StateAddress): Payload | undefined
}

type Waiting = { operation: BotpressOperation; error?: Error; when?: FailureMoment; task?: () => unknown }
type Tags = Partial<Record<string, string>>

// Vitest may replace the global one by a fake later.
const realImmediate = globalThis.setImmediate
let lastId = 0

const CONVERSATIONS_PER_PAGE = 20

/** Ids are unique in this process: module caches of core never mistake one world for another. */
const newId = (prefix: string) => `${prefix}_${String((lastId += 1)).padStart(26, '0')}`

export function createFakeBotpress({ ticks = () => 1 }: FakeBotpressOptions = {}): FakeBotpress {
  const calls: BotpressCall[] = []
  const waiting: Waiting[] = []
  const conversations = new Map<string, BotpressConversation>()
  const users = new Map<string, BotpressUser>()
  const messages = new Map<string, StoredMessage>()
  const events = new Map<string, StoredEvent>()
  const states = new Map<string, { payload: StatePayload; expiresAt: number | undefined }>()

  const takeWaiting = (matches: (entry: Waiting) => boolean): Waiting | undefined => {
    const index = waiting.findIndex(matches)
    return index === -1 ? undefined : waiting.splice(index, 1)[0]
  }

  /** One call: there, atomically done, and back. */
  const call = async <T>(operation: BotpressOperation, input: unknown, run: () => T): Promise<T> => {
    calls.push({ operation, input: structuredClone(input) })
    const failure = takeWaiting((entry) => entry.operation === operation && entry.error !== undefined)
    await travel(ticks())
    await takeWaiting((entry) => entry.operation === operation && entry.task !== undefined)?.task?.()
    if (failure?.error && failure.when !== 'after') throw failure.error
    const result = structuredClone(run())
    await travel(ticks())
    if (failure?.error) throw failure.error
    return result
  }

  const conversationOf = (id: string) => found('Conversation', id, conversations.get(id))
  const userOf = (id: string) => found('User', id, users.get(id))

  const getOrCreateUser = (input: Parameters<BotpressPort['getOrCreateUser']>[0]): BotpressUser => {
    checkTags(input.tags)
    const known = [...users.values()].find((user) => isSame(user.tags, input.tags, input.discriminateByTags))
    if (known) return known
    const user: BotpressUser = {
      id: newId('user'),
      tags: setTags({}, input.tags),
      ...(input.name === undefined ? {} : { name: input.name }),
      ...(input.pictureUrl === undefined ? {} : { pictureUrl: input.pictureUrl }),
    }
    users.set(user.id, user)
    return user
  }

  const getOrCreateMessage = (
    input: Omit<Parameters<BotpressPort['getOrCreateMessage']>[0], 'discriminateByTags'> & {
      discriminateByTags: readonly string[]
    }
  ): StoredMessage => {
    checkTags(input.tags)
    if (!conversations.has(input.conversationId)) throw dangling('Conversation', input.conversationId)
    if (!users.has(input.userId)) throw dangling('User', input.userId)
    if ('text' in input.payload && input.payload.text === '') throw new InvalidPayloadError('text must not be empty')
    const known = [...messages.values()].find(
      ({ conversationId, tags }) =>
        conversationId === input.conversationId && isSame(tags, input.tags, input.discriminateByTags)
    )
    if (known) return known
    const { type, payload, userId, conversationId, tags, schedule } = input
    const createdAt = new Date().toISOString()
    const dueAt = Date.now() + (schedule?.delay ?? 0)
    const id = newId('msg')
    const message = { id, createdAt, type, payload, userId, conversationId, tags: setTags({}, tags), dueAt }
    messages.set(message.id, structuredClone(message))
    return message
  }

  const stateAt = (address: StateAddress) => {
    const key = stateKey(address)
    const state = states.get(key)
    if (state?.expiresAt !== undefined && state.expiresAt <= Date.now()) states.delete(key)
    return states.get(key)
  }

  const writeState = (address: StateAddress, payload: StatePayload | null, expiry: number | undefined) => {
    if (payload === null) states.delete(stateKey(address))
    else {
      const expiresAt = expiry === undefined ? undefined : Date.now() + expiry
      states.set(stateKey(address), { payload: structuredClone(payload), expiresAt })
    }
    return { state: { payload: { ...payload } } }
  }

  const client: BotpressPort = {
    getConversation: (input) => call('getConversation', input, () => ({ conversation: conversationOf(input.id) })),
    listConversations: (input) =>
      call('listConversations', input, () => {
        const all = [...conversations.values()]
          .filter(({ channel, tags }) => channel === input.channel && isSame(tags, input.tags, Object.keys(input.tags)))
          .reverse()
        const from = Number(input.nextToken ?? 0)
        const next = from + CONVERSATIONS_PER_PAGE
        return { conversations: all.slice(from, next), meta: next < all.length ? { nextToken: String(next) } : {} }
      }),
    getOrCreateConversation: (input) =>
      call('getOrCreateConversation', input, () => {
        checkTags(input.tags)
        const known = [...conversations.values()].find(
          ({ channel, tags }) => channel === input.channel && isSame(tags, input.tags, input.discriminateByTags)
        )
        if (known) return { conversation: known }
        const createdAt = new Date().toISOString()
        const conversation = { id: newId('conv'), createdAt, channel: input.channel, tags: setTags({}, input.tags) }
        conversations.set(conversation.id, conversation)
        return { conversation }
      }),
    updateConversation: (input) =>
      call('updateConversation', input, () => {
        checkTags(input.tags)
        const conversation = conversationOf(input.id)
        setTags(conversation.tags, input.tags)
        return { conversation }
      }),
    deleteConversation: (input) =>
      call('deleteConversation', input, () => {
        conversationOf(input.id)
        conversations.delete(input.id)
        return {}
      }),
    getUser: (input) => call('getUser', input, () => ({ user: userOf(input.id) })),
    getOrCreateUser: (input) => call('getOrCreateUser', input, () => ({ user: getOrCreateUser(input) })),
    updateUser: (input) =>
      call('updateUser', input, () => {
        const user = userOf(input.id)
        checkTags(input.tags ?? {})
        setTags(user.tags, input.tags ?? {})
        if (input.name !== undefined) user.name = input.name
        if (input.pictureUrl !== undefined) user.pictureUrl = input.pictureUrl
        return { user }
      }),
    getOrCreateMessage: (input) => call('getOrCreateMessage', input, () => ({ message: getOrCreateMessage(input) })),
    initializeIncomingMessage: (input) =>
      call('initializeIncomingMessage', input, () => {
        const conversation = conversationOf(input.conversationId)
        const user = getOrCreateUser(input.user)
        const { conversationId } = input
        const message = getOrCreateMessage({ ...input.message, conversationId, userId: user.id })
        return { user, conversation, message }
      }),
    deleteMessage: (input) =>
      call('deleteMessage', input, () => {
        if (!messages.delete(input.id)) throw dangling('Message', input.id)
        return {}
      }),
    configureIntegration: (input) => call('configureIntegration', input, () => ({})),
    createEvent: (input) =>
      call('createEvent', input, () => {
        if (!conversations.has(input.conversationId)) throw dangling('Conversation', input.conversationId)
        const { type, payload, conversationId, schedule } = input
        const createdAt = new Date().toISOString()
        const dueAt = Date.now() + (schedule?.delay ?? 0)
        const event = { id: newId('evt'), createdAt, type, payload, conversationId, dueAt }
        events.set(event.id, structuredClone(event))
        return { event }
      }),
    listEvents: (input) =>
      call('listEvents', input, () => {
        const all = [...events.values()]
          .filter(({ conversationId }) => conversationId === input.conversationId)
          .reverse()
        const from = Number(input.nextToken ?? 0)
        const next = from + EVENTS_PER_PAGE
        return {
          events: all.slice(from, next),
          meta: next < all.length ? { nextToken: String(next) } : {},
        }
      }),
    getState: (input) =>
      call('getState', input, () => {
        const { payload } = found('State', stateKey(input), stateAt(input))
        return { state: { payload: { ...payload } } }
      }),
    setState: (input) => call('setState', input, () => writeState(input, input.payload, input.expiry)),
    getOrSetState: (input) =>
      call('getOrSetState', input, () => {
        const known = stateAt(input)
        return known ? { state: { payload: { ...known.payload } } } : writeState(input, input.payload, input.expiry)
      }),
  }

  const ofConversation = <T extends { conversationId: string; dueAt: number }>(all: Map<string, T>, id?: string): T[] =>
    [...all.values()].filter(({ conversationId }) => id === undefined || conversationId === id).sort(byDueAt)

  return {
    ...client,
    calls,
    callsOf: (operation) => calls.filter((entry) => entry.operation === operation).map(({ input }) => input),
    failNext: (operation, error, when = 'before') => void waiting.push({ operation, error, when }),
    interceptNext: (operation, task) => void waiting.push({ operation, task }),
    conversations: () => structuredClone([...conversations.values()]),
    users: () => structuredClone([...users.values()]),
    messages: (conversationId) => ofConversation(messages, conversationId),
    events: (conversationId) => ofConversation(events, conversationId),
    peekState: (address) => {
      const state = stateAt(address)
      return state && structuredClone({ ...state.payload })
    },
  }
}

async function travel(ticks: number): Promise<void> {
  for (let left = ticks; left > 0; left -= 1) await new Promise<void>((resolve) => void realImmediate(resolve))
}

/** Without a list every tag has to match, as in Botpress. */
function isSame(known: Tags, wanted: Tags, by: readonly string[]): boolean {
  const names = by.length > 0 ? by : [...new Set([...Object.keys(known), ...Object.keys(wanted)])]
  return names.every((name) => known[name] === wanted[name])
}

/** Merges; an empty text unsets a tag. */
function setTags<T extends ConversationTags | UserTags | MessageTags>(known: T, changes: T): T {
  const tags: Tags = known
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') delete tags[name]
    else if (typeof value === 'string') tags[name] = value
  }
  return known
}

function checkTags(tags: Tags): void {
  for (const [name, value] of Object.entries(tags)) {
    if ((value ?? '').length > MAX_TAG_LENGTH) throw new InvalidPayloadError(`tag ${name} is too long`)
  }
}

function found<T>(what: string, id: string, value: T | undefined): T {
  if (value === undefined) throw new ResourceNotFoundError(`${what} "${id}" doesn't exist`)
  return value
}

const dangling = (what: string, id: string) => new ReferenceNotFoundError(`${what} "${id}" doesn't exist`)
const stateKey = ({ type, id, name }: StateAddress) => `${type}/${id}/${name}`
const byDueAt = (a: { dueAt: number }, b: { dueAt: number }) => a.dueAt - b.dueAt
