/**
 * One connection being made to a backend that may have several addresses: they are tried in turn, the next one as soon as the last has
 * failed or has not answered for a moment; the first that answers wins (RFC 8305 §5).
 */
import type { Clock } from '../../core/clock.ts'
import type { BackendRef } from '../../core/snapshot.ts'
import type { Timed, TimerWheel } from '../timer-wheel.ts'
import { BackendConnection } from './connection.ts'
import type { BackendPool } from './pool.ts'

/** How long an address may be silent until the next one is tried beside it, in milliseconds (RFC 8305 §5: 250). */
const STAGGER_MS = 250

export class Dialling implements Timed {
  deadline = 0
  wheelSlot = -1
  wheelAt = -1
  private readonly pool: BackendPool
  private readonly backend: BackendRef
  private readonly wheel: TimerWheel
  private readonly clock: Clock
  /** When all has to be over, on the monotonic clock. */
  private readonly until: number
  /** Place of the address that is tried first. */
  private readonly first: number
  private tried = 0
  private readonly open: BackendConnection[] = []
  private error: NodeJS.ErrnoException | undefined

  constructor(pool: BackendPool, backend: BackendRef, wheel: TimerWheel, clock: Clock, connectMs: number) {
    this.pool = pool
    this.backend = backend
    this.wheel = wheel
    this.clock = clock
    this.until = clock.now() + connectMs
    // The one that answered last is the best guess: a dead one before it would cost every connection its time.
    this.first = Math.max(0, backend.at.addresses.indexOf(pool.answered))
    this.next()
  }

  private next(): void {
    const { backend, wheel, tried } = this
    const { addresses } = backend.at
    const ip = addresses[(this.first + tried) % addresses.length] as string
    const now = this.clock.now()
    this.tried += 1
    this.open.push(new BackendConnection(this.pool, this, backend, ip, wheel, now, Math.max(1, this.until - now)))
    if (this.tried < addresses.length) wheel.watch(this, now, STAGGER_MS)
  }

  onDeadline(): void {
    if (this.tried < this.backend.at.addresses.length) this.next()
  }

  connected(connection: BackendConnection): void {
    this.wheel.drop(this)
    for (const other of this.open) if (other !== connection) other.destroy()
    this.pool.connectionReady(connection)
  }

  failed(connection: BackendConnection, error: NodeJS.ErrnoException): void {
    const { open } = this
    open.splice(open.indexOf(connection), 1)
    // The first is about the preferred address; others may be of a family that this machine does not speak.
    this.error ??= error
    if (this.tried < this.backend.at.addresses.length && this.clock.now() < this.until) return this.next()
    if (open.length > 0) return
    this.wheel.drop(this)
    this.pool.connectFailed(error.code === 'ETIMEDOUT' ? error : this.error)
  }
}
