/** Slow start: a backend that returns or joins gets little at first, so that cold caches and empty pools do not knock it over again. */
import type { StrategyType } from './strategies/strategy.ts'

/** Share of its weight that a backend starts with. */
export const SLOW_START_FROM = 0.1

/** Hashing by a moving weight would move keys every second; `first` has no use for weights. */
export function usesSlowStart(strategy: StrategyType): boolean {
  return strategy !== 'hash' && strategy !== 'first'
}

/** What is true when a backend becomes available. */
export interface Arrival {
  readonly strategy: StrategyType
  /** Configured length; 0: off. Milliseconds. */
  readonly slowStartMs: number
  /** Other backends of the pool that are available now. */
  readonly othersAvailable: number
  /** Requests of the pool in the last seconds: a pool without traffic has nothing to protect anybody from. */
  readonly poolRequests: number
}

/** Whether a backend that becomes available starts slowly. Never the only one, and so never all of them at process start. */
export function startsSlowly({ strategy, slowStartMs, othersAvailable, poolRequests }: Arrival): boolean {
  return usesSlowStart(strategy) && slowStartMs > 0 && othersAvailable > 0 && poolRequests > 0
}

/** Factor on the weight, from 0.1 to 1, `sinceMs` after the backend came into traffic. 1 when slow start is off or over. */
export function slowStartFactor(sinceMs: number, slowStartMs: number): number {
  if (slowStartMs <= 0 || sinceMs >= slowStartMs) return 1
  return SLOW_START_FROM + (1 - SLOW_START_FROM) * (Math.max(0, sinceMs) / slowStartMs)
}
