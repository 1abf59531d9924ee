/** Compiles a validated configuration and the known facts into a snapshot. Pure; runs in every worker. */
import { parseHostPort } from '../../shared/address.ts'
import type { Config } from '../../shared/config/config.ts'
import type { ListenerConfig } from '../../shared/config/listener.ts'
import type { BackendConfig, PoolConfig, StickyConfig } from '../../shared/config/pool.ts'
import type { RouteConfig } from '../../shared/config/route.ts'
import { failOpenPolicy } from '../../shared/fail-open.ts'
import { bytes, ms } from '../../shared/units.ts'
import { type CandidateSet, chooseCandidates, type Member } from './candidates.ts'
import { buildRouteTable } from './route-table.ts'
import { slowStartFactor, usesSlowStart } from './slow-start.ts'
import type {
  BackendRef,
  Fact,
  HostAddresses,
  ListenerSnapshot,
  PoolSnapshot,
  RouteSnapshot,
  Snapshot,
  StickySnapshot,
} from './snapshot.ts'
import type { Strategy } from './strategies/strategy.ts'
import { trustMatcher } from './trusted-proxies.ts'

/** What compiling needs besides the configuration. */
export interface CompileInput {
  readonly revision: number
  readonly config: Config
  /** Row of each backend in the scoreboard; backend '' is the pool itself, pool '' everything outside pools. */
  slotOf(pool: string, backend: string): number
  /** Row for what comes by a listener: by the route, or, route '', by none; `NO_SLOT` when it is not counted. */
  waySlot(listener: string, route: string): number
  factOf(slot: number): Fact
  /** Where a host, a name or an address, leads. */
  addressesOf(host: string): HostAddresses
  /** Value of the sticky cookie that names this backend. */
  stickyValueOf(pool: string, backend: string): string
  /** The worker's monotonic clock, in ms: how far slow start has come. */
  readonly now: number
  /** The pool's strategy; the same object as before when its configuration did not change, so its state survives. */
  strategyOf(pool: PoolConfig): Strategy
}

/** The configured weight, less what slow start and the backend's own agent hold back. */
function effectiveWeight(pool: PoolConfig, weight: number, fact: Fact, now: number): number {
  const asked = weight * (fact.agent?.share ?? 1)
  const start = usesSlowStart(pool.strategy.type) ? fact.slowStart : undefined
  return start === undefined ? asked : asked * slowStartFactor(now - start.since, start.lengthMs)
}

function isWarming(pool: PoolConfig, { slowStart }: Fact, now: number): boolean {
  return usesSlowStart(pool.strategy.type) && slowStart !== undefined && now - slowStart.since < slowStart.lengthMs
}

/** What follows the value in Set-Cookie (RFC 6265 §4.1). */
function cookieAttributes({ path, domain, sameSite }: StickyConfig, ttlSeconds: number): string {
  const age = ttlSeconds > 0 ? `; Max-Age=${ttlSeconds}` : ''
  const shared = domain === undefined ? '' : `; Domain=${domain}`
  return `; Path=${path}${shared}${age}; HttpOnly; SameSite=${sameSite.charAt(0).toUpperCase()}${sameSite.slice(1)}`
}

function compileSticky(pool: PoolConfig, chosen: CandidateSet, input: CompileInput): StickySnapshot | undefined {
  if (pool.sticky === undefined) return undefined
  const values = new Map(
    pool.backends.map(({ id }) => [input.slotOf(pool.id, id), input.stickyValueOf(pool.id, id)] as const),
  )
  const bound = new Map(
    [...chosen.keeping, ...chosen.candidates].map((ref) => [values.get(ref.slot) ?? '', ref] as const),
  )
  const { name, ttl, sameSite } = pool.sticky
  const ttlSeconds = ttl ? Math.round(ms(ttl) / 1000) : 0
  return {
    name,
    ttlSeconds,
    attributes: cookieAttributes(pool.sticky, ttlSeconds),
    secure: sameSite === 'none',
    bound,
    values,
  }
}

interface Place {
  readonly slot: number
  readonly weight: number
}

function compileBackend(pool: PoolConfig, backend: BackendConfig, place: Place, input: CompileInput): BackendRef {
  const to = parseHostPort(backend.address)
  return {
    ...place,
    id: backend.id,
    maxConnections: backend.maxConnections,
    pool: pool.id,
    at: input.addressesOf(to?.host ?? ''),
    port: to?.port ?? 0,
    address: backend.address,
  }
}

/** Compiles one pool; also called alone when only its facts changed. Prepares the strategy for the new candidates. */
export function compilePool(pool: PoolConfig, input: CompileInput): PoolSnapshot {
  const members = pool.backends.map((backend): Member => {
    const slot = input.slotOf(pool.id, backend.id)
    const fact = input.factOf(slot)
    const weight = effectiveWeight(pool, backend.weight, fact, input.now)
    const { adminState, backup } = backend
    return { ref: compileBackend(pool, backend, { slot, weight }, input), adminState, backup, fact }
  })
  const chosen = chooseCandidates(members, failOpenPolicy(pool))
  const strategy = input.strategyOf(pool)
  strategy.prepare(chosen.candidates)
  return {
    id: pool.id,
    slot: input.slotOf(pool.id, ''),
    strategyType: pool.strategy.type,
    strategy,
    candidates: chosen.candidates,
    leftOut: chosen.leftOut,
    openBy: chosen.openBy,
    backends: members.map((member) => member.ref),
    limited: [...chosen.candidates, ...chosen.keeping].some((candidate) => candidate.maxConnections > 0),
    timeouts: {
      connectMs: ms(pool.timeouts.connect),
      headMs: ms(pool.timeouts.head),
      readMs: ms(pool.timeouts.read),
      tunnelMs: ms(pool.timeouts.tunnel),
      keepAliveMs: ms(pool.timeouts.keepAlive),
    },
    limits: { headBytes: bytes(pool.limits.head), fields: pool.limits.fields },
    retry: {
      attempts: pool.retry.attempts,
      on: pool.retry.on,
      timeoutMs: pool.retry.timeout ? ms(pool.retry.timeout) : 0,
    },
    queue: { size: pool.queue.size, timeoutMs: ms(pool.queue.timeout) },
    sticky: compileSticky(pool, chosen, input),
    warming: members.some(({ fact }) => isWarming(pool, fact, input.now)),
    bufferedBody: bytes(pool.bufferedBody),
  }
}

function compileListener(
  listener: ListenerConfig,
  { config, waySlot }: CompileInput,
  poolIndex: ReadonlyMap<string, number>,
): ListenerSnapshot {
  const at = parseHostPort(listener.bind, true)
  const compileRoute = (route: RouteConfig): RouteSnapshot => ({
    id: route.id,
    slot: waySlot(listener.id, route.id),
    pool: poolIndex.get(route.action.pool) ?? -1,
    maxBody: route.maxBody ? bytes(route.maxBody) : Number.POSITIVE_INFINITY,
  })
  const { timeouts, limits } = listener
  return {
    id: listener.id,
    slot: waySlot(listener.id, ''),
    host: at?.host ?? '',
    port: at?.port ?? 0,
    engine: listener.engine,
    routes: buildRouteTable(
      config.routes.filter((route) => route.listener === listener.id),
      compileRoute,
    ),
    timeouts: {
      headMs: ms(timeouts.head),
      idleMs: ms(timeouts.idle),
      bodyMs: ms(timeouts.body),
      writeMs: ms(timeouts.write),
    },
    limits: {
      headBytes: bytes(limits.head),
      fields: limits.fields,
      targetBytes: bytes(limits.target),
      connections: limits.connections,
      connectionsPerAddress: limits.connectionsPerAddress,
    },
    via: listener.via,
    trusts: trustMatcher(listener.trustedProxies),
  }
}

/** Compiles the whole configuration. Never throws on a configuration that the schema accepted. */
export function compile(input: CompileInput): Snapshot {
  const { config, revision } = input
  const poolIndex = new Map(config.pools.map((pool, index) => [pool.id, index]))
  return Object.freeze({
    revision,
    slot: input.slotOf('', ''),
    listeners: new Map(config.listeners.map((listener) => [listener.id, compileListener(listener, input, poolIndex)])),
    pools: Object.freeze(config.pools.map((pool) => compilePool(pool, input))),
  })
}
