import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LiveProvider } from '../live/live-provider'

/** Below a folder that git ignores. */
const FOLDER = fileURLToPath(new URL('../../.sandbox/kept', import.meta.url))
const SAVE_AFTER_MS = 1_000

/** One file per provider with everything that was said and done, for `--keep`. */
export class KeptStates {
  readonly #folder: string
  readonly #warn: (sentence: string) => void
  readonly #stops = new Map<LiveProvider, () => void>()

  /** @param warn told in one sentence when something could not be saved */
  constructor(warn: (sentence: string) => void, folder = FOLDER) {
    this.#warn = warn
    this.#folder = folder
  }

  read(provider: string): Uint8Array | undefined {
    const file = this.#file(provider)
    return existsSync(file) ? readFileSync(file) : undefined
  }

  /** Out of the way, but not lost. Returns where it is now. */
  setAside(provider: string): string {
    const aside = `${this.#file(provider)}.unreadable-${Date.now()}`
    renameSync(this.#file(provider), aside)
    return aside
  }

  /** Saves the provider a moment after each change. */
  keep(provider: string, live: LiveProvider): void {
    let timer: NodeJS.Timeout | undefined
    const unsubscribe = live.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = undefined
        this.#trySaving(provider, live)
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
    this.#trySaving(provider, live)
  }

  /** @throws Error with one clear sentence when another sandbox keeps its sessions in this folder */
  lock(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const owner = existsSync(this.#lockFile) ? Number(readFileSync(this.#lockFile, 'utf8')) : 0
    if (owner !== process.pid && isRunning(owner)) {
      throw new Error(`Another sandbox (process ${owner}) keeps its sessions; stop it, or start without --keep.`)
    }
    writeFileSync(this.#lockFile, String(process.pid))
  }

  unlock(): void {
    rmSync(this.#lockFile, { force: true })
  }

  /** A full disk must not end what is being played. */
  #trySaving(provider: string, live: LiveProvider): void {
    try {
      this.save(provider, live)
    } catch (error) {
      this.#warn(`The sessions of ${provider} could not be kept: ${error instanceof Error ? error.message : 'unknown'}`)
    }
  }

  /** Whole or not at all: a program that is stopped meanwhile leaves the file that was there. */
  save(provider: string, live: LiveProvider): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const file = this.#file(provider)
    const next = `${file}.${process.pid}`
    // What was typed into the settings is among it.
    writeFileSync(next, live.save(), { mode: 0o600 })
    renameSync(next, file)
  }

  get #lockFile(): string {
    return join(this.#folder, 'lock')
  }

  #file(provider: string): string {
    return join(this.#folder, `${provider}.state`)
  }
}

function isRunning(processId: number): boolean {
  if (!Number.isInteger(processId) || processId <= 0) return false
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    // Somebody else's process runs as well.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
