/** The field section of one head: validated byte by byte, kept as offsets into one string until somebody asks for a value. */
import { FIELD, identify, kindOf } from './known-fields.ts'
import { COLON, CR, FIELD_VALUE, HT, LF, NAME_FOLD, SP, TOKEN } from './tables.ts'

/** Returned instead of a position: the head is not complete yet. */
export const MORE = -1
/** Returned instead of a position: the head is refused; `status` and `reason` say why. */
export const REFUSED = -2

/** Room for the fields of nearly every request; an idle connection keeps it, so it is not sized for the limit. */
const FIELDS_AT_FIRST = 24

/** Fields of a head. Reused for every message of a connection; `text` and offsets are valid until the next `parse`. */
export class FieldBlock {
  /** The whole head as latin1, start line first; set by the owner once the head is complete. */
  text = ''
  count = 0
  /** Four per field: start and end of the name, start and end of the value without surrounding whitespace. */
  at: Int32Array
  /** Kind of each field, see `FIELD`. */
  kinds: Uint8Array
  /** Bit per kind that occurs. */
  seen = 0
  /** Bit per kind that occurs more than once. */
  repeated = 0
  /** First field of each kind; only meaningful where `seen` has the bit. */
  readonly first = new Int32Array(32)
  /** Offset of the empty line that ends the section. */
  end = 0
  /** Status and reason of a refusal. */
  status = 0
  reason = ''
  /** The refused byte is one that is mended in a backend's head. */
  mendable = false

  constructor() {
    this.at = new Int32Array(FIELDS_AT_FIRST * 4)
    this.kinds = new Uint8Array(FIELDS_AT_FIRST)
  }

  /**
   * Reads fields from `from` to the empty line. Offsets are kept relative to `origin`.
   * Returns the position after the empty line, `MORE` or `REFUSED`.
   */
  parse(buffer: Uint8Array, from: number, end: number, origin: number, maxFields: number): number {
    this.count = 0
    this.seen = 0
    this.repeated = 0
    let at = this.at
    let i = from
    for (;;) {
      const nameStart = i
      while (i < end && TOKEN[buffer[i] as number] === 1) i++
      if (i >= end) return MORE
      const nameEnd = i
      if (buffer[i] !== COLON || nameEnd === nameStart) {
        if (nameEnd !== nameStart || buffer[i] !== CR) return this.refuseName(buffer, nameStart, i)
        if (i + 1 >= end) return MORE
        if (buffer[i + 1] !== LF) return this.refuse(400, 'a CR without LF')
        this.end = i - origin
        return i + 2
      }
      i++
      while (i < end && (buffer[i] === SP || buffer[i] === HT)) i++
      const valueStart = i
      while (i < end && FIELD_VALUE[buffer[i] as number] === 1) i++
      if (i + 1 >= end) {
        // Refuse a bad byte now; a CR at the very end may still be followed by its LF.
        return i < end && buffer[i] !== CR ? this.refuseValue(buffer[i] as number) : MORE
      }
      if (buffer[i] !== CR || buffer[i + 1] !== LF) return this.refuseValue(buffer[i] as number)
      let valueEnd = i
      while (valueEnd > valueStart && (buffer[valueEnd - 1] === SP || buffer[valueEnd - 1] === HT)) valueEnd--
      i += 2
      if (this.count === maxFields) return this.refuse(431, 'too many header fields')
      if (this.count === this.kinds.length) at = this.grow()
      const slot = this.count * 4
      at[slot] = nameStart - origin
      at[slot + 1] = nameEnd - origin
      at[slot + 2] = valueStart - origin
      at[slot + 3] = valueEnd - origin
      this.note(identify(buffer, nameStart, nameEnd - nameStart))
    }
  }

  private note(kind: number): void {
    const index = this.count++
    this.kinds[index] = kind
    if (kind === FIELD.other) return
    const bit = 1 << kind
    if ((this.seen & bit) !== 0) this.repeated |= bit
    else this.first[kind] = index
    this.seen |= bit
  }

  private grow(): Int32Array {
    const { at, kinds } = this
    this.at = new Int32Array(at.length * 2)
    this.at.set(at)
    this.kinds = new Uint8Array(kinds.length * 2)
    this.kinds.set(kinds)
    return this.at
  }

  /** Notes why the message is refused. */
  refuse(status: number, reason: string): number {
    this.status = status
    this.reason = reason
    this.mendable = false
    return REFUSED
  }

  private refuseName(buffer: Uint8Array, start: number, at: number): number {
    const byte = buffer[at] as number
    // RFC 9112 §5.2: folding is obsolete, and the classic way to hide a field from one of two parsers.
    if (at === start && (byte === SP || byte === HT)) return this.refuse(400, 'a folded header field')
    if (byte === COLON) return this.refuse(400, 'an empty header field name')
    // RFC 9112 §5.1: no whitespace between name and colon.
    if (byte === SP || byte === HT) return this.refuseMendable('whitespace before the colon of a header field')
    if (byte === LF)
      return at === start ? this.refuseMendable('an LF without CR') : this.refuse(400, 'an LF without CR')
    return this.refuse(400, 'a header field name that is not a token')
  }

  private refuseValue(byte: number): number {
    if (byte === LF) return this.refuseMendable('an LF without CR')
    if (byte === CR) return this.refuse(400, 'a CR without LF')
    const reason = 'a control character in a header field'
    return byte === 0 ? this.refuse(400, reason) : this.refuseMendable(reason)
  }

  private refuseMendable(reason: string): number {
    this.refuse(400, reason)
    this.mendable = true
    return REFUSED
  }

  /** Is there a field of this kind? */
  has(kind: number): boolean {
    return (this.seen & (1 << kind)) !== 0
  }

  /** Name of field `index` as sent. */
  name(index: number): string {
    return this.text.substring(this.at[index * 4] as number, this.at[index * 4 + 1] as number)
  }

  /** Value of field `index`, without surrounding whitespace. */
  value(index: number): string {
    return this.text.substring(this.at[index * 4 + 2] as number, this.at[index * 4 + 3] as number)
  }

  /** Value of the first field of this kind, or undefined. */
  ofKind(kind: number): string | undefined {
    return this.has(kind) ? this.value(this.first[kind] as number) : undefined
  }

  /** Values of all fields of this kind as one list, or undefined (RFC 9110 §5.3). */
  listOfKind(kind: number): string | undefined {
    if (!this.has(kind)) return undefined
    let out = this.value(this.first[kind] as number)
    if ((this.repeated & (1 << kind)) === 0) return out
    for (let index = (this.first[kind] as number) + 1; index < this.count; index++) {
      if (this.kinds[index] === kind) out += `, ${this.value(index)}`
    }
    return out
  }

  /** Index of the first field with this lower-case name at or after `from`, or -1. */
  find(name: string, from = 0): number {
    const known = kindOf(name)
    if (known !== FIELD.other && !this.has(known)) return -1
    for (let index = from; index < this.count; index++) {
      if (this.named(index, name)) return index
    }
    return -1
  }

  /** Value of the first field with this lower-case name, or undefined. */
  get(name: string): string | undefined {
    const index = this.find(name)
    return index < 0 ? undefined : this.value(index)
  }

  /** Values of all fields with this lower-case name as one list, or undefined. */
  listOf(name: string, separator: string): string | undefined {
    let at = this.find(name)
    if (at < 0) return undefined
    let out = this.value(at)
    for (at = this.find(name, at + 1); at >= 0; at = this.find(name, at + 1)) out += separator + this.value(at)
    return out
  }

  /** Does field `index` have this lower-case name? */
  named(index: number, name: string): boolean {
    const start = this.at[index * 4] as number
    const length = name.length
    if ((this.at[index * 4 + 1] as number) - start !== length) return false
    const text = this.text
    for (let offset = 0; offset < length; offset++) {
      const byte = text.charCodeAt(start + offset)
      const wanted = name.charCodeAt(offset)
      if (byte !== wanted && (byte === 95 || NAME_FOLD[byte] !== wanted)) return false
    }
    return true
  }
}
