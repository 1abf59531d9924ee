/** Grammar of chunk extensions (RFC 9112 §7.1.1), without the whitespace that only lenient parsers take. They are checked and dropped. */
import { CR, FIELD_VALUE, SEMICOLON, SP, TOKEN } from './tables.ts'

/** States; `reset` starts behind the first semicolon. */
const NAME_START = 0
const NAME = 1
const VALUE_START = 2
const VALUE = 3
const QUOTED = 4
const QUOTED_PAIR = 5
const AFTER_QUOTED = 6
/** Spaces between the size and what ends it; some backends write sizes of a fixed width. */
const PADDING = 7

/** 1 for a state in which the extensions may end. */
const ENDS = new Uint8Array(8)
for (const state of [NAME, VALUE, AFTER_QUOTED, PADDING]) ENDS[state] = 1

const QUOTE = 34
const BACKSLASH = 92
const EQUALS = 61
/** Bytes of extensions per chunk: nobody uses them but to make servers work for nothing. */
const MAX_BYTES = 256

/** Checks the extensions of one chunk; reused. */
export class ChunkExtension {
  private state = NAME_START
  private size = 0
  /** The CR that ends the extensions has been seen; it is not consumed. */
  done = false

  /** Makes it ready for the next chunk with extensions; `padded`: what has been read is not a semicolon but a space. */
  reset(padded: boolean): void {
    this.state = padded ? PADDING : NAME_START
    this.size = 1
    this.done = false
  }

  /** Reads up to the CR. Returns the position reached, or -1 when the extensions are refused. */
  consume(buffer: Uint8Array, start: number, end: number): number {
    for (let i = start; i < end; i++) {
      const byte = buffer[i] as number
      if (byte === CR && ENDS[this.state] === 1) {
        this.done = true
        return i
      }
      if (++this.size > MAX_BYTES) return -1
      const next = this.next(byte)
      if (next < 0) return -1
      this.state = next
    }
    return end
  }

  private next(byte: number): number {
    switch (this.state) {
      case NAME_START:
        return TOKEN[byte] === 1 ? NAME : -1
      case NAME:
        if (TOKEN[byte] === 1) return NAME
        return byte === EQUALS ? VALUE_START : byte === SEMICOLON ? NAME_START : -1
      case VALUE_START:
        return byte === QUOTE ? QUOTED : TOKEN[byte] === 1 ? VALUE : -1
      case VALUE:
        return TOKEN[byte] === 1 ? VALUE : byte === SEMICOLON ? NAME_START : -1
      case QUOTED:
        if (byte === QUOTE) return AFTER_QUOTED
        return byte === BACKSLASH ? QUOTED_PAIR : FIELD_VALUE[byte] === 1 ? QUOTED : -1
      case QUOTED_PAIR:
        return FIELD_VALUE[byte] === 1 ? QUOTED : -1
      case PADDING:
        return byte === SP ? PADDING : byte === SEMICOLON ? NAME_START : -1
      default:
        return byte === SEMICOLON ? NAME_START : -1
    }
  }
}
