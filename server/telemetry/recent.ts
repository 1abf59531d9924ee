/**
 * The last ten seconds as one window, with histograms, so that percentiles are those of all its responses together. A busy name
 * keeps a small record for each second, with only the latency buckets that were hit; an idle one nothing.
 */
import type { Recent } from '../../shared/api/live.ts'
import { RECENT_SECONDS, whatHappened } from '../../shared/what-happened.ts'
import { BUCKETS } from '../core/histogram.ts'
import {
  type Counts,
  emptyCounts,
  type Frame,
  type FrameConsumer,
  isIdle,
  keyOf,
  type SeriesName,
  SUMS,
  toSample,
} from './sample.ts'

const SECOND = 1000

interface Entry {
  t: number
  sums: Float64Array
  inFlight: number
  /** Bucket, count, bucket, count …; null when nothing was answered. */
  latency: number[] | null
}

export class RecentSeconds implements FrameConsumer {
  private readonly chains = new Map<string, Entry[]>()
  private quiet = new Set<string>()
  /** The window reaches no further back than this. */
  private begin = Number.NaN
  private newest = Number.NaN
  private readonly histogram = new Float64Array(BUCKETS)

  add(frame: Frame): void {
    const continues = Number.isNaN(this.newest) || frame.t === this.newest + SECOND
    this.quiet = new Set()
    if (Number.isNaN(this.begin)) this.begin = frame.t
    this.newest = frame.t
    if (!continues) return this.restart()
    this.append(frame.t, frame.total)
    for (const counts of frame.pools) this.append(frame.t, counts)
    for (const counts of frame.backends) this.append(frame.t, counts)
    this.forgetUntil(frame.t - RECENT_SECONDS * SECOND)
  }

  /** Real length of the window in seconds: less than `RECENT_SECONDS` after a start or a gap. */
  seconds(): number {
    return Number.isNaN(this.newest) ? 0 : Math.min(RECENT_SECONDS, (this.newest + SECOND - this.begin) / SECOND)
  }

  /** The window of a backend, a pool (`backend` '') or the whole balancer (both ''). */
  of(name: SeriesName): Recent {
    const counts = emptyCounts(name)
    for (const { sums, inFlight, latency } of this.chains.get(keyOf(name)) ?? []) {
      for (let index = 0; index < SUMS; index++)
        counts.sums[index] = (counts.sums[index] as number) + (sums[index] as number)
      counts.inFlight = Math.max(counts.inFlight, inFlight)
      if (latency === null) continue
      counts.histogram ??= this.histogram.fill(0)
      for (let at = 0; at < latency.length; at += 2) {
        const bucket = latency[at] as number
        counts.histogram[bucket] = (counts.histogram[bucket] as number) + (latency[at + 1] as number)
      }
    }
    const seconds = this.seconds()
    const sample = toSample(Number.isNaN(this.newest) ? 0 : this.newest + SECOND - seconds * SECOND, counts, seconds)
    return Object.assign(sample, whatHappened(sample, seconds))
  }

  /** Whether the window of a name holds something, or held it until the last second: only those are news. */
  moves(name: SeriesName): boolean {
    const key = keyOf(name)
    return this.chains.has(key) || this.quiet.has(key)
  }

  /** After a gap nobody knows how long the counts of the first second took: the window begins after it. */
  private restart(): void {
    for (const key of this.chains.keys()) this.quiet.add(key)
    this.chains.clear()
    this.begin = this.newest + SECOND
  }

  private append(t: number, counts: Counts): void {
    if (isIdle(counts)) return
    const key = keyOf(counts)
    const entry = { t, sums: counts.sums.slice(), inFlight: counts.inFlight, latency: sparse(counts.histogram) }
    const chain = this.chains.get(key)
    if (chain === undefined) this.chains.set(key, [entry])
    else chain.push(entry)
  }

  private forgetUntil(t: number): void {
    for (const [key, chain] of this.chains) {
      while (chain[0] !== undefined && chain[0].t <= t) chain.shift()
      if (chain.length > 0) continue
      this.chains.delete(key)
      this.quiet.add(key)
    }
  }
}

function sparse(histogram: Float64Array | null): number[] | null {
  if (histogram === null) return null
  const pairs: number[] = []
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const count = histogram[bucket] as number
    if (count !== 0) pairs.push(bucket, count)
  }
  return pairs
}
