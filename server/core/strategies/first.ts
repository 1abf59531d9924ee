/**
 * First available. Idea: fill the backends one after the other, each up to its `maxConnections`, so that the last ones stay idle
 * and can be switched off. Source: HAProxy configuration manual, `balance first`.
 */
import type { Candidate, Numbers, Strategy, StrategyContext } from './strategy.ts'

export class First implements Strategy {
  private readonly numbers: Numbers

  constructor({ numbers }: StrategyContext) {
    this.numbers = numbers
  }

  prepare(): void {}

  /** -1 when every candidate is full. */
  pick(candidates: readonly Candidate[]): number {
    for (let index = 0; index < candidates.length; index++) {
      const { slot, maxConnections } = candidates[index] as Candidate
      if (maxConnections === 0 || this.numbers.inFlight(slot) < maxConnections) return index
    }
    return -1
  }
}
