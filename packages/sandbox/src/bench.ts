import { parseArgs } from 'node:util'
import { type BundleReport, measureBundles } from './bench/bundles'
import { type CountRow, countSteps } from './bench/call-counts'
import { type HandlingRow, measureHandling } from './bench/handling'
import { bundleText, countText, handlingText } from './bench/tables'
import { paintFor } from './paint'
import { providers } from './providers/index'
import { quiet } from './quiet'

type Report = { provider: string; counts: CountRow[]; bundle: BundleReport; handling: HandlingRow[]; ok: boolean }

/** `pnpm bench`: counts, sizes and times of every integration. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false } } })
  const paint = paintFor(process.stdout, process.env)
  const print = (text: string) => void process.stdout.write(`${text}\n`)
  const reports: Report[] = []
  for (const provider of providers) {
    const undo = quiet()
    try {
      const counts = [...(await countSteps(provider, 'warm')), ...(await countSteps(provider, 'cold'))]
      const bundle = await measureBundles(provider.name)
      const handling = await measureHandling(provider)
      const ok = bundle.ok && counts.every((row) => row.ok)
      reports.push({ provider: provider.title, counts, bundle, handling, ok })
    } finally {
      undo()
    }
  }
  if (values.json) print(JSON.stringify(reports, null, 2))
  for (const { provider, counts, bundle, handling } of values.json ? [] : reports) {
    print(
      [paint.bold(provider), countText(counts, paint), bundleText(bundle, paint), handlingText(handling)].join('\n\n')
    )
  }
  const over = reports.filter(({ ok }) => !ok).map(({ provider }) => provider)
  if (over.length > 0) process.stderr.write(`Failed: a budget is exceeded (${over.join(', ')}).\n`)
  else if (!values.json) print('\nDone: all budgets are kept.')
  return over.length > 0 ? 1 : 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`Failed: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
