import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { filesBelow } from '../scripts/files-below.mjs'
import { packageFolders } from '../scripts/runner/stamps.mjs'

const ROOT = resolve(import.meta.dirname, '..')

type Manifest = {
  name: string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

export const readManifest = (folder: string): Manifest => {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return manifest
}

/** A copy of this repository below the temporary folder, installed, in which a test may do as it likes. */
export function copyRepository(): string {
  const copy = mkdtempSync(join(realpathSync(tmpdir()), 'repository-'))
  for (const path of filesBelow(ROOT)) {
    const target = join(copy, relative(ROOT, path))
    mkdirSync(dirname(target), { recursive: true })
    copyFileSync(path, target)
  }
  for (const folder of [copy, ...packageFolders(copy)]) linkDependencies(copy, folder)
  return copy
}

/** Does for one package of the copy what `pnpm install` does, without a registry: the packages are here already. */
export function linkDependencies(copy: string, folder: string): void {
  const { dependencies, devDependencies } = readManifest(folder)
  const workspace = new Map(packageFolders(copy).map((path) => [readManifest(path).name, path]))
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    const source = version.startsWith('workspace:') ? workspace.get(name) : installed(name, relative(copy, folder))
    if (source === undefined) throw new Error(`${folder} needs ${name}, which is not installed here`)
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(source, link, 'dir')
  }
}

/** Where a package is installed for this folder of the repository, else for any other. */
function installed(name: string, folder: string): string | undefined {
  const places = [join(ROOT, folder), ...packageFolders(ROOT)].map((place) => join(place, 'node_modules', name))
  const found = places.find((place) => existsSync(place))
  return found && realpathSync(found)
}
