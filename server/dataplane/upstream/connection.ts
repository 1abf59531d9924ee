/** One connection to a backend: connects, carries one exchange after another, and knows when it must not be used again. */
import type { BackendRef } from '../../core/snapshot.ts'
import { BodyDecoder } from '../http1/body.ts'
import type { HeadBuffer } from '../http1/head-buffer.ts'
import type { Timed, TimerWheel } from '../timer-wheel.ts'
import { type DialEnd, dial } from '../wire/dial.ts'
import type { StreamHandle } from '../wire/handle-io.ts'
import { Outlet, type OutletOwner } from '../wire/outlet.ts'
import type { Wire } from '../wire/wire.ts'
import type { Dialling } from './dialling.ts'
import type { BackendPool } from './pool.ts'

/** Who a connection works for at the moment. */
export interface ConnectionOwner {
  /** Bytes of the backend, valid until this returns. */
  backendBytes(connection: BackendConnection, buffer: Buffer, length: number): void
  /** The backend has closed its side; `broken`: the connection failed. Called once. */
  backendClosed(connection: BackendConnection, broken: boolean): void
  /** After the backend had closed its side, the connection is gone altogether. */
  backendGone(connection: BackendConnection): void
  /** What was written has drained: more may come. */
  backendDrained(connection: BackendConnection): void
  backendDeadline(connection: BackendConnection): void
}

export class BackendConnection implements Timed, DialEnd, OutletOwner {
  deadline = 0
  wheelSlot = -1
  wheelAt = -1
  readonly pool: BackendPool
  /** Where it leads. */
  readonly ip: string
  readonly port: number
  readonly socket: Wire
  /** Where to write to. */
  readonly outlet: Outlet
  owner: ConnectionOwner | undefined
  /** Keep-alive that the backend asked for, in milliseconds; Infinity when it said nothing. */
  hintMs = Number.POSITIVE_INFINITY
  /** A request has signed in on it: it is for that client alone. */
  signedIn = false
  /** Unfinished head bytes; made only when a head comes in pieces. */
  partial: HeadBuffer | undefined
  readonly body = new BodyDecoder()
  private open = false
  /** The backend has closed its side: no further request goes here. */
  private over = false
  private readonly dialling: Dialling
  private readonly wheel: TimerWheel

  constructor(
    pool: BackendPool,
    dialling: Dialling,
    { port }: BackendRef,
    ip: string,
    wheel: TimerWheel,
    now: number,
    connectMs: number,
  ) {
    this.pool = pool
    this.dialling = dialling
    this.wheel = wheel
    this.ip = ip
    this.port = port
    this.socket = dial(ip, port, this)
    this.outlet = new Outlet(this.socket, this)
    wheel.watch(this, now, connectMs)
  }

  connected(handle: StreamHandle | undefined): void {
    // Given up at its deadline.
    if (this.over) return
    this.open = true
    this.outlet.open(handle)
    this.wheel.drop(this)
    this.dialling.connected(this)
  }

  failed(error: NodeJS.ErrnoException): void {
    if (this.over) return
    this.over = true
    this.wheel.drop(this)
    this.socket.destroy()
    this.dialling.failed(this, error)
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

  /** A backend may answer before it has read everything, and close: what it said can still be read, and reading says how it ended. */
  unwritable(): void {
    if (this.over) this.socket.destroy()
  }

  ended(): void {
    this.finish(false)
  }

  closed(): void {
    if (!this.open) return this.failed(new Error('closed'))
    if (!this.over) return this.finish(true)
    this.wheel.drop(this)
    this.owner?.backendGone(this)
  }

  private finish(broken: boolean): void {
    if (this.over) return
    this.over = true
    const { owner } = this
    if (owner === undefined) this.pool.forget(this)
    else owner.backendClosed(this, broken)
    // A tunnel's owner may still have bytes to send the other way.
    if (owner !== undefined && !broken) return
    this.wheel.drop(this)
    this.socket.destroy()
  }

  onDeadline(): void {
    if (!this.open) this.failed(Object.assign(new Error('connect timeout'), { code: 'ETIMEDOUT' }))
    else if (this.owner === undefined) this.destroy()
    else this.owner.backendDeadline(this)
  }

  /** Closes at once; the owner is not told. */
  destroy(): void {
    this.owner = undefined
    if (!this.over) {
      this.over = true
      this.pool.forget(this)
    }
    this.wheel.drop(this)
    this.socket.destroy()
  }

  get usable(): boolean {
    return !this.over && !this.outlet.broken
  }
}
