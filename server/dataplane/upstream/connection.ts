/** One connection to a backend: connects, carries one exchange after another, and knows when it must not be used again. */
import net, { type Socket } from 'node:net'
import type { BackendRef } from '../../core/snapshot.ts'
import { type ByteSink, handleOf, readInto } from '../handle-io.ts'
import { BodyDecoder } from '../http1/body.ts'
import type { HeadBuffer } from '../http1/head-buffer.ts'
import { OUTLET_BYTES, Outlet, type OutletOwner } from '../outlet.ts'
import { sharedBuffer } from '../shared-buffer.ts'
import type { Timed, TimerWheel } from '../timer-wheel.ts'
import type { BackendPool } from './pool.ts'

/** Who a connection works for at the moment. */
export interface ConnectionOwner {
  /** Bytes of the backend, valid until this returns. */
  backendBytes(connection: BackendConnection, buffer: Buffer, length: number): void
  /** The backend has closed its side; `error` when it broke. Called once. */
  backendClosed(connection: BackendConnection, error: Error | undefined): void
  /** After the backend had closed its side, the connection is gone altogether. */
  backendGone(connection: BackendConnection): void
  /** What was written has drained: more may come. */
  backendDrained(connection: BackendConnection): void
  backendDeadline(connection: BackendConnection): void
}

export class BackendConnection implements Timed, ByteSink, OutletOwner {
  deadline = 0
  wheelSlot = -1
  wheelAt = -1
  readonly pool: BackendPool
  readonly socket: Socket
  /** Where to write to. */
  readonly outlet: Outlet
  owner: ConnectionOwner | undefined
  /** Has carried an exchange before the present one. */
  used = false
  connected = false
  /** Keep-alive that the backend asked for, in milliseconds; Infinity when it said nothing. */
  hintMs = Number.POSITIVE_INFINITY
  /** Monotonic milliseconds. */
  idleSince = 0
  /** Unfinished head bytes; made only when a head comes in pieces. */
  partial: HeadBuffer | undefined
  readonly body = new BodyDecoder()
  /** The backend has closed its side: no further request goes here. */
  private closed = false
  private readonly wheel: TimerWheel

  constructor(pool: BackendPool, backend: BackendRef, wheel: TimerWheel, now: number, connectMs: number) {
    this.pool = pool
    this.wheel = wheel
    const options = {
      host: backend.host,
      port: backend.port,
      noDelay: true,
      allowHalfOpen: true,
      highWaterMark: OUTLET_BYTES,
      onread: {
        buffer: sharedBuffer,
        callback: (length: number) => {
          this.bytes(sharedBuffer, length)
          return true
        },
      },
    }
    this.socket = net.connect(options)
    this.outlet = new Outlet(this.socket, this)
    wheel.watch(this, now, connectMs)
    this.socket.on('connect', () => {
      this.connected = true
      const handle = handleOf(this.socket)
      if (handle !== undefined) readInto(handle, this)
      this.outlet.open(handle)
      wheel.drop(this)
      pool.connectionReady(this)
    })
    this.socket.on('error', (error) => this.gone(error))
    this.socket.on('end', () => this.ended(undefined))
    this.socket.on('close', () => this.gone(undefined))
  }

  bytes(buffer: Buffer, length: number): void {
    const { owner } = this
    // Bytes nobody asked for: what follows on this connection cannot be trusted (RFC 9112 §9.2).
    if (owner === undefined) this.destroy()
    else owner.backendBytes(this, buffer, length)
  }

  drained(): void {
    this.owner?.backendDrained(this)
  }

  private ended(error: Error | undefined): void {
    if (this.closed) return
    this.closed = true
    const { owner } = this
    if (!this.connected) this.pool.connectFailed(this, error)
    else if (owner === undefined) this.pool.forget(this)
    else owner.backendClosed(this, error)
    // A tunnel's owner may still have bytes to send the other way.
    if (owner === undefined || error !== undefined) {
      this.wheel.drop(this)
      this.socket.destroy()
    }
  }

  private gone(error: Error | undefined): void {
    if (this.closed) {
      this.wheel.drop(this)
      this.owner?.backendGone(this)
    } else this.ended(error)
  }

  onDeadline(): void {
    if (!this.connected) this.ended(Object.assign(new Error('connect timeout'), { code: 'ETIMEDOUT' }))
    else if (this.owner === undefined) this.destroy()
    else this.owner.backendDeadline(this)
  }

  /** Closes at once; the owner is not told. */
  destroy(): void {
    this.owner = undefined
    if (!this.closed) {
      this.closed = true
      this.pool.forget(this)
    }
    this.wheel.drop(this)
    this.socket.destroy()
  }

  get usable(): boolean {
    return !this.closed && !this.outlet.broken
  }
}
