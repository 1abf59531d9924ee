/** `host:port` as people type it: names, IPv4, bracketed IPv6. */
import { addressBytes } from './address-range.ts'

/** A host and a port; `host` has no brackets. */
export interface HostPort {
  host: string
  port: number
}

const LABEL = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/
/** What name look-up takes for a number and not for a name: `127`, `010`, `0x7f`. */
const NUMBER = /^(?:\d+|0x[\da-f]*)$/i

/** Splits `host:port`, `1.2.3.4:80`, `[::1]:80`; undefined when it is none of these or the port is not 1–65535 (0 with `zero`). */
export function parseHostPort(text: string, zero = false): HostPort | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text)
  if (!match) return undefined
  const port = Number(match[3])
  if (port > 65535 || (port === 0 && !zero)) return undefined
  const host = match[1] ?? (match[2] as string)
  if (match[1] === undefined && !isHostName(host)) return undefined
  if (match[1] !== undefined && (!host.includes(':') || addressBytes(host) === undefined)) return undefined
  return { host, port }
}

/**
 * A name or an IPv4 address. A name made of numbers only must be an IPv4 address of four decimal numbers without leading zeros,
 * because the system would read `010.0.0.1` as 8.0.0.1, and `127.1` or `0x7f.1` as 127.0.0.1.
 */
export function isHostName(host: string): boolean {
  if (host.length > 253) return false
  const labels = host.replace(/\.$/, '').split('.')
  if (labels.every((label) => NUMBER.test(label))) return addressBytes(host)?.length === 4
  return labels.every((label) => LABEL.test(label))
}

/** Puts brackets around an IPv6 host. */
export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
