import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesBelow } from '../scripts/files-below.mjs'

const ROOT = resolve(import.meta.dirname, '..')
const FILES = filesBelow(ROOT).map((path) => relative(ROOT, path))
const DOCUMENTS = FILES.filter((path) => path.endsWith('.md') && !path.includes('/fixtures/'))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))

/** Commands of pnpm itself; every other word after `pnpm` has to be a script. */
const PNPM_COMMANDS = new Set(['install', 'add', 'remove', 'dlx', 'exec', 'update'])

function namedScripts(text: string): string[] {
  const code = [...text.matchAll(/```(?:sh|bash)\n(.*?)```|`([^`\n]+)`/gs)].map(
    ([, block, inline]) => block ?? inline ?? ''
  )
  return code.flatMap((line) => [
    ...[...line.matchAll(/\bp?npm(?:@[\d.]+)? run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name),
    ...[...line.matchAll(/\bnpm (start|test)\b/g)].map(([, name = '']) => name),
    ...[...line.matchAll(/\bpnpm(?:@[\d.]+)? (?!run\b)([a-z][\w:-]*)/g)]
      .map(([, name = '']) => name)
      .filter((name) => !PNPM_COMMANDS.has(name)),
  ])
}

const TEMPLATE = 'scripts/new-provider/template'

/** Where a document is read: the template's become files of an integration. */
const placeOf = (document: string) => document.replace(TEMPLATE, 'integrations/livechat')

/** @param document where the text is read from */
function brokenLinks(document: string, text: string): string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? document : join(dirname(placeOf(document)), path)
    if (!existsSync(join(ROOT, target))) return true
    return anchor !== undefined && !headingAnchors(read(target)).includes(anchor)
  })
}

function headingAnchors(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-')
  )
}

/** Paths in backticks that start in a folder of the repository, placeholders and generated files left out. */
function namedPaths(text: string): string[] {
  const inline = [...text.matchAll(/`([^`\s]+)`/g)].map(([, code = '']) => code)
  return inline.filter(
    (code) =>
      /^(packages|integrations|docs|scripts|test|\.ci|\.github)\/[\w./-]+$/.test(code) && !code.includes('.botpress')
  )
}

/** @param document where the text is read from; the guide also names files that the skeleton has */
function missingPaths(document: string, text: string): string[] {
  const packageFolder = /^(packages|integrations)\/[^/]+/.exec(placeOf(document))?.[0] ?? ''
  const bases = [ROOT, join(ROOT, packageFolder), join(ROOT, 'integrations/livechat'), join(ROOT, TEMPLATE)]
  return namedPaths(text).filter((path) => !bases.some((base) => existsSync(join(base, path))))
}

const unknownScripts = (text: string) => namedScripts(text).filter((name) => scripts[name] === undefined)

describe.each(DOCUMENTS)('%s', (document) => {
  test('names only commands that exist', () => {
    expect(unknownScripts(read(document))).toEqual([])
  })

  test('links only to files and headings that exist', () => {
    expect(brokenLinks(document, read(document))).toEqual([])
  })

  test('names only paths that exist', () => {
    expect(missingPaths(document, read(document))).toEqual([])
  })
})

test('the documents that everybody looks for exist', () => {
  expect(DOCUMENTS).toEqual(
    expect.arrayContaining([
      'README.md',
      'CONTRIBUTING.md',
      'CHANGELOG.md',
      'SECURITY.md',
      'docs/adding-a-provider.md',
      'docs/architecture.md',
      'docs/deploying.md',
      'docs/journeys.md',
    ])
  )
})

test('what does not exist is found', () => {
  expect(unknownScripts('```sh\nnpm run lint\nnpm run lnit\n```')).toEqual(['lnit'])
  const links =
    '[a](#limits) [b](#nowhere) [c](docs/sandbox.md) [d](docs/sandbax.md) [e](docs/sandbox.md#nowhere) ![f](x.png)'
  expect(brokenLinks('README.md', links)).toEqual(['#nowhere', 'docs/sandbax.md', 'docs/sandbox.md#nowhere', 'x.png'])
  const paths = '`scripts/run.mjs`, `scripts/walk.mjs`, `integrations/livechat/src`, `docs/nothing.md`, `src/any.ts`'
  expect(missingPaths('README.md', paths)).toEqual(['scripts/walk.mjs', 'docs/nothing.md'])
})

test('commands in documents are recognised', () => {
  const text =
    'Run `npm run nothing`, `npm test`, `pnpm none` or `npx pnpm@10.34.9 run no-such:script`, not `pnpm install`.'
  expect(namedScripts(text)).toEqual(['nothing', 'test', 'none', 'no-such:script'])
})

test('no file names a folder of one machine or the host of a registry', () => {
  // The brackets keep this file from finding itself.
  const machine =
    /(?<![\w.-])\/(wor[k]|hom[e]\/\w+|roo[t]|User[s]\/\w+)\/|\b(registr[y]|mirro[r])\.[a-z0-9-]+\.(org|com|io|net)\b/
  const texts = FILES.filter((path) => !/\.(png|jpg|ico|woff2?)$/.test(path) && path !== 'pnpm-lock.yaml')
  expect(texts.filter((path) => machine.test(read(path)))).toEqual([])
})

describe('versions', () => {
  const definitions = FILES.filter((path) => /^integrations\/[^/]+\/integration\.definition\.ts$/.test(path))

  test.each(definitions)('the changelog knows the version in %s', (path) => {
    const text = read(path)
    const version = /\bversion: '(\d+\.\d+\.\d+)'/.exec(text)?.[1]
    const name = /\bname: '([\w-]+)'/.exec(text)?.[1]
    expect(version).toBeDefined()
    expect(read('CHANGELOG.md')).toContain(`\n## ${name} ${version} - `)
  })

  test('the same pnpm is named everywhere', () => {
    const { packageManager }: { packageManager: string } = JSON.parse(read('package.json'))
    const places = [...DOCUMENTS, 'scripts/runner/main.mjs', 'scripts/runner/diagnose.mjs', '.github/workflows/ci.yml']
    const named = places.flatMap((path) => read(path).match(/pnpm@\d+\.\d+\.\d+/g) ?? [])
    expect([...new Set(named)]).toEqual([packageManager])
  })
})
