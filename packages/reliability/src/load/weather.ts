import type { Emulator } from '@hitl/emulator'
import type { Desk } from '@hitl/sandbox/desk'
import type { Random } from './random'

export type WeatherOptions = {
  emulator: Pick<Emulator, 'deliveries' | 'journal'>
  /** Name of the emulated provider. */
  provider: string
  desk: Desk
  random: Random
}

export type Weather = {
  /** How often all access tokens have stopped working. */
  expirations: number
  /** Webhooks that arrived in moments in which each was sent twice. */
  doubled: number
  end(): void
}

const SHORTEST_MS = 200
const LONGEST_MS = 900
const DOUBLE_PERCENT = 15
const EXPIRE_PERCENT = 10
/** A call is repeated with one fresh token; one that dies at once as well is a revoked account. */
const EXPIRE_PAUSE_MS = 30_000

/** For moments at a time webhooks come twice; now and then all access tokens stop working. */
export function startWeather({ emulator, provider, desk, random }: WeatherOptions): Weather {
  let timer: NodeJS.Timeout | undefined
  let isDoubling = false
  let expiredAt = Number.NEGATIVE_INFINITY
  const forget = emulator.journal.onEntry(({ kind }) => {
    if (isDoubling && kind === 'webhook') weather.doubled += 1
  })
  const change = () => {
    isDoubling = random.inHundred(DOUBLE_PERCENT)
    emulator.deliveries.mode(provider, isDoubling ? { duplicate: 'concurrent' } : {})
    const now = performance.now()
    if (random.inHundred(EXPIRE_PERCENT) && now - expiredAt > EXPIRE_PAUSE_MS) {
      expiredAt = now
      desk.expireTokens()
      weather.expirations += 1
    }
    timer = setTimeout(change, random.whole(SHORTEST_MS, LONGEST_MS))
  }
  const weather: Weather = {
    expirations: 0,
    doubled: 0,
    end: () => {
      clearTimeout(timer)
      forget()
      emulator.deliveries.mode(provider, {})
    },
  }
  change()
  return weather
}
