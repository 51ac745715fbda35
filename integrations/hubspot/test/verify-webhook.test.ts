import { createHash } from 'node:crypto'
import { type WebhookRequest, WebhookVerificationError } from '@hitl/core'
import { watchSecrets } from '@hitl/core/testing/vendor-kit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hubspotAdapter } from '../src/adapter'
import { decodeUri, verifyWebhook } from '../src/verify-webhook'
import {
  fixtureNames,
  fixtureSettings,
  headersOf,
  readFixture,
  type Signed,
  signatureOf,
  toRequest,
  WEBHOOK_URL,
} from './fixtures'

const secret = fixtureSettings.clientSecret
const now = 1_760_000_000_000
const WINDOW_MS = 300_000
const body = '{"type":"OUTGOING_CHANNEL_MESSAGE_CREATED","eventId":"e1"}'

const genuine: Signed = { method: 'POST', uri: WEBHOOK_URL, body, timestamp: String(now), secret }
const sign = (change: Partial<Signed> = {}) => signatureOf({ ...genuine, ...change })

/** A genuine request, signed as the change says. */
const signed = (change: Partial<Signed> = {}): WebhookRequest =>
  toRequest(body, headersOf(sign(change), change.timestamp ?? genuine.timestamp))
/** A genuine request with headers of its own. */
const withHeaders = (signature: string | undefined, timestamp: string | undefined = genuine.timestamp) =>
  toRequest(body, headersOf(signature, timestamp))

const verify = async (request: WebhookRequest, at = now) => verifyWebhook(request, fixtureSettings, at)
const { failsWith } = watchSecrets({
  secret,
  expected: sign(),
  expectedWithSlash: sign({ uri: `${WEBHOOK_URL}/` }),
  developerApiKey: fixtureSettings.developerApiKey,
})
const expectAccepted = (request: WebhookRequest, at?: number) => expect(verify(request, at)).resolves.toBeUndefined()
const expectRefused = (request: WebhookRequest, at?: number) =>
  failsWith(WebhookVerificationError, verify(request, at)).then(({ message }) =>
    expect(message).toBe('The webhook is not signed (version 3) with the client secret of the settings.')
  )

describe('signatures of version 3', () => {
  const URI_WITH_QUERY = 'https://webhook.example.com/abc123?src=hs%3Aapp%2Fx&y=%28a%29'

  it.each<[string, string, string]>([
    ['an address', WEBHOOK_URL, 'ZVt0l0XM/2nAg/0AAYXEIyAFv4f/IFEfrp5p2zkKlfY='],
    ['an address with escapes', URI_WITH_QUERY, 'grl4LVpEvvO1lIEI8d4wi73wcpmbdTbmNsETHTXzzJs='],
  ])('are accepted as computed once and for all for %s', async (_, url, signature) => {
    await expectAccepted(toRequest(body, headersOf(signature, '1760000000000'), url), 1_760_000_000_000)
  })

  it('are made by the tests as computed once and for all', () => {
    expect(sign()).toBe('ZVt0l0XM/2nAg/0AAYXEIyAFv4f/IFEfrp5p2zkKlfY=')
    expect(sign({ uri: 'https://webhook.example.com/abc123?src=hs:app/x&y=(a)' })).toBe(
      'grl4LVpEvvO1lIEI8d4wi73wcpmbdTbmNsETHTXzzJs='
    )
  })

  it.each(fixtureNames())('are accepted for every kind of webhook (%s)', async (name) => {
    const { body } = readFixture(name)
    await expectAccepted(toRequest(body, headersOf(sign({ body }), genuine.timestamp)))
  })

  it.each(['', 'Grüße 👋 你好', '{"a":"\u0000\u2028"}', 'not JSON at all', ' {"a" : 1}\n'])(
    'are over the body exactly as it came (%j)',
    async (body) => {
      await expectAccepted(toRequest(body, headersOf(sign({ body }), genuine.timestamp)))
      await expectRefused(toRequest(`${body} `, headersOf(sign({ body }), genuine.timestamp)))
    }
  )

  it('do not need the older headers, nor mind them', async () => {
    const request = signed()
    const older = { 'x-hubspot-signature': 'anything', 'x-hubspot-signature-version': 'v1' }
    await expectAccepted({ ...request, headers: { ...request.headers, ...older } })
  })

  it.each<[string, WebhookRequest]>([
    ['another method', signed({ method: 'PUT' })],
    ['the method in small letters', signed({ method: 'post' })],
    ['another host', signed({ uri: 'https://webhook.example.org/abc123' })],
    ['another path', signed({ uri: 'https://webhook.example.com/abc124' })],
    ['another scheme', signed({ uri: 'http://webhook.example.com/abc123' })],
    ['the path alone', signed({ uri: '/abc123' })],
    ['a query more', signed({ uri: `${WEBHOOK_URL}?a=b` })],
    ['two slashes at the end', signed({ uri: `${WEBHOOK_URL}//` })],
    ['another body', signed({ body: body.replace('e1', 'e2') })],
    ['no body', signed({ body: '' })],
    ['another secret', signed({ secret: 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyz' })],
    ['the developer API key', signed({ secret: fixtureSettings.developerApiKey })],
    ['no secret', signed({ secret: '' })],
    ['another time', withHeaders(sign(), String(now + 1))],
    ['the time written otherwise', withHeaders(sign(), `0${now}`)],
  ])('are refused when made with %s', (_, request) => expectRefused(request))

  it.each<[string, string | undefined]>([
    ['missing', undefined],
    ['empty', ''],
    ['blank', ' '],
    ['no Base64', '*** not base64 ***'],
    ['all zero', Buffer.alloc(32).toString('base64')],
    ['too short', sign().slice(0, -1)],
    ['half of it', sign().slice(0, 22)],
    ['too long', `${sign()}=`],
    ['without its padding', sign().replace(/=+$/, '')],
    ['in hex', Buffer.from(sign(), 'base64').toString('hex')],
    ['in the other Base64', Buffer.from(sign(), 'base64').toString('base64url')],
    ['in small letters', sign().toLowerCase()],
    ['with a blank before', ` ${sign()}`],
    ['with a name before', `v3=${sign()}`],
    ['twice in one header', `${sign()}, ${sign()}`],
    ['the client secret', secret],
    ['of as many bytes in fewer characters', `${sign().slice(0, -2)}é`],
    ['endless', 'A'.repeat(100_000)],
  ])('are refused when %s', (_, signature) => expectRefused(withHeaders(signature)))

  it('are refused with a blank in place of a plus sign: something decoded the header on the way', async () => {
    const bodies = Array.from({ length: 50 }, (_, index) => `{"n":${index}}`)
    const plus = bodies.find((body) => sign({ body }).includes('+')) ?? ''
    const signature = sign({ body: plus })
    await expectAccepted(toRequest(plus, headersOf(signature, genuine.timestamp)))
    await expectRefused(toRequest(plus, headersOf(signature.replaceAll('+', ' '), genuine.timestamp)))
  })

  it('are refused under any other name', async () => {
    const { 'x-hubspot-request-timestamp': timestamp } = headersOf(undefined, genuine.timestamp)
    for (const name of ['x-hubspot-signature', 'x-hubspot-signature-v2', 'signature', 'authorization']) {
      await expectRefused(toRequest(body, { [name]: sign(), 'x-hubspot-request-timestamp': timestamp }))
    }
  })
})

describe('the older signatures', () => {
  const hex = (material: string) => createHash('sha256').update(material, 'utf8').digest('hex')
  const older = (signature: string, version: string) => ({
    'x-hubspot-signature': signature,
    'x-hubspot-signature-version': version,
  })
  const PAGE = 'https://www.example.com/webhook_uri'
  const vectors: readonly [string, { request: WebhookRequest; material: string; signature: string }][] = [
    [
      'version 1',
      {
        request: toRequest(body),
        material: `${secret}${body}`,
        signature: 'c0e6d9a29631890d84783c665ebe3817bb2844a495ae96a28250d153036d4c2a',
      },
    ],
    [
      'version 2 of a GET',
      {
        request: { ...toRequest('', {}, PAGE), method: 'GET' },
        material: `${secret}GET${PAGE}`,
        signature: 'eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e',
      },
    ],
    [
      'version 2 of a POST',
      {
        request: toRequest('{"example_field":"example_value"}', {}, PAGE),
        material: `${secret}POST${PAGE}{"example_field":"example_value"}`,
        signature: '9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900',
      },
    ],
  ]

  it.each(vectors)('prove nothing, though right: %s', async (_, { request, material, signature }) => {
    expect(hex(material)).toBe(signature)
    const timestamp = { 'x-hubspot-request-timestamp': genuine.timestamp }
    for (const version of ['v1', 'v2', 'v3']) {
      await expectRefused({ ...request, headers: older(signature, version) })
      await expectRefused({ ...request, headers: { ...older(signature, version), ...timestamp } })
    }
    await expectRefused({ ...request, headers: headersOf(signature, genuine.timestamp) })
    await expectRefused({
      ...request,
      headers: headersOf(Buffer.from(signature, 'hex').toString('base64'), genuine.timestamp),
    })
  })

  it('do not help a wrong one of version 3', async () => {
    const headers = { ...older(hex(`${secret}${body}`), 'v1'), ...headersOf(sign({ body: '' }), genuine.timestamp) }
    await expectRefused(toRequest(body, headers))
  })
})

describe('the time of a signature', () => {
  it.each([0, 1, WINDOW_MS - 1, WINDOW_MS])('is fresh %i ms before and after', async (ms) => {
    await expectAccepted(signed({ timestamp: String(now - ms) }))
    await expectAccepted(signed({ timestamp: String(now + ms) }))
  })

  it.each([WINDOW_MS + 1, WINDOW_MS + 1_000, 86_400_000, 1_000_000_000_000])(
    'is not fresh %i ms before and after',
    async (ms) => {
      await expectRefused(signed({ timestamp: String(now - ms) }))
      await expectRefused(signed({ timestamp: String(now + ms) }))
    }
  )

  it('goes by the clock at the moment of the request', async () => {
    await expectAccepted(signed(), now + WINDOW_MS)
    await expectRefused(signed(), now + WINDOW_MS + 1)
    await expectRefused(signed(), now - WINDOW_MS - 1)
  })

  it.each([
    '',
    ' ',
    'now',
    'NaN',
    'Infinity',
    '-1760000000000',
    '+1760000000000',
    '1.76e12',
    '1760000000000.0',
    '1760000000000,5',
    '1,760,000,000,000',
    ' 1760000000000',
    '1760000000000 ',
    '1760000000000\n',
    '0x199c82cc000',
    '1760000000',
    '1760000000000000',
    '2025-10-09T08:53:20.000Z',
    '١٧٦٠٠٠٠٠٠٠٠٠٠',
    '9'.repeat(400),
  ])('cannot be %j, not even rightly signed', (timestamp) => expectRefused(signed({ timestamp })))

  it('cannot be left out', async () => {
    const { 'x-hubspot-request-timestamp': _, ...headers } = headersOf(sign({ timestamp: '' }), '')
    await expectRefused(toRequest(body, headers))
    await expectRefused(toRequest(body, { ...headers, 'x-hubspot-request-timestamp': undefined }))
  })
})

describe('the address that is signed', () => {
  const at = (url: string, uri: string) => toRequest(body, headersOf(sign({ uri }), genuine.timestamp), url)

  const TABLE: readonly [string, string][] = [
    ['%3A', ':'],
    ['%2F', '/'],
    ['%3F', '?'],
    ['%40', '@'],
    ['%21', '!'],
    ['%24', '$'],
    ['%27', "'"],
    ['%28', '('],
    ['%29', ')'],
    ['%2A', '*'],
    ['%2C', ','],
    ['%3B', ';'],
  ]

  it.each(TABLE)('has %s decoded to %s, in capitals and small letters', async (escape, plain) => {
    for (const written of [escape, escape.toLowerCase()]) {
      expect(decodeUri(`https://h/${written}a${written}`)).toBe(`https://h/${plain}a${plain}`)
      await expectAccepted(at(`${WEBHOOK_URL}?a=${written}`, `${WEBHOOK_URL}?a=${plain}`))
      await expectRefused(at(`${WEBHOOK_URL}?a=${written}`, `${WEBHOOK_URL}?a=${written}`))
    }
  })

  it.each([
    '%20',
    '%41',
    '%25',
    '%26',
    '%3D',
    '%3d',
    '%2B',
    '%23',
    '%22',
    '%5B',
    '%7E',
    '%C3%BC',
    '%',
    '%4',
    '%zz',
    '%%3',
  ])('keeps %s as it is', async (escape) => {
    expect(decodeUri(`https://h/${escape}`)).toBe(`https://h/${escape}`)
    await expectAccepted(at(`${WEBHOOK_URL}?a=${escape}`, `${WEBHOOK_URL}?a=${escape}`))
  })

  it('is decoded once only', async () => {
    expect(decodeUri('%253A%2525')).toBe('%253A%2525')
    expect(decodeUri('%3%3AA')).toBe('%3:A')
    await expectRefused(at(`${WEBHOOK_URL}?a=%253A`, `${WEBHOOK_URL}?a=:`))
  })

  it('has its query signed with it', async () => {
    const url = `${WEBHOOK_URL}?a=1&b=2`
    await expectAccepted(at(url, url))
    await expectRefused(at(url, WEBHOOK_URL))
    await expectRefused(at(url, `${WEBHOOK_URL}?b=2&a=1`))
    await expectRefused(at(WEBHOOK_URL, url))
  })

  it('may have been registered with a slash at its end', async () => {
    await expectAccepted(at(WEBHOOK_URL, `${WEBHOOK_URL}/`))
    await expectRefused(at(WEBHOOK_URL, `${WEBHOOK_URL}//`))
    await expectRefused(at(`${WEBHOOK_URL}/`, WEBHOOK_URL))
  })
})

describe('a forgery', () => {
  it('costs no call: nothing but the request, the settings and the clock is looked at', () => {
    const asked: string[] = []
    const knowledge = {
      thread: async () => void asked.push('thread'),
      installation: async () => void asked.push('installation'),
    }
    const forged = withHeaders(sign({ body: '' }))
    expect(() => hubspotAdapter.verifyWebhook(forged, fixtureSettings, now, knowledge)).toThrow(
      WebhookVerificationError
    )
    expect(hubspotAdapter.verifyWebhook(signed(), fixtureSettings, now, knowledge)).toBeUndefined()
    expect(hubspotAdapter.verifyWebhook).toHaveLength(3)
    expect(asked).toEqual([])
  })

  it('is answered the same whatever is wrong with it, and names HubSpot', async () => {
    const error = await failsWith(WebhookVerificationError, verify(signed({ secret: 'other' })))
    expect(error).toMatchObject({ provider: 'HubSpot', retryable: false })
  })

  it('of any shape is refused, and never anything else', () => {
    const names = ['x-hubspot-signature-v3', 'x-hubspot-signature', 'x-hubspot-signature-version', 'authorization']
    const headers = fc.dictionary(fc.constantFrom(...names), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(headers, fc.string({ unit: 'binary' }), fc.webUrl(), (given, rawBody, url) => {
        const fresh = { ...given, 'x-hubspot-request-timestamp': genuine.timestamp }
        expect(() => verifyWebhook(toRequest(rawBody, fresh, url), fixtureSettings, now)).toThrow(
          WebhookVerificationError
        )
      }),
      { numRuns: 300 }
    )
  })
})
