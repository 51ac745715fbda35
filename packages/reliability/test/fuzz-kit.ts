import { providers, type SandboxProvider } from '@hitl/sandbox/providers'
import { expect, it } from 'vitest'
import { runFuzz } from '../src/fuzz/run-fuzz'

export function providerNamed(name: string): SandboxProvider {
  const found = providers.find((one) => one.name === name)
  if (!found) throw new Error(`There is no provider ${name}`)
  return found
}

const REQUESTS = 1_500
const SEED = 20_261_130
const LIMIT_MS = 120_000

/** A short run with the same requests each time; `pnpm fuzz` sends more, and others. */
export function testFuzzing(name: string): void {
  it(
    'answers every webhook as it should, whatever is in it',
    async () => {
      const { tally, failure } = await runFuzz(providerNamed(name), { requests: REQUESTS, seed: SEED })
      expect(failure).toBeUndefined()
      expect(tally.requests).toBeGreaterThanOrEqual(REQUESTS)
      expect(tally.applied / tally.requests).toBeGreaterThan(0.05)
      expect([...tally.statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 401, 405]))
    },
    LIMIT_MS
  )
}
