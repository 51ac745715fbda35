import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { filesBelow } from '../files-below.mjs'
import { readSourceFile, type SourceFile } from './source-file'

export type Package = {
  /** Relative to the repository, for example `integrations/livechat`. */
  folder: string
  /** Name in package.json. */
  name: string
  /** Packages its shipped code may import. */
  dependencies: ReadonlySet<string>
  /** Paths relative to the package. */
  files: readonly string[]
  sources: readonly SourceFile[]
}

export type Repository = {
  packages: readonly Package[]
  integrations: readonly Package[]
  rootSources: readonly SourceFile[]
}

export function readRepository(root: string): Repository {
  return {
    packages: readPackages(root, 'packages'),
    integrations: readPackages(root, 'integrations'),
    rootSources: ['scripts', 'test'].flatMap((folder) => readSources(root, folder)),
  }
}

function readPackages(root: string, group: string): Package[] {
  if (!existsSync(join(root, group))) return []
  const folders = readdirSync(join(root, group), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders.map(({ name }) => readPackage(root, `${group}/${name}`))
}

function readPackage(root: string, folder: string): Package {
  const manifest = readManifest(join(root, folder, 'package.json'))
  return {
    folder,
    name: manifest.name ?? folder,
    dependencies: new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })),
    files: filesBelow(join(root, folder)).map((path) => slashes(relative(join(root, folder), path))),
    sources: readSources(root, folder),
  }
}

type Manifest = {
  name?: string
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

function readManifest(path: string): Manifest {
  if (!existsSync(path)) return {}
  const manifest: Manifest = JSON.parse(readFileSync(path, 'utf8'))
  return manifest
}

function readSources(root: string, folder: string): SourceFile[] {
  const paths = filesBelow(join(root, folder)).filter((path) => /\.tsx?$/.test(path))
  return paths.map((path) => readSourceFile(slashes(relative(root, path)), readFileSync(path, 'utf8')))
}

const slashes = (path: string): string => path.split(sep).join('/')
