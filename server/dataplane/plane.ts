/** The thread's side of every exchange: picks with leases, keeps the retry budget, reports. Holds the one reference to the snapshot. */
import type { WhyRecord } from '../../shared/api/records.ts'
import type { Clock, Random } from '../core/clock.ts'
import { decideRetry, type RetryDecision } from '../core/retry-policy.ts'
import type { RetryWindow } from '../core/retry-window.ts'
import { type BackendRef, NO_SLOT, type PoolSnapshot, type Snapshot } from '../core/snapshot.ts'
import type { ExchangeRequest, Failure } from './engine.ts'
import type { Exchange } from './exchange.ts'
import type { ExchangePlane, RefusedRequest } from './exchange-plane.ts'
import type { Room } from './room.ts'
import type { ScoreboardWriter } from './scoreboard.ts'
import { WaitingRoom } from './waiting-room.ts'
import { CHOSEN, explain } from './why.ts'

export interface PlaneParts {
  readonly clock: Clock
  readonly board: ScoreboardWriter
  /** Requests and retries of the last ten seconds, of all threads. */
  readonly window: RetryWindow
  /** Milliseconds from this thread's clock to one that is the same in all threads. */
  readonly aheadMs: number
  readonly random: Random
  readonly snapshot: Snapshot
  /** Shall an exchange that begins now be logged as a sample? Asked once for each. */
  samples(): boolean
  /** Is this the token of an admin who wants to know why? */
  isDebugToken(token: string): boolean
  onLiveFailure(backend: BackendRef, failure: Failure): void
  onReport(exchange: Exchange): void
  onRefused(request: RefusedRequest): void
  /** Room for connections in this thread. */
  readonly room: Room
}

export class Plane implements ExchangePlane {
  readonly clock: Clock
  readonly board: ScoreboardWriter
  readonly rooms: WaitingRoom
  readonly room: Room
  snapshot: Snapshot
  chosenBy: number = CHOSEN.strategy
  private readonly parts: PlaneParts
  private readonly window: RetryWindow
  private readonly aheadMs: number

  constructor(parts: PlaneParts) {
    this.clock = parts.clock
    this.board = parts.board
    this.rooms = new WaitingRoom(parts.board, parts.clock, parts.random)
    this.room = parts.room
    this.snapshot = parts.snapshot
    this.window = parts.window
    this.aheadMs = parts.aheadMs
    this.parts = parts
  }

  choose(pool: PoolSnapshot, tried: readonly BackendRef[], request: ExchangeRequest): BackendRef | undefined {
    if (pool.sticky !== undefined) {
      const bound = this.boundBackend(pool, tried, request)
      if (bound !== undefined) return bound
    }
    let candidates = pool.candidates
    if (tried.length > 0) candidates = withoutTried(candidates, tried)
    this.chosenBy = candidates.length === 1 ? CHOSEN.only : CHOSEN.strategy
    if (!pool.limited) {
      const index = pool.strategy.pick(candidates, request)
      if (index < 0) return undefined
      const backend = candidates[index] as BackendRef
      this.board.take(backend.slot)
      return backend
    }
    return this.chooseBelowLimit(pool, candidates, request)
  }

  /** The backend that the client's cookie names, with its lease; undefined when it is not there, has failed just now, or is full. */
  private boundBackend(
    pool: PoolSnapshot,
    tried: readonly BackendRef[],
    request: ExchangeRequest,
  ): BackendRef | undefined {
    const value = pool.sticky === undefined ? undefined : request.cookie(pool.sticky.name)
    const bound = value === undefined ? undefined : pool.sticky?.bound.get(value)
    if (bound === undefined || tried.some(({ slot }) => slot === bound.slot)) return undefined
    if (!this.board.takeBelow(bound.slot, bound.maxConnections)) return undefined
    this.chosenBy = CHOSEN.sticky
    return bound
  }

  /** Another thread may take the last place between looking and taking, so a refused lease is drawn again without that backend. */
  private chooseBelowLimit(
    pool: PoolSnapshot,
    from: readonly BackendRef[],
    request: ExchangeRequest,
  ): BackendRef | undefined {
    // The prepared list itself as long as nobody is full: nothing is allocated, and strategies know it again.
    let candidates = this.allHaveRoom(from) ? from : from.filter((backend) => this.hasRoom(backend))
    while (candidates.length > 0) {
      const index = pool.strategy.pick(candidates, request)
      if (index < 0) return undefined
      const backend = candidates[index] as BackendRef
      if (this.board.takeBelow(backend.slot, backend.maxConnections)) return backend
      candidates = candidates.filter((other) => other !== backend)
    }
    return undefined
  }

  private allHaveRoom(candidates: readonly BackendRef[]): boolean {
    for (let index = 0; index < candidates.length; index++)
      if (!this.hasRoom(candidates[index] as BackendRef)) return false
    return true
  }

  private hasRoom(backend: BackendRef): boolean {
    return backend.maxConnections === 0 || this.board.inFlight(backend.slot) < backend.maxConnections
  }

  released(slot: number, pool: PoolSnapshot | undefined): void {
    this.board.release(slot)
    if (pool?.limited && pool.queue.size > 0) this.rooms.placeFree(pool)
  }

  poolNamed(id: string): PoolSnapshot | undefined {
    return this.snapshot.pools.find((pool) => pool.id === id)
  }

  interestIn(request: ExchangeRequest): 'debug' | 'sample' | undefined {
    const { debug } = request
    if (debug !== undefined && this.parts.isDebugToken(debug)) return 'debug'
    return this.parts.samples() ? 'sample' : undefined
  }

  explain(pool: PoolSnapshot, tried: readonly BackendRef[], request: ExchangeRequest): WhyRecord {
    return explain(pool, tried, request, this.board, 'pick')
  }

  requestStarted(pool: PoolSnapshot, nowMs: number): void {
    this.window.countRequest(pool.slot, nowMs + this.aheadMs)
  }

  decide(exchange: Exchange, pool: PoolSnapshot, failure: Failure | undefined, status: number): RetryDecision {
    const { window } = this
    window.look(pool.slot, this.clock.now() + this.aheadMs)
    return decideRetry({
      failure,
      status,
      method: exchange.request.method,
      body: exchange.request.bodyState(),
      attempts: exchange.attempts,
      maxRetries: pool.retry.attempts,
      retryOn: pool.retry.on,
      candidates: (this.poolNamed(pool.id) ?? pool).candidates.length > 0,
      poolRequests: window.requests,
      poolRetries: window.retries,
    })
  }

  retryStarted(pool: PoolSnapshot): void {
    this.window.countRetry(pool.slot, this.clock.now() + this.aheadMs)
  }

  liveFailure(backend: BackendRef, failure: Failure): void {
    this.parts.onLiveFailure(backend, failure)
  }

  refused(request: RefusedRequest): void {
    this.board.refused(this.snapshot.slot, request.status)
    const way = this.snapshot.listeners.get(request.listener)?.slot ?? NO_SLOT
    if (way !== NO_SLOT) this.board.refused(way, request.status)
    this.parts.onRefused(request)
  }

  report(exchange: Exchange): void {
    this.parts.onReport(exchange)
  }
}

/** "Never the same backend while another is a candidate": the tried ones return when nobody else is left. */
function withoutTried(candidates: readonly BackendRef[], tried: readonly BackendRef[]): readonly BackendRef[] {
  const left = candidates.filter((candidate) => !tried.some((other) => other.slot === candidate.slot))
  return left.length > 0 ? left : candidates
}
