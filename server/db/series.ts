/**
 * History of the numbers in three steps: 10 seconds, 1 minute, 1 hour. Rows of the same step and name add up, so a step that
 * was cut by a restart, or is delivered in parts, ends as one row.
 */
import { type Db, statement } from './handle.ts'
import { addSparse, encodeSparse, mergeSparse } from './sparse.ts'

/** Step of a table. */
export type SeriesStep = '10s' | '1m' | '1h'

/** Sums of one step, in the order of the columns. */
export const seriesSums = [
  'requests',
  's1xx',
  's2xx',
  's3xx',
  's4xx',
  's5xx',
  'ours',
  'aborted',
  'retries',
  'bytes_in',
  'bytes_out',
] as const

/** One step of one name. `backend` '' is the whole pool, `pool` '' too the whole balancer. */
export interface SeriesRow {
  pool: string
  backend: string
  /** Start of the step, epoch milliseconds. */
  t: number
  /** In the order of `seriesSums`. */
  sums: ArrayLike<number>
  /** Most in flight. */
  inFlight: number
  /** Seconds that were counted; of the whole balancer only, 0 else. */
  seconds: number
  /** Counts per latency bucket; null when nothing was answered. */
  histogram: ArrayLike<number> | null
}

/** A row ready to be stored: the histogram is already in its small form. */
export interface StoredRow extends Omit<SeriesRow, 'histogram'> {
  latency: Uint8Array | null
}

export interface SeriesRange {
  /** Absent: the whole balancer and each whole pool. Present: the pool and each of its backends. */
  pool?: string
  /** Only this backend of the pool. */
  backend?: string
  /** Epoch milliseconds, inclusive. */
  from: number
  /** Epoch milliseconds, exclusive. */
  to: number
}

/** A row that owns its numbers, so that more can be added to it. */
export interface MergedRow extends SeriesRow {
  sums: Float64Array
  histogram: Float64Array | null
}

const TABLES: Record<SeriesStep, string> = { '10s': 'series_10s', '1m': 'series_1m', '1h': 'series_1h' }
const SUMS = seriesSums.join(', ')

interface Row {
  pool: string
  backend: string
  t: number
  in_flight: number
  seconds: number
  latency: Buffer | null
  [sum: string]: number | string | Buffer | null
}

/** Copies a row into its stored form. */
export function toStored({ histogram, sums, ...row }: SeriesRow): StoredRow {
  return { ...row, sums: Array.from(sums), latency: histogram === null ? null : encodeSparse(histogram) }
}

/** Adds rows to what is stored for their steps. Call it in a transaction. */
export function addSeries(db: Db, step: SeriesStep, rows: readonly StoredRow[]): void {
  const table = TABLES[step]
  const find = statement<{ latency: Buffer | null }>(db, `SELECT latency FROM ${table} WHERE name = ? AND t = ?`)
  const upsert = statement(
    db,
    `INSERT INTO ${table} (name, t, ${SUMS}, in_flight, seconds, latency) VALUES (?, ?, ${seriesSums.map(() => '?').join(', ')}, ?, ?, ?)
     ON CONFLICT (name, t) DO UPDATE SET ${seriesSums.map((sum) => `${sum} = ${sum} + excluded.${sum}`).join(', ')},
       in_flight = MAX(in_flight, excluded.in_flight), seconds = seconds + excluded.seconds, latency = excluded.latency`,
  )
  for (const row of rows) {
    const name = nameId(db, row.pool, row.backend)
    const before = find.get(name, row.t)
    upsert.run(
      name,
      row.t,
      ...Array.from(row.sums, Math.round),
      row.inFlight,
      row.seconds,
      mergeSparse(before?.latency ?? null, row.latency),
    )
  }
}

/**
 * Rows of a range, merged into steps of `stepMs` (a multiple of the table's step, aligned to the epoch) and ordered by name
 * and time. `buckets` is the number of latency buckets.
 */
export function querySeries(
  db: Db,
  step: SeriesStep,
  range: SeriesRange,
  stepMs: number,
  buckets: number,
): MergedRow[] {
  const merged: MergedRow[] = []
  let current: MergedRow | undefined
  for (const row of selectRows(db, step, range)) {
    const t = Math.floor(row.t / stepMs) * stepMs
    if (current?.t !== t || current.pool !== row.pool || current.backend !== row.backend) {
      current = {
        pool: row.pool,
        backend: row.backend,
        t,
        sums: new Float64Array(seriesSums.length),
        inFlight: 0,
        seconds: 0,
        histogram: null,
      }
      merged.push(current)
    }
    const { sums } = current
    seriesSums.forEach((sum, index) => {
      sums[index] = (sums[index] as number) + (row[sum] as number)
    })
    current.inFlight = Math.max(current.inFlight, row.in_flight)
    current.seconds += row.seconds
    if (row.latency === null) continue
    current.histogram ??= new Float64Array(buckets)
    addSparse(row.latency, current.histogram)
  }
  return merged
}

/** Removes the rows of a table that start before `before` (epoch milliseconds). Returns how many. */
export function pruneSeries(db: Db, step: SeriesStep, before: number): number {
  const remove = statement(db, `DELETE FROM ${TABLES[step]} WHERE name = ? AND t < ?`)
  let removed = 0
  for (const { id } of statement<{ id: number }>(db, 'SELECT id FROM series_names').all())
    removed += remove.run(id, before).changes
  return removed
}

/** Removes names that no table has rows of any more. */
export function pruneSeriesNames(db: Db): number {
  const unused = Object.values(TABLES).map(
    (table) => `NOT EXISTS (SELECT 1 FROM ${table} WHERE name = series_names.id)`,
  )
  return statement(db, `DELETE FROM series_names WHERE ${unused.join(' AND ')}`).run().changes
}

/** True when a row belongs to what a range asks for. */
export function inRange(row: { pool: string; backend: string; t: number }, range: SeriesRange): boolean {
  if (row.t < range.from || row.t >= range.to) return false
  if (range.pool === undefined) return row.backend === ''
  return row.pool === range.pool && (range.backend === undefined || row.backend === range.backend)
}

function selectRows(db: Db, step: SeriesStep, { pool, backend, from, to }: SeriesRange): Row[] {
  const whose = pool === undefined ? "backend = ''" : backend === undefined ? 'pool = ?' : 'pool = ? AND backend = ?'
  const values = [pool, backend].filter((value) => value !== undefined)
  return statement<Row>(
    db,
    `SELECT pool, backend, t, ${SUMS}, in_flight, seconds, latency
     FROM series_names JOIN ${TABLES[step]} ON name = id
     WHERE ${whose} AND t >= ? AND t < ? ORDER BY pool, backend, t`,
  ).all(...values, from, to)
}

function nameId(db: Db, pool: string, backend: string): number {
  const found = statement<{ id: number }>(db, 'SELECT id FROM series_names WHERE pool = ? AND backend = ?').get(
    pool,
    backend,
  )
  if (found) return found.id
  return Number(
    statement(db, 'INSERT INTO series_names (pool, backend) VALUES (?, ?)').run(pool, backend).lastInsertRowid,
  )
}
