import { vi } from 'vitest'

/** Lets waits of a tenth of a second and more pass this many times as fast. Returns what was waited for, in ms. */
export function shortenWaits(times = 100): number[] {
  const waits: number[] = []
  const original = globalThis.setTimeout
  const shortened = (run: () => void, ms = 0) => {
    if (ms < 100) return original(run, ms)
    waits.push(ms)
    return original(run, ms / times)
  }
  vi.stubGlobal('setTimeout', Object.assign(shortened, original))
  return waits
}

/** The clock stands still unless moved; timers stay real. */
export const freezeClock = () => void vi.useFakeTimers({ toFake: ['Date'] })
export const passMs = (ms: number) => void vi.setSystemTime(Date.now() + ms)
