import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { documentOf, sectionOf, thisMachine } from './bench/document'
import { buildEmptyIntegration } from './bench/empty-integration'
import { type Measurement, measureProvider } from './bench/measurement'
import { bundleTable } from './bench/sections'
import { pickNamed, readValues, UsageError } from './command-line'
import { paintFor } from './paint'
import { findProvider, providers } from './providers/index'
import { quiet } from './quiet'

const DOCUMENT = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url))

const HELP = [
  'Measures every integration: calls against the budgets, size, time and memory beside an integration that does nothing,',
  'growth, and what dominates. Writes docs/performance.md when it has measured all of them. Takes some minutes.',
  '',
  'npm run bench -- [options]',
  `  --provider <name>  one of: ${providers.map(({ name }) => name).join(', ')}; writes nothing`,
  '  --check            writes nothing',
  '  --json             prints the figures as JSON, and writes nothing',
  '  --help             show this',
  '',
  'Exit codes: 0 everything is as it has to be, 1 something is not, 2 the command line is wrong.',
].join('\n')

type Options = { provider?: string; check: boolean; json: boolean; help: boolean }

/** `npm run bench`. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const { provider, check, json, help } = readOptions(args)
  const print = (text: string) => void process.stdout.write(`${text}\n`)
  if (help) {
    print(HELP)
    return 0
  }
  const chosen = provider === undefined ? providers : [findProvider(provider)]
  const all = await measure(chosen, (line) => void process.stderr.write(`${line} …\n`))
  print(json ? JSON.stringify(all, null, 2) : ['', bundleTable(all), ...all.flatMap(sectionOf)].join('\n\n'))
  const isWritten = provider === undefined && !check && !json
  if (isWritten) writeFileSync(DOCUMENT, documentOf(all, thisMachine(), new Date()))
  return conclude(all, { isWritten, json })
}

function readOptions(args: readonly string[]): Options {
  const flag = { type: 'boolean', default: false } as const
  const options = { provider: { type: 'string' }, check: flag, json: flag, help: { ...flag, short: 'h' } } as const
  const values = readValues(args, options)
  if (values.provider !== undefined) pickNamed('provider', values.provider, providers)
  return values
}

async function measure(chosen: typeof providers, progress: (line: string) => void): Promise<Measurement[]> {
  const undo = quiet()
  try {
    const [first] = chosen
    if (!first) throw new Error('There is no integration to measure.')
    progress('The empty integration is built')
    const empty = await buildEmptyIntegration(first.name)
    const all: Measurement[] = []
    for (const provider of chosen) all.push(await measureProvider(provider, empty, progress))
    return all
  } finally {
    undo()
  }
}

function conclude(all: readonly Measurement[], { isWritten, json }: { isWritten: boolean; json: boolean }): number {
  const paint = paintFor(process.stderr, process.env)
  const problems = all.flatMap(({ title, problems: some }) => some.map((problem) => `${title}: ${problem}`))
  for (const problem of problems) process.stderr.write(`${paint.bad(problem)}\n`)
  const count = problems.length === 1 ? '1 thing is' : `${problems.length} things are`
  if (problems.length > 0) process.stderr.write(`Failed: ${count} not as it has to be; the lines above say which.\n`)
  else if (!json)
    process.stdout.write(
      `\nDone: all budgets are kept and nothing grows${isWritten ? '; docs/performance.md is written' : ''}.\n`
    )
  return problems.length > 0 ? 1 : 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`Failed: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
