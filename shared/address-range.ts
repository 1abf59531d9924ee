/** IP addresses and ranges as bytes: `10.0.0.0/8`, `::1`. IPv4 and IPv6 (RFC 4632, RFC 4291). */

/** Bytes of an address (4 or 16), or undefined when it is none. IPv4-mapped IPv6 counts as IPv4. */
export function addressBytes(text: string): Uint8Array | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  if (!bare.includes(':')) return ipv4(bare)
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)
  return mapped ? ipv4(mapped[1] as string) : ipv6(bare)
}

function ipv4(text: string): Uint8Array | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined
  return Uint8Array.from(parts, Number)
}

function ipv6(text: string): Uint8Array | undefined {
  const halves = text.replace(/%.*$/, '').split('::')
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
  const [address, length] = text.split('/')
  const bytes = addressBytes(address as string)
  if (bytes === undefined) return undefined
  const bits = length === undefined ? bytes.length * 8 : /^\d{1,3}$/.test(length) ? Number(length) : -1
  return bits >= 0 && bits <= bytes.length * 8 ? { bytes, bits } : undefined
}
