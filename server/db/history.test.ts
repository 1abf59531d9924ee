import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ProbeResult } from '../../shared/api/live.ts'
import type { EventRecord } from '../../shared/api/records.ts'
import { seriesColumns } from '../../shared/api/series-columns.ts'
import type { Db } from './handle.ts'
import { createHistory, type History } from './history.ts'
import { type SeriesRow, seriesSums } from './series.ts'
import { addSparse, encodeSparse, mergeSparse } from './sparse.ts'
import { type TemporaryDatabase, temporaryDatabase } from './testing.ts'
import { WriteQueue } from './write-queue.ts'

const BUCKETS = 169
let data: TemporaryDatabase
let db: Db
let queue: WriteQueue
let history: History
beforeEach(() => {
  data = temporaryDatabase()
  db = data.open().db
  queue = new WriteQueue({ db, onDefect: (error) => expect.unreachable(String(error)) })
  history = createHistory({ db, queue, buckets: BUCKETS })
})
afterEach(() => data.remove())

function row(
  pool: string,
  backend: string,
  t: number,
  requests: number,
  latencies: Record<number, number> = {},
): SeriesRow {
  const histogram = new Float64Array(BUCKETS)
  for (const [bucket, count] of Object.entries(latencies)) histogram[Number(bucket)] = count
  return {
    pool,
    backend,
    t,
    sums: seriesSums.map((_, index) => requests * (index + 1)),
    inFlight: requests,
    seconds: 6,
    histogram,
  }
}

function event(id: number, more: Partial<EventRecord> = {}): EventRecord {
  return { id, at: id * 10, kind: 'process', severity: 'info', message: `event ${id}`, ...more }
}

const everything = { from: 0, to: 1e15 }
const cutoffs = { now: 0, seconds10: 0, minutes1: 0, hours1: 0, events: 0, probes: 0, exchanges: 0, revisions: 1000 }

test('the sums have the order of the columns that charts get', () => {
  const camel = seriesSums.map((name) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()))
  expect(camel).toEqual(seriesColumns.slice(1, 12))
})

test('stored histograms add up to the same as the histograms themselves', () => {
  const histogram = fc.array(fc.oneof(fc.constant(0), fc.nat(300), fc.nat(2 ** 40)), {
    minLength: BUCKETS,
    maxLength: BUCKETS,
  })
  fc.assert(
    fc.property(histogram, histogram, (a, b) => {
      const sum = new Float64Array(BUCKETS)
      addSparse(mergeSparse(encodeSparse(a), encodeSparse(b)), sum)
      expect([...sum]).toEqual(a.map((count, index) => count + (b[index] as number)))
    }),
  )
})

test('rows of the same step add up, wherever the cut was', () => {
  history.addSeries('1m', [row('app', 'a1', 60_000, 2, { 3: 1, 168: 2 })])
  queue.flush()
  history.addSeries('1m', [row('app', 'a1', 60_000, 5, { 3: 4 }), row('app', 'a1', 120_000, 1)])
  queue.flush()
  const rows = history.querySeries('1m', { pool: 'app', backend: 'a1', ...everything }, 60_000)
  expect(rows.map(({ t }) => t)).toEqual([60_000, 120_000])
  expect(Array.from(rows[0]?.sums ?? [])).toEqual(seriesSums.map((_, index) => 7 * (index + 1)))
  expect(rows[0]?.inFlight).toBe(5)
  expect(rows.map(({ seconds }) => seconds)).toEqual([12, 6])
  expect([rows[0]?.histogram?.[3], rows[0]?.histogram?.[168]]).toEqual([5, 2])
  expect(rows[1]?.histogram).toBeNull()
})

test('a query merges steps and picks whole pools, or one pool with its backends', () => {
  history.addSeries('10s', [
    row('', '', 0, 3),
    row('app', '', 0, 3),
    row('app', '', 10_000, 4, { 5: 1 }),
    row('app', '', 20_000, 5, { 5: 1 }),
    row('app', 'a1', 0, 3),
    row('other', '', 0, 1),
  ])
  queue.flush()
  const named = (rows: readonly SeriesRow[]) => rows.map(({ pool, backend, t, sums }) => [pool, backend, t, sums[0]])
  expect(named(history.querySeries('10s', everything, 20_000))).toEqual([
    ['', '', 0, 3],
    ['app', '', 0, 7],
    ['app', '', 20_000, 5],
    ['other', '', 0, 1],
  ])
  expect(named(history.querySeries('10s', { pool: 'app', from: 0, to: 10_000 }, 10_000))).toEqual([
    ['app', '', 0, 3],
    ['app', 'a1', 0, 3],
  ])
})

test('what could not be stored yet is still read, once and only once', () => {
  history.addSeries('10s', [row('app', '', 0, 1, { 2: 1 })])
  queue.flush()
  db.pragma('query_only = ON')
  history.addSeries('10s', [row('app', '', 0, 10, { 2: 10 }), row('app', '', 10_000, 5)])
  history.addSeries('1m', [row('app', '', 0, 99)])
  expect(queue.flush()).toBe(false)
  const read = () =>
    history
      .querySeries('10s', { pool: 'app', ...everything }, 10_000)
      .map(({ sums, histogram }) => [sums[0], histogram?.[2]])
  const expected = [
    [11, 11],
    [5, undefined],
  ]
  expect(read()).toEqual(expected)
  db.pragma('query_only = OFF')
  queue.flush()
  expect(read()).toEqual(expected)
})

test('old series go, table by table, and names without rows too', () => {
  history.addSeries('10s', [row('app', 'a1', 0, 1), row('app', 'a2', 50_000, 1)])
  history.addSeries('1h', [row('app', 'a2', 0, 1)])
  queue.flush()
  expect(history.prune({ ...cutoffs, seconds10: 50_000 })).toBe(true)
  expect(history.querySeries('10s', { pool: 'app', ...everything }, 10_000).map(({ backend }) => backend)).toEqual([
    'a2',
  ])
  expect(history.querySeries('1h', { pool: 'app', ...everything }, 3_600_000)).toHaveLength(1)
  expect(db.prepare('SELECT backend FROM series_names').pluck().all()).toEqual(['a2'])
})

test('events are filtered, paged and pruned; ids go on afterwards', () => {
  const flip = event(2, { kind: 'availability', pool: 'app', backend: 'a1', detail: { status: 500, passed: false } })
  for (const each of [event(1), flip, event(3, { actor: 'ada', revision: 4 }), event(4, { pool: 'app' })])
    history.addEvent(each)
  queue.flush()
  const ids = (query: object) => history.listEvents({ limit: 10, ...query }).map(({ id }) => id)
  expect(ids({})).toEqual([4, 3, 2, 1])
  expect(ids({ limit: 2, before: 4 })).toEqual([3, 2])
  expect(ids({ pool: 'app' })).toEqual([4, 2])
  expect(ids({ from: 20, to: 30 })).toEqual([3, 2])
  expect(history.listEvents({ limit: 1, kind: 'availability' })).toEqual([flip])
  history.addEvent(event(5, { kind: 'revision', revision: 7, pools: ['app', 'shop'] }))
  history.addEvent(event(6, { kind: 'revision', revision: 8, pools: ['app-2'] }))
  history.addEvent(event(7, { kind: 'revision', revision: 9, pools: [] }))
  queue.flush()
  expect(ids({ pool: 'app' })).toEqual([5, 4, 2])
  expect(ids({ pool: 'ap' })).toEqual([])
  expect(history.listEvents({ limit: 9, pool: 'shop' })).toEqual([
    event(5, { kind: 'revision', revision: 7, pools: ['app', 'shop'] }),
  ])
  history.prune({ ...cutoffs, events: 70 })
  expect(ids({})).toEqual([7])
  history.prune({ ...cutoffs, events: 1e15 })
  expect(history.lastEventId()).toBe(7)
})

test('old events go, and the newest stays so that ids go on', () => {
  for (const id of [1, 2, 3, 4]) history.addEvent(event(id))
  queue.flush()
  const ids = (query: object) => history.listEvents({ limit: 10, ...query }).map(({ id }) => id)
  history.prune({ ...cutoffs, events: 30 })
  expect(ids({})).toEqual([4, 3])
  history.prune({ ...cutoffs, events: 1e15 })
  expect(history.lastEventId()).toBe(4)
})

test('the newest probe results of one backend come back as they were, newest last', () => {
  const result = (at: number): ProbeResult => ({
    at,
    passed: at % 2 === 0,
    tookMs: 1.5,
    detail: `at ${at}`,
    ...(at > 2 && { status: 500, bodyStart: 'oops' }),
  })
  history.addProbes([1, 2, 3, 4].map((at) => ({ pool: 'app', backend: 'a1', result: result(at) })))
  history.addProbes([{ pool: 'other', backend: 'a1', result: result(5) }])
  queue.flush()
  expect(history.lastProbes('app', 'a1', 2)).toEqual([result(3), result(4)])
  history.prune({ ...cutoffs, probes: 4 })
  expect(history.lastProbes('app', 'a1', 10)).toEqual([result(4)])
})

test('reading a broken database gives nothing instead of an exception', () => {
  db.exec('DROP TABLE events; DROP TABLE series_10s; DROP TABLE probes')
  expect(history.listEvents({ limit: 1 })).toEqual([])
  expect(history.lastEventId()).toBe(0)
  expect(history.lastProbes('app', 'a1', 1)).toEqual([])
  expect(history.querySeries('10s', everything, 10_000)).toEqual([])
})

test('ten seconds of a thousand busy backends are stored quickly', () => {
  const rows = Array.from({ length: 1000 }, (_, index) => row('app', `b${index}`, 0, index, { 40: 10, 44: 5, 60: 1 }))
  history.addSeries('10s', rows)
  const began = performance.now()
  expect(queue.flush()).toBe(true)
  expect(performance.now() - began).toBeLessThan(1000)
})
