/** What an engine is: the part that speaks a protocol with clients and backends. Choosing, retrying and counting are the exchange's. */
import type { BackendRef, ListenerSnapshot, PoolSnapshot } from '../core/snapshot.ts'
import type { PickRequest } from '../core/strategies/strategy.ts'
import type { Exchange } from './exchange.ts'
import type { OwnAnswer } from './own-answers.ts'

/**
 * How long the open half of a tunnel may be silent after the other has ended, in milliseconds: a client that has gone altogether
 * looks the same as one that has only finished speaking (RFC 9293 §3.6).
 */
export const HALF_CLOSED_MS = 10_000

/** How much of a request body is still in our hands: none to send, all of it kept, or partly gone. */
export type BodyState = 'none' | 'kept' | 'streaming'

/** The request as the exchange sees it, whatever the protocol. */
export interface ExchangeRequest extends PickRequest {
  /** Request id: taken over from a trusted client, else a new ULID. Made when first asked for. */
  readonly id: string
  readonly method: string
  /** Lower case, without port. */
  readonly host: string
  /** What routes are matched against: match form, without query. */
  readonly path: string
  /** How else a backend may read the path, in match form; '' when there is one reading. */
  readonly otherPath: string
  /** Has the path forwarded in such a way that `path` is the only reading. */
  mergeSlashes(): void
  /** Announced body length in bytes; 0 for none, Infinity when unknown. */
  readonly bodyLength: number
  /** The client has come over TLS, as far as a trusted proxy says so. */
  readonly secure: boolean
  /** An upgrade such as WebSocket is asked for. */
  readonly upgrade: boolean
  /** Value of X-Evenkeel-Debug as sent. */
  readonly debug: string | undefined
  bodyState(): BodyState
}

/** One exchange's hands and feet, given by the engine. Neither call may throw; both may call back into the exchange at once. */
export interface Carrier {
  readonly request: ExchangeRequest
  /** Tries one backend. Ends in `exchange.attemptFailed`, or `responseStarted` followed by `finish`. */
  attempt(exchange: Exchange, backend: BackendRef, pool: PoolSnapshot): void
  /** Throws the present attempt's answer away: another attempt follows at once. */
  discard(): void
  /** Sends an answer of ours and closes the exchange on the client's side. `finish` has been called already. */
  answer(exchange: Exchange, answer: OwnAnswer): void
}

/** A listener that is being served. */
export interface BoundListener {
  /** The port that was really taken. */
  readonly port: number
  /** Client connections now. */
  connections(): number
  /** Replaces the listener's settings for new requests; bind and engine stay. */
  update(listener: ListenerSnapshot): void
  /** Ends every exchange that uses this backend: its client connections are cut. */
  cut(slot: number): void
  /** Stops accepting; idle connections are closed, others told to close after their answer. Resolves when none is left. */
  drain(): Promise<void>
  /** Closes everything at once. */
  destroy(): void
}

/** Why something failed, as a value. `side` says whose fault it is. */
export interface Failure {
  readonly kind:
    | 'refused'
    | 'unreachable'
    | 'unresolved'
    | 'connect-timeout'
    | 'idle-race'
    | 'reset'
    | 'head-timeout'
    | 'try-timeout'
    | 'read-timeout'
    | 'invalid-response'
    | 'response-cut'
  readonly side: 'backend' | 'client' | 'us'
  /** How far the attempt had come. */
  readonly stage: 'not-connected' | 'nothing-sent' | 'sent' | 'response-started'
  /** In words, for logs and events: "connection refused by 127.0.0.1:3001". */
  readonly detail: string
}
