/** IP addresses and ranges as bytes: `10.0.0.0/8`, `::1`. IPv4 and IPv6 (RFC 4632, RFC 4291). */

/** Bytes of an address (4 or 16), or undefined when it is none. IPv4-mapped IPv6 counts as IPv4. */
export function addressBytes(text: string): Uint8Array | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  if (!bare.includes(':')) return ipv4(bare)
  const bytes = ipv6(bare)
  return bytes !== undefined && isMapped(bytes) ? bytes.slice(12) : bytes
}

/** Whether it stands for an IPv4 address (`::ffff:10.0.0.1`, RFC 4291 §2.5.5.2). */
function isMapped(bytes: Uint8Array): boolean {
  return bytes[10] === 255 && bytes[11] === 255 && bytes.subarray(0, 10).every((byte) => byte === 0)
}

/** Without leading zeros: some programs read `010` as 8, others as 10. */
function ipv4(text: string): Uint8Array | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return undefined
  return Uint8Array.from(parts, Number)
}

/** The last 32 bits may be written as IPv4 (`64:ff9b::10.0.0.1`): here as two groups. */
function withoutDots(text: string): string {
  const at = text.lastIndexOf(':') + 1
  const tail = text.includes('.', at) ? ipv4(text.slice(at)) : undefined
  if (tail === undefined) return text
  const [a, b, c, d] = tail as unknown as [number, number, number, number]
  return `${text.slice(0, at)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}

function ipv6(text: string): Uint8Array | undefined {
  const halves = withoutDots(text.replace(/%.*$/, '')).split('::')
  if (halves.length > 2) return undefined
  const groups = (half: string | undefined) => (half ? half.split(':') : [])
  const head = groups(halves[0])
  const tail = groups(halves[1])
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const all = [...head, ...Array<string>(Math.max(0, missing)).fill('0'), ...tail]
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  const out = new Uint8Array(16)
  all.forEach((group, index) => {
    const value = Number.parseInt(group, 16)
    out[index * 2] = value >> 8
    out[index * 2 + 1] = value & 255
  })
  return out
}

/** Parses `10.0.0.0/8`, `::1` and the like; undefined when it is no address range. */
export function parseRange(text: string): { bytes: Uint8Array; bits: number } | undefined {
  const [address, length, ...more] = text.split('/')
  const bytes = addressBytes(address as string)
  if (bytes === undefined || more.length > 0) return undefined
  const bits = length === undefined ? bytes.length * 8 : /^(?:0|[1-9]\d{0,2})$/.test(length) ? Number(length) : -1
  return bits >= 0 && bits <= bytes.length * 8 ? { bytes, bits } : undefined
}
