import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { MediaError } from '../errors'
import { lazy } from '../lazy'

// https://www.iana.org/assignments/iana-ipv4-special-registry, plus multicast and reserved space
const NOT_PUBLIC_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]
// Only these can be public: global unicast, and the forms that carry an IPv4 address (mapped, NAT64).
const MAYBE_PUBLIC_IPV6: readonly (readonly [string, number])[] = [
  ['2000::', 3],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
]
// Protocol assignments with Teredo, documentation, 6to4. All of 6to4 goes: it is out of use and can hide any IPv4.
const NOT_PUBLIC_IPV6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ...NOT_PUBLIC_IPV4.flatMap(([network, prefix]) => [
    [`::ffff:${network}`, 96 + prefix] as const,
    [`64:ff9b::${network}`, 96 + prefix] as const,
  ]),
]

const blockedIpv4 = blockList('ipv4', NOT_PUBLIC_IPV4)
const blockedIpv6 = blockList('ipv6', NOT_PUBLIC_IPV6)
const allowedIpv6 = blockList('ipv6', MAYBE_PUBLIC_IPV6)

/** Whether a literal address, without brackets, belongs to the public internet. Anything else than an address does not. */
export function isPublicAddress(ip: string): boolean {
  const version = isIP(ip)
  if (version === 4) return !blockedIpv4().check(ip, 'ipv4')
  return version === 6 && allowedIpv6().check(ip, 'ipv6') && !blockedIpv6().check(ip, 'ipv6')
}

/**
 * Refuses an address that is not plain public http or https. Names are not resolved here: use `guardedLookup` for the
 * connection too, and call this for every redirect, since Node does not look up literal addresses.
 * @throws MediaError, without the address in its message.
 */
export function assertPublicHttpUrl(url: string): URL {
  if (!URL.canParse(url)) throw new MediaError('The media address is not a valid URL.')
  const parsed = new URL(url)
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    throw new MediaError('The media address must begin with http or https.')
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new MediaError('The media address must not contain a user name or password.')
  }
  if (!isWebPort(parsed.port)) throw new MediaError('The media address uses a port reserved for other services.')
  if (!isPublicHost(parsed.hostname)) throw notPublic()
  return parsed
}

/**
 * For the `lookup` option of an http or https agent: resolves the name and fails when any of its addresses is not
 * public. The connection uses the very addresses that were checked, so a name cannot change in between.
 */
export const guardedLookup: LookupFunction = guardLookup(lookup)

/** `guardedLookup` over any resolver that answers like `dns.lookup` with `all: true`. */
export function guardLookup(
  resolve: (
    hostname: string,
    options: LookupAllOptions,
    callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void
  ) => void
): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      const [first] = addresses
      if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
        return callback(notPublic(), [])
      }
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family)
    })
  }
}

function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '')
  if (isIP(host) !== 0) return isPublicAddress(host)
  return host !== '' && !/(^|\.)(localhost|local|internal)$/i.test(host)
}

function isWebPort(port: string): boolean {
  return port === '' || port === '80' || port === '443' || Number(port) >= 1024
}

function blockList(family: 'ipv4' | 'ipv6', subnets: readonly (readonly [string, number])[]): () => BlockList {
  return lazy(() => {
    const list = new BlockList()
    for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family)
    return list
  })
}

function notPublic(): MediaError {
  return new MediaError('The media address does not lead to the public internet.')
}
