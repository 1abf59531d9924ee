/** Whether two addresses lead to the same place, as far as that can be seen without asking anybody. */
import { parseHostPort } from './address.ts'
import { addressBytes } from './address-range.ts'

/** This machine's own names; of 127.0.0.0/8 only the first address, because others are given to other programs. */
function isLocal(host: string, bytes: Uint8Array | undefined): boolean {
  if (bytes === undefined) return host === 'localhost'
  if (bytes.length === 4) return bytes.join('.') === '127.0.0.1' || bytes.every((byte) => byte === 0)
  return bytes.subarray(0, 15).every((byte) => byte === 0) && (bytes[15] as number) <= 1
}

/**
 * The same text for addresses that lead to the same place: `localhost:80`, `127.0.0.1:80` and `[::1]:80`; `[2001:DB8::1]:80` and
 * `[2001:db8:0::1]:80`; names whatever their case. A text that is no address stands for itself.
 */
export function addressKey(text: string): string {
  const parsed = parseHostPort(text)
  if (parsed === undefined) return text
  const host = parsed.host.toLowerCase().replace(/\.$/, '')
  const bytes = addressBytes(host)
  return `${isLocal(host, bytes) ? 'localhost' : (bytes?.join('.') ?? host)}:${parsed.port}`
}
