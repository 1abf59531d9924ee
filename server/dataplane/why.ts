/** "Why this backend": what a choice was made from, and its reason in words. Never on the hot path. */
import type { WhyRecord } from '../../shared/api/records.ts'
import type { BackendRef, PoolSnapshot } from '../core/snapshot.ts'
import type { Numbers } from '../core/strategies/strategy.ts'
import type { ExchangeRequest } from './engine.ts'

/** How a backend came to be chosen. */
export const CHOSEN = { strategy: 0, sticky: 1, only: 2 } as const

const RULES: Record<string, string> = {
  'round-robin': 'its turn by weight',
  'least-connections': 'fewest in flight for its weight',
  'least-time': 'shortest expected wait',
  'power-of-two': 'the less busy of two drawn by weight',
  random: 'drawn by weight',
  hash: 'its key leads there',
  first: 'the first with room',
}

/** The reason for a choice in a few words. */
export function reasonOf(pool: PoolSnapshot, chosenBy: number): string {
  if (chosenBy === CHOSEN.sticky) return `bound by the cookie ${pool.sticky?.name ?? ''}`
  if (chosenBy === CHOSEN.only) return 'the only one left'
  return RULES[pool.strategyType] ?? pool.strategyType
}

/**
 * What a choice would be made from now. Called before the choice, the numbers are those it was made from; called at the end of an
 * exchange, they are those of that moment, and `takenAt` says so.
 */
export function explain(
  pool: PoolSnapshot,
  tried: readonly BackendRef[],
  request: ExchangeRequest,
  numbers: Numbers,
  takenAt: WhyRecord['takenAt'],
): WhyRecord {
  const leftOut: WhyRecord['leftOut'] = pool.leftOut.map(({ backend, because }) => ({ backend: backend.id, because }))
  const candidates: WhyRecord['candidates'] = []
  for (const backend of pool.candidates) {
    const inFlight = numbers.inFlight(backend.slot)
    const full = takenAt === 'pick' && backend.maxConnections > 0 && inFlight >= backend.maxConnections
    if (tried.some(({ slot }) => slot === backend.slot)) leftOut.push({ backend: backend.id, because: 'tried' })
    else if (full) leftOut.push({ backend: backend.id, because: 'full' })
    else {
      const score = pool.strategy.score?.(backend, request)
      candidates.push({ backend: backend.id, score: finite(score), inFlight, weight: backend.weight })
    }
  }
  const cookie = pool.sticky === undefined ? undefined : request.cookie(pool.sticky.name)
  return {
    strategy: pool.strategyType,
    key: pool.strategy.key?.(request),
    sticky: cookie === undefined ? undefined : (pool.sticky?.bound.get(cookie)?.id ?? 'nobody who is available'),
    candidates,
    leftOut,
    failingOpen: pool.openBy !== undefined,
    failOpenRule: pool.openBy,
    takenAt,
  }
}

function finite(score: number | undefined): number | undefined {
  return score !== undefined && Number.isFinite(score) ? score : undefined
}
