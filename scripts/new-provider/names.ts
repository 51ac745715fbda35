import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../packages/sandbox/src/command-line'

const KEBAB_CASE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const MAX_NAME_LENGTH = 40
/** It ends up in TypeScript, JSON, Markdown and SVG, which all have quoting rules of their own. */
const TITLE = /^[\p{L}\p{N}]([\p{L}\p{N} .-]*[\p{L}\p{N}])?$/u
const MAX_TITLE_LENGTH = 40
const ABBREVIATIONS = new Set(['ai', 'api', 'crm', 'cx', 'hr', 'it', 'ms', 'ui', 'sms', 'voip'])

/** @throws UsageError when a new integration of this repository cannot have this name */
export function checkName(root: string, name: string): void {
  if (!KEBAB_CASE.test(name) || name.length > MAX_NAME_LENGTH) {
    const rule = `small letters, digits and single hyphens, starting with a letter, at most ${MAX_NAME_LENGTH} of them`
    throw new UsageError(`The name "${name}" is not in kebab-case: ${rule}, for example zendesk-chat.`)
  }
  const folder = join('integrations', name)
  if (existsSync(join(root, folder))) {
    throw new UsageError(`The folder ${folder} exists already; choose another name, or remove it first.`)
  }
  if (packageNames(root).has(`@hitl/${name}`)) {
    throw new UsageError(`The name "${name}" is taken by a package of this repository; choose another one.`)
  }
}

/** @throws UsageError */
export function checkTitle(title: string): void {
  if (TITLE.test(title) && title.length <= MAX_TITLE_LENGTH) return
  const rule = `letters, digits, spaces, dots and hyphens, at most ${MAX_TITLE_LENGTH} of them`
  throw new UsageError(`The title "${title}" cannot be used: it may have ${rule}.`)
}

/** `zendesk-ai-agents` → `Zendesk AI Agents`. */
export const titleOf = (name: string): string =>
  name
    .split('-')
    .map((word) => (ABBREVIATIONS.has(word) ? word.toUpperCase() : capital(word)))
    .join(' ')

/** The template is the provider Acme Chat, so that it is code like any other: these are the ways it is written there. */
export function spellings(name: string, title: string): ReadonlyMap<string, string> {
  const pascal = name.split('-').map(capital).join('')
  return new Map([
    ['acme-chat', name],
    ['acmeChat', pascal.charAt(0).toLowerCase() + pascal.slice(1)],
    ['AcmeChat', pascal],
    ['Acme Chat', title],
  ])
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

function packageNames(root: string): Set<string> {
  const manifests = readdirSync(join(root, 'packages')).map((folder) => join(root, 'packages', folder, 'package.json'))
  return new Set(
    manifests
      .filter((path) => existsSync(path))
      .map((path) => {
        const { name = '' }: { name?: string } = JSON.parse(readFileSync(path, 'utf8'))
        return name
      })
  )
}
