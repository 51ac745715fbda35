import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * What has to be known of a machine to find a browser on it.
 * @typedef {{
 *   platform: NodeJS.Platform,
 *   env: Readonly<Record<string, string | undefined>>,
 *   isRoot: boolean,
 *   isProgram: (path: string) => boolean,
 *   answers: (path: string) => boolean,
 * }} Machine
 * `answers`: whether the program says its version; a stand-in that only tells how to install one does not.
 *
 * Why there is no browser, as a sentence without a full stop, and what can be done about it.
 * @typedef {{ path?: undefined, reason: string, advice: string }} NoBrowser
 * @typedef {{ path: string }} Browser
 */

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const MAC_APPLICATIONS = [
  'Google Chrome.app/Contents/MacOS/Google Chrome',
  'Chromium.app/Contents/MacOS/Chromium',
  'Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
]
const ADVICE = 'Install Chromium or Google Chrome, or set CHROMIUM_PATH to the program.'
const VERSION_TIMEOUT_MS = 15_000

/** @returns {Machine} */
export function thisMachine() {
  return {
    platform: process.platform,
    env: process.env,
    isRoot: process.getuid?.() === 0,
    isProgram,
    // On Windows a browser opens a window instead of telling its version.
    answers: (path) =>
      process.platform === 'win32' ||
      spawnSync(path, ['--version'], { stdio: 'ignore', timeout: VERSION_TIMEOUT_MS }).status === 0,
  }
}

/** @param {Machine} machine @returns {Browser | NoBrowser} */
export function findBrowser(machine) {
  if (isSkipped(machine)) return { reason: 'SKIP_BROWSER_TESTS is set', advice: 'Unset it to run them.' }
  const path = candidates(machine).find((path) => machine.isProgram(path) && machine.answers(path))
  if (path) return { path }
  const wanted = machine.env['CHROMIUM_PATH']
  const reason = wanted ? `CHROMIUM_PATH is no browser that runs (${wanted}), and no other was found` : undefined
  return { reason: reason ?? 'no Chromium was found', advice: ADVICE }
}

/** @param {Pick<Machine, 'env'>} machine */
export const isSkipped = ({ env }) => !['', '0', 'false', undefined].includes(env['SKIP_BROWSER_TESTS'])

/** @param {Machine} machine @param {string} name @returns {string | undefined} where it is on PATH */
export function onPath(machine, name) {
  return pathsOf(machine, name).find((path) => machine.isProgram(path))
}

/** @param {Machine} machine @returns {string[]} in the order in which they are preferred */
function candidates(machine) {
  const { platform, env } = machine
  const home = env['HOME'] ?? ''
  const applications = platform === 'darwin' ? ['/Applications', join(home, 'Applications')] : []
  return [
    ...(env['CHROMIUM_PATH'] ? [env['CHROMIUM_PATH']] : []),
    ...NAMES.flatMap((name) => pathsOf(machine, name)),
    '/usr/bin/chromium',
    ...applications.flatMap((folder) => MAC_APPLICATIONS.map((name) => join(folder, name))),
  ]
}

/** @param {Machine} machine @param {string} name @returns {string[]} */
const pathsOf = ({ env }, name) =>
  (env['PATH'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
