/**
 * Addresses that earlier versions took and the schema now refuses, in the spelling that says what they did: `010.0.0.1` was looked up
 * as 8.0.0.1, and of `10.0.0.0/8/16` the end was ignored. A backend whose address led nowhere (`[1:2]:80`) never answered and is left out.
 */
import { formatHostPort, parseHostPort } from '../../shared/address.ts'
import { parseRange } from '../../shared/address-range.ts'
import type { ConfigDocument } from '../../shared/config/config.ts'

/** What name look-up made of numbers such as `010.0.0.1` or `0x7f.1`; URLs are read in the same way. */
function asLookedUp(address: string): string | undefined {
  if (parseHostPort(address)) return address
  const [host, port, ...more] = address.split(':') as [string, ...string[]]
  if (more.length > 0 || !/^[\da-fx.]+$/i.test(host) || !URL.canParse(`http://${host}/`)) return undefined
  const plain = formatHostPort({ host: new URL(`http://${host}/`).hostname, port: Number(port) })
  return parseHostPort(plain) ? plain : undefined
}

function asMatched(range: string): string {
  const [address = '', length] = range.split('/')
  const decimal = address.includes(':') ? address : address.split('.').map(Number).join('.')
  const plain = length === undefined ? decimal : `${decimal}/${Number(length)}`
  return parseRange(range) === undefined && parseRange(plain) !== undefined ? plain : range
}

/** The document with such addresses written out, and what was done, in words; the same document and no words when there are none. */
export function withPlainAddresses(document: ConfigDocument): { document: ConfigDocument; words: string[] } {
  const copy = structuredClone(document)
  const words: string[] = []
  for (const listener of copy.listeners ?? []) {
    listener.trustedProxies = listener.trustedProxies?.map((range) => {
      const plain = asMatched(range)
      if (plain !== range) words.push(`${listener.id}: trusted proxy ${range} is ${plain}`)
      return plain
    })
  }
  for (const pool of copy.pools ?? []) {
    pool.backends = pool.backends?.flatMap((backend) => {
      const plain = asLookedUp(backend.address)
      if (plain === backend.address) return [backend]
      words.push(
        `${pool.id}: ${backend.id} at ${backend.address} ${plain === undefined ? 'is left out' : `is ${plain}`}`,
      )
      return plain === undefined ? [] : [{ ...backend, address: plain }]
    })
  }
  return words.length === 0 ? { document, words } : { document: JSON.parse(JSON.stringify(copy)), words }
}
