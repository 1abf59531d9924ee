/**
 * Power of two choices. Idea: of two distinct backends drawn at random by weight take the less busy one; the fullest then has
 * O(log log n) more than the average instead of O(log n / log log n), and no herd follows one stale minimum.
 * Source: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS 12(10), 2001.
 *
 * "Less busy" is fewer in flight per unit of weight: with plain counts a pool of two (both are always drawn) would ignore weights.
 * Equal: the first drawn, which was drawn by weight, so an idle pool follows the weights too.
 */
import type { Random } from '../clock.ts'
import type { Candidate, Numbers, Strategy, StrategyContext } from './strategy.ts'
import { drawByWeight, totalWeight } from './weighted-draw.ts'

export class PowerOfTwo implements Strategy {
  private readonly random: Random
  private readonly numbers: Numbers

  constructor({ random, numbers }: StrategyContext) {
    this.random = random
    this.numbers = numbers
  }

  prepare(): void {}

  pick(candidates: readonly Candidate[]): number {
    if (candidates.length < 2) return candidates.length - 1
    const total = totalWeight(candidates)
    const first = drawByWeight(candidates, this.random, total, -1)
    const one = candidates[first] as Candidate
    const second = drawByWeight(candidates, this.random, total - one.weight, first)
    return this.score(candidates[second] as Candidate) < this.score(one) ? second : first
  }

  /** Lower is better, of the two that are drawn. */
  score({ slot, weight }: Candidate): number {
    return this.numbers.inFlight(slot) / weight
  }
}
