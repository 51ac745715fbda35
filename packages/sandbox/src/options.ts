import { pickNamed, readValues, UsageError } from './command-line'
import { type Fault, faults } from './faults'
import { providers, type SandboxProvider } from './providers/index'

export type Options = {
  provider: SandboxProvider
  /** The narrated run in place of the page. */
  journeys: boolean
  verbose: boolean
  keep: boolean
  /** Whether a browser may be opened. */
  open: boolean
  fault?: Fault
  port?: number
}

const MAX_PORT = 65_535

/** @returns undefined when only help is wanted @throws UsageError */
export function readOptions(args: readonly string[]): Options | undefined {
  const values = parse(args)
  if (values.help) return undefined
  const provider = pickNamed('provider', values.provider, providers)
  const fault = values.fault === undefined ? undefined : pickNamed('fault', values.fault, faults)
  const port = values.port === undefined ? undefined : readPort(values.port)
  return {
    provider,
    journeys: values.journeys || fault !== undefined,
    verbose: values.verbose,
    keep: values.keep,
    open: !values['no-open'],
    ...(fault ? { fault } : {}),
    ...(port === undefined ? {} : { port }),
  }
}

const parse = (args: readonly string[]) =>
  readValues(args, {
    help: { type: 'boolean', short: 'h', default: false },
    provider: { type: 'string', default: providers[0]?.name ?? '' },
    fault: { type: 'string' },
    journeys: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    'no-open': { type: 'boolean', default: false },
    port: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  })

function readPort(value: string): number {
  const port = Number(value)
  if (/^\d+$/.test(value) && port >= 1 && port <= MAX_PORT) return port
  throw new UsageError(`The port "${value}" is not a whole number from 1 to ${MAX_PORT}.`)
}

export function helpText(): string {
  const list = (rows: readonly (readonly [string, string])[]) =>
    rows.map(([name, about]) => `  ${name.padEnd(22)} ${about}`).join('\n')
  return [
    'Runs the built integrations between an emulated Botpress and the emulated providers.',
    '',
    'npm start -- [options]            shows them as a page in the browser',
    list([
      ['--provider <name>', `integration to show first: ${providers.map(({ name }) => name).join(', ')}`],
      ['--port <number>', 'port of the page on 127.0.0.1; 4780 or a free one when absent'],
      ['--keep', 'keep what was said and done for the next start'],
      ['--no-open', 'print the address only, and open no browser'],
      ['--help', 'show this'],
    ]),
    '',
    'npm start -- --journeys [options] plays the journeys of one provider here, and ends',
    list([
      ['--provider <name>', 'integration to play'],
      ['--fault <name>', 'let one thing go wrong and check that nothing is lost (see below)'],
      ['--port <number>', 'port of the emulator on 127.0.0.1; a free one when absent'],
      ['--verbose', 'show request and response bodies, without secrets'],
    ]),
    '',
    'Faults',
    list(faults.map(({ name, about }) => [name, about] as const)),
    '',
    'Exit codes: 0 every check holds, 1 a check fails or something is broken, 2 the command line is wrong.',
  ].join('\n')
}
