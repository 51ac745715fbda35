import { describe, expect, it } from 'vitest'
import { isFresh } from '../src/signature/freshness'

const now = 1_750_000_000_000
const window = 300_000

describe('isFresh', () => {
  it.each([
    ['now', now],
    ['just old enough', now - window],
    ['just ahead enough', now + window],
  ])('accepts %s', (_, timestamp) => {
    expect(isFresh(timestamp, now, window)).toBe(true)
  })

  it.each([
    ['too old', now - window - 1],
    ['too far ahead', now + window + 1],
    ['seconds instead of milliseconds', now / 1000],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
  ])('refuses a time that is %s', (_, timestamp) => {
    expect(isFresh(timestamp, now, window)).toBe(false)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses when the clock says %s',
    (clock) => {
      expect(isFresh(now, clock, window)).toBe(false)
      expect(isFresh(clock, clock, window)).toBe(false)
    }
  )

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('refuses a window of %s', (badWindow) => {
    expect(isFresh(now, now, badWindow)).toBe(false)
    expect(isFresh(Number.POSITIVE_INFINITY, now, badWindow)).toBe(false)
  })
})
