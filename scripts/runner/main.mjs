import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from './command.mjs'
import { explainInstallFailure, explainNpxFailure } from './diagnose.mjs'
import { buildHash, installHash, integrationFolders, isStamped, packageFolders, writeStamp } from './stamps.mjs'

/** @typedef {import('./command.mjs').CommandResult} CommandResult */

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PNPM = 'pnpm@10.34.9'
const INSTALL_STAMP = join(ROOT, 'node_modules', '.install-stamp')
const TAIL_LINES = 40
const COMMANDS = ['setup', 'start', 'test']

/** A failure that was explained in one sentence. */
class Failure extends Error {}

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
    await build(`[3/${steps}]`, verbose)
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
    if (error instanceof SaidAlready) return
    if (!(error instanceof Failure)) console.error(error)
    console.error(`Failed: ${error instanceof Failure ? error.message : 'an unexpected error, shown above.'}`)
    process.exitCode = process.exitCode || 1
  }
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

/** @param {string} step @param {boolean} verbose */
async function build(step, verbose) {
  console.log(`${step} Building integrations`)
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
  const result = await nodeTool('tsx/dist/cli.mjs', ['packages/sandbox/src/main.ts', ...args])
  if (result.code === 1 || result.code === 2) {
    process.exitCode = result.code
    throw new SaidAlready()
  }
  if (result.code !== 0) throw failed(result, 'The sandbox ended with an error; the lines above say why.', true)
}

/** @param {readonly string[]} args */
async function test(args) {
  console.log('[4/4] Running tests')
  const result = await nodeTool('vitest/vitest.mjs', ['run', ...args])
  if (result.code !== 0) throw failed(result, 'The tests did not all pass; the lines above say which and why.', true)
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
    onWait: (ms) => progress(`still working after ${seconds(ms)} …`),
  })
  if (result.missing) throw new Failure('npx was not found; install npm, which comes with Node, then try again.')
  return result
}

/** @param {string} script below node_modules @param {readonly string[]} args */
function nodeTool(script, args) {
  return runCommand(process.execPath, [join(ROOT, 'node_modules', script), ...args], { cwd: ROOT, mode: 'inherit' })
}

/**
 * @param {CommandResult} result
 * @param {string} sentence
 * @param {boolean} shown whether the output was on the screen already
 */
function failed(result, sentence, shown) {
  if (result.signal || result.code === 130) {
    process.exitCode = 130
    return new Failure(`stopped by ${result.signal ?? 'SIGINT'}.`)
  }
  if (!shown) console.error(result.output.trimEnd().split('\n').slice(-TAIL_LINES).join('\n'))
  return new Failure(sentence)
}

/** @param {string} text */
function progress(text) {
  console.log(`      ${text}`)
}

/** @param {number} startedAt */
const since = (startedAt) => seconds(Date.now() - startedAt)

/** @param {number} ms */
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`
