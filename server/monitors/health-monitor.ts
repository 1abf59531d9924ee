/**
 * Health of all backends: one machine per (pool, backend), never per address. Follows the configuration, runs the probes when they are
 * due and tells every flip with its evidence. All timing is on a monotonic clock; the wall clock is only written down.
 */
import { parseHostPort } from '../../shared/address.ts'
import type { ProbeResult } from '../../shared/api/live.ts'
import type { Config } from '../../shared/config/config.ts'
import type { BackendConfig, PoolConfig } from '../../shared/config/pool.ts'
import type { Clock, Random } from '../core/clock.ts'
import { createProbeGate } from './probe-gate.ts'
import { createProbes, type Probes } from './probes.ts'
import { createSchedule } from './schedule.ts'
import {
  type Check,
  type HealthChange,
  type HealthFact,
  type HealthListeners,
  rulesOf,
  type Surroundings,
  WatchedBackend,
} from './watched-backend.ts'

export type { HealthChange, HealthFact }

export interface HealthMonitorParts extends HealthListeners {
  /** Monotonic, in step with `setTimeout`. */
  clock: Clock
  /** Epoch milliseconds. */
  wallClock: () => number
  random: Random
  /** Results from before, newest last, to fill the strip of a backend that is new to the monitor. */
  lastProbes?(pool: string, backend: string): ProbeResult[]
  /** How checks are carried out; absent: real probes of the system's names. */
  probes?: Pick<Probes, 'of' | 'close'>
}

export interface HealthMonitor {
  /**
   * Follows a configuration. A backend that is unchanged keeps everything; one with a new address starts as unknown; one whose health
   * check was edited keeps its health until the new check, which runs at once, says otherwise, so that no edit empties a pool.
   */
  update(config: Config): void
  /** Live traffic failed to connect or was reset: counts as one failed probe and asks for one at once; the machine limits both. */
  liveFailure(pool: string, backend: string, detail: string): void
  /** Probes now, or joins the probe under way. Undefined for an unknown or unchecked backend, or when it could not be made. */
  probeNow(pool: string, backend: string): Promise<ProbeResult | undefined>
  fact(pool: string, backend: string): HealthFact | undefined
  facts(): HealthFact[]
  /** Calls off every probe; holds up nothing afterwards. */
  stop(): void
}

const keyOf = (pool: string, backend: string) => `${pool}/${backend}`

/** Starts monitoring nothing; `update` gives it its backends. */
export function createHealthMonitor(parts: HealthMonitorParts): HealthMonitor {
  const { clock, random, wallClock } = parts
  const probes = parts.probes ?? createProbes({ wallClock })
  const schedule = createSchedule(clock)
  const around: Surroundings = {
    clock,
    wallClock,
    random,
    schedule,
    gate: createProbeGate(schedule, clock),
    listeners: parts,
  }
  const watched = new Map<string, { address: string; backend: WatchedBackend }>()

  function begin(pool: PoolConfig, { id, address }: BackendConfig, check: Check): WatchedBackend {
    const key = keyOf(pool.id, id)
    const target = parseHostPort(address)
    if (target === undefined) throw new TypeError(`not an address: ${address}`)
    // The strip of another address would be misleading: only a backend that is new here gets its past back.
    const past = watched.has(key) ? [] : (parts.lastProbes?.(pool.id, id) ?? [])
    const backend = new WatchedBackend({ pool: pool.id, backend: id }, target, check, around, past)
    watched.set(key, { address, backend })
    return backend
  }

  function follow(pool: PoolConfig): void {
    const { healthCheck } = pool
    const check = { text: JSON.stringify(healthCheck), probe: probes.of(healthCheck), rules: rulesOf(healthCheck) }
    for (const configured of pool.backends) {
      const known = watched.get(keyOf(pool.id, configured.id))
      if (known?.address !== configured.address) {
        known?.backend.retire()
        begin(pool, configured, check)
      } else if (known.backend.checkText !== check.text) {
        known.backend.recheck(check)
      }
    }
  }

  return {
    update(config) {
      const present = new Set(config.pools.flatMap((pool) => pool.backends.map(({ id }) => keyOf(pool.id, id))))
      for (const [key, { backend }] of watched) {
        if (present.has(key)) continue
        watched.delete(key)
        backend.retire()
      }
      for (const pool of config.pools) follow(pool)
    },
    liveFailure: (pool, backend, detail) => watched.get(keyOf(pool, backend))?.backend.liveFailure(detail),
    probeNow: async (pool, backend) => watched.get(keyOf(pool, backend))?.backend.launch(true),
    fact: (pool, backend) => watched.get(keyOf(pool, backend))?.backend.fact,
    facts: () => [...watched.values()].map(({ backend }) => backend.fact),
    stop() {
      for (const { backend } of watched.values()) backend.retire()
      schedule.close()
      probes.close()
    },
  }
}
