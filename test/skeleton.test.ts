import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const GUIDE = readFileSync(join(ROOT, 'docs/adding-a-provider.md'), 'utf8')

/** The code of the guide by file, placed next to a real integration so that its packages are found. */
function readSkeleton(): Map<string, string> {
  const blocks = [...GUIDE.matchAll(/```ts\n\/\/ (src\/\S+)\n(.*?)```/gs)]
  return new Map(blocks.map(([, path = '', code = '']) => [join(ROOT, 'integrations/livechat/skeleton', path), code]))
}

function compile(files: ReadonlyMap<string, string>): string[] {
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.base.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT)
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = ts.sys
  host.fileExists = (path) => files.has(resolve(path)) || fileExists(path)
  host.directoryExists = (path) =>
    [...files.keys()].some((file) => file.startsWith(path)) || ts.sys.directoryExists(path)
  host.readFile = (path) => files.get(resolve(path)) ?? readFile(path)
  const program = ts.createProgram(
    [...files.keys(), join(ROOT, 'packages/hitl-core/src/http/axios.d.ts')],
    options,
    host
  )
  const diagnostics = [...files.keys()].flatMap((path) => {
    const source = program.getSourceFile(path)
    return source ? [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)] : []
  })
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

test('the guide is short', () => {
  expect(GUIDE.trimEnd().split('\n').length).toBeLessThan(150)
})

test('the skeleton of the guide compiles', { timeout: 60_000 }, () => {
  const skeleton = readSkeleton()
  expect([...skeleton.keys()].map((path) => path.replace(/^.*\/src\//, ''))).toEqual([
    'config.ts',
    'schemas.ts',
    'webhook.ts',
    'api.ts',
    'adapter.ts',
  ])
  expect(compile(skeleton)).toEqual([])
})

test('a skeleton that breaks the contract does not compile', { timeout: 60_000 }, () => {
  const skeleton = readSkeleton()
  for (const [path, code] of skeleton) skeleton.set(path, code.replace('  threadKey: ({ id }) => id,\n', ''))
  expect(compile(skeleton).join('\n')).toContain('threadKey')
})
