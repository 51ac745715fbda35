import type { ProviderSummary } from '@hitl/sandbox-page/protocol'
import type { LiveProvider } from '../live/live-provider'
import type { SandboxProvider } from '../providers/index'
import { firstLine, type Providers } from './api'

export type LiveProviders = Providers & {
  /** Starts those that have not been asked for yet, one after the other. */
  startAll(): Promise<void>
  /** No more are started from now on. Returns those that run. */
  stopStarting(): Promise<readonly LiveProvider[]>
  close(): Promise<void>
}

type Started = { opening: Promise<LiveProvider>; live?: LiveProvider; error?: string }

/** Each provider is started once, when it is first asked for. One that failed is tried again at the next request. */
export function liveProviders(
  all: readonly SandboxProvider[],
  open: (provider: SandboxProvider) => Promise<LiveProvider>
): LiveProviders {
  const started = new Map<string, Started>()
  let isClosing = false
  const start = (provider: SandboxProvider): Started => {
    const one: Started = { opening: open(provider) }
    one.opening.then(
      (live) => (one.live = live),
      (error: unknown) => (one.error = firstLine(error))
    )
    started.set(provider.name, one)
    return one
  }
  const get = async (provider: SandboxProvider): Promise<LiveProvider> => {
    if (isClosing) throw new Error('The sandbox is being stopped.')
    const known = started.get(provider.name)
    return (known && known.error === undefined ? known : start(provider)).opening
  }
  const stopStarting = async () => {
    isClosing = true
    await Promise.allSettled([...started.values()].map(({ opening }) => opening))
    return [...started.values()].flatMap(({ live }) => live ?? [])
  }
  return {
    summaries: () => all.map((provider) => summaryOf(provider, started.get(provider.name))),
    get: (name) => {
      const provider = all.find((one) => one.name === name)
      return provider && get(provider)
    },
    async startAll() {
      // The error is shown where the provider is chosen.
      for (const provider of all) await get(provider).catch(() => undefined)
    },
    stopStarting,
    async close() {
      const running = await stopStarting()
      await Promise.all(running.map((live) => live.close()))
    },
  }
}

function summaryOf({ name, title }: SandboxProvider, started: Started | undefined): ProviderSummary {
  if (started?.error !== undefined) return { name, title, state: 'failed', error: started.error }
  return { name, title, state: started?.live ? 'ready' : 'starting' }
}
