import { SavedStateError } from '@hitl/emulator'
import { LiveProvider } from './live/live-provider'
import { providers, type SandboxProvider } from './providers/index'
import { KeptStates } from './server/kept-states'
import { type LiveProviders, liveProviders } from './server/live-providers'
import { PortTakenError, startPageServer } from './server/page-server'

export type PageOptions = {
  /** The one the page shows first. */
  provider: SandboxProvider
  /** The usual one when absent, or a free one where that is taken. */
  port?: number
  /** Sessions survive the program. */
  keep: boolean
  print(line: string): void
}

/** The same each time, so that a page that is still open finds its server again. */
const USUAL_PORT = 4780

export type RunningPage = { url: string; close(): Promise<void> }

/** Starts the sandbox as a page. Resolves when the first provider can be played. @throws Error with one clear sentence */
export async function openPage({ provider, port, keep, print }: PageOptions): Promise<RunningPage> {
  const kept = keep ? new KeptStates(print) : undefined
  kept?.lock()
  const all = liveProviders(firstOf(provider), (one) => openProvider(one, kept, print))
  const server = await listen(all, port).catch((error: unknown) => {
    kept?.unlock()
    throw error
  })
  const close = async () => {
    await server.close()
    await closeAll(all, kept)
  }
  try {
    await all.get(provider.name)
  } catch (error) {
    await close()
    throw error
  }
  void all.startAll()
  return { url: `${server.url}/#/${provider.name}`, close }
}

const firstOf = (first: SandboxProvider): SandboxProvider[] => [first, ...providers.filter((one) => one !== first)]

async function openProvider(
  provider: SandboxProvider,
  kept: KeptStates | undefined,
  print: (line: string) => void
): Promise<LiveProvider> {
  const live = await openSaved(provider, kept, print)
  kept?.keep(provider.name, live)
  return live
}

async function openSaved(provider: SandboxProvider, kept: KeptStates | undefined, print: (line: string) => void) {
  const saved = kept?.read(provider.name)
  try {
    return await LiveProvider.open(provider, saved)
  } catch (error) {
    if (!(error instanceof SavedStateError) || !kept) throw error
    print(`${provider.title} starts anew: ${error.message} The old file is now ${kept.setAside(provider.name)}.`)
    return LiveProvider.open(provider)
  }
}

async function listen(all: LiveProviders, port: number | undefined) {
  try {
    return await startPageServer(all, port ?? USUAL_PORT)
  } catch (error) {
    if (port !== undefined || !(error instanceof PortTakenError)) throw error
    return startPageServer(all, undefined)
  }
}

/** Webhooks under way and those held back still arrive before the state is saved. */
async function closeAll(all: LiveProviders, kept: KeptStates | undefined): Promise<void> {
  try {
    for (const live of kept ? await all.stopStarting() : []) {
      await live.finish()
      kept?.end(live.name, live)
    }
  } finally {
    await all.close()
    kept?.unlock()
  }
}
