/**
 * Weighted random. Idea: no state and nothing to agree on between workers; shares follow weights by the law of large numbers.
 * Source: Envoy documentation, "Random" load balancer; HAProxy manual, `balance random(1)`.
 */
import type { Random } from '../clock.ts'
import type { Candidate, Strategy, StrategyContext } from './strategy.ts'
import { drawByWeight, totalWeight } from './weighted-draw.ts'

export class RandomChoice implements Strategy {
  private readonly random: Random

  constructor({ random }: StrategyContext) {
    this.random = random
  }

  prepare(): void {}

  pick(candidates: readonly Candidate[]): number {
    return drawByWeight(candidates, this.random, totalWeight(candidates), -1)
  }
}
