import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import type { Invoke, InvokeAnswer } from './botpress/installation'
import { isRecord } from './json'

type Handler = (request: {
  method: string
  path: string
  query: string
  headers: Record<string, string>
  body?: string
}) => unknown

/**
 * Loads a built CommonJS bundle into this process, each time with memory of its own, as a cold instance has it.
 * The SDK reads `BP_API_URL` and `BP_TOKEN` from the environment at every invocation, so bundles of one process share
 * `env`: only one emulator at a time can be served this way.
 */
export function loadInstance(bundlePath: string, options: { env: Readonly<Record<string, string>> }): Invoke {
  Object.assign(process.env, options.env)
  const handler = freshHandler(resolve(bundlePath))
  return async ({ headers, body }) => {
    const request = { method: 'POST', path: '/', query: '', headers }
    try {
      return toAnswer(await handler(body === '' ? request : { ...request, body }))
    } catch (error) {
      // Over HTTP the SDK's server answers so when the handler itself rejects.
      return { status: 500, body: JSON.stringify({ error: error instanceof Error ? error.message : String(error) }) }
    }
  }
}

function freshHandler(path: string): Handler {
  const require = createRequire(path)
  delete require.cache[require.resolve(path)]
  const bundle: unknown = require(path)
  const handler = isHolder(bundle) ? (handlerOf(bundle.default) ?? handlerOf(bundle)) : undefined
  if (!handler) throw new Error(`${path} exports no handler`)
  return handler
}

function isHolder(value: unknown): value is { default?: unknown } {
  return typeof value === 'object' && value !== null
}

function handlerOf(value: unknown): Handler | undefined {
  if (typeof value !== 'object' || value === null || !('handler' in value)) return undefined
  const { handler } = value
  return typeof handler === 'function' ? (request) => handler.call(value, request) : undefined
}

/** Defaults as the SDK's server has them. */
function toAnswer(value: unknown): InvokeAnswer {
  const answer = isRecord(value) ? value : {}
  const status = typeof answer['status'] === 'number' ? answer['status'] : 200
  const headers = isRecord(answer['headers']) ? answer['headers'] : {}
  return {
    status,
    body: answer['body'] === undefined ? '{}' : String(answer['body']),
    headers: Object.fromEntries(Object.entries(headers).map(([name, one]) => [name, String(one)])),
  }
}
