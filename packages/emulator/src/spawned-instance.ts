import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Invoke } from './botpress/installation'
import { isRecord } from './json'
import { callLoopback } from './loopback'
import { isClockShifted, type ClockShift } from './process-clock'
import { traceHeaders } from './trace'

export type SpawnOptions = {
  emulatorUrl: string
  hosts: readonly string[]
  env: Readonly<Record<string, string>>
  /** How far the time of the bundle is from real time when it starts; 0 when absent. */
  clockOffsetMs?: number
  /** How long the bundle may take to answer `/health`; 20 s when absent. */
  startTimeoutMs?: number
}

export type SpawnedInstance = {
  invoke: Invoke
  pid: number
  /** Lines of stdout and stderr so far. */
  logs: readonly string[]
  /** False once the process has ended, by whatever. */
  isRunning(): boolean
  /** Moves the bundle's time that far from real time, and waits until it is so. */
  shiftClock(offsetMs: number): Promise<void>
  /** Asks the process to end and waits for it. */
  stop(): Promise<void>
  /** Ends it at once, in the middle of whatever it does, and waits for it. */
  kill(): Promise<void>
}

const SHIFT_TIMEOUT_MS = 2_000
/** One that hangs does not answer to being asked. */
const KILL_AFTER_MS = 2_000

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))

/** Runs a built bundle in a process of its own, rerouted to the emulator. */
export async function spawnInstance(bundlePath: string, options: SpawnOptions): Promise<SpawnedInstance> {
  const preload = new URL('reroute-preload.ts', import.meta.url).href
  const runner = here('instance-runner.ts')
  const args = ['--import', 'tsx', '--import', preload, runner, resolve(bundlePath)]
  const child = spawn(process.execPath, args, {
    // `tsx` is resolved from the working directory.
    cwd: here('..'),
    env: {
      ...process.env,
      ...options.env,
      HITL_EMULATOR_URL: options.emulatorUrl,
      HITL_EMULATED_HOSTS: options.hosts.join(','),
      HITL_CLOCK_OFFSET_MS: String(options.clockOffsetMs ?? 0),
    },
    // The channel moves the instance's time, and tells it when this process is gone, however it ended.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const logs: string[] = []
  collect(child, logs)
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const end = (signal: 'SIGTERM' | 'SIGKILL') => async () => {
    if (!isRunning()) return
    const exited = once(child, 'exit')
    child.kill(signal)
    const killing = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
    await exited
    clearTimeout(killing)
  }
  let base: string
  try {
    base = await untilHealthy(child, options.startTimeoutMs ?? 20_000)
  } catch (error) {
    await end('SIGKILL')()
    throw new Error(`${bundlePath} did not start: ${String(error)}\n${logs.join('\n')}`, { cause: error })
  }
  const invoke: Invoke = async ({ headers, body }) => {
    const answer = await callLoopback({
      url: new URL(base),
      method: 'POST',
      headers: { ...headers, ...traceHeaders() },
      body,
    })
    const named = answer.headers.map(([name, value]): [string, string] => [name.toLowerCase(), value])
    return { status: answer.status, headers: Object.fromEntries(named), body: answer.body.toString() }
  }
  const shiftClock = (offsetMs: number) => tellClock(child, offsetMs)
  return { invoke, pid: child.pid ?? 0, logs, isRunning, shiftClock, stop: end('SIGTERM'), kill: end('SIGKILL') }
}

let lastShift = 0

/** A process that is gone or too busy to answer is not waited for: the message stays first in its queue. */
function tellClock(child: ChildProcess, offsetMs: number): Promise<void> {
  const shift: ClockShift = { clockShift: ++lastShift, offsetMs }
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      child.off('message', onMessage)
      child.off('disconnect', finish)
      resolve()
    }
    const timer = setTimeout(finish, SHIFT_TIMEOUT_MS)
    const onMessage = (message: unknown) => isClockShifted(message, shift.clockShift) && finish()
    child.on('message', onMessage)
    child.once('disconnect', finish)
    if (!child.connected) return finish()
    child.send(shift, (error) => error && finish())
  })
}

function collect(child: ChildProcess, logs: string[]): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = ''
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      logs.push(...lines)
    })
    stream?.on('end', () => rest !== '' && logs.push(rest))
  }
}

/** Resolves to the instance's address. */
async function untilHealthy(child: ChildProcess, timeoutMs: number): Promise<string> {
  const deadline = Date.now() + timeoutMs
  const base = `http://127.0.0.1:${await untilListening(child, timeoutMs)}`
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('the process ended')
    const status = await callLoopback({ url: new URL('/health', base), method: 'GET', headers: {} }).then(
      (answer) => answer.status,
      () => 0
    )
    if (status === 200) return base
    await new Promise((next) => setTimeout(next, 50))
  }
  throw new Error(`no answer from /health within ${timeoutMs} ms`)
}

/** The process takes a free port itself: one that was found for it could be another's by the time it listens. */
function untilListening(child: ChildProcess, timeoutMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`it did not listen within ${timeoutMs} ms`)), timeoutMs)
    child.on('message', (message) => {
      if (!isRecord(message) || typeof message['listeningAt'] !== 'number') return
      clearTimeout(timer)
      resolve(message['listeningAt'])
    })
    child.once('exit', () => {
      clearTimeout(timer)
      reject(new Error('the process ended'))
    })
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
  })
}
