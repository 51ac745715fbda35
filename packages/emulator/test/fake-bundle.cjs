'use strict'
// A hand-written integration in the shape `bp bundle` produces. Its vendor is `api.vendor.test`.

const http = require('node:http')

/** @typedef {Record<string, string | undefined>} Headers */
/** @typedef {{ type: string, input: Record<string, unknown> }} Action */
/** @typedef {{ status: number, body?: string, headers?: Record<string, string> }} Answer */

let invocations = 0

/** @param {Headers} headers @param {string} method @param {string} path @param {object} [body] */
async function api(headers, method, path, body) {
  const answer = await fetch(`${process.env.BP_API_URL}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${process.env.BP_TOKEN}`,
      'content-type': 'application/json',
      'x-bot-id': headers['x-bot-id'] ?? '',
      'x-integration-id': headers['x-integration-id'] ?? '',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return JSON.parse(await answer.text())
}

/** @param {string} path @param {object} body */
async function vendor(path, body) {
  const answer = await fetch(`https://api.vendor.test${path}`, { method: 'POST', body: JSON.stringify(body) })
  return JSON.parse(await answer.text())
}

/** @param {string} message */
const refuse = (message) => ({ status: 400, body: JSON.stringify({ id: 'err', code: 400, type: 'Runtime', message }) })

/** @param {{ headers: Headers }} req @param {Action} action */
async function action({ headers }, { type, input }) {
  if (type === 'createUser') {
    const body = { name: input.name, tags: { contactId: input.email }, discriminateByTags: ['contactId'] }
    const { user } = await api(headers, 'POST', '/v1/chat/users/get-or-create', body)
    return { userId: user.id }
  }
  if (type === 'startHitl') {
    const { threadKey } = await vendor('/threads', { title: input.title })
    const body = { channel: 'hitl', tags: { threadKey }, discriminateByTags: ['threadKey'] }
    const { conversation } = await api(headers, 'POST', '/v1/chat/conversations/get-or-create', body)
    return { conversationId: conversation.id }
  }
  return {}
}

/** @param {{ headers: Headers, body?: string | undefined }} req @returns {Promise<Answer>} */
async function handler(req) {
  invocations += 1
  const body = req.body === undefined ? {} : JSON.parse(req.body)
  const operation = req.headers['x-bp-operation']
  if (operation === 'ping') return { status: 200, body: JSON.stringify({ invocations, pid: process.pid }) }
  if (operation === 'webhook_received' && body.req.path === '/hang') return new Promise(() => {})
  if (operation === 'webhook_received') return { status: 200, body: `${body.req.method} ${body.req.path}` }
  if (operation === 'action_triggered') {
    const output = await action(req, body).catch((error) => error)
    if (output instanceof Error) return refuse(output.message)
    return { status: 200, body: JSON.stringify({ output, meta: { cost: 0 } }) }
  }
  if (operation === 'message_created') await vendor('/messages', { text: body.payload.text })
  return { status: 200 }
}

/** @param {import('node:http').IncomingHttpHeaders} headers @returns {Headers} */
const flat = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))

/** @param {number} port */
function start(port) {
  const server = http.createServer(async (incoming, outgoing) => {
    if (incoming.url === '/health') return outgoing.writeHead(200).end('ok')
    const chunks = []
    for await (const chunk of incoming) chunks.push(chunk)
    const answer = await handler({ headers: flat(incoming.headers), body: chunks.join('') || undefined })
    return outgoing.writeHead(answer.status, answer.headers).end(answer.body ?? '{}')
  })
  return server.listen(port, () => console.log(`fake bundle listening on ${port}`))
}

module.exports = { default: { handler, start }, handler }
