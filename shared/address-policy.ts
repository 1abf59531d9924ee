/**
 * Addresses that nothing here connects to unless the process was started with leave to: link-local ones and the metadata services of
 * clouds, which hand out the machine's credentials to whoever can make it send a request. One rule for what is configured, what is
 * probed and what carries traffic. Pure: names are resolved first, and each address is asked for.
 */
import { addressBytes, parseRange } from './address-range.ts'

type Range = NonNullable<ReturnType<typeof parseRange>>

const ranges = (texts: readonly string[]): Range[] => texts.flatMap((text) => parseRange(text) ?? [])

const FORBIDDEN = ranges([
  // Link-local. 169.254.169.254 is the metadata service of AWS, Azure, Google Cloud, DigitalOcean, Hetzner, Oracle and OpenStack;
  // AWS and Scaleway have others in the same range.
  '169.254.0.0/16',
  'fe80::/10',
  // Alibaba Cloud.
  '100.100.100.200',
  // Oracle Cloud, classic.
  '192.0.0.192',
  // Azure's WireServer.
  '168.63.129.16',
  // AWS over IPv6: ::254 is the metadata service, ::23 gives credentials to containers.
  'fd00:ec2::/32',
  // Google Cloud and Scaleway over IPv6.
  'fd20:ce::254',
  'fd00:42::42',
])

/** Prefixes after which an IPv4 address is written into an IPv6 one, and the bytes where it stands. */
const EMBEDDINGS = [
  // IPv4-compatible (RFC 4291 §2.5.5.1), IPv4-translated (RFC 2765 §2.1). IPv4-mapped ones are read as IPv4 already.
  { prefix: '::/96', at: [12, 13, 14, 15] },
  { prefix: '::ffff:0:0:0/96', at: [12, 13, 14, 15] },
  // NAT64: the well-known prefix, and the local one in the forms of RFC 6052 §2.2 for /48 and /96.
  { prefix: '64:ff9b::/96', at: [12, 13, 14, 15] },
  { prefix: '64:ff9b:1::/48', at: [6, 7, 9, 10] },
  { prefix: '64:ff9b:1::/48', at: [12, 13, 14, 15] },
  // 6to4 (RFC 3056); Teredo's server, and its client, whose bits are turned round (RFC 4380 §4).
  { prefix: '2002::/16', at: [2, 3, 4, 5] },
  { prefix: '2001::/32', at: [4, 5, 6, 7] },
  { prefix: '2001::/32', at: [12, 13, 14, 15], inverted: true },
  // ISATAP (RFC 5214 §6.1): any prefix, then 0:5efe or 200:5efe.
  { isatap: true, at: [12, 13, 14, 15] },
].map((one) => ({ inverted: false, isatap: false, ...one, range: ranges([one.prefix ?? '::/0'])[0] as Range }))

function within(bytes: Uint8Array, range: Range): boolean {
  if (bytes.length !== range.bytes.length) return false
  for (let bit = 0; bit < range.bits; bit += 8) {
    const mask = range.bits - bit >= 8 ? 0xff : (0xff << (8 - (range.bits - bit))) & 0xff
    if ((((bytes[bit >> 3] as number) ^ (range.bytes[bit >> 3] as number)) & mask) !== 0) return false
  }
  return true
}

const isIsatap = (bytes: Uint8Array) =>
  ((bytes[8] as number) & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe

/** The address itself and every IPv4 address that a translator on the way could make of it. */
function meanings(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length === 4) return [bytes]
  const embedded = EMBEDDINGS.filter(({ range, isatap }) => (isatap ? isIsatap(bytes) : within(bytes, range)))
  return [
    bytes,
    ...embedded.map(({ at, inverted }) =>
      Uint8Array.from(at, (index) => (bytes[index] as number) ^ (inverted ? 0xff : 0)),
    ),
  ]
}

export interface AddressPolicy {
  /** Why this IP address is not connected to, as a sentence without a full stop; undefined: it may be. A name is never refused. */
  refusal(ip: string): string | undefined
}

/** Builds the policy. `allowed` are addresses and ranges that may be connected to although they would be refused. */
export function createAddressPolicy(allowed: readonly string[] = []): AddressPolicy {
  const open = ranges(allowed)
  return {
    refusal(ip) {
      const bytes = addressBytes(ip.replace(/%.*$/, ''))
      if (bytes === undefined) return undefined
      const all = meanings(bytes)
      const bad = all.find((one) => FORBIDDEN.some((range) => within(one, range)))
      if (bad === undefined || open.some((range) => within(bytes, range) || within(bad, range))) return undefined
      return `${ip} is a link-local or cloud metadata address, which is contacted only when Evenkeel is started with --allow-address ${ip}`
    },
  }
}
