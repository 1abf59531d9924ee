import { RoundRobin } from './round-robin.ts'
import type { Strategy, StrategyContext } from './strategy.ts'
export function createStrategy(_spec: { type: string }, context: StrategyContext): Strategy {
  return new RoundRobin(context)
}
