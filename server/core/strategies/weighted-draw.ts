/** Draws one of some candidates at random, each as likely as its weight says. */
import type { Random } from '../clock.ts'
import type { Candidate } from './strategy.ts'

/** Sum of the weights. */
export function totalWeight(candidates: readonly Candidate[]): number {
  let total = 0
  for (let index = 0; index < candidates.length; index++) total += (candidates[index] as Candidate).weight
  return total
}

/**
 * Position of the drawn candidate; -1 when there is none. The one at `except` (-1: nobody) is never drawn, and `total` is the sum
 * of the weights of the others.
 */
export function drawByWeight(candidates: readonly Candidate[], random: Random, total: number, except: number): number {
  let left = random() * total
  let last = -1
  for (let index = 0; index < candidates.length; index++) {
    if (index === except) continue
    last = index
    left -= (candidates[index] as Candidate).weight
    if (left < 0) return index
  }
  // Rounding can leave a crumb above zero after the last one.
  return last
}
