import { Hono } from 'hono'
import { DEMO_FILES_HOST, UPLOADS_PREFIX } from './hosts'
import type { Store } from './botpress/store'
import { copyOf } from './saved-copy'

type Stored = { bytes: Uint8Array<ArrayBuffer>; contentType: string }

/** By name. */
export type SavedFiles = ReadonlyMap<string, Stored>

/** Media for demos and tests, downloadable from `https://files.example.com/<name>` through the rerouter. */
export class Files {
  readonly #stored = new Map<string, Stored>()
  readonly app = new Hono()

  constructor() {
    this.app.get('/:name', (c) => {
      const file = this.#stored.get(c.req.param('name'))
      return file ? download(file) : c.text('No such file', 404)
    })
  }

  /** Returns the public address. */
  put(name: string, bytes: Uint8Array | string, contentType: string): string {
    const copy = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : new Uint8Array(bytes)
    this.#stored.set(name, { bytes: copy, contentType })
    return `https://${DEMO_FILES_HOST}/${encodeURIComponent(name)}`
  }

  save(): SavedFiles {
    return copyOf(this.#stored)
  }

  restore(saved: SavedFiles): void {
    this.#stored.clear()
    for (const [name, file] of saved) this.#stored.set(name, file)
  }

  reset(): void {
    this.#stored.clear()
  }
}

/** Where `upsertFile` sends the bytes, and where uploaded files are public afterwards. */
export function uploadsApp(store: Store): Hono {
  return new Hono()
    .put(`${UPLOADS_PREFIX}/:id`, async (c) => {
      const file = store.files.get(c.req.param('id'))
      if (!file) return c.text('No such file', 404)
      file.content = new Uint8Array(await c.req.arrayBuffer())
      return c.body(null, 200)
    })
    .get('/:id/:key', (c) => {
      const file = store.files.get(c.req.param('id'))
      if (!file?.content) return c.text('No such file', 404)
      return download({ bytes: file.content, contentType: file.contentType })
    })
}

function download(file: Stored): Response {
  const headers = { 'content-type': file.contentType, 'content-length': String(file.bytes.byteLength) }
  return new Response(file.bytes, { headers })
}
