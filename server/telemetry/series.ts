/** Answers for charts: from memory or from the sink, with the part that is not stored yet, gaps as gaps and idleness as zeros. */
import type { z } from 'zod'
import type { Series, SeriesAnswer, SeriesPoint, seriesQuerySchema } from '../../shared/api/series.ts'
import { seriesColumns } from '../../shared/api/series-columns.ts'
import type { Rollup } from './rollup.ts'
import { addCounts, type Counts, emptyCounts, keyOf, type SeriesName, toPoint } from './sample.ts'
import { MEMORY_MS, type SecondsMemory } from './seconds.ts'
import { type SeriesRange, type SeriesSink, STEP_MS, type StoredStep } from './sink.ts'
import { chooseStep, type Step } from './steps.ts'

export type SeriesQuery = z.output<typeof seriesQuerySchema>

export interface SeriesReaderOptions {
  seconds: SecondsMemory
  rollup: Rollup
  sink: SeriesSink
  /** Backends there are now: they have series even when nothing was counted. */
  backends(): readonly SeriesName[]
  /** How long a stored step is kept, milliseconds. */
  keptMs(step: StoredStep): number
}

/** More places than a chart can show of a whole range. */
const MOST_PLACES = 1500
/** What is recorded has at least about this many points, however long the range around it. */
const FEW_POINTS = 20
/** Memory forgets by the minute. */
const FORGETS_MS = 120_000
const WHOLE: SeriesName = { pool: '', backend: '' }

export class SeriesReader {
  private readonly options: SeriesReaderOptions

  constructor(options: SeriesReaderOptions) {
    this.options = options
  }

  /** The series of a query at `nowEpochMs`: the steps that are over, each with how many of its seconds were counted. */
  answer(query: SeriesQuery, nowEpochMs: number): SeriesAnswer {
    const { seconds } = this.options
    const to = Math.max(query.from, Math.min(query.to, nowEpochMs + 1000))
    const present = this.present(query)
    const first = Math.max(query.from, this.firstRecord(query.from, to) ?? query.from)
    const step = chooseStep({
      from: first,
      to,
      finest: Math.min((to - query.from) / MOST_PLACES, (to - first) / FEW_POINTS),
      now: nowEpochMs,
      asked: query.step,
      memoryMs: this.memoryMs(query.from, nowEpochMs),
      series: present.length,
      keptMs: this.options.keptMs,
    })
    const range = {
      ...(query.pool !== undefined && { pool: query.pool }),
      ...(query.backend !== undefined && { backend: query.backend }),
      from: Math.floor(query.from / step.ms) * step.ms,
      to,
    }
    const found =
      step.base === 'memory'
        ? this.fromMemory(range)
        : this.fromSink(range, step, step.base, seconds.end() ?? nowEpochMs)
    const names = new Map([...present, ...found.names].map((name) => [keyOf(name), name]))
    const series = [...names.values()]
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      .map((name): Series => {
        const points = found.points(name)
        return {
          pool: name.pool === '' ? null : name.pool,
          backend: name.backend === '' ? null : name.backend,
          points: found.ran.map(([t, counted]) => withSeconds(points.get(t) ?? zeros(t), counted)),
        }
      })
    return { from: query.from, to: query.to, step: step.ms, columns: seriesColumns, series }
  }

  /** How far back memory answers fully: after a restart, only to the start when there is stored history before it. */
  private memoryMs(from: number, now: number): number {
    const { seconds, sink } = this.options
    const oldest = seconds.oldest()
    if (from < now - MEMORY_MS * 2 || (oldest !== undefined && from >= oldest)) return MEMORY_MS
    const before = { ...WHOLE, from, to: (oldest ?? now) - STEP_MS['10s'] + 1 }
    return sink.querySeries('10s', before, STEP_MS['10s']).length > 0 ? now - (oldest ?? now) : MEMORY_MS
  }

  /** About when the records of a long range begin: what lies before needs no points, so the others may be closer. */
  private firstRecord(from: number, to: number): number | undefined {
    if (to - from <= STEP_MS['1h']) return undefined
    const hours = this.options.sink.querySeries('1h', { ...WHOLE, from, to }, STEP_MS['1h'])
    const oldest = this.options.seconds.oldest()
    const hour = hours[0]?.t
    if (hour === undefined || oldest === undefined) return hour ?? oldest
    // Soon after a first start memory, which has forgotten nothing yet, knows it to the second.
    const knows = to - oldest < MEMORY_MS - FORGETS_MS && Math.floor(oldest / STEP_MS['1h']) * STEP_MS['1h'] === hour
    return knows ? oldest : Math.min(hour, oldest)
  }

  /** Names that the answer has in any case. */
  private present({ pool, backend }: SeriesQuery): SeriesName[] {
    if (pool === undefined) {
      const pools = new Set(this.options.backends().map((name) => name.pool))
      return [WHOLE, ...[...pools].map((id) => ({ pool: id, backend: '' }))]
    }
    if (backend !== undefined) return [{ pool, backend }]
    return [{ pool, backend: '' }, ...this.options.backends().filter((name) => name.pool === pool)]
  }

  private fromMemory(range: SeriesRange): Found {
    const { seconds } = this.options
    return {
      names: seconds.names().filter((name) => belongs(name, range)),
      ran: seconds.points(WHOLE, range.from, range.to).map((point) => [point[0] as number, 1]),
      points: (name) => byTime(seconds.points(name, range.from, range.to)),
    }
  }

  /** Steps that end after `until` are still being counted. */
  private fromSink(range: SeriesRange, step: Step, base: StoredStep, until: number): Found {
    const { sink, rollup } = this.options
    const rows = new Map<string, Map<number, Counts>>()
    const ran = new Map<number, number>()
    const count = (t: number, seconds: number) => ran.set(t, (ran.get(t) ?? 0) + seconds)
    const include = (row: Counts | (SeriesName & Parameters<typeof addCounts>[1]), t: number) => {
      const ofName = rows.get(keyOf(row)) ?? new Map<number, Counts>()
      rows.set(keyOf(row), ofName)
      const sum = ofName.get(t) ?? emptyCounts(row)
      ofName.set(t, sum)
      addCounts(sum, row)
    }
    for (const row of sink.querySeries(base, range, step.ms)) include(row, row.t)
    for (const row of sink.querySeries(base, { ...range, ...WHOLE }, step.ms)) count(row.t, row.seconds)
    for (const row of rollup.openRows(base)) {
      if (row.t < range.from || row.t >= range.to) continue
      const t = Math.floor(row.t / step.ms) * step.ms
      if (row.pool === '' && row.backend === '') count(t, row.seconds)
      if (belongs(row, range)) include(row, t)
    }
    return {
      names: [...rows.values()].flatMap((ofName) => [...ofName.values()].slice(0, 1)),
      ran: [...ran].filter(([t]) => t + step.ms <= until).sort(([a], [b]) => a - b),
      points: (name) => new Map([...(rows.get(keyOf(name)) ?? [])].map(([t, counts]) => [t, toPoint(t, counts, 0)])),
    }
  }
}

interface Found {
  names: readonly SeriesName[]
  /** Steps in which the process ran, ascending, and for how many seconds. */
  ran: readonly (readonly [t: number, seconds: number])[]
  points(name: SeriesName): Map<number, SeriesPoint>
}

function belongs(name: SeriesName, range: SeriesRange): boolean {
  if (range.pool === undefined) return name.backend === ''
  return name.pool === range.pool && (range.backend === undefined || name.backend === range.backend)
}

function byTime(points: readonly SeriesPoint[]): Map<number, SeriesPoint> {
  return new Map(points.map((point) => [point[0] as number, point]))
}

function withSeconds(point: SeriesPoint, seconds: number): SeriesPoint {
  point[point.length - 1] = seconds
  return point
}

function zeros(t: number): SeriesPoint {
  return seriesColumns.map((name) => (name === 't' ? t : name.startsWith('p') ? null : 0))
}
