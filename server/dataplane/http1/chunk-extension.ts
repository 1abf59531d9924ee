/** Grammar of chunk extensions, with the whitespace that it allows around `;` and `=` (RFC 9112 §7.1.1). They are checked and dropped. */
import { BACKSLASH, CR, FIELD_VALUE, HT, SEMICOLON, SP, TOKEN } from './tables.ts'

/** What stands behind the size: a semicolon, whitespace, or what some backends write sizes of a fixed width with. */
export const BEGINS_WITH = { semicolon: 0, whitespace: 1, padding: 2 } as const

const NAME_START = 0
const NAME = 1
const VALUE_START = 2
const VALUE = 3
const QUOTED = 4
const QUOTED_PAIR = 5
const AFTER_QUOTED = 6
/** Spaces between the size and what ends it. */
const PADDING = 7
/** Whitespace that only an equals sign or a semicolon may follow, and whitespace that only a semicolon may follow. */
const BEHIND_NAME = 8
const BEHIND_VALUE = 9

const START = [NAME_START, BEHIND_VALUE, PADDING] as const

/** 1 for a state in which the extensions may end. */
const ENDS = new Uint8Array(10)
for (const state of [NAME, VALUE, AFTER_QUOTED, PADDING]) ENDS[state] = 1

const QUOTE = 34
const EQUALS = 61
/** Bytes of extensions per chunk: nobody uses them but to make servers work for nothing. */
const MAX_BYTES = 256

/** Checks the extensions of one chunk; reused. */
export class ChunkExtension {
  private state = NAME_START
  private size = 0
  /** The CR that ends the extensions has been seen; it is not consumed. */
  done = false

  /** Makes it ready for the next chunk with extensions; one of `BEGINS_WITH`: what has been read already. */
  reset(begins: 0 | 1 | 2): void {
    this.state = START[begins]
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
        return TOKEN[byte] === 1 ? NAME : isSpace(byte) ? NAME_START : -1
      case NAME:
        return TOKEN[byte] === 1 ? NAME : behindName(byte)
      case BEHIND_NAME:
        return behindName(byte)
      case VALUE_START:
        return byte === QUOTE ? QUOTED : TOKEN[byte] === 1 ? VALUE : isSpace(byte) ? VALUE_START : -1
      case VALUE:
        return TOKEN[byte] === 1 ? VALUE : behindValue(byte)
      case QUOTED:
        if (byte === QUOTE) return AFTER_QUOTED
        return byte === BACKSLASH ? QUOTED_PAIR : FIELD_VALUE[byte] === 1 ? QUOTED : -1
      case QUOTED_PAIR:
        return FIELD_VALUE[byte] === 1 ? QUOTED : -1
      case PADDING:
        return byte === SP ? PADDING : behindValue(byte)
      default:
        return behindValue(byte)
    }
  }
}

function isSpace(byte: number): boolean {
  return byte === SP || byte === HT
}

function behindName(byte: number): number {
  return byte === EQUALS ? VALUE_START : byte === SEMICOLON ? NAME_START : isSpace(byte) ? BEHIND_NAME : -1
}

function behindValue(byte: number): number {
  return byte === SEMICOLON ? NAME_START : isSpace(byte) ? BEHIND_VALUE : -1
}
