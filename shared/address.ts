/** `host:port` as people type it: names, IPv4, bracketed IPv6. */

/** A host and a port; `host` has no brackets. */
export interface HostPort {
  host: string
  port: number
}

const LABEL = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/

/** Splits `host:port`, `1.2.3.4:80`, `[::1]:80`; undefined when it is none of these or the port is not 1–65535 (0 with `zero`). */
export function parseHostPort(text: string, zero = false): HostPort | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text)
  if (!match) return undefined
  const port = Number(match[3])
  if (port > 65535 || (port === 0 && !zero)) return undefined
  const host = match[1] ?? (match[2] as string)
  if (match[1] === undefined && !isHostName(host)) return undefined
  if (match[1] !== undefined && !match[1].includes(':')) return undefined
  return { host, port }
}

/** A name or an IPv4 address; a name made of digits and dots only must be a valid IPv4 address. */
export function isHostName(host: string): boolean {
  if (host.length > 253) return false
  if (/^[\d.]+$/.test(host)) {
    const parts = host.split('.')
    return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)
  }
  return host
    .replace(/\.$/, '')
    .split('.')
    .every((label) => LABEL.test(label))
}

/** Puts brackets around an IPv6 host. */
export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
