import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { LiveEvent, LiveProvider } from '../live/live-provider'

/** Keeps connections open through whatever closes silent ones. */
const BEAT_MS = 15_000
/** A page that reads no more than this behind is gone or asleep; it gets everything anew when it comes back. */
const MOST_WAITING = 1_000

/** What the page is told as it happens, as server-sent events. It begins with everything, so nothing has to be resumed. */
export function streamOf(c: Context, live: LiveProvider): Response {
  return streamSSE(c, async (stream) => {
    const waiting: LiveEvent[] = []
    let wake = () => {}
    let isOpen = true
    const unsubscribe = live.subscribe((event) => {
      waiting.push(event)
      if (waiting.length > MOST_WAITING) isOpen = false
      wake()
    })
    stream.onAbort(() => {
      isOpen = false
      unsubscribe()
      wake()
    })
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
