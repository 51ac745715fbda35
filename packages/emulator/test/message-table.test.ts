import { expect, it } from 'vitest'
import { MessageTable } from '../src/botpress/message-table'
import type { MessageRow } from '../src/botpress/model'

const row = (id: string, conversationId: string): MessageRow => ({
  id,
  seq: 1,
  createdAt: 0,
  updatedAt: 0,
  ownerId: 'int_1',
  tags: {},
  type: 'text',
  payload: { text: id },
  direction: 'incoming',
  userId: 'user_1',
  conversationId,
})

const idsOf = (rows: readonly MessageRow[]) => rows.map(({ id }) => id)

it('finds the messages of each conversation in the order in which they came', () => {
  const table = new MessageTable()
  for (const [id, conversationId] of [
    ['a', 'one'],
    ['b', 'two'],
    ['c', 'one'],
  ] as const)
    table.set(id, row(id, conversationId))
  expect(idsOf(table.of('one'))).toEqual(['a', 'c'])
  expect(idsOf(table.of('two'))).toEqual(['b'])
  expect(table.of('three')).toEqual([])
  expect(idsOf([...table.values()])).toEqual(['a', 'b', 'c'])
})

it('forgets what is deleted or cleared, and takes up what is put in its place', () => {
  const table = new MessageTable()
  table.set('a', row('a', 'one')).set('b', row('b', 'one'))
  expect(table.delete('a')).toBe(true)
  expect(table.delete('a')).toBe(false)
  expect(idsOf(table.of('one'))).toEqual(['b'])
  const changed = { ...row('b', 'one'), payload: { text: 'changed' } }
  table.set('b', changed)
  expect(table.of('one')).toEqual([changed])
  table.clear()
  expect(table.of('one')).toEqual([])
  expect(table.size).toBe(0)
})
