import { describe, expect, it } from 'vitest'
import { faults } from '../src/faults'
import { UsageError } from '../src/command-line'
import { helpText, readOptions } from '../src/options'
import { providers } from '../src/providers/index'

const refusalOf = (...args: string[]): string => {
  try {
    readOptions(args)
    return ''
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return error instanceof Error ? error.message : ''
  }
}

describe('the command line', () => {
  it('shows the page of the first provider when nothing is said', () => {
    expect(readOptions([])).toEqual({
      provider: providers[0],
      journeys: false,
      verbose: false,
      keep: false,
      open: true,
    })
  })

  it.each(providers)('takes $name as provider', (provider) => {
    expect(readOptions(['--provider', provider.name])).toMatchObject({ provider, journeys: false })
  })

  it('takes every option of the page', () => {
    expect(readOptions(['--keep', '--no-open', '--port', '4790', '--verbose'])).toMatchObject({
      journeys: false,
      keep: true,
      open: false,
      port: 4790,
      verbose: true,
    })
  })

  it.each(faults)('plays the journeys for --fault $name', (fault) => {
    expect(readOptions(['--fault', fault.name])).toMatchObject({ journeys: true, fault })
  })

  it('plays the journeys when it is told to', () => {
    expect(readOptions(['--journeys'])).toMatchObject({ journeys: true })
    expect(readOptions(['--journeys'])).not.toHaveProperty('fault')
  })

  it.each(['--help', '-h'])('wants only help with %s, whatever else is said', (help) => {
    expect(readOptions([help, '--provider', 'acme'])).toBeUndefined()
  })

  it.each([
    [['--provider', 'acme'], 'There is no provider "acme"; choose one of: livechat, hubspot, zoho-salesiq.'],
    [['--provider', ''], 'There is no provider ""'],
    [['--fault', 'sunshine'], 'There is no fault "sunshine"'],
    [['--port', '0'], 'The port "0" is not a whole number from 1 to 65535.'],
    [['--port', '65536'], 'The port "65536"'],
    [['--port', '12.5'], 'The port "12.5"'],
    [['--port', '1e3'], 'The port "1e3"'],
    [['--port', ''], 'The port ""'],
    [['--port'], '--port'],
    [['--colour'], '--colour'],
    [['livechat'], 'livechat'],
  ])('refuses %j in one sentence', (args, says) => {
    const message = refusalOf(...args)
    expect(message).toContain(says)
    expect(message).toMatch(/\.$/)
    expect(message).not.toContain('\n')
  })
})

it('the help names every option, provider and fault', () => {
  const text = helpText()
  for (const option of ['provider', 'port', 'keep', 'no-open', 'journeys', 'fault', 'verbose', 'help']) {
    expect(text).toContain(`--${option}`)
  }
  for (const { name } of providers) expect(text).toContain(name)
  for (const { name, about } of faults) expect(text).toContain(`${name.padEnd(22)} ${about}`)
})
