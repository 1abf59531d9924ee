/**
 * What the pictures of the strategies show: three backends of the same weight, the last three times as slow, one request a step. The picks
 * are those of the strategies' own code; a test plays the scene and compares.
 */
import type { StrategyType } from './config/strategy.ts'

/** Steps that each backend works on a request. */
export const SERVICE_STEPS: readonly number[] = [3, 3, 9]
/** Requests before the picture begins, so that strategies that learn have learned. */
export const WARM_UP = 60
/** Clients that take turns; only a hash tells them apart. */
export const CLIENTS: readonly string[] = ['198.51.100.1', '198.51.100.6']
/** `first` fills a backend up to here before it takes the next. */
export const MAX_CONNECTIONS = 2
/** Seed of the strategies that draw. */
export const SEED = 7

/** For each strategy: which of the three backends gets each request. */
export const picks: Readonly<Record<StrategyType, readonly number[]>> = {
  'round-robin': [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2],
  'least-connections': [1, 0, 0, 1, 1, 0, 2, 1, 0, 2, 1, 0],
  'least-time': [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1],
  'power-of-two': [1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 2, 2],
  random: [2, 2, 1, 2, 1, 2, 0, 1, 1, 2, 2, 2],
  hash: [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1],
  first: [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1],
}
