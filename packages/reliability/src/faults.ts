import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pickNamed, readValues, UsageError } from '@hitl/sandbox/command-line'
import { providers } from '@hitl/sandbox/providers'
import { causes } from './faults/causes'
import { reliabilityDocument } from './faults/document'
import { lineOf, type Matrix, type Played, playMatrix } from './faults/matrix'
import { isKnown, reasons } from './faults/reasons'
import { countText } from './faults/report'
import { steps } from './faults/steps'
import { Workers } from './faults/workers'

const DOCUMENT = fileURLToPath(new URL('../../../docs/reliability.md', import.meta.url))
const SPEED = 10
const WORKERS = 5

const options = {
  provider: { type: 'string', multiple: true },
  step: { type: 'string', multiple: true },
  fault: { type: 'string', multiple: true },
  every: { type: 'string' },
  workers: { type: 'string', default: String(WORKERS) },
  speed: { type: 'string', default: String(SPEED) },
  verbose: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const HELP = `npm run faults: every step of a session under every fault, for every provider. Writes docs/reliability.md.

  --provider <name>   only this one: ${providers.map(({ name }) => name).join(', ')}
  --step <name>       only this one: ${steps.map(({ name }) => name).join(', ')}
  --fault <name>      only this one: ${causes.map(({ name }) => name).join(', ')}
  --every <n>         only a sample: one run of each nth pair of step and fault
  --workers <n>       processes at the same time; ${WORKERS} when absent
  --speed <n>         how many times as fast as real time; ${SPEED} when absent
  --verbose           tells of every run
  --json              prints every run as JSON instead

The first four may be given several times, and leave the document as it is.`

/** Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const values = readValues(args, options)
  const write = (text: string) => void process.stdout.write(`${text}\n`)
  if (values.help) {
    write(HELP)
    return 0
  }
  const print = values.json ? () => undefined : write
  const chosen = {
    providers: known('provider', values.provider ?? providers.map(({ name }) => name), providers),
    ...(values.step ? { steps: known('step', values.step, steps) } : {}),
    ...(values.fault ? { causes: known('fault', values.fault, causes) } : {}),
    ...(values.every ? { every: whole('every', values.every) } : {}),
  }
  const workers = new Workers(whole('workers', values.workers))
  const startedAt = Date.now()
  try {
    const matrix = await playMatrix(workers, { ...chosen, speed: whole('speed', values.speed), told: print })
    const isWhole = !values.provider && !values.step && !values.fault && !values.every
    if (isWhole) writeFileSync(DOCUMENT, reliabilityDocument(matrix, providers))
    if (values.json) write(JSON.stringify(matrix, null, 2))
    return conclude(matrix, { print, isWhole, verbose: values.verbose, ms: Date.now() - startedAt })
  } finally {
    workers.close()
  }
}

type Telling = { print(text: string): void; isWhole: boolean; verbose: boolean; ms: number }

function conclude({ runs, unsteady, broken }: Matrix, { print, isWhole, verbose, ms }: Telling): number {
  const isBad = (run: Played) => !['once', 'failed'].includes(run.verdict) && !isKnown(run)
  for (const run of verbose ? runs : []) print(lineOf(run))
  for (const run of unsteady) print(`unsteady: ${lineOf(run)}`)
  for (const error of broken) print(error)
  print(`${countText(runs)} (${Math.round(ms / 1000)} s).${isWhole ? ' Written to docs/reliability.md.' : ''}`)
  const problems = [
    [runs.filter(isBad).length, 'runs end badly and no reason is given for it'],
    [runs.filter(({ leaks }) => leaks.length > 0).length, 'runs gave a secret or words of people away'],
    [runs.filter(({ hit }) => !hit).length, 'runs met no fault, so they prove nothing'],
    [broken.length, 'runs could not be played'],
    [isWhole ? stale(runs) : 0, 'reasons in reasons.ts explain nothing any more'],
  ] as const
  const sentences = problems.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : []))
  if (sentences.length === 0)
    print('Done: every run is delivered once, fails loudly and can be repeated, or has a reason.')
  else process.stderr.write(`Failed: ${sentences.join('; ')}.\n`)
  return sentences.length === 0 ? 0 : 1
}

const stale = (runs: readonly Played[]) =>
  reasons.filter(
    (reason) => !runs.some((run) => isKnown(run) && reason.steps.test(run.step) && reason.causes.test(run.cause))
  ).length

const known = (what: string, names: readonly string[], all: readonly { name: string }[]): readonly string[] =>
  names.map((name) => pickNamed(what, name, all).name)

function whole(what: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new UsageError(`--${what} takes a whole number from 1 on.`)
  return value
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`Failed: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
