/** Every strategy there is, by the name it has in the configuration. A new one is one file, one line here and one schema literal. */
import { First } from './first.ts'
import { Hash } from './hash.ts'
import { LeastConnections } from './least-connections.ts'
import { LeastTime } from './least-time.ts'
import { PowerOfTwo } from './power-of-two.ts'
import { RandomChoice } from './random.ts'
import { RoundRobin } from './round-robin.ts'
import type { Strategy, StrategyContext, StrategyFactory, StrategySpec, StrategyType } from './strategy.ts'

export const strategies = {
  'round-robin': (_spec, context) => new RoundRobin(context),
  'least-connections': (_spec, context) => new LeastConnections(context),
  'least-time': (_spec, context) => new LeastTime(context),
  'power-of-two': (_spec, context) => new PowerOfTwo(context),
  random: (_spec, context) => new RandomChoice(context),
  hash: (spec, context) => new Hash(spec, context),
  first: (_spec, context) => new First(context),
} satisfies { [Type in StrategyType]: StrategyFactory<Type> }

/** Makes the strategy that a pool's configuration asks for. Throws only on a hash key that the schema would have refused. */
export function createStrategy(spec: StrategySpec, context: StrategyContext): Strategy {
  // The compiler cannot see that the entry and the specification go by the same name; the `satisfies` above does.
  return (strategies[spec.type] as StrategyFactory)(spec, context)
}
