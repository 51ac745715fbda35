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
