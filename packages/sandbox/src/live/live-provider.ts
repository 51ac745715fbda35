import { setTimeout as sleep } from 'node:timers/promises'
import type { Action, ActionAnswer, CallDetail, LogLine, SettingsForm, StreamEvents } from '@hitl/sandbox-page/protocol'
import type { DeskFile } from '../desk'
import type { SandboxProvider } from '../providers/index'
import { act } from './act'
import { toDetail } from './calls'
import { logLines } from './log'
import { openWorld } from './open-world'
import { settingsForm } from './save-settings'
import { pack, type SavedLive, unpack } from './saved-live'
import type { Uploads } from './uploads'
import { callsOf, secretsOf, viewOf } from './view'
import { type LiveWorld, RefusedError } from './world'

export type LiveEvent = { [K in keyof StreamEvents]: { name: K; data: StreamEvents[K] } }[keyof StreamEvents]

type Listener = (event: LiveEvent) => void

/** Several changes within so many ms are told at once. */
const TELL_AFTER_MS = 30
/** Timers of the emulators change things without anybody's doing; they are found out so often. */
const LOOK_EVERY_MS = 500
const LATEST_CALLS = 2_000
/** A call to these does something. */
const PLATFORM_HOSTS = new Set(['api.botpress.cloud', 'webhook.botpress.cloud'])
const FINISH_MS = 5_000

/** One provider as the page plays it. Everything lives here, so that a page can be reloaded at any time. */
export class LiveProvider {
  readonly #provider: SandboxProvider
  readonly #listeners = new Set<Listener>()
  readonly #look: NodeJS.Timeout
  #world: LiveWorld
  #stopListening: () => void
  #telling: NodeJS.Timeout | undefined
  #toldView = ''
  #toldCall = 0
  #startingOver: Promise<void> | undefined

  private constructor(provider: SandboxProvider, world: LiveWorld) {
    this.#provider = provider
    this.#world = world
    this.#stopListening = this.#listen()
    this.#look = setInterval(() => this.#changed(), LOOK_EVERY_MS)
    this.#look.unref()
  }

  /** @param saved what `save` returned @throws Error with one clear sentence @throws SavedStateError */
  static async open(provider: SandboxProvider, saved?: Uint8Array): Promise<LiveProvider> {
    return new LiveProvider(provider, await openWorld(provider, saved && unpack(saved)))
  }

  get name(): string {
    return this.#provider.name
  }

  /** Begins with everything. Returns the function that ends it. */
  subscribe(listener: Listener): () => void {
    listener({ name: 'hello', data: this.#hello() })
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** @throws Error whose message is a sentence for whoever asked */
  async act(action: Action): Promise<ActionAnswer> {
    await this.#startingOver
    if (action.type === 'startOver') {
      await this.startOver()
      return {}
    }
    try {
      return await act(this.#world, action)
    } finally {
      this.#changed()
    }
  }

  /** Forgets everything: a new account, a new installation, nobody has said a word. */
  startOver(): Promise<void> {
    this.#startingOver ??= this.#replaceWorld().finally(() => {
      this.#startingOver = undefined
    })
    return this.#startingOver
  }

  get settings(): SettingsForm {
    return settingsForm(this.#world)
  }

  get log(): readonly LogLine[] {
    return logLines(this.#world)
  }

  /** @throws RefusedError when it is gone */
  callDetail(seq: number): CallDetail {
    const entry = this.#world.stage.emulator.journal.entries.find((one) => one.seq === seq)
    if (!entry) throw new RefusedError('This call is gone; the sandbox was started over.')
    return toDetail(entry, secretsOf(this.#world))
  }

  upload(file: DeskFile): ReturnType<Uploads['add']> {
    const { uploads, stage } = this.#world
    return uploads.add(file, (name, { bytes, contentType }) => stage.emulator.files.put(name, bytes, contentType))
  }

  /** @throws Error when no emulator serves the address */
  async media(url: string): Promise<{ bytes: Uint8Array; contentType: string }> {
    const { desk, stage } = this.#world
    const { hostname } = new URL(url)
    if (!stage.emulator.hosts.includes(hostname) || PLATFORM_HOSTS.has(hostname))
      throw new RefusedError('No emulator serves this address.')
    return desk.downloadFile(url)
  }

  /** Everything that has to survive a restart of the program. */
  save(): Uint8Array {
    const { steps, failures, faultsOn, faultScope, temperatures, secrets, stage, desk } = this.#world
    const { startTimes } = temperatures
    const live: SavedLive = {
      steps: steps.all,
      failures,
      faultsOn: [...faultsOn],
      faultScope,
      startTimes,
      secrets: [...secrets],
    }
    // A fault is switched on anew when it comes back; what it has changed at the provider is not the provider's own.
    const joins = faultsOn.has('before-the-answer')
    if (joins) desk.joinAtOnce(false)
    const emulator = stage.emulator.save()
    if (joins) desk.joinAtOnce(true)
    return pack({ live, emulator })
  }

  /** Resolves when nothing is under way any more, webhooks that were held back included, or after a while. */
  async finish(): Promise<void> {
    const { stage, provider } = this.#world
    const finishing = stage.emulator.deliveries.release(provider.name).then(() => stage.emulator.settled())
    await Promise.race([finishing, sleep(FINISH_MS, undefined, { ref: false })])
  }

  async close(): Promise<void> {
    await this.#startingOver?.catch(() => undefined)
    clearInterval(this.#look)
    clearTimeout(this.#telling)
    this.#stopListening()
    this.#listeners.clear()
    await this.#world.restarting?.catch(() => undefined)
    await this.#world.stage.close()
  }

  async #replaceWorld(): Promise<void> {
    this.#stopListening()
    await this.#world.restarting?.catch(() => undefined)
    await this.#world.stage.close()
    this.#world = await openWorld(this.#provider)
    this.#stopListening = this.#listen()
    this.#toldCall = this.#world.stage.emulator.journal.mark()
    this.#toldView = ''
    this.#tell({ name: 'hello', data: this.#hello() })
  }

  #listen(): () => void {
    const world = this.#world
    world.changed = () => this.#changed()
    return world.stage.emulator.journal.onEntry((entry) => {
      world.steps.record(entry)
      this.#changed()
    })
  }

  #hello(): StreamEvents['hello'] {
    const world = this.#world
    const entries = world.stage.emulator.journal.entries.slice(-LATEST_CALLS)
    return { view: viewOf(world), steps: world.steps.all, calls: callsOf(world, entries) }
  }

  #changed(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined
      this.#tellChanges()
    }, TELL_AFTER_MS)
  }

  #tellChanges(): void {
    const { steps, stage } = this.#world
    const entries = stage.emulator.journal.since(this.#toldCall)
    this.#toldCall = stage.emulator.journal.mark()
    const changedSteps = steps.takeChanged()
    if (changedSteps.length > 0) this.#tell({ name: 'steps', data: changedSteps })
    const calls = callsOf(this.#world, entries)
    if (calls.length > 0) this.#tell({ name: 'calls', data: calls })
    if (this.#listeners.size === 0) return
    const view = viewOf(this.#world)
    const text = JSON.stringify(view)
    if (text !== this.#toldView) this.#tell({ name: 'view', data: view })
    this.#toldView = text
  }

  #tell(event: LiveEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}
