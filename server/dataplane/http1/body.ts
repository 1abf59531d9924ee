/**
 * Incremental body decoder for all framings. It reports ranges of the caller's own buffer and allocates nothing: either the payload, or
 * the chunked stream as it is on the wire, checked and without extensions, ready to be passed on.
 */
import { BEGINS_WITH, ChunkExtension } from './chunk-extension.ts'
import { FRAMING, type Framing } from './framing.ts'
import { CR, HEX, HT, LF, SEMICOLON, SP } from './tables.ts'
import { Trailers } from './trailers.ts'

/** State of a body: more to come, complete, or refused. */
export const BODY = { more: 0, done: 1, refused: 2 } as const

/** What ends a chunked body without trailers. */
export const LAST_CHUNK = '0\r\n\r\n'

/** Line that goes before a chunk of `size` bytes; CR LF goes behind it. */
export function chunkLine(size: number): string {
  return `${size.toString(16)}\r\n`
}

const SIZE_START = 0
const SIZE = 1
const EXTENSION = 2
const SIZE_CR = 3
const SIZE_LF = 4
const DATA = 5
const DATA_CR = 6
const DATA_LF = 7
const TRAILERS = 8

/** Sixteen hexadecimal digits hold more than 2^53: a longer size is padding. */
const MAX_SIZE_DIGITS = 16

/** Decoder of one body after another; one per direction of a connection. */
export class BodyDecoder {
  state: number = BODY.done
  /** What to pass on of the last `consume`: `buffer[outStart, outEnd)`. */
  outStart = 0
  outEnd = 0
  /** Goes behind that range: the trailers as they are passed on, and the empty line. Only when `raw`, only at the end of a body, else ''. */
  tail = ''
  /** Payload bytes seen so far, without framing. */
  received = 0
  /** Why the body was refused: 400 (to be read as "broken" when it is a backend's) or 413. */
  status = 0
  reason = ''
  private framing: Framing = FRAMING.none
  private raw = false
  private limit = Number.POSITIVE_INFINITY
  private lenient = false
  private removed: ReadonlySet<string> | undefined
  /** No byte of the trailer section has been read yet. */
  private trailersUnread = true
  /** Bytes left of the body or of the present chunk. */
  private left = 0
  private digits = 0
  private step = SIZE_START
  private readonly extension = new ChunkExtension()
  private readonly trailers = new Trailers()

  /**
   * Starts a body. `length` counts only for `FRAMING.length`. `raw`: report a chunked body with its framing instead of its payload.
   * `limit`: largest payload in bytes, then refused with 413. `removed`: names of trailers that end here. `lenient`: as of a backend, whose
   * chunk sizes may be padded with spaces, and in whose trailers framing is left out instead of refused.
   */
  reset(
    framing: Framing,
    length: number,
    raw: boolean,
    limit: number,
    removed: ReadonlySet<string> | undefined,
    lenient: boolean,
  ): void {
    this.removed = removed
    this.lenient = lenient
    this.tail = ''
    this.framing = framing
    this.raw = raw
    this.limit = limit
    this.left = framing === FRAMING.length ? length : 0
    this.received = 0
    this.step = SIZE_START
    this.outStart = 0
    this.outEnd = 0
    this.state = framing === FRAMING.none || (framing === FRAMING.length && length === 0) ? BODY.done : BODY.more
    if (framing === FRAMING.length && length > limit) this.refuse(413, 'a body that is too large')
  }

  /**
   * Reads from `start`, at most to `end`, and returns how many bytes were taken. Call it while `state` is `more` and bytes are left;
   * after each call pass on `[outStart, outEnd)`, which may be empty. Bytes behind the body are not taken. When refused, nothing of this
   * call is to be passed on and the stream must be cut on both sides.
   */
  consume(buffer: Buffer, start: number, end: number): number {
    this.outStart = start
    this.outEnd = start
    this.tail = ''
    if (this.state !== BODY.more) return 0
    if (this.framing === FRAMING.chunked) return this.chunked(buffer, start, end)
    let taken = end - start
    if (this.framing === FRAMING.length) {
      if (taken >= this.left) {
        taken = this.left
        this.state = BODY.done
      }
      this.left -= taken
    } else if (this.received + taken > this.limit) return this.refuse(413, 'a body that is too large')
    this.received += taken
    this.outEnd = start + taken
    return taken
  }

  /** The sender has closed. True when that ends the body properly: it was complete, or its end is the close (RFC 9112 §6.3, §8). */
  close(): boolean {
    if (this.state === BODY.more && this.framing === FRAMING.untilClose) this.state = BODY.done
    return this.state === BODY.done
  }

  private refuse(status: number, reason: string): number {
    this.state = BODY.refused
    this.status = status
    this.reason = reason
    this.outEnd = this.outStart
    return 0
  }

  /** RFC 9112 §7.1. Stops where the reported range ends: at an extension, and when payload is wanted behind each piece of it. */
  private chunked(buffer: Buffer, start: number, end: number): number {
    let i = start
    while (i < end) {
      const step = this.step
      if (step === DATA) {
        const taken = Math.min(end - i, this.left)
        this.left -= taken
        this.received += taken
        if (this.left === 0) this.step = DATA_CR
        if (!this.raw) this.outStart = i
        i += taken
        if (!this.raw) return this.report(start, i)
        continue
      }
      if (step === TRAILERS) return this.readTrailers(buffer, start, i, end)
      if (step === EXTENSION) {
        const at = this.extension.consume(buffer, i, end)
        if (at < 0) return this.refuse(400, 'an invalid chunk extension')
        if (this.extension.done) this.step = SIZE_CR
        this.outStart = at
        return this.report(start, at)
      }
      const byte = buffer[i] as number
      if (step <= SIZE) {
        if (!this.readSize(byte)) return this.refuse(this.status, this.reason)
        if (this.step === EXTENSION) {
          if (!this.raw) this.outStart = i
          this.outEnd = i
          return i + 1 - start
        }
      } else if (!this.readLineEnd(step, byte)) return this.refuse(400, 'a chunk without CR LF')
      i++
    }
    if (!this.raw) this.outStart = i
    return this.report(start, i)
  }

  private report(start: number, at: number): number {
    this.outEnd = at
    return at - start
  }

  private readTrailers(buffer: Buffer, start: number, from: number, end: number): number {
    const { trailers } = this
    const at = trailers.consume(buffer, from, end)
    if (at < 0) return this.refuse(400, trailers.reason)
    // As nearly always: nothing but the empty line, in one piece, can be passed on where it lies.
    const plain = trailers.done && this.trailersUnread && at - from === 2
    this.trailersUnread = false
    if (trailers.done) this.state = BODY.done
    if (!this.raw) this.outStart = at
    if (this.raw && !plain) {
      this.outEnd = from
      if (trailers.done) this.tail = `${trailers.text}\r\n`
      return at - start
    }
    return this.report(start, at)
  }

  /** One byte of a chunk's size or the byte behind it; false when it is refused. */
  private readSize(byte: number): boolean {
    const digit = HEX[byte] as number
    if (digit !== 0) {
      if (this.step === SIZE_START) {
        this.left = 0
        this.digits = 0
        this.step = SIZE
      }
      this.left = this.left * 16 + (digit - 1)
      return ++this.digits <= MAX_SIZE_DIGITS || this.fail(400, 'an invalid chunk size')
    }
    if (this.step === SIZE_START || (byte !== CR && byte !== SEMICOLON && byte !== SP && byte !== HT))
      return this.fail(400, 'an invalid chunk size')
    if (this.left > Number.MAX_SAFE_INTEGER) return this.fail(400, 'a chunk size that is too large')
    if (this.received + this.left > this.limit) return this.fail(413, 'a body that is too large')
    this.step = byte === CR ? SIZE_LF : EXTENSION
    if (byte === SEMICOLON) this.extension.reset(BEGINS_WITH.semicolon)
    else if (byte !== CR)
      this.extension.reset(this.lenient && byte === SP ? BEGINS_WITH.padding : BEGINS_WITH.whitespace)
    return true
  }

  private fail(status: number, reason: string): boolean {
    this.status = status
    this.reason = reason
    return false
  }

  private readLineEnd(step: number, byte: number): boolean {
    if (step === SIZE_CR || step === DATA_CR) {
      this.step = step + 1
      return byte === CR
    }
    if (step === DATA_LF) this.step = SIZE_START
    else if (this.left > 0) this.step = DATA
    else {
      this.step = TRAILERS
      this.trailersUnread = true
      this.trailers.reset(this.lenient, this.removed)
    }
    return byte === LF
  }
}
