import type { Package } from './repository'
import type { SourceFile } from './source-file'

const REQUIRED_FILES = [
  'integration.definition.ts',
  'hub.md',
  'icon.svg',
  'package.json',
  'README.md',
  'src/index.ts',
  'src/adapter.ts',
  'src/config.ts',
  'src/api.ts',
  'src/webhook.ts',
  'src/schemas.ts',
  'test/contract.test.ts',
  'test/webhook.test.ts',
  'test/api.test.ts',
  'test/journeys.test.ts',
]

/** Where an integration may have files besides the required ones. */
const FREE_PLACES = [/^src\//, /^test\//, /^[\w-]+\.vrl$/]
const FIXTURE = /^test\/fixtures\/.+\.json$/
const INDEX_LINES = 15

/** Every integration has the same files and exports, so that who knows one knows all. */
export function checkFiles(integration: Package): string[] {
  const { folder, files, sources } = integration
  const problems: string[] = []
  for (const file of REQUIRED_FILES) {
    if (!files.includes(file)) problems.push(`${folder}/${file}: is missing`)
  }
  if (!files.some((file) => FIXTURE.test(file))) problems.push(`${folder}/test/fixtures: has no .json file`)
  for (const file of files) {
    const known = REQUIRED_FILES.includes(file) || FREE_PLACES.some((place) => place.test(file))
    if (!known) problems.push(`${folder}/${file}: has no place in an integration; put code in src, tests in test`)
  }
  const find = (file: string) => sources.find(({ path }) => path === `${folder}/${file}`)
  return [
    ...problems,
    ...checkDefaultExport(find('integration.definition.ts')),
    ...checkIndex(find('src/index.ts')),
    ...checkAdapter(folder, find('src/adapter.ts')),
  ]
}

function checkDefaultExport(source: SourceFile | undefined): string[] {
  return source && !source.exports.has('default') ? [`${source.path}: has no default export`] : []
}

function checkIndex(source: SourceFile | undefined): string[] {
  if (!source) return []
  const tooLong = source.lineCount > INDEX_LINES
  const length = tooLong ? [`${source.path}: has ${source.lineCount} lines, at most ${INDEX_LINES} are allowed`] : []
  return [...checkDefaultExport(source), ...length]
}

/** Capitals are free, because product names have their own: `liveChatAdapter` is right for `livechat`. */
function checkAdapter(folder: string, source: SourceFile | undefined): string[] {
  if (!source) return []
  const wanted = `${folder.replace(/^.*\//, '').replaceAll('-', '')}adapter`
  const found = [...source.exports].some((name) => name.toLowerCase() === wanted && /^[a-z]/.test(name))
  return found ? [] : [`${source.path}: exports no ${wanted.replace(/adapter$/, 'Adapter')}`]
}
