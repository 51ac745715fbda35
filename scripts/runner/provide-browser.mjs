import { findBrowser, isSkipped, onPath } from './browser.mjs'

/**
 * @typedef {import('./browser.mjs').Machine} Machine
 * @typedef {import('./browser.mjs').Browser} Browser
 * @typedef {import('./browser.mjs').NoBrowser} NoBrowser
 * @typedef {{ code: number, timedOut: boolean }} Ended
 * @typedef {(program: string, args: readonly string[], timeoutMs: number) => Promise<Ended>} Run
 */

const INSTALL_MS = 5 * 60_000
const INSTALL = ['install', '-y', '--no-install-recommends', 'chromium']

/**
 * The browser of this machine, or a freshly installed one where that needs nobody's leave.
 * @param {{ machine: Machine, run: Run, say: (text: string) => void, now?: () => number }} options
 * @returns {Promise<Browser | NoBrowser>}
 */
export async function provideBrowser({ machine, run, say, now = Date.now }) {
  const found = findBrowser(machine)
  if (found.path !== undefined || isSkipped(machine) || !canInstall(machine)) return found
  say('browser: none found; installing the chromium of this system, for 5 minutes at most')
  const failure = await install(run, say, now)
  const installed = findBrowser(machine)
  if (installed.path !== undefined || failure === undefined) return installed
  return { ...installed, reason: `${installed.reason}, and ${failure}` }
}

/** @param {Machine} machine */
const canInstall = (machine) =>
  machine.platform === 'linux' && machine.isRoot && onPath(machine, 'apt-get') !== undefined

/** @param {Run} run @param {(text: string) => void} say @param {() => number} now */
async function install(run, say, now) {
  const startedAt = now()
  const attempt = (/** @type {readonly string[]} */ args) => run('apt-get', args, INSTALL_MS - (now() - startedAt))
  let result = await attempt(INSTALL)
  if (result.code !== 0 && !result.timedOut) {
    say('browser: not in the package lists; reading them anew')
    result = await attempt(['update'])
    if (!result.timedOut) result = await attempt(INSTALL)
  }
  if (result.timedOut) return 'installing it took longer than 5 minutes'
  return result.code === 0 ? undefined : `apt-get could not install it (exit code ${result.code})`
}

/**
 * Too loud to be overlooked between the lines of a test run.
 * @param {NoBrowser} noBrowser
 */
export function skippedNotice({ reason, advice }) {
  const rule = '!'.repeat(80)
  return ['', rule, `!!  THE BROWSER TESTS ARE NOT RUN: ${reason}.`, `!!  ${advice}`, rule, ''].join('\n')
}
