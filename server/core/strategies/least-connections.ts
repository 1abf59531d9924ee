/**
 * Least connections. Idea: the backend with the smallest (in flight + 1) / weight is the least loaded once it has this request;
 * counts are shared by all workers, so this is exact. Ties go in smooth round robin: an idle pool does not send everything to one.
 * Source: HAProxy configuration manual, `balance leastconn`; the + 1 also for idle backends as in Envoy's weighted least request,
 * so that weights count when idle (HAProxy treats all idle ones alike, nginx's least_conn compares without the + 1).
 */
import { RoundRobin } from './round-robin.ts'
import type { Candidate, Numbers, Strategy, StrategyContext } from './strategy.ts'

export class LeastConnections implements Strategy {
  private readonly numbers: Numbers
  private readonly turns: RoundRobin
  /** Scores of the candidates of one pick, by position: other workers change the counts between two looks. */
  private scores = new Float64Array(16)

  constructor(context: StrategyContext) {
    this.numbers = context.numbers
    this.turns = new RoundRobin(context)
  }

  prepare(members: readonly Candidate[]): void {
    if (members.length > this.scores.length) this.scores = new Float64Array(members.length * 2)
    this.turns.prepare(members)
  }

  pick(candidates: readonly Candidate[]): number {
    const { scores, numbers } = this
    let best = -1
    let lowest = Number.POSITIVE_INFINITY
    let tied = false
    for (let index = 0; index < candidates.length; index++) {
      const { slot, weight } = candidates[index] as Candidate
      const score = (numbers.inFlight(slot) + 1) / weight
      scores[index] = score
      if (score < lowest) {
        lowest = score
        best = index
        tied = false
      } else if (score === lowest) tied = true
    }
    return tied ? this.turns.pickTied(candidates, scores, lowest) : best
  }

  /** Lower is better. */
  score({ slot, weight }: Candidate): number {
    return (this.numbers.inFlight(slot) + 1) / weight
  }
}
