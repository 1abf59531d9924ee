/** Reads the scoreboard's ever-growing counters as differences since the last reading. */
import { BUCKETS } from '../core/histogram.ts'
import { ANSWERS, type Counts, type SeriesName, SUMS, sums } from './sample.ts'

/** Live numbers by slot, summed over the workers; the scoreboard's reader is one. */
export interface NumbersSource {
  inFlight(slot: number): number
  /** WebSockets and other tunnels among them. */
  tunnels(slot: number): number
  /** Fills `into` with the counters, in the order of the source's names. */
  readCounters(slot: number, into: Float64Array): void
  /** Fills `into` with the latency histogram (`BUCKETS` long). */
  readHistogram(slot: number, into: Float64Array): void
  /** A number of a whole worker. */
  gauge(worker: number, gauge: number): number
}

/** A row of the scoreboard and whose it is. */
export interface SlotName extends SeriesName {
  slot: number
}

interface Baseline extends SeriesName {
  counters: Float64Array
  histogram: Float64Array
  /** The last reading saw answers whose latency may have been written just after it. */
  open: boolean
}

/** Differences since the last reading, slot by slot. A slot that was given to another backend starts from zero. */
export class DeltaReader {
  private readonly source: NumbersSource
  /** Where each of `sums` stands among the source's counters. */
  private readonly order: number[]
  private readonly baselines = new Map<number, Baseline>()
  private readonly counters: Float64Array
  private readonly histogram = new Float64Array(BUCKETS)

  /** `counters` are the names of the source's counters in their order. */
  constructor(source: NumbersSource, counters: readonly string[]) {
    this.source = source
    this.counters = new Float64Array(counters.length)
    this.order = sums.map((name) => {
      const index = counters.indexOf(name)
      if (index < 0) throw new TypeError(`the scoreboard does not count ${name}`)
      return index
    })
  }

  /** Adds what a slot has counted since the last reading to `into`, with what is in flight now. `kept` is its histogram's memory. */
  addTo(into: Counts, kept: () => Float64Array, name: SlotName): void {
    const { counters } = this
    this.source.readCounters(name.slot, counters)
    const baseline = this.baselineOf(name)
    for (let index = 0; index < SUMS; index++) {
      const at = this.order[index] as number
      into.sums[index] = (into.sums[index] as number) + (counters[at] as number) - (baseline.counters[at] as number)
    }
    into.inFlight += Math.max(0, this.source.inFlight(name.slot))
    const answered = ANSWERS.some((index) => {
      const at = this.order[index] as number
      return counters[at] !== baseline.counters[at]
    })
    baseline.counters.set(counters)
    if (answered || baseline.open) this.addLatencies(into, kept, name.slot, baseline)
    baseline.open = answered
  }

  private addLatencies(into: Counts, kept: () => Float64Array, slot: number, baseline: Baseline): void {
    const { histogram } = this
    this.source.readHistogram(slot, histogram)
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const more = (histogram[bucket] as number) - (baseline.histogram[bucket] as number)
      if (more <= 0) continue
      into.histogram ??= kept()
      into.histogram[bucket] = (into.histogram[bucket] as number) + more
    }
    baseline.histogram.set(histogram)
  }

  private baselineOf(name: SlotName): Baseline {
    const found = this.baselines.get(name.slot)
    if (found && found.pool === name.pool && found.backend === name.backend && !this.wasCleared(found)) return found
    const fresh = {
      pool: name.pool,
      backend: name.backend,
      counters: new Float64Array(this.counters.length),
      histogram: new Float64Array(BUCKETS),
      open: false,
    }
    this.baselines.set(name.slot, fresh)
    return fresh
  }

  /** Counters only grow, so a smaller one means that the row was emptied. */
  private wasCleared(baseline: Baseline): boolean {
    for (let index = 0; index < this.counters.length; index++)
      if ((this.counters[index] as number) < (baseline.counters[index] as number)) return true
    return false
  }
}
