/** The strategies in plain words. */
import type { StrategyType } from '../../../shared/config/strategy.ts'

export interface StrategyWords {
  type: StrategyType
  name: string
  sentence: string
  use: string
  not: string
}

export const strategies: readonly StrategyWords[] = [
  {
    type: 'round-robin',
    name: 'Round robin',
    sentence: 'Each in turn, as often as its weight says, never in bursts.',
    use: 'Requests cost about the same.',
    not: 'Connections live long or requests differ much.',
  },
  {
    type: 'least-connections',
    name: 'Least connections',
    sentence: 'The one with the fewest in flight, counted over all threads.',
    use: 'WebSockets, uploads, uneven requests.',
    not: 'A broken backend fails fast and looks free.',
  },
  {
    type: 'least-time',
    name: 'Least time',
    sentence: 'The one that would answer soonest, by its recent speed and queue.',
    use: 'Backends of different speed.',
    not: 'Traffic is too thin to learn from.',
  },
  {
    type: 'power-of-two',
    name: 'Power of two',
    sentence: 'Two drawn at random, the less busy one wins.',
    use: 'Many balancers share the same backends.',
    not: 'You need exactly even counts.',
  },
  {
    type: 'random',
    name: 'Random',
    sentence: 'Drawn by weight.',
    use: 'Very many backends and requests.',
    not: 'Few requests: chance is uneven.',
  },
  {
    type: 'hash',
    name: 'Hash',
    sentence: 'The same client, address or header always meets the same backend.',
    use: 'Caches and sessions kept by a backend.',
    not: 'A few keys carry most of the traffic.',
  },
  {
    type: 'first',
    name: 'First',
    sentence: 'The first that is not full, in the order of the list.',
    use: 'Fill one before paying for the next.',
    not: 'No backend has a limit.',
  },
]
