import { pickNamed, readValues, UsageError } from '@hitl/sandbox/command-line'
import { providers, type SandboxProvider } from '@hitl/sandbox/providers'

export type LoadOptions = {
  conversations: number
  /** Of one round, both ways together. */
  messages: number
  /** Processes of the bundle. */
  instances: number
  /** Calls in a hundred that go wrong. */
  faults: number
  rounds: number
  seed: number
}

export type CommandLine = { providers: readonly SandboxProvider[]; load: LoadOptions; json: boolean }

const defaults = { conversations: 200, messages: 20_000, instances: 3, faults: 2, rounds: 1, seed: 1 }

const limits = {
  conversations: [1, 2_000],
  messages: [2, 1_000_000],
  instances: [1, 16],
  faults: [0, 20],
  rounds: [1, 100],
  seed: [0, 2 ** 31 - 1],
} as const satisfies Record<keyof LoadOptions, readonly [number, number]>

/** @returns undefined when only help is wanted @throws UsageError */
export function readOptions(args: readonly string[]): CommandLine | undefined {
  const values = parse(args)
  if (values.help) return undefined
  const number = (name: keyof LoadOptions) => readNumber(name, values[name])
  return {
    providers: values.provider === undefined ? providers : [pickNamed('provider', values.provider, providers)],
    load: {
      conversations: number('conversations'),
      messages: number('messages'),
      instances: number('instances'),
      faults: number('faults'),
      rounds: number('rounds'),
      seed: number('seed'),
    },
    json: values.json,
  }
}

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const

const parse = (args: readonly string[]) =>
  readValues(args, {
    help: { ...flag, short: 'h' },
    provider: text,
    conversations: text,
    messages: text,
    instances: text,
    faults: text,
    rounds: text,
    seed: text,
    json: flag,
  })

function readNumber(name: keyof LoadOptions, value: string | undefined): number {
  if (value === undefined) return defaults[name]
  const [least, most] = limits[name]
  const number = Number(value)
  const isRight = name === 'faults' ? /^\d+(\.\d+)?$/.test(value) : /^\d+$/.test(value)
  if (isRight && number >= least && number <= most) return number
  const kind = name === 'faults' ? 'a number' : 'a whole number'
  throw new UsageError(`--${name} "${value}" is not ${kind} from ${least} to ${most}.`)
}

export function helpText(): string {
  const list = (rows: readonly (readonly [string, string])[]) =>
    rows.map(([name, about]) => `  ${name.padEnd(22)} ${about}`).join('\n')
  return [
    'Many conversations at once through several processes of each built integration, while calls go wrong, webhooks come',
    'twice and tokens expire; then compares both sides of every conversation, message by message.',
    '',
    'pnpm load [options]',
    list([
      ['--provider <name>', `only this one: ${providers.map(({ name }) => name).join(', ')}`],
      ['--conversations <n>', `at the same time; ${defaults.conversations} when absent`],
      ['--messages <n>', `for each provider, both ways together; ${defaults.messages} when absent`],
      ['--instances <n>', `processes of the integration; ${defaults.instances} when absent`],
      ['--faults <percent>', `of all calls go wrong; ${defaults.faults} when absent`],
      [
        '--rounds <n>',
        `all of it so many times, with new people and the same processes; ${defaults.rounds} when absent`,
      ],
      ['--seed <n>', `of everything left to chance; ${defaults.seed} when absent`],
      ['--json', 'print the figures as JSON, and nothing else'],
      ['--help', 'show this'],
    ]),
    '',
    'Exit codes: 0 every check holds, 1 a check fails or something is broken, 2 the command line is wrong.',
  ].join('\n')
}
