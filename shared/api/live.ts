/** Everything that is true or being counted now: `GET /api/v1/status` and the live stream speak these types. */
import type { FailOpenRule } from '../fail-open.ts'
import type { Happened } from '../what-happened.ts'
import type { Flows } from './flows.ts'
import type { ProbeResult } from './probe.ts'

export type { Flow, Flows } from './flows.ts'
export type { ProbeFault, ProbeResult } from './probe.ts'

/** What is true of a backend now. `degraded` traffic words are avoided: each value says exactly one thing. */
export type Availability = 'healthy' | 'unhealthy' | 'unknown' | 'ejected' | 'draining' | 'disabled'

/** How well something is, in one word and one sentence. Every page, title, metric and list tells this one and no other. */
export interface Health {
  /** ok: all is well · notice: worth knowing, nothing to do · warning: look at it soon · error: traffic is being lost, or is about to be. */
  severity: 'ok' | 'notice' | 'warning' | 'error'
  /** "1 of 6 backends takes traffic"; of the balancer: "app down: 0 of 3 backends take traffic; every request gets 503". */
  sentence: string
  /** A few words for a narrow place such as the title of a tab: "app down", "2 problems"; empty while nothing needs attention. */
  brief: string
}

/** Why a backend gets no new requests. The same words stand in the record of a request ("why this backend"). */
export type NoTrafficReason = 'draining' | 'disabled' | 'unhealthy' | 'unknown' | 'ejected' | 'backup' | 'weight-0'

/** Counts of one second (or one longer step) of one backend. Latency is time to first byte. */
export interface Sample {
  /** Start of the step; epoch milliseconds. */
  t: number
  requests: number
  s1xx: number
  s2xx: number
  s3xx: number
  s4xx: number
  s5xx: number
  /** Answers that we made because the backend could not (502, 503, 504). */
  ours: number
  /** Exchanges that the client broke off. */
  aborted: number
  /** Tries that were repeated elsewhere. */
  retries: number
  bytesIn: number
  bytesOut: number
  /** Most in flight seen in the step. */
  inFlight: number
  /** Milliseconds; null when nothing was answered. */
  p50: number | null
  p95: number | null
  p99: number | null
  /** How many seconds were counted. */
  seconds: number
}

/**
 * Counts, figures and percentiles of the last 10 complete seconds together: `t` is the window's start, `seconds` its real length
 * (less right after a start or a gap, 0 before the first second has ended), and percentiles are of all its responses.
 */
export interface Recent extends Sample, Happened {}

/** A backend that finishes what it has. */
export interface DrainStatus {
  /** Epoch milliseconds. */
  since: number
  /** When what is left is cut; null for `adminState: draining`, which never cuts. */
  deadline: number | null
  /** True when the backend is no longer in the configuration and goes away after draining. */
  removed: boolean
  /** Requests in flight that are not WebSockets or other tunnels. */
  requests: number
  /** WebSockets and other tunnels. */
  tunnels: number
  /** Nothing is left: it can be stopped. */
  safeToStop: boolean
}

export interface BackendStatus {
  id: string
  address: string
  weight: number
  adminState: 'active' | 'draining' | 'disabled'
  availability: Availability
  /** Takes traffic only when no other backend of the pool is available. */
  backup: boolean
  /** Why it gets no new requests now; null: it takes traffic. Found by the rule that the workers choose by. */
  leftOut: NoTrafficReason | null
  /** Why it is what it is, in words, with evidence. */
  reason: string
  /** Since when; epoch milliseconds. */
  since: number
  /** When its ejection ends; epoch milliseconds; null while it is not ejected. */
  returnsAt: number | null
  /** True when the pool has no health check ("not checked"). */
  unchecked: boolean
  /** Share of its weight that slow start lets through now, 0 to 1; 1 when not starting. */
  slowStart: number
  inFlight: number
  /** WebSockets and other tunnels among `inFlight`. */
  tunnels: number
  /** The last second. */
  last: Sample | null
  /** The last 10 seconds. */
  recent: Recent
  /** Newest last, at most 60. */
  probes: ProbeResult[]
  drain: DrainStatus | null
}

export interface PoolStatus {
  id: string
  strategy: string
  /**
   * healthy: every backend takes traffic · degraded: some do, whoever took out the others · down: none does, or only by failing
   * open · empty: no backends · starting: none has been probed yet. Backups that stand by do not count.
   */
  condition: 'healthy' | 'degraded' | 'down' | 'empty' | 'starting'
  /** The same in words, with how bad it is. The sentence is without the name of the pool. */
  health: Health
  /** Backends that take traffic now, backups among them when they stand in. */
  taking: number
  /** Backends that should take traffic in ordinary times: all of the configuration but backups. */
  outOf: number
  /** Traffic goes to backends that do not look well, because too few others are left. */
  failingOpen: boolean
  /** By which rule; null while it does not fail open. */
  failOpenRule: FailOpenRule | null
  /** Includes removed backends while they drain. */
  backends: BackendStatus[]
  canLoseOne: CanLoseOne
  /** The last 10 seconds of the whole pool, with what reached no backend. */
  recent: Recent
}

/** Whether the pool would have carried the peak of its last hour without its largest backend. */
export interface CanLoseOne {
  verdict: 'yes' | 'no' | 'unknown'
  /** Why, with the numbers. */
  sentence: string
  /** The backend whose loss was assumed; null when there is none to lose. */
  lost: string | null
}

export interface ListenerStatus {
  id: string
  protocol: string
  /** Where it really listens (the port is known even when 0 was asked for). */
  address: string
  condition: 'listening' | 'failed' | 'starting'
  /** Why it failed, and what to do. */
  problem: string | null
  /** Client connections now. */
  connections: number
}

export interface WorkerStatus {
  index: number
  condition: 'running' | 'restarting'
  restarts: number
  /** Share of the last second the thread was busy, 0 to 1. */
  utilization: number
  /** In the last half minute clients were closed or turned away, or backends not reached, for want of file descriptors, or of places of a listener. */
  shortOf: 'descriptors' | 'connections' | null
}

export interface StorageStatus {
  condition: 'ok' | 'failing'
  /** What is wrong, what still works, what to do. */
  problem: string | null
  bytes: number
}

/** Something that a person should look at, with what to do. */
export interface Attention {
  /** Stable key, so that a list does not jump. */
  key: string
  severity: 'warning' | 'error'
  title: string
  /** What to do next. */
  advice: string
  pool?: string
  backend?: string
  /** When it ends by itself; epoch milliseconds. */
  until?: number
}

/** Client connections of all listeners in the last quarter of an hour. */
export interface ConnectionsLately {
  /** Length of a step, milliseconds. */
  step: number
  /** Start of the step (epoch milliseconds) and the most that were open in it, ascending; steps without a record are missing. */
  points: [t: number, most: number][]
}

export interface Status {
  /** Identifies this start of the process. */
  boot: string
  version: string
  /** Epoch milliseconds. */
  now: number
  startedAt: number
  revision: number
  /** True after SIGTERM. */
  draining: boolean
  /** How well the balancer is as a whole. */
  health: Health
  listeners: ListenerStatus[]
  pools: PoolStatus[]
  workers: WorkerStatus[]
  storage: StorageStatus
  attention: Attention[]
  /** Whole balancer, last second. */
  last: Sample | null
  /** Whole balancer, last 10 seconds. */
  recent: Recent
  /** The same 10 seconds by listeners and routes, with what no backend got. */
  flows: Flows
  connectionsLately: ConnectionsLately
  memoryBytes: number
  demo: boolean
}

/** What changed of one backend since the last tick. Backends without traffic in the last 10 seconds and without news are left out. */
export interface BackendTick {
  pool: string
  id: string
  sample: Sample
  /** The last 10 seconds. */
  recent: Recent
  inFlight: number
  tunnels: number
  probes: ProbeResult[]
}

/** Once a second on the stream: event name `tick`. */
export interface Tick {
  t: number
  revision: number
  /** Whole balancer. */
  total: Sample
  /** Whole balancer, the last 10 seconds. */
  recent: Recent
  /** Sum of each pool that had traffic in the last 10 seconds, and once more when that has ended. Percentiles are of the pool's merged histogram. */
  pools: { id: string; sample: Sample; recent: Recent }[]
  backends: BackendTick[]
  /** Client connections by listener id. */
  connections: Record<string, number>
  /** The last 10 seconds by listeners and routes, with what no backend got. */
  flows: Flows
}

/**
 * Messages of `GET /api/v1/stream` (server-sent events; `id: <boot>-<seq>`):
 * `tick` (Tick) · `status` (Status, after anything but numbers changed: availability, drain, configuration, listeners, storage) ·
 * `event` (EventRecord) · `exchange` (ExchangeRecord[], batched, only with `?exchanges=1`) · `reset` ({}: what was missed is gone; fetch anew).
 */
export type StreamMessage = 'tick' | 'status' | 'event' | 'exchange' | 'reset'
