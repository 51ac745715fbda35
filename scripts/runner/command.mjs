import { spawn } from 'node:child_process'

const TAIL_CHARACTERS = 64_000
const STILL_WORKING_MS = 30_000

/**
 * @typedef {{ code: number, signal: NodeJS.Signals | null, output: string, missing: boolean }} CommandResult
 * `missing` means that the program itself was not found. `output` is empty in mode `inherit`.
 */

/**
 * Runs a program to its end and passes signals on to it.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, mode: 'inherit' | 'capture' | 'tee', shell?: boolean, onWait?: (ms: number) => void }} options
 *   `capture` keeps the output back, `tee` keeps and shows it, `onWait` is called every half minute.
 * @returns {Promise<CommandResult>}
 */
export function runCommand(program, args, { cwd, mode, shell = false, onWait }) {
  return new Promise((resolve) => {
    const startedAt = Date.now()
    const child = spawn(program, args, {
      cwd,
      shell,
      stdio: mode === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const keep = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk.toString('utf8')).slice(-TAIL_CHARACTERS)
      if (mode === 'tee') process.stdout.write(chunk)
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    const ticker = onWait && setInterval(() => onWait(Date.now() - startedAt), STILL_WORKING_MS)
    const stopForwarding = forwardSignals(child)
    const finish = (/** @type {CommandResult} */ result) => {
      clearInterval(ticker)
      stopForwarding()
      resolve(result)
    }
    child.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      finish({ code: 1, signal: null, output: `${output}\n${error.message}`, missing: error.code === 'ENOENT' })
    )
    child.once('close', (code, signal) => finish({ code: code ?? 1, signal, output, missing: false }))
  })
}

/**
 * A terminal sends Ctrl-C to the child as well; only without one does it have to be passed on.
 * @param {import('node:child_process').ChildProcess} child
 */
function forwardSignals(child) {
  const onInterrupt = () => {
    if (!process.stdin.isTTY) child.kill('SIGINT')
  }
  const onTerminate = () => {
    child.kill('SIGTERM')
  }
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onTerminate)
  return () => {
    process.off('SIGINT', onInterrupt)
    process.off('SIGTERM', onTerminate)
  }
}
