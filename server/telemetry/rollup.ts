/**
 * Adds seconds up to 10 seconds, those to a minute, and minutes to an hour. Histograms merge by adding, so percentiles of any
 * step are true ones. An hour is delivered minute by minute and a cut step in parts: the sink adds them up.
 */
import { addCounts, type Counts, emptyCounts, type Frame, type FrameConsumer, isIdle, keyOf } from './sample.ts'
import { type SeriesRow, type SeriesSink, STEP_MS, type StoredStep } from './sink.ts'

interface OpenStep {
  /** Start, epoch milliseconds. */
  t: number
  counts: Map<string, Counts>
}

export class Rollup implements FrameConsumer {
  private readonly sink: SeriesSink
  private ten: OpenStep | undefined
  private minute: OpenStep | undefined

  constructor(sink: SeriesSink) {
    this.sink = sink
  }

  add(frame: Frame): void {
    const t = startOf(frame.t, '10s')
    if (this.ten?.t !== t) this.closeTen()
    if (this.minute && this.minute.t !== startOf(frame.t, '1m')) this.closeMinute()
    this.ten ??= { t, counts: new Map() }
    include(this.ten, frame.total)
    for (const counts of frame.pools) include(this.ten, counts)
    for (const counts of frame.backends) include(this.ten, counts)
  }

  /** Hands over what has been counted so far, also of steps that have not ended. Call it before the process stops. */
  flush(): void {
    this.closeTen()
    this.closeMinute()
  }

  /** What the sink has not got yet, as rows of a step. */
  openRows(step: StoredStep): SeriesRow[] {
    if (step === '10s') return this.ten ? rowsOf(this.ten, step) : []
    return [this.minute, this.ten].flatMap((open) => (open ? rowsOf(open, step) : []))
  }

  private closeTen(): void {
    const { ten } = this
    if (!ten) return
    this.ten = undefined
    this.sink.addSeries('10s', rowsOf(ten, '10s'))
    const t = startOf(ten.t, '1m')
    if (this.minute && this.minute.t !== t) this.closeMinute()
    this.minute ??= { t, counts: new Map() }
    for (const counts of ten.counts.values()) include(this.minute, counts)
  }

  private closeMinute(): void {
    const { minute } = this
    if (!minute) return
    this.minute = undefined
    this.sink.addSeries('1m', rowsOf(minute, '1m'))
    this.sink.addSeries('1h', rowsOf(minute, '1h'))
  }
}

function include(step: OpenStep, counts: Counts): void {
  const key = keyOf(counts)
  const sum = step.counts.get(key) ?? emptyCounts(counts)
  step.counts.set(key, sum)
  addCounts(sum, counts)
}

/** The whole balancer always has a row: it says that the process ran. */
function rowsOf(open: OpenStep, step: StoredStep): SeriesRow[] {
  const t = startOf(open.t, step)
  return [...open.counts.values()]
    .filter((counts) => counts.pool === '' || !isIdle(counts))
    .map((counts) => ({ ...counts, t }))
}

function startOf(t: number, step: StoredStep): number {
  return Math.floor(t / STEP_MS[step]) * STEP_MS[step]
}
