import { openBrowser } from './open-browser'
import { UsageError } from './command-line'
import { helpText, type Options, readOptions } from './options'
import { paintFor } from './paint'
import { openPage } from './page'
import { perform } from './perform'

const print = (line: string) => void process.stdout.write(`${line}\n`)

/** `npm start`: the page, or the journeys told as they happen. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args)
    if (options) return await (options.journeys ? show(options) : showPage(options))
    print(helpText())
    return 0
  } catch (error) {
    return fail(error, error instanceof UsageError ? 2 : 1)
  }
}

async function showPage({ provider, port, keep, open: mayOpen }: Options): Promise<number> {
  const page = await openPage({ provider, keep, print, ...(port === undefined ? {} : { port }) })
  const stopped = stopSignal()
  print(`The sandbox is ready: ${page.url}`)
  print(`Stop it with Ctrl-C.${keep ? ' What was said and done is kept for the next start.' : ''}`)
  if (mayOpen) await openBrowser(page.url)
  await stopped
  print('Stopping …')
  await page.close()
  return 0
}

/** One signal may come twice: from the terminal and from the runner. */
const SAME_SIGNAL_MS = 500

/** A second signal of either kind ends the program at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let stoppedAt: number | undefined
    const stop = () => {
      stoppedAt ??= performance.now()
      if (performance.now() - stoppedAt > SAME_SIGNAL_MS) process.exit(STOPPED_CODE)
      resolve()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  })
}

const STOPPED_CODE = 130

async function show({ provider, fault, port, verbose }: Options): Promise<number> {
  const startedAt = performance.now()
  print(`${provider.title}: the built integration in a process of its own, Botpress and ${provider.title} emulated.`)
  const checks = await perform(provider, {
    instances: 'process',
    pace: 'real',
    ...(fault ? { fault } : {}),
    ...(port === undefined ? {} : { port }),
    narrator: { print, paint: paintFor(process.stdout, process.env), verbose },
    onOpen: (stage) => stopEarly(() => Promise.all(stage.instances.map((instance) => instance.kill()))),
  })
  const failed = checks.filter(({ ok }) => !ok).length
  print('')
  if (failed > 0) return fail(new Error(`${failed} of ${checks.length} checks failed; the lines above say which.`), 1)
  const under = fault ? ` under the fault ${fault.name}` : ''
  print(`Done: ${checks.length} of ${checks.length} checks hold${under} (${seconds(performance.now() - startedAt)}).`)
  return 0
}

/** The instances are processes of their own and would outlive this one. */
function stopEarly(cleanUp: () => Promise<unknown>): void {
  const stop = (code: number) => void cleanUp().finally(() => process.exit(code))
  process.once('SIGINT', () => stop(STOPPED_CODE))
  process.once('SIGTERM', () => stop(143))
  // Whoever read our output has gone, as with `npm start | head`.
  process.stdout.once('error', () => stop(1))
}

function fail(error: unknown, code: 1 | 2): number {
  const text = error instanceof Error ? error.message : String(error)
  process.stderr.write(`Failed: ${text}\n`)
  return code
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

process.exitCode = await main(process.argv.slice(2))
