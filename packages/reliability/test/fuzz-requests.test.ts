import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openFuzzWorld } from '../src/fuzz/fuzz-world'
import { changed, named } from '../src/fuzz/json-changes'
import { makeRequest } from '../src/fuzz/make-request'
import { plan } from '../src/fuzz/plan'
import { pieces, writeJson } from '../src/fuzz/written-json'
import { providers } from '@hitl/sandbox/providers'

describe('changes of a JSON value', () => {
  const value = { a: [1, { b: 2 }], c: 3 }

  it('reach every node, the whole being the first', () => {
    const removed = Array.from({ length: 6 }, (_, at) => changed(value, { at, how: { do: 'remove' } }))
    expect(removed).toEqual([
      undefined,
      { c: 3 },
      { a: [{ b: 2 }], c: 3 },
      { a: [1], c: 3 },
      { a: [1, {}], c: 3 },
      { a: [1, { b: 2 }] },
    ])
  })

  it('give a field a twin of the same name', () => {
    const doubled = changed({ a: 1 }, { at: 1, how: { do: 'double', value: 2 } })
    expect(writeJson(doubled)).toBe('{"a":1,"a":2}')
  })

  it('make names of prototypes fields like others', () => {
    const renamed = changed({ a: 1 }, { at: 1, how: { do: 'rename', name: '__proto__' } })
    expect(writeJson(renamed)).toBe('{"__proto__":1}')
  })

  it('write numbers that no value of JavaScript stands for', () => {
    expect(writeJson({ a: pieces[0], b: [pieces[2]] })).toBe('{"a":1e400,"b":[-0]}')
  })

  it('name a session in the type the field had', () => {
    expect(named({ id: [1, '2'], other: 3 }, { id: '9' })).toEqual({ id: [9, '9'], other: 3 })
  })
})

describe.each(providers)('webhooks of $title', (provider) => {
  it('are proven and forged in turn, about our sessions and about others', async () => {
    const world = await openFuzzWorld(provider, { age: 'settled' })
    try {
      const made = fc.sample(plan, { numRuns: 1_200, seed: 1 }).map((one) => makeRequest(one, world))
      const share = (isIt: (one: (typeof made)[number]) => boolean) => made.filter(isIt).length / made.length
      expect(share(({ isAuthentic }) => isAuthentic)).toBeGreaterThan(0.3)
      expect(share(({ isAuthentic }) => !isAuthentic)).toBeGreaterThan(0.3)
      expect(share(({ session }) => session === undefined)).toBeGreaterThan(0.1)
      expect(new Set(made.map(({ forgery }) => forgery)).size).toBe(Object.keys(world.hand.forgeries).length + 1)
      expect(new Set(made.map(({ recording }) => recording)).size).toBe(world.recordings.length)
    } finally {
      await world.close()
    }
  }, 60_000)
})
