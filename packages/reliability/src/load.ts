import { paintFor } from '@hitl/sandbox/paint'
import type { SandboxProvider } from '@hitl/sandbox/providers'
import { figuresOf } from './load/figures'
import { UsageError } from '@hitl/sandbox/command-line'
import { type CommandLine, helpText, type LoadOptions, readOptions } from './load/options'
import { reportText } from './load/report'
import { type LoadRun, type Progress, runLoad } from './load/run-load'
import { messagesOf } from './load/tally'

const PROGRESS_EVERY_MS = 10_000

const print = (text: string) => void process.stdout.write(`${text}\n`)

/** `pnpm load`: one provider after the other. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const commandLine = readCommandLine(args)
  if (typeof commandLine === 'number') return commandLine
  const { providers, load, json } = commandLine
  const runs: { title: string; run: LoadRun }[] = []
  for (const provider of providers) {
    const run = await withProgress(provider, load, json ? () => undefined : print)
    runs.push({ title: provider.title, run })
    if (!json)
      print(`\n${reportText(`${provider.title}, ${describe(load)}`, run, paintFor(process.stdout, process.env))}\n`)
  }
  if (json) print(JSON.stringify(runs.map(toJson), null, 2))
  const failed = runs.filter(({ run }) => run.checks.some(({ ok }) => !ok)).map(({ title }) => title)
  if (failed.length > 0) return fail(`a check does not hold (${failed.join(', ')}); the lines above say which.`, 1)
  const messages = runs.reduce((sum, { run }) => sum + messagesOf(run.tally), 0)
  const exact = load.conversations * load.rounds * runs.length
  if (!json)
    print(`Done: all ${exact} conversations with ${messages} messages are exact, and nothing grew without end.`)
  return 0
}

function readCommandLine(args: readonly string[]): CommandLine | number {
  try {
    const commandLine = readOptions(args)
    if (commandLine) return commandLine
    print(helpText())
    return 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return fail(error.message, 2)
  }
}

async function withProgress(
  provider: SandboxProvider,
  options: LoadOptions,
  say: (text: string) => void
): Promise<LoadRun> {
  let timer: NodeJS.Timeout | undefined
  const told = ({ phase, tally, total }: Progress) => {
    const line = () => `${provider.title}: ${phase}; ${messagesOf(tally)} of ${total} messages have arrived`
    say(line())
    clearInterval(timer)
    timer = setInterval(() => say(line()), PROGRESS_EVERY_MS)
  }
  try {
    return await runLoad(provider, options, told)
  } finally {
    clearInterval(timer)
  }
}

const describe = ({ conversations, instances, faults, seed, rounds }: LoadOptions) =>
  `${conversations} conversations at once, ${instances} processes, ${faults} % faults, seed ${seed}` +
  (rounds > 1 ? `, ${rounds} rounds` : '')

const toJson = ({ title, run }: { title: string; run: LoadRun }) => ({
  provider: title,
  ...figuresOf(run),
  faults: Object.fromEntries(run.calls.faults),
  refused: run.tally.refused,
  tokens: run.calls.tokens,
  checks: run.checks,
})

function fail(text: string, code: 1 | 2): number {
  process.stderr.write(`Failed: ${text}\n`)
  return code
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.exitCode = fail(error instanceof Error ? error.message : String(error), 1)
}
