/**
 * Least time, by a peak-sensitive moving average. Idea: expected wait = time to first byte × (in flight + 1) / weight. A slow answer
 * raises the average at once, fast ones lower it with a half-life of 10 s. A backend without samples is taken to be as fast as
 * the pool's median; one that is not used decays, so that it gets another chance.
 * Source: Twitter Finagle, "Aperture + Peak EWMA" (`PeakEwma.scala`, documented in its user guide); Linkerd uses the same.
 */
import type { Clock } from '../clock.ts'
import { RoundRobin } from './round-robin.ts'
import { roomFor } from './slot-state.ts'
import type { Candidate, Numbers, Strategy, StrategyContext } from './strategy.ts'

const HALF_LIFE_MS = 10_000
/** How often the decay of what was not observed is worked out: 100 times per half-life, an error below 0.7 %. */
const DECAY_EVERY_MS = 100
/** Expected time while nobody was sampled yet, in ms; equal for all, so any value does. */
const NOBODY_KNOWN_MS = 1
/** Averages are kept above this, in ms, so that a product with the load never loses its meaning. */
const LEAST_MS = 0.001

const halved = (value: number, elapsedMs: number): number => value * 2 ** (-elapsedMs / HALF_LIFE_MS)

export class LeastTime implements Strategy {
  private readonly numbers: Numbers
  private readonly clock: Clock
  private readonly turns: RoundRobin
  private members: readonly Candidate[] = []
  /** Whose numbers a slot holds: one that was given to another backend starts afresh. */
  private readonly owner: (string | undefined)[] = []
  /** Average as of `observedAt`, by slot, in ms; 0 without samples. */
  private average = new Float64Array(16)
  /** When the average was last touched, or the backend joined, by slot, in ms of the clock. */
  private observedAt = new Float64Array(16)
  /** What `pick` reads: the decayed average, by slot, in ms. */
  private expected = new Float64Array(16)
  private nextDecay = Number.NEGATIVE_INFINITY
  private scores = new Float64Array(16)
  private known = new Float64Array(16)

  constructor(context: StrategyContext) {
    this.numbers = context.numbers
    this.clock = context.clock
    this.turns = new RoundRobin(context)
  }

  prepare(members: readonly Candidate[]): void {
    this.average = roomFor(this.average, members)
    this.observedAt = roomFor(this.observedAt, members)
    this.expected = roomFor(this.expected, members)
    if (members.length > this.scores.length) {
      this.scores = new Float64Array(members.length * 2)
      this.known = new Float64Array(members.length * 2)
    }
    const now = this.clock.now()
    for (const { slot, id } of members) {
      if (this.owner[slot] === id) continue
      this.owner[slot] = id
      this.average[slot] = 0
      this.observedAt[slot] = now
    }
    this.members = members
    this.turns.prepare(members)
    this.decay(now)
  }

  /** Works out what everybody's average is worth now. */
  private decay(now: number): void {
    this.nextDecay = now + DECAY_EVERY_MS
    const { average, observedAt, expected } = this
    let known = 0
    for (const { slot } of this.members) {
      if (average[slot] === 0) continue
      const value = Math.max(LEAST_MS, halved(average[slot] as number, now - (observedAt[slot] as number)))
      expected[slot] = value
      this.known[known++] = value
    }
    // The lower median: with two samples the faster one, so that a newcomer is tried rather than avoided.
    const median = known === 0 ? NOBODY_KNOWN_MS : (this.known.subarray(0, known).sort()[(known - 1) >> 1] as number)
    for (const { slot } of this.members) {
      if (average[slot] !== 0) continue
      expected[slot] = known === 0 ? median : Math.max(LEAST_MS, halved(median, now - (observedAt[slot] as number)))
    }
  }

  /** Looks at no clock: time alone lowers every average by the same factor, so only an observation can change who is best. */
  pick(candidates: readonly Candidate[]): number {
    const { scores, numbers, expected } = this
    let best = -1
    let lowest = Number.POSITIVE_INFINITY
    let tied = false
    for (let index = 0; index < candidates.length; index++) {
      const { slot, weight } = candidates[index] as Candidate
      const score = ((expected[slot] as number) * (numbers.inFlight(slot) + 1)) / weight
      scores[index] = score
      if (score < lowest) {
        lowest = score
        best = index
        tied = false
      } else if (score === lowest) tied = true
    }
    return tied ? this.turns.pickTied(candidates, scores, lowest) : best
  }

  observe(slot: number, firstByteMs: number): void {
    if (slot >= this.average.length || !(firstByteMs >= 0 && firstByteMs < Number.POSITIVE_INFINITY)) return
    const now = this.clock.now()
    const sample = Math.max(LEAST_MS, firstByteMs)
    const before = this.average[slot] as number
    const after = before <= sample ? sample : sample + halved(before - sample, now - (this.observedAt[slot] as number))
    this.average[slot] = after
    this.observedAt[slot] = now
    this.expected[slot] = after
    if (now >= this.nextDecay) this.decay(now)
  }

  /** Expected wait in milliseconds for a backend of weight 1; lower is better. */
  score({ slot, weight }: Candidate): number {
    return ((this.expected[slot] as number) * (this.numbers.inFlight(slot) + 1)) / weight
  }
}
