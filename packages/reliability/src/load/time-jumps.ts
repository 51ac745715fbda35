import { setTimeout as sleep } from 'node:timers/promises'
import type { Emulator } from '@hitl/emulator'
import type { Gate } from './gate'
import type { InstanceReports } from './instance-reports'

export type TimeJumpsOptions = {
  emulator: Pick<Emulator, 'clock' | 'settled'>
  gate: Gate
  reports: InstanceReports
  /** From 0 to 1: which part of the messages has arrived. */
  progress(): number
}

export type TimeJumps = { count: number; end(): Promise<void> }

/** Providers repeat a webhook after ten seconds to a quarter of an hour; tokens live for an hour or less. */
const JUMP_MS = 20 * 60_000
/** At least so many in a run, which is also how often memory is looked at. */
const JUMPS = 12
const LONGEST_WAIT_MS = 20_000
/** When nothing has arrived for so long, everybody waits for what only comes later. */
const IDLE_MS = 2_500
const LOOK_EVERY_MS = 200

/**
 * Every now and then nobody begins anything, what is under way comes to its end, and time is moved: webhooks that were
 * put off come again, what was scheduled is told, tokens grow old. No invocation ever sees time jump, which would use up
 * its deadline.
 */
export function startTimeJumps({ emulator, gate, reports, progress }: TimeJumpsOptions): TimeJumps {
  let isEnding = false
  const jumps: TimeJumps = {
    count: 0,
    end: async () => {
      isEnding = true
      await jumping
    },
  }
  const jump = async () => {
    gate.close()
    await emulator.settled()
    await emulator.clock.advance(JUMP_MS)
    await emulator.settled()
    await reports.takeMemory()
    jumps.count += 1
    gate.open()
  }
  const run = async () => {
    let [next, seen] = [1 / JUMPS, 0]
    let lastAt = performance.now()
    let seenAt = lastAt
    for (; !isEnding; await sleep(LOOK_EVERY_MS)) {
      const [reached, now] = [progress(), performance.now()]
      if (reached > seen) seenAt = now
      seen = reached
      if (reached < next && now - lastAt < LONGEST_WAIT_MS && now - seenAt < IDLE_MS) continue
      await jump()
      lastAt = seenAt = performance.now()
      next = reached + 1 / JUMPS
    }
  }
  const jumping = run()
  return jumps
}
