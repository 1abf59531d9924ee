/**
 * One request and its response: match → pick → attempt → retry? → report. Knows nothing of protocols: a carrier does the talking.
 * Every number an exchange raises it lowers itself, once, in `releaseLease` or `finish`.
 */
import { type BackendRef, NO_SLOT, type PoolSnapshot, type Snapshot } from '../core/snapshot.ts'
import { counterOf } from './endings.ts'
import type { Carrier, Failure } from './engine.ts'
import { ExchangeFacts } from './exchange-facts.ts'
import type { ExchangeOutcome, ExchangePlane } from './exchange-plane.ts'
import { type OwnAnswer, ownAnswers } from './own-answers.ts'
import { COUNTER } from './scoreboard.ts'
import type { Waiting } from './waiting-room.ts'

const NO_TRIED: readonly BackendRef[] = []
/** Idle connections that may turn out closed in a row before it counts as a failure. */
const MAX_RACES = 2

export class Exchange extends ExchangeFacts implements Waiting {
  private readonly plane: ExchangePlane
  private readonly carrier: Carrier
  private tried: readonly BackendRef[] = NO_TRIED
  private leased = -1
  private tunnelled = false
  private finished = false
  private races = 0
  /** Monotonic milliseconds; 0: not in the queue. */
  private waitsSince = 0

  constructor(plane: ExchangePlane, carrier: Carrier, listener: string) {
    super(listener, plane.clock.now())
    this.plane = plane
    this.carrier = carrier
  }

  /** The request, as the carrier sees it. */
  get request() {
    return this.carrier.request
  }

  /** Finds route and pool in the snapshot of this moment, then tries the first backend. */
  start(): void {
    const snapshot: Snapshot = this.plane.snapshot
    const { request } = this.carrier
    const listener = snapshot.listeners.get(this.listener)
    const route = listener?.routes.match(request.host, request.path)
    this.way = (route ?? listener)?.slot ?? NO_SLOT
    this.plane.board.addWay(this.way, COUNTER.requests)
    if (route === undefined) return this.answer(ownAnswers.noRoute)
    const { otherPath } = request
    if (otherPath !== '' && listener?.routes.match(request.host, otherPath) !== route) request.mergeSlashes()
    this.route = route
    this.pool = snapshot.pools[route.pool]
    if (this.pool === undefined) return this.answer(ownAnswers.noRoute)
    const announced = request.bodyLength === Number.POSITIVE_INFINITY ? this.bytesIn : request.bodyLength
    if (announced > route.maxBody) return this.answer(ownAnswers.bodyTooLarge)
    this.plane.requestStarted(this.pool, this.startedAt)
    this.interest = this.plane.interestIn(request)
    this.tryNext(this.pool)
  }

  /** Largest body this exchange may carry, in bytes: the carrier cuts a chunked body that grows past it. */
  get maxBody(): number {
    return this.route === undefined ? Number.POSITIVE_INFINITY : this.route.maxBody
  }

  /** Waits in the pool's queue. */
  get waiting(): boolean {
    return this.waitsSince > 0
  }

  private tryNext(pool: PoolSnapshot): void {
    const { rooms, clock } = this.plane
    const backend = rooms.isOccupied(pool) ? undefined : this.choose(pool)
    if (backend !== undefined) return this.attempt(backend, pool)
    if (pool.candidates.length === 0) return this.answer(ownAnswers.noBackend)
    if (!rooms.enter(this, pool)) return this.answer(ownAnswers.queueFull)
    this.waitsSince = clock.now()
  }

  private choose(pool: PoolSnapshot): BackendRef | undefined {
    const { plane, tried } = this
    const { request } = this.carrier
    if (this.interest !== undefined || tried.length > 0) this.why = plane.explain(pool, tried, request)
    const backend = plane.choose(pool, tried, request)
    this.chosenBy = plane.chosenBy
    return backend
  }

  /** A place may have become free: the pool is looked at as it is now. */
  proceed(): boolean {
    const pool = this.plane.poolNamed(this.pool?.id ?? '')
    const backend = pool === undefined ? undefined : this.choose(pool)
    if (pool !== undefined && backend === undefined) return false
    this.stopWaiting()
    this.pool = pool ?? this.pool
    if (pool === undefined || backend === undefined) this.answer(ownAnswers.noBackend)
    else this.attempt(backend, pool)
    return true
  }

  expire(): void {
    this.stopWaiting()
    this.answer(ownAnswers.queueTooLong)
  }

  private stopWaiting(): void {
    if (this.waitsSince === 0 || this.pool === undefined) return
    this.queuedMs += this.plane.clock.now() - this.waitsSince
    this.waitsSince = 0
    this.plane.rooms.leave(this, this.pool.slot)
  }

  private attempt(backend: BackendRef, pool: PoolSnapshot): void {
    this.backend = backend
    this.leased = backend.slot
    this.attempts += 1
    this.attemptedAt = this.plane.clock.now()
    this.connectedAt = 0
    this.plane.board.add(backend.slot, COUNTER.requests, 1)
    this.carrier.attempt(this, backend, pool)
  }

  /** A connection is there, fresh or re-used; the request is about to be sent. */
  connected(): void {
    this.connectedAt = this.plane.clock.now()
  }

  /**
   * The head of the final answer has come. True: pass it on. False: it is one of the statuses that are retried and a retry has
   * been started; the carrier throws this answer away.
   */
  responseStarted(status: number): boolean {
    const { backend, pool } = this
    if (backend === undefined || pool === undefined) return true
    const now = this.plane.clock.now()
    const firstByteMs = now - this.attemptedAt
    this.plane.board.answered(backend.slot, status, firstByteMs * 1000)
    this.plane.board.outcome(backend.slot, status >= 500)
    pool.strategy.observe?.(backend.slot, firstByteMs)
    if (pool.retry.on.length > 0 && pool.retry.on.includes(status)) {
      const decision = this.plane.decide(this, pool, undefined, status)
      if (decision.retry) {
        this.carrier.discard()
        this.retry(pool, backend, `status ${status}`, decision.counts)
        return false
      }
      this.notRetried = decision.reason
    } else if (status >= 500) this.notRetried = 'status-not-in-retry-on'
    if (status >= 500) this.plane.board.addWay(this.way, COUNTER.s5xx)
    this.firstByteAt = now
    this.status = status
    return true
  }

  /** The connection has become a tunnel (101): it counts as in flight until it closes. */
  tunnelOpened(): void {
    if (this.leased < 0 || this.tunnelled) return
    this.tunnelled = true
    this.plane.board.tunnelOpened(this.leased)
  }

  /** The present attempt has failed before anything was passed to the client. Tries again or answers. */
  attemptFailed(failure: Failure): void {
    const { backend, pool } = this
    if (backend === undefined || pool === undefined || this.finished) return
    this.blame(backend, failure)
    const decision = this.plane.decide(this, pool, failure, 0)
    if (decision.retry && failure.kind === 'idle-race' && this.races < MAX_RACES) {
      // Nobody's fault: once more to the same backend, under the same lease, on a fresh connection.
      this.races += 1
      const present = this.plane.poolNamed(pool.id)?.backends.find(({ slot }) => slot === backend.slot)
      return this.carrier.attempt(this, present ?? backend, pool)
    }
    if (decision.retry) return this.retry(pool, backend, failure.detail, decision.counts)
    this.notRetried = decision.reason
    if (decision.reason === 'no-other-backend') return this.answer(ownAnswers.noBackend, failure)
    const slow = failure.kind === 'connect-timeout' || failure.kind === 'head-timeout' || failure.kind === 'try-timeout'
    if (slow) return this.answer(ownAnswers.slowBackend, failure)
    // With nobody known to be well, a connection that cannot be made means "nobody is there", not "this one is broken".
    const nobodyThere = pool.openBy !== undefined && failure.stage === 'not-connected'
    this.answer(nobodyThere ? ownAnswers.noBackend : ownAnswers.badBackend, failure)
  }

  /** Counts a failure against the backend and tells the monitors, unless it was an idle race: that is nobody's fault. */
  private blame(backend: BackendRef, failure: Failure): void {
    if (failure.kind === 'idle-race' || failure.side !== 'backend') return
    if (failure.stage === 'not-connected') this.plane.board.add(backend.slot, COUNTER.connectFailures, 1)
    this.plane.board.outcome(backend.slot, true)
    this.plane.liveFailure(backend, failure)
  }

  /** `counts`: the budget pays for it. */
  private retry(pool: PoolSnapshot, backend: BackendRef, outcome: string, counts: boolean): void {
    this.plane.board.add(backend.slot, COUNTER.retries, 1)
    this.noteAttempt(backend, outcome, this.plane.clock.now())
    this.tried = [...this.tried, backend]
    this.releaseLease()
    if (counts) this.plane.retryStarted(pool)
    // As it is by now: a backend may have moved since.
    this.pool = this.plane.poolNamed(pool.id) ?? pool
    this.tryNext(this.pool)
  }

  /** Answers instead of a backend. */
  private answer(own: OwnAnswer, failure?: Failure): void {
    this.status = own.status
    this.ours = true
    this.plane.board.addWay(this.way, own.status >= 500 ? COUNTER.ours : COUNTER.s4xx)
    this.detail = own.detail
    // A retry was allowed, and then there was nobody to take it.
    if (this.attempts > 0) this.notRetried ??= 'no-other-backend'
    if (this.backend !== undefined) {
      this.noteAttempt(this.backend, failure?.detail ?? own.detail, this.plane.clock.now())
      this.plane.board.add(this.backend.slot, COUNTER.ours, 1)
    } else this.countWithoutBackend(own.status)
    this.finish('complete')
    this.carrier.answer(this, own)
  }

  /** A request that reached no backend is counted for its pool, or outside all pools. */
  private countWithoutBackend(status: number): void {
    this.plane.board.refused(this.pool?.slot ?? this.plane.snapshot.slot, status)
  }

  /** The exchange is over. Safe to call again: only the first call counts. */
  finish(outcome: ExchangeOutcome, failure?: Failure): void {
    if (this.finished) return
    this.finished = true
    this.endAs(outcome)
    this.stopWaiting()
    const { backend } = this
    if (backend !== undefined) {
      const counter = counterOf[this.outcome]
      if (counter !== undefined) this.plane.board.add(backend.slot, counter, 1)
      if (failure !== undefined) this.blame(backend, failure)
      if (outcome === 'backend-broke') this.notRetried = 'response-begun'
      this.plane.board.add(backend.slot, COUNTER.bytesIn, this.bytesIn)
      this.plane.board.add(backend.slot, COUNTER.bytesOut, this.bytesOut)
    }
    this.releaseLease()
    this.plane.report(this)
  }

  /** Slot whose lease is held, or -1. */
  get slot(): number {
    return this.leased
  }

  private releaseLease(): void {
    if (this.leased < 0) return
    const slot = this.leased
    this.leased = -1
    if (this.tunnelled) {
      this.tunnelled = false
      this.plane.board.tunnelClosed(slot)
    }
    this.plane.released(slot, this.pool)
  }
}
