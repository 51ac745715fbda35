import { posix } from 'node:path'
import { load } from 'js-yaml'

type Dependencies = Record<string, string>
type Lockfile = {
  importers?: Record<string, { dependencies?: Record<string, { version: string }> }>
  snapshots?: Record<string, { dependencies?: Dependencies; optionalDependencies?: Dependencies }>
}

/** Every package with its version that a workspace package brings along, by what pnpm-lock.yaml says. */
export function bundledPackages(lockfile: string, folder: string): Set<string> {
  const { importers = {}, snapshots = {} } = load(lockfile) as Lockfile
  const found = new Set<string>()
  const addPackage = (name: string, version: string): void => {
    const key = snapshots[`${name}@${version}`] ? `${name}@${version}` : version
    if (found.has(key)) return
    found.add(key)
    const { dependencies, optionalDependencies } = snapshots[key] ?? {}
    for (const [inner, its] of Object.entries({ ...dependencies, ...optionalDependencies })) addPackage(inner, its)
  }
  const addWorkspacePackage = (path: string): void => {
    for (const [name, { version }] of Object.entries(importers[path]?.dependencies ?? {})) {
      if (version.startsWith(LINK)) addWorkspacePackage(posix.join(path, version.slice(LINK.length)))
      else addPackage(name, version)
    }
  }
  addWorkspacePackage(folder)
  return found
}

const LINK = 'link:'
