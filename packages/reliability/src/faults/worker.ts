import { providers } from '@hitl/sandbox/providers'
import { quickTime } from '../quick-time'
import { causes } from './causes'
import { countStepCalls, playRun } from './play-run'
import { steps } from './steps'
import type { Answer, Task } from './task'

/** Plays what its parent asks for, one after the other: a process of its own, since it bends the time. */

process.on('message', (task: Task) => {
  void answer(task).then((message) => process.send?.(message))
})
process.on('disconnect', () => process.exit())
process.on('SIGINT', () => undefined)

async function answer(task: Task): Promise<Answer> {
  const time = quickTime()
  try {
    return await play(task, time)
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  } finally {
    time.restore()
  }
}

async function play(task: Task, time: ReturnType<typeof quickTime>): Promise<Answer> {
  const provider = find(providers, task.provider)
  const step = find(steps, task.step)
  if (task.kind === 'count') return { counts: await countStepCalls(provider, step, time) }
  const cause = find(causes, task.cause)
  const run = cause.runs(task.calls, step).find(({ label }) => label === task.run)
  if (!run) throw new Error(`${cause.name} has no run "${task.run}"`)
  return { result: await playRun({ provider, step, cause, run }, time, task.speed) }
}

function find<T extends { name: string }>(all: readonly T[], name: string): T {
  const found = all.find((one) => one.name === name)
  if (!found) throw new Error(`"${name}" is unknown`)
  return found
}
