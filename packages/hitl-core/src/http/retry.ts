import { type HitlError, ProviderHttpError, ProviderUnreachableError, RateLimitedError } from '../errors'

export const MAX_ATTEMPTS = 3
const FIRST_WAIT_MS = 400

export type RetryQuestion = {
  /** 1 for the first failure. */
  attempt: number
  /** Whether the call may run twice without harm. */
  repeatable: boolean
  /** Time left until the deadline of the step, in ms. */
  remainingMs: number
}

/**
 * How long to wait in ms before the call is made again, or undefined when it must not be.
 * A call that may have run is repeated only when that is harmless; one the provider turned away for its rate limit,
 * or that never left, has not run.
 */
export function retryWaitMs(error: HitlError, { attempt, repeatable, remainingMs }: RetryQuestion): number | undefined {
  if (attempt >= MAX_ATTEMPTS || !error.retryable || neverSent.has(error)) return undefined
  const wait = waitFor(error, attempt, repeatable)
  return wait === undefined || wait >= remainingMs ? undefined : wait
}

function waitFor(error: HitlError, attempt: number, repeatable: boolean): number | undefined {
  const backoff = FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.75 + Math.random() / 2)
  if (error instanceof RateLimitedError) return error.retryAfterMs ?? backoff
  if (error instanceof ProviderUnreachableError) return repeatable || !error.sent ? backoff : undefined
  if (error instanceof ProviderHttpError) return repeatable ? backoff : undefined
  return undefined
}

/** Errors from before a call: it never left, and repeating it would only go wrong in the same place. */
const neverSent = new WeakSet<Error>()

/** Waits for what a call needs, its credential for example, and marks the error if that cannot be had. */
export async function beforeSending<T>(getting: Promise<T>): Promise<T> {
  try {
    return await getting
  } catch (error) {
    if (error instanceof Error) neverSent.add(error)
    throw error
  }
}

/** Whether an error is from before the call, which never left. */
export const isUnsent = (error: Error): boolean => neverSent.has(error)

/** Errors of calls of which an earlier attempt is in doubt. */
const afterDoubt = new WeakSet<Error>()

export const markAfterDoubt = (error: Error): void => void afterDoubt.add(error)

/** Whether an attempt before the last one may have taken effect. */
export const wasInDoubt = (error: unknown): boolean => error instanceof Error && afterDoubt.has(error)

/** Whether a call that failed so may have taken effect all the same. */
export function isDoubtful(error: unknown): boolean {
  if (error instanceof ProviderUnreachableError) return error.sent && !neverSent.has(error)
  const isPassing = error instanceof ProviderHttpError && error.retryable && !(error instanceof RateLimitedError)
  return isPassing && !neverSent.has(error)
}

/** What the provider itself says to have failed has failed; a gateway before it does not know. */
const CERTAIN = new Set([500, 503])

/** Like `isDoubtful`, but an answer of the provider's own is believed. */
export const mayHaveRun = (error: unknown): boolean =>
  isDoubtful(error) && !(error instanceof ProviderHttpError && CERTAIN.has(error.status))

/** Reads `Retry-After` (seconds or an HTTP date) as ms from now; undefined when absent or unreadable. */
export function readRetryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined || value.trim() === '') return undefined
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
