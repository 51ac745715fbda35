import { afterEach, beforeEach, vi } from 'vitest'
import type { OpenRequest, ProviderAdapter, ProviderApi } from '../adapter'
import { createInvocation, type InvocationInput } from '../invocation'
import { createFakeBotpress } from './fake-botpress'

/** Settings that differ from those of the world. */
export type Change = Record<string, unknown>

export type Installed<Config, Thread, Options> = {
  adapter: ProviderAdapter<Config, Thread, Options>
  /** The options of a session for which the bot fills in none. */
  options: Options
  /** The thread of the session before. */
  earlier: Thread
}

/** The session that a world's requests are about. */
export const SESSION_ID = 'conv_session'

let count = 0

/** One installation with an address of its own, so that nothing remembered by this process reaches the next test. */
export abstract class AdapterWorld<Config extends object, Thread, Options> {
  abstract readonly config: Config
  readonly botpress = createFakeBotpress()
  readonly logLines: string[] = []
  /** No other world of this process has it. */
  readonly number = (count += 1)
  readonly webhookId = `hook-${this.number}`
  readonly webhookUrl = `https://webhook.botpress.cloud/${this.webhookId}`
  readonly integrationId = `int_${this.number}`
  readonly sessionId = SESSION_ID
  readonly #installed: Installed<Config, Thread, Options>

  constructor(installed: Installed<Config, Thread, Options>) {
    this.#installed = installed
  }

  /** The provider's calls, with settings as they are or with others. */
  api(config?: Change, budgetMs?: number): ProviderApi<Thread, Options> {
    return createInvocation(this.#installed.adapter, this.#input(config, budgetMs)).connect()
  }

  /**
   * Another process that runs the same installation: nothing in memory is shared. Its errors are its own classes.
   * `load` imports the adapter.
   */
  protected async apiElsewhere(
    load: () => Promise<ProviderAdapter<Config, Thread, Options>>,
    config?: Change
  ): Promise<ProviderApi<Thread, Options>> {
    vi.resetModules()
    const [{ createInvocation }, adapter] = await Promise.all([import('../invocation'), load()])
    return createInvocation(adapter, this.#input(config)).connect()
  }

  request(
    brief: Partial<OpenRequest<Thread, Options>['brief']> = {},
    contact: Partial<OpenRequest<Thread, Options>['contact']> = {}
  ): OpenRequest<Thread, Options> {
    return {
      sessionId: this.sessionId,
      contact: { userId: 'user_1', ...contact },
      brief: { transcript: '', history: [], options: this.#installed.options, ...brief },
    }
  }

  /** The same contact once more, after an earlier session that is over and closed, or neither. */
  returning(isOver: boolean, brief?: Partial<OpenRequest<Thread, Options>['brief']>): OpenRequest<Thread, Options> {
    const previous = { thread: this.#installed.earlier, isOver: async () => isOver, isClosed: async () => isOver }
    return { ...this.request(brief), previous }
  }

  #input(config: Change = {}, budgetMs = 40_000): InvocationInput {
    const note = (message: string) => void this.logLines.push(message)
    return {
      client: this.botpress,
      log: { info: note, warn: note, error: note },
      integrationId: this.integrationId,
      webhookId: this.webhookId,
      webhookUrl: this.webhookUrl,
      configuration: { ...this.config, ...config },
      budgetMs,
    }
  }
}

/** A fresh world for each test; whatever was logged is searched for secrets afterwards. */
export function useFresh<World extends { vendor: { end(): void }; logLines: readonly string[] }>(
  create: () => World | Promise<World>,
  expectNoSecret: (shown: string) => void
): () => World {
  let world: World | undefined
  beforeEach(async () => {
    world = await create()
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
    world?.vendor.end()
    expectNoSecret(world?.logLines.join('\n') ?? '')
    world = undefined
  })
  return () => {
    if (!world) throw new Error('Only inside a test.')
    return world
  }
}
