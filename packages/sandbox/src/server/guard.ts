import type { MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * The page is for whoever sits at this machine. A web site elsewhere may reach a loopback port through the visitor's
 * browser: by a name of its own that points here (DNS rebinding), which the Host header tells, or by a request across
 * origins, which Origin or Sec-Fetch-Site tells.
 */
export const refuseForeigners: MiddlewareHandler = async (c, next) => {
  const host = c.req.header('host') ?? ''
  if (!isLoopback(host)) {
    throw refusal(
      'This page answers to the names 127.0.0.1 and localhost only. Open the address that npm start printed.'
    )
  }
  const origin = c.req.header('origin')
  const isForeign = origin !== undefined && origin !== `http://${host}`
  const site = c.req.header('sec-fetch-site')
  const isFromElsewhere = c.req.path.startsWith('/api/') && (site === 'cross-site' || site === 'same-site')
  if (isForeign || isFromElsewhere) throw refusal('Requests from other web sites are refused.')
  await next()
}

const refusal = (message: string) => new HTTPException(403, { message })

function isLoopback(host: string): boolean {
  return LOOPBACK.has(host.replace(/:\d+$/, ''))
}

const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  // The component libraries place their elements by style attributes.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** Nothing from elsewhere is loaded, and nobody shows the page in a frame of theirs. */
export const secureHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  const { headers } = c.res
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', POLICY)
  headers.set('x-content-type-options', 'nosniff')
  headers.set('referrer-policy', 'no-referrer')
  headers.set('cross-origin-resource-policy', 'same-origin')
}
