import { describe, expect, it } from 'vitest'
import { signatureV1, signatureV2, signatureV3, uriToSign } from '../src/providers/hubspot'

const secret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy'
const body = '{"type":"OUTGOING_CHANNEL_MESSAGE_CREATED","eventId":"e1"}'
const timestamp = '1760000000000'

describe('signatures', () => {
  it.each([
    ['GET', '', 'eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e'],
    ['POST', '{"example_field":"example_value"}', '9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900'],
  ])('match the documented v2 vector of a %s', (method, text, expected) => {
    expect(signatureV2(secret, method, 'https://www.example.com/webhook_uri', text)).toBe(expected)
  })

  it('match the v1 vector', () => {
    expect(signatureV1(secret, body)).toBe('c0e6d9a29631890d84783c665ebe3817bb2844a495ae96a28250d153036d4c2a')
  })

  it('match the v3 vector', () => {
    const uri = 'https://webhook.example.com/abc123'
    const signature = signatureV3(secret, { method: 'POST', uri, body, timestamp })
    expect(signature).toBe('ZVt0l0XM/2nAg/0AAYXEIyAFv4f/IFEfrp5p2zkKlfY=')
  })

  it('match the v3 vector of a URI with escapes', () => {
    const uri = 'https://webhook.example.com/abc123?src=hs%3Aapp%2Fx&y=%28a%29'
    const signature = signatureV3(secret, { method: 'POST', uri, body, timestamp })
    expect(signature).toBe('grl4LVpEvvO1lIEI8d4wi73wcpmbdTbmNsETHTXzzJs=')
  })
})

describe('the signed URI', () => {
  it('decodes the escapes of the table, in either letter case', () => {
    expect(uriToSign('%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B')).toBe(":/?@!$'()*,;")
    expect(uriToSign('%3a%2f%3f%2a%2c%3b')).toBe(':/?*,;')
  })

  it('leaves other escapes as they are', () => {
    expect(uriToSign('https://h/p?a=%20%26%C3%A9&b=1')).toBe('https://h/p?a=%20%26%C3%A9&b=1')
  })
})
