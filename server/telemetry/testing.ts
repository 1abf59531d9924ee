/** Stand-ins for tests: a scoreboard without shared memory, and a sink that keeps everything in a list. */
import type { EventRecord } from '../../shared/api/records.ts'
import { BUCKETS, bucketOf } from '../core/histogram.ts'
import type { NumbersSource } from './reader.ts'
import { addCounts, type Counts, emptyCounts, keyOf } from './sample.ts'
import type { EventSink, EventsQuery, SeriesRange, SeriesRow, SeriesSink, StoredStep } from './sink.ts'

/** Counter names, in an order other than that of the series. */
export const fakeCounters = [
  'bytesOut',
  'requests',
  's1xx',
  's2xx',
  's3xx',
  's4xx',
  's5xx',
  'ours',
  'aborted',
  'retries',
  'connectFailures',
  'bytesIn',
  'cut',
  'clientTimeouts',
] as const

/** Counters that a test sets by hand. */
export class FakeScoreboard implements NumbersSource {
  private readonly rows = new Map<
    number,
    { counters: Float64Array; histogram: Float64Array; inFlight: number; tunnels: number }
  >()

  add(slot: number, counter: (typeof fakeCounters)[number], amount: number): void {
    const { counters } = this.row(slot)
    const index = fakeCounters.indexOf(counter)
    counters[index] = (counters[index] as number) + amount
  }

  /** A request and its answer after `micros`. */
  answer(slot: number, status: number, micros: number): void {
    this.add(slot, 'requests', 1)
    this.add(slot, `s${Math.floor(status / 100)}xx` as 's2xx', 1)
    const { histogram } = this.row(slot)
    const bucket = bucketOf(micros)
    histogram[bucket] = (histogram[bucket] as number) + 1
  }

  hold(slot: number, inFlight: number, tunnels = 0): void {
    Object.assign(this.row(slot), { inFlight, tunnels })
  }

  clear(slot: number): void {
    this.rows.delete(slot)
  }

  inFlight(slot: number): number {
    return this.row(slot).inFlight
  }

  tunnels(slot: number): number {
    return this.row(slot).tunnels
  }

  readCounters(slot: number, into: Float64Array): void {
    into.set(this.row(slot).counters)
  }

  readHistogram(slot: number, into: Float64Array): void {
    into.set(this.row(slot).histogram)
  }

  gauge(worker: number, gauge: number): number {
    return worker * 10 + gauge
  }

  private row(slot: number) {
    const found = this.rows.get(slot) ?? {
      counters: new Float64Array(fakeCounters.length),
      histogram: new Float64Array(BUCKETS),
      inFlight: 0,
      tunnels: 0,
    }
    this.rows.set(slot, found)
    return found
  }
}

/** Keeps rows and events in memory, adding up rows of the same step as every sink must. */
export class ListSink implements SeriesSink, EventSink {
  readonly events: EventRecord[] = []
  private readonly tables: Record<StoredStep, Map<string, Counts & { t: number }>> = {
    '10s': new Map(),
    '1m': new Map(),
    '1h': new Map(),
  }

  rows(step: StoredStep): (Counts & { t: number })[] {
    return [...this.tables[step].values()]
  }

  addSeries(step: StoredStep, rows: readonly SeriesRow[]): void {
    for (const row of rows) this.include(this.tables[step], row, row.t)
  }

  querySeries(step: StoredStep, range: SeriesRange, stepMs: number): SeriesRow[] {
    const merged = new Map<string, Counts & { t: number }>()
    for (const row of this.rows(step)) {
      const named =
        range.pool === undefined
          ? row.backend === ''
          : row.pool === range.pool && (range.backend === undefined || row.backend === range.backend)
      if (named && row.t >= range.from && row.t < range.to)
        this.include(merged, row, Math.floor(row.t / stepMs) * stepMs)
    }
    return [...merged.values()]
  }

  addEvent(event: EventRecord): void {
    this.events.push(event)
  }

  listEvents(query: EventsQuery): EventRecord[] {
    return this.events
      .filter((event) => query.before === undefined || event.id < query.before)
      .reverse()
      .slice(0, query.limit)
  }

  lastEventId(): number {
    return this.events.at(-1)?.id ?? 0
  }

  private include(table: Map<string, Counts & { t: number }>, row: SeriesRow, t: number): void {
    const key = `${keyOf(row)} ${t}`
    const sum = table.get(key) ?? { ...emptyCounts(row), t }
    table.set(key, sum)
    addCounts(sum, row)
  }
}
