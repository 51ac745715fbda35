import { pickNamed, readWords, UsageError } from '../../packages/sandbox/src/command-line'
import { type Visibility, visibilities } from './create-body'
import type { Integration } from './integrations'
import { readTag } from './versions/version'

export type DeployOptions = {
  integration: Integration
  /** The tag that asks for this deployment, if one does. */
  tag: string | undefined
  visibility: Visibility
  dryRun: boolean
  force: boolean
}

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const

/** @returns undefined when only help is wanted @throws UsageError */
export function readOptions(args: readonly string[], integrations: readonly Integration[]): DeployOptions | undefined {
  // pnpm hands a leading `--` on, npm does not.
  const { values, positionals } = readWords(args[0] === '--' ? args.slice(1) : args, {
    help: { ...flag, short: 'h' },
    tag: text,
    visibility: text,
    'dry-run': flag,
    force: flag,
  })
  if (values.help) return undefined
  const name = readName(positionals, values.tag)
  return {
    integration: pickNamed('integration', name, integrations),
    tag: values.tag,
    visibility: readVisibility(values.visibility),
    dryRun: values['dry-run'],
    force: values.force,
  }
}

function readName(words: readonly string[], tag: string | undefined): string {
  const [word, ...more] = words
  if (more.length > 0) throw new UsageError('Name one integration only; each is deployed on its own.')
  if (tag === undefined) {
    if (word === undefined) throw new UsageError('Name the integration to deploy. Use --help for the list of options.')
    return word
  }
  const read = readTag(tag)
  if (!read) throw new UsageError(`--tag "${tag}" is not of the form livechat@1.2.3.`)
  if (word !== undefined && word !== read.name) throw new UsageError(`--tag "${tag}" is not a tag of ${word}.`)
  return read.name
}

function readVisibility(value: string = 'private'): Visibility {
  const found = visibilities.find((one) => one === value)
  if (found) return found
  throw new UsageError(`--visibility "${value}" is not one of: ${visibilities.join(', ')}.`)
}

export function helpText(integrations: readonly Integration[]): string {
  const list = (rows: readonly (readonly [string, string])[]) =>
    rows.map(([name, about]) => `  ${name.padEnd(24)} ${about}`).join('\n')
  return [
    'Checks one integration, builds it and publishes it to a Botpress workspace.',
    '',
    'pnpm deploy:integration <name> [options]',
    list([
      ['<name>', integrations.map(({ name }) => name).join(', ')],
      ['--dry-run', 'does everything but publish; without an account, what can be done without one'],
      ['--visibility <who>', `${visibilities.join(', ')}; private when absent`],
      ['--force', 'overwrites a version that is published already'],
      ['--tag <name@version>', 'in place of the name; the definition has to have this version'],
      ['--help', 'show this'],
    ]),
    '',
    'The account comes from the environment: BP_TOKEN, BP_WORKSPACE_ID, and BP_API_URL where it is not the usual one.',
    'Exit codes: 0 all is well, 1 a check fails or something is broken, 2 the command line is wrong.',
  ].join('\n')
}
