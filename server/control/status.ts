/** Puts together what is true and being counted now, and what a person should look at. Pure. */
import type {
  Availability,
  BackendStatus,
  ConnectionsLately,
  DrainStatus,
  Flows,
  ListenerStatus,
  PoolStatus,
  ProbeResult,
  Recent,
  Sample,
  Status,
  StorageStatus,
  WorkerStatus,
} from '../../shared/api/live.ts'
import { balancerHealth, poolCondition } from '../../shared/condition.ts'
import type { Config } from '../../shared/config/config.ts'
import type { BackendConfig, PoolConfig } from '../../shared/config/pool.ts'
import { type CapacityAnswer, canLoseOne, type PoolPeak } from '../core/capacity.ts'
import { attentionOf, type NameTrouble } from './attention.ts'
import type { RemovedBackend } from './drain.ts'
import { trafficOf } from './left-out.ts'

/** What the monitors know of one backend. */
export interface AvailabilityFact {
  availability: Availability
  /** In words, with evidence. */
  reason: string
  /** Epoch milliseconds. */
  since: number
  /** Share of the weight that slow start lets through, 0 to 1. */
  slowStart: number
  /** Share of the weight that the backend's own agent asks for; absent: all of it. */
  agentShare?: number
  /** When its ejection ends, epoch milliseconds; absent while it is not ejected. */
  returnsAt?: number
  /** Newest last, at most 60. */
  probes: ProbeResult[]
}

/** Availability, as the monitors have it. */
export interface AvailabilityFacts {
  /** Undefined for a backend that the monitors have not met yet. */
  of(pool: string, backend: string): AvailabilityFact | undefined
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
  /** Since when an operator has it in the state it is in; undefined: as long as is known. */
  stateSince: (pool: string, backend: string) => number | undefined
  removed: RemovedBackend[]
  listeners: ListenerStatus[]
  /** Names whose addresses are used although something is wrong with them. */
  names: readonly NameTrouble[]
  workers: WorkerStatus[]
  storage: StorageStatus
  /** Whole balancer, last second. */
  total: Sample | null
  /** Whole balancer, last 10 seconds. */
  recent: Recent
  /** The same by listeners and routes. */
  flows: Flows
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

/** Since when what is told of it is true: an operator's doing where that is the reason, and no time before it otherwise. */
function sinceOf({ adminState, weight }: BackendConfig, set: number | undefined, known: number): number {
  return adminState !== 'active' || weight === 0 ? (set ?? known) : Math.max(set ?? 0, known)
}

/** Why it gets nothing, where its availability does not say so itself. */
function reasonFor({ backup }: BackendConfig, leftOut: BackendStatus['leftOut'], reason: string): string {
  if (leftOut === 'weight-0') return `weight 0: no new traffic; ${reason}`
  if (leftOut === 'backup') return `backup: takes traffic when no other backend is available; ${reason}`
  return backup && leftOut === null ? `backup: takes traffic because no other backend is available; ${reason}` : reason
}

function backendStatus(
  parts: StatusParts,
  pool: PoolConfig,
  backend: BackendConfig,
  leftOut: BackendStatus['leftOut'],
): BackendStatus {
  const { numbers } = parts
  const fact = factOf(parts, pool, backend)
  return {
    id: backend.id,
    address: backend.address,
    weight: backend.weight,
    backup: backend.backup,
    adminState: backend.adminState,
    availability: fact.availability,
    leftOut,
    reason: reasonFor(backend, leftOut, fact.reason),
    since: sinceOf(backend, parts.stateSince(pool.id, backend.id), fact.since),
    returnsAt: fact.availability === 'ejected' ? (fact.returnsAt ?? null) : null,
    slowStart: fact.slowStart,
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
    backup: backend.backup,
    adminState: backend.adminState,
    availability: 'draining',
    leftOut: 'draining',
    returnsAt: null,
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

interface PoolWithNeeds {
  status: PoolStatus
  /** Its limits would not have carried the last hour's peak without its largest backend. */
  tight: boolean
  /** Few or none of its backends take traffic. */
  isProblem: boolean
}

function poolStatus(parts: StatusParts, pool: PoolConfig, removed: RemovedBackend[]): PoolWithNeeds {
  const { leftOut, openBy } = trafficOf(pool, (backend) => factOf(parts, pool, backend))
  const backends = pool.backends.map((backend) => backendStatus(parts, pool, backend, leftOut.get(backend.id) ?? null))
  const recent = parts.numbers.recent(pool.id, '')
  const { condition, health, taking, outOf, isProblem } = poolCondition({
    id: pool.id,
    backends,
    openBy,
    routed: parts.config.routes.some((route) => route.action.pool === pool.id),
    sticky: pool.sticky !== undefined,
    recent,
  })
  const capacity = capacityOf(parts, pool, backends)
  const { verdict, sentence, lost = null, yardstick } = capacity
  const status: PoolStatus = {
    id: pool.id,
    strategy: pool.strategy.type,
    condition,
    health,
    taking,
    outOf,
    failingOpen: openBy !== null,
    failOpenRule: openBy,
    backends: [...backends, ...removed.map((item) => removedStatus(parts, item))],
    canLoseOne: { verdict, sentence, lost },
    recent,
  }
  return { status, tight: verdict === 'no' && yardstick === 'connections', isProblem }
}

/** Everything live, in one value. */
export function assembleStatus(parts: StatusParts): Status {
  const removed = Map.groupBy(parts.removed, (item) => item.pool)
  const all = parts.config.pools.map((pool) => poolStatus(parts, pool, removed.get(pool.id) ?? []))
  const pools = all.map((pool) => pool.status)
  const named = (which: (pool: PoolWithNeeds) => boolean) => new Set(all.filter(which).map(({ status }) => status.id))
  const { boot, version, now, startedAt, revision, draining, listeners, workers, storage, memoryBytes, demo } = parts
  const facts = { listeners, pools, workers, storage, draining }
  const sets = { tight: named((pool) => pool.tight), problems: named((pool) => pool.isProblem) }
  const attention = attentionOf({ ...facts, ...sets, names: parts.names }, parts.config)
  return {
    boot,
    version,
    now,
    startedAt,
    revision,
    ...facts,
    health: balancerHealth({ draining, pools, listeners, attention }),
    attention,
    last: parts.total,
    recent: parts.recent,
    flows: parts.flows,
    connectionsLately: parts.connectionsLately,
    memoryBytes,
    demo,
  }
}
