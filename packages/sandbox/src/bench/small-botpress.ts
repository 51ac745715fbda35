import type { InstantAnswer, InstantRequest } from './instant-network'
import type { Variants, Which } from './variants'

type Json = Record<string, unknown>

/** One session as the Runtime API shows it, in JSON. */
export type Snapshot = {
  conversation: string
  contact: string
  agent: string
  message: string
  /** By `type/id/name`. */
  states: ReadonlyMap<string, string>
}

/** Sessions that exist, newest first, each a copy of the recorded one. */
export type Population = {
  sessions: number
  agentOf(session: number): number
}

/** The page size of Botpress Cloud is not documented. */
const PAGE = 20

/**
 * As much of the Runtime API as sessions need, with as many live sessions as one likes. Nothing is kept or searched, so
 * that an answer takes the same time however many there are; whoever claims a state first is always the caller.
 */
export class SmallBotpress {
  constructor(
    readonly snapshot: Snapshot,
    readonly variants: Variants,
    public population: Population
  ) {}

  answer({ method, path, query, body }: InstantRequest): InstantAnswer {
    const [, , , kind = '', id = '', ...rest] = path.split('/')
    const sent: Json = body === '' ? {} : JSON.parse(body)
    switch (kind) {
      case 'conversations':
        return this.#conversations(method, id, new URLSearchParams(query), sent)
      case 'users':
        return this.#users(id, sent, body)
      case 'states':
        return this.#states(method, [id, ...rest], sent)
      case 'initialize-incoming-message':
        return ok({
          user: this.#user(body),
          conversation: this.#conversation(this.#session(body)),
          message: this.#message(body),
        })
      case 'messages':
        return ok({ message: this.#message(body) })
      case 'events':
        return ok(method === 'GET' ? { events: [], meta: {} } : { event: { id: 'evt_1', ...sent } })
      default:
        throw new Error(`The benchmark has no answer to ${method} ${path}`)
    }
  }

  #conversations(method: string, id: string, query: URLSearchParams, sent: Json): InstantAnswer {
    if (id === '') return ok(this.#list(query))
    const session = this.#session(id === 'get-or-create' ? JSON.stringify(sent) : id)
    if (method === 'DELETE') return ok({})
    const found = this.#conversation(session)
    if (id === 'get-or-create') return ok({ conversation: { ...found, tags: sent['tags'] } })
    const tags = { ...record(found['tags']), ...record(sent['tags']) }
    return method === 'PUT' ? ok({ conversation: { ...found, tags } }) : ok({ conversation: found })
  }

  #list(query: URLSearchParams): Json {
    const { sessions } = this.population
    if (query.has('tags.live')) {
      const start = Number(query.get('nextToken') ?? 0)
      const count = Math.min(PAGE, sessions - start)
      const conversations = Array.from({ length: count }, (_, index) =>
        this.#conversation(sessions - 1 - start - index)
      )
      const next = start + count
      return { conversations, meta: next < sessions ? { nextToken: String(next) } : {} }
    }
    const { session = sessions } = this.variants.find(query.get('tags.threadKey') ?? '')
    return { conversations: session < sessions ? [this.#conversation(session)] : [], meta: {} }
  }

  #users(id: string, sent: Json, body: string): InstantAnswer {
    const isAgent = 'agentId' in record(sent['tags'])
    if (isAgent) return ok({ user: this.#user(body) })
    const { session = 0 } = this.variants.find(id)
    return ok({ user: { ...this.#copy(this.snapshot.contact, { session, agent: 0, message: 0 }), ...sent } })
  }

  #states(method: string, address: readonly string[], sent: Json): InstantAnswer {
    const [type = '', id = '', name = ''] = address
    if (method !== 'GET') return ok({ state: { payload: sent['payload'] }, meta: { cached: false } })
    const stored = this.snapshot.states.get(`${type}/${this.variants.original(id)}/${name}`)
    if (stored === undefined) return NOT_FOUND
    return ok({ state: { payload: this.#copy(stored, this.#which(this.#session(id))) } })
  }

  #session = (text: string): number => this.variants.find(text).session ?? 0

  #which = (session: number): Which => ({ session, agent: this.population.agentOf(session), message: 0 })

  #conversation = (session: number): Json => this.#copy(this.snapshot.conversation, this.#which(session))

  #user(body: string): Json {
    const { agent = 0 } = this.variants.find(body)
    return this.#copy(this.snapshot.agent, { session: 0, agent, message: 0 })
  }

  #message(body: string): Json {
    const { message = 0 } = this.variants.find(body)
    const createdAt = new Date(Date.now()).toISOString()
    return { ...this.#copy(this.snapshot.message, { session: this.#session(body), agent: 0, message }), createdAt }
  }

  #copy = (json: string, which: Which): Json => record(JSON.parse(this.variants.vary(json, which)))
}

const ok = (body: Json): InstantAnswer => ({ status: 200, body })

const NOT_FOUND: InstantAnswer = {
  status: 404,
  body: { id: 'err_1', code: 404, type: 'ResourceNotFound', message: 'State does not exist' },
}

const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
