import { readValues, UsageError } from '../../packages/sandbox/src/command-line'
import { checkName, checkTitle, titleOf } from './names'

export type Options = { name: string; title: string }

/** @returns undefined when only help is wanted @throws UsageError */
export function readOptions(root: string, given: readonly string[]): Options | undefined {
  // pnpm hands the separator over, npm does not.
  const args = given[0] === '--' ? given.slice(1) : given
  if (args.includes('--help') || args.includes('-h')) return undefined
  const [name, ...rest] = args
  if (name === undefined || name.startsWith('-')) {
    throw new UsageError('The name of the new provider comes first, for example: pnpm new:provider zendesk-chat.')
  }
  const { title = titleOf(name) } = readValues(rest, { title: { type: 'string' } })
  checkName(root, name)
  checkTitle(title)
  return { name, title }
}

export const helpText = (): string =>
  [
    'Makes the skeleton of a new integration: integrations/<name>, which builds and passes the shared suite.',
    '',
    'Usage: pnpm new:provider <name> [--title "Product Name"]',
    '',
    '  <name>                 folder and package name in kebab-case, for example zendesk-chat',
    '  --title                product name; "Zendesk Chat" for zendesk-chat when absent',
    '  -h, --help             this list',
    '',
    'Files that exist are never touched. docs/adding-a-provider.md says how to go on.',
  ].join('\n')
