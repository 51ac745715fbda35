import { spawn } from 'node:child_process'

const TAIL_CHARACTERS = 64_000
const STILL_WORKING_MS = 30_000
const KILL_AFTER_MS = 5_000

/**
 * @typedef {{
 *   code: number,
 *   signal: NodeJS.Signals | null,
 *   output: string,
 *   missing: boolean,
 *   timedOut: boolean,
 * }} CommandResult
 * `missing` means that the program itself was not found. `output` is empty in mode `inherit`.
 *
 * @typedef {{
 *   cwd: string,
 *   mode: 'inherit' | 'capture' | 'tee',
 *   shell?: boolean,
 *   env?: Readonly<Record<string, string | undefined>>,
 *   timeoutMs?: number,
 *   onWait?: (ms: number) => void,
 * }} CommandOptions
 * `capture` keeps the output back, `tee` keeps and shows it. `env` is added to that of this process, and what is
 * undefined in it is taken away. `onWait` is called every half minute.
 */

/**
 * Runs a program to its end and passes signals on to it.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {CommandOptions} options
 * @returns {Promise<CommandResult>}
 */
export function runCommand(program, args, { cwd, mode, shell = false, env, timeoutMs, onWait }) {
  return new Promise((resolve) => {
    const startedAt = Date.now()
    const child = spawn(program, args, {
      cwd,
      shell,
      env: { ...process.env, ...env },
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
    const deadline = endAfter(child, timeoutMs)
    const finish = (/** @type {Omit<CommandResult, 'timedOut'>} */ result) => {
      clearInterval(ticker)
      stopForwarding()
      deadline.clear()
      resolve({ ...result, timedOut: deadline.hasPassed() })
    }
    child.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      finish({ code: 1, signal: null, output: `${output}\n${error.message}`, missing: error.code === 'ENOENT' })
    )
    child.once('close', (code, signal) => finish({ code: code ?? 1, signal, output, missing: false }))
  })
}

/**
 * What the program has started itself may keep its output open, so that is not waited for.
 * @param {import('node:child_process').ChildProcess} child
 * @param {number | undefined} timeoutMs
 */
function endAfter(child, timeoutMs) {
  let passed = false
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  const end = () => {
    passed = true
    child.kill('SIGTERM')
    child.stdout?.destroy()
    child.stderr?.destroy()
    timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
  }
  if (timeoutMs !== undefined) timer = setTimeout(end, Math.max(timeoutMs, 0))
  return { hasPassed: () => passed, clear: () => clearTimeout(timer) }
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
