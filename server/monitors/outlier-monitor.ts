/** Feeds each pool's outlier detector from the scoreboard once a second and tells who is ejected and who comes back, with evidence. */
import type { Config } from '../../shared/config/config.ts'
import type { BackendConfig, PoolConfig } from '../../shared/config/pool.ts'
import { ms } from '../../shared/units.ts'
import type { Clock } from '../core/clock.ts'
import type { Health } from '../core/health-machine.ts'
import { OutlierDetector, type OutlierFinding, type OutlierSample } from '../core/outlier-detector.ts'
import { spell } from './probe.ts'

/** What is read of the scoreboard. Counters only grow, summed over all workers. */
interface OutlierReader {
  /** Fills `into` with the row's counters, in the order of `counters`. */
  readCounters(slot: number, into: Float64Array): void
  consecutiveFailures(slot: number): number
  resetConsecutiveFailures(slot: number): void
}

export interface OutlierChange {
  pool: string
  backend: string
  /** False: it takes traffic again. */
  ejected: boolean
  /** In words: "5 failures in a row; for 30 s". */
  reason: string
  /** How long it is ejected, in milliseconds; 0 when it is not. */
  lengthMs: number
  /** Small and flat, for an event. */
  detail: Record<string, string | number | boolean | null>
}

export interface OutlierMonitorParts {
  clock: Clock
  reader: OutlierReader
  /** Names of the reader's counters in their order; must hold those of `NEEDED`. */
  counters: readonly string[]
  /** Row of a backend; undefined while it has none. */
  slotOf(pool: string, backend: string): number | undefined
  /** What the health monitor knows. */
  healthOf(pool: string, backend: string): Health | undefined
  /** Must not throw. */
  onChange(change: OutlierChange): void
}

export interface OutlierMonitor {
  /** Follows a configuration. Changed rules, a new address or switched-off detection end an ejection. */
  update(config: Config): void
  /** Takes one reading; call once a second. */
  tick(): void
  /** Drops what is known about a backend, an ejection included, without a change being told. */
  forget(pool: string, backend: string): void
}

/** Counters that are read, by name. */
const NEEDED = ['requests', 's5xx', 'ours', 'retries', 'connectFailures'] as const
type Counts = Record<(typeof NEEDED)[number], number>

interface WatchedPool {
  config: PoolConfig
  rulesText: string
  detector: OutlierDetector
}

/**
 * Attempts without a valid answer. Each of them was either repeated elsewhere or became an answer of ours. Where statuses are repeated
 * too, those are among the repeats and in `s5xx`; what is left is then a lower bound, and connections that failed are another.
 */
export function gatewayFailures({ s5xx, ours, retries, connectFailures }: Counts, repeatsStatuses: boolean): number {
  return repeatsStatuses ? Math.max(0, ours + retries - s5xx, connectFailures) : ours + retries
}

const addresses = (pool: PoolConfig) => new Map(pool.backends.map(({ id, address }) => [id, address]))

function createDetector({ outlier }: PoolConfig): OutlierDetector {
  return new OutlierDetector({
    consecutive: outlier.consecutive,
    baseEjectionMs: ms(outlier.baseEjection),
    maxEjectionMs: ms(outlier.maxEjection),
  })
}

/** Starts with no pools; `update` gives it some. Throws `TypeError` when a counter is missing. */
export function createOutlierMonitor(parts: OutlierMonitorParts): OutlierMonitor {
  const { clock, reader } = parts
  const pools = new Map<string, WatchedPool>()
  const row = new Float64Array(parts.counters.length)
  const order = NEEDED.map((name) => {
    const index = parts.counters.indexOf(name)
    if (index < 0) throw new TypeError(`the scoreboard does not count ${name}`)
    return [name, index] as const
  })

  function counts(slot: number): Counts {
    reader.readCounters(slot, row)
    return Object.fromEntries(order.map(([name, index]) => [name, row[index]])) as Counts
  }

  function sampleOf(pool: PoolConfig, { id, adminState, weight }: BackendConfig): OutlierSample | undefined {
    const slot = parts.slotOf(pool.id, id)
    if (slot === undefined) return undefined
    const counted = counts(slot)
    return {
      id,
      available: adminState === 'active' && weight > 0 && parts.healthOf(pool.id, id) === 'healthy',
      requests: counted.requests,
      failures5xx: counted.s5xx,
      gatewayFailures: gatewayFailures(counted, pool.retry.on.length > 0),
      consecutiveFailures: reader.consecutiveFailures(slot),
    }
  }

  /** A new start: old failures in a row must not eject at once again. */
  function settle(pool: string, backend: string): void {
    const slot = parts.slotOf(pool, backend)
    if (slot !== undefined) reader.resetConsecutiveFailures(slot)
  }

  function comesBack(pool: string, backend: string, reason: string): void {
    settle(pool, backend)
    parts.onChange({ pool, backend, ejected: false, reason, lengthMs: 0, detail: { reason } })
  }

  function tell(pool: string, finding: OutlierFinding, samples: readonly OutlierSample[]): void {
    const { id, reason } = finding
    if (finding.kind === 'return') return comesBack(pool, id, reason)
    const lengthMs = finding.until - clock.now()
    const sample = samples.find((other) => other.id === id)
    const detail = {
      reason,
      seconds: Math.round(lengthMs / 1000),
      times: finding.times,
      inARow: sample?.consecutiveFailures ?? 0,
    }
    const told = `${reason}; for ${spell(lengthMs)}`
    parts.onChange({ pool, backend: id, ejected: true, reason: told, lengthMs, detail })
  }

  /** Ends the ejections of those that are still configured and match. */
  function release(
    { config, detector }: WatchedPool,
    next: PoolConfig,
    reason: string,
    which: (id: string) => boolean,
  ) {
    for (const { id } of next.backends) {
      if (!which(id)) continue
      const ejected = detector.isEjected(id)
      detector.forget(id)
      if (ejected) comesBack(config.id, id, reason)
    }
  }

  function follow(config: PoolConfig): void {
    const rulesText = JSON.stringify(config.outlier)
    const known = pools.get(config.id)
    if (known?.rulesText !== rulesText) {
      if (known !== undefined) release(known, config, 'the rules of outlier detection were changed', () => true)
      pools.set(config.id, { config, rulesText, detector: createDetector(config) })
      return
    }
    const before = addresses(known.config)
    const after = addresses(config)
    known.config = config
    release(known, config, 'its address was changed', (id) => before.has(id) && before.get(id) !== after.get(id))
  }

  return {
    update(config) {
      const present = new Set(config.pools.map(({ id }) => id))
      for (const id of pools.keys()) if (!present.has(id)) pools.delete(id)
      for (const pool of config.pools) follow(pool)
    },
    tick() {
      const now = clock.now()
      for (const { config, detector } of pools.values()) {
        if (!config.outlier.enabled) continue
        const samples = config.backends.flatMap((backend) => sampleOf(config, backend) ?? [])
        for (const finding of detector.sample(now, samples)) tell(config.id, finding, samples)
      }
    },
    forget(pool, backend) {
      pools.get(pool)?.detector.forget(backend)
      settle(pool, backend)
    },
  }
}
