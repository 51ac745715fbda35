import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { thisMachine } from './browser.mjs'
import { runCommand } from './command.mjs'
import { explainInstallFailure, explainNpxFailure } from './diagnose.mjs'
import { buildPage } from './page.mjs'
import { provideBrowser, skippedNotice } from './provide-browser.mjs'
import { Failure, failed, isStopped, progress, since, stillWorking, Stopped } from './report.mjs'
import { buildHash, installHash, integrationFolders, isStamped, packageFolders, writeStamp } from './stamps.mjs'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PNPM = 'pnpm@10.34.9'
const INSTALL_STAMP = join(ROOT, 'node_modules', '.install-stamp')
const COMMANDS = ['setup', 'start', 'test']
const STOPPED_CODE = 130

/** A failure whose sentence the sandbox has printed itself. */
class SaidAlready extends Error {}

/** @param {readonly string[]} argv a command, then the arguments to pass through */
export async function main(argv) {
  const [command = '', ...rest] = argv
  const verbose = rest.includes('--verbose') || process.env['CI'] === 'true'
  const args = rest.filter((arg) => arg !== '--verbose')
  const startedAt = Date.now()
  try {
    if (!COMMANDS.includes(command)) throw new Failure(`Use one of these commands: ${COMMANDS.join(', ')}.`)
    const steps = command === 'setup' ? 3 : 4
    console.log(`[1/${steps}] Checking Node … ${process.version}`)
    await install(`[2/${steps}]`, verbose)
    console.log(`[3/${steps}] Building the integrations and the page`)
    await buildIntegrations(verbose)
    await buildPage(ROOT, verbose)
    // `--verbose` means something to the sandbox too.
    if (command === 'start') await start(rest)
    if (command === 'test') await test(args)
    const outcome = {
      setup: 'everything is installed and built',
      start: 'the sandbox has ended',
      test: 'all tests passed',
    }
    console.log(`Done: ${outcome[/** @type {'setup' | 'start' | 'test'} */ (command)]} (${since(startedAt)}).`)
  } catch (error) {
    fail(error)
  }
}

/** @param {unknown} error */
function fail(error) {
  if (error instanceof SaidAlready) return
  if (error instanceof Stopped) {
    console.log('Stopped.')
    process.exitCode = STOPPED_CODE
    return
  }
  if (!(error instanceof Failure)) console.error(error)
  console.error(`Failed: ${error instanceof Failure ? error.message : 'an unexpected error, shown above.'}`)
  process.exitCode = process.exitCode || 1
}

/** @param {string} step @param {boolean} verbose */
async function install(step, verbose) {
  console.log(`${step} Installing packages (${PNPM.replace('@', ' ')}, frozen lockfile)`)
  const hash = installHash(ROOT)
  const complete = packageFolders(ROOT).every((folder) => existsSync(join(folder, 'node_modules')))
  if (complete && isStamped(INSTALL_STAMP, hash)) return progress('up to date')
  const startedAt = Date.now()
  const result = await pnpm(['install', '--frozen-lockfile', '--config.confirmModulesPurge=false'], verbose)
  if (result.code !== 0) throw failed(result, explainInstallFailure(result.output), verbose)
  writeStamp(INSTALL_STAMP, hash)
  progress(`done in ${since(startedAt)}`)
}

/** @param {boolean} verbose */
async function buildIntegrations(verbose) {
  for (const folder of integrationFolders(ROOT)) {
    const name = basename(folder)
    const dist = join(folder, '.botpress', 'dist')
    const stamp = join(dist, '.build-stamp')
    const hash = buildHash(ROOT, folder)
    if (isStamped(stamp, hash)) {
      progress(`${name}: up to date`)
      continue
    }
    const startedAt = Date.now()
    const result = await pnpm(['--filter', `./integrations/${name}`, 'run', 'build'], verbose)
    const built = ['index.cjs', 'index.js'].some((file) => existsSync(join(dist, file)))
    if (result.code !== 0 || !built) {
      const sentence = `Building integrations/${name} failed; the lines above say why.`
      throw failed(result, explainNpxFailure(result.output) ?? sentence, verbose)
    }
    writeStamp(stamp, hash)
    progress(`${name}: built in ${since(startedAt)}`)
  }
}

/** @param {readonly string[]} args */
async function start(args) {
  console.log('[4/4] Starting the sandbox')
  // Without a process in between, so that Ctrl-C reaches the sandbox once and its exit code is its own.
  const result = await node(['--import', 'tsx', 'packages/sandbox/src/main.ts', ...args])
  if (!isStopped(result) && (result.code === 1 || result.code === 2)) {
    process.exitCode = result.code
    throw new SaidAlready()
  }
  if (result.code !== 0) throw failed(result, 'The sandbox ended with an error; the lines above say why.', true)
}

/** @param {readonly string[]} args */
async function test(args) {
  console.log('[4/4] Running tests')
  const browser = await provideBrowser({ machine: thisMachine(), run: systemCommand, say: progress })
  const warn = () => {
    if (browser.path === undefined) console.warn(skippedNotice(browser))
  }
  if (browser.path !== undefined) progress(`browser: ${browser.path}`)
  warn()
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
  const result = await node([vitest, 'run', ...args], browser.path ? { CHROMIUM_PATH: browser.path } : {})
  if (!isStopped(result)) warn()
  if (result.code !== 0) throw failed(result, 'The tests did not all pass; the lines above say which and why.', true)
}

/** @type {import('./provide-browser.mjs').Run} */
async function systemCommand(program, args, timeoutMs) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const result = await runCommand(program, args, { cwd: ROOT, mode: 'capture', env, timeoutMs, onWait: stillWorking })
  if (isStopped(result) && !result.timedOut) throw new Stopped()
  return result
}

/**
 * The exit code alone decides: npm and the Botpress CLI print warnings in good runs too.
 * @param {readonly string[]} args
 * @param {boolean} verbose
 */
async function pnpm(args, verbose) {
  const windows = process.platform === 'win32'
  const result = await runCommand('npx', ['--yes', '--prefer-offline', PNPM, ...args], {
    cwd: ROOT,
    mode: verbose ? 'tee' : 'capture',
    shell: windows,
    onWait: stillWorking,
  })
  if (result.missing) throw new Failure('npx was not found; install npm, which comes with Node, then try again.')
  return result
}

/** @param {readonly string[]} args @param {Readonly<Record<string, string>>} [env] */
const node = (args, env = {}) => runCommand(process.execPath, args, { cwd: ROOT, mode: 'inherit', env })
