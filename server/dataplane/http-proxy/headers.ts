/** Header fields towards the backend and back for the http-proxy engine: hop-by-hop fields stay here, forwarding fields are added. */
import type { IncomingMessage } from 'node:http'
import { type Forwarded, saysTls } from '../../core/forwarded.ts'
import { DEBUG_FIELD } from '../debug-token.ts'
import { portOf } from '../http1/authority.ts'

/** RFC 9110 §7.6.1, and the older ones still seen. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-authenticate',
  'proxy-authorization',
])
/** Replaced when the peer is not a trusted proxy. */
const FORWARDED = new Set([
  'forwarded',
  'x-real-ip',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-server',
  'x-forwarded-prefix',
])

function namedInConnection(raw: readonly string[]): Set<string> {
  const named = new Set<string>()
  for (let index = 0; index < raw.length; index += 2) {
    if ((raw[index] as string).toLowerCase() !== 'connection') continue
    for (const token of (raw[index + 1] as string).split(',')) named.add(token.trim().toLowerCase())
  }
  // These cannot be removed by naming them (RFC 9110 §7.6.1).
  for (const kept of ['host', 'content-length', 'close', 'keep-alive']) named.delete(kept)
  return named
}

export interface ForwardingFacts {
  clientAddress: string
  trusted: boolean
  /** What a trusted proxy says in Forwarded alone. */
  said: Forwarded | undefined
  /** Value for Host. */
  host: string
  /** What the client has asked for in Host; '' for nothing. */
  authority: string
  requestId: string
  /** Name of this proxy in Via; '' when it is not added. */
  via: string
  upgrade: string | undefined
  /** The body will be sent in chunks: its length is not known. */
  chunked: boolean
}

type HeaderObject = Record<string, string | string[]>

function append(headers: HeaderObject, name: string, value: string): void {
  const before = headers[name]
  if (before === undefined) headers[name] = value
  else headers[name] = Array.isArray(before) ? [...before, value] : [before, value]
}

function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}

/** Who the client is, where from and what it has asked for; what a trusted proxy has said stays. */
function addForwarding(headers: HeaderObject, { said, clientAddress, host, authority }: ForwardingFacts): void {
  const chain = joined(headers['x-forwarded-for']) ?? said?.chain ?? ''
  headers['x-forwarded-for'] = chain === '' ? clientAddress : `${chain}, ${clientAddress}`
  headers['x-forwarded-proto'] ??= said?.proto || 'http'
  const asked = joined(headers['x-forwarded-host']) ?? (said?.host || authority)
  headers['x-forwarded-host'] ??= asked || host
  const port = portOf(asked.replace(/,.*/, '').trim())
  headers['x-forwarded-port'] ??= port || (saysTls(joined(headers['x-forwarded-proto']) ?? '') ? '443' : '80')
}

/** Fields of the request towards the backend. Framing is always written anew, never copied. */
export function requestHeaders(request: IncomingMessage, facts: ForwardingFacts): HeaderObject {
  const raw = request.rawHeaders
  const named = namedInConnection(raw)
  const headers: HeaderObject = Object.create(null)
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] as string).toLowerCase()
    if (
      HOP_BY_HOP.has(name) ||
      named.has(name) ||
      name === 'expect' ||
      name === DEBUG_FIELD ||
      name === 'host' ||
      name === 'content-length'
    )
      continue
    if (!facts.trusted && (FORWARDED.has(name) || name === 'x-request-id')) continue
    append(headers, name, raw[index + 1] as string)
  }
  // RFC 9110 §7.6.2; zero has been answered by the listener.
  if (request.method === 'OPTIONS' && typeof headers['max-forwards'] === 'string')
    headers['max-forwards'] = String(Math.max(0, Number.parseInt(headers['max-forwards'], 10) - 1))
  headers.host = facts.host
  if (facts.chunked) headers['transfer-encoding'] = 'chunked'
  else if (request.headers['content-length'] !== undefined)
    headers['content-length'] = request.headers['content-length'].replace(/^0+(?=\d)/, '')
  addForwarding(headers, facts)
  headers['x-request-id'] = facts.requestId
  if (facts.via !== '') {
    const via = joined(headers.via)
    const own = `${request.httpVersion} ${facts.via}`
    headers.via = via === undefined ? own : `${via}, ${own}`
  }
  headers.connection = facts.upgrade === undefined ? 'keep-alive' : 'Upgrade'
  if (facts.upgrade !== undefined) headers.upgrade = facts.upgrade
  return headers
}

/** Fields of the answer towards the client, as a flat name, value list in the backend's own spelling and order. */
export function responseHeaders(raw: readonly string[], requestId: string, via: string, version: string): string[] {
  const named = namedInConnection(raw)
  const out: string[] = []
  const length: string[] = []
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] as string).toLowerCase()
    if (HOP_BY_HOP.has(name) || named.has(name) || name === 'x-request-id') continue
    const fields = name === 'content-length' ? length : out
    fields.push(raw[index] as string, raw[index + 1] as string)
  }
  // Behind a Content-Length, Node reads the bytes of Content-Disposition as UTF-8 and throws on the characters it finds.
  out.push(...length, 'Via', `${version} ${via}`, 'X-Request-Id', requestId)
  return out
}
