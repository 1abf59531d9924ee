/**
 * Addresses that are never contacted unless an option allows them: link-local ones and the metadata services of clouds. Without this
 * rule, whoever may add a backend could read the machine's cloud credentials through a probe's answer.
 */
import { BlockList, isIP, isIPv6 } from 'node:net'

export interface AddressPolicy {
  /** Is this IP address refused? Not for names: resolve them first and ask for each address. */
  refuses(ip: string): boolean
}

function forbidden(): BlockList {
  const list = new BlockList()
  list.addSubnet('169.254.0.0', 16, 'ipv4')
  list.addSubnet('fe80::', 10, 'ipv6')
  // The metadata service of AWS over IPv6, a unique local address rather than a link-local one.
  list.addAddress('fd00:ec2::254', 'ipv6')
  return list
}

/** Builds the policy. `allowLinkLocal` lets everything through. IPv4 addresses written as IPv6 (`::ffff:169.254.0.1`) are seen through. */
export function createAddressPolicy({ allowLinkLocal = false }: { allowLinkLocal?: boolean } = {}): AddressPolicy {
  const list = forbidden()
  return {
    refuses(ip) {
      if (allowLinkLocal || isIP(ip) === 0) return false
      return list.check(ip.replace(/%.*$/, ''), isIPv6(ip) ? 'ipv6' : 'ipv4')
    },
  }
}
