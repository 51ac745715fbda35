import { describe, expect, it } from 'vitest'
import type { GrowthPoint, GrowthRow } from '../src/bench/growth'
import { table } from '../src/bench/markdown'
import { median, quantile, ratios, spread } from '../src/bench/statistics'
import { Variants } from '../src/bench/variants'
import { growthProblems, MOST_GROWTH } from '../src/bench/verdicts'

describe('statistics', () => {
  it('take the middle, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.95)).toBe(10)
    expect(spread([3, 1, 2])).toEqual({ median: 2, fastest: 1, slowest: 3, repetitions: 3 })
  })

  it('compare each repetition with its neighbour, not with the mean of all', () => {
    // Both slow down alike: the ratio stays.
    expect(ratios([10, 100, 20], [5, 50, 10])).toEqual({ median: 2, fastest: 2, slowest: 2, repetitions: 3 })
  })
})

const point = (size: number, changes: Partial<GrowthPoint> = {}): GrowthPoint => ({
  size,
  calls: { vendor: 1, botpress: 1 },
  microseconds: 500,
  bytes: 1_000,
  ...changes,
})

const row = (...points: GrowthPoint[]): GrowthRow => ({ of: 'live conversations', step: 'message', points })

describe('the verdict on growth', () => {
  it('finds nothing where everything costs the same', () => {
    expect(growthProblems([row(point(10), point(1_000), point(10_000))])).toEqual([])
  })

  it('forgives what is within the factors, and less', () => {
    const slower = point(10_000, { microseconds: 500 * MOST_GROWTH.microseconds, bytes: 900 })
    expect(growthProblems([row(point(10), slower)])).toEqual([])
  })

  it.each([
    ['a call more', { calls: { vendor: 1, botpress: 2 } }, '2 botpress calls in place of 1'],
    ['a call more now and then', { calls: { vendor: 1.025, botpress: 1 } }, '1.025 vendor calls in place of 1'],
    ['too much time', { microseconds: 800 }, '1.60 times the microseconds'],
    ['too much memory', { bytes: 1_300 }, '1.30 times the bytes'],
  ] as const)('fails on %s', (_name, changes, words) => {
    const problems = growthProblems([row(point(10), point(10_000, changes))])
    expect(problems).toEqual([`message: ${words} with 10,000 live conversations.`])
  })

  it('fails on calls that grow half-way and shrink again', () => {
    const more = point(1_000, { calls: { vendor: 2, botpress: 1 } })
    expect(growthProblems([row(point(10), more, point(10_000))])).toHaveLength(1)
  })

  it('fails where nothing was measured, and where a figure is missing', () => {
    expect(growthProblems([row()])).toHaveLength(1)
    expect(growthProblems([row(point(10), point(10_000, { microseconds: Number.NaN }))])).toHaveLength(1)
  })
})

describe('variants', () => {
  const variants = new Variants({
    session: ['ABCDEFGHIJ', 'thread-1'],
    agent: ['anna@example.com'],
    message: ['ABCDEFGHIJ_5'],
  })
  const text = 'thread-1 of ABCDEFGHIJ: anna@example.com wrote ABCDEFGHIJ_5'

  it('say of another session what was said of the recorded one, and find out of which', () => {
    const varied = variants.vary(text, { session: 7, agent: 42, message: 99_999 })
    expect(varied).toBe('thr00007 of ABCDE00007: anna@exampl00042 wrote ABCDEFG99999')
    expect(variants.find(varied)).toEqual({ session: 7, agent: 42, message: 99_999 })
    expect(variants.original(varied)).toBe(text)
  })

  it('find nothing in the text of nobody', () => {
    expect(variants.find('GET /v1/chat/conversations')).toEqual({})
  })

  it('refuse an id that is too short to stand for many', () => {
    expect(() => new Variants({ session: ['12345'], agent: [], message: [] })).toThrow('too short')
  })
})

describe('a table', () => {
  it('is Markdown that reads well as it stands', () => {
    expect(
      table(
        ['what', 'µs'],
        [
          ['webhook', '1,234'],
          ['action', '7'],
        ]
      )
    ).toBe(['| what    |    µs |', '| ------- | ----: |', '| webhook | 1,234 |', '| action  |     7 |'].join('\n'))
  })
})
