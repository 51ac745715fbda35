import { type Context, Hono } from 'hono'
import { agents, API_KEY, type State } from './state'

export const HOST = 'api.example.com'

type Answer = { status: 200 | 401 | 404 | 410; json: unknown }
type Body = Record<string, unknown>
type Handler = (c: Context, body: Body) => Answer | Promise<Answer>

const ok = (json: unknown = {}): Answer => ({ status: 200, json })
const refusal = (status: 401 | 404 | 410, error: string): Answer => ({ status, json: { error } })
const textOf = (value: unknown) => (typeof value === 'string' ? value : '')

// TODO (step 5): the routes, fields and refusals of the vendor's documentation.

/** @param opened told of each new thread before the call is answered */
export function routes(state: () => State, opened: (threadId: string) => Promise<void>): Hono {
  const app = new Hono()
  const threadOf = (c: Context) => state().threads.find(({ id }) => id === c.req.param('id'))
  const on = (method: string, path: string, handle: Handler) =>
    app.on(method, path, async (c) => {
      const { status, json } = await answer(state(), c, handle)
      return c.json(json, status)
    })

  on('GET', '/v1/account', () => ok({ id: 'account-1' }))
  on('PUT', '/v1/webhook', (_, { url }) => {
    state().webhookUrl = textOf(url)
    return ok()
  })
  on('DELETE', '/v1/webhook', () => {
    delete state().webhookUrl
    return ok()
  })
  on('GET', '/v1/agents/:id', (c) => {
    const agent = agents.find(({ id }) => id === c.req.param('id'))
    return agent ? ok(agent) : refusal(404, 'no such agent')
  })
  on('POST', '/v1/threads', async (_, { title, description, transcript }) => {
    const id = `thread-${state().threads.length + 1}`
    const opening = [title, description, transcript].map(textOf).filter((text) => text !== '')
    state().threads.push({ id, isOpen: true, opening, messages: [] })
    await opened(id)
    return ok({ id })
  })
  on('POST', '/v1/threads/:id/messages', (c, { kind, text }) => {
    const thread = threadOf(c)
    if (!thread) return refusal(404, 'no such thread')
    if (!thread.isOpen) return refusal(410, 'the thread is closed')
    const id = `${thread.id}-message-${thread.messages.length + 1}`
    thread.messages.push({ id, from: 'contact', kind: textOf(kind), text: textOf(text) })
    return ok({ id })
  })
  on('PUT', '/v1/threads/:id/closed', (c) => {
    const thread = threadOf(c)
    if (!thread) return refusal(404, 'no such thread')
    if (!thread.isOpen) return refusal(410, 'the thread is closed')
    thread.isOpen = false
    return ok()
  })
  return app
}

/** The same key gets the same answer, and nothing happens again. */
async function answer(state: State, c: Context, handle: Handler): Promise<Answer> {
  if (c.req.header('authorization') !== `Bearer ${API_KEY}`) return refusal(401, 'unknown key')
  const key = c.req.header('idempotency-key')
  const known = key === undefined ? undefined : state.answers[key]
  if (known !== undefined) return ok(known)
  const given = await handle(c, await readBody(c))
  if (key !== undefined && given.status === 200) state.answers[key] = given.json
  return given
}

async function readBody(c: Context): Promise<Body> {
  const text = await c.req.text()
  const body: Body = text === '' ? {} : JSON.parse(text)
  return body
}
