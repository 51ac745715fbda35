import type { ProviderAdapter, ProviderContext } from './adapter'

/** What a check has found, by name: account, brand, status. Nothing secret. `notice` is a sentence for the bot builder. */
export type Findings = Readonly<Record<string, string | undefined>>

/** One thing that is looked at before anything is made. @throws HitlError that names the setting or says what to do */
export type Check = { name: string; run(): Promise<Findings | undefined> }

/** Runs the checks in order, up to the first that fails. Returns all that was found. */
export async function prove(checks: readonly Check[]): Promise<Findings> {
  let found = {}
  for (const check of checks) found = { ...found, ...(await check.run()) }
  return found
}

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
  /** What it costs, as a sentence. */
  cost?: string
  describe(found: Findings): string
}

/** What an integration adds for `npm run doctor`. Never part of a bundle. */
export type ProviderDoctor<Config, Thread, Options> = {
  adapter: ProviderAdapter<Config, Thread, Options>
  settingNames: readonly string[]
  /** For accounts that can be connected in a browser: the check of the connection, and whether the settings name one. */
  connection?: { check: string; isPasted(config: Config): boolean }
  /** What registration would make or mend, seen without changing anything; after the checks of `ProviderApi.checks`. */
  looks(context: ProviderContext<Config>): readonly Check[]
  /** Whether registration goes on without what a look was refused. */
  mayLack?(name: string, error: unknown): boolean
  sheets: Readonly<Record<string, CheckSheet<Config>>>
}
