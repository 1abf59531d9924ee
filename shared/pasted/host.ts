/** The address of a pasted server: host and port, or why it cannot be one. */
import { type HostPort, isHostName, parseHostPort } from '../address.ts'
import { addressFault, quoted } from '../address-fault.ts'
import { addressBytes } from '../address-range.ts'
import type { Fault } from './server.ts'

/** A host whose port the text leaves out. */
export interface Host {
  host: string
  port?: number | undefined
  /** A path or the like of a URL, which is not part of an address. */
  dropped?: string
}

function isUnixSocket(text: string): boolean {
  return /^(?:unix(?:[@:]|\/\/|\+\w+\/\/)|(?:abns|fd|sockpair)@)/i.test(text) || text.startsWith('/')
}

/** Addresses that mean "this machine, whichever address": to listen on, not to connect to. */
function isEveryAddress(host: string): boolean {
  return addressBytes(host)?.every((byte) => byte === 0) ?? host === '*'
}

/** An IPv6 address without brackets that can be read in one way only: as an address without a port. */
function isBareIpv6(text: string): boolean {
  const cut = text.lastIndexOf(':')
  if (cut < 0 || text.includes('%') || text.startsWith('[') || addressBytes(text) === undefined) return false
  return parseHostPort(`[${text.slice(0, cut)}]:${text.slice(cut + 1)}`) === undefined
}

/** What can be no address of ours in any program's text; undefined when nothing speaks against it. */
export function neverAnAddress(text: string): Fault | undefined {
  if (/[$%]\w*\{|\{\{|\{[$\w.-]+\}|\$\w|<\w|^%\w+%/.test(text))
    return { fault: `${quoted(text)} holds a variable; write its value` }
  if (isUnixSocket(text))
    return { fault: `${quoted(text)} is not reached by TCP; let the server listen on host:port and write that` }
  return undefined
}

const plainSchemes: Record<string, number> = { http: 80, ws: 80 }

function fromUrl(text: string, scheme: string): Host | Fault {
  const port = plainSchemes[scheme.toLowerCase()]
  if (port === undefined) {
    const tls = /^(?:https|wss|h2)$/i.test(scheme)
    return {
      fault: `"${scheme}://" ${tls ? 'is TLS, but backends are spoken to in plain HTTP' : 'is not spoken to backends'}; write http:// or host:port`,
    }
  }
  const rest = text.slice(scheme.length + 3)
  const end = rest.search(/[/?#]/)
  const authority = end < 0 ? rest : rest.slice(0, end)
  const path = end < 0 ? '' : rest.slice(end)
  if (authority === '') return { fault: `${quoted(text)} names no host; write http://host:port` }
  if (authority.includes('@'))
    return { fault: `${quoted(text)} holds a name and password; write host:port without them` }
  const host = hostOf(authority, port)
  return 'fault' in host || path === '' || path === '/' ? host : { ...host, dropped: path }
}

/** Reads `host:port`, a URL or a bare host, which gets `port`, or none when it is asked for. */
export function hostOf(text: string, port?: number): Host | Fault {
  const never = neverAnAddress(text)
  if (never !== undefined) return never
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]
  if (scheme !== undefined) return fromUrl(text, scheme)
  const whole: HostPort | undefined = parseHostPort(text)
  if (whole !== undefined) return connectable(text, whole)
  const bare = /^\[.*\]$/.test(text) ? text.slice(1, -1) : text
  if (isBareIpv6(text) || (bare !== text && parseHostPort(`${text}:1`) !== undefined))
    return connectable(text, { host: bare, port })
  if (isHostName(text) && !/^\d+$/.test(text)) return connectable(text, { host: text, port })
  return { fault: addressFault(text) ?? `${quoted(text)} is not understood; write host:port, such as 10.0.0.5:3000` }
}

function connectable(text: string, host: Host): Host | Fault {
  if (!isEveryAddress(host.host)) return host
  return {
    fault: `${quoted(text)} is an address to listen on; write one to connect to, such as 127.0.0.1:${host.port ?? 80}`,
  }
}
