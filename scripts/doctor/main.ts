import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../../packages/sandbox/src/command-line'
import { loadDoctor, triableIn } from './doctors'
import { describeRun } from './dry-run'
import { examine } from './examine'
import { openTrial } from './open-trial'
import { type DoctorOptions, helpText, readOptions } from './options'
import { createScreen, type Screen } from './screen'
import { checkNames, readSettingsFile } from './settings-file'
import { summarize } from './summary'

/** What a registration may take as well, in ms. */
const BUDGET_MS = 50_000

/** Of the form of a real one, and nobody's. */
const PLACEHOLDER = 'https://webhook.botpress.cloud/00000000-0000-0000-0000-000000000000'

/** `npm run doctor`. Returns the exit code. */
export async function main(
  args: readonly string[],
  root: string,
  print: (line: string) => void = console.log,
  budgetMs = BUDGET_MS
): Promise<number> {
  const screen = createScreen(print)
  try {
    const integrations = triableIn(root)
    const options = readOptions(args, integrations)
    if (!options) {
      screen.line(helpText(integrations))
      return 0
    }
    return (await tryOut(options, screen, budgetMs)) ? 0 : 1
  } catch (error) {
    const isExplained = error instanceof UsageError
    if (!isExplained) screen.line(error instanceof Error ? (error.stack ?? error.message) : String(error))
    screen.line(`Failed: ${isExplained ? error.message : 'an unexpected error, shown above.'}`)
    return isExplained ? 2 : 1
  }
}

/** @returns whether nothing is wrong @throws UsageError */
async function tryOut(options: DoctorOptions, screen: Screen, budgetMs: number): Promise<boolean> {
  const { integration, config, webhookUrl = PLACEHOLDER, dryRun } = options
  const doctor = await loadDoctor(integration)
  const { name, quotable, settingNames } = doctor
  const file = readSettingsFile(config)
  const secrets = Object.entries(file.settings).filter(([setting]) => !quotable.includes(setting))
  screen.hide(...secrets.map(([, value]) => value))
  checkNames(file, name, settingNames)
  if (file.mayOthersRead) screen.line(`Warning: others on this machine can read ${config}; do "chmod 600" with it.`)
  introduce(name, options, screen)
  const steps = openTrial(doctor, { file, webhookUrl, budgetMs }, screen)
  if (!steps) return false
  const hasAddress = options.webhookUrl !== undefined
  if (dryRun) {
    describeRun(steps, hasAddress, screen)
    screen.line('Nothing was called.')
    return true
  }
  const { sentence, isWell } = summarize(name, await examine(doctor, steps, hasAddress, screen))
  screen.line(sentence)
  return isWell
}

function introduce(name: string, { config, webhookUrl, dryRun }: DoctorOptions, screen: Screen): void {
  const what = dryRun ? 'What would be called to try' : 'Trying'
  screen.line(`${what} the settings of ${config} at ${name}; nothing is set up there.`)
  const marked = webhookUrl ?? `${PLACEHOLDER} (a PLACEHOLDER; give --webhook-url once Botpress shows the real one)`
  screen.line(`Address of the installation: ${marked}`)
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2), resolve(fileURLToPath(import.meta.url), '../../..'))
}
