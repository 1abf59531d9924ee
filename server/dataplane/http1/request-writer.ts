/** The request head towards the backend, as one latin1 string: runs of unchanged fields are copied whole, framing is always our own. */
import { type Forwarded, readForwarded, saysTls } from '../../core/forwarded.ts'
import { portOf } from './authority.ts'
import { FRAMING } from './framing.ts'
import { DROP_FROM_CLIENT, DROP_FROM_TRUSTED, FIELD } from './known-fields.ts'
import type { RequestHead } from './request-head.ts'
import { COLON } from './tables.ts'

/** What stays the same for every request of a client connection. */
export interface ClientFacts {
  /** Address of the peer, without port; an IPv4-mapped IPv6 address already as IPv4. */
  readonly address: string
  /** The peer is a trusted proxy: its X-Forwarded-* fields are kept and X-Forwarded-For is appended to. */
  readonly trusted: boolean
  readonly proto: 'http' | 'https'
  /** Name of this proxy in Via. */
  readonly via: string
}

/** What the listener says about forwarding, now. */
export interface ForwardingRules {
  /** Via is added. */
  readonly via: boolean
  readonly trusts: (address: string) => boolean
}

const LINE_END = ' HTTP/1.1\r\n'
/** Fields of a trusted proxy that replace ours. */
const X_FORWARDED =
  (1 << FIELD.xForwardedFor) | (1 << FIELD.xForwardedProto) | (1 << FIELD.xForwardedHost) | (1 << FIELD.xForwardedPort)
const SAID_BY_PROXY = X_FORWARDED | (1 << FIELD.forwarded)
const DEFAULT_PORT = { http: '80', https: '443' } as const

/**
 * What the Forwarded field of a trusted proxy says, when it sends no X-Forwarded-* field at all: a proxy that sends those may have passed
 * on a Forwarded that the client has made up.
 */
export function loneForwarded(head: RequestHead, trusts: (address: string) => boolean): Forwarded | undefined {
  const { fields, connection } = head
  if ((fields.seen & SAID_BY_PROXY) !== 1 << FIELD.forwarded || connection.names?.has('forwarded')) return undefined
  const value = fields.listOf('forwarded', ', ')
  return value === undefined ? undefined : readForwarded(value, trusts)
}

/** Writes request heads; one per client connection. */
export class RequestWriter {
  private readonly address: string
  private readonly trusted: boolean
  private readonly drop: Uint8Array
  private readonly proto: 'http' | 'https'
  /** Fields of ours that are the same every time, up to the value of X-Forwarded-Port, and up to that of X-Forwarded-Host. */
  private readonly own: string
  private readonly ownDefaultPort: string
  private readonly via: readonly [string, string]

  constructor(facts: ClientFacts) {
    this.address = facts.address
    this.trusted = facts.trusted
    this.drop = facts.trusted ? DROP_FROM_TRUSTED : DROP_FROM_CLIENT
    this.proto = facts.proto
    // RFC 9110 §7.6.3: the version is the one the message came in with.
    this.via = [`Via: 1.0 ${facts.via}\r\n`, `Via: 1.1 ${facts.via}\r\n`]
    this.own = `X-Forwarded-For: ${facts.address}\r\nX-Forwarded-Proto: ${facts.proto}\r\nX-Forwarded-Port: `
    this.ownDefaultPort = `${this.own}${DEFAULT_PORT[facts.proto]}\r\nX-Forwarded-Host: `
  }

  /**
   * Head for `head`, ready to be sent. `requestId` replaces X-Request-Id. `host` is the value of Host; `head.authority` to preserve the
   * client's, and it must not be empty. `forwardExpect`: pass 100-continue on (false: it has been answered here).
   */
  write(head: RequestHead, requestId: string, host: string, forwardExpect: boolean, rules: ForwardingRules): string {
    const hostKept = head.hostAsSent && host === head.authority
    let out = head.lineAsSent ? '' : `${head.method} ${head.target}${LINE_END}`
    if (!hostKept) out = `${head.method} ${head.target}${LINE_END}Host: ${host}\r\n`
    out += this.copyFields(head, hostKept, head.lineAsSent && hostKept)
    out += this.forwarding(head, host, rules)
    if (rules.via) out += this.via[head.minor as 0 | 1]
    out += `X-Request-Id: ${requestId}\r\n`
    if (head.framing === FRAMING.length) out += `Content-Length: ${head.length}\r\n`
    else if (head.framing === FRAMING.chunked) out += 'Transfer-Encoding: chunked\r\n'
    if (forwardExpect && head.expectContinue) out += 'Expect: 100-continue\r\n'
    if (head.upgrade !== '') out += `Connection: Upgrade\r\nUpgrade: ${head.upgrade}\r\n`
    return `${out}\r\n`
  }

  /** Who the client is, where from, and what it has asked for. */
  private forwarding(head: RequestHead, host: string, rules: ForwardingRules): string {
    if (this.trusted && (head.fields.seen & SAID_BY_PROXY) !== 0) return this.trustedFields(head, host, rules)
    const { authority } = head
    if (authority === '') return `${this.ownDefaultPort}${host}\r\n`
    // As nearly always: no port, so the host is all of it.
    const { length } = head.host
    if (authority.length === length) return `${this.ownDefaultPort}${authority}\r\n`
    const port = authority.charCodeAt(length) === COLON ? authority.substring(length + 1) : portOf(authority)
    return `${this.own}${port === '' ? DEFAULT_PORT[this.proto] : port}\r\nX-Forwarded-Host: ${authority}\r\n`
  }

  /** Everything that is passed on as it came, in as few slices as possible; `withLine`: from the request line on. */
  private copyFields(head: RequestHead, hostKept: boolean, withLine: boolean): string {
    const { fields, connection } = head
    const { kinds, at, count, text } = fields
    const drop = this.drop
    const named = connection.names !== undefined
    let out = ''
    let run = withLine ? 0 : count > 0 ? (at[0] as number) : fields.end
    for (let index = 0; index < count; index++) {
      const kind = kinds[index] as number
      if (kind === FIELD.other && !named) continue
      const keep = kind === FIELD.host ? hostKept : drop[kind] === 0 && !(named && connection.removes(fields, index))
      const hops = kind === FIELD.maxForwards && (head.method === 'OPTIONS' || head.method === 'TRACE')
      if (keep && !hops) continue
      const start = at[index * 4] as number
      if (start > run) out += text.substring(run, start)
      run = index + 1 < count ? (at[index * 4 + 4] as number) : fields.end
      if (hops && keep) out += oneHopLess(fields.value(index))
    }
    return fields.end > run ? out + text.substring(run, fields.end) : out
  }

  /** The same behind a trusted proxy: what it says stays, what it does not say follows from that, or else from what we see. */
  private trustedFields(head: RequestHead, host: string, rules: ForwardingRules): string {
    const said = loneForwarded(head, rules.trusts)
    const chain = this.kept(head, FIELD.xForwardedFor) ?? said?.chain ?? ''
    let out = `X-Forwarded-For: ${chain === '' ? '' : `${chain}, `}${this.address}\r\n`
    const proto = this.kept(head, FIELD.xForwardedProto)
    const ourProto = said?.proto || this.proto
    if (proto === undefined) out += `X-Forwarded-Proto: ${ourProto}\r\n`
    const asked = this.kept(head, FIELD.xForwardedHost)
    const ourHost = said?.host || (head.authority === '' ? host : head.authority)
    if (this.kept(head, FIELD.xForwardedPort) === undefined) {
      const port = portOf((asked ?? (said?.host || head.authority)).replace(/,.*/, '').trim())
      out += `X-Forwarded-Port: ${port || DEFAULT_PORT[saysTls(proto ?? ourProto) ? 'https' : 'http']}\r\n`
    }
    return asked === undefined ? `${out}X-Forwarded-Host: ${ourHost}\r\n` : out
  }

  /** Value of such a field that has been copied. One that Connection names has been left out and is replaced by ours. */
  private kept(head: RequestHead, kind: number): string | undefined {
    const { fields, connection } = head
    if (!fields.has(kind) || connection.removes(fields, fields.first[kind] as number)) return undefined
    return fields.listOfKind(kind)
  }
}

/** RFC 9110 §7.6.2: decremented before it is passed on; zero is answered by the caller. */
function oneHopLess(value: string): string {
  const hops = Number.parseInt(value, 10)
  return hops > 0 ? `Max-Forwards: ${hops - 1}\r\n` : ''
}
