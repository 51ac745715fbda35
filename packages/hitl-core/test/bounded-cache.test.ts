import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BoundedCache } from '../src/bounded-cache'

describe('BoundedCache', () => {
  it('gives back what was set last', () => {
    const cache = new BoundedCache<number>({ maxEntries: 2 })
    cache.set('a', 1)
    cache.set('a', 2)
    expect(cache.get('a')).toBe(2)
    expect(cache.get('b')).toBeUndefined()
  })

  it('drops the entry used least recently', () => {
    const cache = new BoundedCache<number>({ maxEntries: 2 })
    cache.set('a', 1)
    cache.set('b', 2)
    cache.get('a')
    cache.set('c', 3)
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3])
  })

  it('counts setting again as use, and not as one more entry', () => {
    const cache = new BoundedCache<number>({ maxEntries: 2 })
    cache.set('a', 1)
    cache.set('b', 2)
    cache.set('a', 3)
    cache.set('c', 4)
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([3, undefined, 4])
  })

  it('forgets one entry', () => {
    const cache = new BoundedCache<number>({ maxEntries: 3 })
    cache.set('a', 1)
    cache.set('b', 2)
    cache.delete('a')
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, 2])
  })

  it('keeps falsy values', () => {
    const cache = new BoundedCache<string>({ maxEntries: 1 })
    cache.set('a', '')
    expect(cache.get('a')).toBe('')
  })

  it('keeps nothing when there is no room', () => {
    const cache = new BoundedCache<number>({ maxEntries: 0 })
    cache.set('a', 1)
    expect(cache.get('a')).toBeUndefined()
  })

  it('agrees with a list ordered by use', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
    const step = fc.oneof(
      fc.record({ do: fc.constant('set'), key, value: fc.nat() }),
      fc.record({ do: fc.constantFrom('get', 'delete'), key, value: fc.constant(0) })
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), (maxEntries, steps) => {
        const cache = new BoundedCache<number>({ maxEntries })
        let model: { key: string; value: number }[] = []
        for (const { do: action, key: used, value } of steps) {
          const expected = action === 'get' ? model.find((entry) => entry.key === used)?.value : undefined
          const found = action === 'get' ? cache.get(used) : undefined
          expect(found).toBe(expected)
          const known = model.find((entry) => entry.key === used)
          const others = model.filter((entry) => entry.key !== used)
          if (action === 'set') {
            cache.set(used, value)
            model = [...others, { key: used, value }].slice(-maxEntries)
          } else if (action === 'delete') {
            cache.delete(used)
            model = others
          } else {
            model = known === undefined ? others : [...others, known]
          }
        }
      })
    )
  })
})
