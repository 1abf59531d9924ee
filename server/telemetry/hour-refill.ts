/** After a start, brings the stored ten-second steps of the last hour back into memory: a little each second, the newest first. */
import type { HourPeaks } from './hour-peaks.ts'
import { type SeriesSink, STEP_MS } from './sink.ts'

const HOUR_MS = 3_600_000
/** Read at once, in milliseconds of history. */
const SLICE_MS = 60_000
/** A second gives at most about this much time to it, in milliseconds. */
const PATIENCE_MS = 20

export interface RefillOptions {
  peaks: HourPeaks
  sink: Pick<SeriesSink, 'querySeries'>
  /** Start of the process, epoch milliseconds: from then on the peaks are fed live. */
  startedAt: number
  /** Monotonic milliseconds. */
  clock: { now(): number }
}

export class HourRefill {
  private readonly options: RefillOptions
  private readonly oldest: number
  /** End of what is still to be read. */
  private to: number

  constructor(options: RefillOptions) {
    this.options = options
    // The step that was cut by the restart is counted from here on only.
    this.to = Math.floor(options.startedAt / STEP_MS['10s']) * STEP_MS['10s']
    this.oldest = this.to - HOUR_MS
  }

  /** Call once a second. True when it has added something. */
  tick(): boolean {
    const { clock } = this.options
    const began = clock.now()
    let added = false
    while (this.to > this.oldest && clock.now() - began < PATIENCE_MS) {
      added = this.slice(this.to - SLICE_MS, this.to) || added
      this.to -= SLICE_MS
    }
    return added
  }

  private slice(from: number, to: number): boolean {
    const { peaks, sink } = this.options
    const range = { from, to }
    const pools = new Set(sink.querySeries('10s', range, STEP_MS['10s']).map(({ pool }) => pool))
    pools.delete('')
    for (const pool of pools) peaks.add(sink.querySeries('10s', { ...range, pool }, STEP_MS['10s']))
    return pools.size > 0
  }
}
