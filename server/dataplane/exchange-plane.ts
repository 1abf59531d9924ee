/** What an exchange needs from the thread it runs in; one object per thread, shared by all exchanges. */
import type { Clock } from '../core/clock.ts'
import type { BackendRef, PoolSnapshot, Snapshot } from '../core/snapshot.ts'
import type { ExchangeRequest, Failure } from './engine.ts'
import type { Exchange } from './exchange.ts'
import type { ScoreboardWriter } from './scoreboard.ts'

export type ExchangeOutcome = 'complete' | 'client-aborted' | 'backend-broke' | 'refused'

/** One try that ended before the last. Milliseconds since the exchange began. */
export interface AttemptLog {
  backend: string
  outcome: string
  startedMs: number
  endedMs: number
}

export interface ExchangePlane {
  readonly clock: Clock
  readonly board: ScoreboardWriter
  /** The snapshot of this moment: read once per exchange. */
  readonly snapshot: Snapshot
  /** Picks a candidate that is not in `tried` and takes its lease; undefined when there is none. */
  choose(pool: PoolSnapshot, tried: readonly BackendRef[], request: ExchangeRequest): BackendRef | undefined
  /** Is there a candidate, but every one at its limit? */
  isFull(pool: PoolSnapshot): boolean
  /** Gives a lease back. */
  released(slot: number): void
  retriesFailure(exchange: Exchange, pool: PoolSnapshot, failure: Failure): boolean
  retriesStatus(exchange: Exchange, pool: PoolSnapshot, status: number): boolean
  retryStarted(pool: PoolSnapshot): void
  retryEnded(pool: PoolSnapshot): void
  /** Tells the monitors that a backend failed in live traffic. */
  liveFailure(backend: BackendRef, failure: Failure): void
  /** The exchange has ended: log it if it is an error, slow, or drawn as a sample. */
  report(exchange: Exchange): void
}
