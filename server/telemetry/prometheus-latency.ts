/** The latency histogram for Prometheus. Its limits are limits of the scoreboard's own buckets, so no count is guessed. */
import { BUCKETS, bucketMillis } from '../core/histogram.ts'
import type { NumbersSource, SlotName } from './reader.ts'
import { addHistogram, keyOf, type SeriesName } from './sample.ts'

const NAME = 'evenkeel_first_byte_seconds'
/** Scoreboard buckets per doubling, and its lowest limit in microseconds (see core/histogram.ts). */
const PER_DOUBLING = 8
const LOWEST_MICROS = 64

/** Upper limits in seconds: each doubling from 0.512 ms to 67 s, with the number of the first scoreboard bucket beyond it. */
export const limits: readonly { seconds: number; beyond: number }[] = Array.from({ length: 18 }, (_, index) => ({
  seconds: (LOWEST_MICROS * 2 ** (index + 3)) / 1e6,
  beyond: (index + 3) * PER_DOUBLING,
}))

interface Value {
  metricName: string
  labels: Record<string, string | number>
  value: number
}

/** The metric in the shape that the registry reads on each scrape. */
export function latencyMetric({ source, slots }: { source: NumbersSource; slots(): readonly SlotName[] }) {
  const header = {
    name: NAME,
    help: 'Time from the request to the first byte of the answer of a backend, in seconds. The sum is made from bucket middles and right to about 5 %.',
    type: 'histogram' as const,
    aggregator: 'sum' as const,
  }
  return {
    ...header,
    labelNames: ['pool', 'backend', 'le'],
    async get() {
      return { ...header, values: readAll(source, slots()) }
    },
    reset() {},
  }
}

function readAll(source: NumbersSource, slots: readonly SlotName[]): Value[] {
  const byName = new Map<string, { name: SeriesName; histogram: Float64Array }>()
  const row = new Float64Array(BUCKETS)
  for (const { slot, pool, backend } of slots) {
    const name = { pool, backend }
    const entry = byName.get(keyOf(name)) ?? { name, histogram: new Float64Array(BUCKETS) }
    byName.set(keyOf(name), entry)
    source.readHistogram(slot, row)
    addHistogram(entry.histogram, row)
  }
  return [...byName.values()].flatMap(({ name, histogram }) => valuesOf(name, histogram))
}

function valuesOf({ pool, backend }: SeriesName, histogram: Float64Array): Value[] {
  const labels = { pool, backend }
  const values: Value[] = []
  let count = 0
  let seconds = 0
  let bucket = 0
  const countUpTo = (end: number) => {
    for (; bucket < end; bucket++) {
      const answers = histogram[bucket] as number
      count += answers
      seconds += (answers * bucketMillis(bucket)) / 1000
    }
  }
  for (const limit of limits) {
    countUpTo(limit.beyond)
    values.push({ metricName: `${NAME}_bucket`, labels: { ...labels, le: limit.seconds }, value: count })
  }
  countUpTo(BUCKETS)
  values.push({ metricName: `${NAME}_bucket`, labels: { ...labels, le: '+Inf' }, value: count })
  values.push({ metricName: `${NAME}_sum`, labels, value: seconds })
  values.push({ metricName: `${NAME}_count`, labels, value: count })
  return values
}
