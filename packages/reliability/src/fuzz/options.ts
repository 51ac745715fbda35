import { pickNamed, readValues, UsageError } from '@hitl/sandbox/command-line'
import { providers, type SandboxProvider } from '@hitl/sandbox/providers'

export type Options = {
  providers: readonly SandboxProvider[]
  requests: number
  seed: number
  path?: string
  json: boolean
}

const DEFAULT_REQUESTS = 200_000
const MOST_REQUESTS = 10_000_000
const LARGEST_SEED = 2 ** 31 - 1

/** @returns undefined when only help is wanted @throws UsageError */
export function readOptions(args: readonly string[]): Options | undefined {
  const { help, provider, requests, seed, path, json } = parse(args)
  if (help) return undefined
  const chosen = provider === undefined ? providers : [pickNamed('provider', provider, providers)]
  if (path !== undefined && (chosen.length > 1 || seed === undefined)) {
    throw new UsageError('Use --path together with --provider and --seed.')
  }
  if (path !== undefined && !/^\d+(:\d+)*$/.test(path)) {
    throw new UsageError(`The path "${path}" is not one that a failure has named.`)
  }
  return {
    providers: chosen,
    requests: requests === undefined ? DEFAULT_REQUESTS : wholeNumber('requests', requests, 1, MOST_REQUESTS),
    seed: seed === undefined ? Date.now() % LARGEST_SEED : wholeNumber('seed', seed, 0, LARGEST_SEED),
    ...(path === undefined ? {} : { path }),
    json,
  }
}

const parse = (args: readonly string[]) =>
  readValues(args, {
    help: { type: 'boolean', short: 'h', default: false },
    provider: { type: 'string' },
    requests: { type: 'string' },
    seed: { type: 'string' },
    path: { type: 'string' },
    json: { type: 'boolean', default: false },
  })

function wholeNumber(what: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw new UsageError(`--${what} takes a whole number from ${min} to ${max}, not "${text}".`)
}

export const helpText = (): string =>
  [
    'Sends webhooks that are wrong in every way to the built integrations, as Botpress forwards them.',
    '',
    'pnpm fuzz [options]',
    `  --provider <name>   only one of: ${providers.map(({ name }) => name).join(', ')}`,
    `  --requests <count>  so many to each provider; ${DEFAULT_REQUESTS} when absent`,
    '  --seed <number>     the same requests again; a new number each time when absent',
    '  --path <path>       straight to the request that failed, with its provider and seed',
    '  --json              the figures as JSON',
    '  --help              show this',
    '',
    'Exit codes: 0 nothing was found, 1 something was found or is broken, 2 the command line is wrong.',
    'A request that keeps the program busy for good ends it by SIGKILL, after a sentence that names the request.',
  ].join('\n')
