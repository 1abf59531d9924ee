import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { BUCKETS, bucketOf } from '../core/histogram.ts'
import { RecentSeconds } from './recent.ts'
import { bucketValue, type Counts, emptyCounts, percentileBuckets, type SeriesName } from './sample.ts'
import { Sampler } from './sampler.ts'
import { FakeScoreboard, fakeCounters } from './testing.ts'

const START = Date.UTC(2026, 0, 2, 3, 4, 5)
const WHOLE = { pool: '', backend: '' }
const APP = { pool: 'app', backend: '' }
const A1 = { pool: 'app', backend: 'a1' }
let window: RecentSeconds

beforeEach(() => {
  window = new RecentSeconds()
})

function counts(name: SeriesName, requests: number, micros: readonly number[] = []): Counts {
  const made = emptyCounts(name)
  made.sums[0] = requests
  made.sums[2] = micros.length
  if (micros.length > 0) made.histogram = new Float64Array(BUCKETS)
  for (const each of micros) {
    const bucket = bucketOf(each)
    if (made.histogram) made.histogram[bucket] = (made.histogram[bucket] as number) + 1
  }
  return made
}

/** Second `second` after START with these requests of a1, each answered after `micros`. */
function add(second: number, requests: number, micros: readonly number[] = []) {
  const pools = requests > 0 ? [counts(APP, requests, micros)] : []
  const backends = requests > 0 ? [counts(A1, requests, micros)] : []
  window.add({ t: START + second * 1000, total: counts(WHOLE, requests, micros), pools, backends })
}

test('before the first second there is a window of no length', () => {
  expect(window.of(A1)).toMatchObject({ seconds: 0, requests: 0, requestsPerSecond: null, errorShare: null, p95: null })
})

test('the window grows to ten seconds and then moves on', () => {
  for (let second = 0; second < 14; second++) {
    add(second, second < 4 ? 50 : 10)
    const length = Math.min(10, second + 1)
    expect(window.of(WHOLE)).toMatchObject({ seconds: length, t: START + (second + 1 - length) * 1000 })
  }
  expect(window.of(WHOLE)).toMatchObject({ requests: 100, requestsPerSecond: 10 })
  expect(window.of(A1).requests).toBe(100)
})

test('constant traffic has the same rate from the first second on', () => {
  for (let second = 0; second < 25; second++) {
    add(second, 52)
    expect(window.of(APP).requestsPerSecond).toBe(52)
  }
})

test('percentiles are those of all responses together, not a mean of those of the seconds', () => {
  for (let second = 0; second < 9; second++) add(second, 1, [1000])
  add(9, 91, Array(91).fill(300_000))
  expect(window.of(A1).p50).toBe(bucketValue(bucketOf(300_000)))
  for (let second = 10; second < 20; second++) add(second, 2, [1000, 64_000])
  expect(window.of(A1)).toMatchObject({ p50: bucketValue(bucketOf(1000)), p95: bucketValue(bucketOf(64_000)) })
})

test('who falls silent is told so once', () => {
  add(0, 5)
  for (let second = 1; second < 10; second++) add(second, 0)
  expect([window.moves(A1), window.of(A1).requests]).toEqual([true, 5])
  add(10, 0)
  expect([window.moves(A1), window.of(A1).requests]).toEqual([true, 0])
  add(11, 0)
  expect(window.moves(A1)).toBe(false)
})

test.each([
  ['a long silence of the process', 60],
  ['a clock that was set back', -600],
])('after %s the window begins anew: nobody knows how long the first counts took', (_, jump) => {
  for (let second = 0; second < 10; second++) add(second, 50)
  add(10 + jump, 3000)
  expect(window.of(A1)).toMatchObject({ seconds: 0, requests: 0, requestsPerSecond: null })
  expect(window.moves(A1)).toBe(true)
  add(11 + jump, 50)
  expect(window.of(A1)).toMatchObject({ seconds: 1, requests: 50, requestsPerSecond: 50 })
})

test('the window equals the sum of its seconds, whatever they hold', () => {
  const second = fc.array(fc.integer({ min: 1, max: 200_000_000 }), { maxLength: 30 })
  fc.assert(
    fc.property(fc.array(second, { minLength: 1, maxLength: 30 }), (seconds) => {
      const all = new RecentSeconds()
      seconds.forEach((micros, index) => {
        const total = counts(WHOLE, micros.length, micros)
        all.add({ t: START + index * 1000, total, pools: [], backends: [] })
      })
      const last = seconds.slice(-10).flat()
      const [p50, p95, p99] = percentileBuckets(counts(WHOLE, 0, last).histogram).map(bucketValue)
      expect(all.of(WHOLE)).toMatchObject({ requests: last.length, s2xx: last.length, p50, p95, p99 })
    }),
    { seed: 20260102 },
  )
})

test('ticks carry the window of the whole, of pools and of backends until it is empty', () => {
  const board = new FakeScoreboard()
  const sampler = new Sampler({
    source: board,
    counters: fakeCounters,
    slots: () => [
      { pool: 'app', backend: '*', slot: 9 },
      { ...A1, slot: 0 },
    ],
    revision: () => 1,
    connections: () => ({}),
    consumers: [],
  })
  for (let count = 0; count < 4; count++) board.answer(0, 200, 2000)
  board.add(9, 'requests', 4)
  board.add(9, 'ours', 4)
  const seen = Array.from({ length: 12 }, (_, second) => sampler.tick(START + second * 1000))
  const shown = seen.map(({ recent, pools, backends }) => [
    [recent.requests, recent.seconds],
    pools.map((pool) => [pool.id, pool.recent.requests, pool.recent.errorShare, pool.sample.requests]),
    backends.map((backend) => [backend.id, backend.recent.requests, backend.recent.errorShare]),
  ])
  expect(shown[0]).toEqual([[8, 1], [['app', 8, 0.5, 8]], [['a1', 4, 0]]])
  expect(shown[9]).toEqual([[8, 10], [['app', 8, 0.5, 0]], [['a1', 4, 0]]])
  expect(shown[10]).toEqual([[0, 10], [['app', 0, null, 0]], [['a1', 0, null]]])
  expect(shown[11]).toEqual([[0, 10], [], []])
  expect(sampler.recent('app', '')).toMatchObject({ requests: 0, seconds: 10 })
})
