/**
 * The writing side of a socket: one write for a head and the bytes behind it. All but small pieces are copied into buffers that are used
 * again: a fresh one per piece made the garbage collector the largest cost of big bodies, and a string of 10 KiB is copied three times.
 */
import type { Socket } from 'node:net'
import { latin1 } from './http1/latin1.ts'
import { READ_BYTES, STRING_BYTES } from './shared-buffer.ts'

/** Bytes that may wait in a socket before its writer is held back: more than that and every piece is, so that the bound is one piece more. */
export const OUTLET_BYTES = STRING_BYTES

/** Up to here a piece becomes part of a string: cheaper than a view of a buffer, as long as there is little to copy. */
const SMALL_BYTES = 2048
/** Buffers kept for the next piece, per thread. */
const MAX_SPARE = 64
const spare: Buffer[] = []

export class Outlet {
  private readonly socket: Socket
  /** Buffers that the socket is still writing from. */
  private held: Buffer[] | undefined

  constructor(socket: Socket) {
    this.socket = socket
  }

  /** False: the other side does not keep up, and nothing more is to be written until the socket has drained. */
  write(data: string | Buffer): boolean {
    // A large piece that the kernel took whole leaves nothing to wait for.
    return this.socket.write(data as string, 'latin1') || this.socket.writableLength === 0
  }

  /** Writes bytes that are valid only now, between `before` and `after`. Result as of `write`. */
  writeBytes(before: string, buffer: Buffer, start: number, end: number, after: string): boolean {
    const size = end - start
    if (size <= SMALL_BYTES) return this.write(before + latin1(buffer, start, end) + after)
    const { socket } = this
    const whole = before.length + size + after.length
    const piece =
      whole > READ_BYTES ? Buffer.allocUnsafeSlow(whole) : (spare.pop() ?? Buffer.allocUnsafeSlow(READ_BYTES))
    let at = before === '' ? 0 : piece.write(before, 0, 'latin1')
    at += buffer.copy(piece, at, start, end)
    if (after !== '') at += piece.write(after, at, 'latin1')
    socket.write(at === piece.length ? piece : piece.subarray(0, at))
    if (socket.writableLength > 0) {
      this.held ??= []
      this.held.push(piece)
      return false
    }
    release(piece)
    return true
  }

  /** Everything has been written. */
  drained(): void {
    const { held } = this
    if (held === undefined) return
    this.held = undefined
    for (const piece of held) release(piece)
  }
}

function release(piece: Buffer): void {
  if (spare.length < MAX_SPARE && piece.length === READ_BYTES) spare.push(piece)
}
