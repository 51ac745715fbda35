import { providers } from '@hitl/sandbox/providers'
import { describe, expect, it } from 'vitest'
import { UsageError } from '@hitl/sandbox/command-line'
import { helpText, readOptions } from '../src/fuzz/options'
import { toReport } from '../src/fuzz/report'
import { newTally } from '../src/fuzz/tally'

describe('the command line', () => {
  it('fuzzes every provider when nothing is said, each time anew', () => {
    expect(readOptions([])).toMatchObject({ providers, requests: 200_000, json: false })
  })

  it('takes one provider, a number of requests and a seed', () => {
    const [first] = providers
    const options = readOptions(['--provider', first?.name ?? '', '--requests', '10', '--seed', '3', '--path', '1:0'])
    expect(options).toMatchObject({ providers: [first], requests: 10, seed: 3, path: '1:0' })
  })

  it.each([
    ['--provider', 'nobody'],
    ['--requests', '0'],
    ['--requests', '1e3'],
    ['--seed', '-1'],
    ['--path', '1:0'],
    ['--unknown'],
  ])('refuses %s %s in one sentence', (...args) => {
    expect(() => readOptions(args)).toThrow(UsageError)
  })

  it('names every option in its help', () => {
    expect(readOptions(['--help'])).toBeUndefined()
    expect(helpText()).toMatch(/--provider.*--requests.*--seed.*--path.*--json/s)
  })
})

describe('the report', () => {
  const [provider] = providers

  it.each([
    { applied: 50, problems: [] },
    { applied: 49, problems: ['only 49 of 1000 requests were told to the bot'] },
  ])('of 1,000 requests asks that $applied reach the bot', ({ applied, problems }) => {
    if (!provider) throw new Error('There is no provider')
    const tally = { ...newTally(0), requests: 1_000, applied }
    const result = { tally, failure: undefined, heap: [] }
    expect(toReport(provider, result, { seed: 1, seconds: 1 }).problems).toEqual(problems)
  })

  it('says that memory grows', () => {
    if (!provider) throw new Error('There is no provider')
    const result = { tally: newTally(0), failure: undefined, heap: [50e6, 60e6, 151e6] }
    expect(toReport(provider, result, { seed: 1, seconds: 1 }).problems).toEqual(['the memory in use grows'])
  })
})
