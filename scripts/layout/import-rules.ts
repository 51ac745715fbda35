import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import type { Package, Repository } from './repository'
import type { SourceFile } from './source-file'

const CORE = 'packages/hitl-core'
const EMULATOR = 'packages/emulator'
const PAGE = 'packages/sandbox-page'
/**
 * The sandbox joins the emulator and the integrations, tests of an integration may drive the core's inside, and tests
 * of the page start the sandbox.
 */
const MAY_REACH_OUT = /^packages\/sandbox\/|^(packages\/sandbox-page|integrations\/[^/]+)\/test\//
const AXIOS_HOME = `${CORE}/src/http/client.ts`

/** Who may import whom. */
export function checkImports({ packages, integrations }: Repository): string[] {
  const find = (folder: string, name: string): Package =>
    packages.find((candidate) => candidate.folder === folder) ?? absent(folder, name)
  const core = find(CORE, '@hitl/core')
  const emulator = find(EMULATOR, '@hitl/emulator')
  const page = find(PAGE, '@hitl/sandbox-page')
  const tested = [core, ...integrations].map(({ name }) => name)
  const integrationNames = integrations.map(({ name }) => name)
  return [
    ...[...packages, ...integrations].flatMap((owner) => owner.sources.flatMap((one) => checkEscapes(owner, one))),
    ...core.sources.flatMap((one) => forbid(one, integrationNames, 'core knows no integration')),
    ...emulator.sources
      .filter(inSrc)
      .flatMap((one) => forbid(one, tested, 'the emulator shares no code with what it tests')),
    ...page.sources
      .filter(inSrc)
      .flatMap((one) => forbid(one, [emulator.name, ...tested], 'the page knows the sandbox by its protocol only')),
    ...[core, ...integrations].flatMap((owner) => checkShipped(owner, emulator, page)),
  ]
}

function checkShipped(owner: Package, emulator: Package, page: Package): string[] {
  const shipped = owner.sources.filter((candidate) => isShipped(owner, candidate))
  return shipped.flatMap((source) => [
    ...forbid(source, [emulator.name], 'the emulator never ships'),
    ...forbid(source, [page.name], 'the page never ships'),
    ...source.imports.flatMap((name) => checkShippedImport(owner, source, name)),
  ])
}

const absent = (folder: string, name: string): Package => ({
  folder,
  name,
  dependencies: new Set(),
  files: [],
  sources: [],
})

const inSrc = ({ path }: SourceFile): boolean => /^[^/]+\/[^/]+\/src\//.test(path)

/** Code that ends up in a bundle or in a definition. */
export function isShipped(owner: Package, source: SourceFile): boolean {
  const file = source.path.slice(owner.folder.length + 1)
  if (file.endsWith('.d.ts') || file.startsWith('src/testing/')) return false
  return file.startsWith('src/') || file === 'integration.definition.ts'
}

function checkEscapes({ folder }: Package, source: SourceFile): string[] {
  if (MAY_REACH_OUT.test(source.path)) return []
  const escapes = source.imports.filter((name) => {
    if (!name.startsWith('.')) return name.startsWith('/')
    return !posix.join(posix.dirname(source.path), name).startsWith(`${folder}/`)
  })
  return escapes.map((name) => `${source.path}: imports ${name}, a file of another package; import the package`)
}

function forbid(source: SourceFile, names: readonly string[], reason: string): string[] {
  const found = source.imports.filter((name) => names.includes(packageOf(name)))
  return found.map((name) => `${source.path}: imports ${name}; ${reason}`)
}

function checkShippedImport(owner: Package, source: SourceFile, name: string): string[] {
  if (/(^|\/)(\.botpress|bp_modules)(\/|$)/.test(name)) return [`${source.path}: imports ${name}, which is generated`]
  if (name.startsWith('.') || isBuiltin(name)) return []
  const packageName = packageOf(name)
  if (packageName === 'axios' && source.path !== AXIOS_HOME) {
    return [`${source.path}: imports ${name}; only ${AXIOS_HOME} does`]
  }
  if (packageName === 'zod' && name !== 'zod/mini') return [`${source.path}: imports ${name}; use zod/mini`]
  if (owner.dependencies.has(packageName)) return []
  return [`${source.path}: imports ${name}, which ${owner.folder}/package.json does not list under dependencies`]
}

/** `@scope/name/sub/path` → `@scope/name`. */
function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
}
