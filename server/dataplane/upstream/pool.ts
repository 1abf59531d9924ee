/**
 * Connections of one thread to one backend: idle ones as a stack, newest first; a bounded number of connects in progress; requests
 * beyond that wait for whichever comes first, an idle connection or a new one.
 */
import type { Clock } from '../../core/clock.ts'
import type { BackendRef } from '../../core/snapshot.ts'
import type { Failure } from '../engine.ts'
import type { Timed, TimerWheel } from '../timer-wheel.ts'
import type { BackendConnection } from './connection.ts'
import { Dialling } from './dialling.ts'

/** Connects in progress at once per thread and backend; a crowd beyond it would overflow the backend's accept queue and stall. */
const MAX_CONNECTING = 64

/** A request that waits for a connection. */
export interface Waiter {
  /** Monotonic milliseconds; set by the pool. */
  waitsSince: number
  connectionReady(connection: BackendConnection, reused: boolean): void
  connectFailed(failure: Failure): void
}

export interface PoolParts {
  readonly wheel: TimerWheel
  readonly clock: Clock
  /** The machine has no descriptor or port left for a connection. */
  onShort(): void
}

export class BackendPool implements Timed {
  deadline = 0
  wheelSlot = -1
  wheelAt = -1
  private backend: BackendRef
  private readonly parts: PoolParts
  private readonly idle: BackendConnection[] = []
  private waiting: Waiter[] = []
  private connecting = 0
  private connectMs = 0
  /** The IP address that answered last; '' before the first. */
  answered = ''
  private closed = false
  private serving = false

  constructor(backend: BackendRef, parts: PoolParts) {
    this.backend = backend
    this.parts = parts
  }

  /** Idle connections, those being made, and requests that wait. */
  counts(): { idle: number; connecting: number; waiting: number } {
    return { idle: this.idle.length, connecting: this.connecting, waiting: this.waiting.length }
  }

  /** Gives the waiter a connection, at once when one is idle. `backend` carries the address as it is in the present snapshot. */
  acquire(waiter: Waiter, backend: BackendRef, connectMs: number): void {
    if (backend !== this.backend) this.moveTo(backend)
    // No dial waits for a name server.
    if (backend.at.addresses.length === 0) return waiter.connectFailed(unresolved(backend))
    // Nobody passes those who wait already.
    const connection = this.waiting.length === 0 ? this.takeIdle() : undefined
    if (connection !== undefined) return waiter.connectionReady(connection, true)
    this.connectMs = connectMs
    waiter.waitsSince = this.parts.clock.now()
    this.waiting.push(waiter)
    if (this.waiting.length === 1) this.parts.wheel.watch(this, waiter.waitsSince, connectMs)
    this.connectForWaiting()
  }

  /** Nobody who waits depends on one request after another giving its connection back, as long as connects are allowed. */
  private connectForWaiting(): void {
    if (this.connecting < MAX_CONNECTING && this.waiting.length > this.connecting) this.connect()
  }

  /** It leads to where the backend is no longer. */
  private stale(connection: BackendConnection): boolean {
    const { at, port } = this.backend
    return connection.port !== port || !at.addresses.includes(connection.ip)
  }

  /** As the backend is in a later snapshot. Where its address has changed, connections to the old one are of no use. */
  private moveTo(backend: BackendRef): void {
    const { at, port } = this.backend
    this.backend = backend
    if (at === backend.at && port === backend.port) return
    for (const connection of this.idle.filter((one) => this.stale(one))) {
      this.forget(connection)
      connection.destroy()
    }
  }

  private connect(): void {
    const { backend, parts, connectMs } = this
    if (backend.at.addresses.length === 0) return this.waiting.shift()?.connectFailed(unresolved(backend))
    this.connecting += 1
    new Dialling(this, backend, parts.wheel, parts.clock, connectMs)
  }

  /** A waiter gave up. */
  abandon(waiter: Waiter): void {
    const index = this.waiting.indexOf(waiter)
    if (index >= 0) this.waiting.splice(index, 1)
  }

  /** A connection has been made. */
  connectionReady(connection: BackendConnection): void {
    this.connecting -= 1
    this.answered = connection.ip
    const waiter = this.stale(connection) ? undefined : this.waiting.shift()
    if (waiter !== undefined) waiter.connectionReady(connection, false)
    else if (this.closed || this.stale(connection)) connection.destroy()
    // Made for somebody who has found another since: kept like one that has served, for a short while.
    else this.rest(connection, 1000)
    this.connectForWaiting()
  }

  /**
   * Those who wait get what has become idle, but never from within the read that ended an exchange: when that read was full, what else has
   * come is read next, and must find that it is for nobody. Taken for the next one's answer it would be another client's (RFC 9112 §9.2).
   */
  private serveSoon(): void {
    if (this.serving || this.waiting.length === 0) return
    this.serving = true
    setImmediate(() => {
      this.serving = false
      while (this.waiting.length > 0) {
        const connection = this.takeIdle()
        if (connection === undefined) return
        this.waiting.shift()?.connectionReady(connection, true)
      }
    })
  }

  private takeIdle(): BackendConnection | undefined {
    for (;;) {
      const connection = this.idle.pop()
      if (connection === undefined) return undefined
      if (!connection.usable) continue
      this.parts.wheel.clear(connection)
      return connection
    }
  }

  private rest(connection: BackendConnection, keepAliveMs: number): void {
    connection.owner = undefined
    // Whoever had it may have held it back.
    connection.socket.resume()
    const now = this.parts.clock.now()
    this.idle.push(connection)
    this.parts.wheel.watch(connection, now, Math.max(1, keepAliveMs))
  }

  /** A connection could not be made. */
  connectFailed(error: NodeJS.ErrnoException): void {
    this.connecting -= 1
    const failure = connectFailure(this.backend.address, error)
    if (failure.side === 'us') this.parts.onShort()
    // Each failed connect answers one waiter; the next one gets a connect of its own, so nobody waits for a dead backend for nothing.
    // Those whose time is up are answered by their own deadline: somebody who came later may still have patience.
    const waiter = failure.kind === 'connect-timeout' ? undefined : this.waiting.shift()
    this.connectForWaiting()
    waiter?.connectFailed(failure)
  }

  /** Who has waited as long as a connect may take is told so; there may be more who wait than connects that are allowed. */
  onDeadline(): void {
    const now = this.parts.clock.now()
    const first = this.waiting.findIndex((waiter) => waiter.waitsSince + this.connectMs > now)
    const late = this.waiting.splice(0, first < 0 ? this.waiting.length : first)
    const next = this.waiting[0]
    if (next !== undefined) this.parts.wheel.watch(this, now, next.waitsSince + this.connectMs - now)
    if (late.length === 0) return
    const failure = connectFailure(this.backend.address, Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }))
    for (const waiter of late) waiter.connectFailed(failure)
  }

  /** Takes a connection back after a clean exchange. `keepAliveMs` is the pool's; the backend's own hint may be shorter. */
  release(connection: BackendConnection, keepAliveMs: number): void {
    connection.owner = undefined
    // One second less than the backend says, so that it is we who close first.
    const limit = Math.min(keepAliveMs, connection.hintMs - 1000)
    if (!connection.usable || limit <= 0 || this.closed || this.stale(connection)) connection.destroy()
    else {
      this.rest(connection, limit)
      this.serveSoon()
    }
  }

  /** The connection is gone. */
  forget(connection: BackendConnection): void {
    const index = this.idle.indexOf(connection)
    if (index >= 0) this.idle.splice(index, 1)
  }

  /** Keeps no connection any more; those in use end with their exchange. */
  close(): void {
    this.closed = true
    this.parts.wheel.drop(this)
    this.closeIdle()
  }

  /** Closes what is idle: after one of them turned out to be stale, or when the backend leaves. */
  closeIdle(): void {
    for (const connection of this.idle.splice(0)) connection.destroy()
  }
}

function unresolved({ address, at }: BackendRef): Failure {
  const detail = `no address to connect to for ${address}: ${at.problem}`
  return { kind: 'unresolved', side: 'backend', stage: 'not-connected', detail }
}

function connectFailure(address: string, error: NodeJS.ErrnoException): Failure {
  const code = error.code ?? ''
  const base = { side: 'backend', stage: 'not-connected' } as const
  if (code === 'ECONNREFUSED') return { ...base, kind: 'refused', detail: `connection refused by ${address}` }
  if (code === 'ETIMEDOUT') return { ...base, kind: 'connect-timeout', detail: `no connection to ${address} in time` }
  if (code === 'EMFILE' || code === 'ENFILE' || code === 'EADDRNOTAVAIL') {
    return {
      ...base,
      side: 'us',
      kind: 'unreachable',
      detail: `cannot connect to ${address}: ${code}, this machine is out of descriptors or ports`,
    }
  }
  return {
    ...base,
    kind: 'unreachable',
    detail: `cannot connect to ${address}: ${code || error.message}`,
  }
}
