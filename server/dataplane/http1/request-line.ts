/** The request line: method, target and version as offsets, byte by byte (RFC 9112 §3). */
import { CR, LF, QUESTION, SP, TARGET, TOKEN } from './tables.ts'

/** Returned instead of a position, see `FieldBlock`. */
const MORE = -1
const REFUSED = -2
/** Longer than any registered method. */
const MAX_METHOD = 32
/** RFC 9112 §2.2: a server should ignore at least one empty line before the request line. */
const MAX_BLANK_LINES = 2
const HTTP = Buffer.from('HTTP/')

/** Methods that exist once as a string, so that comparing them later is comparing pointers. */
const METHODS = ['GET', 'POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS', 'PATCH', 'CONNECT', 'TRACE', 'QUERY']
const METHOD_BYTES = METHODS.map((name) => Buffer.from(name))

/** A request line; reused. Offsets are positions in the buffer given to `parse`. */
export class RequestLine {
  start = 0
  methodEnd = 0
  targetStart = 0
  targetEnd = 0
  /** Position of the first `?`, or `targetEnd`. */
  queryStart = 0
  /** Minor version: 0 or 1. */
  minor = 1
  status = 0
  reason = ''

  /** Reads one request line. Returns the position after it, `MORE` (-1) or `REFUSED` (-2). */
  parse(buffer: Uint8Array, from: number, end: number, targetBytes: number): number {
    let i = this.skipBlankLines(buffer, from, end)
    if (i < 0) return i
    this.start = i
    while (i < end && TOKEN[buffer[i] as number] === 1) i++
    if (i - this.start > MAX_METHOD) return this.refuse(501, 'an unknown method')
    if (i >= end) return MORE
    if (buffer[i] !== SP || i === this.start) return this.refuse(400, 'a method that is not a token')
    this.methodEnd = i
    i = this.parseTarget(buffer, i + 1, end, targetBytes)
    return i < 0 ? i : this.parseVersion(buffer, i, end)
  }

  private skipBlankLines(buffer: Uint8Array, from: number, end: number): number {
    let i = from
    while (i < end && buffer[i] === CR) {
      if (i + 1 >= end) return MORE
      if (buffer[i + 1] !== LF) return this.refuse(400, 'a CR without LF')
      i += 2
      if (i - from > MAX_BLANK_LINES * 2) return this.refuse(400, 'empty lines before the request')
    }
    return i < end ? i : MORE
  }

  private parseTarget(buffer: Uint8Array, from: number, end: number, targetBytes: number): number {
    // One byte over the limit is looked at, so that a target of exactly `targetBytes` passes.
    const limit = from + targetBytes + 1
    const stop = Math.min(end, limit)
    let i = from
    while (i < stop && TARGET[buffer[i] as number] === 1 && buffer[i] !== QUESTION) i++
    this.queryStart = i
    while (i < stop && TARGET[buffer[i] as number] === 1) i++
    if (i === limit) return this.refuse(414, 'a request target that is too long')
    if (i >= end) return MORE
    // RFC 9112 §3: exactly one space on either side; whitespace and raw bytes inside the target are refused.
    if (buffer[i] !== SP || i === from) return this.refuse(400, 'an invalid request target')
    this.targetStart = from
    this.targetEnd = i
    return i + 1
  }

  /** `HTTP/1.1 CR LF`, eight bytes of version and the line's end. */
  private parseVersion(buffer: Uint8Array, from: number, end: number): number {
    const have = end - from
    for (let at = 0; at < 5; at++) {
      if (at >= have) return MORE
      if (buffer[from + at] !== HTTP[at]) return this.refuse(400, 'an invalid request line')
    }
    if (have > 5 && !isDigit(buffer[from + 5] as number)) return this.refuse(400, 'an invalid HTTP version')
    if (have > 6 && buffer[from + 6] !== 46) return this.refuse(400, 'an invalid HTTP version')
    if (have > 7 && !isDigit(buffer[from + 7] as number)) return this.refuse(400, 'an invalid HTTP version')
    if (have > 8 && buffer[from + 8] !== CR) return this.refuse(400, 'an invalid request line')
    if (have > 9 && buffer[from + 9] !== LF) return this.refuse(400, 'a CR without LF')
    if (have < 10) return MORE
    const minor = (buffer[from + 7] as number) - 48
    if (buffer[from + 5] !== 49 || minor > 1) return this.refuse(505, 'an HTTP version other than 1.0 and 1.1')
    this.minor = minor
    return from + 10
  }

  /** The method, one and the same string for the common ones. `text` is the line, from `start`. */
  method(buffer: Uint8Array, text: string): string {
    const length = this.methodEnd - this.start
    const first = buffer[this.start]
    for (let index = 0; index < METHOD_BYTES.length; index++) {
      const bytes = METHOD_BYTES[index] as Buffer
      if (bytes.length !== length || bytes[0] !== first) continue
      let at = 1
      while (at < length && buffer[this.start + at] === bytes[at]) at++
      if (at === length) return METHODS[index] as string
    }
    return text.substring(0, length)
  }

  private refuse(status: number, reason: string): number {
    this.status = status
    this.reason = reason
    return REFUSED
  }
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57
}

/** Nothing but whole empty lines. */
export function isBlank(buffer: Uint8Array, start: number, end: number): boolean {
  let at = start
  while (at + 1 < end && buffer[at] === CR && buffer[at + 1] === LF) at += 2
  return at === end
}
