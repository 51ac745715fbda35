import { Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { type QuickTime, quickTime } from '../src/quick-time'

let time: QuickTime | undefined
afterEach(() => time?.restore())

const TIMES = 50
const LONG_MS = 5_000
/** As long as the waiting takes in real time, and far less than without quick time. */
const realMs = async (wait: () => Promise<unknown>) => {
  const startedAt = performance.now()
  await wait()
  return performance.now() - startedAt
}

it('lets a long wait pass quickly, and whoever looks at the time sees that it has passed', async () => {
  time = quickTime()
  time.speed(TIMES)
  const before = Date.now()
  const real = await realMs(() => new Promise((resolve) => setTimeout(resolve, LONG_MS)))
  expect(real).toBeLessThan(LONG_MS / 2)
  expect(Date.now() - before).toBeGreaterThanOrEqual(LONG_MS - TIMES)
  expect(new Date().getTime()).toBeGreaterThanOrEqual(before + LONG_MS - TIMES)
})

it('shortens the time-outs of signals and sockets alike', async () => {
  time = quickTime()
  time.speed(TIMES)
  const socket = new Socket()
  const real = await realMs(() =>
    Promise.all([
      new Promise((resolve) => AbortSignal.timeout(LONG_MS).addEventListener('abort', resolve)),
      new Promise((resolve) => socket.setTimeout(LONG_MS, () => resolve(undefined))),
    ])
  )
  socket.destroy()
  expect(real).toBeLessThan(LONG_MS / 2)
})

it('moves the present by hand', () => {
  time = quickTime()
  const before = Date.now()
  time.shift(LONG_MS)
  expect(Date.now() - before).toBeGreaterThanOrEqual(LONG_MS)
})

it('never goes back when the speed changes', () => {
  time = quickTime()
  time.shift(LONG_MS)
  const before = Date.now()
  time.speed(TIMES)
  time.speed(1)
  expect(Date.now()).toBeGreaterThanOrEqual(before)
})

it('leaves everything as it was', () => {
  const before = [
    Date,
    Date.now,
    setTimeout,
    setInterval,
    AbortSignal.timeout,
    Reflect.get(Socket.prototype, 'setTimeout'),
  ]
  quickTime().restore()
  expect([
    Date,
    Date.now,
    setTimeout,
    setInterval,
    AbortSignal.timeout,
    Reflect.get(Socket.prototype, 'setTimeout'),
  ]).toEqual(before)
})

it('makes dates that are dates', () => {
  time = quickTime()
  const now = new Date()
  expect(now).toBeInstanceOf(Date)
  expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z')
  expect(now.constructor).toBe(Date)
})
