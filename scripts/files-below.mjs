import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const GENERATED = new Set([
  'node_modules',
  '.botpress',
  'bp_modules',
  '.sandbox',
  '.screenshots',
  'dist',
  'coverage',
  '.git',
])

/**
 * All files below a folder except installed and generated ones, in order.
 * @param {string} folder
 * @param {readonly string[]} [alsoSkipped] names of further folders to leave out
 * @returns {string[]}
 */
export function filesBelow(folder, alsoSkipped = []) {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (!entry.isDirectory()) return [path]
    return GENERATED.has(entry.name) || alsoSkipped.includes(entry.name) ? [] : filesBelow(path, alsoSkipped)
  })
}
