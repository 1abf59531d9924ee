/**
 * A backend's head put into the strict form, for servers that write what every proxy takes: lines ended by LF alone (RFC 9112 §2.2),
 * whitespace before a colon (§5.1: removed), control characters in a value (RFC 9110 §5.5: replaced by a space). Nothing else is touched,
 * so whatever else is wrong with the head is refused as before. Used only for heads that the strict parser has refused.
 */
import { COLON, CR, HT, LF, SP } from './tables.ts'

export interface MendedHead {
  readonly bytes: Buffer
  /** Where the body begins in the buffer that was mended. */
  readonly end: number
}

/** Position of the LF that ends the empty line behind the fields, or -1 while the head is not whole. */
function lastLineFeed(buffer: Buffer, start: number, end: number): number {
  for (let from = start; ; ) {
    const at = buffer.indexOf(LF, from)
    if (at < 0 || at >= end) return -1
    if (at === from || (at === from + 1 && buffer[from] === CR)) return at
    from = at + 1
  }
}

const isBlank = (byte: number | undefined) => byte === SP || byte === HT
/** NUL and CR are never taken: they end a value for some readers. */
const isReplaced = (byte: number) => (byte < SP && byte !== HT && byte !== CR && byte !== 0) || byte === 0x7f

/** The head that begins at `start`, mended; undefined while it is not whole. */
export function mendHead(buffer: Buffer, start: number, end: number): MendedHead | undefined {
  const last = lastLineFeed(buffer, start, end)
  if (last < 0) return undefined
  // Every line may need a CR, and a line has a byte at least.
  const bytes = Buffer.allocUnsafe((last + 1 - start) * 2)
  let length = 0
  for (let lineStart = start; lineStart <= last; ) {
    const lineFeed = buffer.indexOf(LF, lineStart)
    const lineEnd = lineFeed > lineStart && buffer[lineFeed - 1] === CR ? lineFeed - 1 : lineFeed
    const colon = lineStart === start ? -1 : buffer.indexOf(COLON, lineStart)
    let at = lineStart
    if (colon > lineStart && colon < lineEnd && !isBlank(buffer[lineStart])) {
      let nameEnd = colon
      while (isBlank(buffer[nameEnd - 1])) nameEnd--
      length += buffer.copy(bytes, length, lineStart, nameEnd)
      at = colon
    }
    for (; at < lineEnd; at++) bytes[length++] = isReplaced(buffer[at] as number) ? SP : (buffer[at] as number)
    bytes[length++] = CR
    bytes[length++] = LF
    lineStart = lineFeed + 1
  }
  return { bytes: bytes.subarray(0, length), end: last + 1 }
}
