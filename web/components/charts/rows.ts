/** Turns live ticks and stored series into the rows of charts: per second, gaps as gaps, at most 300 points. */
import type { Tick } from '../../../shared/api/live.ts'
import type { Series, SeriesAnswer } from '../../../shared/api/series.ts'
import { seriesColumns } from '../../../shared/api/series-columns.ts'
import { STATUS_COLORS } from '../../lib/colors.ts'
import type { Column, Row } from './chart-frame.tsx'

export const statusColumns: Column[] = [
  { key: 's2xx', label: '2xx', color: STATUS_COLORS.s2xx },
  { key: 's3xx', label: '3xx', color: STATUS_COLORS.s3xx },
  { key: 's4xx', label: '4xx', color: STATUS_COLORS.s4xx },
  { key: 's5xx', label: '5xx', color: STATUS_COLORS.s5xx },
  { key: 'ours', label: 'Made by us', color: STATUS_COLORS.ours },
  { key: 'aborted', label: 'Client left', color: STATUS_COLORS.aborted },
]

export const latencyColumns: Column[] = [
  { key: 'p50', label: 'p50', color: '#56B4E9' },
  { key: 'p95', label: 'p95', color: '#E69F00', dash: '6 3' },
  { key: 'p99', label: 'p99', color: '#D55E00', dash: '2 3' },
]

/** What is no count. */
const PLAIN = new Set(['p50', 'p95', 'p99', 'inFlight', 'seconds'])

/** Counts become rates by the seconds that were counted; the rest stays as it is. */
function rowOf(t: number, read: (column: (typeof seriesColumns)[number], index: number) => number | null): Row {
  const row: Row = { t }
  const seconds = read('seconds', seriesColumns.length - 1) ?? 0
  seriesColumns.forEach((name, index) => {
    if (name === 't') return
    const value = read(name, index)
    row[name] = value === null || PLAIN.has(name) ? value : seconds > 0 ? value / seconds : null
  })
  return row
}

/** Points of one series as rows: counts per second. A hole of more than a step becomes a gap. */
export function rowsOfSeries(series: Series | undefined, step: number): Row[] {
  const rows: Row[] = []
  let before = Number.NaN
  for (const point of series?.points ?? []) {
    const row = rowOf(point[0] as number, (_, index) => point[index] ?? null)
    if (row.t - before > step * 1.5) rows.push({ t: before + step })
    rows.push(row)
    before = row.t
  }
  return rows
}

/** Whole steps of the last ten seconds out of the live stream: a tick on a step's end carries exactly that step. */
export function rowsOfTicks(ticks: readonly Pick<Tick, 't' | 'recent'>[], step: number): Row[] {
  return ticks.flatMap(({ t, recent }): Row[] => {
    const end = t + 1000
    if (end % step !== 0 || recent.seconds * 1000 !== step) return []
    return [rowOf(end - step, (name) => recent[name])]
  })
}

/** Column of the mean of the backends that have none of their own. */
export const OTHERS = ' others'

/** One column per backend out of an answer with many series; those that are not `shown` share one, with the mean of each. */
export function rowsPerBackend(
  answer: SeriesAnswer | undefined,
  shown: readonly string[],
  value: (row: Row) => number | null,
): Row[] {
  const wanted = new Set(shown)
  const byTime = new Map<number, Row>()
  const others = (answer?.series ?? []).filter(({ backend }) => backend !== null && !wanted.has(backend)).length
  for (const series of answer?.series ?? []) {
    if (series.backend === null) continue
    const key = wanted.has(series.backend) ? series.backend : OTHERS
    for (const row of rowsOfSeries(series, answer?.step ?? 1000)) {
      const merged = byTime.get(row.t) ?? { t: row.t }
      byTime.set(row.t, merged)
      const own = row.requests === undefined ? null : value(row)
      merged[key] = key === OTHERS && own !== null ? (merged[OTHERS] ?? 0) + own / others : own
    }
  }
  return [...byTime.values()].sort((a, b) => a.t - b.t)
}

/** Times of the rows that hold something: the others mark gaps. */
export function timesOf(rows: readonly Row[]): number[] {
  return rows.filter((row) => row.requests !== undefined).map((row) => row.t)
}

/** Largest value drawn. */
export function largest(rows: readonly Row[], columns: readonly Column[], stacked: boolean): number {
  let most = 0
  for (const row of rows) {
    let sum = 0
    for (const { key } of columns) {
      const value = row[key] ?? 0
      sum = stacked ? sum + value : Math.max(sum, value)
    }
    most = Math.max(most, sum)
  }
  return most
}

/** Indices of values of a column without a neighbour to be joined with by a line. */
export function lonely(rows: readonly Row[], key: string): Set<number> {
  const there = (index: number) => typeof rows[index]?.[key] === 'number'
  return new Set(rows.flatMap((_, index) => (there(index) && !there(index - 1) && !there(index + 1) ? [index] : [])))
}
