import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countSteps } from '../src/bench/call-counts'
import { stepsOf, type Temperature } from '../src/budgets'
import { providers } from '../src/providers/index'
import { quiet } from '../src/quiet'

let undo: (() => void) | undefined
beforeAll(() => {
  undo = quiet()
})
afterAll(() => undo?.())

const temperatures: readonly Temperature[] = ['warm', 'cold']
const rows = providers.flatMap((provider) =>
  temperatures.map((temperature) => ({ provider, temperature, name: provider.name }))
)

describe('calls per step', () => {
  it.each(rows)(
    'of $name stay within the budgets, $temperature',
    { timeout: 40_000 },
    async ({ provider, temperature }) => {
      const counted = await countSteps(provider, temperature)
      const over = counted.filter(({ ok }) => !ok).map(({ step, counts, budget }) => ({ step, counts, budget }))
      expect(over).toEqual([])
      // No row of the table may go unmeasured.
      expect(new Set(counted.map(({ step }) => step))).toEqual(new Set(stepsOf(provider.name)))
    }
  )
})
