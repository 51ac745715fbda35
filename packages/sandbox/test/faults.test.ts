import { afterAll, beforeAll, expect, it } from 'vitest'
import { faults } from '../src/faults'
import { paintFor } from '../src/paint'
import { perform } from '../src/perform'
import { providers } from '../src/providers/index'
import { quiet } from '../src/quiet'

const paint = paintFor({}, {})
let undo: (() => void) | undefined

beforeAll(() => {
  undo = quiet()
})
afterAll(() => undo?.())

const rows = providers.flatMap((provider) =>
  faults.map((fault) => ({ provider, fault, name: `${provider.name}, ${fault.name}: ${fault.about}` }))
)

it.each(rows)('$name', { timeout: 30_000 }, async ({ provider, fault }) => {
  const told: string[] = []
  const narrator = { print: (line: string) => void told.push(line), paint, verbose: false }
  try {
    const checks = await perform(provider, { instances: 'module', pace: 'moved', fault, narrator })
    expect(checks.filter(({ ok }) => !ok)).toEqual([])
    expect(checks.length).toBeGreaterThan(4)
  } catch (error) {
    process.stderr.write(`${told.join('\n')}\n`)
    throw error
  }
})
