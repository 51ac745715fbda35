import { Hono } from 'hono'
import {
  startEmulator,
  type Declared,
  type Emulator,
  type Installation,
  type InvokeAnswer,
  type ProviderEmulator,
  type ProviderServices,
} from '../src/index'
import { isRecord, parseJson, type JsonRecord } from '../src/json'

export const declared: Declared = {
  userTags: ['contactId', 'agentId'],
  conversationTags: { hitl: ['threadKey', 'note'] },
  messageTags: ['vendorMessageId'],
  states: { thread: 'conversation', credentials: 'integration', profile: 'user' },
  events: ['hitlAssigned', 'hitlStopped'],
  channels: { hitl: ['text', 'image', 'audio', 'video', 'file', 'bloc'] },
}

export type FakeVendor = ProviderEmulator & { name: 'vendor'; services: ProviderServices; received: string[] }

/** A provider of two routes, to prove what every provider gets from the emulator. */
export function fakeVendor(services: ProviderServices): FakeVendor {
  const received: string[] = []
  const app = new Hono()
  app.post('/threads', (c) => c.json({ threadKey: `thread-${received.push('thread')}` }))
  app.all('/messages', async (c) => {
    received.push(await c.req.text())
    return c.json({ ok: true, method: c.req.method, q: c.req.query('q') ?? null }, 200, { 'x-vendor': 'yes' })
  })
  return {
    name: 'vendor',
    hosts: { 'api.vendor.test': app },
    coverage: [],
    services,
    received,
    reset: () => {},
    save: () => [...received],
    restore: (saved) => {
      if (Array.isArray(saved)) received.push(...saved.map(String))
    },
  }
}

export function startWorld() {
  return startEmulator({ providers: [fakeVendor] })
}

export type Invocation = { operation: string; headers: Record<string, string>; body: JsonRecord }

/** An integration whose answers a test writes itself. Anything not overridden does what the interface asks for. */
export class ScriptedIntegration {
  readonly invocations: Invocation[] = []
  answers: Partial<Record<string, (invocation: Invocation) => InvokeAnswer | Promise<InvokeAnswer>>> = {}
  installation: Installation | undefined
  readonly #emulator: Emulator
  #threads = 0

  constructor(emulator: Emulator) {
    this.#emulator = emulator
  }

  static async install(emulator: Emulator): Promise<{ script: ScriptedIntegration; installation: Installation }> {
    const script = new ScriptedIntegration(emulator)
    const installation = await emulator.botpress.install({
      name: 'acme',
      configuration: { apiKey: 'k' },
      declared,
      invoke: async ({ headers, body }) => {
        const parsed = parseJson(body)
        const json = isRecord(parsed) ? parsed : {}
        const operation = headers['x-bp-operation'] ?? ''
        return script.#handle({ operation, headers, body: json })
      },
    })
    script.installation = installation
    return { script, installation }
  }

  of(operation: string): Invocation[] {
    return this.invocations.filter((one) => one.operation === operation)
  }

  async #handle(invocation: Invocation): Promise<InvokeAnswer> {
    this.invocations.push(invocation)
    const type = String(invocation.body['type'] ?? '')
    const answer = this.answers[type] ?? this.answers[invocation.operation]
    if (answer) return answer(invocation)
    if (invocation.operation === 'action_triggered') return output(await this.#act(invocation, type))
    return { status: 200, body: '{}' }
  }

  async #act({ body, headers }: Invocation, type: string): Promise<JsonRecord> {
    const input = isRecord(body['input']) ? body['input'] : {}
    if (type === 'createUser') {
      const tags = { contactId: String(input['email']) }
      const user = await this.#create(headers, '/users/get-or-create', { tags, name: input['name'] }, 'user')
      return { userId: user['id'] }
    }
    if (type !== 'startHitl') return {}
    const tags = { threadKey: `thread-${++this.#threads}` }
    const found = await this.#create(headers, '/conversations', { channel: 'hitl', tags }, 'conversation')
    return { conversationId: found['id'] }
  }

  async #create(headers: Record<string, string>, path: string, body: JsonRecord, key: string): Promise<JsonRecord> {
    const call = apiOf(this.#emulator, headers['x-integration-id'] ?? '')
    return nested((await call('POST', `/chat${path}`, body)).json, key)
  }
}

export function output(value: JsonRecord): InvokeAnswer {
  return { status: 200, body: JSON.stringify({ output: value, meta: { cost: 0 } }) }
}

export function refusal(message: string): InvokeAnswer {
  return { status: 400, body: JSON.stringify({ id: 'err', code: 400, type: 'Runtime', message }) }
}

export type ApiCall = (method: string, path: string, body?: unknown) => Promise<{ status: number; json: JsonRecord }>

/** Calls the Runtime API as an installed integration. */
export function apiOf(emulator: Emulator, integrationId: string): ApiCall {
  return async (method, path, body) => {
    const answer = await fetch(`${emulator.url}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${emulator.botpress.token}`,
        'content-type': 'application/json',
        'x-bot-id': emulator.botpress.botId,
        'x-integration-id': integrationId,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const json: unknown = await answer.json()
    return { status: answer.status, json: isRecord(json) ? json : {} }
  }
}

/** Walks into nested objects: `nested(answer, 'user', 'tags')`. */
export function nested(value: unknown, ...path: string[]): JsonRecord {
  let current = value
  for (const name of path) current = isRecord(current) ? current[name] : undefined
  return isRecord(current) ? current : {}
}

export function rows(value: JsonRecord, name: string): JsonRecord[] {
  const list = value[name]
  return Array.isArray(list) ? list.filter(isRecord) : []
}
