/** Parser of a backend's response head. What it refuses becomes a 502; nothing is guessed. */
import { ConnectionOptions } from './connection-options.ts'
import { FieldBlock, MORE, REFUSED } from './field-block.ts'
import { contentLength, FRAMING, type Framing, isChunked } from './framing.ts'
import { FIELD } from './known-fields.ts'
import { latin1 } from './latin1.ts'
import { mendHead } from './mended-head.ts'
import { HEAD, type HeadResult } from './request-head.ts'
import { CR, FIELD_VALUE, LF, SP } from './tables.ts'

/** Limits of a response head. */
export interface ResponseLimits {
  /** Whole head in bytes. */
  readonly headBytes: number
  /** Number of fields. */
  readonly fields: number
}

/** The defaults of the configuration: 256 KiB and 256 fields. */
export const DEFAULT_RESPONSE_LIMITS: ResponseLimits = Object.freeze({ headBytes: 262_144, fields: 256 })

/** `HTTP/1.` */
const VERSION = Buffer.from('HTTP/1.')
/** Offset of the status in the head: after `HTTP/1.x `. */
const STATUS_AT = 9
/** Longest `Keep-Alive: timeout` believed, in seconds. */
const MAX_TIMEOUT = 86_400

/** One response head. Reuse it for every response of a connection; everything read from it is valid until the next `parse`. */
export class ResponseHead {
  readonly fields = new FieldBlock()
  readonly connection = new ConnectionOptions()
  /** Position in the parsed buffer where the body begins. */
  end = 0
  /** 100–999; 600 and more count as 5xx. */
  status = 0
  /** HTTP/1.minor: 0 or 1. */
  minor = 1
  framing: Framing = FRAMING.none
  /** Body length when `framing` is `length`, else 0. */
  length = 0
  /** Length that a HEAD or 304 answer announces for a body it does not have; -1 for none. */
  announced = -1
  /** The connection can take another request once the body is read. */
  keepAlive = true
  /** `Keep-Alive: timeout=`, in seconds; -1 when not sent. */
  keepAliveSeconds = -1
  /** 101 and the protocol switched to. */
  upgrade = ''
  /** Why `parse` refused, in words, to follow "The backend sent ". */
  reason = ''
  /** What was refused last may be taken when it is mended. */
  private mendable = false

  /** An interim answer (1xx but 101): the final one is still to come (RFC 9110 §15.2). */
  get interim(): boolean {
    return this.status < 200 && this.status !== 101
  }

  /**
   * Reads the head that begins at `start`. `method` is the request's: the answer to HEAD has no body. `upgrade` is what the request asked
   * to switch to, empty for nothing: a 101 that nobody asked for is refused.
   */
  parse(
    buffer: Buffer,
    start: number,
    end: number,
    limits: ResponseLimits,
    method: string,
    upgrade: string,
  ): HeadResult {
    const { fields } = this
    const cap = end - start > limits.headBytes ? start + limits.headBytes : end
    let at = this.readLines(buffer, start, cap, limits.fields)
    if (at === REFUSED && this.mendable) at = this.readMended(buffer, start, cap, limits.fields)
    if (at === REFUSED) return HEAD.refused
    if (at === MORE) return cap < end ? this.refuse('a head that is too large') : HEAD.more
    this.end = at
    this.connection.read(fields)
    this.keepAlive = !this.connection.close && (this.minor === 1 || this.connection.keepAlive)
    this.keepAliveSeconds = fields.has(FIELD.keepAlive) ? this.timeoutSeconds() : -1
    this.upgrade = ''
    if (this.status === 101 && !this.readUpgrade(upgrade)) return HEAD.refused
    return this.readFraming(method) ? HEAD.ok : HEAD.refused
  }

  /** Status line and fields; the position behind them, `MORE` or `REFUSED`. */
  private readLines(buffer: Buffer, start: number, end: number, maxFields: number): number {
    const { fields } = this
    this.mendable = false
    const line = this.parseLine(buffer, start, end)
    if (line < 0) return line
    const at = fields.parse(buffer, line, end, start, maxFields)
    if (at >= 0) fields.text = latin1(buffer, start, at)
    else if (at === REFUSED) {
      this.reason = fields.reason
      this.mendable = fields.mendable
    }
    return at
  }

  private readMended(buffer: Buffer, start: number, end: number, maxFields: number): number {
    const mended = mendHead(buffer, start, end)
    if (mended === undefined) return MORE
    const at = this.readLines(mended.bytes, 0, mended.bytes.length, maxFields)
    return at < 0 ? REFUSED : mended.end
  }

  private refuse(reason: string): typeof HEAD.refused {
    this.reason = reason
    return HEAD.refused
  }

  private fail(reason: string): false {
    this.reason = reason
    return false
  }

  /** `HTTP/1.x SP 3DIGIT [SP reason] CR LF`; the space after the status may be missing, many servers forget it. */
  private parseLine(buffer: Buffer, start: number, end: number): number {
    const have = end - start
    for (let at = 0; at < 7; at++) {
      if (at >= have) return MORE
      if (buffer[start + at] !== VERSION[at]) return this.refuseLine()
    }
    if (have > 7 && buffer[start + 7] !== 48 && buffer[start + 7] !== 49) return this.refuseLine()
    if (have > 8 && buffer[start + 8] !== SP) return this.refuseLine()
    if (have < STATUS_AT + 4) return this.parsePart(buffer, start + STATUS_AT, end)
    const at = start + STATUS_AT
    const hundreds = (buffer[at] as number) - 48
    const tens = (buffer[at + 1] as number) - 48
    const ones = (buffer[at + 2] as number) - 48
    // RFC 9110 §15: three digits. Those from 600 on are in use all the same, and read as 5xx.
    if (hundreds < 1 || hundreds > 9 || tens < 0 || tens > 9 || ones < 0 || ones > 9) return this.refuseLine()
    this.status = hundreds * 100 + tens * 10 + ones
    this.minor = (buffer[start + 7] as number) - 48
    let i = at + 3
    if (buffer[i] === SP) while (i < end && FIELD_VALUE[buffer[i] as number] === 1) i++
    if (i < end && buffer[i] !== CR) {
      this.mendable = true
      return this.refuseLine()
    }
    if (i + 1 >= end) return MORE
    return buffer[i + 1] === LF ? i + 2 : this.refuseLine()
  }

  /** The status is not whole yet: refuse what can never become one. */
  private parsePart(buffer: Buffer, from: number, end: number): number {
    for (let at = from; at < end && at < from + 3; at++) {
      const digit = (buffer[at] as number) - 48
      if (digit < 0 || digit > 9) return this.refuseLine()
    }
    return MORE
  }

  private refuseLine(): number {
    this.reason = 'an invalid status line'
    return REFUSED
  }

  private timeoutSeconds(): number {
    const found = /(?:^|[,;\s])timeout\s*=\s*"?(\d{1,9})/i.exec(this.fields.ofKind(FIELD.keepAlive) as string)
    return found === null ? -1 : Math.min(Number(found[1]), MAX_TIMEOUT)
  }

  private readUpgrade(asked: string): boolean {
    if (asked === '') return this.fail('101 although no upgrade was asked for')
    const { fields, connection } = this
    const protocol = fields.listOfKind(FIELD.upgrade)
    if (protocol === undefined || protocol === '' || !connection.upgrade) return this.fail('101 without Upgrade')
    // RFC 9110 §7.8: only what the client offered may be switched to.
    if (protocol.toLowerCase() !== asked.toLowerCase()) return this.fail('101 for another protocol than asked for')
    this.upgrade = protocol
    return true
  }

  /** Length of the body, RFC 9112 §6.3 in its order. */
  private readFraming(method: string): boolean {
    const { fields, status } = this
    this.framing = FRAMING.none
    this.length = 0
    this.announced = -1
    const length = fields.has(FIELD.contentLength) ? this.singleLength() : -1
    if (length < -1) return this.fail('an invalid Content-Length')
    const encoded = fields.has(FIELD.transferEncoding)
    if (encoded && fields.has(FIELD.contentLength)) return this.fail('both Content-Length and Transfer-Encoding')
    if (encoded && !isChunked(fields)) return this.fail('an invalid Transfer-Encoding')
    // RFC 9112 §6.1: of HTTP/1.0 it may be a mistake, so nothing is read behind this body.
    if (encoded && this.minor === 0) this.keepAlive = false
    if (status < 200 || status === 204) {
      // RFC 9110 §8.6, RFC 9112 §6.1: neither field may be there. If one is, whatever follows is not read as an answer.
      if (encoded || length > 0) this.keepAlive = false
      return status >= 200 || !(encoded || length > 0) || this.fail('an interim answer with a body')
    }
    if (method === 'HEAD' || status === 304) {
      this.announced = length
      return true
    }
    if (encoded) this.framing = FRAMING.chunked
    else if (length >= 0) {
      this.framing = FRAMING.length
      this.length = length
    } else {
      this.framing = FRAMING.untilClose
      this.keepAlive = false
    }
    return true
  }

  /** The announced length, or -2 when it is invalid or several fields differ. */
  private singleLength(): number {
    const { fields } = this
    const first = fields.first[FIELD.contentLength] as number
    const length = contentLength(fields, first)
    if (length < 0) return -2
    if ((fields.repeated & (1 << FIELD.contentLength)) === 0) return length
    for (let index = first + 1; index < fields.count; index++) {
      if (fields.kinds[index] === FIELD.contentLength && contentLength(fields, index) !== length) return -2
    }
    return length
  }

  /** Value of the first field with this lower-case name, or undefined. */
  field(name: string): string | undefined {
    return this.fields.get(name)
  }
}
