/** What an exchange needs from the thread it runs in; one object per thread, shared by all exchanges. */
import type { ExchangeRecord, WhyRecord } from '../../shared/api/records.ts'
import type { Clock } from '../core/clock.ts'
import type { RetryDecision } from '../core/retry-policy.ts'
import type { BackendRef, PoolSnapshot, Snapshot } from '../core/snapshot.ts'
import type { ExchangeRequest, Failure } from './engine.ts'
import type { Exchange } from './exchange.ts'
import type { ScoreboardWriter } from './scoreboard.ts'
import type { WaitingRoom } from './waiting-room.ts'

export type ExchangeOutcome = ExchangeRecord['outcome']

/** One try that ended before the last. Milliseconds since the exchange began. */
export interface AttemptLog {
  backend: string
  outcome: string
  /** Why it was chosen. */
  reason: string
  startedMs: number
  endedMs: number
}

/** A request that was refused before it could become an exchange. */
export interface RefusedRequest {
  readonly id: string
  readonly listener: string
  /** Address of the peer. */
  readonly client: string
  readonly status: number
  /** What is wrong with it, in one sentence. */
  readonly detail: string
  /** Its first line as far as it can be shown. */
  readonly line: string
}

export interface ExchangePlane {
  readonly clock: Clock
  readonly board: ScoreboardWriter
  /** The snapshot of this moment: read once per exchange. */
  readonly snapshot: Snapshot
  /** Picks a candidate that is not in `tried` and takes its lease; undefined when there is none. */
  choose(pool: PoolSnapshot, tried: readonly BackendRef[], request: ExchangeRequest): BackendRef | undefined
  /** How the last choice came about, one of `CHOSEN`. */
  readonly chosenBy: number
  /** Where requests wait for a place while every backend is full. */
  readonly rooms: WaitingRoom
  /** The pool as it is now, for who has waited since another snapshot. */
  poolNamed(id: string): PoolSnapshot | undefined
  /** Is somebody going to read why this request went where it goes? debug: an admin asked. sample: it is about to be logged. */
  interestIn(request: ExchangeRequest): 'debug' | 'sample' | undefined
  /** What a choice is made from, as of now. */
  explain(pool: PoolSnapshot, tried: readonly BackendRef[], request: ExchangeRequest): WhyRecord
  /** Gives a lease back. */
  released(slot: number, pool: PoolSnapshot | undefined): void
  /** Counts a client's request for the retry budget. `nowMs`: of this thread's clock. */
  requestStarted(pool: PoolSnapshot, nowMs: number): void
  /** Is the present attempt to be followed by another? `failure` is undefined when the backend answered with `status`. */
  decide(exchange: Exchange, pool: PoolSnapshot, failure: Failure | undefined, status: number): RetryDecision
  /** Counts a retry that the budget pays for. */
  retryStarted(pool: PoolSnapshot): void
  /** Tells the monitors that a backend failed in live traffic. */
  liveFailure(backend: BackendRef, failure: Failure): void
  /** Counts and logs a request that could not become an exchange. */
  refused(request: RefusedRequest): void
  /** The exchange has ended: log it if it is an error, slow, or drawn as a sample. */
  report(exchange: Exchange): void
}
