import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from './command.mjs'
import { failed, progress, since, stillWorking } from './report.mjs'
import { isStamped, PAGE, pageHash, writeStamp } from './stamps.mjs'

/**
 * Builds the page of the sandbox, unless nothing has changed since it was built.
 * @param {string} root
 * @param {boolean} verbose
 */
export async function buildPage(root, verbose) {
  const folder = join(root, PAGE)
  const stamp = join(folder, 'dist', '.build-stamp')
  const hash = pageHash(root)
  if (isStamped(stamp, hash)) return progress('page: up to date')
  const startedAt = Date.now()
  const vite = join(folder, 'node_modules', 'vite', 'bin', 'vite.js')
  const mode = verbose ? 'tee' : 'capture'
  const result = await runCommand(process.execPath, [vite, 'build'], { cwd: folder, mode, onWait: stillWorking })
  if (result.code !== 0 || !existsSync(join(folder, 'dist', 'index.html'))) {
    throw failed(result, `Building the page in ${PAGE} failed; the lines above say why.`, verbose)
  }
  writeStamp(stamp, hash)
  progress(`page: built in ${since(startedAt)}`)
}
