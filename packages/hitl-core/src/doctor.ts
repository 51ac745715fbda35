import { randomUUID } from 'node:crypto'
import type { Log, ProviderAdapter, ProviderContext } from './adapter'
import type { BotpressPort } from './botpress/port'
import type { Check, Findings } from './check'
import { HitlError } from './errors'
import type { HttpClient, HttpRequest } from './http/request'
import { createInvocation } from './invocation'

/** What `npm run doctor` tells of one check. */
export type CheckSheet<Config> = {
  title: string
  /** `METHOD host/path` of each call when all is well, in order. */
  calls(config: Config): readonly string[]
  /** Calls that follow when the provider answers otherwise. */
  mayCall?(config: Config): readonly string[]
  /** Checks that have to be all right before it. */
  after?: readonly string[]
  /** Its outcome depends on the address of the installation. */
  namesAddress?: boolean
  /** What it costs, as a sentence without its subject. */
  cost?: string
  describe(found: Findings): string
  /** For looks: whether registration goes on without what was refused. */
  mayLack?(error: unknown): boolean
}

/** What an integration adds for `npm run doctor`. Never part of a bundle. */
export type DoctorParts<Config, Thread, Options> = {
  adapter: ProviderAdapter<Config, Thread, Options>
  settingNames: readonly string[]
  /** For accounts that can be connected in a browser: the check of the connection, and whether the settings name one. */
  connection?: { check: string; isPasted(config: Config): boolean }
  /** What registration would make or mend, seen without changing anything; after the checks of `ProviderApi.checks`. */
  looks(context: ProviderContext<Config>): readonly Check[]
  sheets: Readonly<Record<string, CheckSheet<Config>>>
}

/** A check that is ready to be run, with all that is told of it. */
export type TrialStep = Check & {
  title: string
  calls: readonly string[]
  mayCall: readonly string[]
  after: readonly string[]
  namesAddress: boolean
  cost: string | undefined
  /** It proves a connection that is to be made in a browser, after the installation. */
  isUnconnected: boolean
  describe(found: Findings): string
  mayLack(error: unknown): boolean
}

export type Trial = {
  client: BotpressPort
  log: Log
  configuration: unknown
  webhookUrl: string
  budgetMs: number
  /** Told of each call before it is made. */
  onCall(call: Pick<HttpRequest, 'method' | 'url'>): void
}

export type Doctor = {
  /** Product name. */
  name: string
  quotable: readonly string[]
  settingNames: readonly string[]
  /** Nothing is called until a step runs. @throws HitlError when a setting is missing or malformed */
  open(trial: Trial): readonly TrialStep[]
  /** The sentence of an error that says what is wrong; undefined for one that nobody foresaw. */
  explain(error: unknown): string | undefined
}

/**
 * Binds all that runs to the core that the integration itself has: a command may have another copy, whose error classes
 * are others.
 */
export const defineDoctor = <Config, Thread, Options>(parts: DoctorParts<Config, Thread, Options>): Doctor => ({
  name: parts.adapter.name,
  quotable: parts.adapter.quotable ?? [],
  settingNames: parts.settingNames,
  open: (trial) => open(parts, trial),
  explain: (error) => (error instanceof HitlError ? error.message : undefined),
})

function open<Config, Thread, Options>(parts: DoctorParts<Config, Thread, Options>, trial: Trial): TrialStep[] {
  const { adapter } = parts
  let looks: readonly Check[] = []
  const watched: typeof adapter = {
    ...adapter,
    auth: (config, http) => adapter.auth(config, watch(http, trial)),
    connect(given) {
      const context = { ...given, http: watch(given.http, trial) }
      looks = parts.looks(context)
      return adapter.connect(context)
    },
  }
  // What core remembers of other installations in this process must not count here.
  const invocation = createInvocation(watched, { ...trial, integrationId: 'doctor', webhookId: randomUUID() })
  const checks = invocation.connect().checks?.() ?? []
  return [...checks, ...looks].map((check) => toStep(parts, invocation.config, check))
}

const watch = (http: HttpClient, { onCall }: Trial): HttpClient => ({
  ...http,
  request(request) {
    onCall(request)
    return http.request(request)
  },
})

function toStep<Config, Thread, Options>(
  { sheets, connection }: DoctorParts<Config, Thread, Options>,
  config: Config,
  { name, run }: Check
): TrialStep {
  const sheet = sheets[name]
  if (!sheet) throw new Error(`The check "${name}" has no sheet in doctor.ts.`)
  return {
    name,
    run,
    title: sheet.title,
    calls: sheet.calls(config),
    mayCall: sheet.mayCall?.(config) ?? [],
    after: sheet.after ?? [],
    namesAddress: sheet.namesAddress ?? false,
    cost: sheet.cost,
    isUnconnected: connection?.check === name && !connection.isPasted(config),
    describe: sheet.describe,
    mayLack: (error) => sheet.mayLack?.(error) ?? false,
  }
}
