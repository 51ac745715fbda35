import type { SandboxProvider } from '@hitl/sandbox/providers'
import { type FuzzWorld, openFuzzWorld, type WorldOptions } from './fuzz-world'
import { heapAfterCollection } from './heap'

/** So many requests meet the same instance and the same sessions; then all begins anew. */
const ROUND = 5_000

/** The second of so many rounds is with sessions in their first seconds. */
const YOUNG_EVERY = 4

/** The worlds of a run, one after the other. */
export class Rounds {
  /** Bytes in use at the end of each round. */
  readonly heap: number[] = []
  readonly #provider: SandboxProvider
  readonly #options: Omit<WorldOptions, 'age'>
  #world: FuzzWorld | undefined
  #sent: number

  /** @param sent how many requests to leave out at the beginning */
  constructor(provider: SandboxProvider, options: Omit<WorldOptions, 'age'>, sent: number) {
    this.#provider = provider
    this.#options = options
    this.#sent = sent
  }

  get sent(): number {
    return this.#sent
  }

  /** The world for one request more. */
  async next(): Promise<FuzzWorld> {
    const round = Math.floor(this.#sent / ROUND)
    const isNew = this.#sent % ROUND === 0
    this.#sent += 1
    if (this.#world && !isNew) return this.#world
    await this.close()
    const age = round % YOUNG_EVERY === 1 ? 'young' : 'settled'
    this.#world = await openFuzzWorld(this.#provider, { ...this.#options, age })
    return this.#world
  }

  async close(): Promise<void> {
    if (!this.#world) return
    this.heap.push(heapAfterCollection())
    await this.#world.close()
    this.#world = undefined
  }
}
