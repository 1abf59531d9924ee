/** The request head towards the backend, as one latin1 string: runs of unchanged fields are copied whole, framing is always our own. */
import { FRAMING } from './framing.ts'
import { DROP_FROM_CLIENT, DROP_FROM_TRUSTED, FIELD } from './known-fields.ts'
import type { RequestHead } from './request-head.ts'

/** What stays the same for every request of a client connection. */
export interface ClientFacts {
  /** Address of the peer, without port; an IPv4-mapped IPv6 address already as IPv4. */
  readonly address: string
  /** The peer is a trusted proxy: its X-Forwarded-* fields are kept and X-Forwarded-For is appended to. */
  readonly trusted: boolean
  readonly proto: 'http' | 'https'
  /** Port that the client connected to. */
  readonly port: number
  /** Name of this proxy in Via. */
  readonly via: string
}

const LINE_END = ' HTTP/1.1\r\n'
/** Fields of a trusted proxy that replace ours. */
const TRUSTED_FIELDS =
  (1 << FIELD.xForwardedFor) | (1 << FIELD.xForwardedProto) | (1 << FIELD.xForwardedHost) | (1 << FIELD.xForwardedPort)

/** Writes request heads; one per client connection. */
export class RequestWriter {
  private readonly address: string
  private readonly trusted: boolean
  private readonly drop: Uint8Array
  private readonly proto: string
  private readonly port: string
  /** All fields of ours that are the same every time, for HTTP/1.0 and HTTP/1.1, up to the value of X-Forwarded-Host. */
  private readonly own: readonly [string, string]
  private readonly via: readonly [string, string]

  constructor(facts: ClientFacts) {
    this.address = facts.address
    this.trusted = facts.trusted
    this.drop = facts.trusted ? DROP_FROM_TRUSTED : DROP_FROM_CLIENT
    this.proto = `X-Forwarded-Proto: ${facts.proto}\r\n`
    this.port = `X-Forwarded-Port: ${facts.port}\r\n`
    // RFC 9110 §7.6.3: the version is the one the message came in with.
    this.via = [`Via: 1.0 ${facts.via}\r\n`, `Via: 1.1 ${facts.via}\r\n`]
    const common = `X-Forwarded-For: ${facts.address}\r\n${this.proto}${this.port}`
    this.own = [`${common}${this.via[0]}X-Forwarded-Host: `, `${common}${this.via[1]}X-Forwarded-Host: `]
  }

  /**
   * Head for `head`, ready to be sent. `requestId` replaces X-Request-Id. `host` is the value of Host; `head.authority` to preserve the
   * client's, and it must not be empty. `forwardExpect`: pass 100-continue on (false: it has been answered here).
   */
  write(head: RequestHead, requestId: string, host: string, forwardExpect: boolean): string {
    const fields = head.fields
    const hostKept = head.hostAsSent && host === head.authority
    let out = head.lineAsSent ? '' : `${head.method} ${head.target}${LINE_END}`
    if (!hostKept) out = `${head.method} ${head.target}${LINE_END}Host: ${host}\r\n`
    out += this.copyFields(head, hostKept, head.lineAsSent && hostKept)
    if (this.trusted && (fields.seen & TRUSTED_FIELDS) !== 0) out += this.trustedFields(head, host)
    else out += `${this.own[head.minor as 0 | 1]}${head.authority === '' ? host : head.authority}\r\n`
    out += `X-Request-Id: ${requestId}\r\n`
    if (head.framing === FRAMING.length) out += `Content-Length: ${head.length}\r\n`
    else if (head.framing === FRAMING.chunked) out += 'Transfer-Encoding: chunked\r\n'
    if (forwardExpect && head.expectContinue) out += 'Expect: 100-continue\r\n'
    if (head.upgrade !== '') out += `Connection: Upgrade\r\nUpgrade: ${head.upgrade}\r\n`
    return `${out}\r\n`
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

  private trustedFields(head: RequestHead, host: string): string {
    const { fields } = head
    const chain = this.lacks(head, FIELD.xForwardedFor) ? undefined : fields.listOfKind(FIELD.xForwardedFor)
    let out = `X-Forwarded-For: ${chain === undefined || chain === '' ? '' : `${chain}, `}${this.address}\r\n`
    if (this.lacks(head, FIELD.xForwardedProto)) out += this.proto
    if (this.lacks(head, FIELD.xForwardedPort)) out += this.port
    if (this.lacks(head, FIELD.xForwardedHost))
      out += `X-Forwarded-Host: ${head.authority === '' ? host : head.authority}\r\n`
    return out + this.via[head.minor as 0 | 1]
  }

  /** Was no such field copied? One that Connection names has been left out and is replaced by ours. */
  private lacks(head: RequestHead, kind: number): boolean {
    return !head.fields.has(kind) || head.connection.removes(head.fields, head.fields.first[kind] as number)
  }
}

/** RFC 9110 §7.6.2: decremented before it is passed on; zero is answered by the caller. */
function oneHopLess(value: string): string {
  const hops = Number.parseInt(value, 10)
  return hops > 0 ? `Max-Forwards: ${hops - 1}\r\n` : ''
}
