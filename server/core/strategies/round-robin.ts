/**
 * Smooth weighted round robin. Idea: every candidate's running weight grows by its weight, the largest is picked and pays the
 * total, so turns are interleaved and a heavy backend never gets a burst: 5/1/1 gives a a b a c a a, equal weights plain rotation.
 * Source: nginx 1.3.1, "Upstream: smooth weighted round-robin balancing" (Maxim Dounin, May 2012).
 */
import { roomFor } from './slot-state.ts'
import type { Candidate, Strategy, StrategyContext } from './strategy.ts'

/** Most turns that a random start skips: bounds the cost of a first `prepare` to some milliseconds for 2,000 backends. */
const MOST_SKIPPED_TURNS = 4096

export class RoundRobin implements Strategy {
  private readonly random: StrategyContext['random']
  /** Running weight by slot. Over the prepared members they sum to zero. */
  private current = new Float64Array(16)
  /** Number of the last `prepare` that named the slot. */
  private named = new Float64Array(16)
  private prepared = 0

  constructor({ random }: Pick<StrategyContext, 'random'>) {
    this.random = random
  }

  /** Who stays keeps its turn; who joins starts in the middle; what leavers were owed or owe is settled among those who stay. */
  prepare(members: readonly Candidate[]): void {
    this.current = roomFor(this.current, members)
    this.named = roomFor(this.named, members)
    const { current, named } = this
    let owed = 0
    let staying = 0
    for (const { slot, weight } of members) {
      if (this.prepared === 0 || named[slot] !== this.prepared) continue
      owed += current[slot] as number
      staying += weight
    }
    for (const { slot, weight } of members) {
      const stays = this.prepared > 0 && named[slot] === this.prepared
      current[slot] = stays ? (current[slot] as number) - (owed * weight) / staying : 0
      named[slot] = this.prepared + 1
    }
    this.prepared += 1
    if (staying === 0) this.skipTurns(members)
  }

  /** Each instance starts at a random turn of the cycle, so that a few requests over many workers still spread. */
  private skipTurns(members: readonly Candidate[]): void {
    let total = 0
    for (const { weight } of members) total += weight
    const cycle = Math.min(MOST_SKIPPED_TURNS, Math.max(members.length, Math.ceil(total)))
    for (let turns = Math.floor(this.random() * cycle); turns > 0; turns--) this.pick(members)
  }

  pick(candidates: readonly Candidate[]): number {
    const { current } = this
    let total = 0
    let best = -1
    let highest = Number.NEGATIVE_INFINITY
    for (let index = 0; index < candidates.length; index++) {
      const { slot, weight } = candidates[index] as Candidate
      const value = (current[slot] as number) + weight
      current[slot] = value
      total += weight
      if (value > highest) {
        highest = value
        best = index
      }
    }
    if (best >= 0) this.pay(candidates, best, total)
    return best
  }

  /** The same among the candidates whose score is `lowest` only: how other strategies break ties. `scores` is by position. */
  pickTied(candidates: readonly Candidate[], scores: Float64Array, lowest: number): number {
    const { current } = this
    let total = 0
    let best = -1
    let highest = Number.NEGATIVE_INFINITY
    for (let index = 0; index < candidates.length; index++) {
      if (scores[index] !== lowest) continue
      const { slot, weight } = candidates[index] as Candidate
      const value = (current[slot] as number) + weight
      current[slot] = value
      total += weight
      if (value > highest) {
        highest = value
        best = index
      }
    }
    if (best >= 0) this.pay(candidates, best, total)
    return best
  }

  private pay(candidates: readonly Candidate[], best: number, total: number): void {
    const { slot } = candidates[best] as Candidate
    this.current[slot] = (this.current[slot] as number) - total
  }
}
