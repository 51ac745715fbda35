import { frontDoor } from './botpress/front-door'
import { Botpress } from './botpress/platform'
import { runtimeApp } from './botpress/routes'
import { Clock } from './clock'
import { controlApp } from './control-app'
import { Deliveries } from './deliveries'
import { Faults } from './faults'
import { Files, uploadsApp } from './files-host'
import {
  API_HOST,
  BOTPRESS_FILES_HOST,
  CONTROL_PREFIX,
  DEMO_FILES_HOST,
  EMULATED_HOST_HEADER,
  isLoopback,
  UPLOADS_PREFIX,
  WEBHOOK_HOST,
} from './hosts'
import { InFlight } from './in-flight'
import { Journal } from './journal'
import type { ProviderEmulator, ProviderServices } from './provider'
import { restoreParts, saveParts } from './saved-parts'
import { readState } from './saved-state'
import { CONTROL_TARGET, startServer, type HostEntry } from './server'

export { ActionError } from './botpress/installation'
export type { BotSettings } from './botpress/bot-settings'
export type { Declared } from './botpress/declared'
export type { DeliveryError, EndUser, EndUserOptions, TranscriptItem } from './botpress/end-user'
export type { InstallOptions, Installation, Invoke, InvokeAnswer, InvokeRequest } from './botpress/installation'
export type { Botpress } from './botpress/platform'
export type { FaultRule } from './faults'
export type { JournalEntry, JournalKind } from './journal'
export type { CoverageRow, DeliveryMode, ProviderEmulator, ProviderServices, RetryPolicy } from './provider'
export type { Clock } from './clock'
export { loadInstance } from './instances'
export { EMULATED_HOST_HEADER, VIEWER_HEADER } from './hosts'
export { reroute, type RerouteOptions } from './reroute'
export { SavedStateError } from './saved-state'
export { spawnInstance, type SpawnedInstance, type SpawnOptions } from './spawned-instance'
export { currentTrace, traced, type Trace } from './trace'

export type ProviderEmulatorFactory<P extends ProviderEmulator = ProviderEmulator> = (services: ProviderServices) => P

/** The providers in the order of their factories, each with its own type. */
export type Created<F extends readonly ProviderEmulatorFactory[]> = { [I in keyof F]: ReturnType<F[I]> }

export type Emulator<F extends readonly ProviderEmulatorFactory[] = readonly ProviderEmulatorFactory[]> = {
  url: string
  /** Every emulated host name, for `reroute` and `spawnInstance`. */
  hosts: readonly string[]
  clock: Clock
  journal: Journal
  faults: Faults
  deliveries: Deliveries
  botpress: Botpress
  files: Files
  providers: Created<F>
  /** Requests nobody answered for: unlisted routes and refused hosts. Empty in a good test. */
  unlisted: readonly string[]
  /**
   * Answers without a connection, for whoever asks too often to have one each time: no faults, and nothing in the
   * journal. 501 where nobody has that host.
   */
  fetch(request: Request): Promise<Response>
  /** Resolves when no invocation, webhook or hook is under way. Does not wait for timers of the emulated clock. */
  settled(): Promise<void>
  /** Back to the state after the start, without installations. */
  reset(): void
  /**
   * Everything that outlasts a restart, for `saved` of `startEmulator`. Not what is under way, so let things settle
   * before; nor faults, ways in which webhooks misbehave, and timers.
   */
  save(): Uint8Array
  close(): Promise<void>
}

export type EmulatorOptions<F extends readonly ProviderEmulatorFactory[]> = {
  port?: number
  providers: F
  /** What `save` of another emulator with the same providers gave. */
  saved?: Uint8Array
}

/**
 * Starts Botpress and the given providers on one loopback port. From a saved state everything is back before the server
 * listens, but for installations and their end users, whose code comes with `botpress.resume`.
 * @throws SavedStateError
 */
export async function startEmulator<const F extends readonly ProviderEmulatorFactory[]>(
  options: EmulatorOptions<F>
): Promise<Emulator<F>> {
  const inFlight = new InFlight()
  const clock = new Clock(() => inFlight.settled())
  const journal = new Journal()
  const faults = new Faults()
  const files = new Files()
  const unlisted: string[] = []
  let url = ''
  const base = { clock, journal, inFlight, baseUrl: () => url }
  const deliveries = new Deliveries(base)
  const providers = options.providers.map((create) =>
    create({
      clock,
      journal,
      faults,
      deliver: (...args) => deliveries.deliver(...args),
      probe: (...args) => deliveries.probe(...args),
    })
  )
  const names = providers.map(({ name }) => name)
  const saved = options.saved && readState(options.saved, names)
  const parts = { clock, journal, files, providers }
  const botpress = saved
    ? await restoreParts(parts, saved, () => new Botpress(base, saved.botpress))
    : new Botpress(base)
  const entries = hostTable(botpress, files, providers, (host, method) => {
    unlisted.push(`${method} ${host} (refused host)`)
    journal.add({ at: clock.now(), kind: 'note', label: `refused host ${host}` })
  })
  const route = router(entries)
  const server = await startServer(
    { clock, journal, faults, unlisted: (label) => unlisted.push(label), route },
    options.port ?? 0
  )
  url = server.url
  return {
    url,
    hosts: [...entries.keys()].filter((host) => host !== CONTROL_PREFIX),
    clock,
    journal,
    faults,
    deliveries,
    botpress,
    files,
    providers: asCreated<F>(providers),
    unlisted,
    fetch: async (request) => {
      const { hostname, pathname } = new URL(request.url)
      const host = request.headers.get(EMULATED_HOST_HEADER) ?? (isLoopback(hostname) ? '' : hostname)
      return route(host, pathname)?.app.fetch(request) ?? new Response(null, { status: 501 })
    },
    settled: () => inFlight.settled(),
    reset: () => {
      deliveries.reset()
      clock.reset()
      faults.clear()
      files.reset()
      for (const provider of providers) provider.reset()
      botpress.reset()
      journal.clear()
      unlisted.length = 0
    },
    save: () => saveParts(parts, botpress),
    close: async () => {
      deliveries.reset()
      clock.reset()
      await server.close()
    },
  }
}

function hostTable(
  botpress: Botpress,
  files: Files,
  providers: readonly ProviderEmulator[],
  refused: (host: string, method: string) => void
): Map<string, HostEntry> {
  const table = new Map<string, HostEntry>([
    [API_HOST, { app: runtimeOf(botpress), kind: 'botpress', target: 'botpress' }],
    [
      WEBHOOK_HOST,
      { app: { fetch: (request) => frontDoor(request, botpress.installations) }, kind: 'webhook', target: 'webhook' },
    ],
    [BOTPRESS_FILES_HOST, { app: uploadsApp(botpress.store), kind: 'botpress', target: 'files' }],
    [DEMO_FILES_HOST, { app: files.app, kind: 'vendor', target: 'files' }],
    [CONTROL_PREFIX, { app: controlApp(refused), kind: 'note', target: CONTROL_TARGET }],
  ])
  for (const provider of providers) {
    for (const [host, app] of Object.entries(provider.hosts)) {
      if (table.has(host)) throw new Error(`Two emulated services want the host ${host}`)
      table.set(host, { app, kind: 'vendor', target: provider.name, provider: provider.name })
    }
  }
  return table
}

function runtimeOf(botpress: Botpress) {
  return runtimeApp(
    (request) => botpress.authenticate(request),
    () => botpress.store.clock.now()
  )
}

/** Requests without an emulated host are for the Runtime API when below `/v1`, else for the front door. */
function router(table: ReadonlyMap<string, HostEntry>): (host: string, path: string) => HostEntry | undefined {
  return (host, path) => {
    if (host !== '') return table.get(host)
    if (path.startsWith(`${UPLOADS_PREFIX}/`)) return table.get(BOTPRESS_FILES_HOST)
    if (path.startsWith(`${CONTROL_PREFIX}/`)) return table.get(CONTROL_PREFIX)
    return table.get(path.startsWith('/v1/') ? API_HOST : WEBHOOK_HOST)
  }
}

/** The compiler cannot see that mapping a tuple of factories keeps their order and types. */
function asCreated<F extends readonly ProviderEmulatorFactory[]>(providers: readonly ProviderEmulator[]): Created<F> {
  return providers as Created<F>
}
