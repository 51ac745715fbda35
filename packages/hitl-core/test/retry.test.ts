import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ConfigurationError,
  type HitlError,
  ProviderHttpError,
  ProviderUnreachableError,
  RateLimitedError,
  ReauthorizationRequiredError,
  ThreadClosedError,
} from '../src/errors'
import { isDoubtful, MAX_ATTEMPTS, readRetryAfterMs, retryWaitMs } from '../src/http/retry'

const first = { attempt: 1, repeatable: true, remainingMs: 30_000 }
const unsafe = { ...first, repeatable: false }
const http = (status: number, retryable: boolean) => new ProviderHttpError('x', { status }, { retryable })

describe('retryWaitMs', () => {
  it.each<[string, HitlError, 'yes' | 'no', 'yes' | 'no']>([
    ['503', http(503, true), 'yes', 'no'],
    ['404', http(404, false), 'no', 'no'],
    ['a dropped connection', new ProviderUnreachableError('x', { sent: true }), 'yes', 'no'],
    ['a call that never left', new ProviderUnreachableError('x', { sent: false }), 'yes', 'yes'],
    ['a rate limit', new RateLimitedError('x', { status: 429 }), 'yes', 'yes'],
    ['a refused renewal', new ReauthorizationRequiredError('x'), 'no', 'no'],
    ['a closed thread', new ThreadClosedError('x'), 'no', 'no'],
    ['a wrong setting', new ConfigurationError('key', 'x'), 'no', 'no'],
  ])('after %s repeats a safe call or not, and an unsafe one or not', (_name, error, safe, notSafe) => {
    expect(retryWaitMs(error, first) === undefined ? 'no' : 'yes').toBe(safe)
    expect(retryWaitMs(error, unsafe) === undefined ? 'no' : 'yes').toBe(notSafe)
  })

  it('gives up after the last attempt', () => {
    expect(retryWaitMs(http(503, true), { ...first, attempt: MAX_ATTEMPTS - 1 })).toBeDefined()
    expect(retryWaitMs(http(503, true), { ...first, attempt: MAX_ATTEMPTS })).toBeUndefined()
  })

  it('waits exactly as long as the provider wishes', () => {
    expect(retryWaitMs(new RateLimitedError('x', { status: 429, retryAfterMs: 1_234 }), unsafe)).toBe(1_234)
  })

  it('never waits until or beyond the deadline', () => {
    const limited = (retryAfterMs: number) => new RateLimitedError('x', { status: 429, retryAfterMs })
    expect(retryWaitMs(limited(29_999), first)).toBe(29_999)
    expect(retryWaitMs(limited(30_000), first)).toBeUndefined()
    expect(retryWaitMs(http(503, true), { ...first, remainingMs: 0 })).toBeUndefined()
  })

  it('waits longer before the last attempt than before the second, and never in lockstep', () => {
    const waits = (attempt: number) =>
      Array.from({ length: 200 }, () => retryWaitMs(http(503, true), { ...first, attempt }) ?? 0)
    const [second, third] = [waits(1), waits(2)]
    expect(Math.max(...second)).toBeLessThan(Math.min(...third))
    expect(new Set(second).size).toBeGreaterThan(100)
  })
})

describe('isDoubtful', () => {
  it.each<[string, unknown, boolean]>([
    ['no answer to a call that went out', new ProviderUnreachableError('x', { sent: true }), true],
    ['a call that never left', new ProviderUnreachableError('x', { sent: false }), false],
    ['a failure of the server', http(503, true), true],
    ['a refusal', http(404, false), false],
    ['a rate limit', new RateLimitedError('x', { status: 429 }), false],
    ['a refused renewal', new ReauthorizationRequiredError('x'), false],
    ['a closed thread', new ThreadClosedError('x'), false],
    ['a wrong setting', new ConfigurationError('key', 'x'), false],
    ['a mistake of ours', new TypeError('x'), false],
    ['nothing', undefined, false],
  ])('after %s', (_name, error, expected) => {
    expect(isDoubtful(error)).toBe(expected)
  })
})

describe('readRetryAfterMs', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')

  it.each([
    ['5', 5_000],
    [' 5 ', 5_000],
    ['0', 0],
    ['1.5', 1_500],
    ['-5', 0],
    ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [' ', undefined],
    [undefined, undefined],
  ])('reads %j as %j', (value, expected) => {
    expect(readRetryAfterMs(value, now)).toBe(expected)
  })

  it('never reads a negative wait, or something that is no number', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.date().map(String)), (value) => {
        const wait = readRetryAfterMs(value, now)
        expect(wait === undefined || wait >= 0).toBe(true)
      })
    )
  })
})
