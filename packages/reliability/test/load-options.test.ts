import { describe, expect, it } from 'vitest'
import { UsageError } from '@hitl/sandbox/command-line'
import { helpText, readOptions } from '../src/load/options'

describe('the command line', () => {
  it('without arguments asks for what is promised: 200 conversations, 20,000 messages, 3 processes, 2 % faults', () => {
    const { providers, load, json } = readOptions([]) ?? { providers: [], load: undefined, json: true }
    expect(providers.length).toBeGreaterThanOrEqual(3)
    expect(load).toMatchObject({ conversations: 200, messages: 20_000, instances: 3, faults: 2, rounds: 1 })
    expect(json).toBe(false)
  })

  it('takes every number and one provider', () => {
    const args = ['--provider', 'hubspot', '--conversations', '10', '--messages', '200', '--instances', '2']
    const found = readOptions([...args, '--faults', '0.5', '--rounds', '3', '--seed', '7', '--json'])
    expect(found?.providers.map(({ name }) => name)).toEqual(['hubspot'])
    const load = { conversations: 10, messages: 200, instances: 2, faults: 0.5, rounds: 3, seed: 7 }
    expect(found).toMatchObject({ load, json: true })
  })

  it.each([
    [['--conversations', '0'], '--conversations "0" is not a whole number from 1 to 2000.'],
    [['--messages', 'many'], '--messages "many" is not a whole number'],
    [['--instances', '1.5'], '--instances "1.5" is not a whole number'],
    [['--faults', '50'], '--faults "50" is not a number from 0 to 20.'],
    [['--provider', 'nobody'], 'There is no provider "nobody"; choose one of: '],
    [['--nonsense'], 'Use --help for the list of options.'],
  ])('refuses %j in one sentence', (args, sentence) => {
    expect(() => readOptions(args)).toThrow(UsageError)
    expect(() => readOptions(args)).toThrow(sentence)
  })

  it('shows its help when asked, with every option', () => {
    expect(readOptions(['--help'])).toBeUndefined()
    for (const name of ['provider', 'conversations', 'messages', 'instances', 'faults', 'rounds', 'seed', 'json']) {
      expect(helpText()).toContain(`--${name} `)
    }
  })
})
