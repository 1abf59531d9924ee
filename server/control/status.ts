/** Puts together what is true and being counted now, and what a person should look at. Pure. */
import type {
  Availability,
  BackendStatus,
  ConnectionsLately,
  DrainStatus,
  ListenerStatus,
  PoolStatus,
  ProbeResult,
  Recent,
  Sample,
  Status,
  StorageStatus,
  WorkerStatus,
} from '../../shared/api/live.ts'
import type { Config } from '../../shared/config/config.ts'
import type { BackendConfig, PoolConfig } from '../../shared/config/pool.ts'
import type { FailOpenRule } from '../../shared/fail-open.ts'
import { type CapacityAnswer, canLoseOne, type PoolPeak } from '../core/capacity.ts'
import { attentionOf } from './attention.ts'
import type { RemovedBackend } from './drain.ts'

/** What the monitors know of one backend. */
export interface AvailabilityFact {
  availability: Availability
  /** In words, with evidence. */
  reason: string
  /** Epoch milliseconds. */
  since: number
  /** Share of the weight that slow start lets through, 0 to 1. */
  slowStart: number
  /** Newest last, at most 60. */
  probes: ProbeResult[]
}

/** Availability, as the monitors have it. */
export interface AvailabilityFacts {
  /** Undefined for a backend that the monitors have not met yet. */
  of(pool: string, backend: string): AvailabilityFact | undefined
  /** By which rule the pool fails open; null: it does not. */
  failingOpen(pool: string): FailOpenRule | null
}

/** Live numbers by backend. */
export interface LiveNumbers {
  inFlight(pool: string, backend: string): number
  tunnels(pool: string, backend: string): number
  /** The last second; null before the first one. */
  last(pool: string, backend: string): Sample | null
  /** The last 10 seconds of a backend, or of a whole pool with `backend` ''. */
  recent(pool: string, backend: string): Recent
}

/** What was seen in the last hour. */
export interface HourNumbers {
  /** Highest load of the pool as a whole. */
  peak(pool: string): PoolPeak
  /** Most requests per second that the backend carried well; 0: never seen. */
  carried(pool: string, backend: string): number
}

export interface StatusParts {
  boot: string
  version: string
  /** Epoch milliseconds. */
  now: number
  startedAt: number
  revision: number
  config: Config
  /** The process is stopping. */
  draining: boolean
  facts: AvailabilityFacts
  numbers: LiveNumbers
  hour: HourNumbers
  drainOf: (pool: string, backend: string) => DrainStatus | null
  removed: RemovedBackend[]
  listeners: ListenerStatus[]
  workers: WorkerStatus[]
  storage: StorageStatus
  /** Whole balancer, last second. */
  total: Sample | null
  /** Whole balancer, last 10 seconds. */
  recent: Recent
  connectionsLately: ConnectionsLately
  memoryBytes: number
  demo: boolean
}

const unmet = (now: number): AvailabilityFact => ({
  availability: 'unknown',
  reason: 'not probed yet',
  since: now,
  slowStart: 1,
  probes: [],
})

function factOf(parts: StatusParts, pool: PoolConfig, backend: BackendConfig): AvailabilityFact {
  const fact = parts.facts.of(pool.id, backend.id) ?? unmet(parts.now)
  if (backend.adminState === 'active' || fact.availability === backend.adminState) return fact
  const drained = parts.drainOf(pool.id, backend.id)?.safeToStop ?? false
  const draining = drained ? 'set to draining, and drained: safe to stop' : 'set to draining: no new traffic'
  const reason = backend.adminState === 'disabled' ? 'disabled in the configuration' : draining
  return { ...fact, availability: backend.adminState, reason }
}

function backendStatus(parts: StatusParts, pool: PoolConfig, backend: BackendConfig): BackendStatus {
  const { numbers } = parts
  const fact = factOf(parts, pool, backend)
  return {
    id: backend.id,
    address: backend.address,
    weight: backend.weight,
    adminState: backend.adminState,
    ...fact,
    probes: fact.probes.slice(-60),
    unchecked: pool.healthCheck.type === 'none',
    inFlight: numbers.inFlight(pool.id, backend.id),
    tunnels: numbers.tunnels(pool.id, backend.id),
    last: numbers.last(pool.id, backend.id),
    recent: numbers.recent(pool.id, backend.id),
    drain: parts.drainOf(pool.id, backend.id),
  }
}

function removedStatus(parts: StatusParts, { pool, backend, status }: RemovedBackend): BackendStatus {
  const left = status.requests + status.tunnels
  return {
    id: backend.id,
    address: backend.address,
    weight: backend.weight,
    adminState: backend.adminState,
    availability: 'draining',
    reason: status.safeToStop ? 'removed and drained: safe to stop' : `removed; finishing ${left} in flight`,
    since: status.since,
    unchecked: false,
    slowStart: 1,
    inFlight: left,
    tunnels: status.tunnels,
    last: parts.numbers.last(pool, backend.id),
    recent: parts.numbers.recent(pool, backend.id),
    probes: [],
    drain: status,
  }
}

/** healthy: all that should take traffic can · degraded: some · down: none. Backends that a person took out do not count. */
function conditionOf(backends: BackendStatus[]): PoolStatus['condition'] {
  const wanted = backends.filter((backend) => backend.adminState === 'active')
  const well = wanted.filter((backend) => backend.availability === 'healthy')
  if (backends.length === 0) return 'empty'
  if (well.length === 0) return 'down'
  return well.length === wanted.length ? 'healthy' : 'degraded'
}

/** Backups count only where fewer than two others take traffic: they would step in. */
function capacityOf(parts: StatusParts, pool: PoolConfig, backends: BackendStatus[]): CapacityAnswer {
  const loads = pool.backends.map(({ id, backup, weight, maxConnections }, index) => ({
    id,
    backup,
    available: backends[index]?.availability === 'healthy' && weight > 0,
    maxConnections,
    carriedPerSecond: parts.hour.carried(pool.id, id),
  }))
  const primary = loads.filter((load) => !load.backup)
  const enough = primary.filter((load) => load.available).length >= 2
  return canLoseOne(enough ? primary : loads, parts.hour.peak(pool.id))
}

function poolStatus(
  parts: StatusParts,
  pool: PoolConfig,
  removed: RemovedBackend[],
): { status: PoolStatus; tight: boolean } {
  const backends = pool.backends.map((backend) => backendStatus(parts, pool, backend))
  const capacity = capacityOf(parts, pool, backends)
  const { verdict, sentence, lost = null, yardstick } = capacity
  const failOpenRule = parts.facts.failingOpen(pool.id)
  const status: PoolStatus = {
    id: pool.id,
    strategy: pool.strategy.type,
    condition: conditionOf(backends),
    failingOpen: failOpenRule !== null,
    failOpenRule,
    backends: [...backends, ...removed.map((item) => removedStatus(parts, item))],
    canLoseOne: { verdict, sentence, lost },
    recent: parts.numbers.recent(pool.id, ''),
  }
  return { status, tight: verdict === 'no' && yardstick === 'connections' }
}

/** Everything live, in one value. */
export function assembleStatus(parts: StatusParts): Status {
  const removed = Map.groupBy(parts.removed, (item) => item.pool)
  const all = parts.config.pools.map((pool) => poolStatus(parts, pool, removed.get(pool.id) ?? []))
  const pools = all.map((pool) => pool.status)
  const tight = new Set(all.filter((pool) => pool.tight).map((pool) => pool.status.id))
  const { boot, version, now, startedAt, revision, draining, listeners, workers, storage, memoryBytes, demo } = parts
  const facts = { listeners, pools, workers, storage, draining }
  return {
    boot,
    version,
    now,
    startedAt,
    revision,
    ...facts,
    attention: attentionOf({ ...facts, tight }, parts.config),
    last: parts.total,
    recent: parts.recent,
    connectionsLately: parts.connectionsLately,
    memoryBytes,
    demo,
  }
}
