/** Figures of a backend over the last seconds, worked out from the ticks this page has seen. */
import type { BackendStatus, PoolStatus, Tick } from '../../../shared/api/live.ts'

/** Seconds that are averaged. */
const WINDOW = 10

export interface BackendFigures {
  requestsPerSecond: number
  /** Share of the pool's requests; NaN without any. */
  share: number
  /** Share it should get by weight among those that take traffic. */
  expected: number
  /** Share of its requests that failed. */
  errors: number
  bytesPerSecond: number
}

function takesTraffic(backend: BackendStatus): boolean {
  return backend.availability === 'healthy' && backend.adminState === 'active' && backend.weight > 0
}

/** Figures by backend id. */
export function figuresOf(pool: PoolStatus, ticks: readonly Tick[]): Map<string, BackendFigures> {
  const recent = ticks.slice(-WINDOW)
  const seconds = Math.max(1, recent.length)
  const sums = new Map(pool.backends.map((backend) => [backend.id, { requests: 0, failed: 0, bytes: 0 }]))
  for (const tick of recent) {
    for (const entry of tick.backends) {
      const sum = entry.pool === pool.id ? sums.get(entry.id) : undefined
      if (sum === undefined) continue
      sum.requests += entry.sample.requests
      sum.failed += entry.sample.s5xx + entry.sample.ours
      sum.bytes += entry.sample.bytesOut
    }
  }
  const total = [...sums.values()].reduce((all, sum) => all + sum.requests, 0)
  const weights = pool.backends.filter(takesTraffic).reduce((all, backend) => all + backend.weight, 0)
  return new Map(
    pool.backends.map((backend) => {
      const sum = sums.get(backend.id) ?? { requests: 0, failed: 0, bytes: 0 }
      return [
        backend.id,
        {
          requestsPerSecond: sum.requests / seconds,
          share: sum.requests / total,
          expected: takesTraffic(backend) && weights > 0 ? backend.weight / weights : 0,
          errors: sum.requests === 0 ? 0 : sum.failed / sum.requests,
          bytesPerSecond: sum.bytes / seconds,
        },
      ]
    }),
  )
}
