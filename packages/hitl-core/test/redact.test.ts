import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact } from '../src/redact'

describe('redact', () => {
  it.each<[string, string, string[], string]>([
    ['every given secret', 'id hunter22 and hunter22', ['hunter22'], 'id *** and ***'],
    ['the longest secret first', 'abcdefgh', ['abcd', 'abcdefgh'], '***'],
    ['secrets with signs that mean something in patterns', 'a $&(.*)+[x]^|\\d-/ b', ['$&(.*)+[x]^|\\d-/'], 'a *** b'],
    ['secrets on several lines', 'key:\n-----A\nB-----', ['-----A\nB-----'], 'key:\n***'],
    ['Bearer tokens', 'Authorization: Bearer eyJh.b-c_d~e/f+g==', [], 'Authorization: Bearer ***'],
    ['Basic credentials', 'authorization=basic dXNlcjpwdw==; next', [], 'authorization=basic ***; next'],
    ['Bearer tokens in JSON', '{"h":"Bearer abc","x":1}', [], '{"h":"Bearer ***","x":1}'],
    ['the rest of a token that holds a known secret', 'Bearer abcdXYZ', ['abcd'], 'Bearer ***'],
    ['several tokens', 'Bearer a, Bearer b', [], 'Bearer ***, Bearer ***'],
    ['query values', 'GET /x?token=a&b=1&CODE=c&secret=d#end', [], 'GET /x?token=***&b=1&CODE=***&secret=***#end'],
    ['the other names', '/?key=a&signature=b&password=c next', [], '/?key=***&signature=***&password=*** next'],
    [
      'names that end so',
      '?access_token=a&client_secret=b&api-key=c&X-Amz-Signature=d&hub[token]=e',
      [],
      '?access_token=***&client_secret=***&api-key=***&X-Amz-Signature=***&hub[token]=***',
    ],
    ['tokens in a fragment', 'https://x.test/#access_token=a', [], 'https://x.test/#access_token=***'],
    ['query values in quotes', '"https://x.test/?code=a%20b"', [], '"https://x.test/?code=***"'],
  ])('hides %s', (_, text, secrets, line) => {
    expect(redact(text, secrets)).toBe(line)
  })

  it.each<[string, string[]]>([
    ['abc stays', ['abc', '']],
    ['an ordinary line: conversation conv_1, thread T2, status=200', ['other-secret']],
    ['https://x.test/?keyword=a&tokens=b&page=2', []],
    ['exit code=404', []],
    ['Bearer', []],
    ['the bearers came', []],
  ])('leaves %j', (text, secrets) => {
    expect(redact(text, secrets)).toBe(text)
  })

  it('does not change its list of secrets', () => {
    const secrets = ['aaaa', 'bbbbbb']
    redact('text', secrets)
    expect(secrets).toEqual(['aaaa', 'bbbbbb'])
  })

  it('leaves no secret of four characters or more, wherever it stands', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9+/=.$-]{4,40}$/)
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1 }), fc.array(fc.string()), (secrets, between) => {
        const line = secrets.map((value, index) => `${value}${between[index] ?? ' '}`).join('')
        for (const value of secrets) expect(redact(line, secrets)).not.toContain(value)
      })
    )
  })

  it('handles a very long line in linear time', () => {
    const began = performance.now()
    redact(`?${'a'.repeat(500_000)} ${'?'.repeat(500_000)} ${'Bearer '.repeat(70_000)}`, ['secret'])
    expect(performance.now() - began).toBeLessThan(3000)
  })
})

describe('redact, for installations that share a process,', () => {
  it('hides the secrets it is given now, whatever it hid before', () => {
    const text = 'one-secret and another-secret'
    expect(redact(text, ['one-secret'])).toBe('*** and another-secret')
    expect(redact(text, ['another-secret'])).toBe('one-secret and ***')
    expect(redact(text, ['one-secret', 'another-secret'])).toBe('*** and ***')
    expect(redact(text, [])).toBe(text)
    expect(redact(text, ['one-secret'])).toBe('*** and another-secret')
  })

  it('does not rest on a list that its owner changes', () => {
    const secrets = ['one-secret']
    redact('', secrets)
    secrets[0] = 'another-secret'
    expect(redact('one-secret and another-secret', secrets)).toBe('one-secret and ***')
  })
})
