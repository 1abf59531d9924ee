/**
 * History as the telemetry writes and reads it: series, events and probe results behind one queue. Writing never throws; reading
 * never throws either and includes what still waits to be stored.
 */
import type { ProbeResult } from '../../shared/api/live.ts'
import type { EventRecord } from '../../shared/api/records.ts'
import { pruneAudit } from './audit.ts'
import { type EventsQuery, insertEvent, lastEventId, listEvents, pruneEvents } from './events.ts'
import { pruneExchanges } from './exchanges.ts'
import type { Db } from './handle.ts'
import { insertProbe, lastProbes, type ProbeEntry, pruneProbes } from './probes.ts'
import { pruneRevisions } from './revisions.ts'
import {
  addSeries,
  inRange,
  type MergedRow,
  pruneSeries,
  pruneSeriesNames,
  querySeries,
  type SeriesRange,
  type SeriesRow,
  type SeriesStep,
  type StoredRow,
  toStored,
} from './series.ts'
import { pruneSessions } from './sessions.ts'
import { addSparse } from './sparse.ts'
import type { WriteQueue } from './write-queue.ts'

/** What is older than these times (epoch milliseconds) is removed. */
export interface PruneCutoffs {
  now: number
  seconds10: number
  minutes1: number
  hours1: number
  /** Events and the audit log. */
  events: number
  probes: number
  exchanges: number
  /** How many revisions are kept. */
  revisions: number
}

export interface History {
  addSeries(step: SeriesStep, rows: readonly SeriesRow[]): void
  querySeries(step: SeriesStep, range: SeriesRange, stepMs: number): SeriesRow[]
  addEvent(event: EventRecord): void
  listEvents(query: EventsQuery): EventRecord[]
  lastEventId(): number
  addProbes(entries: readonly ProbeEntry[]): void
  lastProbes(pool: string, backend: string, limit: number): ProbeResult[]
  /** True when everything old was removed. */
  prune(cutoffs: PruneCutoffs): boolean
}

/** Makes the history of one database. `buckets` is the number of latency buckets. */
export function createHistory({ db, queue, buckets }: { db: Db; queue: WriteQueue; buckets: number }): History {
  const waiting = new Set<{ step: SeriesStep; rows: StoredRow[] }>()
  const read = <Result>(run: () => Result, otherwise: Result): Result => {
    try {
      return run()
    } catch {
      return otherwise
    }
  }

  return {
    addSeries(step, rows) {
      if (rows.length === 0) return
      const batch = { step, rows: rows.map(toStored) }
      waiting.add(batch)
      queue.add({
        rows: rows.length,
        run: (target) => addSeries(target, step, batch.rows),
        left: () => waiting.delete(batch),
      })
    },
    querySeries(step, range, stepMs) {
      const stored = read(() => querySeries(db, step, range, stepMs, buckets), [])
      const unsaved = [...waiting].flatMap((batch) => (batch.step === step ? batch.rows : []))
      return unsaved.length === 0 ? stored : withUnsaved(stored, unsaved, range, stepMs, buckets)
    },
    addEvent: (event) => queue.add({ rows: 1, run: (target) => insertEvent(target, event) }),
    listEvents: (query) => read(() => listEvents(db, query), []),
    lastEventId: () => read(() => lastEventId(db), 0),
    addProbes(entries) {
      if (entries.length === 0) return
      const run = (target: Db) => {
        for (const entry of entries) insertProbe(target, entry)
      }
      queue.add({ rows: entries.length, run })
    },
    lastProbes: (pool, backend, limit) => read(() => lastProbes(db, pool, backend, limit), []),
    prune(cutoffs) {
      const parts: ((target: Db) => void)[] = [
        (target) => pruneSeries(target, '10s', cutoffs.seconds10),
        (target) => pruneSeries(target, '1m', cutoffs.minutes1),
        (target) => pruneSeries(target, '1h', cutoffs.hours1),
        pruneSeriesNames,
        (target) => pruneEvents(target, cutoffs.events),
        (target) => pruneAudit(target, cutoffs.events),
        (target) => pruneProbes(target, cutoffs.probes),
        (target) => pruneExchanges(target, cutoffs.exchanges),
        (target) => pruneRevisions(target, cutoffs.revisions),
        (target) => pruneSessions(target, cutoffs.now),
      ]
      return parts.map((part) => queue.attempt(part)).every(Boolean)
    },
  }
}

function withUnsaved(
  stored: MergedRow[],
  unsaved: readonly StoredRow[],
  range: SeriesRange,
  stepMs: number,
  buckets: number,
): MergedRow[] {
  const keyOf = (row: { pool: string; backend: string }, t: number) => `${row.pool}\n${row.backend}\n${t}`
  const rows = new Map(stored.map((row) => [keyOf(row, row.t), row]))
  for (const row of unsaved) {
    if (!inRange(row, range)) continue
    const t = Math.floor(row.t / stepMs) * stepMs
    const { pool, backend } = row
    const sum = rows.get(keyOf(row, t)) ?? {
      pool,
      backend,
      t,
      sums: new Float64Array(row.sums.length),
      inFlight: 0,
      seconds: 0,
      histogram: null,
    }
    rows.set(keyOf(row, t), sum)
    for (let index = 0; index < row.sums.length; index++)
      sum.sums[index] = (sum.sums[index] as number) + (row.sums[index] as number)
    sum.inFlight = Math.max(sum.inFlight, row.inFlight)
    sum.seconds += row.seconds
    sum.histogram ??= row.latency === null ? null : new Float64Array(buckets)
    if (sum.histogram !== null) addSparse(row.latency, sum.histogram)
  }
  return [...rows.values()]
}
