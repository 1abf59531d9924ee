/**
 * Smooth weighted round robin, as published with nginx 1.3.1: every candidate's running weight grows by its weight, the largest is
 * picked and pays the total. 5/1/1 gives a a b a c a a; with equal weights it is plain rotation. Each instance starts at a random
 * phase, so that few requests over many workers still spread.
 */
import type { Candidate, Strategy, StrategyContext } from './strategy.ts'

export class RoundRobin implements Strategy {
  private readonly random: StrategyContext['random']
  /** Running weight by slot. */
  private current = new Float64Array(16)
  private known = new Uint8Array(16)

  constructor({ random }: StrategyContext) {
    this.random = random
  }

  prepare(members: readonly Candidate[]): void {
    let fresh = 0
    for (const { slot } of members) {
      if (slot >= this.current.length) this.grow(slot)
      if (this.known[slot] === 0) fresh += 1
    }
    for (const { slot, weight } of members) {
      if (this.known[slot] !== 0) continue
      this.known[slot] = 1
      // A first set begins anywhere in the cycle; a late joiner in the middle, neither first nor last.
      this.current[slot] = fresh === members.length ? weight * (this.random() - 0.5) : 0
    }
  }

  private grow(slot: number): void {
    const size = 2 ** Math.ceil(Math.log2(slot + 1))
    const current = new Float64Array(size)
    current.set(this.current)
    this.current = current
    const known = new Uint8Array(size)
    known.set(this.known)
    this.known = known
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
    if (best >= 0) {
      const { slot } = candidates[best] as Candidate
      current[slot] = (current[slot] as number) - total
    }
    return best
  }
}
