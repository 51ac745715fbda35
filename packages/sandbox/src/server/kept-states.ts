import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LiveProvider } from '../live/live-provider'

/** Below a folder that git ignores. */
const FOLDER = fileURLToPath(new URL('../../.sandbox/kept', import.meta.url))
const SAVE_AFTER_MS = 1_000

/** One file per provider with everything that was said and done, for `--keep`. */
export class KeptStates {
  readonly #folder: string
  readonly #stops = new Map<LiveProvider, () => void>()

  constructor(folder = FOLDER) {
    this.#folder = folder
  }

  read(provider: string): Uint8Array | undefined {
    const file = this.#file(provider)
    return existsSync(file) ? readFileSync(file) : undefined
  }

  /** Out of the way, but not lost. Returns where it is now. */
  setAside(provider: string): string {
    const aside = `${this.#file(provider)}.unreadable`
    renameSync(this.#file(provider), aside)
    return aside
  }

  /** Saves the provider a moment after each change. */
  keep(provider: string, live: LiveProvider): void {
    let timer: NodeJS.Timeout | undefined
    const unsubscribe = live.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = undefined
        this.save(provider, live)
      }, SAVE_AFTER_MS)
      timer.unref()
    })
    this.#stops.set(live, () => {
      clearTimeout(timer)
      unsubscribe()
    })
  }

  /** A last time, before the provider is closed. */
  end(provider: string, live: LiveProvider): void {
    this.#stops.get(live)?.()
    this.#stops.delete(live)
    this.save(provider, live)
  }

  /** Whole or not at all: a program that is stopped meanwhile leaves the file that was there. */
  save(provider: string, live: LiveProvider): void {
    mkdirSync(this.#folder, { recursive: true })
    const file = this.#file(provider)
    const next = `${file}.next`
    writeFileSync(next, live.save())
    renameSync(next, file)
  }

  #file(provider: string): string {
    return join(this.#folder, `${provider}.state`)
  }
}
