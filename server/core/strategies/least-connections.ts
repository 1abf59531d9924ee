/**
 * Least connections. Idea: the backend with the smallest in flight / weight is the least loaded; counts are shared by all workers,
 * so this is exact. All idle ones are equally free, whatever their weights, and ties go in smooth round robin by weight: with little
 * load everybody gets its share. (With in flight + 1, as HAProxy's and Envoy's formulas have it, the heaviest idle backend would
 * be alone in front and take all of a light load.)
 * Source: nginx, `ngx_http_upstream_least_conn_module`: compares conns / weight by cross-multiplication, ties by weighted round robin.
 */
import { RoundRobin } from './round-robin.ts'
import type { Candidate, Numbers, Strategy, StrategyContext } from './strategy.ts'

export class LeastConnections implements Strategy {
  private readonly numbers: Numbers
  private readonly turns: RoundRobin
  /** Counts of one pick, by position: other workers change them between two looks. Among ties, marks of who is in it. */
  private counts = new Float64Array(16)

  constructor(context: StrategyContext) {
    this.numbers = context.numbers
    this.turns = new RoundRobin(context)
  }

  prepare(members: readonly Candidate[]): void {
    if (members.length > this.counts.length) this.counts = new Float64Array(members.length * 2)
    this.turns.prepare(members)
  }

  pick(candidates: readonly Candidate[]): number {
    const { counts, numbers } = this
    let best = -1
    let bestCount = 1
    let bestWeight = 0
    let tied = false
    for (let index = 0; index < candidates.length; index++) {
      const { slot, weight } = candidates[index] as Candidate
      const count = numbers.inFlight(slot)
      counts[index] = count
      // count / weight against bestCount / bestWeight, without dividing.
      const mine = count * bestWeight
      const theirs = bestCount * weight
      if (mine < theirs) {
        best = index
        bestCount = count
        bestWeight = weight
        tied = false
      } else if (mine === theirs) tied = true
    }
    return tied ? this.pickTied(candidates, bestCount, bestWeight) : best
  }

  private pickTied(candidates: readonly Candidate[], bestCount: number, bestWeight: number): number {
    const { counts } = this
    // The usual tie is among idle ones: their counts are marks already.
    if (bestCount > 0)
      for (let index = 0; index < candidates.length; index++) {
        const { weight } = candidates[index] as Candidate
        counts[index] = (counts[index] as number) * bestWeight === bestCount * weight ? 0 : 1
      }
    return this.turns.pickTied(candidates, counts, 0)
  }

  /** Lower is better. */
  score({ slot, weight }: Candidate): number {
    return this.numbers.inFlight(slot) / weight
  }
}
