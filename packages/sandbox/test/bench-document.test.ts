import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { growthCases, stepTitles } from '../src/bench/growth-cases'
import { SIZES } from '../src/bench/growth'
import { operations } from '../src/bench/operations'
import { PARTS } from '../src/bench/parts'
import { situations } from '../src/bench/profile'
import { budgets, type StepName, stepsOf } from '../src/budgets'
import { providers } from '../src/providers/index'

const text = readFileSync(new URL('../../../docs/performance.md', import.meta.url), 'utf8')

/** First cells of the rows of the table below a heading. */
function rowsBelow(section: string, heading: string): string[] {
  const part = section.split(`${heading}\n`)[1]?.split('\n#')[0] ?? ''
  return part
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|')[1]?.trim() ?? '')
}

const isStep = (name: string): name is StepName => name in budgets

describe('docs/performance.md, as the benchmark writes it now,', () => {
  it('tells of every integration', () => {
    expect(rowsBelow(text, '## Bundle and loading')).toEqual(providers.map(({ title }) => title))
  })

  it('names the Node version and the processors, and no machine', () => {
    expect(text).toMatch(/on \d{4}-\d\d-\d\d with Node \d+\.\d+\.\d+ on \w+ \w+, \d+ processors/)
  })

  describe.each(providers)('has for $title', ({ name, title }) => {
    const section = text.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? ''

    it('a row for every step', () => {
      const steps = stepsOf(name).filter(isStep)
      expect(rowsBelow(section, '### Calls per step')).toEqual(steps.map((step) => budgets[step].title))
    })

    it('a row for every operation', () => {
      expect(rowsBelow(section, '### Time and memory per operation')).toEqual(operations.map((one) => one.title))
    })

    it('a row for everything there may be much of, with every size', () => {
      const rows = growthCases.flatMap(({ title: of, steps }) => steps.map((step) => `${of}: ${stepTitles[step]}`))
      expect(rowsBelow(section, '### Growth')).toEqual(rows)
      const head = section.split('### Growth\n')[1]?.split('\n')[1] ?? ''
      for (const size of SIZES) expect(head).toContain(` ${size.toLocaleString('en-US')} |`)
    })

    it('a row for every situation, with a share for everybody', () => {
      const rows = rowsBelow(section, '### What dominates').map((row) => row.replace(/ \(\d+ ms\)$/, ''))
      expect(rows).toEqual([...situations])
      for (const part of PARTS) expect(section).toContain(` ${part} |`)
    })
  })
})
