import { expect, it } from 'vitest'
import { providers } from '@hitl/sandbox/providers'
import { figuresOf } from '../src/load/figures'
import { runLoad } from '../src/load/run-load'

const SMALL = { conversations: 10, messages: 200, instances: 2, faults: 2, rounds: 1, seed: 7 }
/** What fills a fresh process. The rerouting used to keep 60 KB of each invocation, 9 MB in a run like this. */
const MOST_GROWTH_BYTES = 5_000_000

it.each(providers.map((provider) => [provider.title, provider] as const))(
  '%s: ten conversations at once through two processes are exact while calls fail and webhooks come twice',
  async (_title, provider) => {
    const run = await runLoad(provider, SMALL, () => undefined)
    expect(run.checks.filter(({ ok }) => !ok)).toEqual([])
    expect(run.tally.arrived).toEqual({ user: 100, agent: 100 })

    const { ownMs, callsPerMessage, perSecond, memory } = figuresOf(run)
    expect(run.instances).toHaveLength(2)
    expect(run.calls.faults.size).toBeGreaterThan(0)
    expect(ownMs.undisturbed.count).toBeGreaterThan(100)
    expect(ownMs.undisturbed.p50).toBeGreaterThan(0)
    expect(callsPerMessage.user.vendor).toBeGreaterThanOrEqual(1)
    expect(callsPerMessage.agent.botpress).toBeGreaterThanOrEqual(1)
    expect(perSecond).toBeGreaterThan(0)
    for (const { growthBytes } of memory) expect(growthBytes).toBeLessThan(MOST_GROWTH_BYTES)
  },
  120_000
)
