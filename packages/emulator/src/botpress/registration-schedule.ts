import type { Clock } from '../clock'
import type { Installation } from './installation'

const DAY_MS = 86_400_000

/** What a month is to Botpress is not documented. */
const EVERY_MS: ReadonlyMap<unknown, number> = new Map([
  ['hourly', DAY_MS / 24],
  ['daily', DAY_MS],
  ['weekly', 7 * DAY_MS],
  ['bi-weekly', 14 * DAY_MS],
  ['monthly', 30 * DAY_MS],
  ['bi-monthly', 60 * DAY_MS],
  ['quarterly', 91 * DAY_MS],
  ['yearly', 365 * DAY_MS],
])

/** Registers installations over and over, as `configureIntegration` asked for it: the first time one period later [?]. */
export class RegistrationSchedule {
  readonly #clock: Clock
  readonly #cancels = new Map<string, () => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param every as in `scheduleRegisterCall`; anything else leaves things as they are */
  repeat(installation: Installation, every: unknown): void {
    const periodMs = EVERY_MS.get(every)
    if (periodMs === undefined) return
    this.stop(installation)
    const register = () => {
      this.repeat(installation, every)
      // A run that fails is in the status.
      installation.register().catch(() => undefined)
    }
    this.#cancels.set(installation.id, this.#clock.after(periodMs, register))
  }

  stop({ id }: Installation): void {
    this.#cancels.get(id)?.()
    this.#cancels.delete(id)
  }
}
