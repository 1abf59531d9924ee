/**
 * The writing side of a connection: one write for a head and the bytes behind it. Writes go to the TCP handle, or to a socket's own `_write`;
 * the kernel nearly always takes a piece whole and at once, and what it does not take libuv keeps in order. All but small pieces are
 * copied into buffers that are used again: a fresh one per piece made the garbage collector the largest cost of big bodies, and a string of
 * 10 KiB is copied three times.
 */

import { latin1 } from '../http1/latin1.ts'
import { PENDING, type StreamHandle, type WriteOwner, writeTo } from './handle-io.ts'
import { READ_BYTES, STRING_BYTES } from './shared-buffer.ts'
import type { Wire } from './wire.ts'

/** High-water mark of sockets; only what goes around the outlet would meet it. */
export const OUTLET_BYTES = STRING_BYTES

/** Up to here a piece becomes part of a string: cheaper than a view of a buffer, as long as there is little to copy. */
const SMALL_BYTES = 2048
/**
 * A large piece is written in parts of this many bytes. With one write of 64 KiB the kernel is busy sending within the write, time and
 * again, where two half as large let it gather: 1 MiB answers twice as fast with BBR, which paces what it sends; 16 KiB is a fifth slower again.
 */
const PART_BYTES = 32_768
/** Buffers kept for the next piece, per thread. */
const MAX_SPARE = 64
const spare: Buffer[] = []

/** Who owns an outlet. */
export interface OutletOwner {
  /** Everything has been taken after a write that was not taken at once. */
  drained(): void
  /** A write has failed, and every later one is dropped. Once. */
  unwritable(): void
}

export class Outlet implements WriteOwner {
  /** Pieces that the kernel has not taken whole. */
  unsent = 0
  /** A write has failed: nothing reaches the other side any more. */
  broken = false
  private readonly socket: Wire
  private readonly owner: OutletOwner
  private handle: StreamHandle | undefined
  /** To be ended, or ended and closed, once everything has been taken. */
  private ending: 'no' | 'end' | 'close' = 'no'
  /** Buffers that the socket is still writing from. */
  private held: Buffer[] | undefined

  constructor(socket: Wire, owner: OutletOwner) {
    this.socket = socket
    this.owner = owner
  }

  /** The socket is connected. `handle`: where to write to; without one, the socket's own `_write` serves. */
  open(handle: StreamHandle | undefined): void {
    this.handle = handle
  }

  /** False: the other side does not keep up, and nothing more is to be written until it has drained. */
  write(data: string | Buffer): boolean {
    const { handle } = this
    if (handle === undefined) return this.writeToSocket(data)
    const status = writeTo(handle, data, this)
    if (status === 0) return this.unsent === 0
    if (status === PENDING) {
      this.unsent += 1
      return false
    }
    if (this.socket.destroyed) return false
    this.fail()
    return true
  }

  private writeToSocket(data: string | Buffer): boolean {
    const { socket } = this
    if (socket.destroyed) return false
    this.unsent += 1
    let dispatching = true
    socket._write?.(data, typeof data === 'string' ? 'latin1' : ('buffer' as BufferEncoding), (error) => {
      if (dispatching) this.unsent -= 1
      if (error) this.fail()
      if (!dispatching) this.written(0)
    })
    dispatching = false
    return this.unsent === 0
  }

  written(status: number): void {
    this.unsent -= 1
    const { socket } = this
    if (status < 0 && !socket.destroyed) this.fail()
    if (this.unsent > 0) return
    const { held } = this
    if (held !== undefined) {
      this.held = undefined
      for (const piece of held) release(piece)
    }
    if (socket.destroyed) return
    if (this.ending !== 'no') this.endNow()
    this.owner.drained()
  }

  /** Half-closes behind what has been written. Not before the kernel has it: a connection that is half-closing cannot be reset any more. */
  end(): void {
    if (this.ending === 'no') this.ending = 'end'
    if (this.unsent === 0) this.endNow()
  }

  /** Closes behind what has been written. */
  close(): void {
    this.ending = 'close'
    if (this.unsent === 0) this.endNow()
  }

  private endNow(): void {
    if (this.ending === 'close') this.socket.destroySoon()
    else this.socket.end()
  }

  private fail(): void {
    if (this.broken) return
    this.broken = true
    this.owner.unwritable()
  }

  /** Writes bytes that are valid only now, between `before` and `after`. Result as of `write`. */
  writeBytes(before: string, buffer: Buffer, start: number, end: number, after: string): boolean {
    const size = end - start
    if (size <= SMALL_BYTES) return this.write(before + latin1(buffer, start, end) + after)
    const whole = before.length + size + after.length
    const piece =
      whole > READ_BYTES ? Buffer.allocUnsafeSlow(whole) : (spare.pop() ?? Buffer.allocUnsafeSlow(READ_BYTES))
    let at = before === '' ? 0 : piece.write(before, 0, 'latin1')
    at += buffer.copy(piece, at, start, end)
    if (after !== '') at += piece.write(after, at, 'latin1')
    if (this.writeParts(piece, at)) {
      release(piece)
      return true
    }
    this.held ??= []
    this.held.push(piece)
    return false
  }

  private writeParts(piece: Buffer, length: number): boolean {
    let taken = true
    for (let from = 0; from < length; from += PART_BYTES)
      taken = this.write(piece.subarray(from, Math.min(length, from + PART_BYTES)))
    return taken
  }
}

function release(piece: Buffer): void {
  if (spare.length < MAX_SPARE && piece.length === READ_BYTES) spare.push(piece)
}
