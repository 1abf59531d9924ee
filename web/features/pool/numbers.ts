/** Shares of a pool's backends over the last seconds. */
import type { BackendStatus, PoolStatus } from '../../../shared/api/live.ts'

export interface BackendShare {
  /** Share of what the pool's backends got; NaN when they got nothing. */
  share: number
  /** Share it should get by weight among those that take traffic. */
  expected: number
}

function takesTraffic(backend: BackendStatus): boolean {
  return backend.leftOut === null
}

/** Shares by backend id. */
export function sharesOf(pool: PoolStatus): Map<string, BackendShare> {
  const total = pool.backends.reduce((all, backend) => all + backend.recent.requests, 0)
  const weights = pool.backends.filter(takesTraffic).reduce((all, backend) => all + backend.weight, 0)
  return new Map(
    pool.backends.map((backend) => [
      backend.id,
      {
        share: backend.recent.requests / total,
        expected: takesTraffic(backend) && weights > 0 ? backend.weight / weights : 0,
      },
    ]),
  )
}
