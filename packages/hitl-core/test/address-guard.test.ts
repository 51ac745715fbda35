import { once } from 'node:events'
import type { LookupAddress, LookupOptions } from 'node:dns'
import { createServer, get } from 'node:http'
import type { LookupFunction } from 'node:net'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MediaError } from '../src/errors'
import { assertPublicHttpUrl, guardedLookup, guardLookup, isPublicAddress } from '../src/media/address-guard'

const privateIpv4 = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.255',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '192.168.255.255',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
]
const publicIpv4 = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.1',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.1',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
]
const privateIpv6 = [
  '::',
  '::1',
  '::7f00:1',
  '::8.8.8.8',
  'fc00::1',
  'fd00::1',
  'fd00:ec2::254',
  'fdff::1',
  'fe80::1',
  'febf::1',
  'fec0::1',
  'ff02::1',
  '100::1',
  '2001::1',
  '2001:10::1',
  '2001:20::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a00:1::',
  '2002:808:808::',
  '3fff::1',
  '5f00::1',
  '64:ff9b:1::1',
  '64:ff9b::7f00:1',
  '4000::1',
  'fe80::1%eth0',
]
const publicIpv6 = [
  '2606:4700:4700::1111',
  '2a00:1450::200e',
  '2001:4860:4860::8888',
  '64:ff9b::808:808',
  '::ffff:8.8.8.8',
]
const groups = (ip: string) => {
  const [a = 0, b = 0, c = 0, d = 0] = ip.split('.').map(Number)
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

describe('isPublicAddress', () => {
  it.each([...privateIpv4, ...privateIpv6])('refuses %s', (ip) => {
    expect(isPublicAddress(ip)).toBe(false)
  })

  it.each([...publicIpv4, ...publicIpv6])('accepts %s', (ip) => {
    expect(isPublicAddress(ip)).toBe(true)
  })

  it.each(privateIpv4)('refuses %s inside IPv6', (ip) => {
    const forms = [
      `::ffff:${ip}`,
      `::ffff:${groups(ip)}`,
      `64:ff9b::${ip}`,
      `64:ff9b::${groups(ip)}`,
      `2002:${groups(ip)}::`,
    ]
    expect(forms.filter(isPublicAddress)).toEqual([])
  })

  it.each(['', 'localhost', 'example.com', '127.1', '0177.0.0.1', '2130706433', '[::1]', '1.2.3.4 ', '8.8.8.8/8'])(
    'refuses %j, which is no address',
    (text) => {
      expect(isPublicAddress(text)).toBe(false)
    }
  )

  it('judges the mapped and NAT64 forms as the IPv4 address they carry', () => {
    fc.assert(
      fc.property(fc.ipV4(), (ip) => {
        expect(isPublicAddress(`::ffff:${ip}`)).toBe(isPublicAddress(ip))
        expect(isPublicAddress(`64:ff9b::${groups(ip)}`)).toBe(isPublicAddress(ip))
      }),
      { numRuns: 500 }
    )
  })
})

function judge(url: string): { host: string; error?: unknown } {
  try {
    return { host: assertPublicHttpUrl(url).hostname }
  } catch (error) {
    return { host: '', error }
  }
}

describe('assertPublicHttpUrl', () => {
  it.each([
    'https://files.example.com/a.png?x=1#y',
    'http://example.com',
    'https://example.com:8443/',
    'http://example.com:443/',
    'https://example.com:80/',
    'http://8.8.8.8/',
    'https://[2606:4700:4700::1111]/',
    'https://localhost.example.com/',
    'https://mylocalhost/',
    'https://internal.example.com/',
    'https://10.0.0.1.example.com/',
  ])('accepts %s', (url) => {
    expect(assertPublicHttpUrl(url).href).toBe(new URL(url).href)
  })

  it.each([
    ...privateIpv4.map((ip) => `http://${ip}/`),
    ...privateIpv4.map((ip) => `http://[::ffff:${ip}]/`),
    ...privateIpv6.filter((ip) => !ip.includes('%')).map((ip) => `https://[${ip}]/`),
    'http://127.0.0.1',
    'http://127.0.0.1:8080/',
    'http://127.0.0.1./',
    'http://127.1/',
    'http://0/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://017700000001/',
    'http://%31%32%37.0.0.1/',
    'http://１２７.0.0.1/',
    'http://127。0。0。1/',
    'http:127.0.0.1',
    'http:\\\\127.0.0.1\\',
    'HTTP://127.0.0.1',
    'http://[::1]/',
    'http://[::]/',
    'http://[0:0:0:0:0:ffff:7f00:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[fe80::1%25eth0]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://localhost/',
    'http://LOCALHOST/',
    'http://localhost./',
    'http://localhost../',
    'http://a.localhost:3000/',
    'http://printer.local/',
    'http://printer.local./',
    'http://metadata.google.internal/',
    'http://ⓛocalhost/',
    'http://user:pw@example.com/',
    'http://user@example.com/',
    'http://:pw@example.com/',
    'http://example.com@127.0.0.1/',
    'ftp://example.com/a',
    'file:///etc/passwd',
    'data:text/plain,hi',
    'javascript:alert(1)',
    'gopher://example.com/',
    'ws://example.com/',
    'blob:https://example.com/1',
    'mailto:a@example.com',
    'about:blank',
    'http://example.com:22/',
    'http://example.com:25/',
    'https://example.com:0/',
    'http://example.com:1023/',
    '',
    ' ',
    'example.com',
    '/a.png',
    '//example.com/a',
    'http://',
    'https://?',
    'http://exa mple.com/',
    'http://256.1.1.1/',
    'http://example.com:99999/',
    'http://./',
    'http://../',
  ])('refuses %s', (url) => {
    expect(() => assertPublicHttpUrl(url)).toThrow(MediaError)
  })

  it('keeps the address out of the message', () => {
    for (const url of [
      'http://10.9.8.7/?token=hidden',
      'ftp://hidden',
      'http://u:hidden@x.test',
      'hidden',
      'http://x.test:1/hidden',
    ]) {
      expect(() => assertPublicHttpUrl(url)).toThrow(/^(?!.*(hidden|10\.9)).+$/)
    }
  })

  it('throws nothing but MediaError, and never lets a non-public literal through', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string(),
          fc.ipV4Extended().map((ip) => `http://${ip}/`)
        ),
        (url) => {
          const { host, error } = judge(url)
          expect(error === undefined || error instanceof MediaError).toBe(true)
          expect(/^[\d.]+$/.test(host) && !isPublicAddress(host)).toBe(false)
        }
      ),
      { numRuns: 300 }
    )
  })
})

type Answer = { error: Error | null; address: string | LookupAddress[]; family: number | undefined }
const ask = (lookup: LookupFunction, hostname: string, options: LookupOptions) =>
  new Promise<Answer>((resolve) => {
    lookup(hostname, options, (error, address, family) => resolve({ error, address, family }))
  })
const resolving = (...ips: string[]) =>
  guardLookup((_hostname, _options, callback) =>
    callback(
      null,
      ips.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    )
  )

describe('guardedLookup', () => {
  it('gives all addresses when all are wanted', async () => {
    const { error, address } = await ask(resolving('8.8.8.8', '2606:4700::1'), 'x.test', { all: true })
    expect(error).toBeNull()
    expect(address).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ])
  })

  it('gives the first address when one is wanted', async () => {
    const answer = await ask(resolving('2606:4700::1', '8.8.8.8'), 'x.test', {})
    expect(answer).toEqual({ error: null, address: '2606:4700::1', family: 6 })
  })

  it.each([[['10.0.0.1']], [['8.8.8.8', '127.0.0.1']], [['8.8.8.8', '::1']], [['::ffff:10.0.0.1']], [[]]])(
    'fails when a name leads to %j',
    async (ips) => {
      for (const options of [{ all: true }, { all: false }, {}]) {
        const { error, address } = await ask(resolving(...ips), 'x.test', options)
        expect(error).toBeInstanceOf(MediaError)
        expect(address).toEqual([])
      }
    }
  )

  it('asks for all addresses and passes the other options on', async () => {
    const asked: unknown[] = []
    const lookup = guardLookup((hostname, options, callback) => {
      asked.push(hostname, options)
      callback(null, [{ address: '8.8.8.8', family: 4 }])
    })
    await ask(lookup, 'x.test', { family: 4, hints: 0 })
    expect(asked).toEqual(['x.test', { family: 4, hints: 0, all: true }])
  })

  it('hands on the error of the resolver', async () => {
    const notFound = new Error('ENOTFOUND')
    const lookup = guardLookup((_hostname, _options, callback) => callback(notFound, []))
    expect((await ask(lookup, 'x.test', {})).error).toBe(notFound)
  })

  it('refuses localhost with the real resolver', async () => {
    expect((await ask(guardedLookup, 'localhost', { all: true })).error).toBeInstanceOf(MediaError)
    expect((await ask(guardedLookup, 'localhost', {})).error).toBeInstanceOf(MediaError)
  })

  it('keeps a real request from connecting, though the server is there', async () => {
    let connections = 0
    const server = createServer((_request, response) => response.end('inside')).on('connection', () => connections++)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const [error] = await once(get({ host: 'localhost', port, lookup: guardedLookup }), 'error')
    server.close()
    expect(error).toBeInstanceOf(MediaError)
    expect(connections).toBe(0)
  })
})
