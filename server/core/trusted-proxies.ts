/** Which peers' X-Forwarded-* and Forwarded fields are believed: single addresses and CIDR ranges, IPv4 and IPv6. */
import { addressBytes, parseRange } from '../../shared/address-range.ts'

function inRange(address: Uint8Array, range: { bytes: Uint8Array; bits: number }): boolean {
  if (address.length !== range.bytes.length) return false
  const whole = range.bits >> 3
  for (let index = 0; index < whole; index++) if (address[index] !== range.bytes[index]) return false
  const rest = range.bits & 7
  return rest === 0 || ((address[whole] as number) ^ (range.bytes[whole] as number)) >> (8 - rest) === 0
}

/** A test for "is this peer trusted?"; without ranges nobody is, at no cost. Call it once per connection. */
export function trustMatcher(ranges: readonly string[]): (address: string) => boolean {
  const parsed = ranges.flatMap((range) => parseRange(range) ?? [])
  if (parsed.length === 0) return () => false
  return (text) => {
    const address = addressBytes(text)
    return address !== undefined && parsed.some((range) => inRange(address, range))
  }
}
