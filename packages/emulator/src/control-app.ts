import { Hono } from 'hono'
import { CONTROL_PREFIX } from './hosts'

/** Private routes: what a rerouter in another process reports, and a sign of life. */
export function controlApp(refused: (host: string, method: string) => void): Hono {
  return new Hono()
    .get(`${CONTROL_PREFIX}/health`, (c) => c.text('ok'))
    .post(`${CONTROL_PREFIX}/refused`, (c) => {
      refused(c.req.query('host') ?? '', c.req.query('method') ?? '')
      return c.body(null, 204)
    })
}
