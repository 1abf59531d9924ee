/** Strict parser of a request head: one pass over the bytes, one string for the whole head, everything else offsets into it. */
import { hostOf } from './authority.ts'
import { ConnectionOptions } from './connection-options.ts'
import { FieldBlock, MORE } from './field-block.ts'
import { contentLength, FRAMING, type Framing, HUGE_LENGTH, isChunked, transferEncodingFault } from './framing.ts'
import { FIELD } from './known-fields.ts'
import { latin1 } from './latin1.ts'
import { forwardedPath, matchPath, pathBehindHost, withOneSlash } from './normal-path.ts'
import { RequestLine } from './request-line.ts'
import { QUESTION, SLASH } from './tables.ts'

/** What `parse` says: read more bytes, the head is complete, or it is refused. */
export const HEAD = { more: 0, ok: 1, refused: 2 } as const

/** One of the values of `HEAD`. */
export type HeadResult = (typeof HEAD)[keyof typeof HEAD]

/** Limits of a request head. */
export interface RequestLimits {
  /** Whole head in bytes, request line and empty line included; then 431. */
  readonly headBytes: number
  /** Number of fields; then 431. */
  readonly fields: number
  /** Request target in bytes; then 414. */
  readonly targetBytes: number
  /** Largest announced body in bytes; then 413. */
  readonly bodyBytes: number
  /** TRACE is let through instead of refused with 405. */
  readonly allowTrace: boolean
}

/** The defaults: 64 KiB, 100 fields, 8 KiB, no body limit, no TRACE. */
export const DEFAULT_REQUEST_LIMITS: RequestLimits = Object.freeze({
  headBytes: 65_536,
  fields: 100,
  targetBytes: 8192,
  bodyBytes: Number.POSITIVE_INFINITY,
  allowTrace: false,
})

/** Form of the request target (RFC 9112 §3.2); the authority form belongs to CONNECT, which is refused. */
export const TARGET_FORM = { origin: 0, absolute: 1, asterisk: 2 } as const

const UPGRADE_REFUSED = /^(?:h2c?|http\/|tls\/)|,/i
const FRAMING_FIELDS = (1 << FIELD.contentLength) | (1 << FIELD.transferEncoding)

/** One request head. Reuse it for every request of a connection; everything read from it is valid until the next `parse`. */
export class RequestHead {
  readonly fields = new FieldBlock()
  readonly connection = new ConnectionOptions()
  private readonly line = new RequestLine()
  /** Position in the parsed buffer where the body or the next request begins. */
  end = 0
  method = ''
  form: number = TARGET_FORM.origin
  /** HTTP/1.minor: 0 or 1. */
  minor = 1
  /** What routes are matched against: match form of the path, or `*`. */
  path = ''
  /** The other reading of a path that begins with `//`, in match form, see `pathBehindHost`; '' for any other path. */
  otherPath = ''
  /** What goes to the backend: path and query as they came, dot segments resolved, or `*`. */
  target = ''
  /** The request line as sent is also the one to send on. */
  lineAsSent = false
  /** Host for matching: lower case, no port. Empty only in HTTP/1.0 without Host. */
  host = ''
  /** Host and port as the client wrote them: the value for `Host`, from the absolute form when there is one. */
  authority = ''
  /** `authority` stands in the one Host field. */
  hostAsSent = true
  framing: Framing = FRAMING.none
  /** Announced body length; 0 unless `framing` is `length`. */
  length = 0
  /** The client may send another request after this one. */
  keepAlive = true
  /** The client waits for 100 (Continue) before it sends the body. */
  expectContinue = false
  /** Protocol asked for with Upgrade, as spelled; empty for none. h2c and tls are not offered, so asking for them is ignored. */
  upgrade = ''
  /** Why `parse` refused: status and the reason in words, to follow "The request has ". */
  status = 0
  reason = ''

  /** Reads the head that begins at `start`. Nothing of `buffer` is kept. `HEAD.more`: call again with the same bytes and more. */
  parse(buffer: Buffer, start: number, end: number, limits: RequestLimits): HeadResult {
    const { line, fields } = this
    const cap = end - start > limits.headBytes ? start + limits.headBytes : end
    let at = line.parse(buffer, start, cap, limits.targetBytes)
    if (at >= 0) {
      if (!this.allowsMethod(buffer, limits)) return HEAD.refused
      at = fields.parse(buffer, at, cap, line.start, limits.fields)
      if (at < 0 && at !== MORE) return this.refuse(fields.status, fields.reason)
    } else if (at !== MORE) return this.refuse(line.status, line.reason)
    if (at === MORE) return cap < end ? this.refuse(431, 'a head that is too large') : HEAD.more
    this.end = at
    fields.text = latin1(buffer, line.start, at)
    this.method = line.method(buffer, fields.text)
    this.minor = line.minor
    const ok = this.readTarget() && this.readFraming(limits) && this.readOptions()
    return ok ? HEAD.ok : HEAD.refused
  }

  private refuse(status: number, reason: string): typeof HEAD.refused {
    this.status = status
    this.reason = reason
    return HEAD.refused
  }

  private fail(status: number, reason: string): false {
    this.refuse(status, reason)
    return false
  }

  private allowsMethod(buffer: Buffer, limits: RequestLimits): boolean {
    const first = buffer[this.line.start]
    // Only C(ONNECT) and T(RACE) are worth a closer look.
    if (first !== 67 && first !== 84) return true
    const method = latin1(buffer, this.line.start, this.line.methodEnd)
    if (method !== 'CONNECT' && (method !== 'TRACE' || limits.allowTrace)) return true
    return this.fail(405, `the method ${method}, which is not allowed`)
  }

  /** Target form, path and host (RFC 9112 §3.2). */
  private readTarget(): boolean {
    const { line, fields } = this
    if ((fields.repeated & (1 << FIELD.host)) !== 0) return this.fail(400, 'more than one Host field')
    this.hostAsSent = fields.has(FIELD.host)
    if (this.hostAsSent) {
      const slot = (fields.first[FIELD.host] as number) * 4
      const host = hostOf(fields.text, fields.at[slot + 2] as number, fields.at[slot + 3] as number)
      if (host === undefined) return this.fail(400, 'an invalid Host field')
      this.host = host
      this.authority = fields.value(fields.first[FIELD.host] as number)
    } else if (line.minor === 1) return this.fail(400, 'no Host field')
    else {
      this.host = ''
      this.authority = ''
    }
    const start = line.targetStart - line.start
    if (fields.text.charCodeAt(start) === SLASH) {
      this.form = TARGET_FORM.origin
      return this.readPath(start, line.queryStart - line.start, line.targetEnd - line.start)
    }
    if (line.targetEnd - line.targetStart === 1 && fields.text.charCodeAt(start) === 42) {
      if (this.method !== 'OPTIONS') return this.fail(400, 'the target "*" without OPTIONS')
      return this.asterisk()
    }
    return this.readAbsolute(start, line.targetEnd - line.start)
  }

  private asterisk(): boolean {
    this.form = TARGET_FORM.asterisk
    this.path = '*'
    this.otherPath = ''
    this.target = '*'
    this.lineAsSent = false
    return true
  }

  private readPath(start: number, queryStart: number, end: number): boolean {
    const { text } = this.fields
    const sent = text.substring(start, queryStart)
    const path = forwardedPath(sent)
    if (path === undefined) return this.fail(400, 'an ambiguous or invalid path')
    this.path = matchPath(path)
    this.otherPath = pathBehindHost(path)
    this.lineAsSent = path === sent && this.line.minor === 1 && this.form === TARGET_FORM.origin
    this.target = path === sent ? text.substring(start, end) : path + text.substring(queryStart, end)
    return true
  }

  /** Forwards the slashes at the front of the path as one. */
  mergeSlashes(): void {
    this.target = withOneSlash(this.target)
    this.lineAsSent = false
  }

  /** `http://host/path`: its authority replaces Host (RFC 9112 §3.2.2). */
  private readAbsolute(start: number, end: number): boolean {
    const target = this.fields.text.substring(start, end)
    const scheme = target.substring(0, 8).toLowerCase()
    const skip = scheme === 'https://' ? 8 : scheme.startsWith('http://') ? 7 : 0
    if (skip === 0) return this.fail(400, 'an invalid request target')
    let at = skip
    while (at < target.length && target.charCodeAt(at) !== SLASH && target.charCodeAt(at) !== QUESTION) at++
    const host = hostOf(target, skip, at)
    if (host === undefined) return this.fail(400, 'an invalid host in its target')
    this.host = host
    this.authority = target.substring(skip, at)
    this.hostAsSent = false
    // RFC 9112 §3.2.4: OPTIONS for an absolute URI without path and query is OPTIONS *.
    if (at === target.length && this.method === 'OPTIONS') return this.asterisk()
    this.form = TARGET_FORM.absolute
    if (at < target.length && target.charCodeAt(at) === SLASH) {
      const mark = target.indexOf('?', at)
      return this.readPath(start + at, mark < 0 ? end : start + mark, end)
    }
    this.path = '/'
    this.otherPath = ''
    this.lineAsSent = false
    this.target = `/${target.substring(at)}`
    return true
  }

  /** Length of the body (RFC 9112 §6). Whatever two parsers could read differently is refused. */
  private readFraming(limits: RequestLimits): boolean {
    const { fields } = this
    this.framing = FRAMING.none
    this.length = 0
    if ((fields.seen & FRAMING_FIELDS) === 0) return true
    if (fields.has(FIELD.transferEncoding)) {
      // RFC 9112 §6.1: a proxy that would have to choose between the two is how requests are smuggled.
      if (fields.has(FIELD.contentLength)) return this.fail(400, 'both Content-Length and Transfer-Encoding')
      if (this.minor === 0) return this.fail(400, 'Transfer-Encoding in HTTP/1.0')
      if (!isChunked(fields)) return this.fail(transferEncodingFault(fields), 'a Transfer-Encoding other than chunked')
      this.framing = FRAMING.chunked
      return true
    }
    if ((fields.repeated & (1 << FIELD.contentLength)) !== 0) return this.fail(400, 'more than one Content-Length')
    const length = contentLength(fields, fields.first[FIELD.contentLength] as number)
    if (length === HUGE_LENGTH) return this.fail(413, 'a body that is too large')
    if (length < 0) return this.fail(400, 'an invalid Content-Length')
    if (length > limits.bodyBytes) return this.fail(413, 'a body that is too large')
    this.framing = FRAMING.length
    this.length = length
    return true
  }

  private readOptions(): boolean {
    const { fields, connection } = this
    connection.read(fields)
    this.keepAlive = !connection.close && (this.minor === 1 || connection.keepAlive)
    this.upgrade = ''
    this.expectContinue = false
    if (fields.has(FIELD.expect)) {
      const expected = fields.listOfKind(FIELD.expect) as string
      if (expected.toLowerCase() !== '100-continue') return this.fail(417, 'an expectation other than 100-continue')
      // RFC 9110 §10.1.1: ignored in HTTP/1.0, and pointless without a body.
      this.expectContinue = this.minor === 1 && (this.framing === FRAMING.chunked || this.length > 0)
    }
    if (connection.upgrade && this.minor === 1 && fields.has(FIELD.upgrade)) {
      const protocol = fields.listOfKind(FIELD.upgrade) as string
      if (protocol !== '' && !UPGRADE_REFUSED.test(protocol)) this.upgrade = protocol
    }
    return true
  }

  /** Value of the first field with this lower-case name, or undefined. */
  field(name: string): string | undefined {
    return this.fields.get(name)
  }
}
