import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { BUCKETS, bucketOf, percentile } from '../core/histogram.ts'
import { counters, createScoreboard, ScoreboardReader, ScoreboardWriter } from '../dataplane/scoreboard.ts'
import type { SlotName } from './reader.ts'
import { addCounts, bucketValue, emptyCounts, type Frame, percentileBuckets, sums } from './sample.ts'
import { Sampler } from './sampler.ts'
import { SecondsMemory } from './seconds.ts'
import { FakeScoreboard, fakeCounters } from './testing.ts'

const START = Date.UTC(2026, 0, 2, 3, 4, 5)
let board: FakeScoreboard
let slots: SlotName[]
let frames: { t: number; requests: number }[]
let sampler: Sampler

function newSampler(...more: { add(frame: Frame): void }[]): Sampler {
  const keep = { add: ({ t, total }: Frame) => frames.push({ t, requests: total.sums[0] as number }) }
  return new Sampler({
    source: board,
    counters: fakeCounters,
    slots: () => slots,
    revision: () => 7,
    connections: () => ({ web: 3 }),
    consumers: [keep, ...more],
  })
}

beforeEach(() => {
  board = new FakeScoreboard()
  frames = []
  slots = [
    { pool: 'app', backend: 'a1', slot: 0 },
    { pool: 'app', backend: 'a2', slot: 1 },
    { pool: 'other', backend: 'a1', slot: 2 },
  ]
  sampler = newSampler()
})

test('a tick tells what was done since the last one, summed over backends, pools and the whole', () => {
  board.answer(0, 200, 1000)
  board.answer(1, 500, 64_000)
  board.answer(2, 200, 1000)
  board.add(0, 'bytesOut', 5000)
  board.hold(0, 2, 1)
  board.hold(1, 3)
  const tick = sampler.tick(START)
  expect(tick).toMatchObject({ t: START - 1000, revision: 7, connections: { web: 3 } })
  expect(tick.total).toMatchObject({ requests: 3, s2xx: 2, s5xx: 1, bytesOut: 5000, inFlight: 5 })
  expect(tick.pools.map(({ id, sample }) => [id, sample.requests, sample.inFlight])).toEqual([
    ['app', 2, 5],
    ['other', 1, 0],
  ])
  expect(tick.backends.map(({ pool, id, inFlight, tunnels }) => [pool, id, inFlight, tunnels])).toEqual([
    ['app', 'a1', 2, 1],
    ['app', 'a2', 3, 0],
    ['other', 'a1', 0, 0],
  ])
  expect(tick.pools[0]?.sample.p99).toBe(bucketValue(bucketOf(64_000)))
  expect(tick.pools[0]?.sample.p50).toBe(bucketValue(bucketOf(1000)))
  expect(sampler.tick(START + 1000).total).toMatchObject({ requests: 0, p50: null, inFlight: 5 })
})

test('idle backends are left out once their last ten seconds are empty', () => {
  board.hold(0, 1)
  expect(sampler.tick(START).backends.map(({ id }) => id)).toEqual(['a1'])
  board.hold(0, 0)
  expect(sampler.tick(START + 1000).backends).toMatchObject([{ pool: 'app', id: 'a1', inFlight: 0 }])
  for (let second = 2; second < 11; second++) sampler.tick(START + second * 1000)
  expect(sampler.tick(START + 11_000).backends).toEqual([])
  board.hold(0, 0, 2)
  expect(sampler.tick(START + 12_000).backends).toMatchObject([{ id: 'a1', tunnels: 2 }])
  expect(sampler.tick(START + 13_000).backends).toEqual([])
})

test('the last second can be asked for, also of a backend that did nothing', () => {
  expect(sampler.lastSample('app', 'a1')).toBeNull()
  board.answer(0, 200, 1000)
  sampler.tick(START)
  expect(sampler.lastSample('app', 'a1')?.requests).toBe(1)
  expect(sampler.lastSample('app', '')?.requests).toBe(1)
  expect(sampler.lastSample('', '')?.requests).toBe(1)
  expect(sampler.lastSample('app', 'a2')).toMatchObject({ requests: 0, p50: null })
})

test('a row given to another backend starts from zero, cleared or not by then', () => {
  for (let count = 0; count < 5; count++) board.answer(0, 200, 1000)
  sampler.tick(START)
  board.clear(0)
  slots[0] = { pool: 'app', backend: 'new', slot: 0 }
  board.answer(0, 200, 1000)
  board.answer(0, 200, 1000)
  expect(sampler.tick(START + 1000).total).toMatchObject({ requests: 2, s2xx: 2 })
  board.clear(0)
  board.answer(0, 404, 1000)
  expect(sampler.tick(START + 2000).total).toMatchObject({ requests: 1, s2xx: 0, s4xx: 1 })
})

test('two rows of one backend, as after a change of its address, are told as one', () => {
  slots.push({ pool: 'app', backend: 'a1', slot: 9 })
  board.answer(0, 200, 1000)
  board.answer(9, 200, 1000)
  expect(sampler.tick(START).backends.map(({ sample }) => sample.requests)).toEqual([2])
})

test('a latency written just after its counter is not lost', () => {
  board.add(0, 's2xx', 1)
  expect(sampler.tick(START).total.p50).toBeNull()
  board.answer(0, 200, 1000)
  board.add(0, 's2xx', -1)
  board.add(0, 'requests', -1)
  expect(sampler.tick(START + 1000).total.p50).toBe(bucketValue(bucketOf(1000)))
})

test('a timer that drifts neither repeats nor skips a second', () => {
  for (const offset of [0, 1012, 1998, 3004, 3510, 4700, 6000]) sampler.tick(START + offset)
  expect(frames.map(({ t }) => (t - START) / 1000)).toEqual([-1, 0, 1, 2, 3, 4, 5])
})

test('a late tick is bridged with idle seconds, a long silence is a gap', () => {
  sampler.tick(START)
  board.answer(0, 200, 1000)
  sampler.tick(START + 4000)
  sampler.tick(START + 60_000)
  expect(frames.map(({ t, requests }) => [(t - START) / 1000, requests])).toEqual([
    [-1, 0],
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 1],
    [59, 0],
  ])
})

test('a clock that jumps leaves gaps and never a negative number', () => {
  const memory = new SecondsMemory()
  sampler = newSampler(memory)
  const hour = 3_600_000
  for (const offset of [0, 1000, hour, hour + 1000, 2000, 3000]) {
    board.answer(0, 200, 1000)
    const { total } = sampler.tick(START + offset)
    expect(total.requests).toBe(1)
  }
  const points = memory.points({ pool: '', backend: '' }, 0, Number.MAX_SAFE_INTEGER)
  expect(points.map(([t]) => ((t as number) - START) / 1000)).toEqual([1, 2])
})

test('the real scoreboard: sums over workers arrive in the right columns', () => {
  const handle = createScoreboard({ slots: 4, workers: 2 })
  const writers = [new ScoreboardWriter(handle, 0), new ScoreboardWriter(handle, 1)]
  const real = new Sampler({
    source: new ScoreboardReader(handle),
    counters,
    slots: () => [{ pool: 'app', backend: 'a1', slot: 2 }],
    revision: () => 1,
    connections: () => ({}),
    consumers: [],
  })
  writers.forEach((writer, worker) => {
    writer.take(2)
    counters.forEach((name, index) => {
      if (!/^s\dxx$/.test(name)) writer.add(2, index, (index + 1) * (worker + 1))
    })
    writer.answered(2, 204, 3000)
  })
  const { total } = real.tick(START)
  for (const name of sums) {
    if (!/^s\dxx$/.test(name)) expect(total[name]).toBe((counters.indexOf(name) + 1) * 3)
  }
  expect(total).toMatchObject({ s2xx: 2, inFlight: 2, p95: bucketValue(bucketOf(3000)) })
})

test('a source that lacks a counter is refused at once', () => {
  expect(
    () =>
      new Sampler({
        source: board,
        counters: ['requests'],
        slots: () => [],
        revision: () => 0,
        connections: () => ({}),
        consumers: [],
      }),
  ).toThrow(/does not count s1xx/)
})

test('merged histograms give the percentiles of all latencies together', () => {
  const latencies = fc.array(fc.array(fc.integer({ min: 1, max: 200_000_000 }), { maxLength: 200 }), { maxLength: 8 })
  fc.assert(
    fc.property(latencies, (parts) => {
      const merged = emptyCounts({ pool: 'app', backend: '' })
      for (const part of parts) {
        const counts = emptyCounts({ pool: 'app', backend: 'x' })
        if (part.length > 0) counts.histogram = new Float64Array(BUCKETS)
        for (const micros of part) {
          const bucket = bucketOf(micros)
          if (counts.histogram) counts.histogram[bucket] = (counts.histogram[bucket] as number) + 1
        }
        addCounts(merged, counts)
      }
      const all = parts.flat().sort((a, b) => a - b)
      const found = percentileBuckets(merged.histogram)
      for (const [index, share] of [0.5, 0.95, 0.99].entries()) {
        const rank = Math.max(1, Math.ceil(share * all.length)) - 1
        const expected = all.length === 0 ? null : bucketValue(bucketOf(all[rank] as number))
        expect(bucketValue(found[index] as number)).toBe(expected)
        const core = merged.histogram && percentile(merged.histogram, share)
        if (expected !== null) expect(expected).toBeCloseTo(core as number, 3)
      }
    }),
  )
})

test('requests that reached no backend count for the pool and the whole, and are no backend of their own', () => {
  slots = [
    { pool: 'app', backend: '*', slot: 10 },
    { pool: '*', backend: '*', slot: 11 },
    { pool: 'app', backend: 'a', slot: 12 },
  ]
  sampler.tick(START)
  board.add(10, 'requests', 3)
  board.add(10, 'ours', 3)
  board.add(11, 'requests', 2)
  board.answer(12, 200, 1000)
  const tick = sampler.tick(START + 1000)
  expect(tick.total).toMatchObject({ requests: 6, ours: 3, s2xx: 1 })
  expect(tick.pools.map((pool) => [pool.id, pool.sample.requests])).toEqual([['app', 4]])
  expect(tick.backends.map((backend) => backend.id)).toEqual(['a'])
})
