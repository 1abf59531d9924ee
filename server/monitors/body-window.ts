/** The beginning of a body, up to a limit, and whether it contains a text. Grows as needed; never searches the same bytes twice. */
import { BODY_LIMIT, BODY_START } from './probe.ts'

export class BodyWindow {
  private buffer: Buffer = Buffer.alloc(0)
  private filled = 0
  private readonly needle: Buffer
  private found: boolean

  /** `text` is what to look for; absent or empty: nothing. */
  constructor(text?: string) {
    this.needle = Buffer.from(text ?? '')
    this.found = this.needle.length === 0
  }

  /** Adds what fits. */
  add(chunk: Buffer): void {
    const taken = Math.min(chunk.length, BODY_LIMIT - this.filled)
    if (this.filled + taken > this.buffer.length) {
      const size = Math.min(BODY_LIMIT, Math.max(this.filled + taken, this.buffer.length * 2))
      const grown = Buffer.allocUnsafe(size)
      this.buffer.copy(grown, 0, 0, this.filled)
      this.buffer = grown
    }
    chunk.copy(this.buffer, this.filled, 0, taken)
    const from = Math.max(0, this.filled - this.needle.length + 1)
    this.filled += taken
    if (!this.found) this.found = this.buffer.subarray(0, this.filled).indexOf(this.needle, from) >= 0
  }

  /** Nothing more fits. */
  get full(): boolean {
    return this.filled >= BODY_LIMIT
  }

  /** The text was seen, or none was asked for. */
  get contains(): boolean {
    return this.found
  }

  /** The first 200 characters; bytes that are not UTF-8 are replaced. */
  get start(): string {
    // A character takes at most four bytes.
    return this.buffer
      .toString('utf8', 0, Math.min(this.filled, BODY_START * 4))
      .slice(0, BODY_START)
      .toWellFormed()
  }
}
