/** Why a text is no `host:port`, and what to write instead. One place, so that the configuration and pasted lines say the same. */
import { formatHostPort, isHostName, parseHostPort } from './address.ts'
import { addressBytes, parseRange } from './address-range.ts'

/** Words for the two places an address stands in: where to connect to, and where to listen. */
const places = {
  connect: { form: 'host:port, such as 10.0.0.5:3000, app.internal:80 or [::1]:8080', port: '80' },
  listen: { form: 'address:port, such as 0.0.0.0:8080, 127.0.0.1:80 or [::]:8080', port: '8080' },
} as const
type Place = keyof typeof places

/** A text for a sentence: quoted, and cut when it is long. */
export function quoted(text: string): string {
  return `"${text.length > 60 ? `${text.slice(0, 57)}…` : text}"`
}

function withoutZeros(host: string): string | undefined {
  const plain = host.replace(/(^|\.)0+(?=\d)/g, '$1')
  return plain !== host && addressBytes(plain)?.length === 4 ? plain : undefined
}

/** A name outside ASCII in the form that name servers know; undefined when it has none. */
function asciiName(host: string): string | undefined {
  try {
    const name = new URL(`http://${host}`).hostname
    return name.startsWith('xn--') || name.includes('.xn--') ? name : undefined
  } catch {
    return undefined
  }
}

/** Why this is no host, and what to write; undefined when it is one. Brackets belong to IPv6. */
export function hostFault(host: string): string | undefined {
  if (host.startsWith('[') || host.endsWith(']')) return bracketFault(host)
  if (isHostName(host)) return undefined
  const plain = withoutZeros(host)
  if (plain !== undefined)
    return `${quoted(host)} has leading zeros, which some programs read as octal numbers; write ${plain}`
  if (/^\d+(?:\.\d+)+$/.test(host))
    return `${quoted(host)} is not an IPv4 address; write four numbers of 0 to 255, such as 10.0.0.5`
  const ascii = /[^\0-\x7f]/.test(host) ? asciiName(host) : undefined
  if (ascii !== undefined) return `${quoted(host)} has letters outside ASCII; write ${ascii}`
  return `${quoted(host)} is not a host name; write letters, digits, "-" and ".", or an IP address`
}

function bracketFault(host: string): string | undefined {
  const inside = host.replace(/^\[|\]$/g, '')
  if (host === `[${inside}]` && inside.includes(':') && addressBytes(inside) !== undefined && !inside.includes('%'))
    return undefined
  if (inside.includes('%')) return `${quoted(host)} names a zone, which is not taken; write the address without "%…"`
  if (isHostName(inside)) return `brackets are for IPv6 addresses only; write ${inside} without them`
  return `${quoted(host)} is not an IPv6 address; write one in brackets, such as [2001:db8::1]`
}

function portFault(port: string, zero: boolean): string | undefined {
  if (!/^\d+$/.test(port)) return `${quoted(port)} is not a port; write a number of ${zero ? 0 : 1} to 65535`
  if (Number(port) > 65535) return `${quoted(port)} is too large for a port; write a number of ${zero ? 0 : 1} to 65535`
  if (Number(port) === 0 && !zero) return 'port 0 leads nowhere; write a number of 1 to 65535'
  if (port.length > 5) return `${quoted(port)} has leading zeros; write ${Number(port)}`
  return undefined
}

/** Reads `2001:db8::1:8080` and `::1` as the two things they may mean. */
function bareIpv6(text: string, port: string): string | undefined {
  const cut = text.lastIndexOf(':')
  const asAddress = addressBytes(text) !== undefined && !text.includes('%') ? `[${text}]:${port}` : undefined
  const asPort = `[${text.slice(0, cut)}]:${text.slice(cut + 1)}`
  if (parseHostPort(asPort) === undefined) return asAddress && `an IPv6 address stands in brackets; write ${asAddress}`
  if (asAddress === undefined) return `an IPv6 address stands in brackets; write ${asPort}`
  return `an IPv6 address stands in brackets; write ${asPort} (port ${text.slice(cut + 1)}), or ${asAddress} for port ${port}`
}

/** What is wrong with `host:port` and what to write; undefined when nothing is. `listen` takes port 0 too. */
export function addressFault(text: string, place: Place = 'connect'): string | undefined {
  const { form, port: usual } = places[place]
  if (parseHostPort(text, place === 'listen') !== undefined) return undefined
  if (text.trim() === '') return `is empty; write ${form}`
  if (/\s/.test(text)) return `${quoted(text)} has a space in it; write ${form}`
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)
  if (scheme) return `${quoted(text)} is a URL; write ${place === 'listen' ? form : `only ${form}`}`
  if (parseRange(text) !== undefined && text.includes('/'))
    return `${quoted(text)} is a range of addresses; write one: ${form}`
  if (text.includes('/')) return `${quoted(text)} is a path; write ${form}`
  if (/^:\d+$/.test(text))
    return `the host is missing; write ${place === 'listen' ? `0.0.0.0${text}` : `127.0.0.1${text}`}`
  if (/^\d{1,5}$/.test(text))
    return `${quoted(text)} is only a port; write ${place === 'listen' ? '0.0.0.0' : '127.0.0.1'}:${text}`
  if (text.startsWith('[')) return bracketed(text, place)
  if (text.indexOf(':') !== text.lastIndexOf(':'))
    return bareIpv6(text, usual) ?? `${quoted(text)} has more than one ":"; write ${form}`
  const [host, port] = text.split(':') as [string, string | undefined]
  if (port === undefined || port === '')
    return hostFault(host) ?? `the port is missing; write ${formatHostPort({ host, port: Number(usual) })}`
  return hostFault(host) ?? portFault(port, place === 'listen')
}

function bracketed(text: string, place: Place): string | undefined {
  const match = /^(\[[^\]]*\])(?::(.*))?$/.exec(text)
  if (!match) return `${quoted(text)} is not an IPv6 address and a port; write ${places[place].form}`
  const [, host, port] = match as unknown as [string, string, string | undefined]
  const fault = hostFault(host)
  if (fault !== undefined) return fault
  if (port === undefined || port === '') return `the port is missing; write ${host}:${places[place].port}`
  return portFault(port, place === 'listen')
}

/** Why a text is no IP address or CIDR range, and what to write; undefined when it is one. */
export function rangeFault(text: string): string | undefined {
  if (parseRange(text) !== undefined) return undefined
  const [address, length, ...more] = text.split('/') as [string, string | undefined, ...string[]]
  const bytes = addressBytes(address)
  if (bytes !== undefined && more.length > 0) return `${quoted(text)} has more than one "/"; write ${address}/${length}`
  const plain = withoutZeros(address)
  if (plain !== undefined)
    return `${quoted(text)} has leading zeros, which some programs read as octal numbers; write ${[plain, length].filter(Boolean).join('/')}`
  if (bytes !== undefined) {
    const mapped = bytes.length === 4 && address.includes(':') ? bytes.join('.') : undefined
    if (mapped !== undefined) return `${quoted(text)} stands for an IPv4 range; write it as one, such as ${mapped}/24`
    return `${quoted(text)} is not a range; after "/" write a number of 0 to ${bytes.length * 8}`
  }
  return `${quoted(text)} is not an IP address; write one or a CIDR range, such as 10.0.0.0/8, 192.168.1.7 or fd00::/8`
}
