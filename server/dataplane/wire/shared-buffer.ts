/**
 * The one read buffer of a thread. Every socket reads into it, so a read allocates nothing and the bytes are in the cache when they are
 * looked at; they are valid only until the read callback returns.
 */

import { latin1 } from '../http1/latin1.ts'

/** Size of the buffer in bytes: the most one read can bring. */
export const READ_BYTES = 65_536

export const sharedBuffer = Buffer.allocUnsafeSlow(READ_BYTES)

/** Up to this many bytes are passed on as one latin1 string, which is tried at once and copied only when the socket is full. */
export const STRING_BYTES = 16_384

/** Bytes that outlive the read: a string for few, a copy for many. Both may be given to `socket.write` with 'latin1'. */
export function keep(buffer: Buffer, start: number, end: number): string | Buffer {
  if (end - start <= STRING_BYTES) return latin1(buffer, start, end)
  const copy = Buffer.allocUnsafeSlow(end - start)
  buffer.copy(copy, 0, start, end)
  return copy
}
