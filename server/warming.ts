/**
 * Slow start, decided once for all workers: which backends came (back) into traffic while their pool had some, and since when. The
 * workers work out the weights themselves from the time they are told.
 */
import type { Config } from '../shared/config/config.ts'
import type { PoolConfig } from '../shared/config/pool.ts'
import { ms } from '../shared/units.ts'
import type { Clock } from './core/clock.ts'
import { slowStartFactor, startsSlowly, usesSlowStart } from './core/slow-start.ts'

/** Traffic of this long ago still counts as traffic, in seconds. */
const WINDOW = 5
/** Least slow start of one that comes back from an ejection, whatever the configuration says: it has just failed. Milliseconds. */
const AFTER_EJECTION_MS = 10_000
/** After the start of the process nobody starts slowly: all backends come at once, and none of them is new to its traffic. Milliseconds. */
const START_MS = 10_000

export interface WarmingParts {
  /** Milliseconds of `process.hrtime`: the same in every thread. */
  clock: Clock
  /** Requests of a backend since the start of the process. */
  requests(pool: string, backend: string): number
}

/** A backend that starts slowly. */
export interface SlowStart {
  /** Milliseconds of the clock. */
  readonly since: number
  /** How long its share rises, in milliseconds. */
  readonly lengthMs: number
}

export class Warming {
  private readonly parts: WarmingParts
  private readonly startedAt: number
  private readonly starts = new Map<string, SlowStart>()
  private readonly well = new Set<string>()
  private readonly ejected = new Set<string>()
  /** Requests of each pool at the last readings, oldest first. */
  private readonly readings = new Map<string, number[]>()

  constructor(parts: WarmingParts) {
    this.parts = parts
    this.startedAt = parts.clock.now()
  }

  /** Takes one reading of every pool's traffic. Call once a second. */
  tick(config: Config): void {
    for (const pool of config.pools) {
      const list = this.readings.get(pool.id) ?? []
      list.push(pool.backends.reduce((sum, { id }) => sum + this.parts.requests(pool.id, id), 0))
      if (list.length > WINDOW + 1) list.shift()
      this.readings.set(pool.id, list)
    }
    for (const id of this.readings.keys()) if (!config.pools.some((pool) => pool.id === id)) this.readings.delete(id)
  }

  /** A backend takes traffic, or takes none; when that is new, it may start slowly from now on. `ejected`: that is why it takes none. */
  set(pool: PoolConfig, backend: string, takesTraffic: boolean, ejected = false): void {
    const key = `${pool.id}/${backend}`
    if (this.well.has(key) === takesTraffic) return
    this.starts.delete(key)
    if (!takesTraffic) {
      if (ejected) this.ejected.add(key)
      return void this.well.delete(key)
    }
    this.well.add(key)
    const now = this.parts.clock.now()
    const others = pool.backends.filter(({ id }) => id !== backend && this.well.has(`${pool.id}/${id}`)).length
    const lengthMs = Math.max(ms(pool.slowStart), this.ejected.delete(key) ? AFTER_EJECTION_MS : 0)
    const arrival = {
      strategy: pool.strategy.type,
      slowStartMs: lengthMs,
      othersAvailable: others,
      poolRequests: this.recentRequests(pool.id),
    }
    if (now - this.startedAt >= START_MS && startsSlowly(arrival)) this.starts.set(key, { since: now, lengthMs })
  }

  /** Forgets backends that are no longer configured. */
  keep(config: Config): void {
    const present = new Set(config.pools.flatMap((pool) => pool.backends.map(({ id }) => `${pool.id}/${id}`)))
    for (const key of this.well) if (!present.has(key)) this.well.delete(key)
    for (const key of this.starts.keys()) if (!present.has(key)) this.starts.delete(key)
    for (const key of this.ejected) if (!present.has(key)) this.ejected.delete(key)
  }

  /** How a backend starts slowly; undefined when it does not. */
  startOf(pool: string, backend: string): SlowStart | undefined {
    return this.starts.get(`${pool}/${backend}`)
  }

  /** Share of its weight that a backend has now, 0.1 to 1. */
  factor(pool: PoolConfig, backend: string): number {
    const start = this.startOf(pool.id, backend)
    if (start === undefined || !usesSlowStart(pool.strategy.type)) return 1
    return slowStartFactor(this.parts.clock.now() - start.since, start.lengthMs)
  }

  private recentRequests(pool: string): number {
    const list = this.readings.get(pool) ?? []
    return (list.at(-1) ?? 0) - (list[0] ?? 0)
  }
}
