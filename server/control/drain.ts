/**
 * Draining: a backend that was removed, or set to `draining`, finishes what it has. A removed one is cut at its pool's
 * deadline; one set to `draining` never is. Both say when nothing is left.
 */
import type { DrainStatus } from '../../shared/api/live.ts'
import type { Config } from '../../shared/config/config.ts'
import type { BackendConfig, PoolConfig } from '../../shared/config/pool.ts'
import { ms } from '../../shared/units.ts'
import type { Clock } from '../core/clock.ts'
import { ControlError } from '../errors.ts'
import type { DataPlane, EventSink } from './data-plane.ts'

/** How long a removed backend stays on show after nothing is left, so that "safe to stop" can be read. */
const LINGER_MS = 15_000

/** A removed backend that is still shown. */
export interface RemovedBackend {
  pool: string
  backend: BackendConfig
  status: DrainStatus
}

export interface Drains {
  /** Compares two configurations: what left drains, what came back stops draining. Call after each change is in force. */
  changed(before: Config, after: Config): void
  /** Cuts at deadlines and notices what has finished. Call once a second. True when anything but numbers changed. */
  tick(): boolean
  /** Ends a removed backend's drain now. Errors: `not-found` when it is not draining. */
  removeNow(pool: string, backend: string): void
  /** Status of a draining backend, removed or not; null when it does not drain. */
  statusOf(pool: string, backend: string): DrainStatus | null
  /** Removed backends that drain, and for 15 s those that have finished. */
  removed(pool?: string): RemovedBackend[]
}

export interface DrainParts {
  dataPlane: Pick<DataPlane, 'cut' | 'inFlight' | 'tunnels'>
  events: EventSink
  /** Monotonic: deadlines do not move with the wall clock. */
  clock: Clock
  /** Wall clock, epoch milliseconds, for show. */
  now: () => number
}

interface Drain {
  pool: string
  backend: BackendConfig
  removed: boolean
  /** Wall clock, for show. */
  since: number
  sinceTick: number
  /** Milliseconds from `sinceTick`; null: never cut. */
  limitMs: number | null
  cut: number
  finishedTick: number | null
}

/** Keys cannot clash: ids have no slash. */
const keyOf = (pool: string, backend: string) => `${pool}/${backend}`

class DrainKeeper implements Drains {
  private readonly parts: DrainParts
  private readonly drains = new Map<string, Drain>()

  constructor(parts: DrainParts) {
    this.parts = parts
  }

  changed(before: Config, after: Config): void {
    const present = new Map(after.pools.map((pool) => [pool.id, pool]))
    for (const pool of before.pools) {
      const kept = new Set(present.get(pool.id)?.backends.map((backend) => backend.id))
      for (const backend of pool.backends) if (!kept.has(backend.id)) this.begin(pool, backend, true)
    }
    for (const pool of after.pools)
      for (const backend of pool.backends) {
        const drain = this.drains.get(keyOf(pool.id, backend.id))
        if (backend.adminState !== 'draining') this.drains.delete(keyOf(pool.id, backend.id))
        else if (!drain || drain.removed) this.begin(pool, backend, false)
      }
  }

  tick(): boolean {
    return [...this.drains].map(([key, drain]) => this.advance(key, drain)).some(Boolean)
  }

  removeNow(pool: string, backend: string): void {
    const drain = this.drains.get(keyOf(pool, backend))
    if (!drain?.removed) throw new ControlError('not-found', `Backend "${backend}" of pool "${pool}" is not draining.`)
    this.cutNow(drain)
  }

  statusOf(pool: string, backend: string): DrainStatus | null {
    const drain = this.drains.get(keyOf(pool, backend))
    return drain ? this.describe(drain) : null
  }

  removed(pool?: string): RemovedBackend[] {
    return [...this.drains.values()]
      .filter((drain) => drain.removed && (pool === undefined || drain.pool === pool))
      .map((drain) => ({ pool: drain.pool, backend: drain.backend, status: this.describe(drain) }))
  }

  private begin(pool: PoolConfig, backend: BackendConfig, removed: boolean): void {
    const limitMs = removed ? ms(pool.drain) : null
    const common = { pool: pool.id, backend, removed, limitMs, cut: 0, finishedTick: null }
    this.drains.set(keyOf(pool.id, backend.id), {
      ...common,
      since: this.parts.now(),
      sinceTick: this.parts.clock.now(),
    })
  }

  private advance(key: string, drain: Drain): boolean {
    if (drain.finishedTick !== null) {
      if (!drain.removed || this.parts.clock.now() - drain.finishedTick < LINGER_MS) return false
      return this.drains.delete(key)
    }
    if (drain.limitMs !== null && this.parts.clock.now() - drain.sinceTick >= drain.limitMs) this.cutNow(drain)
    if (this.parts.dataPlane.inFlight(drain.pool, drain.backend.id) > 0) return false
    this.finish(drain)
    return true
  }

  private cutNow(drain: Drain): void {
    const left = this.parts.dataPlane.inFlight(drain.pool, drain.backend.id)
    drain.cut += left
    drain.limitMs = null
    if (left > 0) this.parts.dataPlane.cut(drain.pool, drain.backend.id)
  }

  private finish(drain: Drain): void {
    drain.finishedTick = this.parts.clock.now()
    const { pool, backend } = drain
    const seconds = Math.round((this.parts.clock.now() - drain.sinceTick) / 1000)
    const cut = drain.cut > 0 ? `, ${drain.cut} cut at the end` : ''
    this.parts.events.record({
      kind: 'drain',
      severity: drain.cut > 0 ? 'warning' : 'info',
      message: `${pool} / ${backend.id} drained in ${seconds} s${cut}: safe to stop`,
      pool: pool,
      backend: backend.id,
      detail: { seconds, cut: drain.cut, removed: drain.removed },
    })
  }

  private describe(drain: Drain): DrainStatus {
    const tunnels = Math.max(0, this.parts.dataPlane.tunnels(drain.pool, drain.backend.id))
    const inFlight = Math.max(0, this.parts.dataPlane.inFlight(drain.pool, drain.backend.id))
    return {
      since: drain.since,
      deadline: drain.limitMs === null ? null : drain.since + drain.limitMs,
      removed: drain.removed,
      requests: Math.max(0, inFlight - tunnels),
      tunnels,
      safeToStop: drain.finishedTick !== null && inFlight === 0,
    }
  }
}

/** Builds the keeper of drains. */
export function createDrains(parts: DrainParts): Drains {
  return new DrainKeeper(parts)
}
