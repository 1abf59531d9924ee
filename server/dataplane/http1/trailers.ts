/** Incremental check of a trailer section: same strictness as a head, bounded, and without fields that must not come late. */
import { FIELD, identify, LONGEST_KNOWN_NAME } from './known-fields.ts'
import { COLON, CR, FIELD_VALUE, LF, TOKEN } from './tables.ts'

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
  private state = LINE
  private size = 0
  private count = 0
  private nameLength = 0
  /** Names are gathered here because one may be split between two reads. */
  private readonly name = new Uint8Array(LONGEST_KNOWN_NAME)

  /** Makes it ready for the next body. */
  reset(): void {
    this.done = false
    this.reason = ''
    this.state = LINE
    this.size = 0
    this.count = 0
    this.nameLength = 0
  }

  /** Reads on. Returns the position after what was read, or -1 when the section is refused. Stops behind the empty line. */
  consume(buffer: Uint8Array, start: number, end: number): number {
    let i = start
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
        this.state = LINE
      }
    }
    return i
  }

  private readName(byte: number): boolean {
    if (TOKEN[byte] === 1) {
      if (this.nameLength < LONGEST_KNOWN_NAME) this.name[this.nameLength] = byte
      this.nameLength++
      this.state = NAME
      return true
    }
    if (byte !== COLON || this.nameLength === 0) return this.refuse('an invalid trailer') > 0
    // RFC 9110 §6.5.1: a late field must not change framing, routing or who the client is.
    if (identify(this.name, 0, this.nameLength) !== FIELD.other) return this.refuse('a trailer that is not allowed') > 0
    if (++this.count > MAX_FIELDS) return this.refuse('too many trailers') > 0
    this.nameLength = 0
    this.state = VALUE
    return true
  }

  private refuse(reason: string): number {
    this.reason = reason
    return -1
  }
}
