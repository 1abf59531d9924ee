/** Server lines of HAProxy: `server web1 10.0.0.1:80 check weight 10 maxconn 100 backup` (configuration manual, section 5.2). */
import { parseHostPort } from '../address.ts'
import { addressFault, quoted } from '../address-fault.ts'
import { addressBytes } from '../address-range.ts'
import { nearest } from '../nearest.ts'
import { hostOf, neverAnAddress } from './host.ts'
import { CONNECTIONS, count, type Fault, type Reading, type Server, WEIGHTS } from './server.ts'

const words = (text: string) => text.trim().split(/\s+/)

/** Parameters with one value; a value may look like a parameter (`cookie backup`). */
const withValue = new Set(
  words(`addr agent-addr agent-inter agent-port agent-send alpn ca-file check-alpn check-proto check-sni ciphers ciphersuites
    client-sigalgs cookie crl-file crt curves downinter error-limit fall fastinter guid hash-key id idle-ping init-addr init-state inter
    interface log-bufsize log-proto max-reuse maxconn maxqueue minconn namespace npn observe on-error on-marked-down on-marked-up
    pool-conn-name pool-low-conn pool-max-conn pool-purge-delay port proto proxy-v2-options redir renegotiate resolve-net resolve-opts
    resolve-prefer resolvers rise set-proxy-v2-tlv-fmt shard sigalgs slowstart sni socks4 source ssl-max-ver ssl-min-ver tcp-md5sig tcp-ut track
    usesrc verify verifyhost weight ws`),
)
const alone = new Set(
  words(`agent-check allow-0rtt backup check check-send-proxy check-ssl check-via-socks4 disabled enabled force-sslv3 force-tlsv10
    force-tlsv11 force-tlsv12 force-tlsv13 no-agent-check no-backup no-check no-check-send-proxy no-check-ssl no-renegotiate no-send-proxy
    no-send-proxy-v2 no-ssl no-ssl-reuse no-sslv3 no-stick no-tfo no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 no-verifyhost
    non-stick send-proxy send-proxy-v2 send-proxy-v2-ssl send-proxy-v2-ssl-cn ssl ssl-reuse stick strict-maxconn tfo tls-tickets`),
)
/** What cannot be done towards a backend: leaving it out would send it something that it does not expect. */
const cannot: Record<string, string> = {
  ssl: 'backends are spoken to in plain HTTP; give the server a port without TLS and leave it out',
  'send-proxy': 'the PROXY protocol is not spoken to backends; switch it off there and leave it out',
  proto: 'backends are spoken to in HTTP/1.1; leave it out if the server speaks that too',
  redir: 'redirects are not made for a backend; leave it out',
  socks4: 'backends are connected to directly; leave it out',
}
/** What is so here anyway. */
const silent = new Set([
  'check',
  'enabled',
  'resolvers',
  'init-addr',
  'strict-maxconn',
  'stick',
  'no-ssl',
  'no-send-proxy',
])

/** Whether a word can only be a parameter of HAProxy. */
export function isOption(word: string): boolean {
  return withValue.has(word) || alone.has(word)
}

/** Takes parameters into `server`; a fault names the first that is not understood. */
export function takeOptions(server: Server, options: readonly string[]): Fault | undefined {
  const left: string[] = []
  for (let at = 0; at < options.length; at++) {
    const word = options[at] as string
    const value = withValue.has(word) ? options[++at] : undefined
    if (withValue.has(word) && value === undefined) return { fault: `"${word}" has no value; write one after it` }
    const refused = cannot[word.startsWith('send-proxy') ? 'send-proxy' : word]
    if (refused !== undefined && !(word === 'proto' && value === 'h1')) return { fault: `"${word}": ${refused}` }
    const fault = takeOne(server, word, value, left)
    if (fault !== undefined) return fault
  }
  if (left.length > 0) server.notes.push(`left out: ${left.join(', ')}`)
  return undefined
}

function takeOne(server: Server, word: string, value: string | undefined, left: string[]): Fault | undefined {
  if (word === 'backup' || word === 'no-backup') server.backup = word === 'backup'
  else if (word === 'disabled') server.adminState = 'disabled'
  else if (word === 'enabled') server.adminState = undefined
  else if (word === 'weight' || word === 'maxconn') {
    const number = count(`${word} ${value}`, value as string, word === 'weight' ? WEIGHTS : CONNECTIONS)
    if (typeof number !== 'number') return number
    if (word === 'weight') server.weight = number
    else server.maxConnections = number
  } else if (isOption(word)) {
    if (!silent.has(word)) left.push(value === undefined ? word : `${word} ${value}`)
  } else {
    const meant = nearest(word.split('=')[0] as string, [...withValue, ...alone])
    return {
      fault: `"${word}" is not understood${meant === undefined ? '; leave it out' : `; did you mean "${meant}"?`}`,
    }
  }
  return undefined
}

/** An address as HAProxy reads it: the last colon parts the port; a prefix may name the family. */
function hostInHaproxy(text: string): ReturnType<typeof hostOf> {
  const never = neverAnAddress(text)
  if (never !== undefined) return never
  const family = /^([a-z0-9+]+)@/.exec(text)?.[1]
  if (family !== undefined && !/^(?:ipv4|ipv6|tcp|tcp4|tcp6)$/.test(family))
    return { fault: `"${family}@" is not reached by HTTP over TCP; write host:port` }
  const address = family === undefined ? text : text.slice(family.length + 1)
  const cut = address.endsWith(']') ? -1 : address.lastIndexOf(':')
  const [host, port] = cut < 0 ? [address, ''] : [address.slice(0, cut), address.slice(cut + 1)]
  if (/^[+-]\d/.test(port))
    return { fault: `":${port}" counts from the port of the client; write the port of the server` }
  if (host === '' || host === '*')
    return { fault: `${quoted(text)} is the address that the client asked for; write the address of the server` }
  if (port === '') return hostOf(host.includes(':') && !host.startsWith('[') ? `[${host}]` : host)
  if (host.includes(':') && !host.startsWith('[')) {
    const bracketed = `[${host}]:${port}`
    if (addressBytes(host) === undefined) return { fault: addressFault(address) ?? `${quoted(text)} is not understood` }
    return parseHostPort(bracketed) === undefined ? { fault: addressFault(bracketed) ?? '' } : hostOf(bracketed)
  }
  return hostOf(address)
}

/** Reads the words after `server`: a name, an address and parameters; `defaults` are those of `default-server`. */
export function readHaproxy([id, address, ...options]: string[], defaults: readonly string[] = []): Reading {
  if (id === undefined || address === undefined)
    return { fault: 'this line names no address; write server <name> <host:port>' }
  const host = hostInHaproxy(address)
  if ('fault' in host) return host
  const server: Server = { id, host: host.host, port: host.port, notes: [] }
  const fault = takeOptions(server, defaults) ?? takeOptions(server, options)
  return fault ?? { server }
}
