import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundledPackages } from './bundled-packages'
import { type Git, linesOf } from './git'
import { compareVersions, readTag } from './version'

const CORE = 'packages/hitl-core/src'
const LOCKFILE = 'pnpm-lock.yaml'

/** The latest tag of an integration among the ancestors of the present commit. */
export function latestTag(git: Git, name: string): { tag: string; version: string } | undefined {
  const tags = linesOf(git('tag', '--list', `${name}@*`, '--merged', 'HEAD'))
  const versions = tags.flatMap((tag) => {
    const read = readTag(tag)
    return read?.name === name ? [{ tag, version: read.version }] : []
  })
  return versions.sort((a, b) => compareVersions(b.version, a.version))[0]
}

/** What of a published integration differs from a tag: its files, the core's, and the packages in the bundle. */
export function changesSince(root: string, git: Git, tag: string, name: string): string[] {
  const folder = `integrations/${name}`
  const shipped = [
    folder,
    CORE,
    // Tests and the page for developers are not published; of package.json, the lockfile says more.
    ...['test', 'README.md', 'package.json'].map((path) => `:(exclude)${folder}/${path}`),
    `:(exclude)${CORE}/testing`,
  ]
  const changed = linesOf(git('diff', '--name-only', '--no-renames', tag, '--', ...shipped))
  const added = linesOf(git('ls-files', '--others', '--exclude-standard', '--', ...shipped))
  return [...new Set([...changed, ...added]), ...changedPackages(root, git, tag, folder)]
}

function changedPackages(root: string, git: Git, tag: string, folder: string): string[] {
  const wasThere = linesOf(git('ls-tree', '--name-only', tag, '--', LOCKFILE)).length > 0
  const before = wasThere ? bundledPackages(git('show', `${tag}:${LOCKFILE}`), folder) : new Set<string>()
  const path = join(root, LOCKFILE)
  const now = existsSync(path) ? bundledPackages(readFileSync(path, 'utf8'), folder) : new Set<string>()
  return [...now].filter((one) => !before.has(one)).concat([...before].filter((one) => !now.has(one)))
}
