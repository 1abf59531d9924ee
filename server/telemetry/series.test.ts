import { beforeEach, expect, test } from 'vitest'
import type { Series } from '../../shared/api/series.ts'
import { seriesColumns } from '../../shared/api/series-columns.ts'
import { configSchema } from '../../shared/config/config.ts'
import { Retention } from './retention.ts'
import { Rollup } from './rollup.ts'
import { Sampler } from './sampler.ts'
import { SecondsMemory } from './seconds.ts'
import { SeriesReader } from './series.ts'
import type { PruneCutoffs } from './sink.ts'
import { chooseStep } from './steps.ts'
import { FakeScoreboard, fakeCounters, ListSink } from './testing.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
const START = Date.UTC(2026, 0, 2, 3, 0, 0)
const slots = [
  { pool: 'app', backend: 'a1', slot: 0 },
  { pool: 'app', backend: 'a2', slot: 1 },
]
const { retention } = configSchema.parse({}).settings

let sink: ListSink
let board: FakeScoreboard
let run: ReturnType<typeof start>

/** A process from its start on; `sink` outlives it. */
function start() {
  board = new FakeScoreboard()
  const seconds = new SecondsMemory()
  const rollup = new Rollup(sink)
  const sampler = new Sampler({
    source: board,
    counters: fakeCounters,
    slots: () => slots,
    revision: () => 1,
    connections: () => ({}),
    consumers: [seconds, rollup],
  })
  const kept = new Retention({ prune: () => true }, retention)
  const series = new SeriesReader({ seconds, rollup, sink, backends: () => slots, keptMs: (step) => kept.keptMs(step) })
  return {
    rollup,
    series,
    /** Seconds `from` ≤ s < `to` after START, with one answer of a1 in each when `busy`. */
    seconds(from: number, to: number, busy = true) {
      for (let second = from; second < to; second++) {
        if (busy) board.answer(0, 200, 2000)
        sampler.tick(START + second * 1000 + 1000)
      }
    },
  }
}

beforeEach(() => {
  sink = new ListSink()
  run = start()
})

function pick(series: Series[], pool: string | null, backend: string | null): Series {
  const found = series.find((each) => each.pool === pool && each.backend === backend)
  if (!found) throw new Error(`no series of ${pool}/${backend}`)
  return found
}

/** Seconds after START and requests of each point. */
function shape(series: Series) {
  return series.points.map((point) => [((point[0] as number) - START) / 1000, point[1]])
}

test('seconds add up to 10 seconds, a minute and an hour', () => {
  run.seconds(0, 3600)
  run.rollup.flush()
  const requests = (step: '10s' | '1m' | '1h', pool: string) =>
    sink
      .rows(step)
      .filter((row) => row.pool === pool && row.backend === '')
      .map((row) => row.sums[0])
  expect(requests('10s', 'app')).toEqual(Array(360).fill(10))
  expect(requests('1m', 'app')).toEqual(Array(60).fill(60))
  expect(requests('1h', '')).toEqual([3600])
  expect(sink.rows('1h')[0]?.histogram?.reduce((sum, count) => sum + count, 0)).toBe(3600)
})

test('an idle process leaves a row of the whole balancer and none of its backends', () => {
  run.seconds(0, 60, false)
  run.rollup.flush()
  expect(sink.rows('10s').map(({ pool, t }) => [pool, (t - START) / 1000])).toEqual(
    [0, 10, 20, 30, 40, 50].map((t) => ['', t]),
  )
})

test('a step cut by a restart ends as one row', () => {
  run.seconds(0, 25)
  run.rollup.flush()
  run = start()
  run.seconds(25, 60)
  run.rollup.flush()
  const app = sink.rows('1m').filter((row) => row.pool === 'app' && row.backend === 'a1')
  expect(app.map((row) => row.sums[0])).toEqual([60])
})

test('a short range is answered second by second from memory', () => {
  run.seconds(0, 20)
  run.seconds(20, 30, false)
  const now = START + 30_000
  const answer = run.series.answer({ pool: 'app', from: START, to: now }, now)
  expect(answer).toMatchObject({ from: START, to: now, step: 1000, columns: seriesColumns })
  expect(answer.series.map(({ pool, backend }) => [pool, backend])).toEqual([
    ['app', null],
    ['app', 'a1'],
    ['app', 'a2'],
  ])
  expect(shape(pick(answer.series, 'app', 'a1'))).toEqual(Array.from({ length: 30 }, (_, t) => [t, t < 20 ? 1 : 0]))
  expect(shape(pick(answer.series, 'app', 'a2'))).toEqual(Array.from({ length: 30 }, (_, t) => [t, 0]))
  expect(pick(answer.series, 'app', 'a2').points[0]).toHaveLength(seriesColumns.length)
  expect(pick(answer.series, 'app', 'a1').points[0]?.slice(-4)).toEqual([1.984, 1.984, 1.984, 1])
})

test('without a pool the answer is the whole balancer and each pool; with a backend only that one', () => {
  run.seconds(0, 5)
  const names = (query: object) =>
    run.series
      .answer({ from: START, to: START + 5000, ...query }, START + 5000)
      .series.map(({ pool, backend }) => [pool, backend])
  expect(names({})).toEqual([
    [null, null],
    ['app', null],
  ])
  expect(names({ pool: 'app', backend: 'a1' })).toEqual([['app', 'a1']])
})

test('stored steps reach to the last one that is over, whether it is in the database yet or not', () => {
  run.seconds(0, 1215)
  const now = START + 1_215_000
  const tens = pick(run.series.answer({ from: START, to: now }, now).series, 'app', null)
  expect(shape(tens)).toEqual(Array.from({ length: 121 }, (_, index) => [index * 10, 10]))
  const minutes = run.series.answer({ from: START, to: now, step: 60_000 }, now)
  expect(shape(pick(minutes.series, null, null))).toEqual(Array.from({ length: 20 }, (_, index) => [index * 60, 60]))
})

test('constant traffic is constant at every moment, range and step, from the first second on', () => {
  const uneven: unknown[] = []
  const ranges = [{ length: 300_000 }, { length: 900_000 }, { length: HOUR }, { length: DAY }, { length: 30 * DAY }]
  const asked = [...ranges, { length: 900_000, step: 10_000 }, { length: HOUR, step: 60_000 }]
  const look = (second: number) => {
    for (const { length, ...step } of asked) {
      const now = START + second * 1000
      const { series } = run.series.answer({ pool: 'app', from: now - length, to: now, ...step }, now)
      for (const point of pick(series, 'app', null).points)
        if ((point[1] as number) / (point.at(-1) as number) !== 1) uneven.push({ second, length, ...step, point })
    }
  }
  // Begins in the middle of a step, and is looked at in every phase of it.
  run.seconds(7, 95)
  for (let second = 95; second < 130; second++) {
    run.seconds(second, second + 1)
    look(second + 1)
  }
  // A restart cuts a step, a minute and an hour.
  run.rollup.flush()
  run = start()
  run.seconds(137, 215)
  look(215)
  run.seconds(215, 4000)
  look(4000)
  expect(uneven).toEqual([])
})

test('a step that a restart cut says how many of its seconds were counted', () => {
  run.seconds(7, 13)
  run.rollup.flush()
  run = start()
  run.seconds(16, 41)
  const now = START + 41_000
  const { series } = run.series.answer({ pool: 'app', from: START, to: now, step: 10_000 }, now)
  expect(pick(series, 'app', 'a1').points.map((point) => [point[1], point.at(-1)])).toEqual([
    [3, 3],
    [7, 7],
    [10, 10],
    [10, 10],
  ])
})

test.each([
  ['a day', DAY, 100, 10_000],
  ['a month', 30 * DAY, 100, 10_000],
  ['a day', DAY, 1500, 60_000],
  ['a month', 30 * DAY, 700, 60_000],
  ['a month', 30 * DAY, 1500, 120_000],
  ['a month', 30 * DAY, 3500, 300_000],
  ['two hours', 2 * HOUR, 3500, 20_000],
])('%s (%d ms) asked for after %d s of records shows them as a curve, not as a dot', (_, length, seconds, step) => {
  run.seconds(0, seconds)
  const now = START + seconds * 1000
  const answer = run.series.answer({ from: now - length, to: now }, now)
  expect(answer).toMatchObject({ from: now - length, to: now, step })
  expect(pick(answer.series, 'app', null).points).toHaveLength(Math.floor((seconds * 1000) / step))
})

test('time in which the process was down is a gap, not zeros', () => {
  run.seconds(0, 60)
  run.rollup.flush()
  run = start()
  run.seconds(600, 660, false)
  run.rollup.flush()
  const now = START + 1_000_000
  const { series } = run.series.answer({ from: START, to: now, step: 60_000 }, now)
  expect(shape(pick(series, 'app', null))).toEqual([
    [0, 60],
    [600, 0],
  ])
})

test('after a restart a short range shows what was stored before it', () => {
  run.seconds(0, 60)
  run.rollup.flush()
  run = start()
  run.seconds(70, 130)
  const now = START + 130_000
  const answer = run.series.answer({ from: START, to: now }, now)
  expect(answer.step).toBe(10_000)
  expect(shape(pick(answer.series, 'app', null)).map(([t]) => t)).toEqual([
    0, 10, 20, 30, 40, 50, 70, 80, 90, 100, 110, 120,
  ])
  expect(run.series.answer({ from: START + 70_000, to: now }, now).step).toBe(1000)
})

test('a removed backend keeps its history', () => {
  run.seconds(0, 60)
  run.rollup.flush()
  const other = new SeriesReader({
    seconds: new SecondsMemory(),
    rollup: new Rollup(sink),
    sink,
    backends: () => [],
    keptMs: () => DAY,
  })
  const { series } = other.answer({ pool: 'app', from: START, to: START + 60_000, step: 10_000 }, START + 60_000)
  expect(series.map(({ backend }) => backend)).toEqual([null, 'a1'])
})

test.each([
  ['the last 5 minutes', 300_000, 0, undefined, 1000],
  ['the last 15 minutes', 900_000, 0, undefined, 10_000],
  ['the last 15 minutes, second by second', 900_000, 0, 1000, 1000],
  ['a step that cannot be made', 900_000, 0, 5000, 10_000],
  ['the last hour', HOUR, 0, undefined, 20_000],
  ['the last day', DAY, 0, undefined, 300_000],
  ['five minutes of yesterday', 300_000, 30 * HOUR, undefined, 60_000],
  ['five minutes of last month', 300_000, 30 * DAY, undefined, HOUR],
  ['a year', 365 * DAY, 0, undefined, 2 * DAY],
  ['a day, hour by hour', DAY, 0, HOUR, HOUR],
  ['before everything kept', HOUR, 1000 * DAY, undefined, HOUR],
  ['all of time in seconds', 50_000 * DAY, 0, 1000, 2 * DAY],
])('%s is answered in the right step', (_, length, age, asked, expected) => {
  const now = START + 100_000 * DAY
  const kept = new Retention({ prune: () => true }, retention)
  const to = now - age
  const step = chooseStep({ from: to - length, to, now, asked, series: 3, keptMs: (base) => kept.keptMs(base) })
  expect(step.ms).toBe(expected)
})

test('many series get fewer points each', () => {
  const question = { from: START, to: START + 290_000, now: START + 290_000, keptMs: () => DAY }
  expect(chooseStep({ ...question, series: 100 }).ms).toBe(1000)
  expect(chooseStep({ ...question, series: 1000 }).ms).toBe(10_000)
})

test('old history goes by the settings, but never because of one jump of the clock', () => {
  const asked: PruneCutoffs[] = []
  const kept = new Retention({ prune: (cutoffs) => asked.push(cutoffs) > 0 }, retention)
  expect(kept.prune(START)).toBe(false)
  expect(kept.prune(START + 600_000)).toBe(true)
  expect(kept.prune(START + 365 * DAY)).toBe(false)
  expect(kept.prune(START + 1_200_000)).toBe(false)
  kept.set({ ...retention, seconds10: '1h', revisions: 20 })
  expect(kept.prune(START + 1_800_000)).toBe(true)
  expect(asked).toHaveLength(2)
  expect(asked[1]).toMatchObject({
    seconds10: START + 1_800_000 - HOUR,
    minutes1: START + 1_800_000 - 14 * DAY,
    revisions: 20,
  })
})
