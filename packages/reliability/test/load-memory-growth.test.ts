import { describe, expect, it } from 'vitest'
import { checkMemory } from '../src/load/checks'
import { memoryGrowth, type MemorySample } from '../src/load/memory-growth'
import { randomFrom } from '../src/load/random'

const SAMPLES = 13
const PER_SAMPLE = 600
const START_BYTES = 26_000_000

/** A process that keeps so much of each invocation; what a garbage collector leaves is never quite the same. */
function samples(keptOf: (invocations: number) => number, count = SAMPLES): MemorySample[] {
  const random = randomFrom(1, 'memory')
  return Array.from({ length: count }, (_, index) => {
    const invocations = index * PER_SAMPLE
    return { heldBytes: START_BYTES + keptOf(invocations) + random.whole(-300_000, 300_000), invocations }
  })
}

describe('the growth of memory', () => {
  it('is no leak where everything is let go', () => {
    const growth = memoryGrowth(samples(() => 0))
    expect(growth.isLeak).toBe(false)
    expect(Math.abs(growth.perThousandBytes)).toBeLessThan(100_000)
  })

  it('is no leak where caches fill during the warm-up and stay full', () => {
    expect(memoryGrowth(samples((done) => Math.min(done * 4_000, 6_000_000))).isLeak).toBe(false)
  })

  it('is no leak where a bounded cache keeps a few hundred bytes of each message', () => {
    expect(memoryGrowth(samples((done) => done * 300)).isLeak).toBe(false)
  })

  it('is a leak where 2 KB of each invocation stay, as its body would', () => {
    const growth = memoryGrowth(samples((done) => done * 2_000))
    expect(growth.isLeak).toBe(true)
    expect(growth.perThousandBytes).toBeGreaterThan(1_500_000)
    expect(growth.growthBytes).toBe(growth.lateBytes - growth.earlyBytes)
  })

  it('is unknown after a run that was too short', () => {
    expect(memoryGrowth(samples((done) => done * 60_000, 4)).isLeak).toBeUndefined()
    expect(memoryGrowth([]).isLeak).toBeUndefined()
  })
})

it('one leaking process among several fails the check, and too short a run says so', () => {
  const [flat, leaking] = [memoryGrowth(samples(() => 0)), memoryGrowth(samples((done) => done * 2_000))]
  expect(checkMemory([flat, flat])).toMatchObject({ ok: true })
  expect(checkMemory([flat, leaking])).toMatchObject({ ok: false, text: '1 of 2 processes keep more and more memory' })
  expect(checkMemory([memoryGrowth([])]).text).toContain('too short')
})
