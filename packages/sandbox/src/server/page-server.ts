import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createAdaptorServer } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { apiOf, type Providers, refusalOf } from './api'
import { refuseForeigners, secureHeaders } from './guard'

export type PageServer = { url: string; close(): Promise<void> }

/** Somebody else listens at the port. */
export class PortTakenError extends Error {}

const PAGE = fileURLToPath(new URL('../../../sandbox-page/dist', import.meta.url))

/**
 * Serves the page and what it asks for, on loopback only.
 * @param port a free one when undefined
 * @throws PortTakenError
 * @throws Error with one clear sentence when the page is not built
 */
export async function startPageServer(providers: Providers, port: number | undefined): Promise<PageServer> {
  if (!existsSync(`${PAGE}/index.html`))
    throw new Error('The page is not built. Run "node scripts/run.mjs setup" first.')
  const app = new Hono()
    .use(secureHeaders)
    .use(refuseForeigners)
    .route('/api/providers', apiOf(providers))
    .get('*', serveStatic({ root: PAGE }))
    .notFound((c) => c.json({ error: 'There is nothing at this address.' }, 404))
    .onError(refusalOf)
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(inWords(error, port)))
    server.listen(port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}

function inWords(error: NodeJS.ErrnoException, port: number | undefined): Error {
  if (error.code !== 'EADDRINUSE') return error
  return new PortTakenError(`Port ${port} is already in use: choose another one, or none to get a free one.`, {
    cause: error,
  })
}
