import { readFileSync, statSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { Script } from 'node:vm'
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
  const module: { exports: unknown } = { exports: {} }
  compiled(path)(module.exports, createRequire(path), module, path, dirname(path))
  const bundle = module.exports
  const handler = isHolder(bundle) ? (handlerOf(bundle.default) ?? handlerOf(bundle)) : undefined
  if (!handler) throw new Error(`${path} exports no handler`)
  return handler
}

type ModuleFunction = (exports: unknown, require: NodeJS.Require, module: unknown, file: string, folder: string) => void

const scripts = new Map<string, { builtAt: number; script: Script }>()

/** Each run of the script makes a module anew; it is compiled once, since that takes most of the time. */
function compiled(path: string): ModuleFunction {
  const builtAt = statSync(path).mtimeMs
  const known = scripts.get(path)
  const script =
    known?.builtAt === builtAt ? known.script : new Script(Module.wrap(readFileSync(path, 'utf8')), { filename: path })
  scripts.set(path, { builtAt, script })
  const run: ModuleFunction = script.runInThisContext()
  return run
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
