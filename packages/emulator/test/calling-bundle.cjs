'use strict'
// An integration that calls its vendor and Botpress with every HTTP client, and tells what time it is.

const http = require('node:http')
const https = require('node:https')
const nodeModule = require('node:module')
const path = require('node:path')

const axios = nodeModule.createRequire(path.join(__dirname, '../../hitl-core/package.json'))('axios')

/** @typedef {(url: string) => Promise<unknown>} Get */

const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) }

/** @type {Get} By events, on a connection that the next call may use again. */
const viaNode = (url) =>
  new Promise((resolve, reject) => {
    const [request, agent] = url.startsWith('https:')
      ? [https.request, agents['https:']]
      : [http.request, agents['http:']]
    const outgoing = request(url, { agent }, (incoming) => incoming.resume().on('end', () => resolve(undefined)))
    outgoing.on('error', reject)
    outgoing.end()
  })

/** @type {Record<string, Get>} */
const clients = {
  node: viaNode,
  fetch: async (url) => (await fetch(url)).text(),
  axios: (url) => axios.get(url, { validateStatus: () => true }),
}

/** @param {string} name Of whoever asks, so that the journal tells the calls apart. */
async function callAll(name) {
  for (const [client, get] of Object.entries(clients)) {
    await get(`https://api.vendor.test/messages?q=${name}-${client}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    await get(`${process.env.BP_API_URL}/v1/chat/users/${name}-${client}`)
  }
}

function tellTime() {
  class Later extends Date {}
  const first = new Date()
  return {
    now: Date.now(),
    made: first.getTime(),
    text: Date.parse(Date()),
    fixed: new Date(5).getTime(),
    subclass: new Later().getTime(),
    parsed: Date.parse('1970-01-01T00:00:01.000Z') + Date.UTC(1970, 0, 1),
    kinds: [first instanceof Date, new Later() instanceof Later, new Later() instanceof Date],
    same: first.constructor === Date,
    offsetAtLoad,
  }
}

const offsetAtLoad = Date.now() - (performance.timeOrigin + performance.now())

/** @param {{ headers: Record<string, string | undefined>, body?: string | undefined }} req */
async function handler({ headers, body }) {
  const operation = headers['x-bp-operation']
  if (operation !== 'webhook_received' || body === undefined) return { status: 200, body: '{}' }
  const asked = JSON.parse(body).req.path
  if (asked === '/time') return { status: 200, body: JSON.stringify(tellTime()) }
  if (asked === '/headers') return { status: 200, body: JSON.stringify(headers) }
  await callAll(asked.slice(1))
  return { status: 200, body: '{}' }
}

/** @param {http.IncomingHttpHeaders} headers @returns {Record<string, string>} */
const flat = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))

/** @param {number} port */
function start(port) {
  const server = http.createServer(async (incoming, outgoing) => {
    if (incoming.url === '/health') return outgoing.writeHead(200).end('ok')
    const chunks = []
    for await (const chunk of incoming) chunks.push(chunk)
    const answer = await handler({ headers: flat(incoming.headers), body: chunks.join('') || undefined })
    return outgoing.writeHead(answer.status).end(answer.body)
  })
  return server.listen(port, () => console.log(`listening at ${JSON.stringify(server.address())}`))
}

module.exports = { default: { handler, start }, handler }
