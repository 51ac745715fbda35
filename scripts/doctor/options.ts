import { pickNamed, readWords, UsageError } from '../../packages/sandbox/src/command-line'
import type { Integration } from '../deploy/integrations'

export type DoctorOptions = {
  integration: Integration
  /** Path of the file with the settings, as it was given. */
  config: string
  webhookUrl: string | undefined
  dryRun: boolean
}

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const

/** @returns undefined when only help is wanted @throws UsageError */
export function readOptions(args: readonly string[], integrations: readonly Integration[]): DoctorOptions | undefined {
  // pnpm hands a leading `--` on, npm does not.
  const { values, positionals } = readWords(args[0] === '--' ? args.slice(1) : args, {
    help: { ...flag, short: 'h' },
    config: text,
    'webhook-url': text,
    'dry-run': flag,
  })
  if (values.help) return undefined
  const [name, ...more] = positionals
  if (name === undefined) throw new UsageError('Name the provider to try. Use --help for the list of options.')
  if (more.length > 0) throw new UsageError('Name one provider only; each has settings of its own.')
  const integration = pickNamed('provider', name, integrations)
  if (!values.config) throw new UsageError('Give the file with the settings: --config <file.json>.')
  const webhookUrl = values['webhook-url']
  if (webhookUrl !== undefined) checkAddress(webhookUrl)
  return { integration, config: values.config, webhookUrl, dryRun: values['dry-run'] }
}

function checkAddress(given: string): void {
  const { protocol, href, search, hash, username } = URL.canParse(given) ? new URL(given) : new URL('about:blank')
  const isPlain = protocol === 'https:' && href === given && !given.endsWith('/') && !search && !hash && !username
  if (isPlain) return
  throw new UsageError(
    'The value of --webhook-url has to be the webhook address that Botpress shows: https://, without a slash at the end.'
  )
}

export const helpText = (integrations: readonly Integration[]): string =>
  [
    'Tries settings against the real provider before anything is deployed, with the checks of the registration.',
    'Nothing is set up there. Checks may renew a token; what that costs is said.',
    '',
    `npm run doctor -- ${integrations.map(({ name }) => name).join('|')} --config file.json [options]`,
    '  --config <file>        JSON object with the settings as in the Botpress form',
    '  --webhook-url <url>    address of the installation, once Botpress shows it; without it some checks are not conclusive',
    '  --dry-run              only says which calls would be made; nothing is sent',
    '  --help                 show this',
    '',
    'Exit codes: 0 nothing is wrong, 1 a check failed, 2 the command line or the file is wrong.',
  ].join('\n')
