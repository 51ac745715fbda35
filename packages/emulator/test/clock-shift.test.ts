import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Clock } from '../src/clock'
import { spawnInstance, type SpawnedInstance } from '../src/index'
import { isRecord, parseJson, type JsonRecord } from '../src/json'
import { startWorld } from './world'

const HOUR_MS = 3_600_000

describe('whoever follows the clock', () => {
  it('has been told before what became due is run', async () => {
    const clock = new Clock()
    const seen: string[] = []
    clock.follow(async (offsetMs) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      seen.push(`told ${Math.round(offsetMs / 1000)}`)
    })
    clock.after(10_000, () => seen.push('first'))
    clock.after(30_000, () => seen.push('second'))
    await clock.advance(60_000)
    expect(seen).toEqual(['told 10', 'first', 'told 30', 'second', 'told 60'])
    expect(Math.abs(clock.offsetMs - 60_000)).toBeLessThan(1_000)
  })

  it('is told of a start in the future and of the way back, until it ends following', async () => {
    const clock = new Clock()
    const seen: number[] = []
    const unfollow = clock.follow((offsetMs) => void seen.push(offsetMs))
    await clock.startAt(HOUR_MS)
    expect(Math.abs(clock.now() - Date.now() - HOUR_MS)).toBeLessThan(1_000)
    clock.reset()
    unfollow()
    await clock.startAt(5)
    expect(seen).toEqual([HOUR_MS, 0])
  })

  it('does not make a clock slower that nobody follows', async () => {
    const clock = new Clock()
    const seen: string[] = []
    clock.after(10_000, () => seen.push('due'))
    const advanced = clock.advance(10_000)
    expect(seen).toEqual(['due'])
    await advanced
  })
})

describe('a bundle in a process of its own', () => {
  const bundle = fileURLToPath(new URL('calling-bundle.cjs', import.meta.url))
  let emulator: Awaited<ReturnType<typeof startWorld>>
  let instance: SpawnedInstance

  beforeAll(async () => {
    emulator = await startWorld()
  })
  afterAll(() => emulator.close())
  beforeEach(() => emulator.reset())
  afterEach(() => instance.stop())

  const start = async (clockOffsetMs?: number) => {
    const base = { emulatorUrl: emulator.url, hosts: emulator.hosts, env: emulator.botpress.env }
    instance = await spawnInstance(bundle, { ...base, ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }) })
  }

  const time = async (): Promise<JsonRecord> => {
    const body = JSON.stringify({ req: { path: '/time' } })
    const answer = parseJson((await instance.invoke({ headers: { 'x-bp-operation': 'webhook_received' }, body })).body)
    return isRecord(answer) ? answer : {}
  }

  /** Hours between real time and each way to ask for the present; `+ 0` as rounding may give minus zero. */
  const offsets = ({ now, made, text, subclass }: JsonRecord) =>
    [now, made, text, subclass].map((at) => Math.round((Number(at) - Date.now()) / HOUR_MS) + 0)

  it('lives in real time until its clock is moved, then in the moved one', { timeout: 30_000 }, async () => {
    await start()
    expect(offsets(await time())).toEqual([0, 0, 0, 0])
    await instance.shiftClock(HOUR_MS)
    const moved = await time()
    expect(offsets(moved)).toEqual([1, 1, 1, 1])
    expect(moved).toMatchObject({ fixed: 5, parsed: 1_000, kinds: [true, true, true], same: true })
    await Promise.all([instance.shiftClock(HOUR_MS), instance.shiftClock(-HOUR_MS)])
    expect(offsets(await time())).toEqual([-1, -1, -1, -1])
  })

  it('starts in the moved time, from the first line of the bundle on', { timeout: 30_000 }, async () => {
    await start(HOUR_MS)
    const moved = await time()
    expect(offsets(moved)).toEqual([1, 1, 1, 1])
    expect(Math.round(Number(moved['offsetAtLoad']) / HOUR_MS)).toBe(1)
  })

  it('lets the clock go on when it has ended', { timeout: 30_000 }, async () => {
    await start()
    emulator.clock.follow((offsetMs) => instance.shiftClock(offsetMs))
    await emulator.clock.advance(HOUR_MS)
    expect(offsets(await time())).toEqual([1, 1, 1, 1])
    await instance.kill()
    const startedAt = performance.now()
    await emulator.clock.advance(HOUR_MS)
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })
})
