/** The socket of one client: reading that can be paused, writing that notices when it stalls, and its place in the timer wheel. */
import type { ListenerSnapshot } from '../../core/snapshot.ts'
import { NEWCOMER_MS } from '../room.ts'
import type { Timed } from '../timer-wheel.ts'
import type { Accepted } from '../wire/accept.ts'
import { Outlet, type OutletOwner } from '../wire/outlet.ts'
import type { Wire, WireEnd } from '../wire/wire.ts'
import type { ClientConnection } from './client-connection.ts'
import { Lingering } from './lingering.ts'
import type { NativeThread } from './native-thread.ts'

/** What the connection needs of its listener. */
export interface ConnectionHome {
  readonly thread: NativeThread
  settings: ListenerSnapshot
  closing: boolean
  closed(connection: ClientConnection): void
}

export abstract class ClientSocket implements Timed, WireEnd, OutletOwner {
  deadline = 0
  wheelSlot = -1
  wheelAt = -1
  readonly home: ConnectionHome
  readonly socket: Wire
  readonly address: string
  /** Address that the connection is counted under, where their number is limited; else ''. */
  countedAs = ''
  /** The client does not read: what we wrote last is waiting. */
  protected stalled = false
  /** The client has ended its side. */
  halfClosed = false
  /** Watches over the last moments. */
  protected lingering: Lingering | undefined
  private paused = false
  /** Monotonic milliseconds; 0 once a request of it has been read. */
  protected acceptedAt: number
  readonly outlet: Outlet

  constructor(accepted: Accepted, home: ConnectionHome) {
    this.home = home
    this.acceptedAt = home.thread.clock.now()
    const peer = accepted.address
    this.address = peer.startsWith('::ffff:') ? peer.slice(7) : peer
    this.socket = accepted.open(this)
    this.outlet = new Outlet(this.socket, this)
    this.outlet.open(accepted.handle)
  }

  /** Bytes of the client, valid until this returns. */
  abstract bytes(buffer: Buffer, length: number): void
  /** The client has half-closed. */
  abstract ended(): void
  /** The socket is gone. May be called twice. */
  abstract closed(): void
  /** What was written has been taken. */
  abstract drained(): void
  unwritable(): void {
    this.socket.destroy()
  }

  /** Sets the deadline that the connection is under now. */
  abstract rearm(): void
  abstract onDeadline(): void
  /** Cuts the connection: the client must notice that something is missing. */
  abstract cut(): void

  /** False: the client does not keep up, and nothing more is to be written until it has drained. */
  write(data: string | Buffer): boolean {
    return this.outlet.write(data) || this.stall()
  }

  /** Writes bytes that are valid only now, between `before` and `after`. Result as of `write`. */
  writeBytes(before: string, buffer: Buffer, start: number, end: number, after: string): boolean {
    return this.outlet.writeBytes(before, buffer, start, end, after) || this.stall()
  }

  private stall(): false {
    if (!this.stalled) {
      this.stalled = true
      this.watch(this.home.settings.timeouts.writeMs)
    }
    return false
  }

  /** Sets a deadline `ms` milliseconds from now. */
  protected watch(ms: number): void {
    const { thread } = this.home
    thread.wheel.watch(this, thread.clock.now(), ms)
  }

  /** Stops reading because what was read cannot be passed on yet; the client is not to blame meanwhile. */
  pause(): void {
    if (this.paused) return
    this.paused = true
    this.socket.pause()
    this.rearm()
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    this.socket.resume()
    this.rearm()
  }

  /** Half-closes behind what has been written, and goes on listening for a while. */
  protected endBehindWritten(): void {
    if (this.halfClosed && this.outlet.unsent === 0) return this.outlet.close()
    this.outlet.end()
    this.resume()
    this.lingering = new Lingering(this)
  }

  /** Its first request is on the way, most likely. */
  protected isNewcomer(now: number): boolean {
    return this.acceptedAt > 0 && now - this.acceptedAt < NEWCOMER_MS
  }

  get isPaused(): boolean {
    return this.paused
  }
}
