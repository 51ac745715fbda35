import { expect, it } from 'vitest'
import { ownTime } from '../src/load/own-time'

const WHOLE = { from: 100, to: 200 }

it('is the whole time where nothing was called', () => {
  expect(ownTime(WHOLE, [])).toBe(100)
})

it('leaves out what was spent waiting for calls, one after the other', () => {
  const calls = [
    { from: 150, to: 160 },
    { from: 110, to: 130 },
  ]
  expect(ownTime(WHOLE, calls)).toBe(70)
})

it('counts the wait for calls that overlap, or lie within one another, only once', () => {
  const calls = [
    { from: 110, to: 150 },
    { from: 120, to: 130 },
    { from: 140, to: 170 },
  ]
  expect(ownTime(WHOLE, calls)).toBe(40)
})

it('is never negative: a call may begin earlier, last longer or begin too late to matter', () => {
  expect(ownTime(WHOLE, [{ from: 50, to: 120 }])).toBe(80)
  expect(ownTime(WHOLE, [{ from: 190, to: Number.POSITIVE_INFINITY }])).toBe(90)
  expect(ownTime(WHOLE, [{ from: 250, to: 300 }])).toBe(100)
  expect(ownTime(WHOLE, [{ from: 0, to: 300 }])).toBe(0)
})
