import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { integrationsOf } from '../scripts/deploy/integrations'
import { readDefinition } from '../scripts/deploy/read-definition'
import { checkVersions } from '../scripts/deploy/versions/check-versions'
import { gitIn } from '../scripts/deploy/versions/git'
import { compareVersions, readTag } from '../scripts/deploy/versions/version'
import { checkWrittenVersions } from '../scripts/deploy/versions/written-versions'
import {
  changelog,
  lockfile,
  manifest,
  type Scratch,
  scratchIntegration,
  type Tree,
} from './deploy-kit/scratch-integration'

const ROOT = resolve(import.meta.dirname, '..')

describe.each(integrationsOf(ROOT))('$name', (integration) => {
  test('has one version in its definition, its package.json and the changelog', async () => {
    const { name, version } = await readDefinition(integration, process.env)
    expect(name).toBe(integration.name)
    expect(checkWrittenVersions(ROOT, { name, version })).toEqual([])
  })
})

let scratch: Scratch
beforeEach(() => {
  scratch = scratchIntegration()
})
afterEach(() => scratch.remove())

const check = (version = '1.2.3', tag?: string) =>
  checkVersions(scratch.root, gitIn(scratch.root), { name: 'acme', version }, tag).problems

const raised = (version: string): Tree => ({
  'integrations/acme/package.json': manifest(version),
  'CHANGELOG.md': changelog(version, '1.2.3'),
})

describe('what is written', () => {
  test('agrees', () => {
    expect(check()).toEqual([])
  })

  test('package.json has the version of the definition', () => {
    scratch.write({ 'integrations/acme/package.json': manifest('1.2.2') })
    expect(check()).toEqual([
      'integrations/acme/package.json: says version 1.2.2, but integration.definition.ts says 1.2.3',
    ])
    scratch.write({ 'integrations/acme/package.json': '{}' })
    expect(check()).toEqual([expect.stringContaining('says version nothing')])
  })

  test.each([
    ['no heading', '# Changelog\n', 'has no heading "## acme 1.2.3 - <date>"'],
    ['a heading of another version', changelog('1.2.30', '11.2.3'), 'has no heading'],
    ['a heading of another integration', '\n## acme-two 1.2.3 - 2026-01-02\n\n- New.\n', 'has no heading'],
    ['a heading further down', '\n### acme 1.2.3 - 2026-01-02\n\n- New.\n', 'has no heading'],
    ['no date', '\n## acme 1.2.3 - soon\n\n- New.\n', 'does not end in a date'],
    ['a day that does not exist', '\n## acme 1.2.3 - 2026-13-01\n\n- New.\n', 'does not end in a date'],
    ['no line', '\n## acme 1.2.3 - 2026-01-02\n\n## acme 1.2.2 - 2026-01-01\n\n- Old.\n', 'has no line'],
  ])('a changelog with %s is refused', (_, text, problem) => {
    scratch.write({ 'CHANGELOG.md': text })
    expect(check()).toEqual([expect.stringContaining(problem)])
  })
})

describe('since the latest tag', () => {
  const change = (files: Tree) => {
    scratch.git('tag', 'acme@1.2.3')
    scratch.write(files)
    scratch.commit()
  }
  const still = (path: string) =>
    `integrations/acme: has changed since acme@1.2.3, but is still 1.2.3; raise it (${path})`

  test('nothing has changed', () => {
    change({ 'docs/new.md': 'new\n' })
    expect(check()).toEqual([])
  })

  test.each([
    'integrations/acme/src/index.ts',
    'integrations/acme/src/new.ts',
    'integrations/acme/hub.md',
    'integrations/acme/icon.svg',
    'integrations/acme/integration.definition.ts',
    'integrations/acme/link.vrl',
    'packages/hitl-core/src/index.ts',
  ])('a change of %s needs a new version', (path) => {
    change({ [path]: 'changed\n' })
    expect(check()).toEqual([still(path)])
    scratch.write(raised('1.2.4'))
    expect(check('1.2.4')).toEqual([])
  })

  test('so does a file that is gone, and one that no commit has yet', () => {
    scratch.git('tag', 'acme@1.2.3')
    scratch.write({ 'integrations/acme/src/new.ts': 'new\n' })
    expect(check()).toEqual([still('integrations/acme/src/new.ts')])
    rmSync(`${scratch.root}/integrations/acme/src`, { recursive: true })
    expect(check()).toEqual([still('integrations/acme/src/index.ts')])
  })

  test.each([
    'integrations/acme/test/api.test.ts',
    'integrations/acme/README.md',
    'packages/hitl-core/src/testing/kit.ts',
    'packages/hitl-core/test/index.test.ts',
    'integrations/other/src/index.ts',
  ])('a change of %s needs none', (path) => {
    change({ [path]: 'changed\n' })
    expect(check()).toEqual([])
  })

  test.each([
    ['its own package', { zod: '4.0.1' }, 'zod@4.0.1, zod@4.0.0'],
    ['one that the core brings', { axios: '1.0.1' }, 'axios@1.0.1, axios@1.0.0'],
    ['one that a package of the core brings', { pad: '1.0.1' }, 'left-pad@1.0.1, left-pad@1.0.0'],
  ])('another version of %s needs a new version', (_, versions, list) => {
    change({ 'pnpm-lock.yaml': lockfile(versions) })
    expect(check()).toEqual([still(list)])
  })

  test('another version of a package that others use needs none', () => {
    change({ 'pnpm-lock.yaml': lockfile({ other: '2.0.0' }) })
    expect(check()).toEqual([])
  })

  test('many changes are not all named', () => {
    const paths = [1, 2, 3, 4, 5].map((number) => `integrations/acme/src/new-${number}.ts`)
    change(Object.fromEntries(paths.map((path) => [path, 'new\n'])))
    expect(check()).toEqual([still(`${paths.slice(0, 3).join(', ')} and 2 more`)])
  })

  test('the version is not lowered', () => {
    scratch.git('tag', 'acme@1.10.0')
    expect(check()).toEqual(['integrations/acme: version 1.2.3 is older than acme@1.10.0'])
  })

  test('the latest tag is the highest version, tags of others and of other branches do not count', () => {
    const other = scratch.git('commit-tree', 'HEAD^{tree}', '-m', 'elsewhere').trim()
    scratch.git('tag', 'acme@9.0.0', other)
    for (const tag of ['acme@1.2.3', 'acme@1.2.2', 'acme@1.2.3-rc.1', 'acme@next', 'acme-two@8.0.0'])
      scratch.git('tag', tag)
    const git = gitIn(scratch.root)
    const report = checkVersions(scratch.root, git, { name: 'acme', version: '1.2.3' }, undefined)
    expect(report).toEqual({ problems: [], notes: ['the latest tag is acme@1.2.3'] })
  })
})

describe('a tag that asks for a deployment', () => {
  test('names the version of the definition and the present commit', () => {
    scratch.git('tag', 'acme@1.2.3')
    expect(check('1.2.3', 'acme@1.2.3')).toEqual([])
    scratch.commit()
    expect(check('1.2.3', 'acme@1.2.3')).toEqual(['acme@1.2.3: is not the tag of the present commit'])
  })

  test('with another version is refused', () => {
    expect(check('1.2.3', 'acme@1.2.4')).toEqual(['acme@1.2.4: the definition says acme 1.2.3'])
  })
})

test('a history that is cut off proves nothing', () => {
  scratch.commit()
  const source = pathToFileURL(scratch.root).href
  scratch.git('clone', '--quiet', '--depth', '1', source, 'shallow')
  const root = `${scratch.root}/shallow`
  const { problems } = checkVersions(root, gitIn(root), { name: 'acme', version: '1.2.3' }, undefined)
  expect(problems).toEqual([expect.stringContaining('the history is cut off')])
})

test('what git refuses is told in one sentence', () => {
  expect(() => gitIn(scratch.root)('show', 'no-such-tag')).toThrow(/^`git show` failed: .+/)
})

test.each([
  ['1.2.3', '1.2.3', 0],
  ['1.2.3', '1.2.10', -1],
  ['1.10.0', '1.9.9', 1],
  ['2.0.0', '10.0.0', -1],
])('%s and %s are compared by their numbers', (one, other, sign) => {
  expect(Math.sign(compareVersions(one, other))).toBe(sign)
})

test.each([
  ['zoho-salesiq@0.1.2', { name: 'zoho-salesiq', version: '0.1.2' }],
  ['v1.2.3', undefined],
  ['@1.2.3', undefined],
  ['acme@1.2', undefined],
  ['acme@1.2.3-rc.1', undefined],
])('the tag %s is read', (tag, read) => {
  expect(readTag(tag)).toEqual(read)
})
