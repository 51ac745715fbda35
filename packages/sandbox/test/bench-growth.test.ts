import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countGrowth } from '../src/bench/growth'
import { growthCases } from '../src/bench/growth-cases'
import { operations } from '../src/bench/operations'
import { type Recording, record } from '../src/bench/recording'
import { callsOf, Replay } from '../src/bench/replay'
import { providers } from '../src/providers/index'
import { quiet } from '../src/quiet'
import { bundleOf } from '../src/stage'
import { shiftTime } from '../src/testing/process-patches'

let restore: (() => void)[] = []
let time: ReturnType<typeof shiftTime>
beforeAll(() => {
  time = shiftTime()
  restore = [quiet(), () => time.restore()]
})
afterAll(() => restore.forEach((one) => one()))

describe.each(providers)('with $title', (provider) => {
  let recording: Recording
  beforeAll(async () => {
    recording = await record(provider, () => time.shift(60_000))
  }, 90_000)

  it('a message costs the same calls with 10 and with 1,000 messages, conversations and agents', async () => {
    const rows = await countGrowth(recording, bundleOf(provider.name), [10, 1_000])
    const grown = rows.filter(({ points }) => JSON.stringify(points[0]?.calls) !== JSON.stringify(points[1]?.calls))
    expect(grown).toEqual([])
    expect(rows).toHaveLength(growthCases.flatMap(({ steps }) => steps).length)
    // Each is one call or more, so that the network was really asked.
    for (const { points } of rows) {
      for (const { calls } of points) expect(calls.vendor + calls.botpress).toBeGreaterThanOrEqual(1)
    }
  }, 180_000)

  it('every operation is answered as in the real journey, time after time', async () => {
    const replay = new Replay(recording, { sessions: 10, agentOf: () => 0 })
    try {
      const invoke = replay.load(bundleOf(provider.name))
      for (const { title, status, request } of operations) {
        const answers = [await invoke(request(replay, 1)), await invoke(request(replay, 2))]
        expect([title, ...answers.map((answer) => answer.status)]).toEqual([title, status, status])
        const calls = await callsOf(replay, () => invoke(request(replay, 3)))
        const again = await callsOf(replay, () => invoke(request(replay, 4)))
        expect([title, again]).toEqual([title, calls])
      }
    } finally {
      replay.close()
    }
  }, 90_000)
})
