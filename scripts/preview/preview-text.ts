import type { DefinitionBody } from '../definition-lint/body'
import { definitionDiff } from './definition-diff'

export type Definitions = ReadonlyMap<string, DefinitionBody>

/** Of one integration; what a job may show has its limits. */
const LONGEST_DIFF = 200_000

/** The differences between two sets of definitions as Markdown. */
export function previewText(before: Definitions, after: Definitions): string {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  const sections = names.map((name) => sectionOf(name, before.get(name), after.get(name)))
  return `# What would be deployed\n\n${sections.join('\n')}`
}

function sectionOf(name: string, before: DefinitionBody | undefined, after: DefinitionBody | undefined): string {
  const title = `## ${name}: ${headline(before, after)}\n`
  const diff = definitionDiff(before, after)
  if (diff === '') return title
  const shown =
    diff.length > LONGEST_DIFF
      ? `${diff.slice(0, LONGEST_DIFF)}\n… ${diff.length - LONGEST_DIFF} more characters\n`
      : diff
  const fence = fenceFor(shown)
  return `${title}\n${fence}diff\n${shown}${fence}\n`
}

function headline(before: DefinitionBody | undefined, after: DefinitionBody | undefined): string {
  if (!before) return `new, version ${after?.version}`
  if (!after) return 'removed'
  if (before.version !== after.version) return `version ${before.version} becomes ${after.version}`
  return definitionDiff(before, after) === '' ? 'the same' : `changed, still version ${after.version}`
}

/** Longer than any run of backticks inside, so that a text cannot end the block. */
function fenceFor(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  return '`'.repeat(Math.max(3, longest + 1))
}
