import { expect, it } from 'vitest'
import { redacted, withoutSecrets } from '../src/redact'

it('hides the values of fields with a secret name, at any depth', () => {
  const body = {
    access_token: 'abc',
    list: [{ secret_key: 'def', text: 'hello' }],
    refresh: { value: 'ghi' },
    count: 3,
  }
  expect(redacted(body, [])).toEqual({
    access_token: '***',
    list: [{ secret_key: '***', text: 'hello' }],
    refresh: { value: '***' },
    count: 3,
  })
})

it('hides known secrets and the shapes of credentials inside texts', () => {
  const text = 'key s3cret-value, Bearer abc.def, bp_iak_0123456789 and dal:0123456789abcdef'
  expect(withoutSecrets(text, ['s3cret-value'])).toBe('key ***, ***, *** and ***')
})
