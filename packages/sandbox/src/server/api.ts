import type { ProviderSummary, Refusal } from '@hitl/sandbox-page/protocol'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import type { LiveProvider } from '../live/live-provider'
import { LARGEST_UPLOAD_BYTES } from '../live/uploads'
import { readAction } from './actions-schema'
import { mediaResponse } from './media'
import { streamOf } from './stream'

/** The providers by name, each started when it is first asked for. */
export type Providers = {
  summaries(): readonly ProviderSummary[]
  /** Undefined for an unknown name. @throws Error with one clear sentence when it cannot be started */
  get(name: string): Promise<LiveProvider> | undefined
}

const LARGEST_ACTION_BYTES = 512 * 1024

const inWords = (bytes: number): string =>
  bytes < MEGABYTE ? `${Math.round(bytes / 1024)} KB` : `${Math.round(bytes / MEGABYTE)} MB`

const MEGABYTE = 1024 * 1024

const limit = (maxSize: number, what: string) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new HTTPException(413, { message: `${what} is larger than ${inWords(maxSize)}.` })
    },
  })

/** What the page asks of the server; see `protocol.ts` of the page. */
export function apiOf(providers: Providers): Hono {
  const one = (c: Context) => provider(providers, c)
  return new Hono()
    .get('/', (c) => c.json(providers.summaries()))
    .get('/:provider/stream', async (c) => streamOf(c, await one(c)))
    .get('/:provider/settings', async (c) => c.json((await one(c)).settings))
    .get('/:provider/log', async (c) => c.json((await one(c)).log))
    .get('/:provider/calls/:seq', async (c) => c.json((await one(c)).callDetail(Number(c.req.param('seq')))))
    .get('/:provider/media', async (c) => media(c, await one(c)))
    .post('/:provider/uploads', limit(LARGEST_UPLOAD_BYTES, 'The file'), async (c) => {
      const live = await one(c)
      const bytes = new Uint8Array(await c.req.arrayBuffer())
      const contentType = c.req.header('content-type') ?? 'application/octet-stream'
      return c.json(live.upload({ name: c.req.query('name') ?? 'file', contentType, bytes }))
    })
    .post('/:provider/actions', limit(LARGEST_ACTION_BYTES, 'The request'), async (c) => {
      const live = await one(c)
      const read = readAction(await json(c))
      if ('problem' in read) throw new HTTPException(400, { message: read.problem })
      return c.json(await live.act(read.action))
    })
}

/** Mistakes of the program, which nobody at the page can mend. */
const MISTAKES = [TypeError, RangeError, ReferenceError, SyntaxError]

/** Whoever asked gets a sentence, never a trace of the program. */
export function refusalOf(error: unknown, c: Context): Response {
  if (MISTAKES.some((mistake) => error instanceof mistake)) {
    console.error(error)
    return c.json({ error: 'Something went wrong in the sandbox; its terminal says what.' } satisfies Refusal, 500)
  }
  const refusal: Refusal = { error: firstLine(error) }
  return c.json(refusal, error instanceof HTTPException ? error.status : 422)
}

/** What follows in further lines, such as what a process has printed, is for the terminal. */
export const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''

async function provider(providers: Providers, c: Context): Promise<LiveProvider> {
  const name = c.req.param('provider') ?? ''
  const found = providers.get(name)
  if (!found) throw new HTTPException(404, { message: `There is no provider ${name}.` })
  return found
}

/** A form of another web site cannot send this type without being asked about it first. */
async function json(c: Context): Promise<unknown> {
  const [type] = (c.req.header('content-type') ?? '').split(';')
  if (type?.trim().toLowerCase() !== 'application/json') {
    throw new HTTPException(415, { message: 'The request has to be JSON.' })
  }
  try {
    return await c.req.json()
  } catch (error) {
    throw new HTTPException(400, { message: 'The request is not readable JSON.', cause: error })
  }
}

async function media(c: Context, live: LiveProvider): Promise<Response> {
  const url = c.req.query('url') ?? ''
  if (!URL.canParse(url))
    throw new HTTPException(400, { message: 'The address of the file is missing or not readable.' })
  const { bytes, contentType } = await live.media(url)
  return mediaResponse(bytes, contentType, decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? 'file'))
}
