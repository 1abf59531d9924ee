/** A connected socket as the engine sees it: a `net.Socket`, or a handle of our own around which `net` was left out. */

/** Who gets what comes in on a wire. */
export interface WireEnd {
  /** The bytes of one read, valid until this returns. */
  bytes(buffer: Buffer, length: number): void
  /** The other side has half-closed. */
  ended(): void
  /** It is gone. May be called twice. */
  closed(): void
}

export interface Wire {
  /** `destroy` has been called, or the connection broke. */
  readonly destroyed: boolean
  pause(): unknown
  resume(): unknown
  /** Half-closes; nothing may be waiting to be sent any more. */
  end(): unknown
  /** Closes at once. */
  destroy(error?: Error): unknown
  /** Half-closes, and closes when that has been sent. */
  destroySoon(): unknown
  /** Closes at once with a reset, where that is possible. */
  resetAndDestroy(): unknown
  /** Of a `net.Socket`: hands a piece to the system, around its own queue. */
  _write?(data: string | Buffer, encoding: BufferEncoding, callback: (error?: Error | null) => void): void
}
