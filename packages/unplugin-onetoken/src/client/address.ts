import type { LookupAddress } from 'node:dns'
import { BlockList, isIP, type IPVersion, type LookupFunction } from 'node:net'

/** The ranges of IPv4 that are not of the public Internet (IANA's special-purpose registry, multicast, reserved). */
const HIDDEN_IPV4 = ranges('ipv4', [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
])
/** Of IPv6, only this is handed out to be reached by everybody … */
const GLOBAL_IPV6 = ranges('ipv6', ['2000::/3'])
/** … but for protocol assignments with Teredo, documentation, and 6to4, which has an IPv4 address inside. */
const HIDDEN_IPV6 = ranges('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'])

/** The code of the error with which {@link guardLookup} refuses a name. */
export const HIDDEN_ADDRESS = 'ONETOKEN_HIDDEN_ADDRESS'

/** Whether an IP address, without brackets, is one of the public Internet. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address)
  if (version === 4) return !HIDDEN_IPV4.check(address, 'ipv4')
  if (version !== 6 || address.includes('%')) return false
  const inside = ipv4Inside(address)
  if (inside !== undefined) return isPublicAddress(inside)
  return GLOBAL_IPV6.check(address, 'ipv6') && !HIDDEN_IPV6.check(address, 'ipv6')
}

/**
 * A lookup that answers only with public addresses. It refuses a name as soon as one of its addresses is not public:
 * a name with both kinds is no image host.
 */
export function guardLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : (found ?? [])
      if (error !== null) return callback(error, [])
      const refusal = refuse(hostname, addresses)
      const [first] = addresses
      if (refusal !== undefined || first === undefined) return callback(refusal ?? nothing(hostname), [])
      if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

function refuse(hostname: string, addresses: LookupAddress[]): NodeJS.ErrnoException | undefined {
  const hidden = addresses.find(({ address }) => !isPublicAddress(address))
  if (hidden === undefined) return undefined
  return Object.assign(new Error(`${hostname} has the address ${hidden.address}, which is not public`), {
    code: HIDDEN_ADDRESS,
  })
}

function nothing(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' })
}

/** The IPv4 address that an IPv4-mapped (::ffff:0:0/96) or NAT64 (64:ff9b::/96) address stands for. */
function ipv4Inside(address: string): string | undefined {
  const groups = expand(address)
  const head = groups.slice(0, 6).join(':')
  if (head !== '0:0:0:0:0:65535' && head !== '100:65435:0:0:0:0') return undefined
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.')
}

/** The eight groups of an IPv6 address; the URL parser knows every way of writing one. */
function expand(address: string): number[] {
  const [left = '', right] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::')
  const before = left === '' ? [] : left.split(':')
  const after = right === undefined || right === '' ? [] : right.split(':')
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16))
}

function ranges(version: IPVersion, subnets: string[]): BlockList {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/')
    list.addSubnet(network, Number(prefix), version)
  }
  return list
}
