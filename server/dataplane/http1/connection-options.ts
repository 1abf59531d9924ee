/** What the Connection fields of a head say: does the connection live on, and which fields are for this hop only (RFC 9110 §7.6.1). */
import type { FieldBlock } from './field-block.ts'
import { FIELD } from './known-fields.ts'
import { COMMA, HT, SP } from './tables.ts'

/** Framing, Host and our own options cannot be removed by naming them. */
const NOT_REMOVABLE = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'close',
  'keep-alive',
  'upgrade',
  'connection',
])

/** Connection options of one message; reused. */
export class ConnectionOptions {
  close = false
  keepAlive = false
  upgrade = false
  /** Lower-case names of further fields that end at this hop; undefined, as nearly always, for none. */
  names: Set<string> | undefined = undefined

  /** Reads all Connection fields of `fields`. */
  read(fields: FieldBlock): void {
    this.close = false
    this.keepAlive = false
    this.upgrade = false
    this.names = undefined
    if (!fields.has(FIELD.connection)) return
    for (let index = fields.first[FIELD.connection] as number; index < fields.count; index++) {
      if (fields.kinds[index] !== FIELD.connection) continue
      this.readList(fields.text, fields.at[index * 4 + 2] as number, fields.at[index * 4 + 3] as number)
    }
  }

  private readList(text: string, start: number, end: number): void {
    let from = start
    while (from < end) {
      let to = from
      while (to < end && text.charCodeAt(to) !== COMMA) to++
      const next = to + 1
      while (from < to && isSpace(text.charCodeAt(from))) from++
      while (to > from && isSpace(text.charCodeAt(to - 1))) to--
      if (to > from) this.readOption(text.substring(from, to))
      from = next
    }
  }

  private readOption(spelled: string): void {
    if (spelled === 'keep-alive') {
      this.keepAlive = true
      return
    }
    const option = spelled.toLowerCase()
    if (option === 'close') this.close = true
    else if (option === 'keep-alive') this.keepAlive = true
    else if (option === 'upgrade') this.upgrade = true
    else if (!NOT_REMOVABLE.has(option)) {
      this.names ??= new Set()
      this.names.add(option)
    }
  }

  /** Was field `index` named as one of this hop only? */
  removes(fields: FieldBlock, index: number): boolean {
    return this.names?.has(fields.name(index).toLowerCase()) === true
  }
}

function isSpace(byte: number): boolean {
  return byte === SP || byte === HT
}
