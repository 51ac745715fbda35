import type { Emulator } from '@hitl/emulator'
import type { Conversation } from './conversation'
import type { InstanceReports } from './instance-reports'
import type { Scene } from './scene'
import { messagesOf } from './tally'
import { startTimeJumps } from './time-jumps'

export type Round = {
  scene: Scene
  emulator: Pick<Emulator, 'clock' | 'settled'>
  reports: InstanceReports
  people: readonly Conversation[]
  /** Of each side of each conversation. */
  messagesEach: number
  /** Called whenever a phase begins. */
  tell(phase: string): void
}

/** How long people talked, in ms, and how often time was moved. */
export type PlayedRound = { talkMs: number; jumps: number }

/** Everybody begins, everybody talks, everybody ends: all at once, and all at their own pace. */
export async function playRound(round: Round): Promise<PlayedRound> {
  const { scene, emulator, reports, people, messagesEach, tell } = round
  tell('the sessions begin')
  await all(people, (one) => one.begin())
  tell('everybody talks')
  const startedAt = performance.now()
  const before = messagesOf(scene.tally)
  const progress = () => (messagesOf(scene.tally) - before) / (messagesEach * 2 * people.length)
  const moving = startTimeJumps({ emulator, gate: scene.gate, reports, progress })
  await all(people, (one) => one.talk(messagesEach))
  const talkMs = performance.now() - startedAt
  tell('the sessions end')
  await all(people, (one) => one.end())
  await moving.end()
  return { talkMs, jumps: moving.count }
}

/** One who fails does not keep the others from going on. */
async function all(people: readonly Conversation[], run: (one: Conversation) => Promise<void>): Promise<void> {
  await Promise.all(
    people.map(async (one) => {
      if (one.problems.length > 0) return
      await run(one).catch((error: unknown) =>
        one.problems.push(error instanceof Error ? error.message : String(error))
      )
    })
  )
}
