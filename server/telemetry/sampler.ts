/** Samples the scoreboard once a second: what each backend, each pool and the whole balancer did since the last time. */
import { type Flows, NO_FLOWS } from '../../shared/api/flows.ts'
import type { BackendTick, Recent, Sample, Tick } from '../../shared/api/live.ts'
import { BUCKETS } from '../core/histogram.ts'
import { DeltaReader, type NumbersSource, type SlotName } from './reader.ts'
import { RecentSeconds } from './recent.ts'
import {
  addCounts,
  type Counts,
  emptyCounts,
  type Frame,
  type FrameConsumer,
  isIdle,
  keyOf,
  NOBODY,
  type SeriesName,
  toSample,
} from './sample.ts'

export interface SamplerOptions {
  source: NumbersSource
  /** Names of the source's counters, in their order. */
  counters: readonly string[]
  /** Every row in use now, draining backends included; `NOBODY` names rows that count in sums only. */
  slots(): readonly SlotName[]
  /** Revision in force. */
  revision(): number
  /** Client connections by listener id. */
  connections(): Record<string, number>
  /** The last 10 seconds by listeners and routes; absent: nobody follows them. */
  flows?(): Flows
  /** Who gets each second: memory, roll-up. */
  consumers: readonly FrameConsumer[]
}

/** A late timer is bridged with idle seconds up to this many; a longer silence is a gap. */
const MOST_BRIDGED = 5
const SECOND = 1000

interface Slate {
  counts: Counts
  /** Memory of the histogram, used again each second. */
  kept: Float64Array | null
  tunnels: number
  /** What the last tick said, so that a change without traffic is news. */
  toldInFlight: number
  toldTunnels: number
  generation: number
}

/** Turns readings of the scoreboard into seconds. The caller owns the timer. */
export class Sampler {
  private readonly options: SamplerOptions
  private readonly reader: DeltaReader
  private readonly slates = new Map<string, Slate>()
  private readonly window = new RecentSeconds()
  private last = Number.NaN
  private wasLate = false
  private generation = 0
  private frame: Frame | undefined

  constructor(options: SamplerOptions) {
    this.options = options
    this.reader = new DeltaReader(options.source, options.counters)
  }

  /** Reads all rows and closes the second that ends at `nowEpochMs`. The answer lacks probe results. */
  tick(nowEpochMs: number): Tick {
    const t = this.place(nowEpochMs)
    this.generation++
    const total = this.slateOf({ pool: '', backend: '' })
    total.counts.seconds = 1
    const used = this.read()
    for (const slate of used) {
      const { counts } = slate
      if (isIdle(counts)) continue
      const inFlight = counts.inFlight
      if (counts.pool !== NOBODY) this.include(this.slateOf({ pool: counts.pool, backend: '' }), counts, inFlight)
      this.include(total, counts, inFlight)
    }
    const busy = [...this.slates.values()].filter((slate) => slate.generation === this.generation)
    const pools = busy.filter(({ counts }) => counts.pool !== '' && counts.backend === '')
    const frame: Frame = {
      t,
      total: total.counts,
      pools: pools.map((slate) => slate.counts).filter((counts) => !isIdle(counts)),
      backends: used.map((slate) => slate.counts).filter((counts) => counts.backend !== NOBODY && !isIdle(counts)),
    }
    this.pass(frame)
    this.frame = frame
    const tick = this.describe(frame, used)
    this.forget()
    return tick
  }

  /** The last second of a backend, a pool (`backend` '') or the whole balancer (both ''); null before the first tick. */
  lastSample(pool: string, backend: string): Sample | null {
    if (!this.frame) return null
    const slate = this.slates.get(keyOf({ pool, backend }))
    return toSample(this.frame.t, slate?.generation === this.generation ? slate.counts : emptyCounts({ pool, backend }))
  }

  /** The last 10 seconds of the same. */
  recent(pool: string, backend: string): Recent {
    return this.window.of({ pool, backend })
  }

  /** Start of the second that ends now. Small drifts of the timer neither repeat nor skip a second. */
  private place(now: number): number {
    const measured = Math.round((now - SECOND) / SECOND) * SECOND
    const next = this.last + SECOND
    const late = (measured - next) / SECOND
    let t = measured
    const stillLate = late === 1 && this.wasLate
    this.wasLate = late === 1
    if (Math.abs(late) <= 1 && !stillLate) t = next
    else if (late > 0 && late <= MOST_BRIDGED) this.bridge(next, measured)
    this.last = t
    return t
  }

  private bridge(from: number, to: number): void {
    for (let t = from; t < to; t += SECOND) {
      const total = { ...emptyCounts({ pool: '', backend: '' }), seconds: 1 }
      const idle: Frame = { t, total, pools: [], backends: [] }
      this.pass(idle)
    }
  }

  private pass(frame: Frame): void {
    this.window.add(frame)
    for (const consumer of this.options.consumers) consumer.add(frame)
  }

  private read(): Slate[] {
    const used: Slate[] = []
    for (const name of this.options.slots()) {
      const before = this.slates.get(keyOf(name))
      const first = before?.generation !== this.generation
      const slate = this.slateOf(name)
      if (first) used.push(slate)
      this.reader.addTo(slate.counts, () => emptied(slate), name)
      slate.tunnels += Math.max(0, this.options.source.tunnels(name.slot))
    }
    return used
  }

  /** In flight at one moment adds up over backends, unlike the most of several moments. */
  private include(sum: Slate, counts: Counts, inFlight: number): void {
    if (counts.histogram !== null) sum.counts.histogram ??= emptied(sum)
    const before = sum.counts.inFlight
    addCounts(sum.counts, counts)
    sum.counts.inFlight = before + inFlight
  }

  private slateOf(name: SeriesName): Slate {
    const key = keyOf(name)
    let slate = this.slates.get(key)
    if (!slate) {
      slate = { counts: emptyCounts(name), kept: null, tunnels: 0, toldInFlight: 0, toldTunnels: 0, generation: 0 }
      this.slates.set(key, slate)
    }
    if (slate.generation !== this.generation) {
      slate.generation = this.generation
      slate.counts.sums.fill(0)
      slate.counts.inFlight = 0
      slate.counts.histogram = null
      slate.tunnels = 0
    }
    return slate
  }

  private describe(frame: Frame, used: readonly Slate[]): Tick {
    const backends: BackendTick[] = []
    for (const slate of used) {
      const { counts, tunnels } = slate
      if (counts.backend === NOBODY) continue
      const still = isIdle(counts) && !this.window.moves(counts)
      if (still && slate.toldInFlight === counts.inFlight && slate.toldTunnels === tunnels) continue
      slate.toldInFlight = counts.inFlight
      slate.toldTunnels = tunnels
      backends.push({
        pool: counts.pool,
        id: counts.backend,
        sample: toSample(frame.t, counts),
        recent: this.window.of(counts),
        inFlight: counts.inFlight,
        tunnels,
        probes: [],
      })
    }
    return {
      t: frame.t,
      revision: this.options.revision(),
      total: toSample(frame.t, frame.total),
      recent: this.window.of(frame.total),
      pools: this.describePools(frame, used),
      backends,
      connections: this.options.connections(),
      flows: this.options.flows?.() ?? NO_FLOWS,
    }
  }

  private describePools({ t, pools }: Frame, used: readonly Slate[]): Tick['pools'] {
    const busy = new Map(pools.map((counts) => [counts.pool, counts]))
    const ids = new Set(used.map(({ counts }) => counts.pool).filter((id) => id !== NOBODY))
    return [...ids].flatMap((id) => {
      const name = { pool: id, backend: '' }
      if (!this.window.moves(name)) return []
      return [{ id, sample: toSample(t, busy.get(id) ?? emptyCounts(name)), recent: this.window.of(name) }]
    })
  }

  /** Backends that are gone, and pools without traffic, need no memory. */
  private forget(): void {
    for (const [key, slate] of this.slates) if (slate.generation !== this.generation) this.slates.delete(key)
  }
}

function emptied(slate: Slate): Float64Array {
  slate.kept ??= new Float64Array(BUCKETS)
  return slate.kept.fill(0)
}
