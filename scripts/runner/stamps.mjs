import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { filesBelow } from '../files-below.mjs'

const NOT_BUILT = ['test', 'testing']

/** The page of the sandbox, relative to the repository. */
export const PAGE = 'packages/sandbox-page'

/** Folders of all workspace packages. @param {string} root @returns {string[]} */
export function packageFolders(root) {
  return ['packages', 'integrations'].flatMap((group) =>
    subfolders(join(root, group)).filter((folder) => existsSync(join(folder, 'package.json')))
  )
}

/** @param {string} root @returns {string[]} */
export function integrationFolders(root) {
  return packageFolders(root).filter((folder) => relative(root, folder).startsWith(`integrations${sep}`))
}

/** What an installation depends on. @param {string} root */
export function installHash(root) {
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'].map((name) => join(root, name))
  const manifests = packageFolders(root).map((folder) => join(folder, 'package.json'))
  return hashFiles(root, [...files, ...manifests], `${process.platform} ${process.arch}`)
}

/** What the bundle of one integration depends on. @param {string} root @param {string} integration */
export function buildHash(root, integration) {
  const shared = ['hitl-core', 'cli-sdk-bridge'].map((name) => join(root, 'packages', name))
  const files = [integration, ...shared].flatMap((folder) => filesBelow(folder, NOT_BUILT))
  return hashFiles(root, [join(root, 'pnpm-lock.yaml'), ...files], '')
}

/** What the built page depends on. @param {string} root */
export function pageHash(root) {
  const shared = ['pnpm-lock.yaml', 'tsconfig.base.json'].map((name) => join(root, name))
  return hashFiles(root, [...shared, ...filesBelow(join(root, PAGE), NOT_BUILT)], '')
}

/** @param {string} file @param {string} hash */
export function isStamped(file, hash) {
  return existsSync(file) && readFileSync(file, 'utf8').trim() === hash
}

/** @param {string} file @param {string} hash */
export function writeStamp(file, hash) {
  writeFileSync(file, `${hash}\n`)
}

/** @param {string} folder @returns {string[]} */
function subfolders(folder) {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return entries.map((entry) => join(folder, entry.name))
}

/** @param {string} root @param {string[]} files @param {string} salt */
function hashFiles(root, files, salt) {
  const hash = createHash('sha256').update(salt)
  for (const file of [...files].sort()) {
    hash.update(`\0${relative(root, file).split(sep).join('/')}\0`)
    hash.update(existsSync(file) ? readFileSync(file) : 'absent')
  }
  return hash.digest('hex')
}
