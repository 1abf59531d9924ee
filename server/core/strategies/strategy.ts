/** What a strategy is: a pure object that picks one of the candidates it is given. The same code runs live, in tests and in the simulator. */
import type { Clock, Random } from '../clock.ts'

/** One backend that may be picked. Immutable; made anew when the routing state is swapped. */
export interface Candidate {
  /** Row of this backend in the scoreboard: its identity across swaps, small and dense. */
  readonly slot: number
  /** The configured id, unique in its pool. Hash strategies place it by this, so an address change moves nobody. */
  readonly id: string
  /** Share of the traffic relative to its peers; > 0 (weight 0 never becomes a candidate). Slow start may make it fractional. */
  readonly weight: number
  /** Most connections or requests in flight at once; 0 = unlimited. */
  readonly maxConnections: number
}

/** The live numbers a strategy may read. In production they sit in shared memory and count every worker. */
export interface Numbers {
  /** Requests and connections this backend is working on now, over all workers. */
  inFlight(slot: number): number
}

/** What a strategy may know about the request. Fields are asked for lazily, so a strategy that needs none costs nothing. */
export interface PickRequest {
  /** The client's address as text, after trusted proxies were taken into account. */
  clientAddress(): string
  /** Path and query as they are forwarded: as sent, dot segments resolved. */
  uri(): string
  /** First value of a header field (name in lower case), or undefined. */
  header(name: string): string | undefined
  /** Value of a cookie, or undefined. */
  cookie(name: string): string | undefined
  /** First value of a query parameter, decoded, or undefined. */
  query(name: string): string | undefined
}

/** Everything a strategy is built from. */
export interface StrategyContext {
  readonly numbers: Numbers
  readonly clock: Clock
  readonly random: Random
}

/**
 * A configured way of choosing a backend.
 *
 * State a strategy keeps per backend is indexed by `slot`, so it survives swaps and is never tied to a position in a list.
 */
export interface Strategy {
  /**
   * Called when the candidates of the pool change (a swap, a health flip, a weight): build tables here, never in `pick`.
   * State of slots that stay is kept. `members` are all backends that could become candidates now.
   */
  prepare(members: readonly Candidate[]): void
  /**
   * Index into `candidates` of the backend to use, or -1 when the list is empty (or, for `first`, when all are full).
   * `candidates` is the prepared list or a part of it (full or already tried backends left out). Allocates nothing.
   */
  pick(candidates: readonly Candidate[], request: PickRequest): number
  /** Tells a strategy that learns from answers how long the first byte took. Milliseconds. */
  observe?(slot: number, firstByteMs: number): void
  /**
   * The score of one candidate as `pick` would see it now, for "why this backend"; lower or higher is better as the
   * strategy's own rule says. Never called on the hot path. Absent where a score means nothing.
   */
  score?(candidate: Candidate, request: PickRequest): number
  /** The key a hash strategy used for this request, or undefined. Never called on the hot path. */
  key?(request: PickRequest): string | undefined
}

/** Strategies by configuration. Matches the schema in `shared/config/strategy.ts`, which a test compares with the registry. */
export type StrategySpec =
  | { readonly type: 'round-robin' }
  | { readonly type: 'least-connections' }
  | { readonly type: 'least-time' }
  | { readonly type: 'power-of-two' }
  | { readonly type: 'random' }
  | HashSpec
  | { readonly type: 'first' }

export interface HashSpec {
  readonly type: 'hash'
  /** What of the request is hashed: `client-ip`, `uri`, `header:<name>`, `cookie:<name>` or `query:<name>`. */
  readonly on: string
  /** How keys are placed: a lookup table, or the highest score. */
  readonly method: 'maglev' | 'rendezvous'
  /** Skip a backend that has this many times its share of the requests in flight, ≥ 1; absent: no bound. */
  readonly boundedLoad?: number
}

export type StrategyType = StrategySpec['type']

/** Makes one strategy from its configuration. */
export type StrategyFactory<T extends StrategyType = StrategyType> = (
  spec: Extract<StrategySpec, { type: T }>,
  context: StrategyContext,
) => Strategy
