import { expect, it } from 'vitest'
import { copyOf } from '../src/saved-copy'

it('copies plain data of any depth and shares nothing with it', () => {
  const original = {
    list: [1, { a: 'b' }],
    map: new Map([[1, new Set(['x'])]]),
    big: 17n,
    nothing: null,
    gone: undefined,
  }
  const copy = copyOf(original)
  expect(copy).toEqual(original)
  original.list.push(2)
  original.map.get(1)?.add('y')
  expect(copy).toMatchObject({ list: [1, { a: 'b' }], map: new Map([[1, new Set(['x'])]]) })
})

it('keeps what the original shares within itself', () => {
  const grant = { id: 1 }
  const copy = copyOf({ refresh: new Map([['a', grant]]), access: [{ grant }] })
  expect(copy.access[0]?.grant).toBe(copy.refresh.get('a'))
  expect(copy.access[0]?.grant).not.toBe(grant)
})

it('copies only the bytes that a view shows', () => {
  const bytes = copyOf(Buffer.from('a long text of which one word is wanted').subarray(7, 11))
  expect(new TextDecoder().decode(bytes)).toBe('text')
  expect(bytes.buffer.byteLength).toBe(4)
})

it('treats a member like any other whatever its name', () => {
  const copy = copyOf<unknown>(JSON.parse('{"__proto__": {"isAdmin": true}}'))
  expect(Object.keys(copy ?? {})).toEqual(['__proto__'])
  expect(copy).not.toHaveProperty('isAdmin')
})

it.each([
  ['function', () => 1],
  ['Date', new Date()],
  ['URL', new URL('https://example.com')],
])('refuses a %s, which would not come back as it was', (name, value) => {
  expect(() => copyOf({ value })).toThrow(new TypeError(`A ${name} cannot be saved`))
})
