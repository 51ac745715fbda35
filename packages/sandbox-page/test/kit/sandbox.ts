import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const READY = /The sandbox is ready: (http:\/\/127\.0\.0\.1:\d+)/
const START_MS = 60_000
const STOP_MS = 15_000

/** A server of the sandbox in a process of its own, as `npm start` runs it. */
export type Sandbox = {
  url: string
  /** Folder of the integration it shows at first. */
  provider: string
  pid: number
  /** What it has printed so far. */
  printed(): string
  /** Ends it and checks that it has ended well. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<void>
}

export async function startSandbox(provider: string): Promise<Sandbox> {
  const command = ['--import', 'tsx', 'packages/sandbox/src/main.ts', '--provider', provider, '--no-open']
  const child = spawn(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const url = await readyAt(child, () => printed)
  return {
    url,
    provider,
    pid: child.pid ?? 0,
    printed: () => printed,
    stop: (signal = 'SIGTERM') => stop(child, signal),
  }
}

async function readyAt(child: ChildProcess, printed: () => string): Promise<string> {
  const giveUpAt = Date.now() + START_MS
  while (Date.now() < giveUpAt && child.exitCode === null && child.signalCode === null) {
    const url = READY.exec(printed())?.[1]
    if (url) return url
    await sleep(50)
  }
  child.kill('SIGKILL')
  throw new Error(`The sandbox did not get ready. It printed:\n${printed()}`)
}

async function stop(child: ChildProcess, signal: 'SIGTERM' | 'SIGINT'): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(STOP_MS) })
    child.kill(signal)
    await ended.catch(() => child.kill('SIGKILL'))
  }
  expect({ code: child.exitCode, signal: child.signalCode }).toEqual({ code: 0, signal: null })
}
