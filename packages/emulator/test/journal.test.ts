import { expect, it } from 'vitest'
import { Journal } from '../src/journal'

const entry = (label: string) => ({ at: 0, kind: 'note' as const, label })

it('keeps the latest entries when it is told how many, and goes on to tell listeners about each', () => {
  const journal = new Journal()
  const told: number[] = []
  journal.onEntry(({ seq }) => told.push(seq))
  journal.keepLatest(10)
  for (let index = 1; index <= 1_000; index += 1) journal.add(entry(`entry ${index}`))
  expect(journal.entries.length).toBeGreaterThanOrEqual(10)
  expect(journal.entries.length).toBeLessThan(20)
  expect(journal.entries.at(-1)?.label).toBe('entry 1000')
  expect(told).toHaveLength(1_000)
})

it('finds what came since a mark although older entries are gone', () => {
  const journal = new Journal()
  journal.keepLatest(10)
  for (let index = 1; index <= 95; index += 1) journal.add(entry(`entry ${index}`))
  const mark = journal.mark()
  for (let index = 96; index <= 99; index += 1) journal.add(entry(`entry ${index}`))
  expect(journal.since(mark).map(({ label }) => label)).toEqual(['entry 96', 'entry 97', 'entry 98', 'entry 99'])
  expect(journal.since(0)).toEqual(journal.entries)
})
