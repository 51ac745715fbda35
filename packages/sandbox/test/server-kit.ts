import { request } from 'node:http'
import { LiveProvider } from '../src/live/live-provider'
import { type LiveProviders, liveProviders } from '../src/server/live-providers'
import { startPageServer } from '../src/server/page-server'
import { found, type Played, playedBy, providerOf } from './live-kit'

export type Answer = { status: number; headers: Record<string, string>; bytes: Buffer; text: string; json: unknown }

type Asked = { method?: string; headers?: Record<string, string>; body?: string | Uint8Array }

/** The server of the page with one provider behind it. */
export type Served = {
  url: string
  page: Played
  all: LiveProviders
  /** The path goes out exactly as it is written, and so does every header. */
  ask(path: string, asked?: Asked): Promise<Answer>
  act(action: unknown): Promise<Answer>
  close(): Promise<void>
}

export const API = '/api/providers'
export const LIVECHAT = `${API}/livechat`
export const JSON_TYPE = { 'content-type': 'application/json' }

export async function serve(): Promise<Served> {
  const all = liveProviders([providerOf('livechat')], (provider) => LiveProvider.open(provider))
  const page = playedBy(await found(all.get('livechat'), 'provider'))
  const server = await startPageServer(all, undefined)
  const ask = (path: string, asked: Asked = {}) => send(server.url, path, asked)
  return {
    url: server.url,
    page,
    all,
    ask,
    act: (action) => ask(`${LIVECHAT}/actions`, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(action) }),
    close: async () => {
      await server.close()
      await all.close()
    },
  }
}

function send(url: string, path: string, { method = 'GET', headers = {}, body }: Asked): Promise<Answer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => resolve(answerOf(answer.statusCode ?? 0, answer.headers, Buffer.concat(chunks))))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function answerOf(status: number, headers: NodeJS.Dict<string | string[]>, bytes: Buffer): Answer {
  const named = Object.entries(headers).map(([name, value]) => [name, String(value)])
  const text = bytes.toString()
  const isJson = text !== '' && String(headers['content-type']).startsWith('application/json')
  return { status, headers: Object.fromEntries(named), bytes, text, json: isJson ? JSON.parse(text) : undefined }
}

/** What keeps a browser from running or showing an answer elsewhere; missing ones are `undefined`. */
export const guardsOf = ({ headers }: Answer) => ({
  policy: headers['content-security-policy'],
  sniff: headers['x-content-type-options'],
  referrer: headers['referrer-policy'],
  resource: headers['cross-origin-resource-policy'],
})

export const GUARDED = { sniff: 'nosniff', referrer: 'no-referrer', resource: 'same-origin' }
