import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Answer, Task } from './task'

/** Every instance that a worker loads stays in its memory: after so many tasks a fresh one takes over. */
const TASKS_PER_WORKER = 40
/** A run takes seconds; one that hangs takes its worker with it. In ms. */
const TASK_TIMEOUT_MS = 120_000

const worker = () =>
  fork(fileURLToPath(new URL('worker.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })

/** Processes that play tasks, several at the same time. */
export class Workers {
  readonly #idle: ChildProcess[] = []
  /** With the number of tasks that each has played. */
  readonly #all = new Map<ChildProcess, number>()
  readonly #waiting: ((worker: ChildProcess) => void)[] = []

  /** @param count how many run at the same time: much of a run is waiting, so more than processors pay */
  constructor(count: number) {
    for (let i = 0; i < count; i += 1) this.#add()
  }

  /** @throws Error when the task could not be played */
  async play(task: Task): Promise<Exclude<Answer, { error: string }>> {
    const child = await this.#take()
    const answer = await ask(child, task)
    const played = (this.#all.get(child) ?? 0) + 1
    if (answer === undefined || played >= TASKS_PER_WORKER) this.#replace(child)
    else this.#give(child, played)
    if (answer === undefined) throw new Error(`${describe(task)} hung for ${TASK_TIMEOUT_MS / 1000} s`)
    if ('error' in answer) throw new Error(`${describe(task)}: ${answer.error}`)
    return answer
  }

  close(): void {
    for (const child of this.#all.keys()) child.kill('SIGKILL')
  }

  #add(): void {
    this.#give(worker(), 0)
  }

  #replace(child: ChildProcess): void {
    this.#all.delete(child)
    child.kill('SIGKILL')
    this.#add()
  }

  #give(child: ChildProcess, played: number): void {
    this.#all.set(child, played)
    const next = this.#waiting.shift()
    if (next) next(child)
    else this.#idle.push(child)
  }

  #take(): Promise<ChildProcess> {
    const child = this.#idle.pop()
    return child ? Promise.resolve(child) : new Promise((resolve) => this.#waiting.push(resolve))
  }
}

const describe = (task: Task) =>
  [task.provider, task.step, ...(task.kind === 'run' ? [task.cause, task.run] : [])].join(', ')

/** Undefined when the worker has ended or hangs. */
async function ask(child: ChildProcess, task: Task): Promise<Answer | undefined> {
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(), TASK_TIMEOUT_MS)
  const { signal } = over
  const message = once(child, 'message', { signal }).then(([answer]: Answer[]) => answer)
  const exit = once(child, 'exit', { signal }).then(() => undefined)
  child.send(task)
  const answer = await Promise.race([message, exit]).catch(() => undefined)
  clearTimeout(timer)
  over.abort()
  await Promise.allSettled([message, exit])
  return answer
}
