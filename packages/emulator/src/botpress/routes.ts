import { Hono } from 'hono'
import { isRecord, parseJson, type JsonRecord } from '../json'
import type { Api } from './api'
import { ApiError, invalid } from './api-error'
import { operations } from './operations'

/** Documented limit of the Runtime API (api-payload-limits). */
const LARGEST_BODY = 1024 * 1024

/** `authenticate` returns the API as the caller may use it, or throws the refusal. */
export function runtimeApp(authenticate: (request: Request) => Api, now: () => number): Hono {
  const app = new Hono().basePath('/v1')
  for (const operation of operations) {
    app.on(operation.method, operation.path, async (c) => {
      const api = authenticate(c.req.raw)
      const body = await readBody(c.req.raw)
      const query = new URL(c.req.url).searchParams
      return c.json(operation.run(api, { params: c.req.param(), query, body }), operation.status)
    })
  }
  app.onError((error, c) => {
    const known = error instanceof ApiError ? error : new ApiError('Internal', `Emulator fault: ${error.message}`)
    return c.json(known.toWire(now()), known.status)
  })
  return app
}

async function readBody(request: Request): Promise<JsonRecord> {
  const text = await request.text()
  if (text.length > LARGEST_BODY) throw new ApiError('PayloadTooLarge', 'The request body is larger than 1 MB')
  if (text === '') return {}
  const body = parseJson(text)
  if (!isRecord(body)) throw invalid('The request body must be a JSON object')
  return body
}
