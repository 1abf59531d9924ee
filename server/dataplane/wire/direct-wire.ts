/**
 * A connection without `net.Socket`: half-close and close straight on the TCP handle, as reads and writes are. A `net.Socket` is a
 * dozen objects and takes longer to make than an exchange; with a thousand clients arriving together everybody waits for it.
 */
import { readInto, type StreamHandle, type StreamWatcher, shutDown } from './handle-io.ts'
import { sharedBuffer } from './shared-buffer.ts'
import type { Wire, WireEnd } from './wire.ts'

/** What is used of a TCP handle. */
export interface TcpHandle extends StreamHandle {
  useUserBuffer(buffer: Buffer): void
  readStart(): number
  readStop(): number
  setNoDelay(on: boolean): number
  getpeername(out: { address?: string }): number
  close(then?: () => void): void
  reset(then: () => void): number
}

export class DirectWire implements Wire, StreamWatcher {
  destroyed = false
  readonly handle: TcpHandle
  private readonly owner: WireEnd
  private reading = false
  /** The other side has half-closed. */
  private readEnded = false
  /** We have half-closed, perhaps behind bytes that are still to be sent. */
  private ending = false
  /** Our half-close has been sent. */
  private ended = false
  private destroyWhenEnded = false

  constructor(handle: TcpHandle, owner: WireEnd) {
    this.handle = handle
    this.owner = owner
  }

  /** The handle is connected: begins to read it. Bytes come from the next turn of the event loop on. Once. */
  open(): this {
    const { handle, owner } = this
    // biome-ignore lint/correctness/useHookAtTopLevel: a method of the handle, not a hook of React.
    handle.useUserBuffer(sharedBuffer)
    handle.setNoDelay(true)
    readInto(handle, owner, this)
    this.resume()
    return this
  }

  pause(): void {
    if (this.destroyed || !this.reading) return
    this.reading = false
    this.handle.readStop()
  }

  resume(): void {
    // Starting twice is an error to libuv.
    if (this.destroyed || this.readEnded || this.reading) return
    this.reading = true
    if (this.handle.readStart() < 0) this.destroy()
  }

  end(): void {
    if (this.ending || this.destroyed) return
    this.ending = true
    // Refused at once when the other side has reset the connection: reading says so next.
    if (shutDown(this.handle, this) !== 0) this.shutDone()
  }

  destroySoon(): void {
    this.destroyWhenEnded = true
    this.end()
    if (this.ended) this.destroy()
  }

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.handle.close(() => this.owner.closed())
  }

  resetAndDestroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    const then = () => this.owner.closed()
    // While a half-close is under way it cannot be reset, and a handle that has refused to be reset cannot be closed any more.
    if (this.ending && !this.ended) this.handle.close(then)
    else this.handle.reset(then)
  }

  readOver(broken: boolean): void {
    if (this.destroyed) return
    this.readEnded = true
    if (broken) {
      this.owner.closed()
      return this.destroy()
    }
    this.owner.ended()
    if (this.ended) this.destroy()
  }

  shutDone(): void {
    this.ended = true
    if (this.readEnded || this.destroyWhenEnded) this.destroy()
  }
}
