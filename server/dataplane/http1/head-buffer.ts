/** Keeps the bytes of an unfinished head when the read buffer they came in is about to be used again. */
import { LF } from './tables.ts'

const SMALLEST = 1024
/** A larger buffer is given back after use, so that an idle connection keeps none. */
const KEEP = 4096
const NOTHING = Buffer.alloc(0)

/** Bytes of one connection that no parser has taken yet. Make one only when a head does not arrive in one read. */
export class HeadBuffer {
  /** The kept bytes are `bytes[0, length)`. */
  bytes: Buffer = NOTHING
  length = 0

  /**
   * Copies `buffer[start, end)`. True when parsing again is worth it: a line has ended, or `headBytes` are exceeded. A head that trickles
   * in byte by byte is therefore parsed once per line, not once per byte.
   */
  append(buffer: Buffer, start: number, end: number, headBytes: number): boolean {
    const size = this.length + end - start
    if (size > this.bytes.length) this.grow(size)
    buffer.copy(this.bytes, this.length, start, end)
    this.length = size
    if (size > headBytes) return true
    for (let at = start; at < end; at++) if (buffer[at] === LF) return true
    return false
  }

  private grow(size: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(SMALLEST, size, Math.min(this.bytes.length * 2, size * 2)))
    this.bytes.copy(grown, 0, 0, this.length)
    this.bytes = grown
  }

  /** Drops the first `count` bytes, those that have been parsed. */
  consume(count: number): void {
    if (count >= this.length) return this.clear()
    this.bytes.copyWithin(0, count, this.length)
    this.length -= count
  }

  /** Forgets everything. */
  clear(): void {
    this.length = 0
    if (this.bytes.length > KEEP) this.bytes = NOTHING
  }
}
