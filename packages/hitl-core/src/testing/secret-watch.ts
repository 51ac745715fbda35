import { inspect } from 'node:util'
import { expect } from 'vitest'
import type { HitlError } from '../errors'

type ErrorClass<E> = abstract new (...args: never[]) => E

/** Looks for these secrets, given by their names, in what is shown. */
export function watchSecrets(secrets: Readonly<Record<string, string>>) {
  /** Lower case as well: a text that was folded gives a secret away just the same. */
  function expectNoSecret(shown: string): void {
    const lower = shown.toLowerCase()
    const found = Object.entries(secrets).filter(([, secret]) => lower.includes(secret.toLowerCase()))
    expect(found.map(([name]) => name)).toEqual([])
  }

  /** The error of a call that has to fail, searched for secrets down to ten levels. */
  async function failureOf(call: Promise<unknown>): Promise<unknown> {
    const outcome = await call.then(
      () => ({ error: undefined, failed: false }),
      (error: unknown) => ({ error, failed: true })
    )
    expect(outcome.failed).toBe(true)
    const { error } = outcome
    const own = error instanceof Error ? `${error.message} ${error.stack} ${inspect(error.cause, { depth: 10 })}` : ''
    expectNoSecret(`${own} ${inspect(error, { depth: 10, showHidden: true })}`)
    return error
  }

  /** As `failureOf`, for an error of one class exactly. */
  async function failsWith<E extends HitlError>(kind: ErrorClass<E>, call: Promise<unknown>): Promise<E> {
    const error = await failureOf(call)
    if (error instanceof kind) return error
    throw new Error(`Expected ${kind.name}, got ${String(error)}`, { cause: error })
  }

  return { expectNoSecret, failureOf, failsWith }
}
