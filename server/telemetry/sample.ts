/** What was counted in one step, as sums and a histogram that can be merged, and how it becomes a `Sample`. */
import type { Sample } from '../../shared/api/live.ts'
import type { SeriesPoint } from '../../shared/api/series.ts'
import { seriesColumns } from '../../shared/api/series-columns.ts'
import { BUCKETS, bucketMillis } from '../core/histogram.ts'

/** Names of the sums, in the order in which series carry them. */
export const sums = seriesColumns.slice(1, 12) as readonly Sum[]
export type Sum = Exclude<(typeof seriesColumns)[number], 't' | 'inFlight' | 'p50' | 'p95' | 'p99' | 'seconds'>
export const SUMS = sums.length
/** Indices of the sums that stand for an answer of a backend: each has one latency in the histogram. */
export const ANSWERS = (['s1xx', 's2xx', 's3xx', 's4xx', 's5xx'] as const).map((name) => sums.indexOf(name))

/** Whose numbers: `backend` '' is the whole pool, `pool` '' too the whole balancer. */
export interface SeriesName {
  pool: string
  backend: string
}

/** Counts of one name in one step. */
export interface Counts extends SeriesName {
  /** In the order of `sums`. */
  sums: Float64Array
  /** Most in flight. */
  inFlight: number
  /** Seconds that were counted; kept for the whole balancer only, where idle seconds have a record too. */
  seconds: number
  /** Answers per latency bucket; null when there were none. */
  histogram: Float64Array | null
}

/** Everything counted in one second. The arrays are used again for the next one: who keeps them, copies them. */
export interface Frame {
  /** Start of the second, epoch milliseconds. */
  t: number
  total: Counts
  /** Pools and backends with traffic or with something in flight; the others are idle. */
  pools: readonly Counts[]
  backends: readonly Counts[]
}

/** Takes each second as it ends, in the order of the clock; a clock that was set back may repeat times. */
export interface FrameConsumer {
  add(frame: Frame): void
}

/** Name of the row that counts what reached no backend of a pool, or no pool at all. Not a valid id, so it clashes with none. */
export const NOBODY = '*'

/** Key of a name in a map; ids contain no slash. */
export function keyOf({ pool, backend }: SeriesName): string {
  return `${pool}/${backend}`
}

export function emptyCounts({ pool, backend }: SeriesName): Counts {
  return { pool, backend, sums: new Float64Array(SUMS), inFlight: 0, seconds: 0, histogram: null }
}

export function isIdle(counts: Counts): boolean {
  if (counts.inFlight !== 0) return false
  for (let index = 0; index < SUMS; index++) if (counts.sums[index] !== 0) return false
  return counts.histogram === null
}

/** Adds the counts of a later or earlier part of the same step: sums add up, the most in flight stays the most. */
export function addCounts(into: Counts, from: Omit<Counts, 'sums' | 'histogram'> & LooseNumbers): void {
  for (let index = 0; index < SUMS; index++)
    into.sums[index] = (into.sums[index] as number) + (from.sums[index] as number)
  into.inFlight = Math.max(into.inFlight, from.inFlight)
  into.seconds += from.seconds
  if (from.histogram === null) return
  into.histogram ??= new Float64Array(BUCKETS)
  addHistogram(into.histogram, from.histogram)
}

/** Numbers as a store gives them back. */
export interface LooseNumbers {
  sums: ArrayLike<number>
  histogram: ArrayLike<number> | null
}

export function addHistogram(into: Float64Array, from: ArrayLike<number>): void {
  for (let bucket = 0; bucket < BUCKETS; bucket++)
    into[bucket] = (into[bucket] as number) + ((from[bucket] as number | undefined) ?? 0)
}

const SHARES = [0.5, 0.95, 0.99] as const
/** Stands for "nothing was answered" where a bucket number is kept. */
export const NO_BUCKET = 255

/** Buckets of the 50th, 95th and 99th percentile, by nearest rank; `NO_BUCKET` when nothing was answered. */
export function percentileBuckets(histogram: ArrayLike<number> | null): [number, number, number] {
  const found: [number, number, number] = [NO_BUCKET, NO_BUCKET, NO_BUCKET]
  if (histogram === null) return found
  let total = 0
  for (let bucket = 0; bucket < histogram.length; bucket++) total += histogram[bucket] as number
  if (total === 0) return found
  let seen = 0
  let share = 0
  for (let bucket = 0; bucket < histogram.length && share < SHARES.length; bucket++) {
    seen += histogram[bucket] as number
    while (share < SHARES.length && seen >= Math.max(1, Math.ceil((SHARES[share] as number) * total)))
      found[share++] = bucket
  }
  return found
}

/** Milliseconds of a bucket number; null for `NO_BUCKET`. Rounded to a microsecond, the scoreboard's own unit. */
export function bucketValue(bucket: number): number | null {
  return bucket === NO_BUCKET ? null : Math.round(bucketMillis(bucket) * 1000) / 1000
}

/** Counts of `seconds` seconds as a point of a series, in the order of `seriesColumns`. */
export function toPoint(t: number, counts: { inFlight: number } & LooseNumbers, seconds: number): SeriesPoint {
  const [p50, p95, p99] = percentileBuckets(counts.histogram)
  const latency = [bucketValue(p50), bucketValue(p95), bucketValue(p99)]
  return [t, ...Array.from(counts.sums), counts.inFlight, ...latency, seconds]
}

const AT = Object.fromEntries(sums.map((name, index) => [name, index])) as Record<Sum, number>

/** Counts of `seconds` seconds, one unless told otherwise. Written out: it is made for every busy backend each second. */
export function toSample(t: number, { sums: counted, inFlight, histogram }: Counts, seconds = 1): Sample {
  const [p50, p95, p99] = percentileBuckets(histogram)
  return {
    t,
    requests: counted[AT.requests] as number,
    s1xx: counted[AT.s1xx] as number,
    s2xx: counted[AT.s2xx] as number,
    s3xx: counted[AT.s3xx] as number,
    s4xx: counted[AT.s4xx] as number,
    s5xx: counted[AT.s5xx] as number,
    ours: counted[AT.ours] as number,
    aborted: counted[AT.aborted] as number,
    retries: counted[AT.retries] as number,
    bytesIn: counted[AT.bytesIn] as number,
    bytesOut: counted[AT.bytesOut] as number,
    inFlight,
    p50: bucketValue(p50),
    p95: bucketValue(p95),
    p99: bucketValue(p99),
    seconds,
  }
}
