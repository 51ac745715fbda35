import { type Clock, type Invoke, loadInstance, type SpawnedInstance, spawnInstance } from '@hitl/emulator'

export type InstancesOptions = {
  bundle: string
  /** `process`: each instance is a process of its own. `module`: all in this one, each with memory of its own. */
  kind: 'process' | 'module'
  emulatorUrl: string
  hosts: readonly string[]
  env: Readonly<Record<string, string>>
  /** Processes live in its time. */
  clock: Clock
}

const LATEST_LINES = 500

/** The running instances of one integration. */
export class Instances {
  readonly #options: InstancesOptions
  readonly #unfollow: () => void
  #spawned: SpawnedInstance[] = []
  #invokes: Invoke[] = []
  #pastLogs: readonly string[] = []
  #chosen: number | undefined
  #turn = 0
  #isClosed = false
  #starting: Promise<unknown> = Promise.resolve()

  constructor(options: InstancesOptions) {
    this.#options = options
    this.#unfollow = options.clock.follow((offsetMs) => this.#shift(offsetMs))
  }

  /** The processes; none where instances are modules. */
  get spawned(): readonly SpawnedInstance[] {
    return this.#spawned
  }

  /** Of these and of those before them, the latest lines only. */
  get logs(): readonly string[] {
    return [...this.#pastLogs, ...this.#spawned.flatMap(({ logs }) => logs)].slice(-LATEST_LINES)
  }

  /** Sends the next invocations to this instance only; to all in turn when undefined. */
  use(index: number | undefined): void {
    this.#chosen = index
  }

  readonly invoke: Invoke = (request) => {
    const invoke = this.#invokes[this.#chosen ?? this.#turn++ % this.#invokes.length]
    if (!invoke) throw new Error('No instance is running')
    return invoke(request)
  }

  /** Replaces all by fresh ones. @throws Error when it was closed meanwhile, or when the bundle does not start */
  async restart(count: number): Promise<void> {
    const { bundle, kind, env } = this.#options
    const fresh = Array.from({ length: count })
    if (kind === 'module') {
      this.#invokes = fresh.map(() => loadInstance(bundle, { env }))
      return
    }
    if (this.#isClosed) throw new Error('The stage is closed')
    const old = this.#spawned
    const started = Promise.all(fresh.map(() => this.#spawn()))
    this.#starting = started.catch(() => undefined)
    const spawned = await started
    if (this.#isClosed) {
      await stopAll(spawned)
      throw new Error('The stage is closed')
    }
    this.#pastLogs = this.logs
    this.#spawned = spawned
    this.#invokes = spawned.map(({ invoke }) => invoke)
    await stopAll(old)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#unfollow()
    await this.#starting
    await stopAll(this.#spawned)
  }

  async #spawn(): Promise<SpawnedInstance> {
    const { bundle, emulatorUrl, hosts, env, clock } = this.#options
    const clockOffsetMs = clock.offsetMs
    const instance = await spawnInstance(bundle, { emulatorUrl, hosts, env, clockOffsetMs })
    // Time may have been moved while it started.
    if (clock.offsetMs !== clockOffsetMs) await instance.shiftClock(clock.offsetMs)
    return instance
  }

  async #shift(offsetMs: number): Promise<void> {
    await Promise.all(this.#spawned.map((instance) => instance.shiftClock(offsetMs)))
  }
}

const stopAll = (spawned: readonly SpawnedInstance[]) => Promise.all(spawned.map((instance) => instance.stop()))
