/** The snapshot: everything an exchange needs to know, compiled, frozen and replaced in one step. Facts only; numbers live in the scoreboard. */
import type { FailOpenRule } from '../../shared/fail-open.ts'
import type { Candidate, Strategy } from './strategies/strategy.ts'

/** Where a host leads. The same object as long as nothing changes. */
export interface HostAddresses {
  /** IP addresses to connect to, in the order in which they are tried. */
  readonly addresses: readonly string[]
  /** Why there are none, in words; '' when there are some. */
  readonly problem: string
}

/** A backend as the data plane sees it. One object per snapshot; `slot` is the identity that survives. */
export interface BackendRef extends Candidate {
  readonly pool: string
  /** Where to connect to: names have been resolved already. */
  readonly at: HostAddresses
  readonly port: number
  /** `host:port` as configured. */
  readonly address: string
}

/** Why a configured backend is not a candidate. */
export type LeftOutReason = 'draining' | 'disabled' | 'unhealthy' | 'unknown' | 'ejected' | 'backup' | 'weight-0'

/** A backend that gets nothing now, and why. */
export interface LeftOut {
  readonly backend: BackendRef
  readonly because: LeftOutReason
}

/** What is known about a backend's health; decided by the monitors, keyed by slot. */
export interface Fact {
  readonly health: 'healthy' | 'unhealthy' | 'unknown'
  readonly ejected: boolean
  /** The backend came (back) into traffic while its pool had some, `since` on the worker's monotonic clock; both in ms. */
  readonly slowStart?: { readonly since: number; readonly lengthMs: number }
  /** What the backend says of itself; absent: it is not asked, or has not answered yet. */
  readonly agent?: AgentFact
}

/** What an agent reported: the state it asks for, and the share of the configured weight it wants, 0 to 1. */
export interface AgentFact {
  readonly state: 'ready' | 'drain' | 'maint' | 'down'
  readonly share: number
}

/** Sticky sessions of a pool. The value of the cookie names a backend by its id, signed, so that nobody can make one up. */
export interface StickySnapshot {
  readonly name: string
  /** 0: until the browser is closed. */
  readonly ttlSeconds: number
  /** What stands behind the value in Set-Cookie, but for Secure. */
  readonly attributes: string
  /** Secure however the client comes. */
  readonly secure: boolean
  /** Who may be returned to, by value of the cookie: candidates, and those that take nothing new but keep what they have. */
  readonly bound: ReadonlyMap<string, BackendRef>
  /** Value of the cookie by slot. */
  readonly values: ReadonlyMap<number, string>
}

/** Limits of a pool in milliseconds. */
export interface PoolTimeouts {
  readonly connectMs: number
  readonly headMs: number
  readonly readMs: number
  readonly tunnelMs: number
  readonly keepAliveMs: number
}

export interface PoolSnapshot {
  readonly id: string
  /** Row of the scoreboard for requests that reached no backend. */
  readonly slot: number
  readonly strategyType: string
  readonly strategy: Strategy
  /** Who may be picked now. */
  readonly candidates: readonly BackendRef[]
  readonly leftOut: readonly LeftOut[]
  /** Every configured backend, in order. */
  readonly backends: readonly BackendRef[]
  /** The rule by which backends that do not look well are candidates too; undefined: they are not. */
  readonly openBy: FailOpenRule | undefined
  /** At least one candidate has a `maxConnections`. */
  readonly limited: boolean
  readonly timeouts: PoolTimeouts
  /** Of a response head: bytes and number of fields. */
  readonly limits: { readonly headBytes: number; readonly fields: number }
  readonly retry: { readonly attempts: number; readonly on: readonly number[]; readonly timeoutMs: number }
  readonly queue: { readonly size: number; readonly timeoutMs: number }
  readonly sticky: StickySnapshot | undefined
  /** At least one candidate has less than its weight because it came back a short time ago. */
  readonly warming: boolean
  /** Largest request body kept for a second try, in bytes. */
  readonly bufferedBody: number
}

/** Stands for a row that is not there: what would be counted in it is not counted. */
export const NO_SLOT = -1

export interface RouteSnapshot {
  readonly id: string
  /** Row of the scoreboard for requests that came by it. */
  readonly slot: number
  /** Index into `Snapshot.pools`, so that a health flip replaces one pool and no route. */
  readonly pool: number
  /** Bytes; Infinity without a limit. */
  readonly maxBody: number
}

/** Finds the first matching route of one listener. */
export interface RouteTable {
  /** `host` in lower case without port; `path` in match form without query. */
  match(host: string, path: string): RouteSnapshot | undefined
}

export interface ListenerSnapshot {
  readonly id: string
  /** Row of the scoreboard for requests that found no route. */
  readonly slot: number
  readonly host: string
  readonly port: number
  readonly engine: 'native' | 'http-proxy'
  readonly routes: RouteTable
  readonly timeouts: {
    readonly headMs: number
    readonly idleMs: number
    readonly bodyMs: number
    readonly writeMs: number
  }
  readonly limits: {
    readonly headBytes: number
    readonly fields: number
    readonly targetBytes: number
    readonly connections: number
    readonly connectionsPerAddress: number
  }
  /** Requests towards backends carry Via. */
  readonly via: boolean
  /** Is this peer one whose X-Forwarded-* and Forwarded fields are believed? */
  readonly trusts: (address: string) => boolean
}

export interface Snapshot {
  readonly revision: number
  /** Row of the scoreboard for requests that reached no pool. */
  readonly slot: number
  readonly listeners: ReadonlyMap<string, ListenerSnapshot>
  readonly pools: readonly PoolSnapshot[]
}
