/**
 * Incremental check of a trailer section: same strictness as a head, and bounded. Fields that must not come late are left out: those that
 * mean something to a proxy, and those that say how the message is to be read, which whoever is behind us has done by then (RFC 9110
 * §6.5.1). What may be passed on is gathered, since a field is known only when its name has come whole.
 */
import { FIELD, identify, LONGEST_KNOWN_NAME } from './known-fields.ts'
import { latin1 } from './latin1.ts'
import { COLON, CR, FIELD_VALUE, LF, TOKEN } from './tables.ts'

/** Further names that are allowed in a head only; `known-fields.ts` has the others. */
const HEAD_ONLY = new Set([
  ...[
    'accept',
    'accept-charset',
    'accept-encoding',
    'accept-language',
    'if-match',
    'if-modified-since',
    'if-none-match',
  ],
  ...['if-range', 'if-unmodified-since', 'origin', 'pragma', 'referer', 'user-agent'],
  ...['age', 'allow', 'content-disposition', 'content-language', 'content-location', 'expires', 'last-modified'],
  ...['location', 'proxy-authentication-info', 'retry-after', 'strict-transport-security', 'vary', 'via', 'warning'],
])
const FRAMING_KINDS = (1 << FIELD.contentLength) | (1 << FIELD.transferEncoding)
const MAX_BYTES = 65_536
const MAX_FIELDS = 100

const LINE = 0
const NAME = 1
const VALUE = 2
const VALUE_LF = 3
const LAST_LF = 4

/** Checks the trailers of one chunked body; reused. */
export class Trailers {
  done = false
  reason = ''
  /** Whole lines of the fields to pass on, so far. */
  text = ''
  /** The line that is being read, as far as earlier reads have brought it. */
  private line = ''
  private keeps = true
  private lenient = false
  private removed: ReadonlySet<string> | undefined
  private state = LINE
  private size = 0
  private count = 0
  private nameLength = 0
  /** Names are gathered here because one may be split between two reads. */
  private readonly name = Buffer.alloc(Math.max(64, LONGEST_KNOWN_NAME))

  /**
   * Makes it ready for the next body. `lenient`: framing is left out instead of refused. `removed`: lower-case
   * names of fields that end at this hop (RFC 9110 §7.6.1).
   */
  reset(lenient: boolean, removed: ReadonlySet<string> | undefined): void {
    this.lenient = lenient
    this.removed = removed
    this.text = ''
    this.line = ''
    this.done = false
    this.reason = ''
    this.state = LINE
    this.size = 0
    this.count = 0
    this.nameLength = 0
  }

  /** Reads on. Returns the position after what was read, or -1 when the section is refused. Stops behind the empty line. */
  consume(buffer: Buffer, start: number, end: number): number {
    let i = start
    let from = start
    while (i < end && !this.done) {
      const byte = buffer[i] as number
      i++
      if (++this.size > MAX_BYTES) return this.refuse('trailers that are too large')
      if (this.state === VALUE) {
        if (FIELD_VALUE[byte] === 1) continue
        if (byte !== CR) return this.refuse('an invalid trailer')
        this.state = VALUE_LF
      } else if (this.state === LINE && byte === CR) this.state = LAST_LF
      else if (this.state === LINE || this.state === NAME) {
        if (!this.readName(byte)) return -1
      } else {
        if (byte !== LF) return this.refuse('an invalid trailer')
        if (this.state === LAST_LF) this.done = true
        else {
          if (this.keeps) this.text += this.line + latin1(buffer, from, i)
          this.line = ''
          from = i
        }
        this.state = LINE
      }
    }
    if (!this.done && i > from) this.line += latin1(buffer, from, i)
    return i
  }

  private readName(byte: number): boolean {
    if (TOKEN[byte] === 1) {
      if (this.nameLength < this.name.length) this.name[this.nameLength] = byte
      this.nameLength++
      this.state = NAME
      return true
    }
    if (byte !== COLON || this.nameLength === 0) return this.refuse('an invalid trailer') > 0
    const kind = identify(this.name, 0, this.nameLength)
    // Nobody sends it there but to have the message read in another way.
    if ((FRAMING_KINDS & (1 << kind)) !== 0 && !this.lenient) return this.refuse('framing in its trailers') > 0
    this.keeps = kind === FIELD.other && !this.isLeftOut()
    if (++this.count > MAX_FIELDS) return this.refuse('too many trailers') > 0
    this.nameLength = 0
    this.state = VALUE
    return true
  }

  private isLeftOut(): boolean {
    // A name too long to be told is taken for one of those that Connection names.
    if (this.nameLength > this.name.length) return this.removed !== undefined
    const name = latin1(this.name, 0, this.nameLength).toLowerCase()
    return HEAD_ONLY.has(name) || this.removed?.has(name) === true
  }

  private refuse(reason: string): number {
    this.reason = reason
    return -1
  }
}
