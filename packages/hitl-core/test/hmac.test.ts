import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { constantTimeEqual, sign } from '../src/signature/hmac'

describe('sign', () => {
  const jefe = 'what do ya want for nothing?'

  it.each([
    ['sha256', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    [
      'sha512',
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554' +
        '9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    ],
    ['sha1', 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79'],
  ] as const)('gives the published %s value (RFC 4231 and 2202, test case 2)', (algorithm, digest) => {
    expect(sign(algorithm, 'Jefe', jefe, 'hex')).toBe(digest)
  })

  it('writes base64 and base64url', () => {
    const digest = Buffer.from('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', 'hex')
    expect(sign('sha256', 'Jefe', jefe, 'base64')).toBe('W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=')
    expect(sign('sha256', 'Jefe', jefe, 'base64url')).toBe(digest.toString('base64url'))
    expect(sign('sha256', 'Jefe', jefe, 'base64url')).not.toMatch(/[+/=]/)
  })

  it('takes bytes as well as text, and text as UTF-8', () => {
    const expected = sign('sha256', 'clé', 'Ça va 😀', 'hex')
    expect(sign('sha256', new TextEncoder().encode('clé'), new TextEncoder().encode('Ça va 😀'), 'hex')).toBe(expected)
  })

  it('changes with the key and with the material', () => {
    const signed = sign('sha256', 'key', 'material', 'hex')
    expect(sign('sha256', 'key2', 'material', 'hex')).not.toBe(signed)
    expect(sign('sha256', 'key', 'material ', 'hex')).not.toBe(signed)
  })
})

describe('constantTimeEqual', () => {
  it.each([
    ['abc', 'abd'],
    ['abc', 'ABC'],
    ['abc', 'abcd'],
    ['abcd', 'abc'],
    ['abc', ''],
    ['', 'abc'],
    ['é', 'e'],
    ['é', 'ab'],
  ])('refuses %j for %j', (a, b) => {
    expect(constantTimeEqual(a, b)).toBe(false)
  })

  it('never matches an empty text', () => {
    expect(constantTimeEqual('', '')).toBe(false)
  })

  it('agrees with plain equality on texts that are not empty', () => {
    const pair = fc.oneof(
      fc.string({ minLength: 1 }).map((text) => [text, text] as const),
      fc.tuple(fc.string(), fc.string({ minLength: 1 })),
      fc
        .tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1, maxLength: 1 }))
        .map(([a, b]) => [a, a.slice(1) + b] as const)
    )
    fc.assert(
      fc.property(pair, ([a, b]) => {
        expect(constantTimeEqual(a, b)).toBe(a === b)
      }),
      { numRuns: 500 }
    )
  })
})
