/**
 * One request and its response: match → pick → attempt → retry? → report. Knows nothing of protocols: a carrier does the talking.
 * Every number an exchange raises it lowers itself, once, in `releaseLease` or `finish`.
 */
import type { BackendRef, PoolSnapshot, RouteSnapshot, Snapshot } from '../core/snapshot.ts'
import type { Carrier, Failure } from './engine.ts'
import type { AttemptLog, ExchangeOutcome, ExchangePlane } from './exchange-plane.ts'
import { type OwnAnswer, ownAnswers } from './own-answers.ts'
import { COUNTER } from './scoreboard.ts'

const NO_TRIED: readonly BackendRef[] = []
/** Idle connections that may turn out closed in a row before it counts as a failure. */
const MAX_RACES = 2

export class Exchange {
  readonly listener: string
  /** Monotonic milliseconds. */
  readonly startedAt: number
  route: RouteSnapshot | undefined
  pool: PoolSnapshot | undefined
  backend: BackendRef | undefined
  /** Status that went to the client; 0 until then. */
  status = 0
  /** The answer was made by us. */
  ours = false
  connectedAt = 0
  firstByteAt = 0
  bytesIn = 0
  bytesOut = 0
  outcome: ExchangeOutcome = 'complete'
  attempts = 0
  /** Tries before the present one; filled on retries only. */
  log: AttemptLog[] | undefined
  private readonly plane: ExchangePlane
  private readonly carrier: Carrier
  private tried: readonly BackendRef[] = NO_TRIED
  private attemptedAt = 0
  private leased = -1
  private tunnelled = false
  private retrying = false
  private finished = false
  private races = 0

  constructor(plane: ExchangePlane, carrier: Carrier, listener: string) {
    this.plane = plane
    this.carrier = carrier
    this.listener = listener
    this.startedAt = plane.clock.now()
  }

  /** The request, as the carrier sees it. */
  get request() {
    return this.carrier.request
  }

  /** Finds route and pool in the snapshot of this moment, then tries the first backend. */
  start(): void {
    const snapshot: Snapshot = this.plane.snapshot
    const { request } = this.carrier
    const route = snapshot.listeners.get(this.listener)?.routes.match(request.host, request.path)
    if (route === undefined) return this.answer(ownAnswers.noRoute)
    this.route = route
    this.pool = snapshot.pools[route.pool]
    if (this.pool === undefined) return this.answer(ownAnswers.noRoute)
    if (request.bodyLength !== Number.POSITIVE_INFINITY && request.bodyLength > route.maxBody)
      return this.answer(ownAnswers.bodyTooLarge)
    this.tryNext(this.pool)
  }

  /** Largest body this exchange may carry, in bytes: the carrier cuts a chunked body that grows past it. */
  get maxBody(): number {
    return this.route === undefined ? Number.POSITIVE_INFINITY : this.route.maxBody
  }

  private tryNext(pool: PoolSnapshot): void {
    const backend = this.plane.choose(pool, this.tried, this.carrier.request)
    if (backend === undefined) return this.answer(this.plane.isFull(pool) ? ownAnswers.queueFull : ownAnswers.noBackend)
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
    if (pool.retry.on.length > 0 && this.plane.retriesStatus(this, pool, status)) {
      this.carrier.discard()
      this.retry(pool, backend, `status ${status}`)
      return false
    }
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
    if (failure.kind === 'idle-race' && this.races < MAX_RACES && this.plane.retriesFailure(this, pool, failure)) {
      // Nobody's fault: once more to the same backend, under the same lease, on a fresh connection.
      this.races += 1
      return this.carrier.attempt(this, backend, pool)
    }
    // Who has waited the whole head limit gets its 504: a second try would double the limit.
    if (failure.kind !== 'head-timeout' && this.plane.retriesFailure(this, pool, failure))
      return this.retry(pool, backend, failure.detail)
    const slow = failure.kind === 'connect-timeout' || failure.kind === 'head-timeout' || failure.kind === 'try-timeout'
    if (slow) return this.answer(ownAnswers.slowBackend, failure)
    // With nobody known to be well, a connection that cannot be made means "nobody is there", not "this one is broken".
    const nobodyThere = pool.failingOpen && failure.stage === 'not-connected'
    this.answer(nobodyThere ? ownAnswers.noBackend : ownAnswers.badBackend, failure)
  }

  /** Counts a failure against the backend and tells the monitors, unless it was an idle race: that is nobody's fault. */
  private blame(backend: BackendRef, failure: Failure): void {
    if (failure.kind === 'idle-race' || failure.side !== 'backend') return
    if (failure.stage === 'not-connected') this.plane.board.add(backend.slot, COUNTER.connectFailures, 1)
    this.plane.board.outcome(backend.slot, true)
    this.plane.liveFailure(backend, failure)
  }

  private retry(pool: PoolSnapshot, backend: BackendRef, outcome: string): void {
    this.plane.board.add(backend.slot, COUNTER.retries, 1)
    this.noteAttempt(backend, outcome)
    this.tried = [...this.tried, backend]
    this.releaseLease()
    if (!this.retrying) this.plane.retryStarted(pool)
    this.retrying = true
    this.tryNext(pool)
  }

  private noteAttempt(backend: BackendRef, outcome: string): void {
    this.log ??= []
    this.log.push({
      backend: backend.id,
      outcome,
      startedMs: this.attemptedAt - this.startedAt,
      endedMs: this.plane.clock.now() - this.startedAt,
    })
  }

  /** Answers instead of a backend. */
  private answer(own: OwnAnswer, failure?: Failure): void {
    this.status = own.status
    this.ours = true
    if (this.backend !== undefined) {
      this.noteAttempt(this.backend, failure?.detail ?? own.detail)
      this.plane.board.add(this.backend.slot, COUNTER.ours, 1)
    } else this.countWithoutBackend(own.status)
    this.finish('complete')
    this.carrier.answer(this, own)
  }

  /** A request that reached no backend is counted for its pool, or outside all pools. */
  private countWithoutBackend(status: number): void {
    const slot = this.pool?.slot ?? this.plane.snapshot.slot
    this.plane.board.add(slot, COUNTER.requests, 1)
    this.plane.board.add(slot, status >= 500 ? COUNTER.ours : COUNTER.s4xx, 1)
  }

  /** The exchange is over. Safe to call again: only the first call counts. */
  finish(outcome: ExchangeOutcome, failure?: Failure): void {
    if (this.finished) return
    this.finished = true
    this.outcome = outcome
    const { backend } = this
    if (backend !== undefined) {
      if (outcome === 'client-aborted') this.plane.board.add(backend.slot, COUNTER.aborted, 1)
      if (failure !== undefined) this.blame(backend, failure)
      this.plane.board.add(backend.slot, COUNTER.bytesIn, this.bytesIn)
      this.plane.board.add(backend.slot, COUNTER.bytesOut, this.bytesOut)
    }
    this.releaseLease()
    if (this.retrying && this.pool !== undefined) this.plane.retryEnded(this.pool)
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
    this.plane.released(slot)
  }
}
