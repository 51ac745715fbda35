import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { LiveEvent, LiveProvider } from '../live/live-provider'

/** Keeps connections open through whatever closes silent ones. */
const BEAT_MS = 15_000
/** A page that reads no more than this behind is gone or asleep; it gets everything anew when it comes back. */
const MOST_WAITING = 1_000

/** What the page is told as it happens, as server-sent events. It begins with everything, so nothing has to be resumed. */
export function streamOf(c: Context, live: LiveProvider): Response {
  if (c.req.method === 'HEAD') return c.body(null)
  return streamSSE(c, async (stream) => {
    let waiting: LiveEvent[] = []
    let wake = () => {}
    let isOpen = true
    let unsubscribe = () => {}
    const end = () => {
      isOpen = false
      waiting = []
      unsubscribe()
      wake()
    }
    unsubscribe = live.subscribe((event) => {
      // Only the latest view counts.
      if (event.name === 'view') waiting = waiting.filter(({ name }) => name !== 'view')
      waiting.push(event)
      if (waiting.length <= MOST_WAITING) return wake()
      end()
      stream.abort()
    })
    stream.onAbort(end)
    while (isOpen) {
      const event = waiting.shift()
      if (event) await stream.writeSSE({ event: event.name, data: JSON.stringify(event.data) })
      else if (!(await somethingWithin(BEAT_MS, (resolve) => (wake = resolve)))) await stream.write(': beat\n\n')
    }
    unsubscribe()
  })
}

function somethingWithin(ms: number, listen: (resolve: () => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms)
    timer.unref()
    listen(() => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
