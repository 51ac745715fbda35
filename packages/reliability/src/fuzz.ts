import { paintFor } from '@hitl/sandbox/paint'
import type { SandboxProvider } from '@hitl/sandbox/providers'
import { UsageError } from '@hitl/sandbox/command-line'
import { helpText, type Options, readOptions } from './fuzz/options'
import { failureText, type FuzzReport, reportText, toReport } from './fuzz/report'
import { runFuzz } from './fuzz/run-fuzz'
import { startWatchdog } from './fuzz/watchdog'

const paint = paintFor(process.stdout, process.env)
const print = (text: string) => void process.stdout.write(`${text}\n`)

/** `pnpm fuzz`: webhooks that are wrong in every way. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args)
  if (!options) {
    print(helpText())
    return 0
  }
  const reports: FuzzReport[] = []
  for (const provider of options.providers) {
    const report = await fuzz(provider, options)
    reports.push(report)
    if (!options.json) print(`${reportText(report, paint)}${failureText(report)}\n`)
  }
  if (options.json) print(JSON.stringify(reports, null, 2))
  return conclude(reports, options)
}

function conclude(reports: readonly FuzzReport[], { json }: Options): number {
  const failed = reports.filter(({ problems }) => problems.length > 0)
  const sent = reports.reduce((sum, { requests }) => sum + requests, 0).toLocaleString('en-US')
  if (failed.length === 0 && !json) print(`Done: ${sent} requests, and none did what it must not.`)
  const what = failed.map(({ title, problems }) => `${title}: ${problems.join('; ')}`).join('. ')
  if (failed.length > 0) process.stderr.write(`Failed: ${what}.\n`)
  return failed.length === 0 ? 0 : 1
}

/** Nothing an integration does may take so much of a processor, in ms. */
const BUSY_MS = 60_000

const PROGRESS_EVERY = 10_000

async function fuzz(provider: SandboxProvider, options: Options): Promise<FuzzReport> {
  const { requests, seed, path, json } = options
  const again = `pnpm fuzz --provider ${provider.name} --seed ${seed} --path`
  const watchdog = await startWatchdog(BUSY_MS, `Failed: a request does not come to an end. See it again: ${again} %`)
  const startedAt = performance.now()
  const secondsSoFar = () => (performance.now() - startedAt) / 1_000
  const onRequest = (index: number) => {
    watchdog.begin(index)
    if (index === 0 || index % PROGRESS_EVERY > 0 || json) return
    print(paint.dim(`${provider.title}: ${index.toLocaleString('en-US')} requests, ${secondsSoFar().toFixed(0)} s`))
  }
  try {
    const result = await runFuzz(provider, { requests, seed, onRequest, ...(path === undefined ? {} : { path }) })
    return toReport(provider, result, { seed, seconds: secondsSoFar() })
  } finally {
    await watchdog.stop()
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(
    `${error instanceof UsageError ? '' : 'Failed: '}${error instanceof Error ? error.message : String(error)}\n`
  )
  process.exitCode = error instanceof UsageError ? 2 : 1
}
